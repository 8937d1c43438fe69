"""The player of one loudspeaker: one sound at a time, at its instant, with proof."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.errors import DriverError
from drivers.ports import Status
from firmware_bridge.clock import Clock
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.link.messages import EndReason
from firmware_bridge.live.receiver import Tune
from firmware_bridge.player.ground import FixedGround, Ground
from firmware_bridge.player.hand import Hand
from firmware_bridge.player.lineup import LineUp
from firmware_bridge.player.onair import OnAir, sleep
from firmware_bridge.player.outlet import Outlet
from firmware_bridge.player.programme import Playing
from firmware_bridge.player.shelf import Shelf
from firmware_bridge.reporter import Reporter
from firmware_bridge.watchdog import Beat
from playlists.audio.sound import Samples
from playlists.schedule.arbiter import Verdict
from playlists.schedule.plan import Asset, Item, Plan

logger = logging.getLogger(__name__)

PREPARE_AHEAD: Final = timedelta(seconds=10)
"""Decoding an hour of sound takes a small machine some seconds."""
AFTER_BUG: Final = timedelta(seconds=1)
CLOCK_CHECK: Final = timedelta(seconds=1)
"""How often an untrusted clock is asked again."""
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)
_UNTRUSTED: Final = "the clock cannot be trusted, so nothing scheduled plays"


class SpeakerPlayer:
    """Plays plans on one sound output. `follow` and `refresh` may be called at any time."""

    def __init__(
        self,
        *,
        name: str,
        outlet: Outlet,
        clock: Clock,
        reporter: Reporter,
        has: Callable[[Asset], bool],
        decode: Callable[[Asset], Samples],
        decoder: Hand,
        tune: Tune,
        report: Callable[[OnAir], None],
        beat: Beat = lambda: None,
        ground: Ground | None = None,
    ) -> None:
        """`has` says whether an asset is here; `decode` runs on `decoder`, for it is slow, and
        may raise PlaylistsError; `tune` begins to receive a stream; `report` hears changes;
        `beat` is called at each round and at each block of sound; `ground` is where it
        stands."""
        self._name = name
        self._outlet = outlet
        self._clock = clock
        self._reporter = reporter
        self._report = report
        self._beat = beat
        self._ground = ground or FixedGround()
        self._lineup = LineUp(reporter, self._ground)
        self._wake = asyncio.Event()
        self._shelf = Shelf(
            name, clock, has=has, decode=decode, decoder=decoder, tune=tune, changed=self._wake.set
        )
        self._stopping = False
        self._playing: Playing | None = None
        self._fault = ""
        self._backoff = Backoff()
        self._retry_at: datetime | None = None
        self._on_air: OnAir | None = None

    def follow(self, plan: Plan) -> None:
        """Play by this plan from now on."""
        current = None if self._playing is None else self._playing.item
        self._lineup.follow(plan, current, self._clock.now())
        self._retime()
        self._wake.set()

    def _retime(self) -> None:
        """Let what is on end when the plan says now: a page may be over before its time."""
        playing = self._playing
        if playing is not None and (planned := self._lineup.find(playing.item)) is not None:
            playing.item = replace(playing.item, end=planned.end)

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
        self._outlet.reset()
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
        """Do what is due now, playing until something may change; return when to look again.

        "Now" is the instant at which the next sample will be heard.
        """
        at = self._outlet.at()
        if self._playing is not None:
            self._playing.notice(at)
        verdict = self._decide(at)
        winner = verdict.on[0] if verdict is not None and verdict.on else None
        await self._yield_to(winner, verdict, at)
        if winner is not None and self._playing is None:
            await self._start(winner, self._next_change(verdict, at))
            if self._playing is None:
                return _AT_ONCE
        self._tell(verdict)
        if self._playing is not None:
            await self._play(self._playing, self._next_change(verdict, at))
            return _AT_ONCE
        soon = self._soon(at)
        if soon is not None:
            await self._stand_by(soon)
            return _AT_ONCE
        if not self._shelf.is_busy:  # else what was interrupted may be about to go on
            await self._outlet.close()
        instants = (
            self._next_change(verdict, at),
            self._retry_at,
            None if self._clock.trusted else at + CLOCK_CHECK,
        )
        return min(filter(None, instants), default=None)

    def _next_change(self, verdict: Verdict | None, at: datetime) -> datetime | None:
        """Return when to look again; a verdict knows only of what is decoded already."""
        instants = (
            self._lineup.next_look(at, PREPARE_AHEAD, self._outlet.lead),
            None if verdict is None else verdict.until,
        )
        return min(filter(None, instants), default=None)

    def _decide(self, at: datetime) -> Verdict | None:
        """Return what is to be heard at an instant, and see to it that it is decoded."""
        if not self._clock.trusted:
            self._shelf.prepare()
            return None
        self._lineup.give_up(at, self._why_late)
        current = None if self._playing is None else self._playing.current
        wanted = self._lineup.verdict(at, current, self._is_wanted)
        winner = wanted.on[0] if wanted is not None and wanted.on else None
        if wanted is not None:
            self._lineup.queue(wanted, at)
        interrupted = [] if wanted is None else [item for item, _ in wanted.lost if _is_live(item)]
        coming = self._lineup.upcoming(at, PREPARE_AHEAD), self._in_turn(wanted, at)
        self._shelf.prepare(winner, *coming, *interrupted)
        if self._is_resting():
            return self._lineup.verdict(at, None, lambda _item: False)
        return self._lineup.verdict(at, current, self._is_ready)

    def _in_turn(self, wanted: Verdict | None, at: datetime) -> Item | None:
        """Return what is due and begins as soon as what is on has drained."""
        playing = self._playing
        is_ending = playing is not None and playing.due_end - at <= PREPARE_AHEAD
        if playing is None or wanted is None or not wanted.lost or not is_ending:
            return None
        on = playing.item.occurrence
        then = self._lineup.verdict(
            at, None, lambda item: item.occurrence != on and self._is_wanted(item)
        )
        return then.on[0] if then is not None and then.on else None

    def _is_resting(self) -> bool:
        """Say whether the output failed too short a time ago to be tried again."""
        return self._retry_at is not None and self._clock.now() < self._retry_at

    def _soon(self, at: datetime) -> Item | None:
        """Return the sound for which the outlet must be made ready, if it will be on at all."""
        item = self._lineup.upcoming(at, self._outlet.lead)
        if item is None or not self._clock.trusted or self._is_resting():
            return None
        then = self._lineup.verdict(item.start, None, self._is_ready)
        is_on = then is not None and item.occurrence in {one.occurrence for one in then.on}
        return item if is_on else None

    def _is_wanted(self, item: Item) -> bool:
        return self._shelf.has(item) and not self._ground.gate(item)

    def _is_ready(self, item: Item) -> bool:
        if self._ground.gate(item):
            return False
        is_on = self._playing is not None and self._playing.item.occurrence == item.occurrence
        return is_on or self._shelf.is_ready(item)

    async def _stand_by(self, soon: Item) -> None:
        """Let the stream run in silence up to the first sample of what comes, or a wake-up."""
        try:
            await self._open(soon.end)
            while not self._wake.is_set():
                self._beat()
                if not await self._outlet.silence_until(soon.start):
                    return
        except DriverError as exc:
            await self._fail(exc)

    async def _start(self, winner: Item, until: datetime | None) -> None:
        """Begin, unless the output fails, or something changes while the amplifier wakes."""
        item = self._lineup.planned(winner)
        rest = timedelta() if _is_live(item) else item.length
        try:
            await self._open(max(item.end, self._outlet.at() + rest))
            while self._outlet.leads_in:
                if self._wake.is_set() or (until is not None and self._outlet.at() >= until):
                    return
                self._beat()
                await self._outlet.lead_in()
        except DriverError as exc:
            await self._fail(exc)
            return
        programme = self._shelf.take(item, self._lineup.take_up(item))
        at = self._outlet.at()
        mark = self._reporter.begin(item, at)
        self._playing = Playing(item, programme, mark, at)

    async def _open(self, until: datetime) -> None:
        await self._outlet.open(until)
        if self._fault:
            logger.info("%s is back", self._name)
        self._fault, self._retry_at = "", None
        self._backoff.reset()

    async def _play(self, playing: Playing, until: datetime | None) -> None:
        """Hand over blocks until the end, an instant when something may change, or a wake-up."""
        try:
            await self._outlet.open(playing.due_end)
            while not self._wake.is_set():
                at = self._outlet.at()
                if playing.notice(at) or (until is not None and at >= until):
                    return
                block = playing.programme.take(self._outlet.room(until))
                if not len(block):
                    await self._outlet.drain()
                    self._finish(playing)
                    return
                self._reporter.alive(at)
                self._beat()
                await self._outlet.write(self._lineup.levelled(block, playing.item, at))
                playing.next = playing.programme.position
        except DriverError as exc:
            await self._fail(exc)

    def _finish(self, playing: Playing) -> None:
        """Close the entry of a sound that drained; with a relay that failed, who knows."""
        fault = self._outlet.fault or playing.programme.fault
        reason = EndReason.FAULT if fault else EndReason.FINISHED
        self._end(playing, self._clock.now(), reason, fault)

    async def _yield_to(self, winner: Item | None, verdict: Verdict | None, at: datetime) -> None:
        """Stop what is on unless it is to go on."""
        playing = self._playing
        if playing is None:
            return
        if winner is not None and winner.occurrence == playing.item.occurrence:
            return
        reason, detail = self._why_ended(playing, verdict, at)
        try:
            tail = playing.programme.tail()
            await self._outlet.write(self._lineup.levelled(tail, playing.item, at))
        except DriverError as exc:
            logger.debug("%s: no fade: %s", self._name, exc)
            await self._outlet.close()
        ended_at = self._outlet.at()
        self._end(playing, ended_at, reason, detail)
        self._lineup.pause(playing.item, playing.next, ended_at, reason)

    def _end(self, playing: Playing, at: datetime, reason: EndReason, detail: str = "") -> None:
        playing.programme.leave()
        detail = "; ".join(filter(None, (detail, playing.programme.note)))
        told = self._lineup.told(playing.item, playing.began_at, at, detail)
        self._reporter.end(playing.mark, playing.ended(at), reason, told)
        self._playing = None

    async def _fail(self, exc: DriverError) -> None:
        level = logging.DEBUG if self._fault else logging.WARNING
        logger.log(level, "%s fails: %s", self._name, exc)
        self._fault = str(exc)
        await self._outlet.close()
        now = self._clock.now()
        self._retry_at = now + timedelta(seconds=self._backoff.delay_s())
        if self._playing is not None:
            playing = self._playing
            self._end(playing, now, EndReason.FAULT, self._fault)
            self._lineup.pause(playing.item, playing.next, now, EndReason.FAULT)

    def _why_ended(
        self, playing: Playing, verdict: Verdict | None, now: datetime
    ) -> tuple[EndReason, str]:
        plan, item = self._lineup.plan, playing.item
        if verdict is None or plan is None:
            return EndReason.INTERRUPTED, "the clock cannot be trusted any more"
        if not self._lineup.has(item):
            return EndReason.CANCELLED, ""
        if now >= plan.not_after:
            return EndReason.LEASE_ENDED, ""
        if (refused := self._lineup.refused(item, now)) is not None:
            return refused
        if now >= playing.due_end:
            return EndReason.FINISHED, ""
        return EndReason.INTERRUPTED, self._ground.gate(item) or verdict.why

    def _why_late(self, item: Item) -> str:
        not_ready = self._shelf.why_not(item)
        return not_ready or self._fault or self._ground.gate(item) or "its turn came too late"

    def _tell(self, verdict: Verdict | None) -> None:
        why = "there is no plan yet" if self._lineup.plan is None else _UNTRUSTED
        fault = self._fault or self._outlet.fault
        on_air = OnAir(why=why if verdict is None else verdict.why, fault=fault)
        if self._playing is not None:
            item, since = self._playing.item, self._playing.since
            fault = fault or self._playing.programme.fault
            until = self._playing.due_end
            on_air = OnAir(
                item.broadcast, item.occurrence, item.asset.sha256, since, until, on_air.why, fault
            )
        if on_air != self._on_air:
            self._on_air = on_air
            self._report(on_air)

    async def _leave(self) -> None:
        """Fall silent at once."""
        await self._outlet.leave()
        await self._shelf.close()
        if self._playing is not None:
            self._end(self._playing, self._clock.now(), EndReason.STOPPED)


def _is_live(item: Item) -> bool:
    return item.asset.live is not None
