"""The raster: a line of text and a font become lit and dark LEDs."""

import numpy as np

from playlists.text.font import Font
from playlists.text.frame import Bitmap, Frame


def line(text: str, font: Font) -> Bitmap:
    """Draw one line, `font.rows` tall and as wide as its letters; GlyphMissing names a letter.

    Shape (rows, columns). No letter is ever dropped or replaced.
    """
    drawn = [font.glyph(letter, at) for at, letter in enumerate(text, start=1)]
    if not drawn:
        return np.zeros((font.rows, 0), np.bool_)
    return np.concatenate(drawn, axis=1).view(np.bool_)


def strip(text: str, font: Font, height_px: int) -> Frame:
    """Draw one line, vertically centred on a strip as tall as a board."""
    drawn = line(text, font)
    picture = np.zeros((height_px, drawn.shape[1]), np.bool_)
    top = (height_px - font.rows) // 2
    picture[top : top + font.rows] = drawn
    return Frame.from_bitmap(picture)
