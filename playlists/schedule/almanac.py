"""What a site calls its days and hours: holidays (solar and lunar), parts of a day, and its place.

Texts in the grammar of `almanac.txt`, the site's own on top of what every site knows. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final

from playlists.errors import BadBytes
from playlists.schedule import lunar, windows

MAX_CHARS: Final = 100_000
MAX_HOLIDAYS: Final = 500
MAX_PARTS: Final = 50
MAX_SPAN_DAYS: Final = 60
"""A longer holiday is a slip: the second date lies before the first."""
MAX_NAME_CHARS: Final = 100

_NAME: Final = r"(?P<name>[^()=]+?)\s*(?:\((?P<english>[^()=]+)\))?"
_PART: Final = re.compile(rf"buổi\s+{_NAME}\s*=\s*(?P<from>[\d:]+)\s*-\s*(?P<to>[\d:]+)")
_PLACE: Final = re.compile(r"nơi\s*=\s*(?P<lat>-?[\d.]+)\s*,\s*(?P<lon>-?[\d.]+)")
_DATE: Final = r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?"
_HOLIDAY: Final = re.compile(rf"(?P<lunar>âm\s+)?{_DATE}(?:\s*-\s*{_DATE})?\s*=\s*{_NAME}")


@dataclass(frozen=True, slots=True)
class Part:
    """A named part of a day, wall clock; one that ends no later than it starts ends tomorrow."""

    name: str
    english: str
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day and a month, in one year or (None) in every one."""

    day: int
    month: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day or several, every year or once, by the solar or the lunar calendar."""

    name: str
    english: str
    lunar: bool
    first: DayOfYear
    last: DayOfYear

    def days(self, year: int) -> Iterator[date]:
        """Yield its days, if it begins in a year of its calendar."""
        if self.first.year not in {None, year} or (self.lunar and year not in lunar.YEARS):
            return
        turn = (self.last.month, self.last.day) < (self.first.month, self.first.day)
        last_year = self.last.year or year + turn
        start, end = self._solar(self.first, year), self._solar(self.last, last_year)
        for ahead in range((end - start).days + 1):
            yield start + timedelta(days=ahead)

    def _solar(self, day: DayOfYear, year: int) -> date:
        if self.lunar:
            return lunar.to_solar(year, day.month, day.day)
        leap_day = (day.month, day.day) == (2, 29)
        try:
            return date(year, day.month, day.day)
        except ValueError:
            if not leap_day:
                raise
            return date(year, 2, 28)


@dataclass(frozen=True, slots=True)
class Almanac:
    """The holidays and parts of days of a site, and where its sun rises (WGS84 degrees)."""

    holidays: tuple[Holiday, ...] = ()
    parts: tuple[Part, ...] = ()
    lat: float = 0.0
    lon: float = 0.0

    def part(self, name: str) -> Part | None:
        """Return the part of a day of that name."""
        return next((one for one in self.parts if one.name == _folded(name)), None)

    def names_on(self, day: date) -> frozenset[str]:
        """Return the names of the holidays that a day is one of."""
        return _by_day(self.holidays, day.year).get(day, frozenset())


def read(text: str, base: Almanac | None = None) -> Almanac:
    """Read an almanac, on top of another; BadBytes names the first line that cannot be read."""
    if len(text) > MAX_CHARS:
        raise BadBytes("almanac", f"more than {MAX_CHARS} characters")
    found = Almanac()
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.partition("#")[0].strip()
        try:
            found = _with_line(found, written) if written else found
        except ValueError as exc:
            raise BadBytes("almanac", f"line {number}: {exc}") from exc
    if len(found.holidays) > MAX_HOLIDAYS or len(found.parts) > MAX_PARTS:
        raise BadBytes("almanac", f"more than {MAX_HOLIDAYS} holidays or {MAX_PARTS} parts of days")
    return found if base is None else _on_top(found, base)


def _with_line(found: Almanac, line: str) -> Almanac:
    """Add what a line says; ValueError when it says nothing."""
    for form, add in _FORMS:
        if (match := form.fullmatch(line)) is not None:
            return add(found, match)
    raise ValueError(f"“{line[:60]}” is neither a place, a part of a day nor a holiday")


def _with_place(found: Almanac, match: re.Match[str]) -> Almanac:
    lat, lon = float(match["lat"]), float(match["lon"])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # noqa: PLR2004 -- degrees
        raise ValueError("no such place: latitude first, then longitude")
    return replace(found, lat=lat, lon=lon)


def _with_part(found: Almanac, match: re.Match[str]) -> Almanac:
    name, english = _names(match)
    try:
        start, end = windows.time_from_text(match["from"]), windows.time_from_text(match["to"])
    except BadBytes as exc:
        raise ValueError(exc.reason) from exc
    return replace(found, parts=(*found.parts, Part(name, english, start, end)))


def _with_holiday(found: Almanac, match: re.Match[str]) -> Almanac:
    numbers = [None if one is None else int(one) for one in match.group(*range(2, 8))]
    first = _day(*numbers[:3])
    last = first if numbers[3] is None else _day(*numbers[3:])
    one = Holiday(*_names(match), match["lunar"] is not None, first, last)
    _check(one)
    return replace(found, holidays=(*found.holidays, one))


def _day(day: int | None, month: int | None, year: int | None) -> DayOfYear:
    return DayOfYear(day or 0, month or 0, year)


def _check(one: Holiday) -> None:
    """Raise ValueError unless the days exist and are in order."""
    for day in (one.first, one.last):
        if one.lunar and not (1 <= day.month <= 12 and 1 <= day.day <= 30):  # noqa: PLR2004 -- calendar
            raise ValueError("no such lunar day")
        if not one.lunar:
            date(day.year or 2024, day.month, day.day)  # a leap year
        if day.year is not None and day.year not in lunar.YEARS:
            raise ValueError(f"the year is not within {lunar.YEARS[0]} to {lunar.YEARS[-1]}")
    if (one.first.year is None) != (one.last.year is None):
        raise ValueError("give both dates a year, or none")
    if not 0 < len([*one.days(one.first.year or 2024)]) <= MAX_SPAN_DAYS:
        raise ValueError(f"the span is not within 1 to {MAX_SPAN_DAYS} days")


def _names(match: re.Match[str]) -> tuple[str, str]:
    name = match["name"].strip()
    english = (match["english"] or name).strip()
    if max(len(name), len(english)) > MAX_NAME_CHARS:
        raise ValueError(f"the name has more than {MAX_NAME_CHARS} characters")
    return name, english


def _on_top(own: Almanac, base: Almanac) -> Almanac:
    """Return what both say; the site's own lines take the place of the same names."""
    holidays, parts = ({one.name for one in group} for group in (own.holidays, own.parts))
    placed = own if (own.lat, own.lon) != (0.0, 0.0) else base
    return Almanac(
        (*(one for one in base.holidays if one.name not in holidays), *own.holidays),
        (*(one for one in base.parts if one.name not in parts), *own.parts),
        placed.lat,
        placed.lon,
    )


def _folded(name: str) -> str:
    """Return a name of a part as it stands in the almanac: “buổi tối” is “tối”."""
    return name.strip().lower().removeprefix("buổi ").strip()


@lru_cache(maxsize=256)
def _by_day(holidays: Iterable[Holiday], year: int) -> Mapping[date, frozenset[str]]:
    """Return the names of the holidays of each day of a solar year that has any."""
    found: dict[date, set[str]] = defaultdict(set)
    for one in holidays:
        for begins in (year - 1, year):
            for day in one.days(begins):
                if day.year == year:
                    found[day].add(one.name)
    return {day: frozenset(names) for day, names in found.items()}


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[Almanac, re.Match[str]], Almanac]], ...]] = (
    (_PLACE, _with_place),
    (_PART, _with_part),
    (_HOLIDAY, _with_holiday),
)

BUILT_IN: Final = read(
    resources.files("playlists.schedule").joinpath("almanac.txt").read_text("utf-8")
)
"""What every site knows; the place is Hà Nội's."""
