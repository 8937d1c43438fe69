"""Hours policy: when loudspeakers of an area may speak. Emergencies pass; nothing else does.

The presets are the rules found in force (Liên Chiểu ward, Đà Nẵng, December 2025; Hà Nội,
decision in force 12 March 2021). Session counts and lengths are planning's business; here stand
the windows that a gateway enforces on every path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from playlists.errors import BadBytes

MAX_WINDOWS: Final = 50


@dataclass(frozen=True, slots=True)
class Window:
    """Allowed from `start` (inclusive) to `end` (exclusive) on `weekdays` (0 = Monday).

    A window whose end is not after its start runs over midnight and belongs to its start day.
    """

    weekdays: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class HoursPolicy:
    """The windows of one area, in its time zone; `name` is what a refusal quotes."""

    name: str
    tz: str
    windows: tuple[Window, ...]

    def allows(self, at: datetime) -> bool:
        """Say whether sound may be heard at this instant (D: implement; pure, aware `at`)."""
        raise NotImplementedError

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
            windows = tuple(
                Window(
                    frozenset(int(day) for day in window["weekdays"]),
                    time.fromisoformat(window["start"]),
                    time.fromisoformat(window["end"]),
                )
                for window in document["windows"]
            )
            return cls(str(document["name"]), str(document["tz"]), windows)
        except BadBytes:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as exc:
            raise BadBytes("hours policy", f"{type(exc).__name__}: {exc}"[:200]) from exc
