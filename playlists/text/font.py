"""Fonts: bitmap letters as the raster wants them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from playlists.text.fontfile import FontFile, Glyph
from playlists.text.refusals import GlyphMissing

WORD_PX: Final = 8
"""Columns of LEDs are kept in whole words of eight bytes."""
_RUNNING_TEXT: Final = "Nhân dân phường thông báo tổ chức các ngày trong tuần"


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def drawn(self) -> frozenset[str]:
        """All letters it has."""
        return frozenset(self.glyphs)

    @cached_property
    def narrowest_px(self) -> int:
        """The smallest advance."""
        return min(map(self.advance_of, self.glyphs))

    @cached_property
    def widest_px(self) -> int:
        """The largest advance."""
        return max(map(self.advance_of, self.glyphs))

    @cached_property
    def average_px(self) -> float:
        """A letter's advance in running text, roughly."""
        common = [letter for letter in _RUNNING_TEXT if letter in self.glyphs] or [*self.glyphs]
        return max(self.advance_px("".join(common)) / len(common), 1)

    def columns(self, text: str) -> bytes:
        """Return a line of text column by column, `column_bytes` bytes each, 1 = lit.

        GlyphMissing names the first letter that is not drawn, and its place (from 1).
        """
        try:
            return b"".join(map(self.column_of, text))
        except KeyError as exc:
            raise self.missing(text, letter=exc.args[0]) from None

    def advance_px(self, text: str) -> int:
        """Return the width of a line of text; GlyphMissing as for `columns`."""
        try:
            return sum(map(self.advance_of, text))
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
    def column_of(self) -> Callable[[str], bytes]:
        """Return a letter's columns; KeyError for one that is not drawn."""
        below = bytes(self.column_bytes - self.rows)
        columns = {
            letter: b"".join(column.tobytes() + below for column in drawing.T)
            for letter, drawing in self.glyphs.items()
        }
        return columns.__getitem__

    @cached_property
    def advance_of(self) -> Callable[[str], int]:
        """Return a letter's advance; KeyError for one that is not drawn."""
        return {letter: drawing.shape[1] for letter, drawing in self.glyphs.items()}.__getitem__
