"""Fonts: bitmap letters as the raster wants them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from playlists.text.fontfile import FontFile, Glyph
from playlists.text.refusals import GlyphMissing

WORD_PX: Final = 8
"""Columns of LEDs are kept in whole words of eight bytes."""


@dataclass(frozen=True)
class Font:
    """One slot: letters of `rows` rows, the baseline `baseline` rows below the top.

    Between the dot below one line and the hook above the next belong `gap_px` dark rows.
    """

    slot: int
    name: str
    rows: int
    baseline: int
    gap_px: int
    glyphs: Mapping[str, Glyph]
    source: str = ""

    @classmethod
    def parse(cls, drawing: str, slot: int) -> Self:
        """Read a font from its drawing, of any origin; BadBytes for whatever is none."""
        file = FontFile(drawing)
        return cls(slot, file.name, file.rows, file.baseline, file.gap_px, file.glyphs, file.source)

    @cached_property
    def column_bytes(self) -> int:
        """Bytes of one column as `columns` returns it: `rows`, and what fills the last word."""
        return -(-self.rows // WORD_PX) * WORD_PX

    def columns(self, text: str) -> bytes:
        """Return a line of text column by column, `column_bytes` bytes each, 1 = lit.

        GlyphMissing names the first letter that is not drawn, and its place (from 1).
        """
        try:
            return b"".join(map(self._columns.__getitem__, text))
        except KeyError as exc:
            raise self.missing(text, letter=exc.args[0]) from None

    def advance_px(self, text: str) -> int:
        """Return the width of a line of text; GlyphMissing as for `columns`."""
        try:
            return sum(map(self._advances.__getitem__, text))
        except KeyError as exc:
            raise self.missing(text, letter=exc.args[0]) from None

    def missing(self, text: str, letter: str, position: int = 1) -> GlyphMissing:
        """Return the refusal of a letter of `text`, which begins at `position`."""
        position, code_point = position + text.index(letter), f"U+{ord(letter):04X}"
        return GlyphMissing(
            f"font {self.slot} cannot draw {letter!r} ({code_point}), character {position}",
            letter=letter,
            code_point=code_point,
            position=position,
            font=self.slot,
        )

    @cached_property
    def _columns(self) -> dict[str, bytes]:
        below = bytes(self.column_bytes - self.rows)
        return {
            letter: b"".join(column.tobytes() + below for column in drawing.T)
            for letter, drawing in self.glyphs.items()
        }

    @cached_property
    def _advances(self) -> dict[str, int]:
        return {letter: drawing.shape[1] for letter, drawing in self.glyphs.items()}
