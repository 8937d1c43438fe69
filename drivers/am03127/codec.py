"""AM03127 packets to bytes and back, for both roles; no input, no output, no clock.

A frame is `<IDxx>`, the packet, the XOR of the packet's bytes as two upper-case hex digits, `<E>`.
Graphic packets carry 64 raw bytes which may contain anything, also `<E>`: they are read by length.
Whatever does not parse is what a real sign sees: noise. It is skipped up to the next `<ID`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import reduce
from operator import xor
from typing import Final

from drivers.am03127.packets import (
    BLOCK_BYTES,
    BLOCKS_PER_PAGE,
    GRAPHIC_PAGES,
    MAX_ADDRESS,
    MAX_LINES,
    MAX_PACKET_BYTES,
    PAGES,
    Addressed,
    Block,
    Brightness,
    Damaged,
    DeleteAll,
    DeletePage,
    Graphic,
    Lead,
    Level,
    Other,
    Packet,
    PageLine,
    Reply,
    RunPage,
    SetAddress,
    SetClock,
)
from drivers.errors import PeerWireError

Received = Addressed | SetAddress | Damaged

_START: Final = b"<ID"
_END: Final = b"<E>"
_HEAD: Final = re.compile(rb"<ID([0-9A-Fa-f]{2})>")
_SET_ADDRESS: Final = re.compile(rb"<ID><([0-9A-Fa-f]{2})><E>")
_GRAPHIC: Final = re.compile(rb"<G([A-P])([1-8])>", re.DOTALL)
_HEAD_BYTES: Final = len(b"<IDxx>")
_GRAPHIC_HEAD_BYTES: Final = len(b"<GXn>")
_CHECKSUM_BYTES: Final = 2
_CENTURY: Final = 2000


def checksum(packet: bytes) -> bytes:
    """Return the XOR of all bytes as two upper-case hex digits."""
    return b"%02X" % reduce(xor, packet, 0)


def encode(message: Addressed | SetAddress) -> bytes:
    """Return the bytes a host sends; PeerWireError for values the dialect cannot carry."""
    if not 0 <= message.address <= MAX_ADDRESS:
        raise PeerWireError("am03127", f"address {message.address}")
    if isinstance(message, SetAddress):
        return b"<ID><%02X><E>" % message.address
    body = _write(message.packet)
    if len(body) > MAX_PACKET_BYTES:
        raise PeerWireError("am03127", f"a packet of {len(body)} bytes")
    return b"<ID%02X>" % message.address + body + checksum(body) + _END


class SignDecoder:
    """The sign's ear: bytes in any pieces come in, whole messages come out."""

    def __init__(self) -> None:
        self._buffer = b""

    def receive(self, data: bytes) -> list[Received]:
        """Take bytes; return the messages they complete. Never raises."""
        self._buffer += data
        return list(self._messages())

    def _messages(self) -> Iterator[Received]:
        while self._skip_noise():
            found = self._whole_frame()
            if found is None:
                return
            message, used_bytes = found
            self._buffer = self._buffer[used_bytes:]
            if message is not None:
                yield message

    def _skip_noise(self) -> bool:
        """Drop what comes before the next start; return whether there may be one."""
        start = self._buffer.find(_START)
        if start >= 0:
            self._buffer = self._buffer[start:]
            return True
        keep = max((size for size in (1, 2) if self._buffer.endswith(_START[:size])), default=0)
        self._buffer = self._buffer[len(self._buffer) - keep :]
        return False

    def _whole_frame(self) -> tuple[Received | None, int] | None:
        """Return the message at the buffer's start (None = noise) and its length; None = wait."""
        buffer = self._buffer
        if match := _SET_ADDRESS.match(buffer):
            return SetAddress(int(match[1], 16)), match.end()
        if len(buffer) < _HEAD_BYTES or _may_set_address(buffer):
            return None
        head = _HEAD.match(buffer)
        if head is None:
            return None, len(_START)
        end = _end_of(buffer)
        if end is None:
            return (None, len(_START)) if len(buffer) > MAX_PACKET_BYTES + 16 else None
        body = buffer[_HEAD_BYTES : end - len(_END) - _CHECKSUM_BYTES]
        given = buffer[end - len(_END) - _CHECKSUM_BYTES : end - len(_END)]
        address = int(head[1], 16)
        if checksum(body) != given:
            return Damaged(address), end
        return Addressed(address, _read(body)), end


def _may_set_address(buffer: bytes) -> bool:
    """Say whether this may still become `<ID><xx><E>`."""
    pattern = b"<ID><00><E>"
    return len(buffer) < len(pattern) and buffer.startswith(b"<ID><")


def _end_of(buffer: bytes) -> int | None:
    """Return where the frame that starts the buffer ends; None = not yet."""
    from_byte = _HEAD_BYTES
    if _GRAPHIC.match(buffer, _HEAD_BYTES):
        # Raw pixels may look like an end; they are skipped by their length.
        from_byte += _GRAPHIC_HEAD_BYTES + BLOCK_BYTES
    elif len(buffer) < _HEAD_BYTES + _GRAPHIC_HEAD_BYTES and buffer[_HEAD_BYTES:].startswith(b"<G"):
        return None
    end = buffer.find(_END, from_byte + _CHECKSUM_BYTES)
    return None if end < 0 else end + len(_END)


class HostDecoder:
    """The host's ear: ACK and NACK out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = b""

    def receive(self, data: bytes) -> list[Reply]:
        """Take bytes; return the replies they complete. PeerWireError for anything else."""
        self._buffer += data
        replies = []
        while self._buffer:
            for reply in Reply:
                if self._buffer.startswith(reply.value):
                    replies.append(reply)
                    self._buffer = self._buffer[len(reply.value) :]
                    break
            else:
                if any(reply.value.startswith(self._buffer) for reply in Reply):
                    break
                noise, self._buffer = self._buffer, b""
                raise PeerWireError("am03127", f"neither ACK nor NACK: {noise[:20]!r}")
        return replies


def _write(packet: Packet) -> bytes:
    return _WRITERS[type(packet)](packet)


def _write_clock(packet: SetClock) -> bytes:
    at = packet.at
    # 4.2.1: two digits of the year, then the day of the week, 01 = Monday.
    return f"<SC>{at:%y}{at.isoweekday():02d}{at:%m%d%H%M%S}".encode()


def _write_page_line(packet: PageLine) -> bytes:
    _check(1 <= packet.line <= MAX_LINES and packet.page in PAGES, "page or line")
    head = (
        f"<L{packet.line}><P{packet.page}><F{packet.lead.value}><M{packet.method}>"
        f"<W{packet.wait}><F{packet.lag.value}>"
    )
    return head.encode() + b"".join(_write_block(block) for block in packet.blocks)


def _write_block(block: Block) -> bytes:
    _check(block.page in GRAPHIC_PAGES and 1 <= block.number <= BLOCKS_PER_PAGE, "block")
    return f"<G{block.page}{block.number}>".encode()


def _write_graphic(packet: Graphic) -> bytes:
    _check(len(packet.data) == BLOCK_BYTES, "block size")
    return _write_block(packet.block) + packet.data


def _check(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as a sentence where used
    if not holds:
        raise PeerWireError("am03127", f"no such {what}")


_WRITERS: Final[dict[type, Callable[..., bytes]]] = {
    SetClock: _write_clock,
    PageLine: _write_page_line,
    Graphic: _write_graphic,
    RunPage: lambda packet: f"<RP{packet.page}>".encode(),
    Brightness: lambda packet: f"<B{packet.level.value}>".encode(),
    DeletePage: lambda packet: f"<DL{packet.line}P{packet.page}>".encode(),
    DeleteAll: lambda _packet: b"<D*>",
    Other: lambda packet: packet.body,
}


def _read(body: bytes) -> Packet:
    for pattern, read in _READERS:
        match = pattern.fullmatch(body)
        if match is not None:
            try:
                return read(match)
            except ValueError:
                break
    return Other(body)


def _read_clock(match: re.Match[bytes]) -> SetClock:
    year, month, day, hour, minute, second = (int(match[name]) for name in (1, 3, 4, 5, 6, 7))
    # The weekday in group 2 follows from the date; a sign believes it, we do not need it.
    return SetClock(datetime(_CENTURY + year, month, day, hour, minute, second))  # noqa: DTZ001 -- wall clock of a sign without zone


def _read_page_line(match: re.Match[bytes]) -> PageLine:
    blocks = _GRAPHIC.findall(match[7])
    return PageLine(
        line=int(match[1]),
        page=match[2].decode(),
        lead=Lead(match[3].decode()),
        blocks=tuple(Block(page.decode(), int(number)) for page, number in blocks),
        method=match[4].decode(),
        wait=match[5].decode(),
        lag=Lead(match[6].decode()),
    )


def _read_graphic(match: re.Match[bytes]) -> Graphic:
    return Graphic(Block(match[1].decode(), int(match[2])), match[3])


_READERS: Final[tuple[tuple[re.Pattern[bytes], Callable[[re.Match[bytes]], Packet]], ...]] = (
    (re.compile(rb"<SC>" + rb"(\d\d)" * 7), _read_clock),
    (
        re.compile(
            rb"<L([1-8])><P([A-Z])><F([A-S])><M([A-EQ-Ua-eq-u])><W([A-Z])><F([A-K])>"
            rb"((?:<G[A-P][1-8]>)*)"
        ),
        _read_page_line,
    ),
    (re.compile(rb"<G([A-P])([1-8])>(.{64})", re.DOTALL), _read_graphic),
    (re.compile(rb"<RP([A-Z])>"), lambda match: RunPage(match[1].decode())),
    (re.compile(rb"<B([A-D])>"), lambda match: Brightness(Level(match[1].decode()))),
    (
        re.compile(rb"<DL([1-8])P([A-Z])>"),
        lambda match: DeletePage(int(match[1]), match[2].decode()),
    ),
    (re.compile(rb"<D\*>"), lambda _match: DeleteAll()),
)
