"""What an AM03127 makes of the contents of a line: its LEDs.

The vendor's letter shapes are not in the document. Letters of our fonts stand in for them, cut to
the size of the sign's own; each is followed by one dark column.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Final

import numpy as np

from drivers.am03127 import bitmap
from drivers.am03127.contents import (
    Bell,
    Block,
    Colour,
    Column,
    European,
    Face,
    Moment,
    Part,
    Words,
)
from drivers.am03127.packets import LINE_HEIGHT_PX
from playlists.text.fontbook import BUILT_IN
from playlists.text.frame import Bitmap

GAP_PX: Final = 1
FIRST_CHANGEABLE: Final = 0x40
"""U40 is the first character whose shape can be changed."""
Shape = Bitmap
"""A letter: shape (rows, columns)."""
Leds = Bitmap
"""Shape (rows, columns, 2): red and green."""
Glyphs = Mapping[tuple[Face, int], bytes]


@dataclass(frozen=True, slots=True)
class _Size:
    """A face's cell, and where its stand-in is cut out of one of our fonts."""

    width_px: int
    rows_px: int
    slot: int
    top_px: int


_SIZES: Final = {
    Face.NORMAL: _Size(5, 7, slot=0, top_px=1),
    Face.BOLD: _Size(6, 7, slot=0, top_px=1),
    Face.NARROW: _Size(4, 7, slot=0, top_px=1),
    Face.LARGE: _Size(7, 13, slot=3, top_px=1),
    Face.LONG: _Size(5, 8, slot=0, top_px=0),
}
_DARK: Final = (False, False)
_RED: Final = (True, False)
_GREEN: Final = (False, True)
_YELLOW: Final = (True, True)
_INKS: Final = {
    Colour.DIM_RED: (_RED, _DARK),
    Colour.RED: (_RED, _DARK),
    Colour.BRIGHT_RED: (_RED, _DARK),
    Colour.DIM_GREEN: (_GREEN, _DARK),
    Colour.GREEN: (_GREEN, _DARK),
    Colour.BRIGHT_GREEN: (_GREEN, _DARK),
    Colour.DIM_ORANGE: (_YELLOW, _DARK),
    Colour.ORANGE: (_YELLOW, _DARK),
    Colour.BRIGHT_ORANGE: (_YELLOW, _DARK),
    Colour.YELLOW: (_YELLOW, _DARK),
    Colour.LIME: (_YELLOW, _DARK),
    Colour.INVERSED_RED: (_DARK, _RED),
    Colour.INVERSED_GREEN: (_DARK, _GREEN),
    Colour.INVERSED_ORANGE: (_DARK, _YELLOW),
    Colour.RED_ON_DIM_GREEN: (_RED, _GREEN),
    Colour.GREEN_ON_DIM_RED: (_GREEN, _RED),
}
"""Ink and paper. How bright they are is not simulated."""
_TURNS: Final = (_RED, _YELLOW, _GREEN)
"""Colours R and S change within a line or a letter; how is not in the document."""


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where and how the next letter is written."""

    x_px: int = 0
    face: Face = Face.NORMAL
    colour: Colour = Colour.RED
    letters: int = 0


def draw(
    contents: tuple[Part, ...],
    blocks: Mapping[Block, bytes],
    glyphs: Glyphs,
    local: datetime | None,
) -> Leds:
    """Return a line's LEDs, as tall as its tallest letter and at least 8 rows, maybe no columns.

    `local` is the sign's clock, None when it was never set.
    """
    pieces = list(_pieces(contents, blocks, glyphs, local))
    rows_px = max([LINE_HEIGHT_PX, *(leds.shape[0] for _, leds in pieces)])
    width_px = max([0, *(x_px + leds.shape[1] for x_px, leds in pieces)])
    line = np.zeros((rows_px, width_px, 2), np.bool_)
    for x_px, leds in pieces:
        line[: leds.shape[0], x_px : x_px + leds.shape[1]] = leds
    return line


def write(text: str) -> Leds:
    """Return words in the normal face, in red."""
    return draw((Words(text),), {}, {}, None)


def _pieces(
    contents: tuple[Part, ...],
    blocks: Mapping[Block, bytes],
    glyphs: Glyphs,
    local: datetime | None,
) -> Iterator[tuple[int, Leds]]:
    pen = _Pen()
    for part in contents:
        match part:
            case Face():
                pen = replace(pen, face=part)
            case Colour():
                pen = replace(pen, colour=part)
            case Column(at_px):
                pen = replace(pen, x_px=at_px)
            case Bell():
                pass
            case Block():
                leds = bitmap.leds_of(blocks.get(part, bitmap.DARK))
                yield pen.x_px, leds
                pen = replace(pen, x_px=pen.x_px + leds.shape[1])
            case _:
                for shape in _shapes(part, pen.face, glyphs, local):
                    yield pen.x_px, _inked(shape, pen)
                    width_px = pen.x_px + shape.shape[1]
                    pen = replace(pen, x_px=width_px, letters=pen.letters + 1)


def _shapes(
    part: Words | European | Moment, face: Face, glyphs: Glyphs, local: datetime | None
) -> Iterator[Shape]:
    match part:
        case Words(text):
            yield from (_letter(face, letter) for letter in text)
        case Moment():
            yield from (_letter(face, letter) for letter in _now(part, local))
        case European(number):
            rows = glyphs.get((face, number - FIRST_CHANGEABLE))
            if rows is not None:
                yield _changed(face, rows)
            elif number >= FIRST_CHANGEABLE:
                yield _letter(face, chr(number + 0x80))
            else:
                yield _letter(face, "")


def _now(moment: Moment, local: datetime | None) -> str:
    if local is None:
        return "00/00/00" if moment is Moment.DATE else "00:00"
    return f"{local:%d/%m/%y}" if moment is Moment.DATE else f"{local:%H:%M}"


@cache
def _letter(face: Face, letter: str) -> Shape:
    """Return the stand-in of a letter; what our fonts lack is a hollow box."""
    size = _SIZES[face]
    shape = np.zeros((size.rows_px, size.width_px + GAP_PX), np.bool_)
    drawn = BUILT_IN.load(size.slot).glyphs.get(letter)
    if drawn is None:
        shape[:, : size.width_px] = True
        shape[1:-1, 1 : size.width_px - 1] = False
        return shape
    cut = drawn[size.top_px : size.top_px + size.rows_px, : size.width_px].astype(np.bool_)
    shape[: cut.shape[0], : cut.shape[1]] = cut
    if face is Face.BOLD:
        shape[:, 1 : size.width_px] |= shape[:, : size.width_px - 1]
    return shape


def _changed(face: Face, rows: bytes) -> Shape:
    size = _SIZES[face]
    bits = np.unpackbits(np.frombuffer(rows, np.uint8)).reshape(len(rows), 8)
    shape = np.zeros((size.rows_px, size.width_px + GAP_PX), np.bool_)
    shape[:, : size.width_px] = bits[: size.rows_px, : size.width_px]
    return shape


def _inked(shape: Shape, pen: _Pen) -> Leds:
    if pen.colour is Colour.RAINBOW:
        rows_px = shape.shape[0]
        inks = np.array([_TURNS[row * len(_TURNS) // rows_px] for row in range(rows_px)])
        return np.asarray(shape[..., None] & inks[:, None, :], np.bool_)
    if pen.colour is Colour.RED_YELLOW_GREEN:
        ink, paper = _TURNS[pen.letters % len(_TURNS)], _DARK
    else:
        ink, paper = _INKS[pen.colour]
    return np.where(shape[..., None], np.array(ink), np.array(paper))
