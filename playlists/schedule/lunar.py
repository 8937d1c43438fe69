"""The Vietnamese lunar calendar (âm lịch), from astronomy. Pure.

The rules are those Vietnam's calendar follows since 1967: a month begins on the day (UTC+7) of the
new moon; the eleventh month holds the winter solstice; where thirteen months lie between two
eleventh ones, the first without a principal term (every 30° of the sun's longitude) is a leap
month. China counts by UTC+8, which is why the two differ in some years (1968, 1985, 2007).
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

import ephem

YEARS: Final = range(1900, 2200)
"""Lunar years that are known; beyond, the earth's rotation is anybody's guess."""
_MERIDIAN: Final = timedelta(hours=7)
_USUAL_MONTHS: Final = 12
_BIG_MONTH_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class _Month:
    year: int
    number: int
    leap: bool
    first: date


def to_solar(year: int, month: int, day: int) -> date:
    """Return the solar date of a day in a usual (never a leap) month of a lunar year in YEARS.

    Day 30 of a month that has only 29 is its last day, as people say "ngày 30 Tết".
    """
    months = _months(year)
    at = next(i for i, one in enumerate(months) if one.number == month and not one.leap)
    follower = months[at + 1] if at + 1 < len(months) else _months(year + 1)[0]
    last = follower.first - timedelta(days=1)
    found = months[at].first + timedelta(days=day - 1)
    return min(found, last) if day == _BIG_MONTH_DAYS else found


@lru_cache(maxsize=512)
def _months(year: int) -> tuple[_Month, ...]:
    """Return the months of a lunar year: its eleventh and twelfth follow the next solstice."""
    before, after = _solstice_months(year), _solstice_months(year + 1)
    own = [one for one in before if one.year == year]
    return tuple(own + [one for one in after if one.year == year])


@lru_cache(maxsize=512)
def _solstice_months(year: int) -> tuple[_Month, ...]:
    """Return the months from the eleventh of `year - 1` to before the eleventh of `year`."""
    firsts = _new_moons(_eleventh(year - 1), _eleventh(year))
    terms = [_term(first) for first in [*firsts, _eleventh(year)]]
    leaps = [here == there for here, there in pairwise(terms)]
    leap_at = leaps.index(True) if len(firsts) > _USUAL_MONTHS else None
    found, number, of_year = [], 10, year - 1
    for at, first in enumerate(firsts):
        if at != leap_at:
            number = number % 12 + 1
            of_year += number == 1
        found.append(_Month(of_year, number, at == leap_at, first))
    return tuple(found)


def _new_moons(first: date, before: date) -> list[date]:
    found = [first]
    while (after := _day(ephem.next_new_moon(_noon(found[-1] + timedelta(days=20))))) < before:
        found.append(after)
    return found


@lru_cache(maxsize=512)
def _eleventh(year: int) -> date:
    """Return the first day of the month that holds the winter solstice of a solar year."""
    solstice = _day(ephem.next_winter_solstice(f"{year}/12/1"))
    first = _day(ephem.next_new_moon(_noon(solstice - timedelta(days=32))))
    while (after := _day(ephem.next_new_moon(_noon(first + timedelta(days=20))))) <= solstice:
        first = after
    return first


def _term(day: date) -> int:
    """Return which twelfth of the year the sun is in as a day begins in Vietnam."""
    begins = ephem.Date(datetime.combine(day, datetime.min.time()) - _MERIDIAN)
    sun = ephem.Sun(begins, epoch=begins)
    longitude = float(ephem.Ecliptic(sun, epoch=begins).lon)
    return math.floor(math.degrees(longitude) / 30) % 12


def _day(at: ephem.Date) -> date:
    """Return the day in Vietnam on which an instant falls."""
    found: datetime = at.datetime() + _MERIDIAN
    return found.date()


def _noon(day: date) -> ephem.Date:
    return ephem.Date(datetime.combine(day, datetime.min.time()) + timedelta(hours=12) - _MERIDIAN)
