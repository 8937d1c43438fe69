"""What can be said to a Mobitec display, as values.

Sources: protocol.md of Nosen92/maskin-flipdot (MIT); the hosts bjarnekvae/pymobitec-flipdot,
mvannes/mobitec, prefixFelix/mobitec-flipdot and duffrohde/mobitec-rs485, which drive real displays;
for the echo question pyFIS. Everything is plain data; `codec` turns it into bytes.
"""

from dataclasses import dataclass
from typing import Final

MAX_ADDRESS: Final = 0x0E
"""The switch inside the display has 0 to E: 6 is a front, 7 a side, A and B are rear displays."""
PIXEL_FONT: Final = 0x77
"""Each of its letters is one column of five dots."""
BAND_PX: Final = 5
"""How many rows a letter of the pixel font has."""
DARK_LETTER: Final = 0x20
"""The letter without a dot; the uppermost dot adds 1, the lowermost 16."""
MAX_BYTE: Final = 0xFD
"""Largest width, height and place: FE and FF are special, and no source shows one escaped."""
MAX_MESSAGE_BYTES: Final = 4_096
"""No source names a limit; 253x64 dots, larger than any bus, need 3,376."""


@dataclass(frozen=True, slots=True)
class Field:
    """Letters in one font, from a place to the right.

    `bottom_px` is the row on which letters stand, counted from the top of the display: in the
    pixel font their lowermost dot, so 4 for letters that begin at the top. Letters are 20 to CF.
    """

    left_px: int
    bottom_px: int
    font: int
    letters: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """Show fields; the display's size goes along with each message."""

    width_px: int
    height_px: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class AskEcho:
    """Send this byte back: the only thing a display ever answers."""

    value: int


@dataclass(frozen=True, slots=True)
class Other:
    """A message whose checksum is right but that this code does not read: effects, versions, ..."""

    body: bytes


Packet = Text | AskEcho | Other


@dataclass(frozen=True, slots=True)
class Addressed:
    """A packet with the display it is for."""

    address: int
    packet: Packet
