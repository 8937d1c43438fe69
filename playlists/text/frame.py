"""Frames: what a board shows at one instant.

A plane has one bit per LED: row-major, rows padded to whole bytes with zeros, most significant
bit leftmost, the order Pillow calls "1" and numpy's `packbits` produces. A mono frame is one
plane; a tricolour frame the plane of the red LEDs, then that of the green; an RGB frame has three
bytes per LED, row-major.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes

Bitmap = NDArray[np.bool_]
"""A picture as an array of shape (rows, columns), True = lit."""
Colours = NDArray[np.uint8]
"""A picture as an array of shape (rows, columns, 3): red, green, blue."""

MAX_SIDE_PX: Final = 65_535
"""Widest strip: the scene format stores widths in 16 bits."""
FULL: Final = 255
"""A channel at its brightest."""


class Depth(IntEnum):
    """The colours a board's LEDs have."""

    MONO = 0
    """One colour, whatever it is: dark or lit."""
    TRICOLOUR = 1
    """A red and a green LED side by side: dark, red, green, or both, which is amber."""
    RGB = 2
    """Eight bits each of red, green and blue."""

    @property
    def word(self) -> str:
        """What files and faces call it: mono, tricolour, rgb."""
        return self.name.lower()

    @classmethod
    def of(cls, word: object) -> "Depth":
        """Return the depth of a word; BadBytes for any other."""
        for depth in cls:
            if word == depth.word:
                return depth
        raise BadBytes("depth", f"{word!r} is none of {', '.join(depth.word for depth in cls)}")


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour; each channel from 0 to 255."""

    red: int
    green: int
    blue: int

    def __post_init__(self) -> None:
        if not (0 <= self.red <= FULL and 0 <= self.green <= FULL and 0 <= self.blue <= FULL):
            raise BadBytes("colour", f"{self.red}, {self.green}, {self.blue}")

    def on(self, depth: Depth) -> "Colour":
        """Return the nearest colour a depth has; what is not dark stays lit, and dark dark."""
        if depth is Depth.RGB or self == DARK:
            return self
        if depth is Depth.MONO:
            return WHITE
        red, green = _nearest_leds(np.array([self.red, self.green, self.blue]))
        return Colour(FULL * int(red), FULL * int(green), 0)


DARK: Final = Colour(0, 0, 0)
RED: Final = Colour(255, 0, 0)
GREEN: Final = Colour(0, 255, 0)
BLUE: Final = Colour(0, 0, 255)
YELLOW: Final = Colour(255, 255, 0)
"""What `on` makes of amber for a tricolour board: both of its LEDs."""
AMBER: Final = Colour(255, 176, 0)
CYAN: Final = Colour(0, 255, 255)
MAGENTA: Final = Colour(255, 0, 255)
WHITE: Final = Colour(255, 255, 255)


@dataclass(frozen=True, slots=True)
class Geometry:
    """A board's size in LEDs."""

    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        if not (0 < self.width_px <= MAX_SIDE_PX and 0 < self.height_px <= MAX_SIDE_PX):
            raise BadBytes("geometry", f"{self.width_px}x{self.height_px} LEDs")

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px}"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, packed; its bytes are always as many as its size and depth need."""

    width_px: int
    height_px: int
    data: bytes
    depth: Depth = Depth.MONO

    def __post_init__(self) -> None:
        width_px, height_px = self.width_px, self.height_px
        if not (0 < width_px <= MAX_SIDE_PX and 0 < height_px <= MAX_SIDE_PX):
            raise BadBytes("geometry", f"{width_px}x{height_px} LEDs")
        if self.depth is Depth.MONO and len(self.data) == (width_px + 7) // 8 * height_px:
            return  # nearly all frames; every message makes some
        if len(self.data) != data_bytes(width_px, height_px, self.depth):
            size = f"{width_px}x{height_px} {self.depth.name}"
            raise BadBytes("frame", f"{len(self.data)} bytes for {size}")

    @property
    def stride_bytes(self) -> int:
        """Bytes of one row of one plane; of an RGB frame, of one row."""
        return 3 * self.width_px if self.depth is Depth.RGB else -(-self.width_px // 8)

    @property
    def geometry(self) -> Geometry:
        """The frame's size."""
        return Geometry(self.width_px, self.height_px)

    @classmethod
    def blank(cls, geometry: Geometry, depth: Depth = Depth.MONO) -> Self:
        """Return a frame with every LED dark."""
        width_px, height_px = geometry.width_px, geometry.height_px
        return cls(width_px, height_px, bytes(data_bytes(width_px, height_px, depth)), depth)

    @classmethod
    def from_bitmap(cls, bitmap: Bitmap) -> Self:
        """Pack an array of shape (rows, columns) into a mono frame."""
        height_px, width_px = bitmap.shape
        return cls(width_px, height_px, np.packbits(bitmap, axis=1).tobytes())

    def to_bitmap(self) -> Bitmap:
        """Return which LEDs are lit in any colour: shape (rows, columns)."""
        if self.depth is Depth.MONO:
            bitmap: Bitmap = self._planes()[0]
            return bitmap
        return np.asarray(np.any(self.to_colours(), axis=2), np.bool_)

    @classmethod
    def from_colours(cls, colours: Colours, depth: Depth) -> Self:
        """Pack an array of shape (rows, columns, 3), each LED as `Colour.on` has it."""
        height_px, width_px, _ = colours.shape
        if depth is Depth.RGB:
            return cls(width_px, height_px, colours.astype(np.uint8).tobytes(), depth)
        if depth is Depth.MONO:
            return cls.from_bitmap(np.any(colours, axis=2))
        planes = np.packbits(_nearest_leds(np.moveaxis(colours, 2, 0)), axis=2)
        return cls(width_px, height_px, planes.tobytes(), depth)

    def to_colours(self) -> Colours:
        """Return an array of shape (rows, columns, 3); what a mono frame lights is white."""
        if self.depth is Depth.RGB:
            return np.frombuffer(self.data, np.uint8).reshape(self.height_px, self.width_px, 3)
        planes = self._planes()
        if self.depth is Depth.MONO:
            return np.stack([planes[0]] * 3, axis=2) * np.uint8(FULL)
        return np.stack([planes[0], planes[1], np.zeros_like(planes[0])], axis=2) * np.uint8(FULL)

    @classmethod
    def from_text(cls, drawing: str, depth: Depth = Depth.MONO) -> Self:
        """Read a drawing, one line per row: `.` dark and `@` lit; tricolour `.`, `r`, `g`, `a`."""
        letters = _letters(depth)
        rows = drawing.split()
        if not rows or len({len(row) for row in rows}) != 1 or set("".join(rows)) - set(letters):
            raise BadBytes("drawing", f"rows of {letters!r} of one length are needed")
        lit = np.array([[letters.index(led) for led in row] for row in rows], np.uint8)
        planes = [lit & 1, lit >> 1] if depth is Depth.TRICOLOUR else [lit]
        return cls(
            lit.shape[1], lit.shape[0], np.packbits(np.stack(planes), axis=2).tobytes(), depth
        )

    def to_text(self) -> str:
        """Draw the frame as `from_text` reads it, so that a diff shows the letters."""
        letters = _letters(self.depth)
        leds = sum(plane.astype(np.uint8) << at for at, plane in enumerate(self._planes()))
        return "\n".join("".join(letters[led] for led in row) for row in np.asarray(leds))

    def _planes(self) -> Bitmap:
        """Unpack a mono or tricolour frame: shape (planes, rows, columns)."""
        packed = np.frombuffer(self.data, np.uint8).reshape(-1, self.height_px, self.stride_bytes)
        return np.unpackbits(packed, axis=2, count=self.width_px).view(np.bool_)


def data_bytes(width_px: int, height_px: int, depth: Depth) -> int:
    """Return how many bytes a frame has."""
    if depth == Depth.RGB:
        return 3 * width_px * height_px
    return (1 + depth) * (-(-width_px // 8)) * height_px


def _letters(depth: Depth) -> str:
    """Return how LEDs are drawn in text: the letter at the number its bits make."""
    if depth is Depth.RGB:
        raise BadBytes("drawing", "an RGB frame has no letters")
    return ".@" if depth is Depth.MONO else ".rga"


def _nearest_leds(channels: NDArray[np.generic]) -> Bitmap:
    """Return which of a red and a green LED come nearest in hue; shape (3, ...) -> (2, ...).

    A hue within 30 degrees of yellow lights both, as every grey does; blue, as far from red as
    from green, is green. Dark lights none.
    """
    levels = channels.astype(np.int16)
    red, green, blue = levels - levels.min(axis=0)
    with_red = (2 * red >= green) & ((red > 0) | (blue == 0))
    with_green = 2 * green >= red
    return np.asarray(np.stack([with_red, with_green]) & np.any(levels, axis=0), np.bool_)
