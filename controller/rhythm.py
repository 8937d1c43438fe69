"""The rhythm of a place: so many items a day, a week or a month, each time before a deadline. Pure.

An item is a broadcast in a turn; it counts once there, however often it is repeated.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from controller.model import ContentKind
from controller.months import DAY, Month, day_of, midnight
from playlists.schedule import instant

WEEK: Final = 7 * DAY
LAST_DAY: Final = 31
"""Of a month, however long it is."""
DAY_MIN: Final = 24 * 60
PATIENCE: Final = timedelta(minutes=5)
"""Between the end of something on a device that is connected, and the report of it here."""


class Every(StrEnum):
    """How long a turn is."""

    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class QuotaDraft:
    """What an editor asks for."""

    name: str
    area: str
    each: bool
    """Asked of each area directly below, not of all together."""
    campaign: str
    """What counts must be of this campaign; empty = of any or none."""
    kind: ContentKind | None
    """What counts must be of this kind; None = of any."""
    number: int
    every: Every
    deadline_day: int | None
    """Of a week 1 (Monday) to 7, of a month 1 to 31 (cut to its length); None = the last one."""
    deadline_min: int
    """Minutes on the wall clock of that day, 0 to 1,440."""
    warn_ahead: timedelta
    """What is missing is told so long before the deadline; no longer than a turn."""


@dataclass(frozen=True, slots=True)
class Quota(QuotaDraft):
    """A quota as remembered."""

    id: str
    created_at: datetime
    created_by: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One day, week or month in a zone; instants are UTC, the end is not in it."""

    start: datetime
    deadline: datetime
    end: datetime
    day: date
    """Of the deadline, on the wall: the turn belongs to the month in which it lies."""


@dataclass(frozen=True, slots=True)
class Item:
    """A broadcast as it is due once."""

    broadcast: str
    start: datetime
    end: datetime
    began: datetime | None
    """When the first device had it on; None = nobody reported so."""


class Mark(StrEnum):
    """How a turn stands."""

    FULFILLED = "fulfilled"
    PLANNED = "planned"
    """What is not reported yet is approved, and due before the deadline."""
    MISSING = "missing"
    """Nothing is late yet, but something must still be planned."""
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Tally:
    """How a turn stands, in numbers of broadcasts."""

    mark: Mark
    done: int
    """Begun by the deadline."""
    planned: int
    lacking: int
    after: int
    """Begun only after the deadline."""
    is_alarming: bool
    """Something must still be planned, and there is little time."""


def turn_on(quota: QuotaDraft, day: date, tz: str) -> Turn:
    """Return the turn in which a day lies, on the wall clock of a zone."""
    if quota.every is Every.DAY:
        first, after, due = day, day + DAY, day
    elif quota.every is Every.WEEK:
        first = day - day.weekday() * DAY
        after, due = first + WEEK, first + ((quota.deadline_day or 7) - 1) * DAY
    else:
        month = Month(day.year, day.month, tz)
        first, after = month.first_day, month.last_day + DAY
        due = min(first + ((quota.deadline_day or LAST_DAY) - 1) * DAY, month.last_day)
    wall = datetime(due.year, due.month, due.day) + timedelta(minutes=quota.deadline_min)  # noqa: DTZ001 -- on the wall
    deadline = instant.of_wall(wall, ZoneInfo(tz))
    return Turn(midnight(first, tz), deadline, midnight(after, tz), due)


def turn_at(quota: QuotaDraft, at: datetime, tz: str) -> Turn:
    """Return the turn in which an instant lies."""
    day = day_of(at, tz)
    turn = turn_on(quota, day, tz)
    # Where clocks go back over midnight, a day's last hour comes again after its end.
    return turn if at < turn.end else turn_on(quota, day + DAY, tz)


def in_view(quota: Quota, now: datetime, tz: str) -> list[Turn]:
    """Return the turns that concern people now: the present one, unless its deadline was past when
    the quota was made, and the next one as soon as it is time to warn of it."""
    present = turn_at(quota, now, tz)
    following = turn_at(quota, present.end, tz)
    if quota.created_at >= present.deadline:
        return [following]
    soon = now >= following.deadline - quota.warn_ahead
    return [present, following] if soon else [present]


def turns_of(quota: QuotaDraft, month: Month) -> Iterator[Turn]:
    """Yield the turns whose deadlines lie on a day of a month, in order."""
    day = month.first_day
    while day <= month.last_day:
        turn = turn_on(quota, day, month.tz)
        if turn.day == day:
            yield turn
        day += DAY


def tally(quota: QuotaDraft, turn: Turn, items: Iterable[Item], now: datetime) -> Tally:
    """Count the items of a turn; those that are due in others are let be."""
    inside = [one for one in items if turn.start <= one.start < turn.end]
    begun = [(one.broadcast, one.began) for one in inside if one.began is not None]
    done = {name for name, began in begun if began <= turn.deadline}
    after = {name for name, _ in begun} - done
    coming = {one.broadcast for one in inside if _is_coming(one, turn, now)} - done - after
    lacking = max(0, quota.number - len(done) - len(coming))
    mark = _mark(len(done) >= quota.number, lacking, turn, now)
    return Tally(
        mark=mark,
        done=len(done),
        planned=len(coming),
        lacking=lacking,
        after=len(after),
        is_alarming=mark is Mark.MISSING and now >= turn.deadline - quota.warn_ahead,
    )


def _is_coming(one: Item, turn: Turn, now: datetime) -> bool:
    return one.began is None and one.start <= turn.deadline and now < one.end + PATIENCE


def _mark(is_done: bool, lacking: int, turn: Turn, now: datetime) -> Mark:  # noqa: FBT001 -- one of four facts
    if is_done:
        return Mark.FULFILLED
    if not lacking:
        return Mark.PLANNED
    return Mark.MISSING if now < turn.deadline else Mark.LATE
