"""Pages and configurations: what travels in chunks.

A page is four bytes of head, then the pixels column by column from the left, each column from the
top with its uppermost row in the lowest bit of its first byte, then FF up to a multiple of 16
(page.rs). The head is the page's number, how long it stands in tenths of a second where displays
turn pages by themselves, and two bytes of effects (alusch/flipdot, issue 1).

A configuration tells a display what it is (sign_type.rs).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from drivers.luminator.packets import CHUNK_BYTES
from playlists.text.frame import Frame, Geometry

HEAD: Final = bytes([1, 0x10, 0, 0])
"""Page 1, for 1.6 s, no effect: what real controllers were seen to send."""
_FILLER: Final = b"\xff"

MAX3000: Final = 0x04
HORIZON: Final = 0x08
_KNOWN: Final[Mapping[Geometry, bytes]] = MappingProxyType(
    {
        Geometry(112, 16): bytes.fromhex("0447000F101C1C1C1C10000000000000"),
        Geometry(98, 16): bytes.fromhex("044D000D100E1C1C1C10000000000000"),
        Geometry(90, 7): bytes.fromhex("04200006071E1E1E0008000000000000"),
        Geometry(30, 10): bytes.fromhex("046200040A1E00000010000000000000"),
        Geometry(23, 10): bytes.fromhex("046100040A1700000010000000000000"),
        Geometry(30, 7): bytes.fromhex("04260003071E00000008000000000000"),
        Geometry(160, 16): bytes.fromhex("08B100150C1000A00400280000000000"),
        Geometry(140, 16): bytes.fromhex("08B200120410008C0103142800000000"),
        Geometry(96, 8): bytes.fromhex("08B400070C0800600200300000000000"),
        Geometry(48, 16): bytes.fromhex("08B500070C1000300100300000000000"),
        Geometry(40, 12): bytes.fromhex("08B900068C0C00280100280004000000"),
    }
)
"""What real controllers send to real displays, the first six of flip dots, the others of LEDs."""


def configuration(geometry: Geometry) -> bytes:
    """Return what a display of this size is told.

    A size that no source shows is described as a Horizon in one piece; its number in the family
    is 0, for nobody knows it.
    """
    width_px, height_px = geometry.width_px, geometry.height_px
    made_up = bytes([HORIZON, 0, 0, 0, 0, height_px, 0, width_px, 1, 0, width_px, 0])
    return _KNOWN.get(geometry, made_up.ljust(CHUNK_BYTES, b"\0"))


def size_of(config: bytes) -> Geometry | None:
    """Return which size a configuration tells; None for one of no known family."""
    if len(config) != CHUNK_BYTES or config[0] not in {MAX3000, HORIZON}:
        return None
    if config[0] == MAX3000:
        width_px, height_px = sum(config[5:9]), config[4]
    else:
        width_px, height_px = config[7], config[5]
    return Geometry(width_px, height_px) if width_px and height_px else None


def page_of(frame: Frame) -> bytes:
    """Return a picture as a page."""
    columns = np.packbits(frame.to_bitmap().T, axis=1, bitorder="little")
    page = HEAD + columns.tobytes()
    return page + _FILLER * (-len(page) % CHUNK_BYTES)


def page_bytes(geometry: Geometry) -> int:
    """Return how many bytes a page has."""
    used = len(HEAD) + geometry.width_px * _column_bytes(geometry)
    return used + -used % CHUNK_BYTES


def frame_of(page: bytes, geometry: Geometry) -> Frame:
    """Return the picture of a page of the right length."""
    size_bytes = geometry.width_px * _column_bytes(geometry)
    columns = np.frombuffer(page, np.uint8, size_bytes, len(HEAD))
    leds = np.unpackbits(
        columns.reshape(geometry.width_px, -1), axis=1, count=geometry.height_px, bitorder="little"
    )
    return Frame.from_bitmap(leds.T.astype(np.bool_))


def _column_bytes(geometry: Geometry) -> int:
    return -(-geometry.height_px // 8)
