"""Mobitec messages to bytes and back, for both roles; no input, no output, no clock.

A frame is FF, the address, a command, its body, the low byte of the sum of everything after FF,
and FF again. A sum of FE or FF is sent as FE 00 or FE 01, so FF stands nowhere but at the ends.
Whatever lies between two FFs and does not add up is noise.
"""

import re
from typing import Final

from drivers.errors import PeerWireError
from drivers.mobitec.packets import (
    MAX_ADDRESS,
    MAX_BYTE,
    MAX_MESSAGE_BYTES,
    Addressed,
    AskEcho,
    Field,
    Other,
    Packet,
    Text,
)

_EDGE: Final = b"\xff"
_ESCAPE: Final = b"\xfe"
_ESCAPES: Final = ((b"\xfe", b"\xfe\x00"), (b"\xff", b"\xfe\x01"))
_SHOW_TEXT: Final = 0xA2
_TEST: Final = 0xA4
_WIDTH: Final = 0xD0
_HEIGHT: Final = 0xD1
_LEFT: Final = 0xD2
_BOTTOM: Final = 0xD3
_FONT: Final = 0xD4
_PLACED: Final = frozenset({_LEFT, _BOTTOM, _FONT})
_RUN: Final = re.compile(rb"((?:[\xD0-\xD4].)*)([\x20-\xCF]*)", re.DOTALL)
"""Labels with their values, then letters."""
_LETTERS: Final = re.compile(rb"[\x20-\xCF]+")
_LABELLED: Final = re.compile(rb"(?:[\xD0-\xD4].|[\x20-\xCF]++)*+", re.DOTALL)
_TEST_BYTES: Final = 3
"""The command, a zero, the value."""


def encode(message: Addressed) -> bytes:
    """Return the bytes a host sends; PeerWireError for values the dialect cannot carry."""
    if not 0 <= message.address <= MAX_ADDRESS:
        raise PeerWireError("mobitec", f"address {message.address}")
    body = bytes([message.address]) + _write(message.packet)
    if len(body) > MAX_MESSAGE_BYTES or max(body) > MAX_BYTE:
        raise PeerWireError("mobitec", f"a message of {len(body)} bytes, or with FE or FF in it")
    return _EDGE + body + _escape(checksum(body)) + _EDGE


def checksum(body: bytes) -> bytes:
    """Return the low byte of the sum of everything from the address on."""
    return bytes([sum(body) & 0xFF])


class SignDecoder:
    """The display's ear: bytes in any pieces come in, whole messages come out."""

    def __init__(self) -> None:
        self._buffer = b""
        self._too_long = False

    def receive(self, data: bytes) -> list[Addressed]:
        """Take bytes; return the messages they complete. Never raises."""
        *ended, begun = data.split(_EDGE)
        messages = []
        for piece in ended:
            self._add(piece)
            message = None if self._too_long else _read(self._buffer)
            self._buffer, self._too_long = b"", False
            if message is not None:
                messages.append(message)
        self._add(begun)
        return messages

    def _add(self, piece: bytes) -> None:
        self._buffer += piece
        # A checksum has up to two bytes.
        if len(self._buffer) > MAX_MESSAGE_BYTES + 2:
            self._buffer, self._too_long = b"", True


class HostDecoder:
    """The host's ear: single bytes that a display sends back.

    What lies between FF and FF is our own voice, which a two-wire adapter may hear, and skipped.
    """

    def __init__(self) -> None:
        self._in_frame_bytes: int | None = None

    def receive(self, data: bytes) -> list[int]:
        """Take bytes; return those a display sent. PeerWireError for a frame without an end."""
        values = []
        for value in data:
            if value == _EDGE[0]:
                # Back to back, the end of one frame and the start of the next look alike; the
                # start of a frame is never empty.
                self._in_frame_bytes = None if self._in_frame_bytes else 0
            elif self._in_frame_bytes is None:
                values.append(value)
            else:
                self._in_frame_bytes += 1
                if self._in_frame_bytes > MAX_MESSAGE_BYTES + 2:
                    self._in_frame_bytes = None
                    raise PeerWireError("mobitec", "an echo that does not end")
        return values


def _escape(data: bytes) -> bytes:
    for plain, escaped in _ESCAPES:
        data = data.replace(plain, escaped)
    return data


def _unescape(data: bytes) -> bytes:
    for plain, escaped in reversed(_ESCAPES):
        data = data.replace(escaped, plain)
    return data


def _write(packet: Packet) -> bytes:
    match packet:
        case Text(width_px, height_px, fields):
            head = _bytes(_SHOW_TEXT, _WIDTH, width_px, _HEIGHT, height_px)
            return head + b"".join(_write_field(field) for field in fields)
        case AskEcho(value):
            return _bytes(_TEST, 0, value)
        case Other(body):
            return body


def _write_field(field: Field) -> bytes:
    if not _LETTERS.fullmatch(field.letters):
        raise PeerWireError("mobitec", f"letters {field.letters[:20]!r}")
    head = _bytes(_LEFT, field.left_px, _BOTTOM, field.bottom_px, _FONT, field.font)
    return head + field.letters


def _bytes(*values: int) -> bytes:
    if any(not 0 <= value <= MAX_BYTE for value in values):
        raise PeerWireError("mobitec", f"a value larger than {MAX_BYTE} or less than 0")
    return bytes(values)


def _read(escaped: bytes) -> Addressed | None:
    """Return what stood between two FFs; None for noise."""
    data = _unescape(escaped)
    body = data[:-1]
    if len(body) < 2 or checksum(body) != data[-1:] or body[0] > MAX_ADDRESS:  # noqa: PLR2004 -- address and command
        return None
    return Addressed(body[0], _read_packet(body[1:]))


def _read_packet(body: bytes) -> Packet:
    if body[0] == _TEST and len(body) == _TEST_BYTES:
        return AskEcho(body[-1])
    if body[0] == _SHOW_TEXT:
        return _read_text(body[1:]) or Other(body)
    return Other(body)


def _read_text(body: bytes) -> Text | None:
    """Return a text; None for what is neither labels we know nor letters.

    Labels hold until they are given again. Letters without a place or a font are disregarded, as
    displays do.
    """
    if not _LABELLED.fullmatch(body):
        return None
    given: dict[int, int] = {}
    fields = []
    for run in _RUN.finditer(body):
        given |= dict(zip(run[1][::2], run[1][1::2], strict=True))
        if run[2] and given.keys() >= _PLACED:
            fields.append(Field(given[_LEFT], given[_BOTTOM], given[_FONT], run[2]))
    return Text(given.get(_WIDTH, 0), given.get(_HEIGHT, 0), tuple(fields))
