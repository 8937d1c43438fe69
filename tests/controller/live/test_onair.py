"""Pages on air: real booths, virtual seconds, and every way in which a page ends by itself."""

import asyncio
import os
import signal
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import tones
from district_of_five import populate
from drafts import CHIEF, CLERK
from microphone import opus, unpacked
from waiting import auntil

from controller.bootstrap import prepare
from controller.errors import Conflict, Forbidden, Invalid
from controller.live import onair as module
from controller.live.booth import BoothFailed
from controller.live.model import AWAY_S, SILENT_S, PageDraft, Reason
from controller.live.onair import MAX_PAGES, MAX_SOCKETS, BoothsTaken, OnAir, TooManySockets
from controller.live.pages import PageOver
from controller.live.session import IN_USE_S, TooFast
from controller.settings import Settings
from playlists.schedule.urgency import BroadcastClass

DRAFT = PageDraft("Lũ về", ("device:loa-1",), BroadcastClass.NORMAL, 50, 120)
TONE = opus(tones.tone(440.0, 1.0, -20.0))
HUSH = opus(tones.noise(1.0, -75.0))


class Clock:
    """A clock that stands until somebody turns it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def services(tmp_path_factory, clock):
    folder = tmp_path_factory.mktemp("trực tiếp")
    with prepare(Settings(data_dir=folder, tenant="thu"), clock) as services:
        populate(services)
        yield services


class Stage:
    """What runs, with seconds that are turned by hand."""

    def __init__(self, services, clock) -> None:
        self.services, self.clock = services, clock
        self.at_s = 1_000.0
        self.on_air = OnAir(
            services.pages, services.store, clock, services.tapes, lambda: self.at_s
        )

    def turn(self, seconds: float) -> None:
        self.at_s += seconds
        self.clock.turn(seconds=seconds)

    async def begin(self, draft=DRAFT):
        page = await self.on_air.begin(draft, CHIEF)
        return page, self.on_air.session(page)

    async def say(self, session, packets) -> None:
        """Say it in no time, and wait until the booth has heard it."""
        heard = session.audience._head and len(session._level._energies)
        for packet in packets:
            self.turn(0.02)
            await session.say(packet)
        await auntil(
            lambda: len(session._level._energies) >= min(50, (heard or 0) + len(packets)),
            why="the booth has heard it",
        )

    async def ended(self, page) -> Reason:
        await self.on_air.look()
        session = self.on_air._sessions.get(page.id)
        if session is not None and session.reason is not None:
            await session.over.wait()
        return self.services.pages.get(page.id).reason


async def flood(session) -> None:
    for _ in range(1_000):
        await session.say(TONE[0])


def play(services, clock, scene):
    """Run a scene on an open stage, and close it."""

    @asynccontextmanager
    async def staged():
        stage = Stage(services, clock)
        await stage.on_air.open()
        stage.on_air._tending.cancel()  # the scene looks by itself
        try:
            yield stage
        finally:
            await stage.on_air.close()

    async def run():
        async with staged() as stage:
            return await scene(stage)

    return asyncio.run(run())


class Hesitant:
    """Begins pages, and hesitates once their plans may be on their way."""

    def __init__(self, pages) -> None:
        self._pages = pages
        self.kept, self.go_on = threading.Event(), threading.Event()

    def begin(self, *asked):
        page = self._pages.begin(*asked)
        self.kept.set()
        assert self.go_on.wait(10)
        return page

    def __getattr__(self, name):
        return getattr(self._pages, name)


def test_a_unit_that_comes_before_the_page_is_on_air_waits_for_it(services, clock):
    async def scene(stage):
        stage.on_air._pages = slow = Hesitant(services.pages)
        beginning = asyncio.create_task(stage.on_air.begin(DRAFT, CHIEF))
        await asyncio.to_thread(slow.kept.wait, 10)
        (page,), _ = services.pages.list(None, 1)
        with pytest.raises(PageOver):
            stage.on_air.session(page)
        joining = asyncio.create_task(stage.on_air.join(page))
        await asyncio.sleep(0)
        slow.go_on.set()
        await beginning
        assert await joining is stage.on_air.session(page)
        await stage.on_air.release(page.id, CHIEF)

    play(services, clock, scene)


def test_a_page_from_its_first_word_to_its_recording(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        with session.audience.seat("loa-1") as listener:
            await stage.say(session, TONE)
            status = session.status()
            with pytest.raises(Forbidden):
                await stage.on_air.release(page.id, CLERK)
            ended = await stage.on_air.release(page.id, CHIEF)
            heard = b"".join([block async for block in listener.sound()])
        with pytest.raises(PageOver):
            stage.on_air.session(ended)
        assert await stage.on_air.release(page.id, CHIEF) == ended, "twice is once"
        return page, status, ended, heard

    page, status, ended, heard = play(services, clock, scene)
    assert tones.strongest_hz(unpacked(heard)) == pytest.approx(440.0, abs=1)
    assert (status.devices, status.listening) == (1, 1)
    assert status.left_s == pytest.approx(119.0)
    assert status.level_dbfs == pytest.approx(-23.0, abs=1.0)
    assert status.peak_dbfs == pytest.approx(-20.0, abs=1.0)
    assert (ended.reason, ended.ended_at) == (Reason.RELEASED, clock.at)
    assert services.pages.recording(page.id).read_bytes() == heard
    assert ended.recording_bytes == len(heard)


def test_time_over(services, clock):
    async def scene(stage):
        page, session = await stage.begin(replace(DRAFT, max_s=30))
        await stage.say(session, TONE)
        for _ in range(7):
            stage.turn(4)
            await session.say(TONE[0])
        assert await stage.ended(page) is None
        stage.turn(1.1)
        return page, await stage.ended(page)

    page, reason = play(services, clock, scene)
    assert reason is Reason.MAX_DURATION
    assert services.pages.get(page.id).ended_at == page.ends_at


def test_microphone_away(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        await stage.say(session, TONE)
        stage.turn(AWAY_S - 0.1)
        assert await stage.ended(page) is None
        stage.turn(0.1)
        return await stage.ended(page)

    assert play(services, clock, scene) is Reason.AWAY


def test_silence(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        for _ in range(round(SILENT_S / 4) - 1):
            stage.turn(4)
            await stage.say(session, HUSH[-1:])
        assert await stage.ended(page) is None
        stage.turn(4)
        await stage.say(session, HUSH[-1:])
        return await stage.ended(page)

    assert play(services, clock, scene) is Reason.SILENT


def test_garbage(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        await stage.say(session, [b"no Opus at all"] * 49)
        assert await stage.ended(page) is None
        await stage.say(session, [b"no Opus at all"])
        return await stage.ended(page)

    assert play(services, clock, scene) is Reason.GARBLED


def test_cancelled_from_elsewhere(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        await stage.say(session, TONE)
        assert await stage.ended(page) is None
        await asyncio.to_thread(services.broadcasts.cancel, page.broadcast, CLERK)
        await asyncio.sleep(0)
        return await stage.ended(page)

    assert play(services, clock, scene) is Reason.CANCELLED


def test_a_booth_that_died(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        await stage.say(session, TONE)
        os.kill(session._booth._child.pid, signal.SIGSEGV)
        await asyncio.wait([session._listening])
        return await stage.ended(page)

    assert play(services, clock, scene) is Reason.FAULT


def test_a_disk_that_takes_no_more(services, clock, monkeypatch):
    async def scene(stage):
        page, session = await stage.begin()
        monkeypatch.setattr("controller.live.session.LAST_WORDS_S", 0.1)
        monkeypatch.setattr("controller.live.booth.STOP_S", 0.1)
        session._tape._path = services.tapes.path("none/there")
        await session.say(TONE[0])
        await session.say(TONE[1])
        await asyncio.wait([session._listening])
        return await stage.ended(page)

    assert play(services, clock, scene) is Reason.FAULT


def test_a_controller_that_stops(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        await stage.say(session, TONE)
        return page

    page = play(services, clock, scene)
    assert services.pages.get(page.id).reason is Reason.STOPPED
    assert unpacked(services.pages.recording(page.id).read_bytes()).any()


def test_what_is_no_packet_too_fast_or_one_microphone_too_many_is_refused(services, clock):
    async def scene(stage):
        page, session = await stage.begin()
        for packet in (b"", bytes(1_276)):
            with pytest.raises(Invalid):
                await session.say(packet)
        with pytest.raises(TooFast):
            await flood(session)
        assert await stage.ended(page) is None, "who comes back in time goes on"
        with session.microphone(), pytest.raises(Conflict), session.microphone():
            pass
        with session.microphone() as lost:
            stage.turn(IN_USE_S)
            with session.microphone() as found:
                assert lost.is_set()
                assert not found.is_set()
        sockets = [stage.on_air.socket(CHIEF) for _ in range(MAX_SOCKETS)]
        for one in sockets:
            one.__enter__()
        with pytest.raises(TooManySockets), stage.on_air.socket(CHIEF):
            pass
        with stage.on_air.socket(CLERK):
            pass
        for one in sockets:
            one.__exit__(None, None, None)
        with stage.on_air.socket(CHIEF):
            pass

    play(services, clock, scene)


def test_booths_are_counted_and_one_that_does_not_open_ends_its_page(services, clock, monkeypatch):
    monkeypatch.setattr(module, "MAX_PAGES", 1)
    assert MAX_PAGES == 8

    async def scene(stage):
        page, _ = await stage.begin()
        with pytest.raises(BoothsTaken):
            await stage.begin()
        await stage.on_air.release(page.id, CHIEF)
        assert await stage.ended(page) is Reason.RELEASED
        monkeypatch.setattr("controller.live.booth._COMMAND", ("/bin/false",))
        with pytest.raises(BoothFailed):
            await stage.begin()
        stage.turn(1)
        with pytest.raises(BoothFailed):  # it gave its room back
            await stage.begin()

    play(services, clock, scene)
    newest, _ = services.pages.list(None, 1)
    assert newest[0].reason is Reason.FAULT
