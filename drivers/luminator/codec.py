"""Luminator messages to bytes and back, for both roles; no input, no output, no clock.

A record looks like one of an Intel HEX file: a colon, then in hex digits the number of data bytes,
an address of two bytes, a kind, the data, and what brings the sum of all of them to zero; CR LF.
The colon stands nowhere else, so it always begins anew; what is no record is noise.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from drivers.errors import PeerWireError
from drivers.luminator.packets import (
    MAX_ADDRESS,
    MAX_DATA_BYTES,
    Ack,
    Answer,
    Chunk,
    ChunksSent,
    Goodbye,
    Hello,
    Message,
    Operation,
    Other,
    PixelsComplete,
    Query,
    Report,
    Request,
    State,
)

_Word = Hello | Query | Goodbye | Request | Report | Ack | PixelsComplete
"""What is said in one byte."""

_START: Final = b":"
_END: Final = b"\r\n"
_FRAME_BYTES: Final = 5
"""Length, address, kind and checksum of a record."""
_DIGITS: Final = re.compile(rb":([0-9A-Fa-f]*)")

_CHUNK: Final = 0
_CHUNKS_SENT: Final = 1
_MEANINGS: Final[dict[tuple[int, int], _Word]] = {
    (2, 0xFF): Hello(0),
    (2, 0x00): Query(0),
    (2, 0x55): Goodbye(0),
    **{(3, operation.value[0]): Request(0, operation) for operation in Operation},
    **{(4, state): Report(0, state) for state in State},
    **{(5, operation.value[1]): Ack(0, operation) for operation in Operation},
    (6, 0x00): PixelsComplete(0),
}
"""What kind and single data byte mean, said to or by display 0."""
_WORDS: Final = {meaning: word for word, meaning in _MEANINGS.items()}


def encode(message: Message) -> bytes:
    """Return a record; PeerWireError for values the dialect cannot carry."""
    kind, address, data = _write(message)
    if not 0 <= address <= MAX_ADDRESS or len(data) > MAX_DATA_BYTES:
        raise PeerWireError("luminator", f"address {address} with {len(data)} bytes")
    body = bytes([len(data)]) + address.to_bytes(2) + bytes([kind]) + data
    return _START + (body + checksum(body)).hex().upper().encode() + _END


def checksum(body: bytes) -> bytes:
    """Return what brings the sum of all bytes to zero."""
    return bytes([-sum(body) & 0xFF])


class _Records:
    """What both ears have in common: records out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = b""

    def receive(self, data: bytes) -> Iterator[Message | None]:
        """Take bytes; yield the messages they complete, None for a damaged record."""
        self._buffer += data
        while (start := self._buffer.find(_START)) >= 0:
            self._buffer = self._buffer[start:]
            digits = _DIGITS.match(self._buffer)
            given = b"" if digits is None else digits[1]
            needed = 2 * (_FRAME_BYTES + int(given[:2] or b"0", 16))
            if len(given) >= needed:
                self._buffer = self._buffer[1 + needed :]
                yield _read(bytes.fromhex(given[:needed].decode()))
            elif len(given) == len(self._buffer) - 1:
                return
            else:
                self._buffer = self._buffer[1 + len(given) :]
                yield None
        self._buffer = b""


class SignDecoder:
    """The display's ear: bytes in any pieces come in, whole messages come out."""

    def __init__(self) -> None:
        self._records = _Records()

    def receive(self, data: bytes) -> list[Message]:
        """Take bytes; return the messages they complete. Never raises."""
        return [message for message in self._records.receive(data) if message is not None]


class HostDecoder:
    """The host's ear: the answers of one display out of a stream of bytes.

    Everything only hosts send is skipped: a two-wire adapter may hear its own voice.
    """

    def __init__(self, address: int) -> None:
        self._address = address
        self._records = _Records()

    def receive(self, data: bytes) -> list[Answer]:
        """Take bytes; return the answers they complete. PeerWireError for nothing but damage."""
        messages = list(self._records.receive(data))
        answers = [each for each in messages if isinstance(each, Report | Ack)]
        if None in messages and not answers:
            raise PeerWireError("luminator", "a damaged record")
        return [answer for answer in answers if answer.address == self._address]


def _write(message: Message) -> tuple[int, int, bytes]:
    """Return kind, address and data."""
    match message:
        case Chunk(offset_bytes, data):
            return _CHUNK, offset_bytes, data
        case ChunksSent(count):
            return _CHUNKS_SENT, count, b""
        case Other(kind, address, data):
            return kind, address, data
        case _:
            kind, word = _WORDS[replace(message, address=0)]
            return kind, message.address, bytes([word])


def _read(record: bytes) -> Message | None:
    """Return what a record says; None when its checksum is wrong."""
    body, given = record[:-1], record[-1:]
    if checksum(body) != given:
        return None
    address, kind, data = int.from_bytes(body[1:3]), body[3], body[4:]
    if kind == _CHUNK and len(data) > 1:
        return Chunk(address, data)
    if kind == _CHUNKS_SENT and not data:
        return ChunksSent(address)
    meaning = _MEANINGS.get((kind, data[0])) if len(data) == 1 else None
    return Other(kind, address, data) if meaning is None else replace(meaning, address=address)
