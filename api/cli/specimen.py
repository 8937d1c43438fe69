"""Specimens: letters of a font in the terminal, and as pictures of a board."""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from playlists.text import alphabet
from playlists.text.font import Font
from playlists.text.fontbook import FontBook
from playlists.text.frame import Bitmap

PANGRAM: Final = "Do bạch kim rất quý nên sẽ dùng để lắp vô xương."
"""Every vowel and consonant of Vietnamese."""
NOTICE: Final = "Ủy ban nhân dân phường thông báo: 19g30 tối nay họp tổ dân phố tại nhà văn hóa."
ENGLISH: Final = "The quick brown fox jumps over the lazy dog."
PITCH_PX: Final = 3
"""Of a specimen sheet: small enough to read, large enough to count."""
SHEET_LEDS: Final = 560
MARGIN_LEDS: Final = 8
_FRAME_LEDS: Final = 2
HEADING_ROWS: Final = 14
"""Headings are set in the font nearest to this."""

_HALVES: Final = " ▀▄█"
_BLACK, _DARK, _HEADING, _LIT = range(4)
_COLOURS: Final = ((6, 6, 7), (20, 17, 13), (150, 160, 170), (255, 176, 0))
"""Red, green, blue of each of these."""
_EDGE: Final = 0.7
"""How bright an LED is at its edge, where one can count it."""

Leds = NDArray[np.uint8]
"""Shape (rows, columns); one of _BLACK, _DARK, _HEADING, _LIT each."""


def line(text: str, font: Font) -> Bitmap:
    """Draw a line; GlyphMissing names a letter the font lacks."""
    font.advance_px(text)
    letters = [font.glyphs[letter] for letter in text]
    empty = np.zeros((font.rows, 0), np.uint8)
    return np.concatenate([empty, *letters], axis=1).astype(np.bool_)


def lines(text: str, font: Font, width_px: int) -> list[str]:
    """Break a text at its line ends, between words, and inside a word that is too wide."""
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, font, width_px)]


def _wrapped(paragraph: str, font: Font, width_px: int) -> Iterator[str]:
    line_px, started = 0, ""
    for word in _pieces(paragraph, font, width_px):
        longer = f"{started} {word}" if started else word
        line_px = font.advance_px(longer)
        if line_px > width_px and started:
            yield started
            longer = word
        started = longer
    yield started


def _pieces(paragraph: str, font: Font, width_px: int) -> Iterator[str]:
    for word in paragraph.split():
        piece = ""
        for letter in word:
            if piece and font.advance_px(piece + letter) > width_px:
                yield piece
                piece = ""
            piece += letter
        yield piece


def blocks(bitmap: Bitmap) -> str:
    """Draw with half blocks: two rows of LEDs per line of text."""
    rows, columns = bitmap.shape
    leds = np.zeros((rows + rows % 2, columns), np.uint8)
    leds[:rows] = bitmap
    halves = leds[0::2] + 2 * leds[1::2]
    return "\n".join("".join(_HALVES[half] for half in row).rstrip() for row in halves)


def picture(text: str, font: Font, pitch_px: int) -> Image.Image:
    """Draw a text as a board would show it, `pitch_px` pixels per LED, wrapped like a sheet."""
    drawn = _paragraph(text, font, font.gap_px)
    columns = np.flatnonzero((drawn == _LIT).any(axis=0))
    cut = drawn[:, : columns[-1] + 1] if columns.size else drawn
    return _image(np.pad(cut, _FRAME_LEDS, constant_values=_DARK), pitch_px)


def sheet(book: FontBook) -> Image.Image:
    """Draw every font of a book: a heading, then all it is made for."""
    heading = min(map(book.load, book.slots()), key=lambda font: abs(font.rows - HEADING_ROWS))
    parts: list[Leds] = []
    for slot in book.slots():
        font = book.load(slot)
        parts += [_title(font, heading), _paragraph(sample(font), font, font.gap_px + 2)]
        parts.append(_black(2 * MARGIN_LEDS))
    stacked = np.concatenate([_black(MARGIN_LEDS), *parts[:-1], _black(MARGIN_LEDS)])
    sides = ((0, 0), (MARGIN_LEDS, MARGIN_LEDS))
    return _image(np.pad(stacked, sides, constant_values=_BLACK), PITCH_PX)


def save(image: Image.Image, path: Path) -> None:
    """Write a PNG."""
    image.save(path, "PNG", optimize=True)


def sample(font: Font) -> str:
    """Return what a specimen shows of a font: only what it can draw."""
    signs = [sign for sign in alphabet.ASCII if not sign.isalnum() and sign != " "]
    wanted = [
        PANGRAM,
        PANGRAM.upper(),
        NOTICE,
        ENGLISH,
        ENGLISH.upper(),
        _families(alphabet.LOWER),
        _families(alphabet.UPPER),
        f"{alphabet.DIGITS} {''.join(signs)} {' '.join(alphabet.OFFICIAL)}",
    ]
    drawable = {*font.glyphs, "\n", " "}
    return "".join(letter for letter in "\n".join(wanted) if letter in drawable)


def _families(letters: str) -> str:
    """Put a space between the tones of one vowel and those of the next."""
    return " ".join("".join(family) for _, family in groupby(letters, _toneless))


def _toneless(letter: str) -> str:
    tones = "\u0300\u0309\u0303\u0301\u0323"
    spelled = unicodedata.normalize("NFD", letter)
    return "".join(part for part in spelled if part not in tones)


def _title(font: Font, heading: Font) -> Leds:
    words = f"{font.slot}  {font.name} – {font.rows} rows"
    text = "".join(letter for letter in words if letter in heading.glyphs)
    leds = _fitted([line(text, heading)])
    titled: Leds = np.where(leds == _LIT, _HEADING, _BLACK).astype(np.uint8)
    return np.concatenate([titled, _black(4)])


def _paragraph(text: str, font: Font, gap_px: int) -> Leds:
    gap = np.zeros((gap_px, 0), np.bool_)
    drawn: list[Bitmap] = []
    for one in lines(text, font, SHEET_LEDS):
        drawn += [line(one, font), gap]
    return _fitted(drawn[:-1])


def _fitted(drawn: Iterable[Bitmap]) -> Leds:
    """Put lines below each other, all as wide as a sheet."""
    rows = [np.pad(one, ((0, 0), (0, max(0, SHEET_LEDS - one.shape[1])))) for one in drawn]
    lit = np.concatenate([row[:, :SHEET_LEDS] for row in rows])
    return np.where(lit, _LIT, _DARK).astype(np.uint8)


def _black(rows: int) -> Leds:
    return np.full((rows, SHEET_LEDS), _BLACK, np.uint8)


def _image(leds: Leds, pitch_px: int) -> Image.Image:
    """Enlarge; an LED's last row and column are dimmer."""
    large = leds.repeat(pitch_px, axis=0).repeat(pitch_px, axis=1)
    last = np.arange(pitch_px) == pitch_px - 1
    edge = np.tile(last, leds.shape[0])[:, None] | np.tile(last, leds.shape[1])[None, :]
    image = Image.fromarray(large + edge.astype(np.uint8) * np.uint8(len(_COLOURS)))
    bright = np.array(_COLOURS)
    image.putpalette(np.concatenate([bright, bright * _EDGE]).astype(np.uint8).tobytes())
    return image
