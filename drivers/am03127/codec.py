"""AM03127 frames, for both roles; no input, no output, no clock.

A frame is `<IDxx>`, the packet, the XOR of the packet's bytes as two upper-case hex digits, `<E>`.
Some packets end in raw bytes which may be anything, also `<E>`: they are read by length. Whatever
does not parse is what a real sign sees: noise. It is skipped up to the next `<ID`.
"""

import re
from collections.abc import Iterator
from functools import reduce
from operator import xor
from typing import Final

from drivers.am03127 import bodies
from drivers.am03127.packets import (
    MAX_ADDRESS,
    MAX_PACKET_BYTES,
    Addressed,
    Damaged,
    Reply,
    SetAddress,
)
from drivers.errors import PeerWireError

Received = Addressed | SetAddress | Damaged

_START: Final = b"<ID"
_END: Final = b"<E>"
_HEAD: Final = re.compile(rb"<ID([0-9A-Fa-f]{2})>")
_SET_ADDRESS: Final = re.compile(rb"<ID><([0-9A-Fa-f]{2})><E>")
_HEAD_BYTES: Final = len(b"<IDxx>")
_CHECKSUM_BYTES: Final = 2
_MAX_FRAME_BYTES: Final = _HEAD_BYTES + MAX_PACKET_BYTES + _CHECKSUM_BYTES + len(_END)


def checksum(packet: bytes) -> bytes:
    """Return the XOR of all bytes as two upper-case hex digits."""
    return b"%02X" % reduce(xor, packet, 0)


def encode(message: Received) -> bytes:
    """Return the bytes a host sends; PeerWireError for values the dialect cannot carry."""
    if not 0 <= message.address <= MAX_ADDRESS:
        raise PeerWireError("am03127", f"address {message.address}")
    if isinstance(message, SetAddress):
        return b"<ID><%02X><E>" % message.address
    damaged = isinstance(message, Damaged)
    body = message.body if isinstance(message, Damaged) else bodies.encode(message.packet)
    if len(body) > MAX_PACKET_BYTES:
        raise PeerWireError("am03127", f"a packet of {len(body)} bytes")
    # Every bit of a deliberately wrong checksum is wrong: no accident on the way puts it right.
    given = checksum(body + b"\xff" if damaged else body)
    return b"<ID%02X>" % message.address + body + given + _END


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
            return (None, len(_START)) if len(buffer) >= _MAX_FRAME_BYTES else None
        given_at = end - len(_END) - _CHECKSUM_BYTES
        body, given = buffer[_HEAD_BYTES:given_at], buffer[given_at : end - len(_END)]
        address = int(head[1], 16)
        if checksum(body) != given:
            return Damaged(address, body), end
        return Addressed(address, bodies.decode(body)), end


def _may_set_address(buffer: bytes) -> bool:
    """Say whether this may still become `<ID><xx><E>`."""
    pattern = b"<ID><00><E>"
    return len(buffer) < len(pattern) and buffer.startswith(b"<ID><")


def _end_of(buffer: bytes) -> int | None:
    """Return where the frame that starts the buffer ends; None = not yet."""
    from_byte = _HEAD_BYTES
    for tag, raw_bytes in bodies.RAW_BYTES:
        if match := tag.match(buffer, _HEAD_BYTES):
            from_byte = match.end() + raw_bytes
    begun = buffer[_HEAD_BYTES : _HEAD_BYTES + bodies.LONGEST_RAW_TAG_BYTES]
    if len(begun) < bodies.LONGEST_RAW_TAG_BYTES and begun.startswith((b"<G", b"<F")):
        return None
    end = buffer.find(_END, from_byte + _CHECKSUM_BYTES, _MAX_FRAME_BYTES)
    return None if end < 0 else end + len(_END)


class HostDecoder:
    """The host's ear: ACK and NACK out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = b""
        self._after_nack = False

    def receive(self, data: bytes) -> list[Reply]:
        """Take bytes; return the replies they complete. PeerWireError for anything else.

        After a NACK one byte is let pass: some signs append the checksum that would have been
        right (seen on revision 1.4A, not in the document).
        """
        self._buffer += data
        replies: list[Reply] = []
        while self._buffer:
            if self._after_nack and self._buffer[:1] not in _FIRST_BYTES:
                self._buffer = self._buffer[1:]
            self._after_nack = False
            reply = next((one for one in Reply if self._buffer.startswith(one.value)), None)
            if reply is None:
                break
            replies.append(reply)
            self._buffer = self._buffer[len(reply.value) :]
            self._after_nack = reply is Reply.NACK
        if not any(reply.value.startswith(self._buffer) for reply in Reply):
            noise, self._buffer = self._buffer, b""
            if not replies:
                raise PeerWireError("am03127", f"neither ACK nor NACK: {noise[:20]!r}")
        return replies


_FIRST_BYTES: Final = frozenset(reply.value[:1] for reply in Reply)
