"""Fonts as a sign has them, and the checksum that names one.

Source: mnit-rtmc/ntcip, src/dms/font/mod.rs and oer.rs: fontVersionID is the checksum of
FontInformation in OER (NTCIP 1102). The characters of a sign lack Vietnamese, so none is loaded.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.ntcip.crc import identity
from playlists.text.frame import Bitmap

_HEAD: Final = struct.Struct(">BBBB")
_CHARACTER: Final = struct.Struct(">HB")


@dataclass(frozen=True, slots=True)
class Character:
    """One letter: its pixels row by row, without padding, from the highest bit."""

    number: int
    width_px: int
    bitmap: bytes

    def leds(self, height_px: int) -> Bitmap:
        """Return its pixels as an array."""
        count = height_px * self.width_px
        bits = np.unpackbits(np.frombuffer(self.bitmap, np.uint8), count=count).view(np.bool_)
        return np.asarray(bits.reshape(height_px, self.width_px))


@dataclass(frozen=True, slots=True)
class Font:
    """One row of the font table with its characters."""

    number: int
    height_px: int
    char_spacing_px: int
    line_spacing_px: int
    characters: tuple[Character, ...]

    @property
    def version(self) -> int:
        """Return fontVersionID."""
        head = _HEAD.pack(self.number, self.height_px, self.char_spacing_px, self.line_spacing_px)
        count = len(self.characters)
        number = count.to_bytes(max(1, -(-count.bit_length() // 8)), "big")
        return identity(head + _prefixed(number) + b"".join(map(_oer, self.characters)))

    def character(self, number: int) -> Character | None:
        """Return a letter; None = it has none of that number."""
        return next((one for one in self.characters if one.number == number), None)


def _oer(character: Character) -> bytes:
    return _CHARACTER.pack(character.number, character.width_px) + _prefixed(character.bitmap)


def _prefixed(content: bytes) -> bytes:
    """Return bytes behind their length: one byte, or how many bytes the length has, and it."""
    size = len(content)
    short = 0x80
    if size < short:
        return bytes([size]) + content
    length = size.to_bytes(-(-size.bit_length() // 8), "big")
    return bytes([short | len(length)]) + length + content
