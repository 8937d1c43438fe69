"""RRULE texts (RFC 5545 3.3.10) to wall times, bounded whatever the text says.

The grammar is checked here, strictly and with named limits; dateutil does the arithmetic. Wall
times are naive: which instants they are is the business of `rules`. A window far from the start
costs what a near one does: counting begins at a period beside the window.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil import rrule

from playlists.schedule.refusals import BadRrule, ExplodingRrule, NeverHappens

MAX_TEXT_CHARS: Final = 300
"""The longest sensible rule is half of this; long BY lists are what makes a search slow."""
MAX_INTERVAL: Final = 1_000
MAX_OCCURRENCES_PER_DAY: Final = 200
MAX_OCCURRENCES: Final = 10_000
"""Of a rule that ends; one that does not is bounded by the window it is asked for."""
MAX_SPAN: Final = timedelta(days=3_660)
"""Ten years: what is to last longer lasts until further notice, and says so by naming no end."""

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


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The wall times of a rule that begins at `start`; `last` is the end it names, if any."""

    start: datetime
    fields: Mapping[str, str]
    keywords: Mapping[str, Any]
    """For dateutil, with all that the start implies; neither start nor end are among them."""
    last: datetime | None

    def between(self, low: datetime, high: datetime) -> Iterator[datetime]:
        """Yield the wall times from `low` to `high`, both included, in order.

        A start that does not match the rule itself is not among them. ExplodingRrule when a day
        has more than MAX_OCCURRENCES_PER_DAY.
        """
        low = max(low, self.start)
        high = high if self.last is None else min(high, self.last)
        if low > high:
            return
        day, on_day = low.date(), 0
        for wall in self._search(low, high):
            on_day = on_day + 1 if wall.date() == day else 1
            day = wall.date()
            if on_day > MAX_OCCURRENCES_PER_DAY:
                raise _exploding("occurrences on one day", MAX_OCCURRENCES_PER_DAY)
            yield wall

    def _search(self, low: datetime, high: datetime) -> Iterator[datetime]:
        """Let dateutil count, at the end of its calendar.

        It gives up a fruitless search (30 February) only in the year 9999, after seconds. Late
        years with the same calendar have the same answer and few years left to search.
        """
        begin = self._period_of(low)
        years = _years_to_same_calendar(begin.year, high.year)
        begin = _moved(begin, years)
        try:
            for wall in rrule.rrule(dtstart=begin, until=_moved(high, years), **self.keywords):
                if (found := _moved(wall, -years)) >= low:
                    yield found
        except (ValueError, OverflowError, ZeroDivisionError) as exc:
            raise _bad(str(exc)[:120]) from exc

    def _period_of(self, low: datetime) -> datetime:
        """Return where a period of the rule begins that holds `low`, or is the last before it."""
        step = self.keywords["interval"]
        start, begin = self.start, datetime.combine(self.start, time.min)
        match self.keywords["freq"]:
            case rrule.YEARLY:
                years = (low.year - start.year) // step * step
                return datetime(start.year + years, 1, 1)  # noqa: DTZ001 -- wall time
            case rrule.MONTHLY:
                months = (low.year - start.year) * 12 + low.month - start.month
                months = start.year * 12 + start.month - 1 + months // step * step
                return datetime(months // 12, months % 12 + 1, 1)  # noqa: DTZ001 -- wall time
            case rrule.HOURLY:
                begin = start.replace(minute=0, second=0)
                return begin + (low - begin) // timedelta(hours=step) * timedelta(hours=step)
            case rrule.WEEKLY:
                begin -= timedelta(days=(start.weekday() - self.keywords["wkst"]) % 7)
                return begin + (low - begin) // timedelta(weeks=step) * timedelta(weeks=step)
        return begin + (low - begin) // timedelta(days=step) * timedelta(days=step)


def read(text: str, start: datetime, zone: ZoneInfo) -> Recurrence:
    """Read a rule that begins at the naive wall time `start`.

    Raises BadRrule, NeverHappens (within MAX_SPAN) or ExplodingRrule: a rule that ends has at most
    MAX_OCCURRENCES within MAX_SPAN.
    """
    endless = without_end(text, start)
    fields = endless.fields
    until = None if "UNTIL" not in fields else until_of(fields["UNTIL"], zone)
    if until is None and "COUNT" not in fields:
        if next(endless.between(start, start + MAX_SPAN), None) is None:
            raise NeverHappens("the rule never comes true")
        return endless
    wanted = _count(fields["COUNT"]) if until is None else MAX_OCCURRENCES + 1
    last = start + MAX_SPAN if until is None else until
    found = [*islice(replace(endless, last=last).between(start, start + MAX_SPAN), wanted)]
    if not found:
        raise NeverHappens("the rule never comes true")
    if len(found) > MAX_OCCURRENCES:
        raise _exploding("occurrences in all", MAX_OCCURRENCES)
    if last > start + MAX_SPAN or (until is None and len(found) < wanted):
        raise _exploding("days from first to last", MAX_SPAN.days)
    return replace(endless, last=found[-1])


def without_end(text: str, start: datetime) -> Recurrence:
    """Read a rule, all but where it ends; BadRrule, ExplodingRrule."""
    fields = split(text)
    _count(fields.get("COUNT", "1"))
    keywords = _keywords(fields)
    _imply(keywords, start)
    return Recurrence(start, fields, keywords, None)


def split(text: str) -> dict[str, str]:
    """Return the parts of a rule by name, checked for what goes together; BadRrule."""
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
    _check_combinations(fields)
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


def _imply(keywords: dict[str, Any], start: datetime) -> None:
    """Add what a start says of a rule that does not say it itself (RFC 5545 3.3.10)."""
    freq = keywords["freq"]
    days = {"bymonthday", "byyearday", "byweekno", "byweekday"}
    if freq == rrule.YEARLY and not days & keywords.keys():
        keywords.setdefault("bymonth", start.month)
    if freq in {rrule.YEARLY, rrule.MONTHLY} and not days & keywords.keys():
        keywords["bymonthday"] = start.day
    if freq == rrule.WEEKLY:
        keywords.setdefault("byweekday", start.weekday())
    if freq != rrule.HOURLY:
        keywords.setdefault("byhour", start.hour)
    keywords.setdefault("byminute", start.minute)
    keywords.setdefault("bysecond", start.second)


def _keywords(fields: Mapping[str, str]) -> dict[str, Any]:
    keywords: dict[str, Any] = {"interval": 1, "wkst": 0}
    for name, value in fields.items():
        if name == "FREQ":
            keywords["freq"] = _FREQUENCIES[value]
        elif name == "INTERVAL":
            keywords["interval"] = _number(name, value, 1, MAX_INTERVAL)
        elif name in {"COUNT", "UNTIL"}:
            continue
        elif name == "WKST":
            keywords["wkst"] = _weekday(value, numbered=False).weekday
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


def until_of(value: str, zone: ZoneInfo) -> datetime:
    """Read UNTIL as a wall time; a bare date includes that whole day."""
    match = _UNTIL.fullmatch(value)
    if match is None:
        raise _bad(f"UNTIL: '{value[:40]}' is neither YYYYMMDD nor YYYYMMDDTHHMMSS[Z]")
    date_text, time_text, utc_mark = match.groups()
    try:
        if time_text is None:
            return datetime.combine(datetime.strptime(date_text, "%Y%m%d"), time.max)  # noqa: DTZ007 -- wall time
        wall = datetime.strptime(date_text + time_text, "%Y%m%d%H%M%S")  # noqa: DTZ007 -- wall time
    except ValueError as exc:
        raise _bad(f"UNTIL: '{value}' is no date") from exc
    try:
        return wall.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if utc_mark else wall
    except OverflowError:
        return wall  # at the end of the calendar some hours make no difference


@lru_cache(maxsize=1_024)
def _years_to_same_calendar(first: int, last: int) -> int:
    """Return how many years later, and as late as can be, all years from before `first` to after
    `last` have the same days of the week again."""
    if last - first > _CYCLE_YEARS:
        return 0
    wanted = [(monthrange(year, 2), monthrange(year, 3)) for year in range(first - 1, last + 2)]
    for ahead in range(_LAST_YEAR - last - 1, 0, -1):
        years = range(first - 1 + ahead, last + 2 + ahead)
        months = zip(years, wanted, strict=True)
        if all((monthrange(year, 2), monthrange(year, 3)) == one for year, one in months):
            return ahead
    return 0


def _moved(wall: datetime, years: int) -> datetime:
    """Move between years of the same calendar."""
    return wall.replace(year=wall.year + years)


def _bad(reason: str) -> BadRrule:
    return BadRrule(f"the recurrence rule cannot be used: {reason}", reason=reason)


def _exploding(what: str, limit: int) -> ExplodingRrule:
    return ExplodingRrule(f"the rule means more than {limit} {what}", reason=what, limit=limit)
