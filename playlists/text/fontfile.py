"""Font files: letters and marks drawn as text that one can read in a diff.

A `.font` file has a header of `key value` lines, then blocks with a blank line between:

    U+0061 a                                a letter: as many rows of `.` and `@` as the header says
    mark hook                               a mark: any rows, named for its use below
    U+1EA9 ẩ = a + hat 1 0 + hook 4 1       a letter with marks, each at its column and row

A glyph's width is its advance; there is no other spacing. A mark's column counts from the letter's
first column and may be negative, its row from the top of the cell; a mark that stands out widens
the glyph. To move the mark of one letter by one LED is to change one number.
"""

import re
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes

MAX_FONT_CHARS: Final = 2_000_000
MAX_ROWS: Final = 64
MAX_GLYPH_PX: Final = 128
DEFAULT_GAP_PX: Final = 1

Glyph = NDArray[np.uint8]
"""Shape (rows, advance); 1 = lit."""

_TITLE: Final = re.compile(r"U\+([0-9A-F]{4,6}) (\S+)")
_MARKED: Final = re.compile(r"(U\+[0-9A-F]{4,6} \S+) = (\S)((?: \+ \S+ -?\d{1,3} \d{1,2})+)")
_PLACED: Final = re.compile(r" \+ (\S+) (-?\d+) (\d+)")
_INK: Final = {ord("."): "\0", ord("@"): "\1"}


class FontFile:
    """What one file says: header facts and glyphs. BadBytes for whatever is no font."""

    def __init__(self, drawing: str) -> None:
        if len(drawing) > MAX_FONT_CHARS:
            raise BadBytes("font", f"{len(drawing)} characters")
        header, *blocks = drawing.strip().split("\n\n")
        facts = dict(_fact(line) for line in header.splitlines())
        try:
            self.name, self.source = facts["name"], facts.get("source", "")
            self.rows, self.baseline = int(facts["rows"]), int(facts["baseline"])
            self.gap_px = int(facts.get("gap", DEFAULT_GAP_PX))
        except (KeyError, ValueError) as exc:
            raise BadBytes("font", f"header: {exc}"[:100]) from exc
        if not 0 < self.baseline <= self.rows <= MAX_ROWS or not 0 <= self.gap_px <= self.rows:
            raise BadBytes("font", f"{self.rows} rows, baseline {self.baseline}")
        self.glyphs: dict[str, Glyph] = {}
        self._marks: dict[str, Glyph] = {}
        for block in blocks:
            self._read(block.strip("\n"))
        if not self.glyphs:
            raise BadBytes("font", "no letters")

    def _read(self, block: str) -> None:
        title, *drawn = block.split("\n")
        if title.startswith("mark "):
            name = title.removeprefix("mark ")
            if name in self._marks:
                raise BadBytes("font", f"{title[:40]} is drawn twice")
            self._marks[name] = _bitmap(title, drawn, len(drawn))
        elif " = " in title:
            for line in (title, *drawn):
                self._add_marked(line)
        else:
            self._add(title, _bitmap(title, drawn, self.rows))

    def _add(self, title: str, glyph: Glyph) -> None:
        letter = _letter(title)
        if letter in self.glyphs:
            raise BadBytes("font", f"{title[:40]} is drawn twice")
        self.glyphs[letter] = glyph

    def _add_marked(self, line: str) -> None:
        recipe = _MARKED.fullmatch(line)
        if recipe is None or recipe[2] not in self.glyphs:
            raise BadBytes("font", f"{line[:60]!r} is no letter with marks, or its letter is later")
        base = self.glyphs[recipe[2]]
        placed = [
            (self._mark(name), int(column), int(row))
            for name, column, row in _PLACED.findall(recipe[3])
        ]
        left = max(0, *(-column for _, column, _ in placed))
        right = max(base.shape[1], *(column + mark.shape[1] for mark, column, _ in placed))
        if left + right > MAX_GLYPH_PX:
            raise BadBytes("font", f"{line[:60]}: {left + right} columns")
        glyph = np.zeros((self.rows, left + right), np.uint8)
        glyph[:, left : left + base.shape[1]] = base
        for mark, column, row in placed:
            if row + mark.shape[0] > self.rows:
                raise BadBytes("font", f"{line[:60]}: a mark hangs out of the cell")
            glyph[row : row + mark.shape[0], left + column : left + column + mark.shape[1]] |= mark
        self._add(recipe[1], glyph)

    def _mark(self, name: str) -> Glyph:
        if name not in self._marks:
            raise BadBytes("font", f"no mark {name[:40]!r} is drawn above its use")
        return self._marks[name]


def _fact(line: str) -> tuple[str, str]:
    key, _, value = line.partition(" ")
    return key, value


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
    if not rows or len(drawn) != rows or len(widths) != 1 or set(ink) - set(".@"):
        raise BadBytes("font", f"{title[:40]}: not {rows} equal rows of '.' and '@'")
    (advance_px,) = widths
    if advance_px > MAX_GLYPH_PX:
        raise BadBytes("font", f"{title[:40]}: {advance_px} columns")
    packed = ink.translate(_INK).encode("latin-1")
    return np.frombuffer(packed, np.uint8).reshape(rows, advance_px)
