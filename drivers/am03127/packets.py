"""What can be said to an AM03127, as values.

Source: Amplus, "AM004-03128/03127 LED Display Board Communication", version 2.2, 13 August 2005;
section numbers below are that document's. Everything is plain data; `codec` turns it into bytes.
"""

from dataclasses import dataclass
from datetime import datetime, time
from enum import Enum
from typing import Final

from drivers.am03127.contents import Block, Face, Part

PAGES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SCHEDULES: Final = "ABCDE"
MAX_LINES: Final = 8
LINE_HEIGHT_PX: Final = 8
MAX_SCHEDULE_PAGES: Final = 31
MAX_ADDRESS: Final = 255
BROADCAST: Final = 0
"""Every sign obeys address 0, none answers."""
MAX_PACKET_BYTES: Final = 1_012
"""The document names no limit; a sign of revision 1.4A was seen to refuse more."""
GLYPH_BYTES: Final = 8
GLYPHS: Final = 64
"""How many characters of a face can be redefined: U40 to U7F."""
SHORTEST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 25


class Lead(Enum):
    """How a picture comes (4.2.2.3); there is no O."""

    IMMEDIATE = "A"
    XOPEN = "B"
    CURTAIN_UP = "C"
    CURTAIN_DOWN = "D"
    SCROLL_LEFT = "E"
    SCROLL_RIGHT = "F"
    VOPEN = "G"
    VCLOSE = "H"
    SCROLL_UP = "I"
    SCROLL_DOWN = "J"
    HOLD = "K"
    """What was there before stays."""
    SNOW = "L"
    TWINKLE = "M"
    BLOCK_MOVE = "N"
    RANDOM = "P"
    PEN_HELLO_WORLD = "Q"
    PEN_WELCOME = "R"
    PEN_AMPLUS = "S"


class Lag(Enum):
    """How a picture goes (4.2.2.6)."""

    IMMEDIATE = "A"
    XOPEN = "B"
    CURTAIN_UP = "C"
    CURTAIN_DOWN = "D"
    SCROLL_LEFT = "E"
    SCROLL_RIGHT = "F"
    VOPEN = "G"
    VCLOSE = "H"
    SCROLL_UP = "I"
    SCROLL_DOWN = "J"
    HOLD = "K"
    """It stays until the next page is drawn."""


class Speed(Enum):
    """How fast it comes and goes: the letter with which the speed's five methods begin."""

    FASTEST = "A"
    FAST = "Q"
    SLOW = "a"
    SLOWEST = "q"


class Style(Enum):
    """What it does while it stands: the place among a speed's five methods."""

    NORMAL = 0
    BLINKING = 1
    SONG_1 = 2
    SONG_2 = 3
    SONG_3 = 4


@dataclass(frozen=True, slots=True)
class Method:
    """Speed and style of a page line (4.2.2.4)."""

    speed: Speed = Speed.FASTEST
    style: Style = Style.NORMAL


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


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the sign's clock (4.2.1)."""

    at: datetime
    """Wall clock, no zone."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line of a page, 8 pixels tall (4.2.2)."""

    line: int
    page: str
    lead: Lead
    contents: tuple[Part, ...]
    method: Method = Method()
    wait_s: float = LONGEST_WAIT_S
    """How long it stands (4.2.2.5): 0.5 or whole seconds up to 25."""
    lag: Lag = Lag.IMMEDIATE
    lead_apart: bool = False
    """A lower-case lead. On line 1 it lets each line come by itself; else line 1 leads them all."""
    lag_apart: bool = False
    """A lower-case lag, likewise."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Pages that take turns between two times (4.2.3).

    Two `datetime`s are one stretch of time; two `time`s, written with the date 00/00/00, return
    every day. Seconds do not travel.
    """

    letter: str
    start: datetime | time
    end: datetime | time
    pages: str
    """Page letters in the order they are shown, repeated or not."""


@dataclass(frozen=True, slots=True)
class Graphic:
    """The pixels of one block (4.2.4): 64 bytes, see `bitmap`."""

    block: Block
    data: bytes


@dataclass(frozen=True, slots=True)
class Glyph:
    """A new shape for one European character of one face (4.2.8).

    Slot 0 is U40. Eight bytes, one a row, the leftmost pixel in the highest bit; faces of 7 rows
    leave the last one empty. Only faces A, B and C can be changed.
    """

    face: Face
    slot: int
    rows: bytes


@dataclass(frozen=True, slots=True)
class RestoreGlyphs:
    """Take back every changed shape (4.2.9)."""


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
class DeleteSchedule:
    """Forget a schedule (4.2.5.2)."""

    letter: str


@dataclass(frozen=True, slots=True)
class DeleteAll:
    """Forget every page, schedule and graphic (4.2.5.3)."""


@dataclass(frozen=True, slots=True)
class Other:
    """A packet whose checksum is right but that is not in the document, such as `<BE>`."""

    body: bytes


Packet = (
    SetClock
    | PageLine
    | Schedule
    | Graphic
    | Glyph
    | RestoreGlyphs
    | RunPage
    | Brightness
    | DeletePage
    | DeleteSchedule
    | DeleteAll
    | Other
)


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
    """A packet for this address with a wrong checksum: the sign answers NACK, and that is all."""

    address: int
    body: bytes = b""


class Reply(Enum):
    """What a sign answers (4.2); silence is the third answer."""

    ACK = b"ACK"
    NACK = b"NACK"
