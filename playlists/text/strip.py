"""Strips: pictures in a palette, of any length, of which a board shows a window."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes
from playlists.text.frame import FULL, MAX_SIDE_PX, Depth, Frame, Geometry

MAX_PLANES: Final = 8

Indices = NDArray[np.uint8]
"""A picture as an array of shape (rows, columns): the number of each LED's ink."""


class Ink(NamedTuple):
    """One colour of a palette; what blinks is dark half of the time."""

    red: int
    green: int
    blue: int
    blink: bool = False

    @property
    def is_dark(self) -> bool:
        """Say whether it lights no LED."""
        return not (self.red or self.green or self.blue)


DARK_INK: Final = Ink(0, 0, 0)
WHITE_INK: Final = Ink(FULL, FULL, FULL)
_MONO: Final = (DARK_INK, WHITE_INK)
_TRICOLOUR: Final = (DARK_INK, Ink(FULL, 0, 0), Ink(0, FULL, 0), Ink(FULL, FULL, 0))
_HALF_LIT: Final = 128


@dataclass(frozen=True, slots=True)
class Strip:
    """A picture in a palette: 1 to 8 planes, packed as a mono frame is.

    An LED's ink is the one whose number the LED's bits make, the first plane being the lowest.
    The palette has an ink for each number; ink 0 is dark.
    """

    width_px: int
    height_px: int
    planes: tuple[bytes, ...]
    palette: tuple[Ink, ...]

    def __post_init__(self) -> None:
        width_px, height_px = self.width_px, self.height_px
        if not (0 < width_px <= MAX_SIDE_PX and 0 < height_px <= MAX_SIDE_PX):
            raise BadBytes("strip", f"{width_px}x{height_px} LEDs")
        if not 0 < len(self.planes) <= MAX_PLANES:
            raise BadBytes("strip", f"{len(self.planes)} planes")
        plane_bytes = self.stride_bytes * height_px
        if any(len(plane) != plane_bytes for plane in self.planes):
            raise BadBytes("strip", f"planes of another size than {width_px}x{height_px} LEDs")
        if self.palette is not _MONO or len(self.planes) != 1:  # drawing cuts mono strips a lot
            self._check_palette()

    @property
    def stride_bytes(self) -> int:
        """Bytes of one row of one plane."""
        return -(-self.width_px // 8)

    @property
    def blinks(self) -> bool:
        """Say whether any ink blinks."""
        return any(ink.blink for ink in self.palette)

    def steady(self) -> Self:
        """Return the same picture with every ink lit all the time."""
        palette = tuple(ink._replace(blink=False) for ink in self.palette)
        return replace(self, palette=palette)

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Return a mono or tricolour frame as a strip; BadBytes for RGB, which has no palette."""
        width_px, height_px, data = frame.width_px, frame.height_px, frame.data
        if frame.depth is Depth.MONO:
            return cls(width_px, height_px, (data,), _MONO)
        if frame.depth is Depth.RGB:
            raise BadBytes("strip", "an RGB frame has no palette; see from_indices")
        half = len(data) // 2
        return cls(width_px, height_px, (data[:half], data[half:]), _TRICOLOUR)

    @classmethod
    def from_indices(cls, indices: Indices, palette: Sequence[Ink]) -> Self:
        """Pack an array of shape (rows, columns), in the fewest planes the palette's length needs.

        The palette is filled up with dark; an LED beyond it is BadBytes.
        """
        count = plane_count(len(palette))
        if count > MAX_PLANES or indices.max(initial=0) >= len(palette):
            raise BadBytes("strip", f"a palette of {len(palette)} inks")
        planes = tuple(np.packbits(indices >> at & 1, axis=1).tobytes() for at in range(count))
        padding = [DARK_INK] * ((1 << count) - len(palette))
        height_px, width_px = indices.shape
        return cls(width_px, height_px, planes, (*palette, *padding))

    def to_indices(self) -> Indices:
        """Return the number of each LED's ink: shape (rows, columns)."""
        total = np.zeros((self.height_px, self.width_px), np.uint8)
        for at, plane in enumerate(self.planes):
            rows = np.frombuffer(plane, np.uint8).reshape(self.height_px, self.stride_bytes)
            total |= np.unpackbits(rows, axis=1, count=self.width_px) << at
        return total

    def to_frame(self, depth: Depth, *, blink_on: bool = True) -> Frame:
        """Return the picture as a board of this depth shows it.

        Mono lights what is not dark, tricolour each channel from 128.
        """
        if depth is Depth.MONO and len(self.planes) == 1:
            ink = self.palette[1]
            if ink.is_dark or (ink.blink and not blink_on):
                return Frame.blank(Geometry(self.width_px, self.height_px))
            return Frame(self.width_px, self.height_px, self.planes[0])
        return inked(self.to_indices(), self.palette, depth, blink_on=blink_on)

    def window(self, left_px: int, top_px: int, geometry: Geometry) -> Self:
        """Return what lies under a window of that size; outside the strip it is dark.

        Only the bytes under the window are touched: the cost does not grow with the strip.
        """
        width_px, height_px = geometry.width_px, geometry.height_px
        first = max(top_px, 0)
        last = max(first, min(top_px + height_px, self.height_px))
        stride_bytes = -(-width_px // 8)
        above = bytes(stride_bytes * min(max(-top_px, 0), height_px))
        below = bytes(stride_bytes * (height_px - last + first) - len(above))
        planes = tuple(
            above + _columns(self._rows(plane, first, last), left_px, width_px) + below
            for plane in self.planes
        )
        return type(self)(width_px, height_px, planes, self.palette)

    def _rows(self, plane: bytes, first: int, last: int) -> NDArray[np.uint8]:
        rows = np.frombuffer(plane, np.uint8).reshape(self.height_px, self.stride_bytes)
        return rows[first:last]

    def _check_palette(self) -> None:
        if len(self.palette) != 1 << len(self.planes):
            raise BadBytes("strip", f"{len(self.palette)} inks for {len(self.planes)} planes")
        if self.palette[0] != DARK_INK:
            raise BadBytes("strip", "the first ink is not dark")
        for ink in self.palette:
            if not all(0 <= channel <= FULL for channel in ink[:3]) or (ink.is_dark and ink.blink):
                raise BadBytes("strip", f"no such ink: {tuple(ink)}")


def plane_count(inks: int) -> int:
    """Return how many planes a palette of so many inks needs."""
    return max(1, (inks - 1).bit_length())


def inked(indices: Indices, palette: Sequence[Ink], depth: Depth, *, blink_on: bool) -> Frame:
    """Return the frame in which each LED has its ink, as `Strip.to_frame` says."""
    inks = [DARK_INK if ink.blink and not blink_on else ink for ink in palette]
    if depth is Depth.MONO:
        return Frame.from_bitmap(np.array([not ink.is_dark for ink in inks])[indices])
    channels = np.array([ink[:3] for ink in inks], np.uint8)
    height_px, width_px = indices.shape
    if depth is Depth.RGB:
        return Frame(width_px, height_px, channels[indices].tobytes(), depth)
    lit = channels >= _HALF_LIT
    planes = [np.packbits(lit[:, channel][indices], axis=1).tobytes() for channel in (0, 1)]
    return Frame(width_px, height_px, b"".join(planes), depth)


def _columns(rows: NDArray[np.uint8], left_px: int, width_px: int) -> bytes:
    """Cut columns out of packed rows.

    All rows are shifted at once as one number: each is cut a byte longer than needed, and there
    the bits of the row below arrive.
    """
    stride_bytes, shift = -(-width_px // 8), left_px % 8
    first = left_px // 8
    last = first + stride_bytes + (shift > 0)
    under = rows[:, max(first, 0) : max(last, 0)]
    if first < 0 or last > rows.shape[1]:
        inside, under = under, np.zeros((len(rows), last - first), np.uint8)
        at = max(-first, 0)
        under[:, at : at + inside.shape[1]] = inside
    if shift:
        number = int.from_bytes(under.tobytes(), "big") << shift
        shifted = number.to_bytes(under.size + 1, "big")
        under = np.frombuffer(shifted, np.uint8, offset=1).reshape(under.shape)[:, :-1]
    if width_px % 8:
        under = under.copy()
        under[:, -1] &= 0xFF << 8 - width_px % 8 & 0xFF
    return under.tobytes()
