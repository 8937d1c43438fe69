"""Hanover messages to bytes and back, for both roles; no input, no output, no clock.

A host's frame is STX, command and address as one hex digit each, the payload, ETX, and two hex
digits that bring the sum of everything after STX to zero. A display's is the same between SOH and
EOT. Hex digits are upper case. STX stands nowhere but at the start, so it always begins anew.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from drivers.errors import PeerWireError
from drivers.hanover.packets import (
    MAX_ADDRESS,
    MAX_PAYLOAD_BYTES,
    Addressed,
    AskStatus,
    Condition,
    Damaged,
    Image,
    Other,
    Packet,
    Report,
    StartTest,
    StopTest,
)

Received = Addressed | Damaged

_STX: Final = b"\x02"
_ETX: Final = b"\x03"
_SOH: Final = b"\x01"
_EOT: Final = b"\x04"
_FRAME: Final = re.compile(rb"\x02([^\x02\x03]{0,%d}\x03)([^\x02]{2})" % (2 + MAX_PAYLOAD_BYTES))
_BEGUN: Final = re.compile(rb"\x02[^\x02\x03]{0,%d}(?:\x03[^\x02]?)?" % (2 + MAX_PAYLOAD_BYTES))
"""What may still become a frame."""
_REPLY: Final = re.compile(rb"\x01([^\x01\x04]{0,16}\x04)([^\x01]{2})")
_REPLY_BEGUN: Final = re.compile(rb"\x01[^\x01\x04]{0,16}(?:\x04[^\x01]?)?")
"""A status has four digits between SOH and EOT; what is much longer is noise."""
_REPORT: Final = re.compile(rb"2([0-9A-F])([0-9A-F]{2})\x04")
_HEAD: Final = re.compile(rb"([0-9A-F])([0-9A-F])")
_PAIRS: Final = re.compile(rb"(?:[0-9A-F]{2})+")
_CONTROL: Final = re.compile(rb"[\x01-\x04]")

_IMAGE: Final = 0x1
_CONDITION_BITS: Final = 0x07
_CONDITIONS: Final = frozenset(Condition)
_SCROLLING_BIT: Final = 0x08
_FULL_BIT: Final = 0x10
_OTHERS: Final = frozenset(range(0x10)) - {_IMAGE}


def checksum(body: bytes) -> bytes:
    """Return the two's complement of the sum of everything after STX, ETX included, in hex."""
    return b"%02X" % (-sum(body) & 0xFF)


def encode(message: Addressed | Report) -> bytes:
    """Return the bytes of a message; PeerWireError for values the dialect cannot carry."""
    if not 0 <= message.address <= MAX_ADDRESS:
        raise PeerWireError("hanover", f"address {message.address}")
    if isinstance(message, Report):
        state = message.condition | message.scrolling * _SCROLLING_BIT | message.full * _FULL_BIT
        body = b"2%X%02X" % (message.address, state) + _EOT
        return _SOH + body + checksum(body)
    command, payload = _write(message.packet)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise PeerWireError("hanover", f"a payload of {len(payload)} bytes")
    body = b"%X%X" % (command, message.address) + payload + _ETX
    return _STX + body + checksum(body)


class SignDecoder:
    """The display's ear: bytes in any pieces come in, whole messages come out."""

    def __init__(self) -> None:
        self._buffer = b""

    def receive(self, data: bytes) -> list[Received]:
        """Take bytes; return the messages they complete. Never raises."""
        self._buffer += data
        return list(self._messages())

    def _messages(self) -> Iterator[Received]:
        while (start := self._buffer.find(_STX)) >= 0:
            self._buffer = self._buffer[start:]
            frame = _FRAME.match(self._buffer)
            if frame is not None:
                self._buffer = self._buffer[frame.end() :]
                yield _read_frame(frame[1], frame[2])
            elif _BEGUN.fullmatch(self._buffer):
                return
            else:
                self._buffer = self._buffer[1:]
        self._buffer = b""


class HostDecoder:
    """The host's ear: the reports of one display out of a stream of bytes.

    Line noise before a report is skipped, and so is everything only hosts send: a two-wire
    adapter may hear its own voice.
    """

    def __init__(self, address: int) -> None:
        self._address = address
        self._buffer = b""

    def receive(self, data: bytes) -> list[Report]:
        """Take bytes; return the reports they complete. PeerWireError for nothing but damage."""
        self._buffer += data
        replies = list(self._replies())
        reports = [reply for reply in replies if reply is not None]
        if replies and not reports:
            raise PeerWireError("hanover", "a damaged report")
        return [report for report in reports if report.address == self._address]

    def _replies(self) -> Iterator[Report | None]:
        while (start := self._buffer.find(_SOH)) >= 0:
            self._buffer = self._buffer[start:]
            reply = _REPLY.match(self._buffer)
            if reply is not None:
                self._buffer = self._buffer[reply.end() :]
                yield _read_report(reply[1], reply[2])
            elif _REPLY_BEGUN.fullmatch(self._buffer):
                return
            else:
                self._buffer = self._buffer[1:]
        self._buffer = b""


def _read_frame(body: bytes, given: bytes) -> Received:
    head = _HEAD.match(body)
    if head is None or given != checksum(body):
        return Damaged()
    packet = _read(int(head[1], 16), body[head.end() : -1])
    return Damaged() if packet is None else Addressed(int(head[2], 16), packet)


def _read_report(body: bytes, given: bytes) -> Report | None:
    """Return what a display says of itself; None for damage."""
    match = _REPORT.fullmatch(body)
    if match is None or given != checksum(body):
        return None
    state = int(match[2], 16)
    if state & _CONDITION_BITS not in _CONDITIONS:
        return None
    return Report(
        int(match[1], 16),
        Condition(state & _CONDITION_BITS),
        scrolling=bool(state & _SCROLLING_BIT),
        full=bool(state & _FULL_BIT),
    )


def _write(packet: Packet) -> tuple[int, bytes]:
    match packet:
        case Image(data):
            return _IMAGE, b"%02X" % (len(data) & 0xFF) + data.hex().upper().encode()
        case Other(command, payload):
            if command not in _OTHERS or _CONTROL.search(payload):
                raise PeerWireError("hanover", f"command {command} with {payload[:20]!r}")
            return command, payload
        case _:
            return _COMMANDS[type(packet)], b""


def _read(command: int, payload: bytes) -> Packet | None:
    """Return what a payload says; None for an image whose count is wrong."""
    if command == _IMAGE:
        return _read_image(payload)
    make = _PLAIN.get(command)
    return Other(command, payload) if make is None or payload else make()


def _read_image(payload: bytes) -> Image | None:
    if not _PAIRS.fullmatch(payload):
        return None
    count, *data = bytes.fromhex(payload.decode())
    # One byte of count: 256 bytes of a 128x16 display count as 00.
    return Image(bytes(data)) if len(data) & 0xFF == count else None


_PLAIN: Final[dict[int, Callable[[], Packet]]] = {
    0x2: AskStatus,
    0x3: StartTest,
    0xC: StopTest,
}
_COMMANDS: Final[dict[Callable[[], Packet], int]] = {make: code for code, make in _PLAIN.items()}
