"""Controller against a real broker: plans go out, come again after a loss, reports come in."""

import asyncio
import os
import shutil
import signal
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from district_of_five import populate, speaker
from drafts import CHIEF, draft
from waiting import auntil, until

from api.cli.wiring import free_ports
from controller import child
from controller.bootstrap import open_controller
from controller.settings import Settings
from controller.store import plans
from firmware_bridge.errors import NotConnected
from firmware_bridge.link import envelope
from firmware_bridge.link.messages import Ack, AsRun, AsRunStored, EndReason, Stage, State
from firmware_bridge.link.mqtt import Connection
from firmware_bridge.link.topics import Channel, topic
from playlists.schedule import plan


def run(work):
    asyncio.run(asyncio.wait_for(work, 60))


@asynccontextmanager
async def running(tmp_path):
    (port,) = free_ports(1)
    settings = Settings(data_dir=tmp_path / "ổ đĩa", tenant="thu", mqtt_port=port)
    async with open_controller(settings) as controller:
        await asyncio.to_thread(populate, controller)
        yield controller


@asynccontextmanager
async def gateway(controller, name="loa-9"):
    """Enrol a device and connect as its gateway."""
    given = await asyncio.to_thread(controller.district.enrol, speaker(name, "quan"), thin=False)
    async with Connection(
        url=controller.mqtt_url, username=name, password=given.secret, client_id=name
    ) as connection:
        for channel in (Channel.PLAN, Channel.COMMAND):
            connection.subscribe(topic("thu", name, channel))
        await connection.wait_connected(20)
        yield connection


async def next_plan(controller, connection, incoming, version=1):
    """Return the next plan; a broker may lose one that comes while its device subscribes."""
    asking = asyncio.create_task(ask_again(connection))
    try:
        return await heard_plan(controller, incoming, version)
    finally:
        asking.cancel()


async def ask_again(connection, every_s=3):
    """Say from time to time that we hold no plan, as gateways do until they hold one."""
    while True:
        await asyncio.sleep(every_s)
        state = State("s1", online=True, at=None).encode()
        with suppress(NotConnected):
            await connection.publish(topic("thu", "loa-9", Channel.STATE), state)


async def heard_plan(controller, incoming, version):
    keys = envelope.trusted(controller.plan_key)
    async for message in incoming:
        if message.topic.endswith("/plan"):
            payload = envelope.open_sealed(message.payload, envelope.Domain.PLAN, keys)
            found = plan.decode(payload)
            if found.version >= version:
                return found
    raise AssertionError("the connection closed")


def lose_everything(folder):
    """Kill the broker of this folder, and its disk with it."""
    (pid,) = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if str(folder).encode() in path.read_bytes()
    ]
    os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder / "store")


def entry(seq, at):
    return AsRun(
        seq, "b", f"b@{seq}", "ab" * 32, at, at, at + timedelta(seconds=5), EndReason.FINISHED
    )


def test_a_new_device_is_let_in_and_gets_its_plan(tmp_path):
    async def work():
        async with running(tmp_path) as controller, gateway(controller) as connection:
            found = await next_plan(controller, connection, connection.messages())
            assert (found.tenant, found.device) == ("thu", "loa-9")

    run(work())


def test_reports_are_stored_once_and_receipted_without_gaps(tmp_path):
    async def work():
        async with running(tmp_path) as controller, gateway(controller) as connection:
            at = controller.clock.now()
            reports = topic("thu", "loa-9", Channel.ASRUN)
            for seq in (2, 2, 1, 2, 4):
                await connection.publish(reports, entry(seq, at).encode())
            receipts = []
            keys = envelope.trusted(controller.plan_key)
            async for message in connection.messages():
                if message.topic.endswith("/command"):
                    payload = envelope.open_sealed(message.payload, envelope.Domain.COMMAND, keys)
                    receipts.append(AsRunStored.decode(payload).seq)
                    if len(receipts) == 5:
                        break
            assert receipts == [0, 0, 2, 2, 2]
            log, _ = await asyncio.to_thread(controller.field.asrun, "loa-9", None, None, None, 50)
            assert [one.seq for one in log] == [2, 1, 4]

    run(work())


def test_a_device_that_says_it_holds_another_plan_is_sent_its_own_again(tmp_path):
    async def work():
        async with running(tmp_path) as controller, gateway(controller) as connection:
            incoming = connection.messages()
            first = await next_plan(controller, connection, incoming)

            async def say(sha256, why=""):
                at = controller.clock.now()
                state = State("s", online=True, at=at, plan_sha256=sha256, why=why)
                await connection.publish(topic("thu", "loa-9", Channel.STATE), state.encode())

            for held in ("", "ab" * 32):
                await say(held)
                assert await next_plan(controller, connection, incoming) == first
            with controller.store.read() as tx:
                held = plans.current(tx, "loa-9").sha256
            await say(held, "the right one")
            await auntil(
                lambda: controller.field.now("loa-9").why == "the right one", why="it is read"
            )
            with controller.store.read() as tx:
                assert plans.outgoing(tx) == []

    run(work())


def test_acks_states_and_nonsense(tmp_path):
    async def work():
        async with running(tmp_path) as controller, gateway(controller) as connection:
            found = await next_plan(controller, connection, connection.messages())
            at = controller.clock.now()

            async def say(channel, payload):
                await connection.publish(topic("thu", "loa-9", channel), payload)

            def now():
                return controller.field.now("loa-9")

            for rubbish in (b"", b"{", b"\xff" * 100, b"[" * 60_000, b'{"seq":NaN}'):
                for channel in (Channel.ACK, Channel.STATE, Channel.ASRUN):
                    await say(channel, rubbish)
            await say(Channel.ACK, Ack(found.version, "x", Stage.ACTIVE, at).encode())
            await auntil(lambda: now().delivery.confirmed_version == found.version, why="confirmed")
            refused = Ack(0, "y", Stage.REJECTED, at, reason="bad-signature")
            await say(Channel.ACK, refused.encode())
            await say(Channel.STATE, State("s2", online=True, at=at, why="hay").encode())
            await auntil(lambda: now().online, why="online")
            # the will of the session before comes late: it must not count
            await say(Channel.STATE, State("s1", online=False, at=None).encode())
            await say(Channel.STATE, State("s2", online=True, at=at, why="vẫn đây").encode())
            await auntil(lambda: now().why == "vẫn đây", why="the newer state")
            assert now().online
            assert now().delivery.confirmed_version == found.version
            await say(Channel.STATE, State("s2", online=False, at=None).encode())
            await auntil(lambda: not now().online, why="its own will counts")
            stages, onlines = [], []
            async for event in controller.hub.follow(0):
                if event.kind == "ack":
                    stages.append(event.data["stage"])
                if event.kind == "state":
                    onlines.append(event.data["online"])
                    if not event.data["online"]:
                        break
            assert stages == ["active", "rejected"]
            assert onlines[-3:] == [True, True, False], "the late will was never believed"
            assert onlines.count(False) == 1

    run(work())


def test_a_broker_that_lost_everything_is_filled_again(tmp_path):
    async def work():
        async with running(tmp_path) as controller, gateway(controller) as connection:
            first = await next_plan(controller, connection, connection.messages())
            folder = controller.settings.data_dir / "broker"
            await asyncio.to_thread(lose_everything, folder)
            again = await next_plan(controller, connection, connection.messages())
            assert again == first

    run(work())


def test_what_is_accepted_reaches_the_broker_at_once(tmp_path):
    async def work():
        async with running(tmp_path) as controller:
            asked = await asyncio.to_thread(draft, controller, "area:quan")
            await asyncio.to_thread(controller.broadcasts.create, asked, CHIEF)

            def outbox():
                with controller.store.read() as tx:
                    return plans.outgoing(tx)

            await auntil(lambda: not outbox(), why="the outbox is empty")
            assert all(controller.health().values())

    run(work())


@pytest.mark.parametrize("gentle", [True, False])
def test_a_child_is_stopped_gently_or_not(gentle, tmp_path, monkeypatch):
    script = "trap '' TERM; echo ready; sleep 60" if not gentle else "echo ready; sleep 60"
    with (tmp_path / "log").open("wb") as log:
        process = child.start(["/bin/sh", "-c", script], log)
    until((tmp_path / "log").read_bytes, why="it runs")
    monkeypatch.setattr(child, "STOP_TIMEOUT_S", 0.3)
    child.stop(process)
    assert process.returncode in {-15, -9}
