"""The frame message of thin boards: one whole picture with a checksum, or nothing.

offset 0    4 bytes   "SGNF"
offset 4    1 byte    version, 1
offset 5    1 byte    depth: 0 mono, 1 tricolour, 2 RGB
offset 6    2 bytes   width in LEDs, little-endian
offset 8    2 bytes   height in LEDs
offset 10   8 bytes   sequence number
offset 18             mono: rows from the top, 1 bit per LED, padded to bytes with zeros, leftmost =
                      high bit; tricolour: so the red LEDs, then the green; RGB: 3 bytes per LED
last 4 bytes          CRC-32 (zlib) of everything before
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from drivers.errors import PeerWireError
from playlists.errors import BadBytes
from playlists.text.frame import Depth, Frame, Geometry, data_bytes

MAGIC: Final = b"SGNF"
VERSION: Final = 1
MAX_FRAME_BYTES: Final = 1_000_000
"""A broker takes up to 1 MiB, with a topic; an RGB wall of 640x512 fits."""

_HEADER: Final = struct.Struct("<4sBBHHQ")
_CRC: Final = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """A picture and its place in the sequence: a panel shows nothing older than it has shown."""

    sequence: int
    frame: Frame


def message_bytes(geometry: Geometry, depth: Depth) -> int:
    """Return how long the message of a picture is."""
    return _HEADER.size + data_bytes(geometry.width_px, geometry.height_px, depth) + _CRC.size


def encode(message: FrameMessage) -> bytes:
    """Return the message's bytes."""
    frame = message.frame
    head = _HEADER.pack(
        MAGIC, VERSION, frame.depth, frame.width_px, frame.height_px, message.sequence
    )
    body = head + frame.data
    return body + _CRC.pack(zlib.crc32(body))


def decode(data: bytes) -> FrameMessage:
    """Read a message from bytes of any origin; PeerWireError unless it is exactly one."""
    if not _HEADER.size + _CRC.size <= len(data) <= MAX_FRAME_BYTES:
        raise PeerWireError("thin", f"{len(data)} bytes")
    body, (crc,) = data[: -_CRC.size], _CRC.unpack(data[-_CRC.size :])
    magic, version, depth, width_px, height_px, sequence = _HEADER.unpack_from(body)
    if (magic, version) != (MAGIC, VERSION) or depth not in Depth.__members__.values():
        raise PeerWireError("thin", "unknown magic, version or depth")
    if zlib.crc32(body) != crc:
        raise PeerWireError("thin", "wrong checksum")
    try:
        frame = Frame(width_px, height_px, body[_HEADER.size :], Depth(depth))
        return FrameMessage(sequence, frame)
    except BadBytes as exc:
        raise PeerWireError("thin", exc.reason) from exc
