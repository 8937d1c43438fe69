"""What can be said to a NovaStar sending card, as values: registers read and written.

Sources, each named in docs/protocols/novastar.md: NovaStar's "COEX Central Control Protocol
V1.5.0" and "RS232 Protocol for Nova M3 Control System V1.9" as quoted by public projects, and the
npm packages @novastar/codec 2.1 and @novastar/native (MIT). `codec` turns this into bytes.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

MAX_SERIAL: Final = 0xFF
MAX_CARDS: Final = 32
"""Sending cards in one chain: the largest table that NovaStar's own software keeps."""
ALL_PORTS: Final = 0xFF
ALL_BOARDS: Final = 0xFFFF
MAX_DATA_BYTES: Final = 256
"""The largest block anybody here reads; a length beyond it is noise, not a packet."""


class Device(IntEnum):
    """Which kind of card a packet is for."""

    SENDING = 0
    RECEIVING = 1
    FUNCTION = 2


class Register(IntEnum):
    """What we read and write, each in one kind of card."""

    MODEL = 0x0000_0002
    """Sending card: what it is, two bytes."""
    SIGNAL = 0x0200_0017
    """Sending card: 0 = no picture comes in."""
    BRIGHTNESS = 0x0200_0001
    """Receiving card: 0 to 255."""
    KILL = 0x0200_0100
    """Receiving card: FF = every LED dark, 00 = show the picture."""
    LOCK = 0x0200_0102
    """Receiving card: FF = the picture is frozen, 00 = it moves."""
    HEALTH = 0x0A00_0000
    """Receiving card: temperature, voltage and more, HEALTH_BYTES."""


MODEL_BYTES: Final = 2
HEALTH_BYTES: Final = 82
ON: Final = b"\xff"
OFF: Final = b"\x00"
FULL_BRIGHTNESS: Final = 255


class Ack(IntEnum):
    """How an answer begins."""

    OK = 0
    TIMEOUT = 1
    """The card that was meant did not answer the sending card."""
    BAD_REQUEST = 2
    BAD_ANSWER = 3
    NO_SUCH_COMMAND = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a register is: a sending card, one of its ports, a card in that port's chain."""

    card: int
    device: Device = Device.SENDING
    port: int = 0
    board: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """Ask for bytes from a register on."""

    serial: int
    """Comes back in the answer."""
    place: Place
    register: int
    length_bytes: int


@dataclass(frozen=True, slots=True)
class Write:
    """Put bytes into a register."""

    serial: int
    place: Place
    register: int
    data: bytes


Request = Read | Write


@dataclass(frozen=True, slots=True)
class Answer:
    """What a card says to a request."""

    serial: int
    place: Place
    register: int
    wrote: bool
    data: bytes = b""
    ack: int = Ack.OK

    @property
    def reason(self) -> str:
        """What the card says went wrong."""
        known = [each for each in Ack if each == self.ack]
        return known[0].name.lower().replace("_", " ") if known else f"error {self.ack}"
