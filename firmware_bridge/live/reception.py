"""A stream as a programme: received beside the event loop's other work, heard block by block."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

from firmware_bridge.clock import Clock
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.live.listening import Fallback, Listening
from firmware_bridge.live.packets import unpacked
from firmware_bridge.live.receiver import Ended, Receiver, Tune
from firmware_bridge.player.fade import FADE, faded_out
from firmware_bridge.player.onair import sleep
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.schedule.asset import Live
from playlists.schedule.plan import Item

logger = logging.getLogger(__name__)

T = TypeVar("T")

RELAY_STALLS: Final = timedelta(seconds=20)
"""A station sends segments of 10 s, some longer."""
PAGE_STALLS: Final = timedelta(seconds=8)
PASS_EVERY: Final = timedelta(milliseconds=250)
AT_ONCE: Final = timedelta(seconds=1)
"""What nobody hears passes in its own time; a clock that was set makes it no faster."""


class Reception:
    """A `Programme` that is received from when it is made until `close`."""

    length = None

    def __init__(
        self,
        item: Item,
        live: Live,
        *,
        tune: Tune,
        clock: Clock,
        fallback: Fallback,
        changed: Callable[[], None],
    ) -> None:
        """Begin to receive; `changed` is called when it has become ready, lost, back or over."""
        self._item = item
        self._live = live
        self._tune = tune
        self._clock = clock
        self._changed = changed
        self._listening = Listening(live, fallback)
        self._backoff = Backoff()
        self._why = "nothing came yet"
        self._room = asyncio.Event()
        self._on_air = False
        self._was_on_air = False
        self._told = self._state
        self.position = 0
        self._duties = [
            asyncio.create_task(self._receive(), name=f"receive {item.occurrence}"),
            asyncio.create_task(self._pass(), name=f"pass {item.occurrence}"),
        ]

    @property
    def is_lost(self) -> bool:
        """Say whether patience is over."""
        return self._listening.is_lost

    @property
    def is_ready(self) -> bool:
        """Say whether the stream itself can be heard now."""
        return self._listening.has_enough and not self._listening.is_over

    @property
    def why(self) -> str:
        """Say why nothing is heard of it."""
        return self._why

    @property
    def fault(self) -> str:
        """Say what is wrong with the stream; "" = nothing."""
        if not self.is_lost:
            return ""
        if self._listening.is_silent:
            return "the stream is silent"
        return f"the stream is away: {self._why}"

    @property
    def note(self) -> str:
        """Say what was heard instead of it."""
        return self._listening.account.note

    def begin(self) -> None:
        """Be told that it is on from now on."""
        self._on_air = self._was_on_air = True
        self._listening.begin_account()

    def take(self, count: int) -> Samples:
        """Return the next samples, none when a page is over."""
        block = self._taken(count)
        self.position += len(block)
        return block

    def tail(self) -> Samples:
        """Return the next few samples, falling silent."""
        return faded_out(self._taken(FADE))

    def leave(self) -> None:
        """Be told that it is no longer on: it goes on, and nobody hears it."""
        self._on_air = False

    async def close(self) -> None:
        """Receive no more."""
        for duty in self._duties:
            duty.cancel()
        await asyncio.wait(self._duties)

    def _taken(self, count: int) -> Samples:
        block = self._listening.take(count)
        self._room.set()
        self._look()
        return block

    @property
    def _state(self) -> tuple[bool, bool, bool]:
        listening = self._listening
        return listening.has_enough, listening.is_lost, listening.is_over

    def _look(self) -> None:
        """Tell when it has become ready, lost, back or over."""
        ready, *rest = self._state
        told_ready, *told = self._told
        if rest != told or (ready and not told_ready and not self._on_air):
            self._changed()
        self._told = self._state

    async def _receive(self) -> None:
        """Receive, and begin again whenever it breaks, until a page is over."""
        while True:
            ended = await self._received_once()
            if ended.over and self._live.ends:
                self._listening.end()
                self._look()
                return
            self._why = ended.why
            logger.info("%s: %s", self._item.broadcast, ended.why)
            await self._wait(timedelta(seconds=self._backoff.delay_s()))

    async def _received_once(self) -> Ended:
        left = max(self._item.end - self._clock.now(), timedelta())
        starting = asyncio.ensure_future(self._tune(self._live, left))
        try:
            receiver = await asyncio.shield(starting)
        except asyncio.CancelledError:
            await (await starting).close()  # what was being started would run on
            raise
        except OSError as exc:
            return Ended(over=False, why=f"it cannot be received here: {exc}")
        stalled = False
        try:
            stalled = await self._fill(receiver)
        finally:
            ended = await asyncio.shield(receiver.close())
        return Ended(over=False, why="nothing comes") if stalled else ended

    async def _fill(self, receiver: Receiver) -> bool:
        """Take packets until no more come; say whether the stream was there but said nothing."""
        rest = b""
        stalls = PAGE_STALLS if self._live.ends else RELAY_STALLS
        while (data := await self._within(receiver.read(), stalls)) is not None:
            if not data:
                return False
            packets, rest = unpacked(rest + data)
            self._listening.put(packets)
            self._look()
            if self._listening.has_enough:
                self._backoff.reset()
            while self._listening.is_full:
                self._room.clear()
                await self._room.wait()
        return True

    async def _pass(self) -> None:
        """Off air, let time pass as if it were heard. The first words of a page wait."""
        then = self._clock.now()
        while True:
            await self._wait(PASS_EVERY)
            now = self._clock.now()
            passed = min(max(now - then, timedelta()), AT_ONCE)
            then = now
            if not self._on_air and (self._was_on_air or not self._live.ends):
                self._taken(round(passed.total_seconds() * SAMPLE_RATE_HZ))

    async def _wait(self, duration: timedelta) -> None:
        until, never = self._clock.now() + duration, asyncio.Event()
        while self._clock.now() < until:
            await sleep(self._clock, until, never)

    async def _within(self, work: Awaitable[T], duration: timedelta) -> T | None:
        """Return a result, or None when there is none in time."""
        working = asyncio.ensure_future(work)
        limit = asyncio.ensure_future(self._wait(duration))
        try:
            await asyncio.wait([working, limit], return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            working.cancel()
            limit.cancel()
