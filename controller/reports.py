"""Reports: planned against played, for each device, area, campaign or month.

One device is read at a time, in a transaction of its own: a report of a large district is long,
and nobody waits for it. What it holds in memory is its lines.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from controller.airing import NOTHING, Cause, Outcome, Span, Standing, outcomes
from controller.areas import below, line_of, zone_of
from controller.clock import Clock
from controller.errors import Invalid, NotFound
from controller.model import Area, Device
from controller.months import DAY, Month, day_of, midnight
from controller.store import ledger, places
from controller.store.store import Store

MAX_DAYS: Final = 366
KEEP: Final = timedelta(days=3 * 366)
"""What was planned is kept so long: a year's report, and the two before to compare with."""
BATCH: Final = 50
"""Devices that are written down in one transaction."""


class Grouping(StrEnum):
    """What a line of a report is about."""

    DEVICE = "device"
    AREA = "area"
    """With everything below it."""
    CAMPAIGN = "campaign"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included, on the wall clock of a zone."""

    first: date
    last: date
    tz: str

    @property
    def span(self) -> Span:
        """Return it as instants."""
        return midnight(self.first, self.tz), midnight(self.last + DAY, self.tz)

    def months(self) -> Iterator["Period"]:
        """Yield the months it lies in, cut to it."""
        first = self.first
        while first <= self.last:
            last = min(Month(first.year, first.month, self.tz).last_day, self.last)
            yield Period(first, last, self.tz)
            first = last + DAY


@dataclass(slots=True)
class Missing:
    """What is missing for one reason."""

    occurrences: int = 0
    time: timedelta = NOTHING


@dataclass(slots=True)
class Line:
    """One line of a report: sums."""

    key: str
    name: str
    devices: set[str] = field(default_factory=set)
    counts: dict[Standing, int] = field(default_factory=lambda: dict.fromkeys(Standing, 0))
    planned: timedelta = NOTHING
    aired: timedelta = NOTHING
    shown: timedelta = NOTHING
    latest: timedelta = NOTHING
    """How late anything began at most."""
    missing: dict[Cause, Missing] = field(default_factory=dict)
    length: timedelta = NOTHING
    """Of the period."""

    def add(self, one: Outcome) -> None:
        """Count what became of an occurrence."""
        self.devices.add(one.device)
        self.counts[one.standing] += 1
        self.planned += one.planned
        self.aired += one.aired
        self.shown += one.shown
        self.latest = max(self.latest, one.late_by or NOTHING)
        for cause, time in one.missing.items():
            entry = self.missing.setdefault(cause, Missing())
            entry.occurrences += 1
            entry.time += time

    @property
    def missed(self) -> timedelta:
        """Return what is missing for all reasons."""
        return sum((one.time for one in self.missing.values()), NOTHING)

    @property
    def kept_pct(self) -> float | None:
        """Return how much of what was planned was on; None when nothing was planned."""
        return None if not self.planned else 100 * (1 - self.missed / self.planned)

    @property
    def share_pct(self) -> float | None:
        """Return how much of the time of its devices it had."""
        time = self.length * len(self.devices)
        return 100 * (self.shown / time) if time else None


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its lines, and everything together."""

    grouping: Grouping
    period: Period
    area: Area | None
    """None = everywhere."""
    lines: list[Line]
    total: Line
    made_at: datetime


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a report is about."""

    period: Period
    area: Area | None
    areas: list[Area]
    inside: set[str]
    """The areas that have lines."""
    devices: list[Device]
    campaigns: Mapping[str, str]


class Reports:
    """Planned against played."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def period(
        self, first: str | None, last: str | None, month: str | None, area: str | None
    ) -> Period:
        """Read which days are asked for, in the zone of an area: a month, or from and to, both
        included; nothing = this month. Raises Invalid, NotFound."""
        with self._store.read() as tx:
            areas = places.areas(tx)
        tz = zone_of([] if area is None else line_of(_known(area, areas).id, areas))
        if month is not None or first is None or last is None:
            return _month(month, first, last, tz, self._clock.now())
        days = Period(_day("from", first), _day("to", last), tz)
        if not DAY <= days.last + DAY - days.first <= MAX_DAYS * DAY:
            reason = f"from the first day to the last, {MAX_DAYS} days at most"
            raise Invalid("no such period", field="to", reason=reason)
        return days

    def of(self, grouping: Grouping, period: Period, area: str | None) -> Report:
        """Return a report; NotFound."""
        scope = self._scope(period, area)
        lines: dict[str, Line] = {}
        total = Line("", "", length=_length(period))
        parts = period.months() if grouping is Grouping.MONTH else [period]
        for part in parts:
            for device in scope.devices:
                for one in self._outcomes(device, part):
                    total.add(one)
                    for key, name in _keys(grouping, one, device, part, scope):
                        line = lines.setdefault(key, Line(key, name, length=_length(part)))
                        line.add(one)
        ordered = sorted(lines.values(), key=lambda line: (line.name, line.key))
        return Report(grouping, period, scope.area, ordered, total, self._clock.now())

    def each(self, period: Period, area: str | None) -> Iterator[tuple[Device, str, Outcome]]:
        """Yield what became of every occurrence, device by device, and under which campaign."""
        scope = self._scope(period, area)
        return (
            (device, scope.campaigns.get(one.broadcast, ""), one)
            for device in scope.devices
            for one in self._outcomes(device, period)
        )

    def note(self) -> None:
        """Write down everything that has begun."""
        while True:
            with self._store.read() as tx:
                waiting = ledger.due(tx, self._clock.now(), BATCH)
            if not waiting:
                return
            with self._store.write() as tx:
                ledger.note(tx, waiting, self._clock.now())

    def forget_old(self) -> None:
        """Drop what nobody will ask for any more."""
        with self._store.write() as tx:
            ledger.forget(tx, self._clock.now() - KEEP)

    def _scope(self, period: Period, area: str | None) -> _Scope:
        self.note()
        with self._store.read() as tx:
            areas, devices = places.areas(tx), places.devices(tx)
            campaigns = ledger.campaigns(tx)
        chosen = None if area is None else _known(area, areas)
        inside = {one.id for one in areas} if area is None else below(area, areas)
        devices = [one for one in devices if one.area in inside]
        return _Scope(period, chosen, areas, inside, devices, campaigns)

    def _outcomes(self, device: Device, period: Period) -> Iterator[Outcome]:
        start, end = period.span
        with self._store.read() as tx:
            planned = ledger.planned(tx, device.id, start, end)
            ran = ledger.ran(tx, device.id, start, end)
            heard = ledger.heard_until(tx, device.id)
        now = self._clock.now()
        return outcomes(device.id, planned, ran, (start, end), now=now, heard_until=heard)


def _keys(
    grouping: Grouping, one: Outcome, device: Device, part: Period, scope: _Scope
) -> Iterable[tuple[str, str]]:
    """Yield the lines that an outcome counts in, and their names."""
    if grouping is Grouping.DEVICE:
        return [(device.id, device.name)]
    if grouping is Grouping.AREA:
        line = line_of(device.area, scope.areas)
        return [(area.id, area.name) for area in line if area.id in scope.inside]
    if grouping is Grouping.CAMPAIGN:
        campaign = scope.campaigns.get(one.broadcast, "")
        return [(campaign, campaign)]
    month = str(Month(part.first.year, part.first.month, part.tz))
    return [(month, month)]


def _length(period: Period) -> timedelta:
    start, end = period.span
    return end - start


def _known(name: str, areas: Iterable[Area]) -> Area:
    for area in areas:
        if area.id == name:
            return area
    raise NotFound("area", name[:80])


def _day(field_: str, text: str) -> date:
    try:
        if len(text) != len("2026-11-25"):
            raise ValueError(text)
        day = date.fromisoformat(text)
        if not 2000 <= day.year <= 2999:  # noqa: PLR2004 -- days around it exist in every zone
            raise ValueError(text)
    except ValueError as exc:
        reason = "write it like 2026-11-25"
        raise Invalid(f"{text[:40]} is no day", field=field_, reason=reason) from exc
    return day


def _month(
    month: str | None, first: str | None, last: str | None, tz: str, now: datetime
) -> Period:
    if first is not None or last is not None:
        reason = "give a month, or both a first day (from) and a last day (to)"
        raise Invalid("half a period", field="from", reason=reason)
    if month is None:
        today = day_of(now, tz)
        chosen = Month(today.year, today.month, tz)
    else:
        first_day = _day("month", f"{month[:20]}-01")
        chosen = Month(first_day.year, first_day.month, tz)
    return Period(chosen.first_day, chosen.last_day, tz)
