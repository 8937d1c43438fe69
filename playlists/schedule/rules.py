"""Time rules: from what an operator says to occurrences.

Wall clock in the area's zone comes in, UTC goes out. A rule is days × times: which days (`rrule`,
date range, holidays), and when on each (the time of its start, or `times`); dates are added and
taken away at the end. A wall time in a spring gap happens at the offset before the gap, one in a
repeated hour the first time (RFC 5545 3.3.5); HOURLY rules count wall-clock hours.

A rule may have no end: what is bounded is the window it is asked for.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from playlists.schedule import daytimes, instant, recurrence
from playlists.schedule.almanac import Almanac
from playlists.schedule.daytimes import DayTimes
from playlists.schedule.draft import MAX_DATES, OnHolidays, RuleDraft
from playlists.schedule.recurrence import MAX_OCCURRENCES, MAX_OCCURRENCES_PER_DAY, Recurrence
from playlists.schedule.refusals import (
    BadDuration,
    BadTime,
    EndBeforeStart,
    ExplodingRrule,
    InThePast,
    NeverHappens,
    NoDuration,
    NonexistentTime,
    PartsClash,
    TooFarAhead,
    TwoEnds,
    UnknownHoliday,
    UnknownZone,
    WindowTooLong,
)

PAST_GRACE_S: Final = 60
"""A one-off may have begun this long ago: people type while the clock runs."""
MAX_DURATION_S: Final = 31 * 86_400
MAXYEARS_AHEAD: Final = 5
MAX_WINDOW: Final = recurrence.MAX_SPAN
"""What a rule without an end may be asked for at once."""
MAX_IN_WINDOW: Final = 100_000
"""Occurrences that one question may be answered with: MAX_OCCURRENCES_PER_DAY for a year."""
FOR_EVER: Final = datetime(9_000, 1, 1, tzinfo=UTC)
"""When a rule ends that lasts until further notice."""
YEARS: Final = range(1970, 2_500)
"""Outside of these a year is a slip, and arithmetic may overflow."""
_SLACK: Final = timedelta(days=3)
"""What begins on a day starts no further from its midnight, clock changes included."""
_PROBE: Final = timedelta(days=60)
_INSTANT: Final = timedelta(milliseconds=1)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOURS_OF_A_DAY: Final = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})

Occurrence = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days: those of a recurrence until a last one, as holidays allow."""

    recurrence: Recurrence
    last: date | None
    holidays: OnHolidays | None
    names: frozenset[str]
    """The holidays that are meant."""
    almanac: Almanac

    def ends(self) -> list[datetime]:
        """Return the last wall times that the recurrence and the date range allow, if any."""
        last = None if self.last is None else datetime.combine(self.last, time.max)
        return [one for one in (self.recurrence.last, last) if one is not None]

    def walls(self, low: datetime, high: datetime) -> Iterator[datetime]:
        """Yield the wall times between two, in order."""
        if self.last is not None:
            high = min(high, datetime.combine(self.last, time.max))
        for wall in self.recurrence.between(low, high):
            if self.holidays is None or self._allows(wall.date()):
                yield wall

    def _allows(self, day: date) -> bool:
        today = bool(self.almanac.names_on(day) & self.names)
        if self.holidays is OnHolidays.EVE:
            tomorrow = self.almanac.names_on(day + timedelta(days=1)) & self.names
            return bool(tomorrow - self.almanac.names_on(day))
        return today == (self.holidays is OnHolidays.ONLY)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """All that a rule means, without its bounds."""

    zone: ZoneInfo
    days: _Days | None
    times: DayTimes | None
    duration: timedelta | None
    """None = until the end of the part of the day."""
    extra: tuple[datetime, ...]
    left_out: frozenset[datetime]
    days_out: frozenset[date]

    def between(self, after: datetime, before: datetime) -> list[Occurrence]:
        """Return what ends after `after` and starts before `before`, in order, each start once."""
        longest = self.duration or _SLACK
        low = instant.to_wall(after - longest - _SLACK, self.zone)
        high = instant.to_wall(before + _SLACK, self.zone)
        found: dict[datetime, datetime] = {}
        for start, end in self._all(low, high):
            if start < before and end > after and start not in self.left_out:
                found[start] = end
                if len(found) > MAX_IN_WINDOW:
                    raise _exploding("occurrences at once", MAX_IN_WINDOW)
        return sorted(found.items())

    def _all(self, low: datetime, high: datetime) -> Iterator[Occurrence]:
        walls = () if self.days is None else self.days.walls(low, high)
        for wall in walls:
            if wall.date() not in self.days_out:
                for start, end in self._on(wall):
                    yield start, self._end(start, end)
        for start in self.extra:
            yield start, self._end(start, None)

    def _on(self, wall: datetime) -> Iterator[tuple[datetime, datetime | None]]:
        if self.times is None:
            yield instant.of_wall(wall, self.zone), None
        else:
            yield from self.times.on(wall.date(), self.zone)

    def _end(self, start: datetime, end: datetime | None) -> datetime:
        return start + self.duration if self.duration is not None else end or start


@dataclass(frozen=True, slots=True)
class Rule:
    """The occurrences a rule means: instants, UTC."""

    pattern: _Pattern
    first: datetime
    """When the first occurrence starts."""
    last: datetime
    """When the last one ends; FOR_EVER = until further notice."""

    def occurrences(self, after: datetime, before: datetime) -> Iterator[Occurrence]:
        """Yield (start, end) of every occurrence that ends after `after` and starts before
        `before`, in order, no start twice.

        However far the window is, it costs what it holds. Raises WindowTooLong for more than
        MAX_WINDOW of a rule without an end, ExplodingRrule for more than MAX_IN_WINDOW.
        """
        after, before = max(after, self.first - _INSTANT), min(before, self.last)
        if after > before:
            return
        if before - after > MAX_WINDOW + _SLACK:
            raise WindowTooLong(
                f"more than {MAX_WINDOW.days} days at once", limit_days=MAX_WINDOW.days
            )
        yield from self.pattern.between(after, before)

    @property
    def endless(self) -> bool:
        """Say whether it lasts until further notice."""
        return self.last == FOR_EVER

    def first_start(self) -> datetime:
        """Return when the first occurrence starts."""
        return self.first

    def last_end(self) -> datetime:
        """Return when the last occurrence ends; FOR_EVER when none is the last."""
        return self.last


def parse(
    draft: RuleDraft,
    tz: str,
    almanac: Almanac,
    *,
    now: datetime,
    default_duration_s: float | None = None,
) -> Rule:
    """Read a rule; a leaf of ContentRefused says what is wrong with it.

    Times without offset are wall clock in the draft's zone, else in `tz`; no start means now.
    `default_duration_s` is the content's own length (a sound), used when neither `end` nor
    `duration_s` is given.
    """
    zone = find_zone(draft.tz or tz)
    first = _start(draft, zone, now)
    if first > now + timedelta(days=366 * MAXYEARS_AHEAD):
        raise TooFarAhead(
            f"{instant.to_text(first)} is more than {MAXYEARS_AHEAD} years ahead",
            start=instant.to_text(first),
            limit_years=MAXYEARS_AHEAD,
        )
    _check_parts(draft)
    pattern = _pattern(draft, zone, almanac, first, default_duration_s)
    once = pattern.days is None
    if once and len(pattern.extra) == 1 and first < now - timedelta(seconds=PAST_GRACE_S):
        raise _in_the_past(first, now)
    rule = _bounded(pattern, first)
    if rule.last <= now:
        raise _in_the_past(first if once else rule.last, now)
    return rule


def find_zone(tz: str) -> ZoneInfo:
    """Return the time zone of that name; UnknownZone when there is none."""
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError, TypeError) as exc:
        raise UnknownZone(f"no time zone is called {tz!r}"[:120], tz=str(tz)[:60]) from exc


def read_time(field: str, text: str, zone: ZoneInfo) -> datetime:
    """Read a wall time or an instant; NonexistentTime when clocks jump over it."""
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError) as exc:
        raise _bad_time(field, text) from exc
    if at.year not in YEARS:
        raise _bad_time(field, text)
    if at.tzinfo is not None:
        return _to_ms(at.astimezone(UTC))
    found = instant.of_wall(at, zone)
    if instant.to_wall(found, zone) != at:
        raise NonexistentTime(
            f"{text} does not exist in {zone.key}: the clock jumps over it", time=text, tz=zone.key
        )
    return _to_ms(found)


def _read_date(field: str, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except (ValueError, TypeError) as exc:
        raise _bad_time(field, text) from exc
    if found.year not in YEARS:
        raise _bad_time(field, text)
    return found


def _start(draft: RuleDraft, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the first instant that is meant; with times, the first midnight."""
    if draft.times is None:
        return _to_ms(now) if draft.start is None else read_time("start", draft.start, zone)
    if draft.start is not None and not _DATE.fullmatch(draft.start):
        raise _clash("with times, start is a date")
    today = instant.to_wall(now, zone).date()
    first = today if draft.start is None else _read_date("start", draft.start)
    return instant.of_wall(datetime.combine(first, time.min), zone)


def _check_parts(draft: RuleDraft) -> None:
    """Raise PartsClash when what is said does not go together."""
    if draft.times is not None:
        fields = {} if draft.rrule is None else recurrence.split(draft.rrule)
        if fields.get("FREQ") == "HOURLY" or fields.keys() & _HOURS_OF_A_DAY:
            raise _clash("with times, rrule says only which days")
        if draft.end is not None:
            raise _clash("with times, give duration_s instead of end")
    if draft.holiday_names and draft.holidays is None:
        raise _clash("holiday_names go with holidays")
    for field, dates in (("rdates", draft.rdates), ("exdates", draft.exdates)):
        if len(dates) > MAX_DATES:
            raise _clash(f"{field} has more than {MAX_DATES} dates")


def _pattern(
    draft: RuleDraft,
    zone: ZoneInfo,
    almanac: Almanac,
    first: datetime,
    default_duration_s: float | None,
) -> _Pattern:
    times = None if draft.times is None else daytimes.read(draft.times, almanac)
    is_part = isinstance(times, daytimes.PartOfDay) and not draft.rdates
    duration = _duration(first, draft, default_duration_s, zone, needed=not is_part)
    extra = tuple(read_time("rdates", text, zone) for text in draft.rdates)
    if any(abs(at - first) > recurrence.MAX_SPAN for at in extra):
        raise _exploding("days from first to last", recurrence.MAX_SPAN.days)
    days_out = [text for text in draft.exdates if _DATE.fullmatch(text)]
    left_out = [text for text in draft.exdates if not _DATE.fullmatch(text)]
    return _Pattern(
        zone=zone,
        days=_days(draft, zone, almanac, first) if draft.recurs else None,
        times=times,
        duration=duration,
        extra=extra if draft.recurs else (first, *extra),
        left_out=frozenset(read_time("exdates", text, zone) for text in left_out),
        days_out=frozenset(_read_date("exdates", text) for text in days_out),
    )


def _days(draft: RuleDraft, zone: ZoneInfo, almanac: Almanac, first: datetime) -> _Days:
    wall = instant.to_wall(first, zone).replace(microsecond=0)
    if draft.times is not None:
        wall = datetime.combine(wall, time.min)
    last = None if draft.last_day is None else _last_day(draft.last_day, wall)
    return _Days(
        recurrence=recurrence.read(
            "FREQ=DAILY" if draft.rrule is None else draft.rrule, wall, zone
        ),
        last=last,
        holidays=draft.holidays,
        names=holiday_names(draft.holiday_names, almanac),
        almanac=almanac,
    )


def _last_day(text: str, first: datetime) -> date:
    last = _read_date("last_day", text)
    if last < first.date():
        raise EndBeforeStart("the last day is before the first", start=f"{first:%F}", end=text)
    if last - first.date() > recurrence.MAX_SPAN:
        raise _exploding("days from first to last", recurrence.MAX_SPAN.days)
    return last


def holiday_names(wanted: tuple[str, ...], almanac: Almanac) -> frozenset[str]:
    """Return the names of the holidays that a rule means; UnknownHoliday."""
    known = [one.name for one in almanac.holidays]
    for name in wanted:
        if name not in known:
            raise UnknownHoliday(f"no holiday is {name!r:.80}", name=name[:80], known=known)
    return frozenset(wanted or known)


def _bounded(pattern: _Pattern, start: datetime) -> Rule:
    """Find where a rule begins and ends, and that it is not too dense; NeverHappens."""
    begin, upto = min((start, *pattern.extra)) - _SLACK, max((start, *pattern.extra))
    ends = [] if pattern.days is None else pattern.days.ends()
    endless = pattern.days is not None and not ends
    if endless:
        upto = max(upto, start + recurrence.MAX_SPAN)
    elif ends:
        upto = max(upto, instant.of_wall(min(ends), pattern.zone))
    upto += _SLACK
    first = _first(pattern, begin, upto)
    found = pattern.between(first - _INSTANT, min(first + _PROBE, upto) if endless else upto)
    if not endless and len(found) > MAX_OCCURRENCES:
        raise _exploding("occurrences in all", MAX_OCCURRENCES)
    if found[-1][0] - first > recurrence.MAX_SPAN:
        raise _exploding("days from first to last", recurrence.MAX_SPAN.days)
    _check_density([at for at, _ in found])
    return Rule(pattern, first, FOR_EVER if endless else max(end for _, end in found))


def _first(pattern: _Pattern, begin: datetime, upto: datetime) -> datetime:
    """Return the first start, looking at longer and longer stretches."""
    step = timedelta(days=8)
    while begin < upto:
        found = [at for at, _ in pattern.between(begin, min(begin + step, upto)) if at >= begin]
        if found:
            return found[0]
        begin, step = begin + step, step * 2
    raise NeverHappens("no day and no hour fits all that the rule says")


def _check_density(starts: list[datetime]) -> None:
    for at, start in enumerate(starts):
        then = bisect_left(starts, start + timedelta(days=1))
        if then - at > MAX_OCCURRENCES_PER_DAY:
            raise _exploding("occurrences on one day", MAX_OCCURRENCES_PER_DAY)


def _in_the_past(start: datetime, now: datetime) -> InThePast:
    start_text, now_text = instant.to_text(start), instant.to_text(now)
    return InThePast(f"{start_text} is past: it is {now_text}", start=start_text, now=now_text)


def _duration(
    start: datetime,
    draft: RuleDraft,
    default_duration_s: float | None,
    zone: ZoneInfo,
    *,
    needed: bool,
) -> timedelta | None:
    if draft.end is not None and draft.duration_s is not None:
        facts = {"end": draft.end[:60], "duration_s": draft.duration_s}
        raise TwoEnds("give an end or a duration, not both", **facts)
    if draft.end is not None:
        finish = read_time("end", draft.end, zone)
        if finish <= start:
            facts = {"start": instant.to_text(start), "end": instant.to_text(finish)}
            raise EndBeforeStart("the end is not after the start", **facts)
        return _checked_duration((finish - start).total_seconds())
    seconds_s = default_duration_s if draft.duration_s is None else draft.duration_s
    if seconds_s is not None:
        return _checked_duration(seconds_s)
    if needed:
        raise NoDuration("say when it ends: give an end or a duration")
    return None


def _checked_duration(duration_s: float) -> timedelta:
    if not math.isfinite(duration_s):
        raise BadDuration(
            "the duration is no number", duration_s=str(duration_s), limit_s=MAX_DURATION_S
        )
    duration = timedelta(milliseconds=0) if duration_s <= 0 else _limited(duration_s)
    if not timedelta(0) < duration <= timedelta(seconds=MAX_DURATION_S):
        raise BadDuration(
            f"{duration_s} s is not between 0 and {MAX_DURATION_S} s",
            duration_s=duration_s,
            limit_s=MAX_DURATION_S,
        )
    return duration


def _limited(duration_s: float) -> timedelta:
    return timedelta(milliseconds=round(min(duration_s, MAX_DURATION_S + 1) * 1000))


def _bad_time(field: str, text: object) -> BadTime:
    return BadTime(
        f"{field}: {text!r} is no date and time"[:120], field=field, value=str(text)[:60]
    )


def _exploding(what: str, limit: int) -> ExplodingRrule:
    return ExplodingRrule(f"the rule means more than {limit} {what}", reason=what, limit=limit)


def _clash(reason: str) -> PartsClash:
    return PartsClash(f"the rule contradicts itself: {reason}", reason=reason)


def _to_ms(at: datetime) -> datetime:
    """Cut to milliseconds, the precision at which instants travel."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
