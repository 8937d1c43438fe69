"""The embedded broker, as large as a district is."""

import asyncio
import socket
from queue import Queue

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from controller.bootstrap import prepare
from controller.broker import Broker
from controller.settings import Settings

EACH = 50
"""Subscriptions of one client: the broker grants a client no more than 63."""
CLIENTS = 21
"""So many that together they want more than the 1,000 that it grants by default."""


def test_more_than_a_thousand_subscriptions_are_granted(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(data_dir=tmp_path / "dữ liệu", tenant="thu", mqtt_port=port)
    with prepare(settings) as services:
        broker = Broker(settings, services.store)
        asyncio.run(broker.start())
        clients = []
        try:
            for number in range(CLIENTS):
                clients.append(client := _connected(broker, port, f"many-{number}"))
                assert _refused(client, f"signcast/v1/thu/d{number}") == [], number
        finally:
            for client in clients:
                client.disconnect()
                client.loop_stop()
            broker.stop()


def _connected(broker, port, name):
    client = Client(CallbackAPIVersion.VERSION2, client_id=name)
    client.username_pw_set(broker.username, broker.password)
    connected = Queue()
    client.on_connect = lambda *args: connected.put(args[3])
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert not connected.get(timeout=10).is_failure
    return client


def _refused(client, prefix):
    answers = Queue()
    client.on_subscribe = lambda *args: answers.put(args[3])
    client.subscribe([(f"{prefix}-{number}/plan", 1) for number in range(EACH)])
    return [answer for answer in answers.get(timeout=10) if answer.is_failure]
