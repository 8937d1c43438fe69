"""No device reads or writes another's topics; forged, old and stolen plans are refused."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from firmware_bridge.link.mqtt import Connection
from waiting import auntil, until

from firmware_bridge.link import envelope
from firmware_bridge.link.topics import Channel, topic

pytestmark = pytest.mark.e2e

VICTIM, THIEF = "bang-cong-chao", "loa-cong-vien"


def test_nobody_gets_in_without_a_secret_or_with_anothers(district):
    async def attempt(username, password):
        async with Connection(
            url=district.ports.mqtt_url, username=username, password=password, client_id="x"
        ) as stranger:
            await asyncio.wait_for(auntil(lambda: stranger.refusals, why="refused"), 10)
            assert not stranger.connected

    for username, password in [("admin", "admin"), (VICTIM, ""), (VICTIM, secret(district, THIEF))]:
        asyncio.run(attempt(username, password))


def test_a_device_can_neither_read_nor_write_anothers_topics(district):
    async def attempt():
        async with as_device(district, THIEF) as thief:
            await thief.wait_connected(10)
            forbidden = [topic("demo", VICTIM, channel) for channel in Channel]
            for name in [*forbidden, "signcast/#", "#"]:
                thief.subscribe(name)
            await auntil(
                lambda: thief.refused >= {*forbidden, "signcast/#", "#"}, why="all refused"
            )
            for name in forbidden:
                await thief.publish(name, b"forged", retain=True)

    before = district.now(VICTIM)
    asyncio.run(attempt())
    assert district.now(VICTIM)["delivery"] == before["delivery"]
    assert district.confirmed(VICTIM)


def test_forged_and_replayed_plans_are_refused_and_reported(district):
    old = asyncio.run(retained_plan(district))
    broadcast = district.say("Bản mới", f"device:{VICTIM}")
    until(lambda: district.shows(broadcast, VICTIM), why="the new plan is followed")
    current = asyncio.run(retained_plan(district))

    tampered = current[:-20] + bytes([current[-20] ^ 1]) + current[-19:]
    stranger = envelope.seal(
        current[envelope.OVERHEAD_BYTES :], envelope.Domain.PLAN, Ed25519PrivateKey.generate()
    )
    for forged, reason in [
        (old, "replayed"),
        (tampered, "bad-signature"),
        (stranger, "unknown-key"),
        (b"rubbish", "not-a-plan"),
    ]:
        asyncio.run(publish_as_controller(district, forged))
        until(lambda r=reason: r in refusals(district), why=f"{reason} is reported")
        assert district.shows(broadcast, VICTIM)
    asyncio.run(publish_as_controller(district, current))
    district.api.post(f"/broadcasts/{broadcast['id']}/cancel")


async def retained_plan(district):
    async with as_device(district, VICTIM, "spy") as device:
        device.subscribe(topic("demo", VICTIM, Channel.PLAN))
        async for message in device.messages():
            return message.payload
    return None


async def publish_as_controller(district, payload):
    """Do what a taken-over broker could: put bytes where the plan stands."""
    username, password = broker_controller(district)
    async with Connection(
        url=district.ports.mqtt_url, username=username, password=password, client_id="evil"
    ) as evil:
        await evil.wait_connected(10)
        await evil.publish(topic("demo", VICTIM, Channel.PLAN), payload, retain=False)


def broker_controller(district):
    raise NotImplementedError


def refusals(district):
    with district.api.stream("GET", "/events", headers={"Last-Event-ID": "0"}) as stream:
        raise NotImplementedError(stream)


def secret(district, device):
    return district.demo.secrets[device]


def as_device(district, device, client_id=None):
    return Connection(
        url=district.ports.mqtt_url,
        username=device,
        password=secret(district, device),
        client_id=client_id or f"{device}-other",
    )
