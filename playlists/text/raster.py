"""The raster: a line of text and a font become lit and dark LEDs."""

import numpy as np

from playlists.text.font import Font
from playlists.text.frame import Bitmap, Frame


def line(text: str, font: Font) -> Bitmap:
    """Draw one line, `font.rows` tall and as wide as its letters; GlyphMissing names a letter.

    Shape (rows, columns). No letter is ever dropped or replaced.
    """
    # Joining bytes and turning them once is half the cost of joining arrays row by row.
    columns = np.frombuffer(font.columns(text), np.uint8).reshape(-1, font.rows)
    return np.ascontiguousarray(columns.T).view(np.bool_)


def strip(text: str, font: Font, height_px: int) -> Frame:
    """Draw one line, vertically centred on a strip as tall as a board."""
    packed = Frame.from_bitmap(line(text, font))
    above_px = (height_px - font.rows) // 2
    below_px = height_px - font.rows - above_px
    above, below = bytes(packed.stride_bytes * above_px), bytes(packed.stride_bytes * below_px)
    return Frame(packed.width_px, height_px, above + packed.data + below)
