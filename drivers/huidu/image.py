"""Pictures as PNG files: eight bits each of red, green and blue, what is mono in white.

The same picture always makes the same bytes, so its name can be made of its hash.
"""

import hashlib
import struct
import zlib
from typing import Final

import numpy as np

from playlists.text.frame import Frame

PREFIX: Final = "signcast-"
"""How our files on the card begin: only these are ever deleted."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = struct.Struct(">IIBBBBB")
_BITS: Final = 8
_TRUE_COLOUR: Final = 2
_LEVEL: Final = 9


def png_of(frame: Frame) -> bytes:
    """Return a picture as a PNG file."""
    rows = frame.to_colours().reshape(frame.height_px, -1)
    unfiltered = np.pad(rows, ((0, 0), (1, 0)))
    header = _HEADER.pack(frame.width_px, frame.height_px, _BITS, _TRUE_COLOUR, 0, 0, 0)
    chunks = [
        (b"IHDR", header),
        (b"IDAT", zlib.compress(unfiltered.tobytes(), _LEVEL)),
        (b"IEND", b""),
    ]
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def md5_of(data: bytes) -> str:
    """Return the hash that the card checks a file by."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def name_of(png: bytes) -> str:
    """Return the name of a file on the card. It changes with the contents.

    A card that holds a part of a file of the same name asks only for the rest: the same name for
    other contents would give half of each.
    """
    return f"{PREFIX}{md5_of(png)}.png"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
