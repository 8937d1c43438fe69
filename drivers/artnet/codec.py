"""Art-Net packets to bytes and back, for both roles; no input, no output, no clock.

One datagram is one packet: `Art-Net` and NUL, an operation code (low byte first), the protocol
version (high byte first), the fields. There is no checksum of its own: UDP has one.
"""

import struct
from collections.abc import Callable
from typing import Any, Final

from drivers.artnet.packets import (
    MAX_LEVELS,
    MAX_SEQUENCE,
    PORT_ADDRESSES,
    PORTS_PER_REPLY,
    Dmx,
    Packet,
    Poll,
    PollReply,
    Sync,
)
from drivers.errors import PeerWireError

_ID: Final = b"Art-Net\0"
_OP_POLL: Final = 0x2000
_OP_POLL_REPLY: Final = 0x2100
_OP_DMX: Final = 0x5000
_OP_SYNC: Final = 0x5200
_OPCODE: Final = struct.Struct("<H")
_VERSION: Final = struct.Struct(">H")
_PROTOCOL: Final = 14
_DMX: Final = struct.Struct("<BBH2s")
"""Sequence, physical, Port-Address; the length follows high byte first."""
_LENGTH: Final = struct.Struct(">H")
_SYNC: Final = bytes(2)
_POLL: Final = struct.Struct(">BBHHHH")
"""Flags, priority of diagnostics, highest and lowest port asked for, maker, product."""
_TARGETED: Final = 0x20
_REPLY: Final = struct.Struct(">4sHHBBHBBH18s64s64sH4s4s4s4s4s")
"""IP address, port, firmware, Net, Sub-Net, product, UBEA, status, maker, short name, long name,
report, number of ports, their types, inputs, outputs, SwIn, SwOut."""
_REPLY_PORT: Final = 0x3619
"""0x1936 with its low byte first."""
_SHORTEST_REPLY_BYTES: Final = 198
"""So much every receiver accepts; what is missing counts as zero."""
_REPLY_BYTES: Final = 239
_OUTPUT: Final = 0x80
"""A port that shows what comes from the network."""
_NET_SHIFT: Final = 8
_SUB_SHIFT: Final = 4
_NIBBLE: Final = 0x0F
_MAX_WORD: Final = 0xFFFF
_SHORT_NAME_BYTES: Final = 18
_LONG_NAME_BYTES: Final = 64
"""Both with a NUL at their end."""


def encode(packet: Packet) -> bytes:
    """Return a packet's datagram; PeerWireError for values the dialect cannot carry."""
    match packet:
        case Dmx():
            return _head(_OP_DMX) + _write_dmx(packet)
        case Sync():
            return _head(_OP_SYNC) + _SYNC
        case Poll():
            return _head(_OP_POLL) + _write_poll(packet)
        case PollReply():
            # The only packet without a protocol version.
            return _ID + _OPCODE.pack(_OP_POLL_REPLY) + _write_reply(packet)


def decode(datagram: bytes) -> Packet | None:
    """Return the packet of a datagram of any origin; None = one of the others Art-Net has.

    PeerWireError for what is no Art-Net, or makes no sense.
    """
    _check(datagram.startswith(_ID), "no Art-Net packet")
    (opcode,), body = _take(_OPCODE, datagram[len(_ID) :])
    if opcode == _OP_POLL_REPLY:
        return _read_reply(body)
    read = _READERS.get(opcode)
    if read is None:
        return None
    (version,), body = _take(_VERSION, body)
    _check(version >= _PROTOCOL, f"protocol version {version}")
    return read(body)


class SignDecoder:
    """The sign's ear: a datagram comes in, its packet comes out."""

    def receive(self, datagram: bytes) -> list[Packet]:
        """Return what a controller says; nothing for noise. Never raises."""
        try:
            packet = decode(datagram)
        except PeerWireError:
            return []
        return [] if packet is None else [packet]


class HostDecoder:
    """The host's ear: what a node answers."""

    def receive(self, datagram: bytes) -> list[PollReply]:
        """Return a node's answer, or nothing for other packets; PeerWireError for nonsense."""
        packet = decode(datagram)
        return [packet] if isinstance(packet, PollReply) else []


def _head(opcode: int) -> bytes:
    return _ID + _OPCODE.pack(opcode) + _VERSION.pack(_PROTOCOL)


def _write_dmx(packet: Dmx) -> bytes:
    size = len(packet.levels)
    _check_size(size)
    _check(size % 2 == 0, f"{size} levels, an odd number")
    _check(packet.port_address in PORT_ADDRESSES, f"Port-Address {packet.port_address}")
    _check(0 <= packet.sequence <= MAX_SEQUENCE, f"sequence {packet.sequence}")
    _check(0 <= packet.physical <= MAX_SEQUENCE, f"physical {packet.physical}")
    fields = packet.sequence, packet.physical, packet.port_address
    return _DMX.pack(*fields, _LENGTH.pack(size)) + packet.levels


def _read_dmx(body: bytes) -> Dmx:
    (sequence, physical, port_address, length), levels = _take(_DMX, body)
    (size,) = _LENGTH.unpack(length)
    _check(size == len(levels), f"{len(levels)} levels, {size} announced")
    _check_size(size)
    _check(port_address in PORT_ADDRESSES, f"Port-Address {port_address}")
    return Dmx(port_address, levels, sequence, physical)


def _write_poll(packet: Poll) -> bytes:
    ports = packet.ports
    _check(_is_span(ports) and ports[-1] in PORT_ADDRESSES, f"the ports {ports}")
    return _POLL.pack(_TARGETED, 0, ports[-1], ports[0], 0, 0)


def _read_poll(body: bytes) -> Poll:
    # "Any missing fields are assumed to be zero": the packet grew over the years.
    flags, _priority, top, bottom, *_ = _POLL.unpack(body[: _POLL.size].ljust(_POLL.size, b"\0"))
    return Poll(range(bottom, top + 1)) if flags & _TARGETED else Poll()


def _write_reply(packet: PollReply) -> bytes:
    ports = packet.ports
    _check(len(ports) <= PORTS_PER_REPLY, f"{len(ports)} ports in one reply")
    _check(all(port in PORT_ADDRESSES for port in ports), f"the ports {ports}")
    switches = {port >> _SUB_SHIFT for port in ports}
    _check(len(switches) <= 1, f"ports of several sub-nets: {ports}")
    switch = switches.pop() if ports else 0
    _check(0 <= packet.version <= _MAX_WORD, f"version {packet.version}")
    fields = _REPLY.pack(
        bytes(4),
        _REPLY_PORT,
        packet.version,
        switch >> _SUB_SHIFT,
        switch & _NIBBLE,
        0,
        0,
        0,
        0,
        _words(packet.short_name, _SHORT_NAME_BYTES),
        _words(packet.long_name, _LONG_NAME_BYTES),
        _words(packet.report, _LONG_NAME_BYTES),
        len(ports),
        bytes([_OUTPUT] * len(ports)),
        b"",
        b"",
        b"",
        bytes(port & _NIBBLE for port in ports),
    )
    return fields.ljust(_REPLY_BYTES - len(_ID) - _OPCODE.size, b"\0")


def _read_reply(body: bytes) -> PollReply:
    _check(len(_ID) + _OPCODE.size + len(body) >= _SHORTEST_REPLY_BYTES, "a reply cut short")
    fields, _rest = _take(_REPLY, body)
    version, net, sub = fields[2:5]
    short_name, long_name, report = (_read_words(words) for words in fields[9:12])
    types, universes = fields[13], fields[17]
    base = (net << _NET_SHIFT | sub << _SUB_SHIFT) & PORT_ADDRESSES[-1]
    ports = [
        base | universe & _NIBBLE
        for kind, universe in zip(types, universes, strict=True)
        if kind & _OUTPUT
    ]
    return PollReply(short_name, long_name, report, tuple(ports), version)


_READERS: Final[dict[int, Callable[[bytes], Packet]]] = {
    _OP_DMX: _read_dmx,
    _OP_SYNC: lambda _aux: Sync(),
    _OP_POLL: _read_poll,
}


def _is_span(ports: range) -> bool:
    return bool(ports) and ports.step == 1 and ports[0] >= 0


def _check_size(levels: int) -> None:
    _check(0 < levels <= MAX_LEVELS, f"{levels} levels")


def _words(text: str, size_bytes: int) -> bytes:
    words = text.encode()
    _check(len(words) < size_bytes and b"\0" not in words, f"the words {text!r}")
    return words


def _read_words(words: bytes) -> str:
    """Return a text for people to read, whatever a network made of it."""
    text = words.partition(b"\0")[0].decode(errors="replace")
    return "".join(letter for letter in text if letter.isprintable())


def _take(layout: struct.Struct, data: bytes) -> tuple[tuple[Any, ...], bytes]:
    """Return the fields at the front of some bytes, and the rest."""
    _check(len(data) >= layout.size, "cut short")
    return layout.unpack_from(data), data[layout.size :]


def _check(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as a sentence where used
    if not holds:
        raise PeerWireError("artnet", what)
