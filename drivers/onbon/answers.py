"""Answers of both kinds of cards. Readers raise PeerWireError for nonsense, and nothing else."""

import struct
from datetime import datetime
from typing import Final

from drivers.errors import PeerWireError
from drivers.onbon.orders import bcd, from_bcd
from drivers.onbon.packets import (
    Ack,
    Answer,
    BlockTaken,
    BrightnessIs,
    Card,
    Complaint,
    Nack,
    OtherAnswer,
    StatusIs,
)

_FONT_HEAD: Final = struct.Struct("<BBB2x")
"""Group, number, complaint (K 5.1.2)."""
_GRAPHIC_HEAD: Final = struct.Struct("<xBBHHH")
"""Group, number, status, complaint, length of the data (G6 5.1.2)."""
_ACK: Final = (0xA0, 0x00)
_NACK: Final = (0xA0, 0x01)
_BRIGHTNESS: Final = (0xA2, 0x99)
_STATUS: Final = (0xA1, 0x02)
_BLOCK: Final = (0xA1, 0x06)
_BRIGHTNESS_DATA: Final = struct.Struct("<IBB")
"""The document gives the length 7 and lists 6 bytes; what comes after them is passed over."""
_NEXT: Final = struct.Struct("<I")
_YEARS: Final = range(1900, 2100)
"""K 9: years a card knows."""
_CODES_BYTES: Final = 16 + 12
"""Barcode and network id, at the end of a status (K 8.4)."""
_COUNT_AT: Final = (17, 15)
"""Where a status counts its areas: the BX-5K1 leaves two bytes out before it."""


def write(answer: Answer, card: Card) -> bytes:
    """Return an answer as a card gives it."""
    (group, number), complaint, data = _parts(answer)
    if not card.is_graphic:
        return _FONT_HEAD.pack(group, number, complaint) + data
    failed = int(isinstance(answer, Nack))
    return _GRAPHIC_HEAD.pack(group, number, failed, complaint, len(data)) + data


def _parts(answer: Answer) -> tuple[tuple[int, int], int, bytes]:
    match answer:
        case Ack():
            return _ACK, Complaint.NONE, b""
        case Nack(complaint):
            return _NACK, complaint, b""
        case BrightnessIs(level, mode, measured):
            return _BRIGHTNESS, Complaint.NONE, _BRIGHTNESS_DATA.pack(measured, mode, level) + b"\0"
        case StatusIs():
            return _STATUS, Complaint.NONE, _write_status(answer)
        case BlockTaken(next_bytes, complaint):
            return _BLOCK, complaint, _NEXT.pack(next_bytes)
        case OtherAnswer(group, number, complaint, data):
            return (group, number), complaint, data


def read(data: bytes, card: Card) -> Answer:
    """Read one; PeerWireError for what is none."""
    try:
        return _read(data, card)
    except (ValueError, IndexError, struct.error) as exc:
        raise PeerWireError("onbon", f"an answer that makes no sense: {exc}") from exc


def _read(data: bytes, card: Card) -> Answer:
    if card.is_graphic:
        group, number, _status, complaint, _length = _GRAPHIC_HEAD.unpack_from(data)
        rest = data[_GRAPHIC_HEAD.size :]
    else:
        group, number, complaint = _FONT_HEAD.unpack_from(data)
        rest = data[_FONT_HEAD.size :]
    code = (group, number)
    if code == _BLOCK and not card.is_graphic:
        (next_bytes,) = _NEXT.unpack(rest)
        return BlockTaken(next_bytes, complaint)
    if code == _NACK or complaint:
        return Nack(complaint)
    if code == _ACK:
        return Ack()
    if code == _BRIGHTNESS and card.is_graphic:
        measured, mode, level = _BRIGHTNESS_DATA.unpack_from(rest)
        return BrightnessIs(level, mode, measured)
    if code == _STATUS and not card.is_graphic:
        return _read_status(rest)
    return OtherAnswer(group, number, complaint, rest)


def _write_status(status: StatusIs) -> bytes:
    pages = status.special_pages
    return b"".join(
        [
            bytes([1 if status.on else 2, status.level]),
            _write_clock(status.local),
            bytes([status.programs]) + status.playing,
            bytes([pages is not None, pages or 0]),
            bytes([len(status.areas), *status.areas]),
            status.barcode + status.net_id,
        ]
    )


def _read_status(data: bytes) -> StatusIs:
    for count_at in _COUNT_AT:
        codes_at = count_at + 1 + data[count_at]
        if codes_at + _CODES_BYTES == len(data):
            break
    else:
        raise ValueError(f"a status of {len(data)} bytes")
    has_special = count_at == _COUNT_AT[0] and data[15]
    return StatusIs(
        on=data[0] == 1,
        level=data[1],
        local=_read_clock(data[2:10]),
        programs=data[10],
        playing=data[11:15],
        areas=tuple(data[count_at + 1 : codes_at]),
        special_pages=data[16] if has_special else None,
        barcode=data[codes_at : codes_at + 16],
        net_id=data[codes_at + 16 :],
    )


def _write_clock(local: datetime | None) -> bytes:
    if local is None:
        return bytes(8)
    at = local
    date = map(bcd, (at.year % 100, at.year // 100, at.month, at.day))
    return bytes([*date, at.isoweekday(), *map(bcd, (at.hour, at.minute, at.second))])


def _read_clock(data: bytes) -> datetime | None:
    """Read year (low byte first), month, day, weekday, hour, minute, second (K 8.4)."""
    try:
        year, century, month, day, _weekday, hour, minute, second = map(from_bcd, data)
        at = datetime(100 * century + year, month, day, hour, minute, second)  # noqa: DTZ001 -- wall clock
    except ValueError:
        return None
    return at if at.year in _YEARS else None
