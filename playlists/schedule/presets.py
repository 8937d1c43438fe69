"""Hours policies found in force, by name.

Liên Chiểu (Đà Nẵng, December 2025) publishes its hours: two sessions a day of 60 minutes, from
05:30 and from 17:00. Hà Nội (decision in force 12 March 2021) limits sessions to two a day on
five days a week, 15 minutes each in urban and 45 minutes in rural districts, but names no hours:
the early morning and late afternoon below are our choice, to be checked with the ward.
"""

from collections.abc import Mapping
from datetime import time
from typing import Final

from playlists.schedule.policy import HoursPolicy, Window
from playlists.schedule.refusals import UnknownPreset

_WEEK: Final = frozenset(range(7))
_WORKDAYS: Final = frozenset(range(5))

_PRESETS: Final[Mapping[str, tuple[str, tuple[Window, ...]]]] = {
    "ha-noi-noi-thanh": (
        "Hà Nội, nội thành",
        (
            Window(_WORKDAYS, time(7, 0), time(7, 15)),
            Window(_WORKDAYS, time(17, 0), time(17, 15)),
        ),
    ),
    "ha-noi-ngoai-thanh": (
        "Hà Nội, ngoại thành",
        (
            Window(_WORKDAYS, time(6, 0), time(6, 45)),
            Window(_WORKDAYS, time(17, 0), time(17, 45)),
        ),
    ),
    "lien-chieu": (
        "Liên Chiểu, Đà Nẵng",
        (Window(_WEEK, time(5, 30), time(6, 30)), Window(_WEEK, time(17, 0), time(18, 0))),
    ),
}


def preset_names() -> tuple[str, ...]:
    """Return the names `preset` knows."""
    return tuple(_PRESETS)


def preset(name: str, tz: str) -> HoursPolicy:
    """Return the hours policy of that name in a time zone; UnknownPreset when there is none."""
    if name not in _PRESETS:
        raise UnknownPreset(f"no hours preset is called {name}", name=name, known=[*_PRESETS])
    title, windows = _PRESETS[name]
    return HoursPolicy(title, tz, windows)
