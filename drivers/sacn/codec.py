"""sACN packets to bytes and back, for both roles; no input, no output, no clock.

One datagram is one packet: three layers inside each other (root, framing, DMP), each with its own
length. A full data packet has 638 bytes, a synchronisation packet 49. A sign never answers, so
only the sign has an ear. There is no checksum of its own: UDP has one.
"""

import struct
from typing import Any, Final
from uuid import UUID

from drivers.errors import PeerWireError
from drivers.sacn.packets import (
    EMERGENCY,
    MAX_LEVELS,
    MAX_NAME_BYTES,
    UNIVERSES,
    Data,
    Packet,
    Sync,
)

_START: Final = b"\x00\x10\x00\x00ASC-E1.17\x00\x00\x00"
"""Preamble size, postamble size, ACN packet identifier (5.1 to 5.3)."""
_LENGTH: Final = struct.Struct(">H")
_ROOT: Final = struct.Struct(">I16s")
"""Vector, CID (5.5, 5.6)."""
_VECTOR: Final = struct.Struct(">I")
_DATA: Final = struct.Struct(">64sBHBBH")
"""Name, priority, synchronisation address, sequence, options, universe (6.2)."""
_SYNC: Final = struct.Struct(">BHH")
"""Sequence, synchronisation address, reserved (6.3)."""
_DMP: Final = struct.Struct(">BBHHHB")
"""Vector, type, first address, increment, count with the start code, start code (7)."""
_DMP_FIXED: Final = (0x02, 0xA1, 0x0000, 0x0001)

_ROOT_DATA: Final = 0x04
_ROOT_EXTENDED: Final = 0x08
_FRAME_DATA: Final = 0x02
_FRAME_SYNC: Final = 0x01
_PREVIEW: Final = 0x80
_TERMINATED: Final = 0x40
_FORCE_SYNC: Final = 0x20
_LENGTH_FLAGS: Final = 0x7000
_MAX_BYTE: Final = 0xFF


def encode(packet: Packet) -> bytes:
    """Return a packet's datagram; PeerWireError for values the dialect cannot carry."""
    _check(0 <= packet.sequence <= _MAX_BYTE, f"sequence {packet.sequence}")
    if isinstance(packet, Sync):
        _check(packet.address in UNIVERSES, f"synchronisation address {packet.address}")
        frame = _SYNC.pack(packet.sequence, packet.address, 0)
        return _wrap(_ROOT_EXTENDED, packet.source, _FRAME_SYNC, frame)
    return _wrap(_ROOT_DATA, packet.source, _FRAME_DATA, _write_data(packet))


def decode(datagram: bytes) -> Packet:
    """Return the packet of a datagram of any origin; PeerWireError unless it is exactly one."""
    _check(datagram.startswith(_START), "no ACN packet")
    (root_vector, source), framing = _take(_ROOT, _unwrap(datagram[len(_START) :]))
    (vector,), body = _take(_VECTOR, _unwrap(framing))
    if (root_vector, vector) == (_ROOT_DATA, _FRAME_DATA):
        return _read_data(UUID(bytes=source), body)
    if (root_vector, vector) == (_ROOT_EXTENDED, _FRAME_SYNC):
        return _read_sync(UUID(bytes=source), body)
    raise PeerWireError("sacn", f"vectors {root_vector} and {vector}")


class SignDecoder:
    """The sign's ear: a datagram comes in, its packet comes out."""

    def receive(self, datagram: bytes) -> list[Packet]:
        """Return what a source says; nothing for noise. Never raises."""
        try:
            return [decode(datagram)]
        except PeerWireError:
            return []


def _write_data(packet: Data) -> bytes:
    name = packet.name.encode()
    _check(len(name) <= MAX_NAME_BYTES and b"\0" not in name, f"the name {packet.name!r}")
    _check(0 <= packet.priority <= EMERGENCY, f"priority {packet.priority}")
    _check(packet.universe in UNIVERSES, f"universe {packet.universe}")
    _check(not packet.sync_address or packet.sync_address in UNIVERSES, "synchronisation address")
    _check(len(packet.levels) <= MAX_LEVELS, f"{len(packet.levels)} levels")
    _check(0 <= packet.start_code <= _MAX_BYTE, f"start code {packet.start_code}")
    options = (
        packet.preview * _PREVIEW
        | packet.terminated * _TERMINATED
        | packet.force_sync * _FORCE_SYNC
    )
    head = (packet.priority, packet.sync_address, packet.sequence, options, packet.universe)
    levels = _DMP.pack(*_DMP_FIXED, 1 + len(packet.levels), packet.start_code) + packet.levels
    return _DATA.pack(name, *head) + _with_length(levels)


def _read_data(source: UUID, body: bytes) -> Data:
    (name, priority, sync_address, sequence, options, universe), rest = _take(_DATA, body)
    (*fixed, count, start_code), levels = _take(_DMP, _unwrap(rest))
    _check(tuple(fixed) == _DMP_FIXED, "a DMP layer of another kind")
    _check(count == 1 + len(levels) <= 1 + MAX_LEVELS, f"{len(levels)} levels, {count} announced")
    _check(priority <= EMERGENCY, f"priority {priority}")
    _check(universe in UNIVERSES, f"universe {universe}")
    _check(not sync_address or sync_address in UNIVERSES, f"synchronisation on {sync_address}")
    return Data(
        source,
        universe,
        levels,
        name=name.partition(b"\0")[0].decode(errors="replace"),
        priority=priority,
        sync_address=sync_address,
        sequence=sequence,
        preview=bool(options & _PREVIEW),
        terminated=bool(options & _TERMINATED),
        force_sync=bool(options & _FORCE_SYNC),
        start_code=start_code,
    )


def _read_sync(source: UUID, body: bytes) -> Sync:
    (sequence, address, _reserved), rest = _take(_SYNC, body)
    _check(not rest, "bytes after a synchronisation packet")
    _check(address in UNIVERSES, f"synchronisation on {address}")
    return Sync(source, address, sequence)


def _wrap(root_vector: int, source: UUID, vector: int, body: bytes) -> bytes:
    framing = _with_length(_VECTOR.pack(vector) + body)
    return _START + _with_length(_ROOT.pack(root_vector, source.bytes) + framing)


def _with_length(body: bytes) -> bytes:
    """Put a layer's length before it: 12 bits that count themselves, under the flags 0x7."""
    return _LENGTH.pack(_LENGTH_FLAGS | _LENGTH.size + len(body)) + body


def _unwrap(layer: bytes) -> bytes:
    """Return what is in a layer, which reaches to the end of its datagram."""
    (length,), body = _take(_LENGTH, layer)
    _check(length == _LENGTH_FLAGS | len(layer), f"a layer of {len(layer)} bytes says {length:#x}")
    return body


def _take(layout: struct.Struct, data: bytes) -> tuple[tuple[Any, ...], bytes]:
    """Return the fields at the front of some bytes, and the rest."""
    _check(len(data) >= layout.size, "cut short")
    return layout.unpack_from(data), data[layout.size :]


def _check(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as a sentence where used
    if not holds:
        raise PeerWireError("sacn", what)
