"""The player of a loudspeaker that drives about: what its plan says here, and what it must not.

It stands before the loudspeaker's own player and hands it a plan for where the truck is: for each
pass through a zone the sounds of that zone, once. A sound's name is its occurrence, the zone and
when the pass began, so that the journal, which lets no sound start twice, does the same for passes.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.ports import Status
from firmware_bridge.clock import Clock
from firmware_bridge.link.messages import EndReason, Where
from firmware_bridge.player.ground import Hearers
from firmware_bridge.player.lineup import LATE
from firmware_bridge.player.onair import OnAir, sleep
from firmware_bridge.reporter import Reporter
from firmware_bridge.station import Player
from firmware_bridge.trackfile import TrackFile
from playlists.schedule import instant
from playlists.schedule.hearing import (
    EVERYWHERE,
    heard_at,
    laid_out,
    pass_name,
    pass_prefix,
    planned_name,
)
from playlists.schedule.passes import DEFAULT_RULES, Ending, Fix, PassRules, Track, strictest
from playlists.schedule.plan import BroadcastClass, Item, Plan
from playlists.schedule.sessions import Airing
from playlists.schedule.zones import Zone

Receive = Callable[[Callable[[Fix], None]], Awaitable[None]]
"""Hands over fixes for as long as it is awaited."""

LOST: Final = "nobody knows where the truck is"
TOO_FAST: Final = "the truck is too fast"
LEFT: Final = "the truck has left the zone"
NEVER_THERE: Final = "the truck was in none of its zones"
MISSED_WITHIN: Final = timedelta(hours=12)
"""What was over longer ago is not accounted for: the journal may have forgotten it."""
KEPT_FOR: Final = timedelta(days=1)
"""What is planned later than this does not concern the sessions of today."""
MAX_CAPS_TOLD: Final = 8
"""A sound along an edge may be turned down and up all the time."""
_INSTANT: Final = timedelta(milliseconds=1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_NO_CAP: Final = "0 dB"


class TruckPlayer:
    """A `Player` before a `Player`, and its `Ground`. Without zones in the plan it changes
    nothing."""

    def __init__(
        self,
        *,
        clock: Clock,
        reporter: Reporter,
        track_file: TrackFile,
        report: Callable[[OnAir], None],
        receive: Receive | None = None,
    ) -> None:
        """`report` hears what is on; without `receive` there is no receiver."""
        self._clock = clock
        self._reporter = reporter
        self._file = track_file
        self._report = report
        self._receive = receive
        self._player: Player
        self._plan: Plan | None = None
        self._track = track_file.load()
        self._offered: dict[str, Item] = {}
        """What the player may see of zones now, by occurrence."""
        self._bound: list[Zone] = []
        """The zones whose caps and silence hold where the truck was seen last."""
        self._closed: set[str] = set()
        """Planned sounds that are over and accounted for."""
        self._ends: dict[str, datetime] = {}
        """When the planned sounds of zones are over, also of one that is on after its plan."""
        self._visits: frozenset[str] = frozenset()
        """Those of them that belong to passes that are not over."""
        self._on: str | None = None
        self._on_air = OnAir()
        self._caps: list[str] | None = None
        """What bound the sound that is on, one after the other; None = nothing is on."""
        self._told: OnAir | None = None
        self._is_emergency = False
        self._wake = asyncio.Event()
        self._stopping = False
        reporter.tell_where(self.where)

    def drive(self, player: Player) -> None:
        """Be told whose plan this is; before anything else."""
        self._player = player

    def follow(self, plan: Plan) -> None:
        """Play by this plan from now on."""
        ends = {item.occurrence: item.end for item in plan.items if item.zones}
        heard = self._on and planned_name(self._on)
        self._ends = {name: end for name, end in self._ends.items() if name == heard} | ends
        self._plan = plan
        self._bound = self._track.bound_by(plan.zones)
        self._mark_cap()
        self._closed &= ends.keys()
        self._offer(always=True)

    def refresh(self) -> None:
        """Look again."""
        self._player.refresh()

    def restarted(self) -> None:
        """Pass it on."""
        self._player.restarted()

    async def status(self) -> Status:
        """Ask the loudspeaker."""
        return await self._player.status()

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping = True
        self._player.stop()
        self._wake.set()

    async def run(self) -> None:
        """Play until stopped, and follow the truck meanwhile."""
        duties = [asyncio.create_task(self._watch(), name="watch the truck")]
        if self._receive is not None:
            receiving = asyncio.ensure_future(self._receive(self.moved))
            duties.append(receiving)
        try:
            await self._player.run()
        finally:
            for duty in duties:
                duty.cancel()
            for duty in duties:
                with contextlib.suppress(asyncio.CancelledError):
                    await duty

    def moved(self, fix: Fix) -> None:
        """Take what the receiver says. Before there is a plan, nobody knows which zones matter, and
        before there is a time, when a pass began: what was kept stays as it is."""
        if self._plan is None or not self._clock.trusted:
            return
        before = self._track
        self._track = before.moved(fix, self._zones, self._rules, self._clock.now())
        self._bound = self._track.bound_by(self._zones)
        self._mark_cap()
        if self._track.inside != before.inside:
            self._file.keep(self._track)
        self._wake.set()

    def on_air(self, on_air: OnAir) -> None:
        """Hear from the player what is on, and pass it on."""
        self._on, self._on_air = on_air.occurrence, on_air
        self._is_emergency = any(
            item.occurrence == self._on and item.broadcast_class is BroadcastClass.EMERGENCY
            for item in self._heard_items()
        )
        if self._on is not None and self._caps is None:
            self._caps = []
        self._mark_cap()
        self._tell()
        self._wake.set()

    def where(self) -> Where | None:
        """Return where the truck is; None when nobody knows."""
        place = self._track.place
        if place is None or self._track.is_lost(self._rules, self._clock.now()):
            return None
        return place.lat_deg, place.lon_deg

    def gate(self, item: Item) -> str:
        """Say why a sound may not be heard here and now; "" = it may."""
        if self._plan is None or not (self._plan.zones or item.zones):
            return ""
        if item.broadcast_class is BroadcastClass.EMERGENCY:
            return ""
        is_on = item.occurrence == self._on
        rules = self._rules
        if self._track.is_lost(rules, self._clock.now()):
            binds = item.zones or any(zone.quiet for zone in self._zones)
            goes_on = is_on and rules.when_lost is Ending.FINISH
            return "" if goes_on or not binds else LOST
        for zone in self._bound:
            if zone.quiet:
                return f"{zone.id} is a quiet zone"
        if item.zones and item.occurrence not in self._visits:
            return "" if is_on and rules.when_left is Ending.FINISH else LEFT
        too_fast = item.zones and not is_on and self._track.speed_m_s > rules.max_speed_m_s
        return TOO_FAST if too_fast else ""

    def hearers(self, item: Item, now: datetime) -> Sequence[Hearers]:
        """Return in which zones a sound would be heard that began now."""
        zones = item.zones or [zone.id for zone in self._zones if zone.id in self._track.inside]
        return [Hearers(zone, self._kept(item, zone, now)) for zone in zones or (EVERYWHERE,)]

    def note(self) -> str:
        """Say which caps of zones bound the sound that ends now."""
        caps, self._caps = self._caps or [], None
        return f"cap {', then '.join(caps)}" if set(caps) - {_NO_CAP} else ""

    def cap_db(self) -> float:
        """Return how much quieter than the hours make it a sound must be here: 0 or less."""
        zone_db, hours_db, _ = self._cap()
        return min(zone_db - hours_db, 0.0)

    def _cap(self) -> tuple[float, float, str]:
        """Return the cap of the zones, that of the hours, and whose the former is.

        Of two caps the stricter binds, not their sum. An emergency is never quieter; of a truck
        that is lost nobody knows what binds it, so the strictest zone does.
        """
        if self._is_emergency or self._plan is None or not self._zones:
            return 0.0, 0.0, ""
        now, hours = self._clock.now(), self._plan.hours
        is_lost = self._track.is_lost(self._rules, now)
        zones = self._zones if is_lost else self._bound
        binding = strictest(zones)
        hours_db = 0.0 if hours is None else hours.cap_db(now)
        if binding is None:
            return 0.0, hours_db, ""
        return binding.cap_db, hours_db, LOST if is_lost else binding.id

    def _mark_cap(self) -> None:
        """Remember for the as-run log what binds the sound that is on."""
        if self._caps is None:
            return
        zone_db, hours_db, whose = self._cap()
        told = f"{zone_db:g} dB: {whose}" if zone_db < hours_db else _NO_CAP
        if self._caps[-1:] != [told]:
            self._caps = [*self._caps, told][-MAX_CAPS_TOLD:]

    def _kept(self, item: Item, zone: str, now: datetime) -> list[Airing]:
        """Return what people of a zone shall hear once before they hear an item again."""
        plan = self._plan
        again = item.zones and self._was_heard(planned_name(item.occurrence), zone)
        if plan is None or not again:
            return []
        coming = [one for one in plan.items if heard_at(zone, one) and one.start < now + KEPT_FOR]
        first = [one for one in coming if self._is_to_come(one, zone, now)]
        return laid_out(first, now + item.length)

    def _is_to_come(self, item: Item, zone: str, now: datetime) -> bool:
        """Say whether people of a zone may still hear an item for the first time."""
        if not item.zones:
            return now <= item.start + LATE and not self._reporter.started(item.occurrence)
        return now < item.end and not self._was_heard(item.occurrence, zone)

    def _was_heard(self, occurrence: str, zone: str) -> bool:
        """Say whether a planned sound was heard in a zone, in any pass."""
        return self._reporter.started_any(pass_prefix(occurrence, zone))

    @property
    def _zones(self) -> tuple[Zone, ...]:
        return () if self._plan is None else self._plan.zones

    @property
    def _rules(self) -> PassRules:
        return DEFAULT_RULES if self._plan is None else self._plan.pass_rules

    async def _watch(self) -> None:
        """Let the player look again whenever the truck has moved, or is lost, or a time is over."""
        while not self._stopping:
            self._wake.clear()
            self._offer()
            self._mark_cap()
            self._tell()
            self._player.refresh()
            await sleep(self._clock, self._next_look(), self._wake)

    def _offer(self, *, always: bool = False) -> None:
        """Hand the player the plan for here; account for what a pass, or the day, did not bring."""
        plan = self._plan
        if plan is None:
            return
        visits = {item.occurrence: item for item in _visits(plan, self._track)}
        gone = self._offered.keys() - visits.keys()
        kept = {name: self._offered[name] for name in gone if self._goes_on(name, plan)}
        if self._clock.trusted:
            self._account(plan, visits, [self._offered[name] for name in gone - kept.keys()])
        before, self._offered = self._offered, visits | kept
        self._visits = frozenset(visits)
        if always or self._offered != before:
            self._player.follow(replace(plan, items=(*self._heard_items(),)))

    def _goes_on(self, occurrence: str, plan: Plan) -> bool:
        """Say whether a sound whose pass is over is on, and was not cancelled; plans drop what is
        over."""
        is_over = self._ends.get(planned_name(occurrence), _NEVER) <= self._clock.now()
        return occurrence == self._on and (is_over or _has(plan, occurrence))

    def _heard_items(self) -> Iterator[Item]:
        """Yield what the player may see: sounds of everywhere, and of the zones here."""
        if self._plan is not None:
            yield from (item for item in self._plan.items if not item.zones)
        yield from self._offered.values()

    def _account(self, plan: Plan, visits: dict[str, Item], gone: list[Item]) -> None:
        """Note in the journal what was not heard, and why."""
        now = self._clock.now()
        if not plan.not_before <= now < plan.not_after:
            return
        for item in gone:
            was_due = item.start <= now and _has(plan, item.occurrence)
            if was_due and not self._reporter.started(item.occurrence):
                self._reporter.never(item, now, EndReason.MISSED, LEFT)
        for item in plan.items:
            is_over = item.zones and item.end <= now < item.end + MISSED_WITHIN
            if is_over and item.occurrence not in self._closed:
                self._close(item, visits, now)

    def _close(self, item: Item, visits: dict[str, Item], now: datetime) -> None:
        """Note that a sound of zones was heard in none of them, if so."""
        prefix = pass_prefix(item.occurrence)
        met = self._reporter.started(item.occurrence) or self._reporter.started_any(prefix)
        if any(name.startswith(prefix) for name in visits):
            return
        self._closed.add(item.occurrence)
        if not met:
            self._reporter.never(item, now, EndReason.MISSED, NEVER_THERE)

    def _next_look(self) -> datetime | None:
        """Return when the truck is lost, or a sound of zones is over."""
        now, lost_at = self._clock.now(), self._track.lost_at(self._rules)
        items = () if self._plan is None else self._plan.items
        instants = [item.end for item in items if item.zones]
        if self._zones and lost_at is not None:
            instants.append(lost_at + _INSTANT)
        return min((at for at in instants if at > now), default=None)

    def _tell(self) -> None:
        """Report what is on, and that the truck is lost if that matters."""
        lost = self._zones and self._track.is_lost(self._rules, self._clock.now())
        on_air = replace(self._on_air, fault=self._on_air.fault or (LOST if lost else ""))
        if on_air != self._told:
            self._told = on_air
            self._report(on_air)


def _has(plan: Plan, occurrence: str) -> bool:
    return any(item.occurrence == planned_name(occurrence) for item in plan.items)


def _visits(plan: Plan, track: Track) -> Iterator[Item]:
    """Yield the sounds of the zones that the truck is in: once per pass.

    A pass that begins in time hears a sound whole, however late in the pass its turn comes.
    """
    known = {zone.id for zone in plan.zones}
    for item in plan.items:
        for zone in item.zones:
            entered_at = track.entered_at(zone)
            if entered_at is None or zone not in known or entered_at >= item.end:
                continue
            start = max(item.start, entered_at)
            whole = start + timedelta(milliseconds=item.asset.duration_ms)
            name = pass_name(item.occurrence, zone, instant.to_text(entered_at))
            yield replace(
                item, occurrence=name, start=start, end=max(item.end, whole), zones=(zone,)
            )
