"""Scrolls: every frame of a line that passes over a board, ready to be handed out.

Step n shows the window whose left edge stands at strip column n - board width: step 0 is dark, the
strip's first column enters at the right edge with step 1.

Row-major frames of steps 8 apart differ by whole bytes, so eight shifted copies of the strip hold
every row of every frame; writing all frames is copying rows, one item of a row's bytes each. Rows
above and below all ink are only darkened.
"""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes
from playlists.text.frame import Frame

MAX_SCROLL_BYTES: Final = 64 << 20
"""All frames of ten minutes of text on a large board; beyond that frames are cut one by one."""
_SHIFTS: Final = np.arange(8, 0, -1, dtype=np.uint16).reshape(8, 1, 1)


class Scroll:
    """The steps of one strip over a board `width_px` wide."""

    def __init__(self, strip: Frame, width_px: int) -> None:
        self.strip = strip
        self.width_px = width_px
        self.steps = strip.width_px + width_px
        stride_bytes = -(-width_px // 8)
        self._frame_bytes = stride_bytes * strip.height_px
        self._row_bytes = stride_bytes
        if self.steps * self._frame_bytes > MAX_SCROLL_BYTES:
            raise BadBytes("scroll", f"{self.steps} frames of {self._frame_bytes} bytes")

    @cached_property
    def frames(self) -> NDArray[np.uint8]:
        """All row-major frames: shape (steps, bytes of a frame)."""
        height_px, row_bytes = self.strip.height_px, self._row_bytes
        first, drawn = self._inked()
        shifted = _shifted(drawn, self.width_px, self.steps)
        _, rows, copy_bytes = shifted.shape
        eights = -(-self.steps // 8)
        row = np.dtype(f"V{row_bytes}")
        frames = np.empty((eights, 8, height_px), row)
        dark = frames.view(np.uint8).reshape(eights * 8, height_px * row_bytes)
        dark[:, : first * row_bytes] = 0
        dark[:, (first + rows) * row_bytes :] = 0
        frames[:, :, first : first + rows] = np.ndarray(
            (eights, 8, rows), row, shifted, 0, (1, rows * copy_bytes, copy_bytes)
        )
        spare_bits = -self.width_px % 8
        if spare_bits:
            frames.view(np.uint8).reshape(-1, row_bytes)[:, -1] &= 0xFF << spare_bits & 0xFF
        return frames.view(np.uint8).reshape(-1, self._frame_bytes)[: self.steps]

    @cached_property
    def columns(self) -> NDArray[np.uint8]:
        """All column-major frames: shape (steps, bytes of a frame), one shared memory.

        For boards that are wired so: each column's bytes from the top, the highest bit first. Two
        steps differ in where they begin, so none is ever copied.
        """
        column_bytes = -(-self.strip.height_px // 8)
        dark = bytes(self.width_px * column_bytes)
        drawn = np.packbits(self.strip.to_bitmap().T, axis=1).tobytes()
        shape = self.steps, self.width_px * column_bytes
        return np.ndarray(shape, np.uint8, dark + drawn + dark, 0, (column_bytes, 1))

    def _inked(self) -> tuple[int, NDArray[np.uint8]]:
        """Return the rows between the first and the last lit LED, and which the first is."""
        strip = self.strip
        packed = np.frombuffer(strip.data, np.uint8).reshape(strip.height_px, strip.stride_bytes)
        lit = np.flatnonzero(packed.any(axis=1))
        first, last = (int(lit[0]), int(lit[-1]) + 1) if lit.size else (0, 0)
        return first, packed[first:last]


def _shifted(drawn: NDArray[np.uint8], width_px: int, steps: int) -> NDArray[np.uint8]:
    """Return packed rows after a dark board's width, shifted left by 0 to 7 LEDs.

    Shape (8, rows, bytes); as many bytes as the last window reaches.
    """
    rows, stride_bytes = drawn.shape
    shift_px, row_bytes = width_px % 8, -(-width_px // 8)
    reach = row_bytes + -(-steps // 8) + row_bytes + 2
    pairs = np.zeros((rows, reach), np.uint16)
    entry = width_px // 8
    wide = drawn.astype(np.uint16) << (8 - shift_px)
    pairs[:, entry : entry + stride_bytes] = wide >> 8
    pairs[:, entry + 1 : entry + 1 + stride_bytes] |= wide & 0xFF
    pairs[:, :-1] <<= 8
    pairs[:, :-1] |= pairs[:, 1:] >> 8
    shifted: NDArray[np.uint8] = (pairs[None, :, :-1] >> _SHIFTS).astype(np.uint8)
    return shifted
