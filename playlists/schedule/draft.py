"""A time rule as an operator says it, and its one JSON form. What it means is said in `rules`.

`start` with `end` or `duration_s` alone is a one-off. `rrule`, `last_day`, `times` and `holidays`
each make it recur: on the days of `rrule` (else every day) from `start` on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from playlists.errors import BadBytes
from playlists.schedule.sun import SunEvent

MAX_TEXT_CHARS: Final = 1_000
MAX_DATES: Final = 1_000
"""Dates that are added or taken away: three years of single days."""
MAX_NAMES: Final = 100
_MAX_NUMBER: Final = 1e15
"""Whole milliseconds of thirty thousand years."""


class OnHolidays(StrEnum):
    """How a rule minds holidays."""

    ONLY = "only"
    EXCEPT = "except"
    EVE = "eve"
    """Only on the day before one begins."""


@dataclass(frozen=True, slots=True)
class TimesDraft:
    """When within a day: exactly one of a part, every so many minutes between two wall times, or
    by the sun."""

    part: str | None = None
    every_min: int | None = None
    since: str | None = None
    until: str | None = None
    """Not reached; no later than `since` = after midnight."""
    sun: SunEvent | None = None
    offset_min: int = 0
    """Minutes after the sun's event; negative = before."""


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """When, as the operator said it."""

    start: str | None = None
    """Wall clock in `tz` when without offset; None = now. With `times` a date: the first day."""
    end: str | None = None
    duration_s: float | None = None
    rrule: str | None = None
    tz: str | None = None
    rdates: tuple[str, ...] = ()
    """Further starts; no holiday and no last day takes them away."""
    exdates: tuple[str, ...] = ()
    """Starts that are left out, or dates: whole days."""
    last_day: str | None = None
    """A date; None = as long as `rrule` says, else until further notice."""
    times: TimesDraft | None = None
    holidays: OnHolidays | None = None
    holiday_names: tuple[str, ...] = ()
    """Those that are meant; none = all."""

    @property
    def recurs(self) -> bool:
        """Say whether it is more than a start and its end."""
        parts = (self.rrule, self.last_day, self.times, self.holidays)
        return any(part is not None for part in parts)


def to_json(draft: RuleDraft) -> dict[str, object]:
    """Return the JSON form, without what was not said."""
    document = _said(draft)
    if draft.times is not None:
        document["times"] = _said(draft.times)
    return {name: list(one) if isinstance(one, tuple) else one for name, one in document.items()}


def from_json(document: Mapping[str, Any]) -> RuleDraft:
    """Read the JSON form; BadBytes for anything else. Nothing is judged but form and size."""
    said = _read(document, _RULE)
    times = said.pop("times", None)
    return RuleDraft(**said, times=None if times is None else TimesDraft(**_read(times, _TIMES)))


def _said(draft: RuleDraft | TimesDraft) -> dict[str, object]:
    values = {one.name: (getattr(draft, one.name), one.default) for one in fields(draft)}
    return {name: value for name, (value, default) in values.items() if value != default}


def _read(
    document: Mapping[str, Any], form: Mapping[str, Callable[[Any], object]]
) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise BadBytes("time rule", f"{document!r:.60} is no object")
    if strange := sorted(map(str, document.keys() - form.keys())):
        raise BadBytes("time rule", f"not understood: {strange}"[:200])
    try:
        return {name: form[name](value) for name, value in document.items() if value is not None}
    except ValueError as exc:
        raise BadBytes("time rule", str(exc)[:200]) from exc


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise ValueError(f"{value!r:.60} is no text of at most {MAX_TEXT_CHARS} characters")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r:.60} is no number")  # noqa: TRY004 -- one error for all of it
    if abs(value) > _MAX_NUMBER:
        raise ValueError("a number is too large")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r:.60} is no whole number")  # noqa: TRY004 -- one error for all of it
    return value


def _texts(limit: int) -> Callable[[object], tuple[str, ...]]:
    def read(value: object) -> tuple[str, ...]:
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > limit:
            raise ValueError(f"{value!r:.60} is no list of at most {limit}")
        return tuple(map(_text, value))

    return read


_TIMES: Final[Mapping[str, Callable[[Any], object]]] = {
    "part": _text,
    "every_min": _whole,
    "since": _text,
    "until": _text,
    "sun": SunEvent,
    "offset_min": _whole,
}
_RULE: Final[Mapping[str, Callable[[Any], object]]] = {
    "start": _text,
    "end": _text,
    "duration_s": _number,
    "rrule": _text,
    "tz": _text,
    "rdates": _texts(MAX_DATES),
    "exdates": _texts(MAX_DATES),
    "last_day": _text,
    "times": lambda value: value,
    "holidays": OnHolidays,
    "holiday_names": _texts(MAX_NAMES),
}
