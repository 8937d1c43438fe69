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
        early = -self.width_px % 8  # the strip begins at a whole byte: so many steps too early
        eights = -(-(self.steps + early) // 8)
        first, drawn = self._inked()
        shifted = _shifted(drawn, row_bytes, eights + row_bytes)
        _, rows, copy_bytes = shifted.shape
        row = np.dtype(f"V{row_bytes}")
        frames = np.empty((eights, 8, height_px), row)
        dark = frames.view(np.uint8).reshape(eights * 8, height_px * row_bytes)
        dark[:, : first * row_bytes] = 0
        dark[:, (first + rows) * row_bytes :] = 0
        frames[:, :, first : first + rows] = np.ndarray(
            (eights, 8, rows), row, shifted, 0, (1, rows * copy_bytes, copy_bytes)
        )
        if early:
            frames.view(np.uint8).reshape(-1, row_bytes)[:, -1] &= 0xFF << early & 0xFF
        return dark[early : early + self.steps]

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
        data, stride_bytes = self.strip.data, self.strip.stride_bytes
        last = -(-len(data.rstrip(b"\0")) // stride_bytes)
        first = min((len(data) - len(data.lstrip(b"\0"))) // stride_bytes, last)
        packed = np.frombuffer(data, np.uint8).reshape(self.strip.height_px, stride_bytes)
        return first, packed[first:last]


def _shifted(drawn: NDArray[np.uint8], before: int, reach: int) -> NDArray[np.uint8]:
    """Return packed rows after `before` dark bytes, shifted left by 0 to 7 LEDs.

    Shape (8, rows, `reach`): as many bytes as the last window needs.
    """
    rows, stride_bytes = drawn.shape
    spaced = np.zeros((rows, max(reach + 1, before + stride_bytes)), np.uint16)
    spaced[:, before : before + stride_bytes] = drawn
    pairs = spaced[:, :reach] << 8 | spaced[:, 1 : reach + 1]
    shifted: NDArray[np.uint8] = (pairs >> _SHIFTS).astype(np.uint8)
    return shifted
