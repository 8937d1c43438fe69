"""Pixels of dynamic areas: colours by turns for BX-5, planes of words for BX-6, bytes for RGB.

In planes 0 is lit. Rows are cut at columns of the whole screen, not of the area, and what belongs
to no LED of the area is 1 (G5 and G6, appendix 2).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from drivers.onbon.packets import Card, PictureArea
from playlists.text.frame import Bitmap, Depth, Frame

WORD_ORDER: Final = "<u4"
"""BX-6: how a word of 32 columns travels. Its bit 31 is the leftmost LED (G6 appendix 2.2); that
its low byte comes first follows from G6 1.5, and the vendor's own decoder reads it so."""
_COLUMNS: Final = {Card.BX5: 8, Card.BX6: 32}


def pack(frame: Frame, card: Card, left_px: int = 0) -> bytes:
    """Return the pixels of an area that begins at a column of the screen."""
    if frame.depth is Depth.RGB:
        return frame.data  # G6 appendix 2.2: RGB888, row by row
    before_px, after_px = _filling(frame.width_px, card, left_px)
    dark = np.pad(~_planes(frame), ((0, 0), (0, 0), (before_px, after_px)), constant_values=True)
    packed = np.packbits(dark, axis=2)
    if card is Card.BX5:
        return np.moveaxis(packed, 0, 2).tobytes()
    return np.ascontiguousarray(packed).view(">u4").astype(WORD_ORDER).tobytes()


def unpack(area: PictureArea, card: Card, depth: Depth) -> Frame:
    """Return the picture of an area; ValueError unless its pixels are exactly one."""
    width_px, height_px = area.width_px, area.height_px
    flat = np.frombuffer(area.pixels, np.uint8)
    if depth is Depth.RGB:
        return Frame.from_colours(flat.reshape(height_px, width_px, 3), depth)
    before_px, after_px = _filling(width_px, card, area.left_px)
    stride_bytes = (before_px + width_px + after_px) // 8
    planes = 1 + depth
    if card is Card.BX5:
        packed = np.moveaxis(flat.reshape(height_px, stride_bytes, planes), 2, 0)
    else:
        words = flat.reshape(planes, height_px, stride_bytes).view(WORD_ORDER)
        packed = words.astype(">u4").view(np.uint8)
    lit = np.unpackbits(packed, axis=2)[:, :, before_px : before_px + width_px] == 0
    return Frame(width_px, height_px, np.packbits(lit, axis=2).tobytes(), depth)


def pixels_bytes(width_px: int, height_px: int, depth: Depth, card: Card) -> int:
    """Return how many bytes the pixels of a whole screen are."""
    if depth is Depth.RGB:
        return 3 * width_px * height_px
    _, after_px = _filling(width_px, card, 0)
    return (1 + depth) * height_px * (width_px + after_px) // 8


def _filling(width_px: int, card: Card, left_px: int) -> tuple[int, int]:
    """Return how many columns of no LED a row has before and after the area."""
    step_px = _COLUMNS[card]
    return left_px % step_px, -(left_px + width_px) % step_px


def _planes(frame: Frame) -> Bitmap:
    """Return which LEDs are lit: shape (planes, rows, columns), red first."""
    if frame.depth is Depth.MONO:
        return frame.to_bitmap()[np.newaxis]
    channels: NDArray[np.uint8] = np.moveaxis(frame.to_colours(), 2, 0)
    return np.asarray(channels[:2] > 0, np.bool_)
