"""Fonts from elsewhere: BDF, PCF, TrueType and OpenType become the text of a `.font` file.

FreeType reads them and draws every letter with one bit per LED, hinted for exactly that; the
pixels are taken over as they are. Nothing is left out without being reported.
"""

import sys
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import islice
from typing import Any, ClassVar, Final

import freetype
import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes, ContentRefused
from playlists.text.alphabet import DIGITS, EVERY
from playlists.text.fontfile import MAX_FONT_CHARS, MAX_GLYPH_PX, MAX_ROWS, FontFile, Glyph

MAX_FONT_FILE_BYTES: Final = 32 * 2**20
"""The largest CJK collections have twenty; also what a compressed font may grow to."""
MAX_IMPORTED_GLYPHS: Final = 8_000
MAX_STRIKES: Final = 100
MAX_SMALL_PPEM: Final = 16
MAX_HEADER_CHARS: Final = 200
"""Of a name, a source and a licence each."""

_GZIP: Final = b"\x1f\x8b"
_KNOWN: Final = (
    b"STARTFONT",  # BDF 2.1, Adobe technical note 5005
    b"\x01fcp",  # PCF
    b"\x00\x01\x00\x00",  # TrueType outlines in sfnt, OpenType 1.9 "Table Directory"
    b"true",  # the same by Apple
    b"OTTO",  # CFF outlines in sfnt
    b"ttcf",  # a collection; its first font is taken
)
_SPANS: Final = (
    range(0x0020, 0x0250),  # ASCII, Latin-1, Latin Extended-A and -B
    range(0x1E00, 0x1F00),  # Latin Extended Additional: Vietnamese
    range(0x0370, 0x0530),  # Greek, Cyrillic and its supplement
    range(0x2010, 0x2070),  # general punctuation
    range(0x20A0, 0x20D0),  # currency
    range(0x2100, 0x2150),  # letterlike: № ™
    range(0x2190, 0x2300),  # arrows, mathematical operators
    range(0x25A0, 0x2600),  # geometric shapes
)
_TALL_FIRST: Final = "ẪẨẶjg|Ộ"
"""Letters that tell at once that a size is too large."""
_MONO: Final = freetype.FT_LOAD_TARGET_MONO
_INK: Final = np.frombuffer(b".@", np.uint8)
_PX: Final = 64
"""FreeType counts in 64ths of a pixel."""

Face = Any
"""A freetype.Face; the package publishes no types."""


class Why(StrEnum):
    """Why a letter was left out."""

    TOO_TALL = "taller than the rows"
    TOO_WIDE = "too wide"
    NO_WIDTH = "without width"
    COMBINING = "a mark to be combined"
    NOT_BLACK_AND_WHITE = "not black and white"
    BROKEN = "broken in the file"
    TOO_MANY = "more than one font holds"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A letter the file has and the drawing has not."""

    letter: str
    why: Why


@dataclass(frozen=True, slots=True)
class Imported:
    """The text of a `.font` file, and what it lacks of the original."""

    text: str
    left_out: tuple[LeftOut, ...]


class FontTooTall(ContentRefused):
    """No size of an imported font is as small as wished. Facts: `rows`, `smallest`."""

    code: ClassVar[str] = "font-too-tall"


@dataclass(frozen=True, slots=True)
class _Ink:
    """A letter's lit pixels, trimmed, and where they lie: `top` rows above the baseline."""

    pixels: Glyph
    left: int
    top: int
    advance_px: int


def drawing(
    data: bytes,
    rows: int,
    name: str,
    *,
    source: str = "",
    licence: str = "",
    every_letter: bool = False,
) -> Imported:
    """Draw a font file's letters `rows` rows tall; without a name, under its own.

    A bitmap font gives its tallest size whose cell fits, an outline font the largest size at
    which every letter of `alphabet.EVERY` it has fits. Of scripts beyond Latin, Greek and
    Cyrillic only `every_letter` takes anything. Digits become equally wide. BadBytes for whatever
    is no such font, FontTooTall when no size fits.
    """
    if not 0 < rows <= MAX_ROWS:
        raise BadBytes("font", f"{rows} rows; a font has 1 to {MAX_ROWS}")
    try:
        face = freetype.Face(BytesIO(_unpacked(data)))
        letters = _letters(face, every_letter=every_letter)
        size, baseline = _sized(face, letters, rows)
        glyphs, left_out = _drawn(face, letters, rows, baseline)
    except freetype.FT_Exception as exc:
        raise BadBytes("font", _complaint(exc)) from exc
    own_name = _said(face.family_name)
    facts = {
        "name": _line(name) or own_name or "?",
        "rows": str(rows),
        "baseline": str(baseline),
        "source": _line(", ".join(filter(None, (source, own_name, _said(face.style_name), size)))),
        "licence": _line(licence),
    }
    text, no_room = _written({key: fact for key, fact in facts.items() if fact}, glyphs)
    FontFile(text)  # whatever FreeType made of hostile bytes, this is a font, or BadBytes
    return Imported(text, (*left_out, *no_room))


def _unpacked(data: bytes) -> bytes:
    if data.startswith(_GZIP):
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            data = inflater.decompress(data, MAX_FONT_FILE_BYTES + 1)
        except zlib.error as exc:
            raise BadBytes("font", f"gzip: {exc}"[:100]) from exc
        if not inflater.eof and len(data) <= MAX_FONT_FILE_BYTES:
            raise BadBytes("font", "gzip: cut short")
    if len(data) > MAX_FONT_FILE_BYTES:
        raise BadBytes("font", f"more than {MAX_FONT_FILE_BYTES} bytes")
    if not data.startswith(_KNOWN):
        raise BadBytes("font", "neither BDF, PCF, TrueType nor OpenType")
    return data


def _letters(face: Face, *, every_letter: bool) -> list[str]:
    """Return the letters to draw, those that matter most first."""
    try:
        face.select_charmap(freetype.FT_ENCODING_UNICODE)
    except freetype.FT_Exception as exc:
        # FreeType reads "ISO10646" and "ISO8859" in a BDF's CHARSET_REGISTRY as Unicode.
        raise BadBytes("font", "its letters are not named by Unicode") from exc
    wanted = [*EVERY, *(chr(code_point) for span in _SPANS for code_point in span)]
    letters = dict.fromkeys(letter for letter in wanted if face.get_char_index(ord(letter)))
    if every_letter:
        named = (code_point for code_point, _ in islice(face.get_chars(), sys.maxunicode))
        letters |= dict.fromkeys(chr(code) for code in named if 0 < code <= sys.maxunicode)
    return [letter for letter in letters if letter.isprintable()]


def _sized(face: Face, letters: Sequence[str], rows: int) -> tuple[str, int]:
    """Choose the size; return how it is called, and the baseline's row."""
    if face.is_scalable:
        return _sized_outline(face, letters, rows)
    if not 0 < face.num_fixed_sizes <= MAX_STRIKES:
        raise BadBytes("font", f"{face.num_fixed_sizes} sizes")
    cells = [_cell(face, strike) for strike in range(face.num_fixed_sizes)]
    fitting = [cell for cell in cells if sum(cell) <= rows]
    if not fitting:
        smallest = sum(min(cells, key=sum))
        raise _too_tall(rows, smallest)
    chosen = max(fitting, key=sum)
    face.select_size(cells.index(chosen))
    ascent, descent = chosen
    return f"its {ascent + descent} rows", _baseline(ascent, descent, rows)


def _cell(face: Face, strike: int) -> tuple[int, int]:
    """Return the rows of a strike above and below the baseline."""
    face.select_size(strike)
    return face.size.ascender // _PX, -face.size.descender // _PX


def _sized_outline(face: Face, letters: Sequence[str], rows: int) -> tuple[str, int]:
    core = [letter for letter in letters if letter in EVERY] or letters
    core = sorted(core, key=lambda letter: letter not in _TALL_FIRST)
    for ppem in range(4 * rows, 0, -1):
        face.set_pixel_sizes(0, ppem)
        extent = _extent(face, core, rows)
        if extent is not None:
            return f"{ppem} px per em", _baseline(*extent, rows)
    raise _too_tall(rows, _smallest_outline(face, core))


def _smallest_outline(face: Face, letters: Sequence[str]) -> int:
    """Return the fewest rows any size needs: hints tear letters apart at the very smallest."""
    smallest = MAX_ROWS + 1
    for ppem in range(1, MAX_SMALL_PPEM + 1):
        face.set_pixel_sizes(0, ppem)
        extent = _extent(face, letters, smallest - 1)
        smallest = smallest if extent is None else sum(extent)
    return smallest


def _extent(face: Face, letters: Sequence[str], rows: int) -> tuple[int, int] | None:
    """Return the rows of ink above and below the baseline; None when they are more than `rows`."""
    above = below = 0
    for letter in letters:
        ink = _ink(face, letter, max(rows, MAX_GLYPH_PX))
        if ink is Why.TOO_TALL:
            return None
        if isinstance(ink, _Ink) and ink.pixels.size:
            above, below = max(above, ink.top), max(below, ink.pixels.shape[0] - ink.top)
        if above + below > rows:
            return None
    return above, below


def _baseline(above: int, below: int, rows: int) -> int:
    """Return the baseline's row; rows to spare go half above, half below."""
    return min(max(above + (rows - above - below) // 2, 1), rows)


def _too_tall(rows: int, smallest: int) -> FontTooTall:
    return FontTooTall(
        f"the font's smallest size has {smallest} rows, more than {rows}; ask for more rows",
        rows=rows,
        smallest=smallest,
    )


def _drawn(
    face: Face, letters: Sequence[str], rows: int, baseline: int
) -> tuple[dict[str, Glyph], list[LeftOut]]:
    glyphs: dict[str, Glyph] = {}
    left_out = []
    for letter in letters:
        glyph = (
            _glyph(face, letter, rows, baseline)
            if len(glyphs) < MAX_IMPORTED_GLYPHS
            else Why.TOO_MANY
        )
        if isinstance(glyph, Why):
            left_out.append(LeftOut(letter, glyph))
        else:
            glyphs[letter] = glyph
    return _with_equal_digits(glyphs), left_out


def _glyph(face: Face, letter: str, rows: int, baseline: int) -> Glyph | Why:
    """Put a letter into its cell. Ink that hangs over on the left or right widens the cell."""
    if unicodedata.category(letter).startswith("M"):
        return Why.COMBINING
    ink = _ink(face, letter, MAX_GLYPH_PX)
    if isinstance(ink, Why):
        return ink
    height, width = ink.pixels.shape
    top, left, shift = baseline - ink.top, max(0, ink.left), max(0, -ink.left)
    if height and (top < 0 or top + height > rows):
        return Why.TOO_TALL
    advance_px = max(ink.advance_px + shift, left + width)
    if not 0 < advance_px <= MAX_GLYPH_PX:
        return Why.TOO_WIDE if advance_px else Why.NO_WIDTH
    glyph = np.zeros((rows, advance_px), np.uint8)
    if height:
        glyph[top : top + height, left : left + width] = ink.pixels
    return glyph


def _ink(face: Face, letter: str, limit_px: int) -> _Ink | Why:
    """Let FreeType draw a letter at the chosen size, unless it is larger than any cell."""
    try:
        # Where there are outlines, bitmaps of some sizes beside them would not match the others.
        face.load_char(letter, _MONO | (freetype.FT_LOAD_NO_BITMAP if face.is_scalable else 0))
        slot = face.glyph
        if slot.metrics.height > limit_px * _PX:
            return Why.TOO_TALL
        if slot.metrics.width > limit_px * _PX:
            return Why.TOO_WIDE
        slot.render(freetype.FT_RENDER_MODE_MONO)
    except freetype.FT_Exception:
        return Why.BROKEN
    bitmap = slot.bitmap
    if bitmap.rows and bitmap.pixel_mode != freetype.FT_PIXEL_MODE_MONO:
        return Why.NOT_BLACK_AND_WHITE
    advance_px = max(0, (slot.advance.x + _PX // 2) // _PX)
    return _trimmed(_pixels(bitmap), slot.bitmap_left, slot.bitmap_top, advance_px)


def _pixels(bitmap: Any) -> Glyph:
    if not bitmap.rows or not bitmap.width:
        return np.zeros((0, 0), np.uint8)
    packed = np.array(bitmap.buffer, np.uint8).reshape(bitmap.rows, bitmap.pitch)
    return np.unpackbits(packed, axis=1, count=bitmap.width)


def _trimmed(pixels: Glyph, left: int, top: int, advance_px: int) -> _Ink:
    rows, columns = _lit(pixels, 1), _lit(pixels, 0)
    if not rows.size:
        return _Ink(np.zeros((0, 0), np.uint8), 0, 0, advance_px)
    cut = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return _Ink(cut, left + int(columns[0]), top - int(rows[0]), advance_px)


def _lit(pixels: Glyph, axis: int) -> NDArray[np.intp]:
    return np.flatnonzero(pixels.any(axis=axis))


def _with_equal_digits(glyphs: dict[str, Glyph]) -> dict[str, Glyph]:
    """Widen the narrow digits, so that a clock does not tremble."""
    digits = {digit: glyphs[digit] for digit in DIGITS if digit in glyphs}
    widest_px = max((glyph.shape[1] for glyph in digits.values()), default=0)
    for digit, glyph in digits.items():
        spare_px = widest_px - glyph.shape[1]
        glyphs[digit] = np.pad(glyph, ((0, 0), (spare_px // 2, spare_px - spare_px // 2)))
    return glyphs


def _written(facts: Mapping[str, str], glyphs: Mapping[str, Glyph]) -> tuple[str, list[LeftOut]]:
    """Write the file, as many letters as it may hold."""
    parts = ["\n".join(f"{key} {fact}" for key, fact in facts.items())]
    room_chars = MAX_FONT_CHARS - len(parts[0]) - 1
    no_room = []
    for letter, glyph in glyphs.items():
        block = "\n".join(_block(letter, glyph))
        if len(block) + 2 > room_chars:
            no_room.append(LeftOut(letter, Why.TOO_MANY))
            continue
        room_chars -= len(block) + 2
        parts.append(block)
    return "\n\n".join(parts) + "\n", no_room


def _block(letter: str, glyph: Glyph) -> Iterator[str]:
    yield f"U+{ord(letter):04X} {'space' if letter == ' ' else letter}"
    for row in _INK[glyph]:
        yield row.tobytes().decode("ascii")


def _complaint(exc: Exception) -> str:
    """Return what FreeType found: its errors read `FT_Exception:  (broken table)`."""
    return _line(f"FreeType: {str(exc).partition('(')[2].removesuffix(')')}")


def _said(words: bytes | None) -> str:
    """Read a name inside a font, which may say anything."""
    return _line((words or b"").decode("utf-8", "replace"))


def _line(text: str) -> str:
    """Make one line of a header of a text of any origin."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:MAX_HEADER_CHARS]
