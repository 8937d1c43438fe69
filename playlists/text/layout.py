"""Layout: which words stand where on a board of a given size, and what moves.

Text that fits after word wrap stands still. Text that does not scrolls as one line. Every cell of
a font holds the tallest and the deepest letter, so a row between lines is all the air they need.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from playlists.text import font as fonts
from playlists.text import raster
from playlists.text.font import Font
from playlists.text.frame import Frame, Geometry
from playlists.text.refusals import TextTooLong, TextTooTall
from playlists.text.scene import (
    MAX_PAGES,
    MAX_SCENE_BYTES,
    Motion,
    Page,
    Scene,
    scroll_duration_ms,
)

LINE_GAP_PX: Final = 1
"""Between the dot below one line and the hook above the next."""
DEFAULT_SPEED_PX_S: Final = 40
DEFAULT_HOLD_S: Final = 5.0


class Align(StrEnum):
    """Where lines stand on the board."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set. `font` None = the largest slot that lets it stand still."""

    font: int | None = None
    align: Align = Align.CENTER
    speed_px_s: int = DEFAULT_SPEED_PX_S
    hold_s: float = DEFAULT_HOLD_S


def compose(text: str, geometry: Geometry, style: Style, *, max_strip_px: int) -> Scene:
    """Set a normalised text on a board.

    `max_strip_px` is the widest strip the board takes; a longer line becomes several pages, cut
    between words. Raises leaves of ContentRefused: TextTooTall, GlyphMissing, UnknownFont,
    TextTooLong.
    """
    for font in _candidates(geometry, style):
        lines = wrap(text, font, geometry.width_px)
        if lines is not None and _height_px(lines, font) <= geometry.height_px:
            return _standing(lines, font, geometry, style)
    return _scrolling(text, _candidates(geometry, style)[0], geometry, style, max_strip_px)


def wrap(text: str, font: Font, width_px: int) -> list[str] | None:
    """Break a text between words into lines of at most `width_px`; None when a word is wider.

    A line feed in the text always breaks.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if font.advance_px(longer) <= width_px:
                line = longer
            elif font.advance_px(word) <= width_px:
                lines.append(line)
                line = word
            else:
                return None
        lines.append(line)
    return lines


def _candidates(geometry: Geometry, style: Style) -> list[Font]:
    """Return the fonts to try, the largest first; TextTooTall when the wished one cannot stand."""
    everything = [fonts.load(slot) for slot in fonts.slots()]
    fitting = [font for font in everything if font.rows <= geometry.height_px]
    wished = everything if style.font is None else [fonts.load(style.font)]
    usable = sorted(
        (font for font in wished if font in fitting), key=lambda font: font.rows, reverse=True
    )
    if not usable:
        smallest = min(wished, key=lambda font: font.rows)
        raise TextTooTall(
            f"font {smallest.slot} has {smallest.rows} rows, the board {geometry.height_px}",
            rows=smallest.rows,
            height_px=geometry.height_px,
            font=smallest.slot,
            fitting=[font.slot for font in fitting],
        )
    return usable


def _height_px(lines: list[str], font: Font) -> int:
    return len(lines) * (font.rows + LINE_GAP_PX) - LINE_GAP_PX


def _standing(lines: list[str], font: Font, geometry: Geometry, style: Style) -> Scene:
    picture = np.zeros((geometry.height_px, geometry.width_px), np.bool_)
    top = (geometry.height_px - _height_px(lines, font)) // 2
    for line in lines:
        drawn = raster.line(line, font)
        left = _left_px(geometry.width_px - drawn.shape[1], style.align)
        picture[top : top + font.rows, left : left + drawn.shape[1]] = drawn
        top += font.rows + LINE_GAP_PX
    hold_ms = round(style.hold_s * 1000)
    return Scene(geometry, (Page(Frame.from_bitmap(picture), Motion.HOLD, hold_ms),))


def _left_px(room_px: int, align: Align) -> int:
    return {Align.LEFT: 0, Align.CENTER: room_px // 2, Align.RIGHT: room_px}[align]


def _scrolling(text: str, font: Font, geometry: Geometry, style: Style, max_strip_px: int) -> Scene:
    pages = tuple(
        _scroll_page(line, font, geometry, style)
        for line in _cut(" ".join(text.split()), font, max_strip_px)
    )
    size_bytes = sum(len(page.strip.data) for page in pages)
    if len(pages) > MAX_PAGES or size_bytes > MAX_SCENE_BYTES // 2:
        raise TextTooLong("too long for a scene", length=len(text), limit=MAX_PAGES)
    return Scene(geometry, pages)


def _scroll_page(line: str, font: Font, geometry: Geometry, style: Style) -> Page:
    strip = raster.strip(line, font, geometry.height_px)
    duration_ms = scroll_duration_ms(strip.width_px, geometry.width_px, style.speed_px_s)
    return Page(strip, Motion.SCROLL_LEFT, duration_ms, style.speed_px_s)


def _cut(text: str, font: Font, max_strip_px: int) -> Iterator[str]:
    """Cut one line into strips of at most `max_strip_px`: between words, else between letters."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if font.advance_px(longer) <= max_strip_px:
            line = longer
            continue
        if line:
            yield line
        *whole, line = _hard_cut(word, font, max_strip_px)
        yield from whole
    yield line


def _hard_cut(word: str, font: Font, max_strip_px: int) -> list[str]:
    pieces = [""]
    for letter in word:
        if font.advance_px(pieces[-1] + letter) > max_strip_px and pieces[-1]:
            pieces.append("")
        pieces[-1] += letter
    return pieces
