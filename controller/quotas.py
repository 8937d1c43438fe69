"""Quotas of places: who asks for how many items, how each stands, and a word before it is late."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from controller.areas import DEFAULT_TZ, below, line_of, zone_of
from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import ControllerError, Forbidden, Invalid, NotFound
from controller.model import Area, Person
from controller.months import DAY, Month
from controller.planning import Planner, rule_of
from controller.rhythm import (
    DAY_MIN,
    LAST_DAY,
    WEEK,
    Every,
    Item,
    Quota,
    QuotaDraft,
    Tally,
    Turn,
    in_view,
    tally,
    turns_of,
)
from controller.store import feed, places, proof
from controller.store import rhythm as rows
from controller.store.rhythm import Local
from controller.store.store import Store, Tx
from playlists.errors import ContentRefused
from playlists.schedule import instant

MAX_QUOTAS: Final = 20
"""That hold at once. Every one is looked at again every few minutes."""
MAX_LINES: Final = 5_000
"""Of one answer: 150 wards, each day of a month."""
LAST_DAYS: Final[Mapping[Every, int | None]] = {
    Every.DAY: None,
    Every.WEEK: 7,
    Every.MONTH: LAST_DAY,
}

LENGTHS: Final[Mapping[Every, timedelta]] = {
    Every.DAY: DAY,
    Every.WEEK: WEEK,
    Every.MONTH: 28 * DAY,
}
"""A warning comes no earlier, so it concerns this turn or the next."""
NOTHING: Final = timedelta(0)


class QuotasFull(ControllerError):
    """There are as many quotas as the controller watches. Fact: `limit`."""

    code = "quotas-full"


class QuotaOfNothing(ControllerError):
    """A quota names no campaign and no kind of content."""

    code = "quota-of-nothing"


class LongRhythm(ControllerError):
    """An answer would be very long. Facts: `lines`, `limit`."""

    code = "long-rhythm"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a quota stands in an area, in one turn."""

    quota: Quota
    area: Area
    tz: str
    turn: Turn
    tally: Tally


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a quota is counted by itself."""

    area: Area
    zones: Mapping[str, str]
    """Time zones of the area and of what lies below, by area."""

    @property
    def tz(self) -> str:
        """Return the zone its turns are counted in."""
        return self.zones[self.area.id]


@dataclass(frozen=True, slots=True)
class _Part:
    """A quota in one place, in some turns, in order."""

    quota: Quota
    place: _Place
    turns: list[Turn]

    def standings(self, items: Mapping[str, list[Item]], now: datetime) -> Iterator[Standing]:
        """Yield how each turn stands."""
        its = [one for area in self.place.zones for one in items.get(area, ())]
        for turn in self.turns:
            told = tally(self.quota, turn, its, now)
            yield Standing(self.quota, self.place.area, self.place.tz, turn, told)


class Quotas:
    """What places want to say regularly."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner

    def now(self, area: str | None = None) -> list[Standing]:
        """Return how every quota stands now, in an area and below; NotFound, LongRhythm."""
        return self._now(area, MAX_LINES)

    def _now(self, area: str | None, limit: int | None) -> list[Standing]:
        now = self._clock.now()
        with self._store.read() as tx:
            parts = [
                _Part(quota, place, in_view(quota, now, place.tz))
                for quota, place in _asked(tx, area)
                if quota.ended_at is None
            ]
            return self._standings(tx, parts, now, limit)

    def of_month(self, month: str, area: str | None = None) -> list[Standing]:
        """Return how the turns of a month stand whose deadlines lie in it and that have begun.

        A quota counts from when it was made to when it was ended. Raises NotFound, Invalid,
        LongRhythm.
        """
        now = self._clock.now()
        _month(month, DEFAULT_TZ)
        with self._store.read() as tx:
            parts = [
                _Part(quota, place, _held(quota, turns_of(quota, _month(month, place.tz)), now))
                for quota, place in _asked(tx, area)
            ]
            return self._standings(tx, parts, now, MAX_LINES)

    def create(self, draft: QuotaDraft, person: Person) -> Quota:
        """Ask for something from now on. Raises NotFound, Invalid, QuotaOfNothing, QuotasFull,
        Forbidden."""
        _check_may(person)
        _check(draft)
        now = self._clock.now()
        quota = Quota(
            **asdict(draft),
            id=secrets.token_hex(8),
            created_at=now,
            created_by=person.name,
            ended_at=None,
        )
        with self._store.write() as tx:
            areas = places.areas(tx)
            _inside(draft.area, areas)
            if draft.each and all(one.parent != draft.area for one in areas):
                raise Invalid(
                    "nothing is below", field="each", reason="no area lies below this one"
                )
            if sum(one.ended_at is None for one in rows.quotas(tx)) >= MAX_QUOTAS:
                raise QuotasFull(f"there are {MAX_QUOTAS} quotas", limit=MAX_QUOTAS)
            rows.add(tx, quota)
            record(tx, now, person, "create", f"quota:{quota.id}", after=content_of(quota))
        return quota

    def end(self, name: str, person: Person) -> None:
        """Ask no longer; what it was before stays known. Raises NotFound, Forbidden."""
        _check_may(person)
        now = self._clock.now()
        with self._store.write() as tx:
            held = {one.id: one for one in rows.quotas(tx) if one.ended_at is None}
            if name not in held:
                raise NotFound("quota", name[:80])
            rows.end(tx, name, now)
            record(tx, now, person, "delete", f"quota:{name}", before=content_of(held[name]))

    def look(self) -> None:
        """Tell those who watch of what is missing while there is time, once as long as it is."""
        missing = {
            (one.quota.id, one.area.id, one.turn.deadline): one
            for one in self._now(None, None)
            if one.tally.is_alarming
        }
        with self._store.read() as tx:
            if rows.warned(tx) == missing.keys():
                return
        with self._store.write() as tx:
            for key in missing.keys() - rows.warned(tx):
                _tell(tx, missing[key], self._clock.now())
            rows.set_warned(tx, missing)

    def _standings(
        self, tx: Tx, parts: Sequence[_Part], now: datetime, limit: int | None
    ) -> list[Standing]:
        lines = sum(len(part.turns) for part in parts)
        if limit is not None and lines > limit:
            raise LongRhythm(f"{lines} lines", lines=lines, limit=limit)
        by_quota: dict[Quota, list[_Part]] = {}
        for part in parts:
            if part.turns:
                by_quota.setdefault(part.quota, []).append(part)
        drills = feed.rehearsed(tx)
        found = []
        for quota, its in by_quota.items():
            items = self._items(tx, quota, its, drills)
            found += [one for part in its for one in part.standings(items, now)]
        return found

    def _items(
        self, tx: Tx, quota: Quota, parts: Sequence[_Part], drills: set[str]
    ) -> dict[str, list[Item]]:
        """Return what was on or is approved, by area."""
        zones = {area: tz for part in parts for area, tz in part.place.zones.items()}
        start = min(part.turns[0].start for part in parts)
        end = max(part.turns[-1].end for part in parts)
        found = rows.begun(tx, quota, zones, start, end)
        for local in rows.booked(tx, quota, zones, start, end):
            due = {
                tz: self._due(local, tz, (start, end))
                for tz in {zones[area] for area in local.areas}
            }
            found += [(area, one) for area in local.areas for one in due[zones[area]]]
        items: dict[str, list[Item]] = {}
        for area, one in found:
            if one.broadcast not in drills:
                items.setdefault(area, []).append(one)
        return items

    def _due(self, local: Local, tz: str, span: tuple[datetime, datetime]) -> list[Item]:
        broadcast = local.booking.broadcast
        draft = broadcast.draft
        try:
            rule = rule_of(
                draft.rule,
                tz,
                self._planner.almanac,
                local.booking.asset,
                broadcast.asked_at,
                zoned=bool(draft.zones_meant),
            )
            due = [Item(broadcast.id, *one, began=None) for one in rule.occurrences(*span)]
        except ContentRefused:
            return []  # nothing can be planned by it either
        return due


def _tell(tx: Tx, one: Standing, now: datetime) -> None:
    told: dict[str, object] = {
        "id": one.quota.id,
        "name": one.quota.name,
        "area": one.area.id,
        "lacking": one.tally.lacking,
        "deadline": instant.to_text(one.turn.deadline),
    }
    proof.add_event(tx, now, "rhythm", None, told)


def _asked(tx: Tx, area: str | None) -> Iterator[tuple[Quota, _Place]]:
    """Yield every quota with each place where it is counted, as far as that lies in an area."""
    areas = places.areas(tx)
    inside = {one.id for one in areas} if area is None else _inside(area, areas)
    zones: dict[str, dict[str, str]] = {}
    for one in areas:
        line = line_of(one.id, areas)
        for above in line:
            zones.setdefault(above.id, {})[one.id] = zone_of(line)
    for quota in rows.quotas(tx):
        for one in areas:
            counted = one.parent == quota.area if quota.each else one.id == quota.area
            if counted and one.id in inside:
                yield quota, _Place(one, zones[one.id])


def _inside(area: str, areas: Sequence[Area]) -> set[str]:
    inside = below(area, areas)
    if not inside:
        raise NotFound("area", area[:80])
    return inside


def _held(quota: Quota, turns: Iterable[Turn], now: datetime) -> list[Turn]:
    """Return the turns that have begun and whose deadlines came while a quota held."""
    return [
        one
        for one in turns
        if quota.created_at < one.deadline
        and one.start <= now
        and (quota.ended_at is None or one.deadline <= quota.ended_at)
    ]


def _month(text: str, tz: str) -> Month:
    try:
        month = Month.read(text, tz)
        if not 2000 <= month.year <= 2999:  # noqa: PLR2004 -- days around it exist in every zone
            raise ValueError(text)
    except ValueError as exc:
        reason = "write it like 2026-11"
        raise Invalid(f"{text[:40]} is no month", field="month", reason=reason) from exc
    return month


def _check(draft: QuotaDraft) -> None:
    if not draft.campaign and draft.kind is None:
        raise QuotaOfNothing("it counts nothing")
    last = LAST_DAYS[draft.every]
    day = draft.deadline_day
    if day is not None and (last is None or not 1 <= day <= last):
        reason = "a week has 1 (Monday) to 7, a month 1 to 31; a day has none"
        raise Invalid("no such deadline", field="deadline_day", reason=reason)
    if not 0 <= draft.deadline_min <= DAY_MIN:
        raise Invalid("no such time", field="deadline_time", reason="00:00 to 24:00")
    if not NOTHING <= draft.warn_ahead <= LENGTHS[draft.every]:
        days = LENGTHS[draft.every].days
        raise Invalid("no such time", field="warn_ahead_s", reason=f"0 to {days} days")


def _check_may(person: Person) -> None:
    if not person.may_approve_alone:
        raise Forbidden("a quota is a rule for editors", action="change a quota")
