"""NovaStar packets to bytes and back, for both roles; no input, no output, no clock.

55 AA (a host) or AA 55 (a card), error code, serial number, source, destination, kind of card,
port, board (16 bits), read or write, a spare byte, register (32 bits), length (16 bits), data, and
the sum of all that follows the first two bytes plus 0x5555 (16 bits). Numbers are little-endian.
Whatever does not add up is noise, skipped up to the next head.
"""

import struct
from collections.abc import Iterator
from typing import Final

from drivers.errors import PeerWireError
from drivers.novastar.packets import (
    ALL_BOARDS,
    MAX_DATA_BYTES,
    MAX_SERIAL,
    Answer,
    Device,
    Place,
    Read,
    Request,
    Write,
)

HOST: Final = 0xFE
"""A host's own address."""
_ASKS: Final = b"\x55\xaa"
_ANSWERS: Final = b"\xaa\x55"
_FIELDS: Final = struct.Struct("<2sBBBBBBHBxIH")
_SUM_BYTES: Final = 2
_SUM_START: Final = 0x5555
_READ: Final = 0
_WRITE: Final = 1
_BYTE: Final = 0xFF
_REGISTERS: Final = 0xFFFF_FFFF


def checksum(body: bytes) -> bytes:
    """Return the sum of a packet's bytes after its head."""
    return struct.pack("<H", (sum(body) + _SUM_START) & 0xFFFF)


def encode(message: Request | Answer) -> bytes:
    """Return a packet's bytes; PeerWireError for values the dialect cannot carry."""
    data = b"" if isinstance(message, Read) else message.data
    length_bytes = message.length_bytes if isinstance(message, Read) else len(data)
    place = message.place
    numbers = (place.card, place.port, message.serial)
    if not (
        all(0 <= number <= _BYTE for number in numbers)
        and 0 <= place.board <= ALL_BOARDS
        and 0 <= message.register <= _REGISTERS
        and 0 <= length_bytes <= MAX_DATA_BYTES
    ):
        raise PeerWireError("novastar", f"cannot say {message}")
    head, ack, source, destination = _ASKS, 0, HOST, place.card
    writes = isinstance(message, Write)
    if isinstance(message, Answer):
        head, ack, source, destination = _ANSWERS, message.ack & _BYTE, place.card, HOST
        writes = message.wrote
    fields = _FIELDS.pack(
        head,
        ack,
        message.serial,
        source,
        destination,
        place.device,
        place.port,
        place.board,
        _WRITE if writes else _READ,
        message.register,
        length_bytes,
    )
    packet = fields + data
    return packet + checksum(packet[len(head) :])


def next_serial(serial: int) -> int:
    """Return the number of the request after this one."""
    return (serial + 1) & MAX_SERIAL


class _Packets:
    """Whole packets out of a stream that begins anywhere."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._buffer = b""

    def receive(self, data: bytes) -> Iterator[tuple[tuple[int, ...], bytes]]:
        """Take bytes; yield the fields after the head, and the data, of each whole packet."""
        self._buffer += data
        while self._skip_noise() and len(self._buffer) >= _FIELDS.size:
            fields = _FIELDS.unpack_from(self._buffer)
            data_bytes = self._data_bytes(fields)
            end = _FIELDS.size + data_bytes + _SUM_BYTES
            if data_bytes <= MAX_DATA_BYTES and len(self._buffer) < end:
                return
            packet = self._buffer[:end]
            if data_bytes > MAX_DATA_BYTES or not _adds_up(packet):
                self._buffer = self._buffer[len(self._head) :]
                continue
            self._buffer = self._buffer[end:]
            yield fields[1:], packet[_FIELDS.size : -_SUM_BYTES]

    def _data_bytes(self, fields: tuple[int, ...]) -> int:
        """Return how much data follows: a host that reads only says how much it wants."""
        io, length_bytes = fields[-3], fields[-1]
        return 0 if self._head == _ASKS and io == _READ else length_bytes

    def _skip_noise(self) -> bool:
        start = self._buffer.find(self._head)
        if start >= 0:
            self._buffer = self._buffer[start:]
            return True
        keep = int(self._buffer.endswith(self._head[:1]))
        self._buffer = self._buffer[len(self._buffer) - keep :]
        return False


class SignDecoder:
    """The card's ear: requests out of a stream of bytes."""

    def __init__(self) -> None:
        self._packets = _Packets(_ASKS)

    def receive(self, data: bytes) -> list[Request]:
        """Take bytes in any pieces; return the requests they complete. Never raises."""
        requests = [_request(fields, body) for fields, body in self._packets.receive(data)]
        return [request for request in requests if request is not None]


class HostDecoder:
    """The host's ear: answers out of a stream of bytes; noise between them is skipped."""

    def __init__(self) -> None:
        self._packets = _Packets(_ANSWERS)

    def receive(self, data: bytes) -> list[Answer]:
        """Take bytes in any pieces; return the answers they complete."""
        answers = [_answer(fields, body) for fields, body in self._packets.receive(data)]
        return [answer for answer in answers if answer is not None]


def _adds_up(packet: bytes) -> bool:
    return packet[-_SUM_BYTES:] == checksum(packet[len(_ASKS) : -_SUM_BYTES])


def _request(fields: tuple[int, ...], data: bytes) -> Request | None:
    _ack, serial, source, card, device, port, board, io, register, length_bytes = fields
    if source != HOST or device not in set(Device) or io not in {_READ, _WRITE}:
        return None
    place = Place(card, Device(device), port, board)
    if io == _READ:
        readable = length_bytes <= MAX_DATA_BYTES
        return Read(serial, place, register, length_bytes) if readable else None
    return Write(serial, place, register, data)


def _answer(fields: tuple[int, ...], data: bytes) -> Answer | None:
    ack, serial, card, destination, device, port, board, io, register, _length_bytes = fields
    if destination != HOST or device not in set(Device) or io not in {_READ, _WRITE}:
        return None
    return Answer(
        serial, Place(card, Device(device), port, board), register, io == _WRITE, data, ack
    )
