"""The player of one loudspeaker: one sound at a time, at its instant, with proof."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import numpy as np

from drivers.errors import DriverError
from drivers.ports import SoundOutput, Status
from firmware_bridge.clock import Clock
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.link.messages import EndReason
from firmware_bridge.player.hand import Hand
from firmware_bridge.player.lineup import LATE, Current, LineUp, is_whole
from firmware_bridge.player.onair import OnAir, sleep
from firmware_bridge.reporter import Reporter
from firmware_bridge.watchdog import Beat
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.errors import PlaylistsError
from playlists.schedule.arbiter import Verdict, out_of_hours
from playlists.schedule.plan import Asset, Item, Plan

logger = logging.getLogger(__name__)

PREPARE_AHEAD: Final = timedelta(seconds=10)
"""Decoding an hour of sound takes a small machine some seconds."""
BLOCK: Final = SAMPLE_RATE_HZ // 50
"""20 ms: how soon an emergency or a cancel is heard."""
FADE: Final = SAMPLE_RATE_HZ * 15 // 1000
"""15 ms: short enough to be at once, long enough not to click."""
AFTER_BUG: Final = timedelta(seconds=1)
CLOCK_CHECK: Final = timedelta(seconds=1)
"""How often an untrusted clock is asked again."""
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
_UNTRUSTED: Final = "the clock cannot be trusted, so nothing scheduled plays"


@dataclass(slots=True)
class _Playing:
    """The sound that is on."""

    item: Item
    samples: Samples
    first: int
    """Index of the sample it began with, this time."""
    next: int
    mark: int
    began_at: datetime

    @property
    def due_end(self) -> datetime:
        """Return when the last sample is due."""
        rest_s = (len(self.samples) - self.first) / SAMPLE_RATE_HZ
        end = self.began_at + timedelta(seconds=rest_s)
        return end if is_whole(self.item) else min(end, self.item.end)

    @property
    def current(self) -> Current:
        """Return what the line-up wants to know; a slow output gets some patience."""
        return Current(self.item, self.due_end + LATE)


class SpeakerPlayer:
    """Plays plans on one sound output. `follow` and `refresh` may be called at any time."""

    def __init__(
        self,
        *,
        name: str,
        output: SoundOutput,
        hand: Hand,
        clock: Clock,
        reporter: Reporter,
        has: Callable[[Asset], bool],
        decode: Callable[[Asset], Samples],
        decoder: Hand,
        report: Callable[[OnAir], None],
        beat: Beat = lambda: None,
    ) -> None:
        """`has` says whether an asset is here; `decode` runs on `decoder`, for it is slow, and
        may raise PlaylistsError; `report` hears changes; `beat` is called at each round and at
        each block of sound."""
        self._name = name
        self._output = output
        self._hand = hand
        self._clock = clock
        self._reporter = reporter
        self._has = has
        self._decode = decode
        self._decoder = decoder
        self._report = report
        self._beat = beat
        self._lineup = LineUp(reporter)
        self._wake = asyncio.Event()
        self._stopping = False
        self._playing: _Playing | None = None
        self._prepared: dict[str, Samples] = {}
        self._preparing: dict[str, asyncio.Task[None]] = {}
        self._broken: dict[str, str] = {}
        self._fault = ""
        self._backoff = Backoff()
        self._retry_at: datetime | None = None
        self._on_air: OnAir | None = None

    def follow(self, plan: Plan) -> None:
        """Play by this plan from now on."""
        current = None if self._playing is None else self._playing.item
        self._lineup.follow(plan, current, self._clock.now())
        self._wake.set()

    def refresh(self) -> None:
        """Look again: an asset has arrived."""
        self._wake.set()

    def restarted(self) -> None:
        """Do nothing: a sound output takes no firmware over its line, and does not restart."""

    async def status(self) -> Status:
        """Say that it is well: what fails is told when something plays."""
        return Status(ok=True)

    def stop(self) -> None:
        """Make `run` return: what is on ends as stopped."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Play until stopped. No error of the hardware ends this."""
        while not self._stopping:
            self._wake.clear()
            self._beat()
            try:
                look_again = await self._tick()
            except Exception:
                logger.exception("%s: the player made a mistake and goes on", self._name)
                look_again = self._clock.now() + AFTER_BUG
            if not self._stopping and look_again != _AT_ONCE:
                await sleep(self._clock, look_again, self._wake)
        await self._leave()

    async def _tick(self) -> datetime | None:
        """Do what is due now, playing until something may change; return when to look again."""
        now = self._clock.now()
        verdict = self._decide(now)
        winner = verdict.on[0] if verdict is not None and verdict.on else None
        await self._yield_to(winner, verdict, now)
        if winner is not None and self._playing is None:
            await self._start(winner)
        self._tell(verdict)
        if self._playing is not None:
            await self._play(self._playing, None if verdict is None else verdict.until)
            return _AT_ONCE
        instants = (
            self._lineup.next_look(now, PREPARE_AHEAD),
            None if verdict is None else verdict.until,
            self._retry_at,
            None if self._clock.trusted else now + CLOCK_CHECK,
        )
        return min(filter(None, instants), default=None)

    def _decide(self, now: datetime) -> Verdict | None:
        """Return what is to be heard now, and see to it that it is decoded."""
        if not self._clock.trusted:
            return None
        self._lineup.give_up(now, self._why_late)
        current = None if self._playing is None else self._playing.current
        wanted = self._lineup.verdict(now, current, lambda item: self._is_here(item.asset))
        winner = wanted.on[0] if wanted is not None and wanted.on else None
        self._prepare(winner, self._lineup.upcoming(now, PREPARE_AHEAD))
        if self._retry_at is not None and now < self._retry_at:
            return self._lineup.verdict(now, None, lambda _item: False)
        return self._lineup.verdict(now, current, self._is_ready)

    def _is_here(self, asset: Asset) -> bool:
        return asset.sha256 not in self._broken and self._has(asset)

    def _is_ready(self, item: Item) -> bool:
        is_on = self._playing is not None and self._playing.item.occurrence == item.occurrence
        return is_on or (item.asset.sha256 in self._prepared and self._is_here(item.asset))

    def _prepare(self, *wanted: Item | None) -> None:
        """Decode what is wanted beside the event loop; forget what no longer is."""
        assets = {item.asset.sha256: item.asset for item in wanted if item is not None}
        self._prepared = {name: one for name, one in self._prepared.items() if name in assets}
        for name, asset in assets.items():
            known = name in self._prepared or name in self._preparing
            if not known and self._is_here(asset):
                task = asyncio.create_task(self._decode_one(asset), name=f"decode {name[:12]}")
                self._preparing[name] = task

    async def _decode_one(self, asset: Asset) -> None:
        try:
            samples = await self._decoder.do(partial(self._decode, asset))
            self._prepared[asset.sha256] = samples
        except PlaylistsError as exc:
            logger.warning("%s cannot play a sound: %s", self._name, exc)
            self._broken[asset.sha256] = str(exc)
        finally:
            del self._preparing[asset.sha256]
            self._wake.set()

    async def _start(self, winner: Item) -> None:
        item = self._lineup.planned(winner)
        samples = self._prepared[item.asset.sha256]
        try:
            await self._hand.do(self._output.open)
        except DriverError as exc:
            await self._fail(exc)
            return
        if self._fault:
            logger.info("%s is back", self._name)
        self._fault, self._retry_at = "", None
        self._backoff.reset()
        first = self._lineup.take_up(item)
        now = self._clock.now()
        mark = self._reporter.begin(item, now)
        self._playing = _Playing(item, samples, first, first, mark, now)

    async def _play(self, playing: _Playing, until: datetime | None) -> None:
        """Hand over blocks until the end, an instant when something may change, or a wake-up."""
        try:
            while not self._wake.is_set():
                now = self._clock.now()
                if until is not None and now >= until:
                    return
                if playing.next >= len(playing.samples):
                    await self._hand.do(self._output.drain)
                    await self._end(playing, EndReason.FINISHED)
                    return
                self._reporter.alive(now)
                self._beat()
                block = _next_block(playing)
                await self._hand.do(partial(self._output.write, block))
                playing.next += len(block)
        except DriverError as exc:
            await self._fail(exc)

    async def _yield_to(self, winner: Item | None, verdict: Verdict | None, now: datetime) -> None:
        """Stop what is on unless it is to go on."""
        playing = self._playing
        if playing is None:
            return
        if winner is not None and winner.occurrence == playing.item.occurrence:
            return
        reason, detail = self._why_ended(playing, verdict, now)
        try:
            await self._hand.do(partial(self._output.write, _faded_out(playing)))
        except DriverError as exc:
            logger.debug("%s: no fade: %s", self._name, exc)
        await self._end(playing, reason, detail)
        self._lineup.pause(playing.item, playing.next, self._clock.now(), reason)

    async def _end(self, playing: _Playing, reason: EndReason, detail: str = "") -> None:
        await self._hand.do(self._output.close)
        self._reporter.end(playing.mark, self._clock.now(), reason, detail)
        self._playing = None

    async def _fail(self, exc: DriverError) -> None:
        level = logging.DEBUG if self._fault else logging.WARNING
        logger.log(level, "%s fails: %s", self._name, exc)
        self._fault = str(exc)
        now = self._clock.now()
        self._retry_at = now + timedelta(seconds=self._backoff.delay_s())
        if self._playing is None:
            await self._hand.do(self._output.close)
        else:
            playing = self._playing
            await self._end(playing, EndReason.FAULT, self._fault)
            self._lineup.pause(playing.item, playing.next, now, EndReason.FAULT)

    def _why_ended(
        self, playing: _Playing, verdict: Verdict | None, now: datetime
    ) -> tuple[EndReason, str]:
        plan, item = self._lineup.plan, playing.item
        if verdict is None or plan is None:
            return EndReason.INTERRUPTED, "the clock cannot be trusted any more"
        if not self._lineup.has(item):
            return EndReason.CANCELLED, ""
        if now >= plan.not_after:
            return EndReason.LEASE_ENDED, ""
        if out_of_hours(item, plan.hours, now):
            return EndReason.OUT_OF_HOURS, ""
        if now >= playing.due_end:
            return EndReason.FINISHED, ""
        return EndReason.INTERRUPTED, verdict.why

    def _why_late(self, item: Item) -> str:
        sha256 = item.asset.sha256
        if sha256 in self._broken:
            return f"it cannot be played: {self._broken[sha256]}"
        if not self._has(item.asset):
            return "its file was not there"
        return self._fault or "its turn came too late"

    def _tell(self, verdict: Verdict | None) -> None:
        why = "there is no plan yet" if self._lineup.plan is None else _UNTRUSTED
        on_air = OnAir(why=why if verdict is None else verdict.why, fault=self._fault)
        if self._playing is not None:
            item, since = self._playing.item, self._playing.began_at
            until = self._playing.due_end
            on_air = OnAir(
                item.broadcast, item.occurrence, item.asset.sha256, since, until, on_air.why
            )
        if on_air != self._on_air:
            self._on_air = on_air
            self._report(on_air)

    async def _leave(self) -> None:
        """Fall silent at once."""
        for task in [*self._preparing.values()]:
            task.cancel()
        if self._playing is not None:
            await self._end(self._playing, EndReason.STOPPED)


def _next_block(playing: _Playing) -> Samples:
    block = playing.samples[playing.next : playing.next + BLOCK]
    if playing.next == playing.first > 0:
        return _ramp(block, 0.0, 1.0)
    return block


def _faded_out(playing: _Playing) -> Samples:
    """Return the next few samples, falling silent."""
    return _ramp(playing.samples[playing.next : playing.next + FADE], 1.0, 0.0)


def _ramp(block: Samples, start: float, end: float) -> Samples:
    length = min(FADE, len(block))
    gain = np.ones(len(block))
    gain[:length] = np.linspace(start, end, length)
    faded: Samples = (block * gain).astype(np.int16)
    return faded
