"""Hours policies found in force, by name.

Liên Chiểu (Đà Nẵng, December 2025) publishes its hours: two sessions a day of 60 minutes, from
05:30 and from 17:00, which may start later. Hà Nội (decision in force 12 March 2021) limits
sessions to two a day on five days a week, 15 minutes each in urban and 45 minutes in rural
districts; weekends are for special cases, which are extra days of the area's own policy. Neither
source says until when, and Hà Nội names no hours at all: the ends of the windows, and in Hà Nội
their beginnings, are our choice, to be checked with the ward.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Final

from playlists.schedule.policy import HoursPolicy
from playlists.schedule.refusals import UnknownPreset
from playlists.schedule.windows import WEEK, Window

_WORKDAYS: Final = frozenset(range(5))
_PRESETS: Final[Mapping[str, HoursPolicy]] = {
    "ha-noi-noi-thanh": HoursPolicy(
        "Hà Nội, nội thành",
        "Asia/Ho_Chi_Minh",
        (
            Window(_WORKDAYS, time(7, 0), time(8, 0)),
            Window(_WORKDAYS, time(16, 30), time(18, 0)),
        ),
        weekdays=_WORKDAYS,
        sessions_per_day=2,
        longest_session_min=15,
    ),
    "ha-noi-ngoai-thanh": HoursPolicy(
        "Hà Nội, ngoại thành",
        "Asia/Ho_Chi_Minh",
        (
            Window(_WORKDAYS, time(5, 30), time(7, 30)),
            Window(_WORKDAYS, time(16, 30), time(18, 30)),
        ),
        weekdays=_WORKDAYS,
        sessions_per_day=2,
        longest_session_min=45,
    ),
    "lien-chieu": HoursPolicy(
        "Liên Chiểu, Đà Nẵng",
        "Asia/Ho_Chi_Minh",
        (Window(WEEK, time(5, 30), time(8, 0)), Window(WEEK, time(17, 0), time(19, 30))),
        earliest=time(5, 30),
        sessions_per_day=2,
        longest_session_min=60,
    ),
}


def preset_names() -> tuple[str, ...]:
    """Return the names `preset` knows."""
    return tuple(_PRESETS)


def preset(name: str, tz: str) -> HoursPolicy:
    """Return the hours policy of that name in a time zone; UnknownPreset when there is none."""
    if name not in _PRESETS:
        raise UnknownPreset(f"no hours preset is called {name}", name=name, known=[*_PRESETS])
    return replace(_PRESETS[name], tz=tz)
