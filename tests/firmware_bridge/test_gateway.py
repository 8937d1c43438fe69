"""A whole gateway with make-believe hardware, on a real broker and a real HTTP server."""

import asyncio
import base64
import functools
import shutil
import threading
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from plans import asset
from waiting import auntil

from drivers.ports import Capabilities
from firmware_bridge import config, herald, sounds
from firmware_bridge.clock import SystemClock
from firmware_bridge.gateway import Gateway
from firmware_bridge.link.envelope import Domain, seal
from firmware_bridge.link.messages import Ack, AsRun, AsRunStored, FirmwareOrder, Stage, State
from firmware_bridge.link.mqtt import Connection
from firmware_bridge.link.topics import Channel, every_device, parse, topic
from firmware_bridge.player.outlet import Outlet
from playlists.schedule import plan as plans
from playlists.schedule.plan import AssetKind, BroadcastClass, Item, Plan
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Scene, still

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIZE = Geometry(8, 2)
BOARD, SPEAKER = "bang-1", "loa-1"
A = Scene(SIZE, (still(Frame.from_text("@....... ........")),))
B = Scene(SIZE, (still(Frame.from_text(".@...... ........")),))
SAFE = Scene(SIZE, (still(Frame.from_text("........ @@@@@@@@")),))
SOUND = b"500 ms of a sound"


class FakeHand:
    async def do(self, work):
        await asyncio.sleep(0)
        return work()


class FakeHardware:
    """One board that remembers its pictures, one output that counts its samples."""

    def __init__(self):
        self.decoder = FakeHand()
        self.pictures = []
        self.samples = 0
        self.capabilities = Capabilities(
            geometry=SIZE,
            depth=Depth.MONO,
            motions=frozenset(),
            max_strip_px=0,
            frame_interval_ms=100,
            route=None,
        )
        self.latency_ms = 0
        self.ahead_s = 0.0

    def hand(self, _device):
        return FakeHand()

    def board(self, *_args):
        return lambda: self

    def bench(self, _device):
        return None

    def outlet(self, _device, clock, _cap_db):
        return Outlet(self, FakeHand(), clock)

    def sdp(self, _device):
        return None

    def receiver(self, _device):
        return None

    def show(self, frame, *, emergency=False):
        self.pictures.append(frame)

    def blank(self):
        self.pictures.append(None)

    def open(self):
        pass

    def write(self, block):
        self.samples += len(block)

    def drain(self):
        pass

    def close(self):
        pass


class _Files(BaseHTTPRequestHandler):
    def do_GET(self):
        data = self.server.files.get(self.path.rpartition("/")[2])
        if data is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args):
        pass


@pytest.fixture
def files():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    server.daemon_threads = True
    server.files = {of(one).sha256: one.data for one in (A, B, SAFE)}
    server.files[asset(SOUND).sha256] = SOUND
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def of(scene):
    return asset(scene.data, duration_ms=scene.duration_ms)


def item(name, what, *, seconds=3600, start=None):
    start = start or datetime.now(UTC).replace(microsecond=0)
    end = start + timedelta(seconds=seconds)
    return Item(f"{name}@x", name, what, BroadcastClass.NORMAL, 50, start, end)


def sealed(*items, version=1, device=BOARD, lease=timedelta(days=8), asrun_stored=0):
    now = datetime.now(UTC).replace(microsecond=0)
    plan = Plan(
        "demo", device, version, now, now - timedelta(days=1), now + lease, items,
        safe=of(SAFE) if device == BOARD else None, asrun_stored=asrun_stored,
    )  # fmt: skip
    return seal(plans.encode(plan), Domain.PLAN, KEY)


class Field:
    """A gateway's surroundings: configuration, hardware, and a controller that listens."""

    def __init__(self, folder, mqtt_url, http_port):
        key = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
        (folder / "gateway.toml").write_text(
            f"[controller]\nurl = 'http://127.0.0.1:{http_port}'\nmqtt_url = '{mqtt_url}'\n"
            f"tenant = 'demo'\nplan_keys = ['{key}']\ndata = 'field'\n"
            f"[[device]]\nid = '{BOARD}'\nkind = 'board'\nsecret = 'bi-mat-cua-{BOARD}'\n"
            "driver = 'thin'\nwidth_px = 8\nheight_px = 2\n"
            f"[[device]]\nid = '{SPEAKER}'\nkind = 'speaker'\nsecret = 'bi-mat-cua-{SPEAKER}'\n"
            "driver = 'pcm'\nport = '127.0.0.1:1'\n"
        )
        self.mqtt_url = mqtt_url
        self.settings = config.read(folder / "gateway.toml")
        self.hardware = FakeHardware()
        self.acks, self.states, self.entries = [], [], []

    @asynccontextmanager
    async def gateway(self):
        """A running gateway that is stopped in order at the end."""
        stop = asyncio.Event()
        self.hardware = FakeHardware()
        async with httpx.AsyncClient(trust_env=False) as http:
            it = Gateway(self.settings, self.hardware, http, SystemClock())
            running = asyncio.create_task(it.run(stop))
            try:
                yield it
            finally:
                stop.set()
                await running

    @asynccontextmanager
    async def controller(self):
        """A controller that notes what it hears."""
        async with Connection(
            url=self.mqtt_url, username="controller", password="bi-mat-cua-controller",
            client_id="controller",
        ) as connection:  # fmt: skip
            for channel in (Channel.ACK, Channel.STATE, Channel.ASRUN):
                connection.subscribe(every_device("demo", channel))
            await connection.wait_connected(10)
            await auntil(lambda: not connection._subscribing, why="subscribed")
            listening = asyncio.create_task(self._listen(connection))
            yield connection
        await listening

    async def _listen(self, connection):
        kinds = {
            Channel.ACK: (self.acks, Ack),
            Channel.STATE: (self.states, State),
            Channel.ASRUN: (self.entries, AsRun),
        }
        async for message in connection.messages():
            address = parse(message.topic)
            seen, kind = kinds[address.channel]
            seen.append((address.device, kind.decode(message.payload)))

    async def plan(self, controller, envelope, device=BOARD):
        await controller.publish(topic("demo", device, Channel.PLAN), envelope, retain=True)

    async def command(self, controller, seq, key=KEY, device=BOARD, minutes=10, **how):
        not_after = datetime.now(UTC) + timedelta(minutes=minutes)
        payload = AsRunStored("demo", device, seq, not_after).encode()
        envelope = seal(payload, Domain.COMMAND, key)
        await controller.publish(topic("demo", BOARD, Channel.COMMAND), envelope, **how)

    def stages(self, device=BOARD):
        return [
            (ack.version, ack.stage.value, ack.assets_ready, ack.reason)
            for name, ack in self.acks
            if name == device
        ]

    def state(self, device=BOARD):
        mine = [state for name, state in self.states if name == device]
        return mine[-1] if mine else None

    def picture(self):
        return self.hardware.pictures[-1] if self.hardware.pictures else None

    async def shows(self, scene, why):
        await auntil(lambda: self.picture() == scene.frame_at(0), why=why)


@pytest.fixture
def field(tmp_path, nats_broker, files):
    return Field(tmp_path, nats_broker.url, files.server_address[1])


def on_a_loop(test):
    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run


@on_a_loop
async def test_a_plan_is_fetched_shown_and_acknowledged_in_stages(field):
    async with field.controller() as controller, field.gateway():
        await field.plan(controller, sealed(item("a", of(A))))
        await field.shows(A, "the board shows the plan")
        await auntil(lambda: (1, "active", 2, None) in field.stages(), why="active")
        assert field.stages() == [
            (1, "received", 0, None),
            (1, "ready", 1, None),
            (1, "ready", 2, None),
            (1, "active", 2, None),
        ]
        await auntil(lambda: field.state() and field.state().broadcast == "a", why="state")
        state = field.state()
        assert (state.online, state.asset, state.plan_version) == (True, of(A).sha256, 1)
        assert state.plan_sha256 == field.acks[-1][1].plan_sha256


@on_a_loop
async def test_a_sound_is_played_and_proved_once(field, monkeypatch):
    samples = np.ones(24_000, np.int16)
    monkeypatch.setattr(sounds, "decode", lambda data: samples if data == SOUND else None)
    sound = asset(SOUND, AssetKind.SOUND, 500)
    async with field.controller() as controller, field.gateway():
        await field.plan(controller, sealed(item("s", sound, seconds=1), device=SPEAKER), SPEAKER)
        await auntil(lambda: field.entries, timeout_s=10, why="proof arrives")
        ((device, entry),) = field.entries
        assert (device, entry.broadcast, entry.end_reason.value) == (SPEAKER, "s", "finished")
        assert field.hardware.samples == len(samples)


@on_a_loop
async def test_a_gateway_that_boots_alone_plays_from_its_disk(field, nats_broker, files):
    async with field.controller() as controller, field.gateway():
        await field.plan(controller, sealed(item("a", of(A))))
        await auntil(lambda: (1, "active", 2, None) in field.stages(), why="active")
    nats_broker.stop()
    files.files.clear()
    async with field.gateway():
        await field.shows(A, "it plays with no network at all")


@on_a_loop
async def test_what_was_cancelled_goes_and_its_file_too(field, tmp_path):
    async with field.controller() as controller, field.gateway():
        await field.plan(controller, sealed(item("a", of(A))))
        await field.shows(A, "first")
        await field.plan(controller, sealed(version=2))
        await field.shows(SAFE, "the safe content")
        await auntil(lambda: field.entries, why="proof of the end")
        assert field.entries[0][1].end_reason.value == "cancelled"
        kept = [path.name for path in (tmp_path / "field" / "assets").iterdir()]
        assert kept == [of(SAFE).sha256]


@on_a_loop
async def test_refused_plans_are_reported_and_change_nothing(field):
    good = sealed(item("a", of(A)), version=5)
    async with field.controller() as controller, field.gateway():
        await field.plan(controller, good)
        await field.shows(A, "the good plan")
        await auntil(lambda: (5, "active", 2, None) in field.stages(), why="active")
        b = item("b", of(B))
        stranger = Ed25519PrivateKey.generate()
        for envelope, reason in [
            (sealed(b, version=6)[:-1] + b"!", "bad-signature"),
            (seal(b"{}", Domain.PLAN, stranger), "unknown-key"),
            (sealed(b, version=4), "replayed"),
            (sealed(b, version=5), "replayed"),
            (sealed(b, version=6, device=SPEAKER), "wrong-device"),
            (sealed(b, version=6, lease=timedelta(seconds=-1)), "expired"),
            (b"rubbish", "not-a-plan"),
        ]:
            field.acks.clear()
            await field.plan(controller, envelope)
            await auntil(lambda r=reason: any(a.reason == r for _, a in field.acks), why=reason)
            assert field.acks[-1][1].stage is Stage.REJECTED
        assert field.picture() == A.frame_at(0)
        field.acks.clear()
        await field.plan(controller, good)
        await auntil(lambda: field.acks, why="the same plan again is acknowledged again")
        assert field.acks[-1][1].stage is Stage.ACTIVE


@on_a_loop
async def test_a_file_that_is_missing_is_named_and_fetched_when_it_is_there(field, files):
    data = files.files.pop(of(A).sha256)
    async with field.controller() as controller, field.gateway():
        await field.plan(controller, sealed(item("a", of(A))))
        await auntil(
            lambda: (1, "ready", 1, "asset-unavailable") in field.stages(), why="told what lacks"
        )
        await field.shows(SAFE, "meanwhile the safe content")
        files.files[of(A).sha256] = data
        await field.shows(A, "it is tried again")
        await auntil(lambda: field.stages()[-1] == (1, "active", 2, None), why="active")


@on_a_loop
async def test_proof_is_kept_until_it_is_confirmed_by_the_right_hand(field):
    async with field.controller() as controller:
        async with field.gateway():
            await field.plan(controller, sealed(item("a", of(A)), asrun_stored=41))
            await field.shows(A, "on")
        await auntil(lambda: field.entries, why="the end is proved before we leave")
        assert {(e.seq, e.end_reason.value) for _, e in field.entries} == {(42, "stopped")}
        field.entries.clear()
        await field.command(controller, 42, retain=True)
        async with field.gateway() as it:
            await auntil(lambda: field.entries, why="told again after a start")
            assert field.entries[0][1].seq == 42
            held = it.stations[0]._reporter
            await field.command(controller, 42, key=Ed25519PrivateKey.generate())
            await field.command(controller, 42, device="bang-2")
            await field.command(controller, 42, minutes=-1)
            await field.plan(controller, sealed(item("b", of(B)), version=2, asrun_stored=41))
            await field.shows(B, "everything before this plan has been read")
            assert held.pending()[0].seq == 42
            await field.command(controller, 43)
            await auntil(lambda: not held.pending(), why="confirmed")


@on_a_loop
async def test_a_broker_that_lost_everything_is_told_again(
    field, nats_broker, tmp_path, monkeypatch
):
    monkeypatch.setattr(herald, "FIRST_REPEAT_S", 600.0)
    async with field.controller() as controller, field.gateway():
        plan = sealed(item("a", of(A)))
        await field.plan(controller, plan)
        await auntil(lambda: (1, "active", 2, None) in field.stages(), why="active")
        nats_broker.stop()
        await auntil(lambda: not controller.connected, timeout_s=10, why="the loss is noticed")
        field.acks.clear()
        before = field.state().session
        shutil.rmtree(tmp_path / "store")
        nats_broker.start()
        await controller.wait_connected(20)
        await auntil(
            lambda: field.state().session != before, timeout_s=20, why="a new session tells itself"
        )
        assert field.state().broadcast == "a"
        await field.plan(controller, plan)  # as a controller does that finds its broker empty
        await auntil(lambda: field.acks, timeout_s=40, why="the plan is acknowledged again")
        assert set(field.stages()) == {(1, "active", 2, None)}


@on_a_loop
async def test_a_stop_in_order_leaves_a_dark_board_and_an_honest_state(field):
    async with field.controller() as controller:
        async with field.gateway():
            await field.plan(controller, sealed(item("a", of(A))))
            await field.shows(A, "on")
        assert field.picture() is None
        await auntil(lambda: not field.state().online, why="offline")
        assert field.state().at is not None
        await auntil(lambda: field.entries, why="proof")
        assert field.entries[-1][1].end_reason.value == "stopped"


@on_a_loop
async def test_a_device_that_takes_no_firmware_says_so_in_its_state(field):
    order = FirmwareOrder("demo", BOARD, 7, "1.1.0", "cd" * 32, 1_000)
    envelope = seal(order.encode(), Domain.FIRMWARE, KEY)
    async with field.controller() as controller:
        await controller.publish(topic("demo", BOARD, Channel.FIRMWARE), envelope, retain=True)
        for _ in range(2):  # and again after a restart
            field.states.clear()
            async with field.gateway():
                await auntil(lambda: field.state() and field.state().firmware, why="a report")
                await auntil(lambda: field.state().firmware.stage == "failed", why="its end")
                said = field.state().firmware
                assert (said.number, said.reason) == (7, "unsupported")
