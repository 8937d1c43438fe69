"""RRULE texts (RFC 5545 3.3.10) to wall times, bounded whatever the text says.

The grammar is checked here, strictly and with named limits; dateutil does the arithmetic. Wall
times are naive: which instants they are is the business of `rules`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from dateutil import rrule

from playlists.schedule.refusals import BadRrule, EndlessRrule, ExplodingRrule

MAX_TEXT_CHARS: Final = 300
"""The longest sensible rule is half of this; long BY lists are what makes a search slow."""
MAX_INTERVAL: Final = 1_000
MAX_OCCURRENCES_PER_DAY: Final = 200
MAX_OCCURRENCES: Final = 10_000
MAX_SPAN: Final = timedelta(days=3_660)
"""Ten years: what lasts longer is endless to everybody who works here today."""

_FREQUENCIES: Final = {
    "YEARLY": rrule.YEARLY,
    "MONTHLY": rrule.MONTHLY,
    "WEEKLY": rrule.WEEKLY,
    "DAILY": rrule.DAILY,
    "HOURLY": rrule.HOURLY,
}
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY: Final = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,12}")
_UNTIL: Final = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")

_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "BYSETPOS": (-366, 366),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
}
_FORBIDDEN: Final[Mapping[str, frozenset[str]]] = {
    "YEARLY": frozenset(),
    "MONTHLY": frozenset({"BYWEEKNO", "BYYEARDAY"}),
    "WEEKLY": frozenset({"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"}),
    "DAILY": frozenset({"BYWEEKNO", "BYYEARDAY"}),
    "HOURLY": frozenset({"BYWEEKNO", "BYSETPOS"}),
}
"""RFC 5545's table; BYSETPOS within an hour is ours: nobody means it, and it searches for ever."""

_CYCLE_YEARS: Final = 400
"""After this the calendar repeats to the day of the week."""
_LAST_YEAR: Final = 9_999


def expand(text: str, start: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the wall times of a recurrence that begins at the naive wall time `start`.

    A start that does not match the rule itself is no occurrence. Raises BadRrule, EndlessRrule
    or ExplodingRrule; never returns more than MAX_OCCURRENCES, never searches without a bound.
    """
    fields = _split(text)
    _check_combinations(fields)
    if "COUNT" not in fields and "UNTIL" not in fields:
        raise EndlessRrule("the rule never ends: add COUNT or UNTIL")
    return list(_bounded(_search(fields, start, zone), start))


def _split(text: str) -> dict[str, str]:
    if len(text) > MAX_TEXT_CHARS:
        raise BadRrule("the rule is too long", reason=f"longer than {MAX_TEXT_CHARS} characters")
    if not text.isascii() or any(char.isspace() or not char.isprintable() for char in text):
        raise _bad("only one line of plain letters, digits and signs")
    fields: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise _bad(f"'{part[:40]}' is not NAME=VALUE")
        if name in fields:
            raise _bad(f"{name[:40]} stands twice")
        fields[name] = value
    return fields


def _check_combinations(fields: Mapping[str, str]) -> None:
    frequency = fields.get("FREQ", "")
    if frequency in {"SECONDLY", "MINUTELY"}:
        raise ExplodingRrule(
            f"a {frequency} rule means thousands of occurrences a day",
            reason=frequency,
            limit=MAX_OCCURRENCES_PER_DAY,
        )
    if frequency not in _FREQUENCIES:
        raise _bad(f"FREQ must be one of {', '.join(_FREQUENCIES)}")
    if "COUNT" in fields and "UNTIL" in fields:
        raise _bad("COUNT and UNTIL together")
    if "BYSETPOS" in fields and not (fields.keys() & {*_RANGES, "BYDAY"} - {"BYSETPOS"}):
        raise _bad("BYSETPOS without another BY part")
    for name in sorted(_FORBIDDEN[frequency] & fields.keys()):
        raise _bad(f"{name} does not go with FREQ={frequency}")
    numbered_days = any(char.isdigit() for char in fields.get("BYDAY", ""))
    if numbered_days and (frequency not in {"YEARLY", "MONTHLY"} or "BYWEEKNO" in fields):
        raise _bad("a numbered BYDAY needs FREQ=MONTHLY or YEARLY, without BYWEEKNO")


def _search(fields: Mapping[str, str], start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Let dateutil count, at the end of its calendar.

    It gives up a fruitless search (30 February) only in the year 9999, after seconds. The same
    days some whole calendar cycles later have the same answer and few years left to search.
    """
    cycles = (_LAST_YEAR - start.year - MAX_SPAN.days // 365 - 1) // _CYCLE_YEARS
    shift_years = cycles * _CYCLE_YEARS
    later = partial(_move, years=shift_years)
    keywords = _keywords(fields, zone, later)
    try:
        found = rrule.rrule(dtstart=later(start), **keywords)  # type: ignore[arg-type]
        for wall in found:
            yield _move(wall, years=-shift_years)
    except (ValueError, OverflowError, ZeroDivisionError) as exc:
        raise _bad(str(exc)[:120]) from exc


def _bounded(found: Iterator[datetime], start: datetime) -> Iterator[datetime]:
    day, on_day, last = start.date(), 0, start + MAX_SPAN
    for count, wall in enumerate(found, start=1):
        if count > MAX_OCCURRENCES:
            raise _exploding("occurrences in all", MAX_OCCURRENCES)
        if wall > last:
            raise _exploding("days from first to last", MAX_SPAN.days)
        on_day = on_day + 1 if wall.date() == day else 1
        day = wall.date()
        if on_day > MAX_OCCURRENCES_PER_DAY:
            raise _exploding("occurrences on one day", MAX_OCCURRENCES_PER_DAY)
        yield wall


def _keywords(
    fields: Mapping[str, str], zone: ZoneInfo, later: Callable[[datetime], datetime]
) -> dict[str, object]:
    keywords: dict[str, object] = {}
    for name, value in fields.items():
        if name == "FREQ":
            keywords["freq"] = _FREQUENCIES[value]
        elif name == "INTERVAL":
            keywords["interval"] = _number(name, value, 1, MAX_INTERVAL)
        elif name == "COUNT":
            keywords["count"] = _count(value)
        elif name == "UNTIL":
            keywords["until"] = later(_until(value, zone))
        elif name == "WKST":
            keywords["wkst"] = _weekday(value, numbered=False)
        elif name == "BYDAY":
            keywords["byweekday"] = [_weekday(day, numbered=True) for day in value.split(",")]
        elif name in _RANGES:
            low, high = _RANGES[name]
            keywords[name.lower()] = [_number(name, one, low, high) for one in value.split(",")]
        else:
            raise _bad(f"'{name[:40]}' is no part of a recurrence rule")
    return keywords


def _count(value: str) -> int:
    count = _number("COUNT", value, 1, 10**12)
    if count > MAX_OCCURRENCES:
        raise _exploding("occurrences in all", MAX_OCCURRENCES)
    return count


def _number(name: str, value: str, low: int, high: int) -> int:
    if not _NUMBER.fullmatch(value):
        raise _bad(f"{name}: '{value[:40]}' is no whole number")
    number = int(value)
    if not low <= number <= high or (low < 0 and number == 0):
        raise _bad(f"{name}={value} is outside {low} to {high}")
    return number


def _weekday(value: str, *, numbered: bool) -> rrule.weekday:
    match = _WEEKDAY.fullmatch(value)
    if match is None or (match[1] and (not numbered or abs(int(match[1])) > 53)):  # noqa: PLR2004 -- weeks of a year
        raise _bad(f"'{value[:40]}' is no day of the week")
    number = int(match[1]) if match[1] else None
    return rrule.weekday(_WEEKDAYS.index(match[2]), number)


def _until(value: str, zone: ZoneInfo) -> datetime:
    """Read UNTIL as a wall time; a bare date includes that whole day."""
    match = _UNTIL.fullmatch(value)
    if match is None:
        raise _bad(f"UNTIL: '{value[:40]}' is neither YYYYMMDD nor YYYYMMDDTHHMMSS[Z]")
    date_text, time_text, utc_mark = match.groups()
    try:
        if time_text is None:
            return datetime.combine(datetime.strptime(date_text, "%Y%m%d"), time.max)  # noqa: DTZ007 -- wall time
        wall = datetime.strptime(date_text + time_text, "%Y%m%d%H%M%S")  # noqa: DTZ007 -- wall time
        return wall.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if utc_mark else wall
    except (ValueError, OverflowError) as exc:
        raise _bad(f"UNTIL: '{value}' is no date") from exc


def _move(wall: datetime, *, years: int) -> datetime:
    """Move by whole calendar cycles, never past the last instant there is."""
    if wall.year + years > _LAST_YEAR:
        return datetime.max  # noqa: DTZ901 -- wall time
    return wall.replace(year=wall.year + years)


def _bad(reason: str) -> BadRrule:
    return BadRrule(f"the recurrence rule cannot be used: {reason}", reason=reason)


def _exploding(what: str, limit: int) -> ExplodingRrule:
    return ExplodingRrule(f"the rule means more than {limit} {what}", reason=what, limit=limit)
