"""The connection, on real brokers: NATS and mosquitto must look the same from here."""

import asyncio
import functools
import socket

import pytest
from waiting import auntil

from firmware_bridge.errors import NotConnected
from firmware_bridge.link import mqtt
from firmware_bridge.link.mqtt import Connection, Incoming, Will

OWN = "signcast/v1/demo/bang-1"
OTHER = "signcast/v1/demo/loa-1"


def on_a_loop(test):
    """Run an asynchronous test on a loop of its own."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run


def connection(broker, user="bang-1", **more):
    password = more.pop("password", f"bi-mat-cua-{user}")
    client_id = more.pop("client_id", user)
    return Connection(url=broker.url, username=user, password=password, client_id=client_id, **more)


async def take(connection, count):
    seen = []
    async for message in connection.messages():
        seen.append(message)
        if len(seen) == count:
            return seen
    return seen


async def subscribed(connection, *topics):
    """Subscribe and return when the broker has said so."""
    for topic in topics:
        connection.subscribe(topic)
    await auntil(lambda: not connection._subscribing, why="subscriptions are answered")


@on_a_loop
async def test_a_retained_plan_and_a_passing_command_arrive(broker):
    async with connection(broker, "controller") as controller, connection(broker) as device:
        await controller.wait_connected(10)
        await controller.publish(f"{OWN}/plan", b"plan 1", retain=True)
        await device.wait_connected(10)
        await subscribed(device, f"{OWN}/plan", f"{OWN}/command")
        (plan,) = await take(device, 1)
        await controller.publish(f"{OWN}/command", b"command", qos=1)
        (command,) = await take(device, 1)
    assert plan == Incoming(f"{OWN}/plan", b"plan 1", retained=True)
    assert command == Incoming(f"{OWN}/command", b"command", retained=False)


@on_a_loop
async def test_many_messages_arrive_in_order(broker, monkeypatch):
    monkeypatch.setattr(mqtt, "MAX_WAITING", 8)  # so that the network thread has to wait for us
    payloads = [f"{number}".encode() for number in range(100)]
    async with connection(broker, "controller") as controller, connection(broker) as device:
        await device.wait_connected(10)
        await controller.wait_connected(10)
        await subscribed(device, f"{OWN}/command")
        for payload in payloads:
            await controller.publish(f"{OWN}/command", payload)
        assert [message.payload for message in await take(device, 100)] == payloads


@on_a_loop
async def test_no_broker_is_no_error_until_something_is_published():
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"mqtt://127.0.0.1:{free.getsockname()[1]}"
    async with Connection(url=url, client_id="bang-1") as device:
        device.subscribe("a")
        assert not device.connected
        with pytest.raises(NotConnected):
            await device.publish("a", b"")
        with pytest.raises(NotConnected):
            device.publish_now("a", b"")
        with pytest.raises(NotConnected):
            await device.wait_connected(0.05)


@on_a_loop
async def test_a_broker_that_comes_back_finds_us_subscribed(broker):
    births = []
    async with connection(broker, on_connected=lambda: births.append(1)) as device:
        device.subscribe(f"{OWN}/command")
        await device.wait_connected(10)
        broker.stop()
        await auntil(lambda: not device.connected, timeout_s=10, why="the loss is noticed")
        with pytest.raises(NotConnected):
            await device.publish(f"{OWN}/state", b"x")
        broker.start()
        await device.wait_connected(20)
        assert len(births) == 2
        await auntil(lambda: not device._subscribing, why="the subscription is answered")
        async with connection(broker, "controller") as controller:
            await controller.wait_connected(10)
            await controller.publish(f"{OWN}/command", b"after")
            (message,) = await take(device, 1)
    assert message.payload == b"after"


@on_a_loop
async def test_what_failed_is_not_sent_behind_our_back(broker):
    async with connection(broker) as device, connection(broker, "controller") as controller:
        await device.wait_connected(10)
        await controller.wait_connected(10)
        broker.stop()
        with pytest.raises(NotConnected):
            await device.publish(f"{OWN}/state", b"stale", retain=True)
        for one in (device, controller):
            await auntil(lambda one=one: not one.connected, why="the loss is noticed")
        broker.start()
        await device.wait_connected(20)
        await controller.wait_connected(20)
        await subscribed(controller, f"{OWN}/state")
        await device.publish(f"{OWN}/state", b"fresh")
        (message,) = await take(controller, 1)
    assert message.payload == b"fresh"


@on_a_loop
async def test_the_will_speaks_when_we_die_and_not_when_we_leave(broker):
    def will():
        return Will(f"{OWN}/state", b"dead", retain=True)

    async with connection(broker, "controller") as controller:
        await controller.wait_connected(10)
        await subscribed(controller, f"{OWN}/state")
        async with connection(broker, will=will) as device:
            await device.wait_connected(10)
            await device.publish(f"{OWN}/state", b"left", retain=True)
        async with connection(broker, will=will) as device:
            await device.wait_connected(10)
            device._client.socket().shutdown(socket.SHUT_RDWR)
            seen = [message.payload for message in await take(controller, 2)]
    assert seen == [b"left", b"dead"]


@on_a_loop
async def test_a_wrong_password_is_told_clearly(broker, caplog):
    async with connection(broker, password="sai") as device:
        await auntil(lambda: device.refusals >= 2, timeout_s=10, why="it keeps trying")
        assert not device.connected
    complaints = [record for record in caplog.records if "refused" in record.message]
    assert [record.levelname for record in complaints if record.levelno >= 30] == ["WARNING"]
    assert "password" in complaints[0].message


@on_a_loop
async def test_another_devices_topics_stay_closed(broker):
    async with connection(broker, "controller") as controller, connection(broker) as thief:
        await thief.wait_connected(10)
        await controller.wait_connected(10)
        await controller.publish(f"{OTHER}/plan", b"secret", retain=True)
        await subscribed(thief, f"{OTHER}/plan", f"{OWN}/plan", "signcast/#")
        await subscribed(controller, f"{OTHER}/state", f"{OWN}/state")
        try:
            await thief.publish(f"{OTHER}/state", b"forged")
        except NotConnected:  # a broker may break the connection of one who tries
            await thief.wait_connected(10)
        await thief.publish(f"{OWN}/state", b"honest")
        (seen,) = await take(controller, 1)
        assert seen.payload == b"honest"
        await controller.publish(f"{OWN}/plan", b"mine")
        (read,) = await take(thief, 1)
        assert read.payload == b"mine"
        if broker.kind == "nats":  # mosquitto takes the subscription and delivers nothing
            assert thief.refused == {f"{OTHER}/plan", "signcast/#"}


@on_a_loop
async def test_frames_leave_from_any_thread(broker):
    async with connection(broker, "controller") as panel, connection(broker) as gateway:
        await panel.wait_connected(10)
        await gateway.wait_connected(10)
        await subscribed(panel, f"{OWN}/frame")
        await asyncio.to_thread(gateway.publish_now, f"{OWN}/frame", b"picture")
        (frame,) = await take(panel, 1)
    assert frame.payload == b"picture"


@on_a_loop
async def test_leaving_ends_the_stream(broker):
    async with connection(broker) as device:
        await device.wait_connected(10)
        reader = asyncio.create_task(take(device, 5))
    assert await reader == []


@on_a_loop
async def test_every_callback_may_come_twice(broker):
    async with connection(broker) as device:
        await device.wait_connected(10)
        client = device._client
        device._accepted(client, _accepted_code())
        device._confirmed(12_345)
        device._subscribed(12_345, [])
        await device.publish(f"{OWN}/state", b"x")
        device._ended(client)
        device._ended(client)
        await device.wait_connected(10)
        assert device._client is not client


def _accepted_code():
    from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415 -- paho stays out of the rest
    from paho.mqtt.reasoncodes import ReasonCode  # noqa: PLC0415

    return ReasonCode(PacketTypes.CONNACK, "Success")


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "localhost:1883", ""])
def test_a_url_that_is_none_of_ours(url):
    with pytest.raises(ValueError, match="mqtt://host:port"):
        Connection(url=url, client_id="x")
