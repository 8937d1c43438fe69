"""What can be said to an AM03127, as values.

Source: Amplus, "AM004-03128/03127 LED Display Board Communication", version 2.2, 13 August 2005;
section numbers below are that document's. Everything is plain data; `codec` turns it into bytes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

BLOCK_WIDTH_PX: Final = 32
LINE_HEIGHT_PX: Final = 8
BLOCK_BYTES: Final = 64
"""32x8 pixels at 2 bits."""
GRAPHIC_PAGES: Final = "ABCDEFGHIJKLMNOP"
BLOCKS_PER_PAGE: Final = 8
PAGES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MAX_LINES: Final = 8
MAX_ADDRESS: Final = 255
BROADCAST: Final = 0
"""Every sign obeys address 0, none answers."""
MAX_PACKET_BYTES: Final = 1_024
"""The document names no limit; a page line with 64 block references has 340 bytes."""


class Lead(Enum):
    """How a page appears (4.2.2.3). Upper case on line 1: line 1 leads the whole image."""

    IMMEDIATE = "A"
    SCROLL_LEFT = "E"


class Level(Enum):
    """Brightness (4.2.7)."""

    FULL = "A"
    THREE_QUARTERS = "B"
    HALF = "C"
    QUARTER = "D"

    @property
    def percent(self) -> int:
        """Return the share of full brightness."""
        return {"A": 100, "B": 75, "C": 50, "D": 25}[self.value]


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """The place of one graphic block of 32x8 pixels (4.2.4): page A to P, number 1 to 8."""

    page: str
    number: int


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the sign's clock (4.2.1)."""

    at: datetime
    """Wall clock, no zone."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """One 8-pixel line of a page (4.2.2), filled with graphic blocks from left to right."""

    line: int
    page: str
    lead: Lead
    blocks: tuple[Block, ...]
    method: str = "A"
    """Speed and blinking (4.2.2.4); A = normal."""
    wait: str = "Z"
    """How long the page stands (4.2.2.5): A = 0.5 s, B = 1 s, ... Z = 25 s."""
    lag: Lead = Lead.IMMEDIATE


@dataclass(frozen=True, slots=True)
class Graphic:
    """The pixels of one block (4.2.4): 64 bytes, see `bitmap`."""

    block: Block
    data: bytes


@dataclass(frozen=True, slots=True)
class RunPage:
    """Show a page whenever no schedule plays (4.2.6)."""

    page: str


@dataclass(frozen=True, slots=True)
class Brightness:
    """Set the brightness (4.2.7)."""

    level: Level


@dataclass(frozen=True, slots=True)
class DeletePage:
    """Forget one line of a page (4.2.5.1)."""

    line: int
    page: str


@dataclass(frozen=True, slots=True)
class DeleteAll:
    """Forget every page, schedule and graphic (4.2.5.3)."""


@dataclass(frozen=True, slots=True)
class Other:
    """A packet whose checksum is right but that this code does not read: texts, schedules, ..."""

    body: bytes


Packet = SetClock | PageLine | Graphic | RunPage | Brightness | DeletePage | DeleteAll | Other


@dataclass(frozen=True, slots=True)
class Addressed:
    """A packet with the sign it is for; 0 = all."""

    address: int
    packet: Packet


@dataclass(frozen=True, slots=True)
class SetAddress:
    """Give the only sign on the line its address (4.1); no checksum, answered by the digits."""

    address: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame for this address whose checksum is wrong: the sign answers NACK."""

    address: int


class Reply(Enum):
    """What a sign answers; silence is the third answer."""

    ACK = b"ACK"
    NACK = b"NACK"
