"""Pixels of a Hanover picture: column by column from the left, each column from the top.

A column has as many bytes as its rows need, the uppermost row in the lowest bit of the first byte;
what the last byte has too many is zero (pyflipdot, `ImagePacket.image_to_bytes`).
"""

import numpy as np

from playlists.text.frame import Frame, Geometry


def data_bytes(geometry: Geometry) -> int:
    """Return how many bytes a picture of this size has."""
    return geometry.width_px * _column_bytes(geometry)


def data_of(frame: Frame) -> bytes:
    """Return a picture's bytes."""
    return np.packbits(frame.to_bitmap().T, axis=1, bitorder="little").tobytes()


def frame_of(data: bytes, geometry: Geometry) -> Frame:
    """Return the picture that as many bytes as it needs describe."""
    columns = np.frombuffer(data, np.uint8).reshape(geometry.width_px, _column_bytes(geometry))
    leds = np.unpackbits(columns, axis=1, count=geometry.height_px, bitorder="little")
    return Frame.from_bitmap(leds.T.astype(np.bool_))


def _column_bytes(geometry: Geometry) -> int:
    return -(-geometry.height_px // 8)
