"""Time rules: from texts as an operator gives them to occurrences.

Wall clock in the area's zone comes in, UTC goes out. Every occurrence lasts exactly as long as
the first. A recurrence that falls into a spring gap happens at the offset before the gap, one in
a repeated hour happens the first time (RFC 5545 3.3.5); HOURLY rules count wall-clock hours.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from playlists.schedule import instant
from playlists.schedule.recurrence import expand
from playlists.schedule.refusals import (
    BadDuration,
    BadRrule,
    BadTime,
    EndBeforeStart,
    InThePast,
    NoDuration,
    NonexistentTime,
    TooFarAhead,
    TwoEnds,
    UnknownZone,
)

PAST_GRACE_S: Final = 60
"""A one-off may have begun this long ago: people type while the clock runs."""
MAX_DURATION_S: Final = 31 * 86_400
MAX_YEARS_AHEAD: Final = 5
_YEARS: Final = range(1970, 2_500)
"""Outside of these a year is a slip, and arithmetic may overflow."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The occurrences a rule means: `starts` in order, UTC, each lasting `duration`."""

    starts: tuple[datetime, ...]
    duration: timedelta

    def occurrences(self, after: datetime, before: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield (start, end) of every occurrence that ends after `after` and starts before
        `before`, in order."""
        first = bisect_right(self.starts, after - self.duration)
        for start in self.starts[first : bisect_left(self.starts, before)]:
            yield start, start + self.duration

    def first_start(self) -> datetime:
        """Return when the first occurrence starts."""
        return self.starts[0]

    def last_end(self) -> datetime:
        """Return when the last occurrence ends."""
        return self.starts[-1] + self.duration


def parse(
    start: str | None,
    end: str | None,
    duration_s: float | None,
    rrule: str | None,
    tz: str,
    *,
    now: datetime,
    default_duration_s: float | None = None,
) -> Rule:
    """Read a rule; a leaf of ContentRefused says what is wrong with it.

    Times without offset are wall clock in `tz`; no start means now. `default_duration_s` is the
    content's own length (a sound), used when neither `end` nor `duration_s` is given.
    """
    zone = find_zone(tz)
    first = _to_ms(now) if start is None else _read_time("start", start, zone)
    if first > now + timedelta(days=366 * MAX_YEARS_AHEAD):
        raise TooFarAhead(
            f"{instant.to_text(first)} is more than {MAX_YEARS_AHEAD} years ahead",
            start=instant.to_text(first),
            limit_years=MAX_YEARS_AHEAD,
        )
    duration = _duration(first, end, duration_s, default_duration_s, zone)
    if rrule is None:
        return _one_off(first, duration, now)
    return _recurring(first, duration, rrule, zone, now)


def find_zone(tz: str) -> ZoneInfo:
    """Return the time zone of that name; UnknownZone when there is none."""
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError, TypeError) as exc:
        raise UnknownZone(f"no time zone is called {tz!r}"[:120], tz=str(tz)[:60]) from exc


def _one_off(start: datetime, duration: timedelta, now: datetime) -> Rule:
    if start < now - timedelta(seconds=PAST_GRACE_S) or start + duration <= now:
        raise _in_the_past(start, now)
    return Rule((start,), duration)


def _recurring(
    first: datetime, duration: timedelta, rrule: str, zone: ZoneInfo, now: datetime
) -> Rule:
    wall = first.astimezone(zone).replace(tzinfo=None, microsecond=0, fold=0)
    starts = sorted({_to_utc(one, zone) for one in expand(rrule, wall, zone)})
    if not starts:
        raise BadRrule("the rule never comes true", reason="no date matches it")
    if starts[-1] + duration <= now:
        raise _in_the_past(starts[-1], now)
    return Rule(tuple(starts), duration)


def _in_the_past(start: datetime, now: datetime) -> InThePast:
    start_text, now_text = instant.to_text(start), instant.to_text(now)
    return InThePast(f"{start_text} is past: it is {now_text}", start=start_text, now=now_text)


def _duration(
    start: datetime,
    end: str | None,
    duration_s: float | None,
    default_duration_s: float | None,
    zone: ZoneInfo,
) -> timedelta:
    if end is not None and duration_s is not None:
        raise TwoEnds("give an end or a duration, not both", end=end[:60], duration_s=duration_s)
    if end is not None:
        finish = _read_time("end", end, zone)
        if finish <= start:
            facts = {"start": instant.to_text(start), "end": instant.to_text(finish)}
            raise EndBeforeStart("the end is not after the start", **facts)
        return _checked_duration((finish - start).total_seconds())
    seconds_s = default_duration_s if duration_s is None else duration_s
    if seconds_s is None:
        raise NoDuration("say when it ends: give an end or a duration")
    return _checked_duration(seconds_s)


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


def _read_time(field: str, text: str, zone: ZoneInfo) -> datetime:
    """Read a wall time or an instant; NonexistentTime when clocks jump over it."""
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError) as exc:
        raise _bad_time(field, text) from exc
    if at.year not in _YEARS:
        raise _bad_time(field, text)
    if at.tzinfo is not None:
        return _to_ms(at.astimezone(UTC))
    found = _to_utc(at, zone)
    if found.astimezone(zone).replace(tzinfo=None, fold=0) != at:
        raise NonexistentTime(
            f"{text} does not exist in {zone.key}: the clock jumps over it", time=text, tz=zone.key
        )
    return _to_ms(found)


def _bad_time(field: str, text: object) -> BadTime:
    return BadTime(
        f"{field}: {text!r} is no date and time"[:120], field=field, value=str(text)[:60]
    )


def _to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """Place a naive wall time: fold 0 is the offset before a gap, and the first of two."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _to_ms(at: datetime) -> datetime:
    """Cut to milliseconds, the precision at which instants travel."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
