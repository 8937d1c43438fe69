"""The frame message of thin boards: one whole picture with a checksum, or nothing.

offset 0    4 bytes   "SGNF"
offset 4    1 byte    version, 1
offset 5    1 byte    reserved, 0
offset 6    2 bytes   width in LEDs, little-endian
offset 8    2 bytes   height in LEDs
offset 10   8 bytes   sequence number
offset 18             rows from the top, 1 bit per LED, padded to bytes, leftmost = high bit
last 4 bytes          CRC-32 (zlib) of everything before
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from drivers.errors import PeerWireError
from playlists.errors import BadBytes
from playlists.text.frame import Frame

MAGIC: Final = b"SGNF"
VERSION: Final = 1
MAX_FRAME_BYTES: Final = 1 << 18
"""Larger than any mono board; a broker takes up to 1 MiB."""

_HEADER: Final = struct.Struct("<4sBBHHQ")
_CRC: Final = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """A picture and its place in the sequence: a panel shows nothing older than it has shown."""

    sequence: int
    frame: Frame


def encode(message: FrameMessage) -> bytes:
    """Return the message's bytes."""
    frame = message.frame
    head = _HEADER.pack(MAGIC, VERSION, 0, frame.width_px, frame.height_px, message.sequence)
    body = head + frame.data
    return body + _CRC.pack(zlib.crc32(body))


def decode(data: bytes) -> FrameMessage:
    """Read a message from bytes of any origin; PeerWireError unless it is exactly one."""
    if not _HEADER.size + _CRC.size <= len(data) <= MAX_FRAME_BYTES:
        raise PeerWireError("thin", f"{len(data)} bytes")
    body, (crc,) = data[: -_CRC.size], _CRC.unpack(data[-_CRC.size :])
    magic, version, reserved, width_px, height_px, sequence = _HEADER.unpack_from(body)
    if (magic, version, reserved) != (MAGIC, VERSION, 0):
        raise PeerWireError("thin", "unknown magic or version")
    if zlib.crc32(body) != crc:
        raise PeerWireError("thin", "wrong checksum")
    try:
        return FrameMessage(sequence, Frame(width_px, height_px, body[_HEADER.size :]))
    except BadBytes as exc:
        raise PeerWireError("thin", exc.reason) from exc
