"""Pixels of graphic blocks: 32x8 at 2 bits, as four cells of 8x8 from left to right.

Each cell has 16 bytes, two a row, four pixels a byte, the leftmost in the highest bits; 10 is red,
01 green, 11 yellow, 00 dark (document 4.2.4, "Graphic data mapping").
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from drivers.am03127.contents import BLOCK_BYTES, BLOCK_WIDTH_PX
from drivers.am03127.packets import LINE_HEIGHT_PX
from playlists.text.frame import Bitmap, Depth, Frame

DARK: Final = bytes(BLOCK_BYTES)
_CELL_PX: Final = 8
_CELLS: Final = BLOCK_WIDTH_PX // _CELL_PX


def blocks_of(strip: Frame) -> Iterator[list[bytes]]:
    """Yield, line by line from the top, the blocks of a strip from left to right.

    What is mono is sent as red and green at once, which lights an LED whatever its colour. The
    right and the lower edge are filled up with dark.
    """
    leds = _leds(strip)
    missing_px = -strip.height_px % LINE_HEIGHT_PX, -strip.width_px % BLOCK_WIDTH_PX
    leds = np.pad(leds, ((0, missing_px[0]), (0, missing_px[1]), (0, 0)))
    for top in range(0, leds.shape[0], LINE_HEIGHT_PX):
        line = leds[top : top + LINE_HEIGHT_PX]
        lefts = range(0, line.shape[1], BLOCK_WIDTH_PX)
        yield [_pack(line[:, left : left + BLOCK_WIDTH_PX]) for left in lefts]


def leds_of(block: bytes) -> Bitmap:
    """Return a block's LEDs: shape (8, 32, 2), red and green."""
    bits = np.unpackbits(np.frombuffer(block, np.uint8)).astype(np.bool_)
    return np.hstack(list(bits.reshape(_CELLS, LINE_HEIGHT_PX, _CELL_PX, 2)))


def frame_of(leds: Bitmap, depth: Depth) -> Frame:
    """Return LEDs, shape (rows, columns, 2), as a frame; a mono sign is one of red LEDs."""
    if depth is Depth.MONO:
        return Frame.from_bitmap(leds[..., 0])
    height_px, width_px, _ = leds.shape
    planes = np.packbits(np.moveaxis(leds, 2, 0), axis=2)
    return Frame(width_px, height_px, planes.tobytes(), depth)


def _leds(strip: Frame) -> Bitmap:
    if strip.depth is Depth.MONO:
        lit = strip.to_bitmap()
        return np.stack([lit, lit], axis=2)
    return np.asarray(strip.to_colours()[..., :2] > 0, np.bool_)


def _pack(leds: Bitmap) -> bytes:
    cells = leds.reshape(LINE_HEIGHT_PX, _CELLS, _CELL_PX, 2).transpose(1, 0, 2, 3)
    return np.packbits(cells).tobytes()
