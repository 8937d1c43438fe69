"""Live fields: what a board writes by itself when it shows a page, and with which letters."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from playlists.errors import BadBytes
from playlists.text.document import FieldKind
from playlists.text.frame import Bitmap, Depth, Frame

MAX_ZONE_BYTES: Final = 40
"""The longest name in the time zone database has 32."""
MAX_GLYPHS: Final = 64
MAX_GLYPH_PX: Final = 255
_BEYOND_BMP: Final = 0x10000
_FIRST_SURROGATE: Final = 0xD800
_LAST_SURROGATE: Final = 0xDFFF
MAX_TARGET_S: Final = (1 << 32) - 1
"""Countdowns end in 2106."""
_UNKNOWN: Final = {
    FieldKind.DATE: "--/--/----",
    FieldKind.TIME: "--:--",
    FieldKind.COUNTDOWN: "--:--:--",
    FieldKind.TEMPERATURE: "--°C",
}
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Moment:
    """What live fields are filled from. None = nobody knows."""

    now: datetime
    """Aware."""
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """Enough of a font to write a field: mono frames by letter, all `rows_px` tall."""

    rows_px: int
    glyphs: Mapping[str, Frame]

    def __post_init__(self) -> None:
        if not (0 < self.rows_px <= MAX_GLYPH_PX and 0 < len(self.glyphs) <= MAX_GLYPHS):
            raise BadBytes("letters", f"{len(self.glyphs)} of {self.rows_px} rows")
        for letter, glyph in self.glyphs.items():
            is_letter = len(letter) == 1 and 0 < ord(letter) < _BEYOND_BMP
            if not is_letter or _FIRST_SURROGATE <= ord(letter) <= _LAST_SURROGATE:
                raise BadBytes("letters", f"no such letter: {letter!r}")
            is_fitting = glyph.height_px == self.rows_px and glyph.width_px <= MAX_GLYPH_PX
            if glyph.depth is not Depth.MONO or not is_fitting:
                raise BadBytes("letters", f"the glyph of {letter!r} does not fit")

    def draw(self, text: str, width_px: int) -> Bitmap:
        """Draw a text from the left, cut at `width_px`; letters that are not here are skipped."""
        drawn = np.zeros((self.rows_px, width_px), np.bool_)
        left_px = 0
        for glyph in filter(None, map(self.glyphs.get, text)):
            room_px = min(glyph.width_px, width_px - left_px)
            if room_px <= 0:
                break
            drawn[:, left_px : left_px + room_px] = glyph.to_bitmap()[:, :room_px]
            left_px += glyph.width_px
        return drawn


@dataclass(frozen=True, slots=True)
class Field:
    """A box in a strip, as tall as its letters, where a board writes by itself."""

    kind: FieldKind
    x_px: int
    y_px: int
    width_px: int
    letters: int = 0
    """Which of the page's letters."""
    ink: int = 1
    """Which of the strip's inks."""
    target_s: int = 0
    """When a countdown ends, in seconds from the epoch; 0 for every other kind."""

    def __post_init__(self) -> None:
        if not (self.x_px >= 0 and self.y_px >= 0 and self.width_px > 0):
            raise BadBytes("field", f"{self.width_px} LEDs at {self.x_px}, {self.y_px}")
        latest_s = MAX_TARGET_S if self.kind is FieldKind.COUNTDOWN else 0
        if not 0 <= self.target_s <= latest_s:
            raise BadBytes("field", f"a {self.kind} with the target {self.target_s}")


def zone(name: str) -> tzinfo:
    """Return the time zone of an IANA name, UTC for none; BadBytes for a name nobody knows."""
    if len(name) > MAX_ZONE_BYTES or not name.isascii():
        raise BadBytes("zone", repr(name[:MAX_ZONE_BYTES]))
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError) as exc:  # no such zone, no such name, a folder
        raise BadBytes("zone", repr(name)) from exc


def field_text(kind: FieldKind, target_s: int, moment: Moment | None, where: tzinfo) -> str:
    """Return what a field says.

    `target_s` counts from the epoch and matters for countdowns only. What is unknown has a `-`
    for each digit.
    """
    if moment is None:
        return _UNKNOWN[kind]
    if kind is FieldKind.TEMPERATURE:
        return _temperature(moment.temperature_c)
    if kind is FieldKind.COUNTDOWN:
        return _remaining(target_s - math.floor(moment.now.timestamp()))
    local = moment.now.astimezone(where)
    if kind is FieldKind.TIME:
        return f"{local:%H:%M}"
    return f"{local.day:02d}/{local.month:02d}/{local.year:04d}"


def next_change(kind: FieldKind, target_s: int, now: datetime) -> datetime | None:
    """Return the next instant at which a field may say something else; None = never by itself."""
    if kind is FieldKind.TEMPERATURE:
        return None
    if kind is FieldKind.COUNTDOWN:
        is_over = now.timestamp() >= target_s
        return None if is_over else now.replace(microsecond=0) + timedelta(seconds=1)
    # Days, too, end at a full minute, wherever that is.
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _remaining(seconds: int) -> str:
    days, seconds = divmod(max(seconds, 0), _DAY_S)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{days} ngày {clock}" if days else clock


def _temperature(celsius: float | None) -> str:
    if celsius is None or not math.isfinite(celsius):
        return _UNKNOWN[FieldKind.TEMPERATURE]
    return f"{math.floor(celsius + 0.5)}°C"
