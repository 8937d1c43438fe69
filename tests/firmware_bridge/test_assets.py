"""Fetching files from a real HTTP server that breaks off, lies, and comes back."""

import asyncio
import hashlib
import resource
import signal
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from plans import asset

from firmware_bridge.assets import AssetStore, Source
from firmware_bridge.errors import AssetUnavailable
from playlists.schedule.plan import AssetKind

DATA = hashlib.shake_256(b"a sound").digest(200_000)
SOUND = asset(DATA, AssetKind.SOUND)
SECRET = "bi-mat"


class Shelf(ThreadingHTTPServer):
    """Serves one file with Range; `cuts` are the bytes after which answers break off."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data = DATA
        self.cuts = []
        self.statuses = []
        self.ranges = []
        self.honours_range = True
        self.lies_by = 0

    @property
    def source(self):
        return Source(f"http://127.0.0.1:{self.server_address[1]}", SECRET)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        if self.headers["Authorization"] != f"Bearer {SECRET}":
            self.send_error(401)
            return
        if server.statuses:
            self.send_error(server.statuses.pop(0))
            return
        wanted = self.headers["Range"]
        server.ranges.append(wanted)
        start = 0
        if wanted and server.honours_range:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(server.data):
                self.send_error(416)
                return
            self.send_response(206)
            total = len(server.data)
            told = start + server.lies_by
            self.send_header("Content-Range", f"bytes {told}-{total - 1}/{total}")
        else:
            self.send_response(200)
        body = server.data[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = server.cuts.pop(0) if server.cuts else len(body)
        self.wfile.write(body[:cut])

    def log_message(self, *_args):
        pass


@pytest.fixture
def shelf():
    server = Shelf()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def on_a_loop(test):
    """Run an asynchronous test(shelf, folder, store) on a loop of its own."""

    def run(shelf, tmp_path):
        async def with_client():
            async with httpx.AsyncClient(trust_env=False) as http:
                await test(shelf, tmp_path, AssetStore(tmp_path, http))

        asyncio.run(asyncio.wait_for(with_client(), 30))

    run.__name__ = test.__name__
    return run


async def failure(store, wanted, source):
    with pytest.raises(AssetUnavailable) as caught:
        await store.fetch(wanted, source)
    return caught.value.reason


@on_a_loop
async def test_a_file_is_fetched_whole(shelf, folder, store):
    assert not store.has(SOUND)
    await store.fetch(SOUND, shelf.source)
    assert store.read(SOUND) == DATA
    assert [path.name for path in folder.iterdir()] == [SOUND.sha256]
    await store.fetch(SOUND, shelf.source)
    assert shelf.ranges == [None], "what is here is not fetched again"


@on_a_loop
async def test_a_transfer_goes_on_where_it_broke_off(shelf, folder, store):
    shelf.cuts = [1, 70_000, 0, 99_999]
    for _ in shelf.cuts[:]:
        assert await failure(store, SOUND, shelf.source)
        assert store.read(SOUND) is None
    await store.fetch(SOUND, shelf.source)
    assert store.read(SOUND) == DATA
    assert shelf.ranges == [None, "bytes=1-", "bytes=70001-", "bytes=70001-", "bytes=170000-"]


@on_a_loop
async def test_a_transfer_cut_at_any_block_is_never_played_and_ends_whole(shelf, folder, store):
    for cut in {*range(0, len(DATA), 4_096), len(DATA) - 1}:
        shelf.cuts = [cut]
        assert await failure(store, SOUND, shelf.source)
        assert store.read(SOUND) is None
        await store.fetch(SOUND, shelf.source)
        assert store.read(SOUND) == DATA
        store.keep_only(())


@on_a_loop
async def test_a_full_disk_is_no_sound_until_there_is_room(shelf, folder, store):
    """The kernel refuses to let files grow beyond a limit, as it does on a disk that is full."""
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        for _ in range(2):
            assert "cannot keep it" in await failure(store, SOUND, shelf.source)
            assert store.read(SOUND) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    await store.fetch(SOUND, shelf.source)
    assert store.read(SOUND) == DATA


@on_a_loop
async def test_a_server_without_range_is_taken_from_the_start(shelf, folder, store):
    shelf.cuts, shelf.honours_range = [50_000], False
    await failure(store, SOUND, shelf.source)
    await store.fetch(SOUND, shelf.source)
    assert store.read(SOUND) == DATA


@on_a_loop
async def test_a_server_that_goes_on_elsewhere_is_not_followed(shelf, folder, store):
    shelf.cuts, shelf.lies_by = [50_000], 7
    await failure(store, SOUND, shelf.source)
    assert "206" in await failure(store, SOUND, shelf.source)
    assert (folder / f"{SOUND.sha256}.part").stat().st_size == 50_000
    shelf.lies_by = 0
    await store.fetch(SOUND, shelf.source)
    assert store.read(SOUND) == DATA


@on_a_loop
async def test_wrong_bytes_are_thrown_away_and_never_given_out(shelf, folder, store):
    shelf.data = DATA[:-1] + b"?"
    assert "thrown away" in await failure(store, SOUND, shelf.source)
    assert list(folder.iterdir()) == []
    shelf.data = DATA + b"more"
    assert "thrown away" in await failure(store, SOUND, shelf.source)
    shelf.data = DATA
    await store.fetch(SOUND, shelf.source)
    assert store.read(SOUND) == DATA


@on_a_loop
async def test_a_part_of_other_bytes_heals(shelf, folder, store):
    (folder / f"{SOUND.sha256}.part").write_bytes(b"x" * 1000)
    assert "thrown away" in await failure(store, SOUND, shelf.source)
    await store.fetch(SOUND, shelf.source)
    (folder / f"{SOUND.sha256}").unlink()
    (folder / f"{SOUND.sha256}.part").write_bytes(DATA + b"x")
    await store.fetch(SOUND, shelf.source)
    assert store.read(SOUND) == DATA


@pytest.mark.parametrize("status", [401, 404, 416, 500, 302])
def test_refusals_are_failures_to_try_again(shelf, tmp_path, status):
    @on_a_loop
    async def fetch(shelf, folder, store):
        shelf.statuses = [status]
        assert str(status) in await failure(store, SOUND, shelf.source)
        await store.fetch(SOUND, shelf.source)

    fetch(shelf, tmp_path)


@on_a_loop
async def test_a_wrong_secret(shelf, folder, store):
    assert "401" in await failure(store, SOUND, replace(shelf.source, secret="sai"))


@on_a_loop
async def test_nobody_there(shelf, folder, store):
    shelf.server_close()
    assert await failure(store, SOUND, shelf.source)


@on_a_loop
async def test_a_plan_cannot_fill_the_disk(shelf, folder, store):
    huge = replace(SOUND, size_bytes=1 << 40)
    assert "too many" in await failure(store, huge, shelf.source)
    assert shelf.ranges == []


@on_a_loop
async def test_two_devices_fetch_one_file_once(shelf, folder, store):
    await asyncio.gather(*(store.fetch(SOUND, shelf.source) for _ in range(5)))
    assert len(shelf.ranges) == 1


@on_a_loop
async def test_a_rotten_file_is_noticed_at_the_next_start(shelf, folder, store):
    await store.fetch(SOUND, shelf.source)
    path = folder / SOUND.sha256
    path.write_bytes(DATA[:100] + b"\0" + DATA[101:])
    async with httpx.AsyncClient(trust_env=False) as http:
        after_a_start = AssetStore(folder, http)
        assert not after_a_start.has(SOUND)
        await after_a_start.fetch(SOUND, shelf.source)
        assert after_a_start.read(SOUND) == DATA


@on_a_loop
async def test_only_what_is_needed_is_kept(shelf, folder, store):
    await store.fetch(SOUND, shelf.source)
    (folder / f"{'b' * 64}.part").write_bytes(b"old")
    (folder / "README").write_bytes(b"not ours")
    store.keep_only({SOUND.sha256})
    assert {path.name for path in folder.iterdir()} == {SOUND.sha256, "README"}
    store.keep_only(set())
    assert not store.has(SOUND)
