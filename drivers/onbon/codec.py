"""Onbon messages to bytes and back, for both roles and all kinds of cards, from one table.

A message is a header, then a command of two numbers with its arguments. Font cards have a header
of 14 bytes, graphic cards one of 16, whatever their generation; only the picture command differs
between BX-5 and BX-6. A command counts as read only if writing it again gives the same bytes, so
nothing is half understood; what is not, stays `Other`.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from drivers.errors import PeerWireError
from drivers.onbon import answers, areas, orders
from drivers.onbon.frames import MAX_BODY_BYTES, Unwrapper, wrap
from drivers.onbon.packets import (
    HALF_HOURS,
    HOST,
    Answered,
    AskBrightness,
    AskStatus,
    CancelTimers,
    Card,
    ClearScreen,
    Command,
    Damaged,
    DeleteAreas,
    DeleteFiles,
    LockProgram,
    OpenFile,
    Other,
    PictureArea,
    Ping,
    Power,
    PowerTimers,
    Request,
    Reset,
    SetBrightness,
    SetClock,
    UpdateAreas,
    WriteBlock,
)

_FONT_HEADER: Final = struct.Struct("<HH3xBBBBBH")
"""To, from, barcode follows, kind of check, display mode, device, version, length (K 4)."""
_FONT_TAIL: Final = (0, 0, 0, 0xFE, 2)
"""No barcode, CRC-16, areas beside programs, any device, version 2."""
_GRAPHIC_HEADER: Final = struct.Struct("<HHBxH4xI")
"""To, from, version, device, length (G6 4)."""
_GRAPHIC_VERSION: Final = 0xF0
_ANY_DEVICE: Final = 0xFFFE
"""As in the vendor's ping example (G6 5.5.1)."""
_HEAD_BYTES: Final = 5
"""Of a request: group, number, whether an answer is wanted, two reserved bytes."""
_FONT_WANTS: Final = {True: 1, False: 2}
_GRAPHIC_WANTS: Final = {True: 1, False: 0}


class _Entry(NamedTuple):
    group: int
    number: int
    write: Callable[..., bytes]
    read: Callable[[bytes], Command]
    reserved: int = 0


def _plain(group: int, number: int, command: type[Command]) -> _Entry:
    """Return the entry of a command without arguments."""
    return _Entry(group, number, lambda _command: b"", lambda _args: command())  # type: ignore[call-arg]


_ANY_CARD: Final[Mapping[type, _Entry]] = {Ping: _plain(0xA2, 0x00, Ping)}
_GRAPHIC_CARDS: Final[Mapping[type, _Entry]] = {
    **_ANY_CARD,
    SetBrightness: _Entry(0xA2, 0x07, orders.write_day, orders.read_day, reserved=1 + HALF_HOURS),
    AskBrightness: _plain(0xA2, 0x19, AskBrightness),
    DeleteAreas: _Entry(0xA7, 0x01, areas.write_deleted, areas.read_deleted),
}
_TABLE: Final[Mapping[Card, Mapping[type, _Entry]]] = {
    Card.BX5: {
        **_GRAPHIC_CARDS,
        PictureArea: _Entry(0xA7, 0x00, areas.write_bx5, areas.read_bx5),
    },
    Card.BX6: {
        **_GRAPHIC_CARDS,
        PictureArea: _Entry(0xA7, 0x00, areas.write_bx6, areas.read_bx6),
    },
    Card.FONT: {
        **_ANY_CARD,
        DeleteFiles: _Entry(0xA1, 0x01, orders.write_deleted, orders.read_deleted),
        AskStatus: _plain(0xA1, 0x02, AskStatus),
        OpenFile: _Entry(0xA1, 0x05, orders.write_open, orders.read_open),
        WriteBlock: _Entry(0xA1, 0x06, orders.write_block, orders.read_block),
        Reset: _plain(0xA2, 0x01, Reset),
        SetClock: _Entry(0xA2, 0x03, orders.write_clock, orders.read_clock, reserved=8),
        Power: _Entry(0xA3, 0x00, orders.write_power, orders.read_power),
        PowerTimers: _Entry(0xA3, 0x01, orders.write_timers, orders.read_timers),
        SetBrightness: _Entry(0xA3, 0x02, orders.write_level, orders.read_level),
        LockProgram: _Entry(0xA3, 0x04, orders.write_lock, orders.read_lock),
        UpdateAreas: _Entry(0xA3, 0x06, areas.write_update, areas.read_update),
        CancelTimers: _plain(0xA3, 0x08, CancelTimers),
        ClearScreen: _plain(0xA3, 0x10, ClearScreen),
    },
}
_BY_NUMBER: Final = {
    card: {(entry.group, entry.number): entry for entry in table.values()}
    for card, table in _TABLE.items()
}


def encode(request: Request, card: Card) -> bytes:
    """Return what a host sends; PeerWireError for values the dialect cannot carry."""
    command = request.command
    try:
        if isinstance(command, Other):
            group, number, args, reserved = command.group, command.number, command.data, 0
        else:
            entry = _TABLE[card][type(command)]
            group, number, args, reserved = (*entry[:2], entry.write(command), entry.reserved)
        if request.reserved is not None:
            reserved = request.reserved
        if card.is_graphic:
            head = bytes([_GRAPHIC_WANTS[request.wants_answer], group, number])
        else:
            head = bytes([group, number, _FONT_WANTS[request.wants_answer]])
        return _message(request.address, HOST, head + struct.pack("<H", reserved) + args, card)
    except (KeyError, ValueError, struct.error) as exc:
        raise PeerWireError(
            "onbon", f"no {card.value} card can be told {command!r}: {exc}"
        ) from exc


def encode_answer(answered: Answered, card: Card) -> bytes:
    """Return what a card sends."""
    body = answers.write(answered.answer, card)
    return _message(answered.to, answered.source, body, card)


def _message(to: int, source: int, data: bytes, card: Card) -> bytes:
    if card.is_graphic:
        header = _GRAPHIC_HEADER.pack(to, source, _GRAPHIC_VERSION, _ANY_DEVICE, len(data))
    else:
        header = _FONT_HEADER.pack(to, source, *_FONT_TAIL, len(data))
    if len(header) + len(data) > MAX_BODY_BYTES:
        raise ValueError(f"{len(data)} bytes are too many")
    return wrap(header + data)


class _Opened(NamedTuple):
    to: int
    source: int
    data: bytes


def _open(body: bytes, card: Card) -> _Opened | None:
    """Take the header off; None when it is not one of this kind of card."""
    header = _GRAPHIC_HEADER if card.is_graphic else _FONT_HEADER
    if len(body) < header.size:
        return None
    to, source, *rest, length = header.unpack_from(body)
    data = body[header.size :]
    if card.is_graphic:
        fits = rest[0] == _GRAPHIC_VERSION
    else:
        barcode, check, _display, _device, version = rest
        fits = (barcode, check, version) == (0, 0, 2)
    return _Opened(to, source, data) if fits and length == len(data) else None


class SignDecoder:
    """A card's ear: bytes in any pieces come in, whole requests come out."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._unwrapper = Unwrapper()

    def receive(self, data: bytes) -> list[Request | Damaged]:
        """Take bytes; return the requests they complete. Never raises."""
        return [self._read(body) for body in self._unwrapper.receive(data)]

    def _read(self, body: bytes | None) -> Request | Damaged:
        opened = None if body is None else _open(body, self._card)
        if opened is None or len(opened.data) < _HEAD_BYTES:
            return Damaged()
        head, args = opened.data[:3], opened.data[_HEAD_BYTES:]
        reserved: int = struct.unpack_from("<H", opened.data, 3)[0]
        if self._card.is_graphic:
            wants, group, number = head
            wants_answer = wants != _GRAPHIC_WANTS[False]
        else:
            group, number, wants = head
            wants_answer = wants != _FONT_WANTS[False]
        entry = _BY_NUMBER[self._card].get((group, number))
        usual = 0 if entry is None else entry.reserved
        return Request(
            opened.to,
            _command(entry, args) or Other(group, number, args),
            wants_answer,
            None if reserved == usual else reserved,
        )


def _command(entry: _Entry | None, args: bytes) -> Command | None:
    """Return the command with these arguments; None when they do not make sense."""
    if entry is None:
        return None
    try:
        command = entry.read(args)
        return command if entry.write(command) == args else None
    except (ValueError, IndexError, struct.error):
        return None


class HostDecoder:
    """The host's ear. `address` is who was asked; None = whoever is at the other end."""

    def __init__(self, card: Card, address: int | None) -> None:
        self._card = card
        self._address = address
        self._unwrapper = Unwrapper()

    def receive(self, data: bytes) -> list[Answered]:
        """Take bytes; return the answers they complete. PeerWireError for damaged ones.

        What is for others, an echo of our own voice too, is passed over.
        """
        return [heard for body in self._unwrapper.receive(data) for heard in self._read(body)]

    def _read(self, body: bytes | None) -> list[Answered]:
        opened = None if body is None else _open(body, self._card)
        if opened is None:
            raise PeerWireError("onbon", "a damaged frame")
        if opened.to != HOST or self._address not in {None, opened.source}:
            return []
        return [Answered(opened.source, answers.read(opened.data, self._card))]
