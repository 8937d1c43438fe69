"""Months of the calendar on the wall clock of a zone. Pure."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar on the wall clock of a zone."""

    year: int
    month: int
    tz: str

    @classmethod
    def of(cls, at: datetime, tz: str) -> Self:
        """Return the month in which an instant lies."""
        day = day_of(at, tz)
        return cls(day.year, day.month, tz)

    @classmethod
    def read(cls, text: str, tz: str) -> Self:
        """Read `2026-11`; ValueError for anything else."""
        year, _, month = text.partition("-")
        if len(text) != len("2026-11") or not (year + month).isdecimal() or not text.isascii():
            raise ValueError(text)
        return cls(*date(int(year), int(month), 1).timetuple()[:2], tz)

    @property
    def first_day(self) -> date:
        """Return its first day."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Return its last day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def start(self) -> datetime:
        """Return the instant it begins, UTC."""
        return midnight(self.first_day, self.tz)

    @property
    def end(self) -> datetime:
        """Return the instant the next one begins, UTC."""
        return midnight(self.last_day + DAY, self.tz)

    def rest(self, now: datetime) -> tuple[datetime, datetime]:
        """Return what is left of it: from when to when; nothing (both the same) when it is over."""
        return min(max(self.start, now), self.end), self.end

    def __str__(self) -> str:
        """Return it as it is read."""
        return f"{self.year:04}-{self.month:02}"


def day_of(at: datetime, tz: str) -> date:
    """Return the day of an instant on the wall of a zone."""
    return at.astimezone(ZoneInfo(tz)).date()


def midnight(day: date, tz: str) -> datetime:
    """Return the first instant of a day in a zone, UTC; where clocks jump over it, that instant."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz)).astimezone(UTC)
