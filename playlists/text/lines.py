"""Lines: words with their looks, measured, and broken to a width.

A word may change its look in the middle; it is broken only where it is wider than a whole line.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from playlists.text.document import FieldKind, Line, LiveField, Look, Words
from playlists.text.font import Font
from playlists.text.fontbook import FontBook
from playlists.text.refusals import GlyphMissing

WIDEST: Final = {
    FieldKind.DATE: "00/00/0000",
    FieldKind.TIME: "00:00",
    FieldKind.COUNTDOWN: "000 ngày 00:00:00",
    FieldKind.TEMPERATURE: "-00°C",
}
"""What a live field keeps room for; digits are tabular, so any other digits are as wide."""


class Piece(NamedTuple):
    """Letters of one look without a space, or a live field."""

    text: str
    font: Font
    look: Look
    width_px: int
    field: LiveField | None = None


Word = tuple[Piece, ...]


class Row(NamedTuple):
    """Words side by side, a space of the left one's font between them."""

    words: tuple[Word, ...]
    width_px: int

    @property
    def above_px(self) -> int:
        """Rows above the baseline."""
        return max(piece.font.baseline for word in self.words for piece in word)

    @property
    def height_px(self) -> int:
        """Rows in all, letters of several sizes standing on one baseline."""
        below = (piece.font.rows - piece.font.baseline for word in self.words for piece in word)
        return self.above_px + max(below)

    @property
    def gap_px(self) -> int:
        """Dark rows the line needs below itself."""
        return max(piece.font.gap_px for word in self.words for piece in word)


def words_of(line: Line, usual: Font, book: FontBook) -> list[Word]:
    """Return a line's words; parts that touch are one word. GlyphMissing names a letter."""
    words: list[Word] = []
    is_open = False
    for part in line.parts:
        font = usual if part.look.font is None else book.load(part.look.font)
        if isinstance(part, LiveField):
            width_px = font.advance_px(WIDEST[part.kind])
            pieces = [Piece("", font, part.look, width_px, part)]
            is_closed = False
        else:
            pieces = _pieces(part, font)
            is_open = is_open and not part.text.startswith(" ")
            is_closed = part.text.endswith(" ")
        if is_open and words and pieces:
            words[-1] += (pieces[0],)
            del pieces[0]
        words.extend((piece,) for piece in pieces)
        is_open = not is_closed
    return words


def _pieces(part: Words, font: Font) -> list[Piece]:
    advance_px = font.advance_px
    try:
        return [Piece(text, font, part.look, advance_px(text)) for text in part.text.split()]
    except GlyphMissing as exc:
        letter = str(exc.facts["letter"])
        raise font.missing(part.text, letter, part.position) from None


def width_px(word: Word) -> int:
    """Return the advance of a word."""
    return sum(piece.width_px for piece in word)


def rows_of(words: Iterable[Word], limit_px: int) -> list[Row]:
    """Put as many words on each row as fit; a word that never fits has a row of its own."""
    rows: list[Row] = []
    begun: list[Word] = []
    row_px = 0
    for word in words:
        word_px = width_px(word)
        space_px = begun[-1][-1].font.advance_px(" ") if begun else 0
        if begun and row_px + space_px + word_px > limit_px:
            rows.append(Row(tuple(begun), row_px))
            begun, row_px, space_px = [], 0, 0
        begun.append(word)
        row_px += space_px + word_px
    if begun:
        rows.append(Row(tuple(begun), row_px))
    return rows


def cut_to(words: Iterable[Word], limit_px: int) -> Iterator[Word]:
    """Cut words between letters into words of at most `limit_px`, but of at least one letter."""
    for word in words:
        if width_px(word) <= limit_px:
            yield word
            continue
        begun: list[Piece] = []
        for piece in _letters(word):
            if begun and width_px(tuple(begun)) + piece.width_px > limit_px:
                yield _joined(begun)
                begun = []
            begun.append(piece)
        yield _joined(begun)


def _letters(word: Word) -> Iterator[Piece]:
    for piece in word:
        if piece.field is not None:
            yield piece
        for letter in piece.text:
            yield piece._replace(text=letter, width_px=piece.font.advance_px(letter))


def _joined(letters: Sequence[Piece]) -> Word:
    """Make letters of one look one piece again."""
    pieces: list[Piece] = []
    for letter in letters:
        last = pieces[-1] if pieces else None
        is_alike = last is not None and last.field is None and letter.field is None
        if last is not None and is_alike and last[1:3] == letter[1:3]:
            width = last.width_px + letter.width_px
            pieces[-1] = last._replace(text=last.text + letter.text, width_px=width)
        else:
            pieces.append(letter)
    return tuple(pieces)
