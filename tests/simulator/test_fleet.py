"""The fleet against the real controller and its embedded broker."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from drafts import CHIEF, draft
from fleets import TENANT, are_gone, delivering, is_told
from waiting import auntil

from api.cli.wiring import free_ports
from controller.settings import Settings
from controller.store import plans
from drivers.errors import PeerWireError
from firmware_bridge.errors import RefusalReason
from firmware_bridge.link.envelope import trusted
from firmware_bridge.link.messages import Stage
from playlists.schedule.plan import BroadcastClass
from simulator.fleet import MAX_PACKET_BYTES, Fleet, Unit, packet, split

COUNT = 50
NAMES = [f"tb-{number}" for number in range(COUNT)]
BOARDS = {name for number, name in enumerate(NAMES) if number % 5 != 4}


def now():
    return datetime.now(UTC)


def make_fleet(controller, units, shown):
    return Fleet(
        units,
        url=controller.broker.url,
        tenant=TENANT,
        keys=trusted(controller.services.plan_key),
        clock=now,
        came_on=shown.append,
    )


async def wait_idle(services, why):
    await auntil(lambda: is_told(services, NAMES, None), timeout_s=30, why=why)


def stages(services, names):
    with services.store.read() as tx:
        found = [plans.delivery(tx, name) for name in names]
    return {(one.stage, one.confirmed_version == one.desired_version) for one in found}


def test_fifty_gateways_show_what_they_are_sent_and_say_so(tmp_path):
    async def scenario():
        (mqtt_port,) = free_ports(1)
        settings = Settings(data_dir=tmp_path / "dữ liệu", tenant=TENANT, mqtt_port=mqtt_port)
        async with delivering(settings, COUNT) as controller:
            services, shown = controller.services, []
            stranger = Unit("tb-0", "sai mật khẩu")
            with pytest.raises(ConnectionError, match="refused tb-0"):
                async with make_fleet(controller, [stranger], shown):
                    pytest.fail("nobody lets a stranger in")
            async with make_fleet(controller, controller.units, shown) as fleet:
                await wait_idle(services, "every device holds its first plan")
                assert shown == []
                await check_emergency(services, fleet, shown)
                check_refusals(services, fleet)
                assert fleet.lost == []
            await auntil(
                lambda: are_gone(services, NAMES), timeout_s=10, why="the wills say that all left"
            )

    asyncio.run(scenario())


async def check_emergency(services, fleet, shown):
    asked = draft(services, "area:phuong", broadcast_class=BroadcastClass.EMERGENCY)
    began = now()
    made = await asyncio.to_thread(services.broadcasts.create, asked, CHIEF)
    await auntil(lambda: len(shown) == len(BOARDS), timeout_s=10, why="all boards show it")
    assert {one.device for one in shown} == BOARDS
    assert {one.broadcast for one in shown} == {made.id}
    assert all(began < one.at <= now() for one in shown)
    # A loudspeaker has nothing of a text, and its plan did not change.
    versions = Counter(gateway.plan.version for gateway in fleet.gateways)
    assert versions == {2: len(BOARDS), 1: COUNT - len(BOARDS)}
    await auntil(
        lambda: stages(services, BOARDS) == {(Stage.ACTIVE, True)},
        timeout_s=10,
        why="all boards acknowledged their plans",
    )
    await asyncio.to_thread(services.broadcasts.cancel, made.id, CHIEF)
    await wait_idle(services, "every board is idle again")
    assert len(shown) == len(BOARDS)


def check_refusals(services, fleet):
    gateway, other = fleet.gateways[:2]
    with services.store.read() as tx:
        held = plans.current(tx, gateway.unit.device)
        foreign = plans.current(tx, other.unit.device).envelope
    broken = held.envelope[:-1] + bytes([held.envelope[-1] ^ 1])
    for envelope in (broken, foreign):
        gateway.take_plan(envelope)
    assert gateway.refused == [RefusalReason.BAD_SIGNATURE, RefusalReason.WRONG_DEVICE]
    gateway.plan = replace(gateway.plan, version=held.version + 1)
    gateway.sha256 = ""
    gateway.take_plan(held.envelope)
    assert gateway.refused[2:] == [RefusalReason.REPLAYED]


def test_packets_come_whole_however_they_are_cut():
    sent = [(0x30, b""), (0x32, b"x" * 127), (0x40, b"y" * 128), (0x30, b"z" * 20_000)]
    stream = b"".join(packet(head, body) for head, body in sent)
    for step in (1, 3, len(stream)):
        buffer, found = bytearray(), []
        for at in range(0, len(stream), step):
            buffer += stream[at : at + step]
            found += split(buffer)
        assert found == sent
        assert not buffer


@pytest.mark.parametrize(
    "data", [packet(0x30, bytes(MAX_PACKET_BYTES + 1))[:5], b"\x30\xff\xff\xff\xff"]
)
def test_packets_without_end_are_refused(data):
    with pytest.raises(PeerWireError):
        list(split(bytearray(data)))
