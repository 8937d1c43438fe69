"""What goes into a booth and what comes out: packets of a microphone, and pieces of a stream."""

import struct
from dataclasses import dataclass
from typing import IO, Final

from controller.live.model import MAX_PACKET_BYTES

PACKET_HEAD: Final = struct.Struct(">H")
PIECE_HEAD: Final = struct.Struct(">hh?I")
MAX_PIECE_BYTES: Final = 64 << 10
"""A piece is one page of the stream, some hundred bytes."""
FLOOR_DBFS: Final = -96.0
"""What 16 bits cannot tell from nothing."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one packet became."""

    level_dbfs: float
    """RMS of the packet as it came; FLOOR_DBFS for none."""
    peak_dbfs: float
    bad: bool
    """It was no packet of ours; what is heard instead is made up."""
    sound: bytes
    """Whole pages of Ogg, or none."""


def of_packet(packet: bytes) -> bytes:
    """Return a packet as it is written into the booth."""
    return PACKET_HEAD.pack(len(packet)) + packet


def read_packet(source: IO[bytes]) -> bytes | None:
    """Read a packet; None at the end."""
    head = source.read(PACKET_HEAD.size)
    if len(head) < PACKET_HEAD.size:
        return None
    (size_bytes,) = PACKET_HEAD.unpack(head)
    packet = source.read(min(size_bytes, MAX_PACKET_BYTES))
    return packet if len(packet) == size_bytes else None


def of_piece(piece: Piece) -> bytes:
    """Return a piece as it comes out of the booth."""
    level, peak = (round(100 * value) for value in (piece.level_dbfs, piece.peak_dbfs))
    return PIECE_HEAD.pack(level, peak, piece.bad, len(piece.sound)) + piece.sound


def piece(head: bytes, sound: bytes) -> Piece:
    """Read a piece from its head and what followed."""
    level, peak, bad, _ = PIECE_HEAD.unpack(head)
    return Piece(level / 100, peak / 100, bad, sound)
