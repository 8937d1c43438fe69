"""Pixels as letters of the pixel font: bands of five rows, each column of a band one letter."""

from typing import Final

import numpy as np

from drivers.mobitec.packets import BAND_PX, DARK_LETTER, PIXEL_FONT, Field
from playlists.text.frame import Bitmap, Frame

_ROWS: Final = np.arange(BAND_PX)


def fields_of(frame: Frame) -> tuple[Field, ...]:
    """Return a picture's bands from the top; the last may reach below the picture's end."""
    leds = frame.to_bitmap()
    fields = []
    for top_px in range(0, frame.height_px, BAND_PX):
        band = leds[top_px : top_px + BAND_PX]
        letters = (band.T << _ROWS[: len(band)]).sum(axis=1) + DARK_LETTER
        fields.append(
            Field(0, top_px + BAND_PX - 1, PIXEL_FONT, letters.astype(np.uint8).tobytes())
        )
    return tuple(fields)


def columns_of(letters: bytes) -> Bitmap:
    """Return the dots of pixel letters: shape (5, letters). What is no pixel letter is left out."""
    codes = np.frombuffer(letters, np.uint8) - np.uint8(DARK_LETTER)
    known = codes[codes < 1 << BAND_PX]
    return np.asarray(known >> _ROWS[:, np.newaxis] & 1, np.bool_)
