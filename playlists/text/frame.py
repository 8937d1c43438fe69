"""Frames: what a board shows at one instant, one bit per LED.

A frame's bytes are row-major, rows padded to whole bytes, most significant bit leftmost: the
order Pillow calls "1" and numpy's `packbits` produces.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes

Bitmap = NDArray[np.bool_]
"""A picture as an array of shape (rows, columns), True = lit."""

MAX_SIDE_PX: Final = 65_535
"""Widest strip: the scene format stores widths in 16 bits."""


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
    """One picture, packed; always exactly `stride_bytes * height_px` bytes."""

    width_px: int
    height_px: int
    data: bytes

    def __post_init__(self) -> None:
        Geometry(self.width_px, self.height_px)
        if len(self.data) != self.stride_bytes * self.height_px:
            raise BadBytes("frame", f"{len(self.data)} bytes for {self.width_px}x{self.height_px}")

    @property
    def stride_bytes(self) -> int:
        """Bytes of one row."""
        return -(-self.width_px // 8)

    @property
    def geometry(self) -> Geometry:
        """The frame's size."""
        return Geometry(self.width_px, self.height_px)

    @classmethod
    def blank(cls, geometry: Geometry) -> Self:
        """Return a frame with every LED dark."""
        stride_bytes = -(-geometry.width_px // 8)
        return cls(geometry.width_px, geometry.height_px, bytes(stride_bytes * geometry.height_px))

    @classmethod
    def from_bitmap(cls, bitmap: Bitmap) -> Self:
        """Pack an array of shape (rows, columns)."""
        height_px, width_px = bitmap.shape
        return cls(width_px, height_px, np.packbits(bitmap, axis=1).tobytes())

    def to_bitmap(self) -> Bitmap:
        """Unpack into an array of shape (rows, columns)."""
        rows = np.frombuffer(self.data, np.uint8).reshape(self.height_px, self.stride_bytes)
        return np.unpackbits(rows, axis=1, count=self.width_px).astype(np.bool_)

    @classmethod
    def from_text(cls, drawing: str) -> Self:
        """Read a drawing of `.` (dark) and `@` (lit), one line per row."""
        rows = drawing.split()
        if not rows or len({len(row) for row in rows}) != 1 or set("".join(rows)) - set(".@"):
            raise BadBytes("drawing", "rows of '.' and '@' of one length are needed")
        return cls.from_bitmap(np.array([[led == "@" for led in row] for row in rows], np.bool_))

    def to_text(self) -> str:
        """Draw the frame with `.` and `@`, one line per row, so that a diff shows the letters."""
        return "\n".join("".join(".@"[led] for led in row) for row in self.to_bitmap().astype(int))
