"""When within a day: a named part of it, every so many minutes, or by the sun.

A day has its own starts and, for a part, its own ends; both are instants. What begins on a day
belongs to it, however late after midnight it starts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from playlists.schedule import instant, sun
from playlists.schedule.almanac import Almanac, Part
from playlists.schedule.draft import TimesDraft
from playlists.schedule.refusals import PartsClash, UnknownPart
from playlists.schedule.sun import SunEvent

MAX_OFFSET_MIN: Final = 12 * 60
MIN_EVERY_MIN: Final = 5
"""Nearer than this nobody could tell one from the next, and a day would have hundreds."""
MAX_EVERY_MIN: Final = 24 * 60
_DAY: Final = timedelta(days=1)


class DayTimes(Protocol):
    """When within a day."""

    def on(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime | None]]:
        """Yield (start, end) for a local day, in order; None = as long as the rule says."""


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """From the start of a part to its end on the wall clock, also over midnight."""

    part: Part

    def on(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime | None]]:
        """Yield the part; a clock change can swallow it whole."""
        start, end = _window(day, self.part.start, self.part.end, zone)
        if start < end:
            yield start, end


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes by the stop-watch, from one wall time until before another."""

    step: timedelta
    since: time
    until: time

    def on(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime | None]]:
        """Yield the starts: a night with an hour more or less has more or fewer of them."""
        at, until = _window(day, self.since, self.until, zone)
        while at < until:
            yield at, None
            at += self.step


@dataclass(frozen=True, slots=True)
class BySun:
    """So long after (negative: before) the sun rises or sets."""

    event: SunEvent
    offset: timedelta
    lat: float
    lon: float

    def on(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime | None]]:
        """Yield the start; none on a day on which the sun does not."""
        found = sun.moment(self.event, day, self.lat, self.lon, zone)
        if found is not None:
            yield found + self.offset, None


def read(draft: TimesDraft, almanac: Almanac) -> DayTimes:
    """Read the times of a rule; PartsClash, UnknownPart."""
    kinds = (draft.part is not None, draft.every_min is not None, draft.sun is not None)
    if sum(kinds) != 1:
        raise _clash("times: give one of part, every_min, sun")
    if draft.sun is None and draft.offset_min:
        raise _clash("times: offset_min goes with sun")
    if draft.every_min is None and (draft.since is not None or draft.until is not None):
        raise _clash("times: since and until go with every_min")
    if draft.part is not None:
        return PartOfDay(part_named(draft.part, almanac))
    if draft.sun is not None:
        if abs(draft.offset_min) > MAX_OFFSET_MIN:
            raise _clash(f"times: offset_min is not within {MAX_OFFSET_MIN} minutes")
        offset = timedelta(minutes=draft.offset_min)
        return BySun(draft.sun, offset, almanac.lat, almanac.lon)
    return _every(draft)


def clock(text: str | None) -> time:
    """Read a wall time such as 05:30; PartsClash."""
    try:
        found = time.fromisoformat(text or "")
    except ValueError as exc:
        raise _clash(f"times: {text!r:.40} is no time of day") from exc
    if found.tzinfo is not None:
        raise _clash("times: a time of day has no offset")
    return found


def _every(draft: TimesDraft) -> Every:
    minutes = draft.every_min or 0
    if not MIN_EVERY_MIN <= minutes <= MAX_EVERY_MIN:
        raise _clash(f"times: every_min is not {MIN_EVERY_MIN} to {MAX_EVERY_MIN}")
    return Every(timedelta(minutes=minutes), clock(draft.since), clock(draft.until))


def part_named(name: str, almanac: Almanac) -> Part:
    """Return the part of the day of that name; UnknownPart."""
    found = almanac.part(name)
    if found is None:
        known = [one.name for one in almanac.parts]
        raise UnknownPart(f"no part of the day is {name!r:.80}", name=name[:60], known=known)
    return found


def _window(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    ends_on = day if start < end else day + _DAY
    return (
        instant.of_wall(datetime.combine(day, start), zone),
        instant.of_wall(datetime.combine(ends_on, end), zone),
    )


def _clash(reason: str) -> PartsClash:
    return PartsClash(f"the rule contradicts itself: {reason}", reason=reason)
