"""Pixels of graphic blocks: 32x8 at 2 bits, as four cells of 8x8 from left to right.

Each cell has 16 bytes, two a row, four pixels a byte, the leftmost in the highest bits; 10 is red,
01 green, 11 yellow, 00 dark (document 4.2.4, "Graphic data mapping").
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from drivers.am03127.packets import BLOCK_BYTES, BLOCK_WIDTH_PX, LINE_HEIGHT_PX
from playlists.text.frame import Bitmap, Frame

DARK: Final = bytes(BLOCK_BYTES)
_CELL_PX: Final = 8


def blocks_of(strip: Frame) -> Iterator[list[bytes]]:
    """Yield, line by line from the top, the blocks of a strip from left to right, lit as red.

    The strip's height is a multiple of 8; its right edge is padded with dark columns.
    """
    picture = strip.to_bitmap()
    missing_px = -strip.width_px % BLOCK_WIDTH_PX
    picture = np.pad(picture, ((0, 0), (0, missing_px)))
    for top in range(0, strip.height_px, LINE_HEIGHT_PX):
        line = picture[top : top + LINE_HEIGHT_PX]
        lefts = range(0, line.shape[1], BLOCK_WIDTH_PX)
        yield [_pack(line[:, left : left + BLOCK_WIDTH_PX]) for left in lefts]


def lit(block: bytes) -> Bitmap:
    """Return which of a block's pixels are lit in any colour: shape (8, 32)."""
    bits = np.unpackbits(np.frombuffer(block, np.uint8)).astype(np.bool_)
    cells = np.any(bits.reshape(4, LINE_HEIGHT_PX, _CELL_PX, 2), axis=3)
    return np.hstack([cells[cell] for cell in range(4)])


def _pack(picture: Bitmap) -> bytes:
    cells = picture.reshape(LINE_HEIGHT_PX, 4, _CELL_PX).transpose(1, 0, 2)
    bits = np.zeros((*cells.shape, 2), np.bool_)
    bits[..., 0] = cells
    return np.packbits(bits).tobytes()
