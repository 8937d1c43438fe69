"""Stretches of a week in wall clock: when sound may be heard, and when it must be quieter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, Final

from playlists.errors import BadBytes

WEEK: Final = frozenset(range(7))
QUIETEST_DB: Final = -60.0
"""Below this nobody hears anything: a lower cap is a slip."""
_DAY: Final = timedelta(days=1)


class Place(StrEnum):
    """What a loudspeaker may stand near, and must spare."""

    SCHOOL = "school"
    HOSPITAL = "hospital"
    WORSHIP = "worship"
    EMBASSY = "embassy"


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` (inclusive) to `end` (exclusive) on `weekdays` (0 = Monday).

    A window whose end is not after its start runs over midnight and belongs to its start day.
    """

    weekdays: frozenset[int]
    start: time
    end: time

    def begun_on(self, today: date, now: time) -> Iterator[date]:
        """Yield the days on which it must have begun to hold at this wall time of a day."""
        if self.start < self.end:
            if self.start <= now < self.end:
                yield today
            return
        if now >= self.start:
            yield today
        if now < self.end:
            yield today - _DAY

    def holds(self, today: date, now: time) -> bool:
        """Say whether a wall time of a day lies inside."""
        return any(day.weekday() in self.weekdays for day in self.begun_on(today, now))


@dataclass(frozen=True, slots=True)
class VolumeCap:
    """How loud at most, inside a window: `cap_db` is at most 0, against the sound as rendered.

    `place` None = everywhere; else only for loudspeakers near such a place.
    """

    window: Window
    cap_db: float
    place: Place | None = None


def window_to_json(window: Window) -> dict[str, object]:
    """Return the JSON form."""
    return {
        "weekdays": sorted(window.weekdays),
        "start": time_to_text(window.start),
        "end": time_to_text(window.end),
    }


def window_from_json(document: Mapping[str, Any]) -> Window:
    """Read the JSON form; BadBytes, ValueError, KeyError or TypeError for anything else."""
    return Window(
        weekdays_from_json(document["weekdays"]),
        time_from_text(document["start"]),
        time_from_text(document["end"]),
    )


def cap_to_json(cap: VolumeCap) -> dict[str, object]:
    """Return the JSON form."""
    place = {} if cap.place is None else {"place": cap.place.value}
    return {**window_to_json(cap.window), "cap_db": cap.cap_db, **place}


def cap_from_json(document: Mapping[str, Any]) -> VolumeCap:
    """Read the JSON form; BadBytes, ValueError, KeyError or TypeError for anything else."""
    cap_db = float(document["cap_db"])
    if not QUIETEST_DB <= cap_db <= 0:
        raise BadBytes("hours policy", f"a volume cap is {QUIETEST_DB:.0f} to 0 dB")
    place = document.get("place")
    window = window_from_json({"weekdays": sorted(WEEK), **document})
    return VolumeCap(window, cap_db, None if place is None else Place(place))


def weekdays_from_json(document: object) -> frozenset[int]:
    """Read days of the week, 0 = Monday."""
    if not isinstance(document, list) or not set(document) <= WEEK:
        raise BadBytes("hours policy", "weekdays are a list of 0 (Monday) to 6")
    return frozenset(int(day) for day in document)


def time_to_text(wall: time) -> str:
    """Spell a wall time, without seconds where there are none."""
    return wall.isoformat("auto" if wall.second or wall.microsecond else "minutes")


def time_from_text(text: str) -> time:
    """Read a wall time; BadBytes when it has an offset, ValueError or TypeError for no time."""
    wall = time.fromisoformat(text)
    if wall.tzinfo is not None:
        raise BadBytes("hours policy", "times have no offset: they are the area's wall clock")
    return wall
