"""Fonts: ten slots of bitmap letters, drawn as text files one can read in a diff.

A `.font` file has a header of `key value` lines, then glyphs: a line `U+1EA1 ạ`, and as many rows
of `.` and `@` as the header says. A glyph's width is its advance; there is no other spacing.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes
from playlists.text.refusals import GlyphMissing, UnknownFont

MAX_FONT_CHARS: Final = 2_000_000
MAX_ROWS: Final = 64
MAX_GLYPH_PX: Final = 128

_TITLE: Final = re.compile(r"U\+([0-9A-F]{4,6}) (\S+)")
_INK: Final = {ord("."): "\0", ord("@"): "\1"}

Glyph = NDArray[np.uint8]
"""Shape (rows, advance); 1 = lit."""


@dataclass(frozen=True)
class Font:
    """One slot: letters of `rows` rows, the baseline `baseline` rows below the top."""

    slot: int
    name: str
    rows: int
    baseline: int
    glyphs: Mapping[str, Glyph]

    def columns(self, text: str) -> bytes:
        """Return a line of text column by column, `rows` bytes each, 1 = lit.

        GlyphMissing names the first letter that is not drawn, and its place (from 1).
        """
        try:
            return b"".join([self._columns[letter] for letter in text])
        except KeyError as exc:
            raise self._missing(text, letter=exc.args[0]) from None

    def advance_px(self, text: str) -> int:
        """Return the width of a line of text; GlyphMissing as for `columns`."""
        return len(self.columns(text)) // self.rows

    @cached_property
    def _columns(self) -> dict[str, bytes]:
        return {letter: drawing.T.tobytes() for letter, drawing in self.glyphs.items()}

    def _missing(self, text: str, letter: str) -> GlyphMissing:
        position, code_point = text.index(letter) + 1, f"U+{ord(letter):04X}"
        return GlyphMissing(
            f"font {self.slot} cannot draw {letter!r} ({code_point}), character {position}",
            letter=letter,
            code_point=code_point,
            position=position,
            font=self.slot,
        )


@cache
def slots() -> tuple[int, ...]:
    """Return the slots that hold a font, the shortest font first."""
    return tuple(sorted(_names()))


@cache
def load(slot: int) -> Font:
    """Return the font of a slot, read once; UnknownFont when it is empty."""
    names = _names()
    if slot not in names:
        raise UnknownFont(f"no font in slot {slot}", font=slot, known=[*slots()])
    drawing = resources.files("playlists.text.fonts").joinpath(names[slot]).read_text("utf-8")
    return parse(drawing, slot)


def parse(drawing: str, slot: int) -> Font:
    """Read a font from its drawing, of any origin; BadBytes for whatever is none."""
    if len(drawing) > MAX_FONT_CHARS:
        raise BadBytes("font", f"{len(drawing)} characters")
    header, *blocks = drawing.strip().split("\n\n")
    facts = dict(_fact(line) for line in header.splitlines())
    try:
        name, rows, baseline = facts["name"], int(facts["rows"]), int(facts["baseline"])
    except (KeyError, ValueError) as exc:
        raise BadBytes("font", f"header: {exc}"[:100]) from exc
    if not 0 < baseline <= rows <= MAX_ROWS:
        raise BadBytes("font", f"{rows} rows, baseline {baseline}")
    return Font(slot, name, rows, baseline, _glyphs(blocks, rows))


def _fact(line: str) -> tuple[str, str]:
    key, _, value = line.partition(" ")
    return key, value


def _glyphs(blocks: list[str], rows: int) -> dict[str, Glyph]:
    glyphs: dict[str, Glyph] = {}
    for block in blocks:
        title, *drawn = block.strip("\n").split("\n")
        letter = _letter(title)
        if letter in glyphs:
            raise BadBytes("font", f"{title[:40]} is drawn twice")
        glyphs[letter] = _bitmap(title, drawn, rows)
    if not glyphs:
        raise BadBytes("font", "no letters")
    return glyphs


def _letter(title: str) -> str:
    """Return the letter both the code point and the label name; a label is for readers of diffs."""
    parts = _TITLE.fullmatch(title)
    code_point = int(parts[1], 16) if parts else 0
    if parts and code_point <= sys.maxunicode:
        letter = chr(code_point)
        if letter.isprintable() and parts[2] == ("space" if letter == " " else letter):
            return letter
    raise BadBytes("font", f"{title[:40]!r} names no letter")


def _bitmap(title: str, drawn: list[str], rows: int) -> Glyph:
    widths = {len(row) for row in drawn}
    ink = "".join(drawn)
    if len(drawn) != rows or len(widths) != 1 or set(ink) - set(".@"):
        raise BadBytes("font", f"{title[:40]}: not {rows} equal rows of '.' and '@'")
    (advance_px,) = widths
    if advance_px > MAX_GLYPH_PX:
        raise BadBytes("font", f"{title[:40]}: {advance_px} columns")
    packed = ink.translate(_INK).encode("latin-1")
    return np.frombuffer(packed, np.uint8).reshape(rows, advance_px)


@cache
def _names() -> dict[int, str]:
    folder = resources.files("playlists.text.fonts")
    names = [file.name for file in folder.iterdir() if file.name.endswith(".font")]
    return {int(name.partition("-")[0]): name for name in names}
