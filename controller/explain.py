"""Why is this on a device, at any instant: what its plan says, and what it says itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from controller.areas import line_of, zone_of
from controller.calendars import title_of
from controller.clock import Clock
from controller.errors import Invalid, NotFound
from controller.model import BroadcastState, Device, DeviceKind
from controller.planning import Planner, items_of
from controller.store import broadcasts, follow, ledger, places
from controller.store.follow import Follower
from controller.store.store import Store, Tx
from firmware_bridge.link.messages import EndReason, Stage, State
from playlists.schedule import explain as judge
from playlists.schedule import hearing
from playlists.schedule.explain import Explanation
from playlists.schedule.plan import Plan

BEFORE: Final = timedelta(hours=2)
AFTER: Final = timedelta(hours=6)
FAR: Final = timedelta(days=400)
"""How far ahead of now, or behind, an instant may lie."""
MAX_STRETCHES: Final = 200
SETTLING: Final = timedelta(seconds=10)
"""So long a change may take from the plan to the hardware and back as a report."""
_BROKEN_OFF: Final = frozenset({EndReason.INTERRUPTED, EndReason.POWER_LOST, EndReason.FAULT})
"""What ended so may go on."""


class Gap(StrEnum):
    """How what a device says of itself stands to its plan."""

    AGREES = "agrees"
    NEVER_HEARD = "never-heard"
    OFFLINE = "offline"
    FAULT = "fault"
    REFUSED_PLAN = "refused-plan"
    LOADING = "loading"
    OLDER_PLAN = "older-plan"
    SETTLING = "settling"
    """The plan has only just changed."""
    DIFFERS = "differs"
    """Nobody knows why."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a device says it shows or plays, beside what its plan says."""

    gap: Gap
    follower: Follower

    @property
    def state(self) -> State | None:
        """Return its own words; None = it never reported."""
        return self.follower.state


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something meant for this instant that is in no plan, and how it stands."""

    broadcast: str
    start: datetime
    end: datetime
    state: BroadcastState


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is on from one instant to another; nothing = idle or silent."""

    start: datetime
    end: datetime
    broadcasts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The answer for one device and instant."""

    device: Device
    at: datetime
    tz: str
    now: datetime
    explanation: Explanation
    withheld: tuple[Withheld, ...]
    said: Said | None
    """None when another instant than now is asked for."""
    leased_until: datetime | None
    """Until when the device's present plan reaches; later instants are in none yet."""
    strip: tuple[Stretch, ...]
    titles: Mapping[str, str]
    """What every broadcast that is named here is called."""


class Explainer:
    """Answers from what is planned and approved by now."""

    def __init__(self, lease: timedelta, store: Store, clock: Clock, planner: Planner) -> None:
        self._lease = lease
        self._store = store
        self._clock = clock
        self._planner = planner

    def of(self, name: str, at: datetime | None = None) -> Explained:
        """Explain a device now, or at an instant; NotFound, Invalid for one too far away."""
        now = self._clock.now()
        asked = now if at is None else at
        if abs(asked - now) > FAR:
            raise Invalid("too far away", field="at", reason=f"within {FAR.days} days of now")
        with self._store.read() as tx:
            found = places.devices(tx, [name])
            if not found:
                raise NotFound("device", name[:80])
            return self._explained(tx, found[0], asked, now, is_now=at is None)

    def _explained(
        self, tx: Tx, device: Device, at: datetime, now: datetime, *, is_now: bool
    ) -> Explained:
        plan = self._planner.foreseen(tx, device.id, at - BEFORE)
        follower = follow.followers(tx, [device.id])[0]
        playing = _on(follower.state) if is_now else None
        heard = _heard(tx, device.id, at) if at <= now else frozenset()
        done = (judge.gone_by(plan.items, at) | heard) - {playing}
        exclusive = device.kind is DeviceKind.SPEAKER
        explanation = judge.explain(plan, at, exclusive=exclusive, done=done)
        tz = zone_of(line_of(device.area, places.areas(tx)))
        withheld = tuple(self._withheld(tx, device, tz, at))
        strip = tuple(_strip(plan, at - BEFORE, at + AFTER, exclusive=exclusive))
        said = Said(_gap(follower, explanation, plan, at), follower) if is_now else None
        named = _named(explanation, withheld, strip, follower if is_now else None)
        renew_at = follower.renew_at
        return Explained(
            device=device,
            at=at,
            tz=tz,
            now=now,
            explanation=explanation,
            withheld=withheld,
            said=said,
            leased_until=None if renew_at is None else renew_at + self._lease / 2,
            strip=strip,
            titles=titles(tx, named),
        )

    def _withheld(self, tx: Tx, device: Device, tz: str, at: datetime) -> Iterable[Withheld]:
        moment = at + timedelta(milliseconds=1)
        bookings = follow.unplanned(tx, device.id, at, moment)
        states = {one.broadcast.id: one.broadcast.state for one in bookings}
        almanac = self._planner.almanac
        for item in items_of(bookings, tz, almanac, at, moment, mobile=device.mobile):
            yield Withheld(item.broadcast, item.start, item.end, states[item.broadcast])


def titles(tx: Tx, names: Iterable[str]) -> dict[str, str]:
    """Return what these broadcasts are called; one that nobody knows any more by its id."""
    found = {name: broadcasts.find(tx, name) for name in names}
    return {name: name if one is None else title_of(tx, one.draft) for name, one in found.items()}


def _named(
    explanation: Explanation,
    withheld: Iterable[Withheld],
    strip: Iterable[Stretch],
    follower: Follower | None,
) -> set[str]:
    named = {one.item.broadcast for one in (*explanation.on, *explanation.off)}
    named |= {one.broadcast for one in withheld}
    named |= {name for stretch in strip for name in stretch.broadcasts}
    state = None if follower is None else follower.state
    return named | ({state.broadcast} if state is not None and state.broadcast else set())


def _on(state: State | None) -> str | None:
    """Return the planned occurrence that a device says is on."""
    if state is None or state.occurrence is None:
        return None
    return hearing.planned_name(state.occurrence)


def _heard(tx: Tx, device: str, at: datetime) -> frozenset[str]:
    """Return the sounds that a loudspeaker is through with by an instant."""
    told = ledger.ran(tx, device, at - timedelta(days=1), at)
    return frozenset(
        one.occurrence
        for one in told
        if one.ended_at <= at and one.end_reason not in _BROKEN_OFF | {EndReason.CANCELLED}
    )


def _gap(follower: Follower, explanation: Explanation, plan: Plan, at: datetime) -> Gap:  # noqa: PLR0911 -- one circumstance each
    state = follower.state
    if state is None or state.at is None:
        return Gap.NEVER_HEARD
    if not state.online:
        return Gap.OFFLINE
    if state.fault:
        return Gap.FAULT
    on, winners = _on(state), {one.item.occurrence for one in explanation.on}
    if on in winners or (on is None and not winners):
        return Gap.AGREES
    if follower.stage == Stage.REJECTED:
        return Gap.REFUSED_PLAN
    if follower.heard_version < follower.desired_version:
        return Gap.OLDER_PLAN
    if follower.assets_ready < follower.assets_total:
        return Gap.LOADING
    changed = judge.changes(plan, at - SETTLING, at + timedelta(milliseconds=1))
    return Gap.SETTLING if changed else Gap.DIFFERS


def _strip(plan: Plan, start: datetime, end: datetime, *, exclusive: bool) -> Iterable[Stretch]:
    """Yield what is on between two instants, like neighbours joined."""
    edges = [start, *judge.changes(plan, start, end)[: MAX_STRETCHES - 1], end]
    last: Stretch | None = None
    for since, until in pairwise(edges):
        done = judge.gone_by(plan.items, since)
        told = judge.explain(plan, since, exclusive=exclusive, done=done)
        on = tuple(dict.fromkeys(one.item.broadcast for one in told.on))
        if last is not None and last.broadcasts == on:
            last = Stretch(last.start, until, on)
            continue
        if last is not None:
            yield last
        last = Stretch(since, until, on)
    if last is not None:
        yield last
