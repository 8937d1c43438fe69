"""No device reads or writes another's topics; forged, old and stolen plans are refused."""

import asyncio
import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from waiting import auntil, until

from firmware_bridge.link import envelope
from firmware_bridge.link.messages import Ack, Stage
from firmware_bridge.link.mqtt import Connection
from firmware_bridge.link.topics import Channel, panel_user, topic

pytestmark = pytest.mark.e2e

VICTIM, THIEF, THIN = "bang-cong-chao", "loa-cong-vien", "bang-nha-van-hoa"


def test_nobody_gets_in_without_a_secret_or_with_anothers(district):
    async def attempt(username, password):
        async with Connection(
            url=district.ports.mqtt_url, username=username, password=password, client_id="x"
        ) as stranger:
            await auntil(lambda: stranger.refusals, timeout_s=10, why="refused")
            assert not stranger.connected

    for username, password in [
        ("admin", "admin"),
        (VICTIM, "88888888"),
        (VICTIM, secret(district, THIEF)),
    ]:
        asyncio.run(attempt(username, password))


@pytest.mark.parametrize(("thief", "victim"), [(THIEF, VICTIM), (VICTIM, THIEF), (THIN, VICTIM)])
def test_a_device_can_neither_read_nor_write_anothers_topics(district, thief, victim):
    async def attempt():
        async with as_device(district, thief) as connection:
            await connection.wait_connected(10)
            forbidden = {topic("demo", victim, channel) for channel in Channel}
            everything = forbidden | {"signcast/#", "signcast/v1/demo/+/plan", "#"}
            for name in everything:
                connection.subscribe(name)
            await auntil(lambda: connection.refused >= everything, why="every read is refused")
            for name in forbidden:
                await connection.publish(name, b"forged", retain=True)
            # The broker has taken and dropped them once it answers what is allowed.
            await connection.publish(topic("demo", thief, Channel.ACK), b"own")

    before = district.now(victim)
    asyncio.run(attempt())
    after = district.now(victim)
    assert (after["delivery"], after["online"]) == (before["delivery"], True)


def test_a_panel_reads_its_frames_and_nothing_else(district):
    async def attempt():
        async with Connection(
            url=district.ports.mqtt_url,
            username=panel_user(THIN),
            password=district.demo.panel_secrets[THIN],
            client_id="panel-thief",
        ) as panel:
            await panel.wait_connected(10)
            frames = topic("demo", THIN, Channel.FRAME)
            panel.subscribe(frames, qos=0)
            plan = topic("demo", THIN, Channel.PLAN)
            panel.subscribe(plan)
            await auntil(lambda: plan in panel.refused, why="its gateway's plan is refused")
            await panel.publish(frames, b"forged")
            first = await anext(panel.messages())
            assert first.payload != b"forged"
            return first.topic

    assert asyncio.run(attempt()) == topic("demo", THIN, Channel.FRAME)


def test_a_taken_over_broker_can_only_withhold(fresh_district):
    district = fresh_district
    district.start_all()
    old = asyncio.run(retained_plan(district))
    broadcast = district.say("Bản mới", f"device:{VICTIM}")
    until(lambda: district.shows(broadcast, VICTIM), why="the new plan is followed")
    shown = district.seen(VICTIM)
    current = asyncio.run(retained_plan(district))
    others = asyncio.run(retained_plan(district, THIEF))
    district.stop("controller")

    payload = current[envelope.OVERHEAD_BYTES :]
    forgeries = {
        "replayed": old,
        "bad-signature": current[:-20] + bytes([current[-20] ^ 1]) + current[-19:],
        "unknown-key": envelope.seal(payload, envelope.Domain.PLAN, Ed25519PrivateKey.generate()),
        "wrong-device": others,
        "not-a-plan": b"rubbish",
    }
    with stolen_broker(district) as (username, password):
        reasons = asyncio.run(forge(district, username, password, forgeries))
    assert reasons == list(forgeries)
    assert np.array_equal(district.seen(VICTIM), shown)


async def forge(district, username, password, forgeries):
    """Publish each forgery where the plan stands; return the reasons of the refusals."""
    reasons = []
    async with Connection(
        url=district.ports.mqtt_url, username=username, password=password, client_id="evil"
    ) as evil:
        await evil.wait_connected(10)
        evil.subscribe(topic("demo", VICTIM, Channel.ACK))
        evil.subscribe(topic("demo", VICTIM, Channel.STATE))
        incoming = evil.messages()
        async for message in incoming:
            if message.topic.endswith("/state"):
                break  # the gateway has come to the stolen broker
        for forged in forgeries.values():
            await evil.publish(topic("demo", VICTIM, Channel.PLAN), forged)
            async for message in incoming:
                if message.topic.endswith("/ack"):
                    ack = Ack.decode(message.payload)
                    if ack.stage is Stage.REJECTED:
                        reasons.append(ack.reason)
                        break
    return reasons


@contextmanager
def stolen_broker(district):
    """Run the controller's broker without the controller, and with one user more."""
    folder = district.folder / "controller" / "broker"
    configuration = json.loads((folder / "broker.conf").read_text("utf-8"))
    configuration["authorization"]["users"].append({"user": "evil", "password": "evil"})
    shutil.rmtree(folder / "store")  # whoever steals a broker starts with a clean one
    stolen = folder / "stolen.conf"
    stolen.write_text(json.dumps(configuration, ensure_ascii=False), "utf-8")
    server = Path(sys.executable).parent / "nats-server"
    with (folder / "stolen.log").open("wb") as log:
        process = subprocess.Popen([server, "-c", stolen], stdout=log, stderr=log)
    try:
        yield "evil", "evil"
    finally:
        process.terminate()
        process.wait(10)


async def retained_plan(district, device=VICTIM):
    async with as_device(district, device) as connection:
        connection.subscribe(topic("demo", device, Channel.PLAN))
        async for message in connection.messages():
            return message.payload
    raise AssertionError("the connection closed by itself")


def secret(district, device):
    return district.demo.secrets[device]


def as_device(district, device):
    return Connection(
        url=district.ports.mqtt_url,
        username=device,
        password=secret(district, device),
        client_id=f"{device}-again",
    )
