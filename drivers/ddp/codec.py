"""DDP packets to bytes and back, for both roles; no input, no output, no clock.

One datagram is one packet: a header of ten bytes, four more when a timecode is given, the data.
There is no checksum of its own: UDP has one, and what it lets through is whole.
"""

import struct
from typing import Final

from drivers.ddp.packets import (
    MAX_DATA_BYTES,
    MAX_OFFSET_BYTES,
    MAX_SEQUENCE,
    MAX_TIMECODE,
    RESERVED_IN_KIND,
    Packet,
)
from drivers.errors import PeerWireError

_HEADER: Final = struct.Struct(">BBBBIH")
"""Flags, sequence, kind, id, offset, length."""
_TIMECODE: Final = struct.Struct(">I")

_VERSION_MASK: Final = 0xC0
_VERSION_1: Final = 0x40
_RESERVED: Final = 0x20
_TIME: Final = 0x10
_FLAGS: Final = {"push": 0x01, "query": 0x02, "reply": 0x04, "storage": 0x08}
_MAX_BYTE: Final = 0xFF


def encode(packet: Packet) -> bytes:
    """Return a packet's datagram; PeerWireError for values the dialect cannot carry."""
    data = packet.data
    _check(len(data) <= MAX_DATA_BYTES, f"{len(data)} bytes of data")
    _check(0 <= packet.offset_bytes <= MAX_OFFSET_BYTES, f"offset {packet.offset_bytes}")
    _check(0 <= packet.sequence <= MAX_SEQUENCE, f"sequence {packet.sequence}")
    _check(0 <= packet.to <= _MAX_BYTE, f"id {packet.to}")
    _check(0 <= packet.kind <= _MAX_BYTE, f"kind {packet.kind}")
    _check(not packet.kind & RESERVED_IN_KIND, "a reserved bit in the kind")
    asks = _asks(packet.query, packet.reply)
    _check(not packet.wanted_bytes or (asks and not data), "a wish for bytes that is no bare query")
    _check(0 <= packet.wanted_bytes <= MAX_DATA_BYTES, f"{packet.wanted_bytes} bytes wanted")
    _check(0 <= (packet.timecode or 0) <= MAX_TIMECODE, f"timecode {packet.timecode}")
    flags = _VERSION_1 | sum(bit for name, bit in _FLAGS.items() if getattr(packet, name))
    length = packet.wanted_bytes or len(data)
    fields = packet.sequence, packet.kind, packet.to, packet.offset_bytes, length
    if packet.timecode is None:
        return _HEADER.pack(flags, *fields) + data
    return _HEADER.pack(flags | _TIME, *fields) + _TIMECODE.pack(packet.timecode) + data


def decode(datagram: bytes) -> Packet:
    """Return the packet of a datagram of any origin; PeerWireError unless it is exactly one."""
    _check(len(datagram) >= _HEADER.size, "cut short")
    flags, sequence, kind, to, offset_bytes, length = _HEADER.unpack_from(datagram)
    _check(flags & _VERSION_MASK == _VERSION_1, f"version {flags >> 6}")
    _check(not flags & _RESERVED and sequence <= MAX_SEQUENCE, "a reserved bit in the header")
    _check(not kind & RESERVED_IN_KIND, "a reserved bit in the kind")
    data, timecode = datagram[_HEADER.size :], None
    if flags & _TIME:
        _check(len(data) >= _TIMECODE.size, "cut short in the timecode")
        (timecode,) = _TIMECODE.unpack_from(data)
        data = data[_TIMECODE.size :]
    said = {name: bool(flags & bit) for name, bit in _FLAGS.items()}
    wanted_bytes = 0
    if _asks(said["query"], said["reply"]) and not data:
        wanted_bytes, length = length, 0
    _check(len(data) == length, f"{len(data)} bytes of data, {length} announced")
    _check(max(length, wanted_bytes) <= MAX_DATA_BYTES, f"{length + wanted_bytes} bytes")
    return Packet(
        to=to,
        data=data,
        offset_bytes=offset_bytes,
        kind=kind,
        sequence=sequence,
        timecode=timecode,
        wanted_bytes=wanted_bytes,
        **said,
    )


class SignDecoder:
    """The sign's ear: a datagram comes in, its packet comes out."""

    def receive(self, datagram: bytes) -> list[Packet]:
        """Return what a host says; nothing for noise. Never raises."""
        try:
            packet = decode(datagram)
        except PeerWireError:
            return []
        return [] if packet.reply else [packet]


class HostDecoder:
    """The host's ear: what one device of a sign answers."""

    def __init__(self, expected: int) -> None:
        self._expected = expected

    def receive(self, datagram: bytes) -> list[Packet]:
        """Return the device's answer, or nothing for others'; PeerWireError for nonsense."""
        packet = decode(datagram)
        return [packet] if packet.reply and packet.to == self._expected else []


def _asks(query: bool, reply: bool) -> bool:  # noqa: FBT001 -- two flags of one byte
    """Say whether a packet asks: "if Reply, Q flag is ignored"."""
    return query and not reply


def _check(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as a sentence where used
    if not holds:
        raise PeerWireError("ddp", what)
