"""Hours policy: when loudspeakers of an area may speak. Emergencies pass; nothing else does.

Windows are wall clock in the area's zone. Session counts and lengths are planning's business;
here stand the windows that a gateway enforces on every path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from playlists.errors import BadBytes
from playlists.schedule import instant
from playlists.schedule.refusals import OutOfHours
from playlists.schedule.urgency import BroadcastClass

MAX_WINDOWS: Final = 50
MAX_NAME_CHARS: Final = 200
_DAYS_OF_WEEK: Final = frozenset(range(7))
_SEARCH_DAYS: Final = 17
"""A weekly pattern repeats after 7 days; a spring gap can swallow a window once."""


@dataclass(frozen=True, slots=True)
class Window:
    """Allowed from `start` (inclusive) to `end` (exclusive) on `weekdays` (0 = Monday).

    A window whose end is not after its start runs over midnight and belongs to its start day.
    """

    weekdays: frozenset[int]
    start: time
    end: time

    def holds(self, today: int, now: time) -> bool:
        """Say whether a wall time on a day of the week lies inside."""
        if self.start < self.end:
            return today in self.weekdays and self.start <= now < self.end
        yesterday = (today - 1) % 7
        return (today in self.weekdays and now >= self.start) or (
            yesterday in self.weekdays and now < self.end
        )


@dataclass(frozen=True, slots=True)
class HoursPolicy:
    """The windows of one area, in its time zone; `name` is what a refusal quotes."""

    name: str
    tz: str
    windows: tuple[Window, ...]

    def allows(self, at: datetime) -> bool:
        """Say whether sound may be heard at this instant."""
        local = at.astimezone(ZoneInfo(self.tz))
        today, now = local.weekday(), local.time()
        return any(window.holds(today, now) for window in self.windows)

    def allows_all(self, start: datetime, end: datetime) -> bool:
        """Say whether sound may be heard all the way from `start` to `end`."""
        change = self.next_change(start)
        return self.allows(start) and (change is None or change >= end)

    def next_change(self, at: datetime) -> datetime | None:
        """Return the first instant after `at` when the answer changes; None when it never does."""
        zone = ZoneInfo(self.tz)
        allowed_now = self.allows(at)
        first_day = at.astimezone(zone).date()
        for days in range(_SEARCH_DAYS):
            for edge in self._edges(first_day + timedelta(days=days), zone):
                if edge > at and self.allows(edge) != allowed_now:
                    return edge
        return None

    def _edges(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """Return every instant of a local day at which the answer may change, in order."""
        walls = {wall for window in self.windows for wall in (window.start, window.end, time.min)}
        edges = {
            datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC)
            for wall in walls
            for fold in (0, 1)
        }
        return sorted(edges | _clock_changes(day, zone))

    def to_json(self) -> dict[str, object]:
        """Return the JSON form used inside plans."""
        return {
            "name": self.name,
            "tz": self.tz,
            "windows": [
                {
                    "weekdays": sorted(window.weekdays),
                    "start": window.start.isoformat("minutes"),
                    "end": window.end.isoformat("minutes"),
                }
                for window in self.windows
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read the JSON form; BadBytes for anything else."""
        try:
            ZoneInfo(document["tz"])
            if len(document["windows"]) > MAX_WINDOWS:
                raise BadBytes("hours policy", "too many windows")
            windows = tuple(_window_from_json(window) for window in document["windows"])
            return cls(str(document["name"])[:MAX_NAME_CHARS], str(document["tz"]), windows)
        except BadBytes:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as exc:
            raise BadBytes("hours policy", f"{type(exc).__name__}: {exc}"[:200]) from exc


def check(
    policy: HoursPolicy | None, start: datetime, end: datetime, broadcast_class: BroadcastClass
) -> None:
    """Raise OutOfHours unless a sound may be heard all the way from `start` to `end`."""
    if policy is None or broadcast_class is BroadcastClass.EMERGENCY:
        return
    if not policy.allows_all(start, end):
        text = instant.to_text(start)
        raise OutOfHours(
            f"{policy.name} does not allow sound at {text}", policy=policy.name, start=text
        )


def _window_from_json(document: Mapping[str, Any]) -> Window:
    weekdays = frozenset(document["weekdays"])
    start, end = (time.fromisoformat(document[name]) for name in ("start", "end"))
    if not weekdays <= _DAYS_OF_WEEK or start.tzinfo is not None or end.tzinfo is not None:
        raise BadBytes("hours policy", "a window needs days 0 to 6 and times without offset")
    return Window(frozenset(int(day) for day in weekdays), start, end)


def _clock_changes(day: date, zone: ZoneInfo) -> set[datetime]:
    """Return the instant at which the zone's offset changes on a local day, if it does."""
    low = datetime.combine(day, time.min, zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
    offset = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == offset:
        return set()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return {high}
