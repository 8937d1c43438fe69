"""Layout: which words stand where on a board of a given size, and what moves.

Text that fits after word wrap stands still. Text that does not scrolls as one line. Every cell of
a font holds the tallest and the deepest letter, so a row between lines is all the air they need.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from playlists.errors import BadBytes
from playlists.text import font as fonts
from playlists.text import raster
from playlists.text.font import Font
from playlists.text.frame import MAX_SIDE_PX, Frame, Geometry
from playlists.text.refusals import TextTooLong, TextTooTall
from playlists.text.scene import (
    MAX_PAGE_DURATION_MS,
    MAX_PAGES,
    MAX_SCENE_BYTES,
    Motion,
    Page,
    Scene,
    scroll_duration_ms,
    size_bytes,
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
    between words, or inside a word that is wider than that. Raises leaves of ContentRefused:
    TextTooTall, GlyphMissing, UnknownFont, TextTooLong; BadBytes for a board too large for any
    scene.
    """
    if size_bytes(geometry.height_px, [geometry.width_px]) > MAX_SCENE_BYTES:
        raise BadBytes("geometry", f"one picture of {geometry} LEDs is too large for a scene")
    candidates = _candidates(geometry, style)
    for font in candidates:
        font.advance_px(text.replace("\n", " "))  # names a missing letter by its place in the text
        lines = wrap(text, font, geometry.width_px)
        if lines is not None and _height_px(lines, font) <= geometry.height_px:
            return _standing(lines, font, geometry, style)
    return _scrolling(text, candidates[0], geometry, style, max_strip_px)


def wrap(text: str, font: Font, width_px: int) -> list[str] | None:
    """Break a text between words into lines of at most `width_px`; None when a word is wider.

    A line feed in the text always breaks.
    """
    paragraphs = (paragraph.split() for paragraph in text.split("\n"))
    lines = [line for words in paragraphs for line in _fill(words, font, width_px)]
    return lines if all(font.advance_px(line) <= width_px for line in lines) else None


def _fill(words: Iterable[str], font: Font, width_px: int) -> list[str]:
    """Put as many words on each line as fit; a word that never fits has a line of its own."""
    space_px = font.advance_px(" ")
    lines: list[str] = []
    line_px = 0
    for word in words:
        word_px = font.advance_px(word)
        if lines and line_px + space_px + word_px <= width_px:
            lines[-1] += f" {word}"
            line_px += space_px + word_px
        else:
            lines.append(word)
            line_px = word_px
    return lines or [""]


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
    in_time_px = MAX_PAGE_DURATION_MS * style.speed_px_s // 1000 - geometry.width_px
    longest_px = min(max_strip_px, MAX_SIDE_PX, in_time_px)
    pieces = [piece for word in text.split() for piece in _pieces(word, font, longest_px)]
    lines = _fill(pieces, font, longest_px)
    fitting = _that_fit(lines, font, geometry, in_time_px)
    if fitting < len(lines):
        limit = len(" ".join(lines[:fitting]))
        raise TextTooLong(
            f"{len(text)} characters; this board takes {limit} at this size and speed",
            length=len(text),
            limit=limit,
        )
    return Scene(geometry, tuple(_scroll_page(line, font, geometry, style) for line in lines))


def _that_fit(lines: list[str], font: Font, geometry: Geometry, in_time_px: int) -> int:
    """Return how many of the lines, from the first, one scene can hold."""
    strips_px = [font.advance_px(line) for line in lines[:MAX_PAGES]]
    if max(strips_px) > in_time_px:  # so slow that a single letter takes longer than a page may
        return 0
    counts = range(len(strips_px), 0, -1)
    sizes = ((count, size_bytes(geometry.height_px, strips_px[:count])) for count in counts)
    return next((count for count, size in sizes if size <= MAX_SCENE_BYTES), 0)


def _scroll_page(line: str, font: Font, geometry: Geometry, style: Style) -> Page:
    strip = raster.strip(line, font, geometry.height_px)
    duration_ms = scroll_duration_ms(strip.width_px, geometry.width_px, style.speed_px_s)
    return Page(strip, Motion.SCROLL_LEFT, duration_ms, style.speed_px_s)


def _pieces(word: str, font: Font, width_px: int) -> Iterator[str]:
    """Cut a word between letters into pieces of at most `width_px`, but at least one letter."""
    start = piece_px = 0
    for at, letter in enumerate(word):
        letter_px = font.advance_px(letter)
        if at > start and piece_px + letter_px > width_px:
            yield word[start:at]
            start, piece_px = at, 0
        piece_px += letter_px
    yield word[start:]
