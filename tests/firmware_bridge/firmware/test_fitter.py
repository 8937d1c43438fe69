"""Firmware orders on a gateway: who is believed, what is fetched, what is remembered."""

import asyncio
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from firmware import BLOCK_BYTES, KEYS, OTHER_KEY, Desk, image
from waiting import auntil

from drivers.bootloader.driver import Bootloader
from firmware_bridge.assets import AssetStore, Source
from firmware_bridge.firmware.fitter import TOLD_STEPS, Fitter, Rules
from firmware_bridge.firmware.update import Bench
from firmware_bridge.link import backoff
from firmware_bridge.link.envelope import Domain, seal, trusted
from firmware_bridge.link.messages import FirmwareOrder, FirmwareStage

PLAN_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
PLAN_KEYS = trusted(PLAN_KEY.public_key().public_bytes_raw())
NEW = image("1.1.0", 5_000)
TENANT, DEVICE = "demo", "bang-1"


class Shelf(ThreadingHTTPServer):
    """Serves files with Range; `cuts` are the bytes after which answers break off."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.cuts, self.ranges, self.away = {}, [], [], False

    def put(self, file):
        name = hashlib.sha256(file).hexdigest()
        self.files[name] = file
        return name


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        shelf = self.server
        data = shelf.files.get(self.path.rpartition("/")[2])
        if shelf.away or data is None or self.headers["Authorization"] != "Bearer bi-mat":
            self.send_error(404)
            return
        wanted = self.headers["Range"]
        shelf.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        cut = shelf.cuts.pop(0) if shelf.cuts else len(data)
        self.wfile.write(data[start:][:cut])

    def log_message(self, *_args):
        pass


class Hand:
    """Runs everything at once, but for one job that it holds until it is let go."""

    def __init__(self):
        self.jobs = 0
        self.hold_at = None
        self.holding, self.may_go = asyncio.Event(), asyncio.Event()

    async def do(self, work):
        self.jobs += 1
        if self.jobs == self.hold_at:
            self.holding.set()
            await self.may_go.wait()
        await asyncio.sleep(0)
        return work()


class Scene:
    """A gateway's firmware side: a desk with a board, a shelf with files, what is reported."""

    def __init__(self, folder, shelf, http, *, images=KEYS, with_board=True):
        self.shelf = shelf
        self.desk = Desk()
        self.hand = Hand()
        self.reports = []
        self.tidied = 0
        self.folder = folder
        self.assets = AssetStore(folder / "assets", http)
        source = Source(f"http://127.0.0.1:{shelf.server_address[1]}", "bi-mat")
        self.rules = Rules(TENANT, PLAN_KEYS, images, self.assets, source)
        self.with_board = with_board
        self.start()

    def start(self):
        bench = Bench(self.hand, lambda: Bootloader(self.desk.wire, self.desk.address))
        self.fitter = Fitter(
            DEVICE,
            self.folder / DEVICE,
            self.rules,
            bench if self.with_board else None,
            report=self.reports.append,
            restarted=lambda: None,
            status=None,
            tidy=self._tidy,
        )
        self.running = asyncio.create_task(self.fitter.run())

    async def stop(self):
        self.running.cancel()
        await asyncio.wait([self.running])

    def _tidy(self):
        self.tidied += 1

    def order(self, number, new=NEW, **how):
        file = None if new is None else new.file
        sha256 = None if file is None else self.shelf.put(how.get("file", file))
        return seal(
            FirmwareOrder(
                how.get("tenant", TENANT),
                how.get("device", DEVICE),
                number,
                "" if new is None else str(new.manifest.version),
                sha256,
                how.get("size_bytes", 0 if file is None else len(file)),
            ).encode(),
            how.get("domain", Domain.FIRMWARE),
            how.get("key", PLAN_KEY),
        )

    async def settled(self, number):
        await auntil(
            lambda: (
                self.reports
                and self.reports[-1].number == number
                and self.reports[-1].stage.is_final
            ),
            why=f"order {number} has come to its end",
        )
        return self.reports[-1]

    def stages(self):
        return list(dict.fromkeys(report.stage.value for report in self.reports))


@pytest.fixture
def shelf():
    server = Shelf()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def on_scene(tmp_path, shelf, monkeypatch):
    """Run a test with a scene."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)

    def run(test, **how):
        async def act():
            async with httpx.AsyncClient(trust_env=False) as http:
                scene = Scene(tmp_path, shelf, http, **how)
                try:
                    await asyncio.wait_for(test(scene), 30)
                finally:
                    await scene.stop()

        asyncio.run(act())

    return run


def test_an_order_goes_through_its_stages(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1))
        assert scene.fitter.needed == {scene.shelf.put(NEW.file)}
        end = await scene.settled(1)
        assert (end.stage, end.version, end.reason) == (FirmwareStage.CONFIRMED, "1.1.0", None)
        assert scene.stages() == ["fetching", "staged", "writing", "trial", "confirmed"]
        assert scene.desk.runs() == "1.1.0"
        assert (scene.fitter.needed, scene.tidied) == (set(), 1)
        assert len(scene.reports) < 5 + TOLD_STEPS < 5_000 / BLOCK_BYTES

    on_scene(test)


def test_the_file_is_fetched_with_resume(on_scene):
    async def test(scene):
        scene.shelf.cuts = [1_000, 0, 2_500]
        scene.fitter.take(scene.order(1))
        assert (await scene.settled(1)).stage is FirmwareStage.CONFIRMED
        assert scene.shelf.ranges == [None, "bytes=1000-", "bytes=1000-", "bytes=3500-"]
        hindered = [report for report in scene.reports if report.reason == "asset-unavailable"]
        assert {report.stage for report in hindered} == {FirmwareStage.FETCHING}

    on_scene(test)


def test_an_absent_controller_is_waited_for(on_scene):
    async def test(scene):
        scene.shelf.away = True
        scene.fitter.take(scene.order(1))
        await auntil(lambda: scene.reports[-1].reason == "asset-unavailable", why="it says so")
        scene.shelf.away = False
        assert (await scene.settled(1)).stage is FirmwareStage.CONFIRMED

    on_scene(test)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (image("1.1.0", key=OTHER_KEY), "unknown-key"),
        (image("1.1.0", hardware="p16"), "wrong-hardware"),
        (image("0.9.0"), "not-newer"),
        (image("1.1.0", begins=b"CRASH"), "trial-restarts"),
    ],
    ids=["wrong key", "wrong hardware", "downgrade", "crashing"],
)
def test_what_cannot_be_installed_fails_with_its_reason(on_scene, new, reason):
    async def test(scene):
        scene.fitter.take(scene.order(1, new))
        end = await scene.settled(1)
        assert (end.stage, end.reason) == (FirmwareStage.FAILED, reason)
        assert scene.desk.runs() == "1.0.0"

    on_scene(test)


def test_a_file_of_a_wrong_key_never_reaches_the_board(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1, image("1.1.0", key=OTHER_KEY)))
        await scene.settled(1)
        assert scene.hand.jobs == 0

    on_scene(test)


@pytest.mark.parametrize("spoil", [lambda file: file[:-1], lambda file: b"x" * len(file)])
def test_a_file_that_is_no_image_fails(on_scene, spoil):
    async def test(scene):
        file = spoil(NEW.file)
        scene.fitter.take(scene.order(1, file=file, size_bytes=len(file)))
        end = await scene.settled(1)
        assert (end.stage, end.reason in {"damaged", "bad-manifest"}) == ("failed", True)
        assert scene.hand.jobs == 0

    on_scene(test)


def test_a_gateway_without_firmware_keys_refuses_every_order(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1))
        assert (await scene.settled(1)).reason == "no-firmware-keys"
        assert scene.shelf.ranges == []

    on_scene(test, images={})


def test_a_device_that_takes_no_firmware_says_so(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1))
        assert (await scene.settled(1)).reason == "unsupported"

    on_scene(test, with_board=False)


@pytest.mark.parametrize(
    "how",
    [
        {"key": OTHER_KEY},
        {"domain": Domain.PLAN},
        {"domain": Domain.COMMAND},
        {"device": "bang-2"},
        {"tenant": "other"},
    ],
    ids=["key", "plan", "command", "device", "tenant"],
)
def test_a_strangers_order_changes_nothing(on_scene, how):
    async def test(scene):
        scene.fitter.take(scene.order(1, **how))
        for garbage in (b"", b"x" * 100, seal(b"{}", Domain.FIRMWARE, PLAN_KEY)):
            scene.fitter.take(garbage)
        await asyncio.sleep(0)
        assert (scene.reports, scene.fitter.needed) == ([], set())

    on_scene(test)


def test_an_old_order_changes_nothing_and_the_same_is_answered_again(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(5))
        end = await scene.settled(5)
        jobs = scene.hand.jobs
        scene.fitter.take(scene.order(4, image("1.2.0")))
        scene.fitter.take(scene.order(5))
        assert scene.reports[-2:] == [end, end]
        await asyncio.sleep(0)
        assert scene.hand.jobs == jobs

    on_scene(test)


def test_a_failed_order_is_not_tried_again_after_a_restart(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1, image("1.1.0", begins=b"CRASH")))
        end = await scene.settled(1)
        await scene.stop()
        jobs = scene.hand.jobs
        scene.start()
        assert scene.reports[-1] == end
        scene.fitter.take(scene.order(1, image("1.1.0", begins=b"CRASH")))
        await asyncio.sleep(0.01)
        assert scene.hand.jobs == jobs

    on_scene(test)


@pytest.mark.parametrize("jobs", [1, 2, 30, 82, 83])
def test_a_restart_in_the_middle_goes_on_without_the_broker(on_scene, jobs):
    async def test(scene):
        scene.hand.hold_at = jobs
        scene.fitter.take(scene.order(1))
        await scene.hand.holding.wait()
        await scene.stop()
        scene.start()
        assert (await scene.settled(1)).stage is FirmwareStage.CONFIRMED
        assert scene.desk.board.flash.operations == 2 + 1 + 79 + 3  # nothing was written twice

    on_scene(test)


def test_a_failure_that_a_restart_has_not_seen_is_a_failure_all_the_same(on_scene):
    async def test(scene):
        bad = image("1.1.0", begins=b"CRASH")
        scene.hand.hold_at = 1 + 1 + 5 + 1 + 1  # hello, begin, blocks, activate, and hello again
        scene.fitter.take(scene.order(1, bad))
        await scene.hand.holding.wait()
        await scene.stop()
        before = scene.desk.board.flash.operations
        scene.start()
        assert (await scene.settled(1)).reason == "trial-restarts"
        assert scene.desk.board.flash.operations == before

    on_scene(test)


def test_a_lost_memory_ends_well_all_the_same(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1))
        await scene.settled(1)
        await scene.stop()
        (scene.folder / DEVICE / "firmware.json").write_text('{"order": 3')
        scene.start()
        scene.fitter.take(scene.order(1))
        assert (await scene.settled(1)).stage is FirmwareStage.CONFIRMED

    on_scene(test)


def test_a_withdrawn_order_stops_while_it_is_written(on_scene):
    async def test(scene):
        scene.hand.hold_at = 20
        scene.fitter.take(scene.order(1))
        await scene.hand.holding.wait()
        scene.fitter.take(scene.order(2, None))
        scene.hand.may_go.set()
        end = await scene.settled(2)
        assert (end.stage, end.version) == (FirmwareStage.WITHDRAWN, "")
        assert scene.desk.runs() == "1.0.0"
        scene.fitter.take(scene.order(3))
        assert (await scene.settled(3)).stage is FirmwareStage.CONFIRMED

    on_scene(test)


def test_a_withdrawal_after_the_end_keeps_the_end(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1))
        await scene.settled(1)
        scene.fitter.take(scene.order(2, None))
        end = await scene.settled(2)
        assert (end.stage, end.version) == (FirmwareStage.CONFIRMED, "1.1.0")

    on_scene(test)


def test_a_withdrawal_while_the_file_is_fetched(on_scene):
    async def test(scene):
        scene.shelf.away = True
        scene.fitter.take(scene.order(1))
        await auntil(lambda: scene.reports[-1].reason == "asset-unavailable", why="it says so")
        scene.fitter.take(scene.order(2, None))
        assert (await scene.settled(2)).stage is FirmwareStage.WITHDRAWN

    on_scene(test)


def test_a_newer_order_takes_the_place_of_the_one_that_runs(on_scene):
    async def test(scene):
        newer = image("1.2.0", 2_000)
        scene.hand.hold_at = 20
        scene.fitter.take(scene.order(1))
        await scene.hand.holding.wait()
        scene.fitter.take(scene.order(2, newer))
        scene.hand.may_go.set()
        end = await scene.settled(2)
        assert (end.stage, scene.desk.runs()) == (FirmwareStage.CONFIRMED, "1.2.0")
        numbers = [report.number for report in scene.reports]
        assert numbers == sorted(numbers)

    on_scene(test)


def test_what_is_remembered_is_one_small_file(on_scene):
    async def test(scene):
        scene.fitter.take(scene.order(1))
        await scene.settled(1)
        kept = json.loads((scene.folder / DEVICE / "firmware.json").read_text())
        assert (kept["order"]["number"], kept["report"]["stage"]) == (1, "confirmed")

    on_scene(test)
