"""What can be said to an Onbon card and what it answers, as values; `codec` makes bytes of them.

Sources: the vendor's "5th/6th dynamic area user manual" (onbonlab/BX-V-VI) for graphic cards, and
"BX-5K/6K protocol, user version 1.4" (onbonlab/onbonlab.github.io) for font cards. Section
numbers below are theirs: G5, G6 and K.
"""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import Enum, IntEnum
from typing import Final

HOST: Final = 0x8000
"""Where answers go: the address of a host's program (K 4)."""
ANYBODY: Final = 0xFFFE
"""Every card obeys, and answers in this name (K 4)."""
EVERYBODY: Final = 0xFFFF
"""Every card obeys, none answers (K 4)."""
ADDRESSES: Final = range(1, 0x8000)
"""Numbers a card can have (K 8.11); 1 when it leaves the works (K 10.1)."""
MAX_LEVEL: Final = 15
"""Brightness has 16 steps (G6 5.5.2, K 8.17)."""
HALF_HOURS: Final = 48
MAX_TIMERS: Final = 3
"""Pairs of times at which a font card switches itself on and off (K 8.14)."""
FILE_NAME_BYTES: Final = 4
BLOCK_BYTES: Final = 480
"""Data of one file block: with its header it fits the 512 bytes a BX-5K receives (K 8.1.2)."""
ALL: Final = 0xFF
"""Deletes every dynamic area where a number of areas is asked for (G6 5.4.2, K 8.2.1)."""


class Card(Enum):
    """Kinds of cards: they differ in header and commands, not in the envelope."""

    BX5 = "BX-5 graphic"
    BX6 = "BX-6 graphic"
    FONT = "font"

    @property
    def is_graphic(self) -> bool:
        """Say whether pixels can be sent to it, under a header of 16 bytes."""
        return self is not Card.FONT


class Complaint(IntEnum):
    """Why a card refuses (G6 5.2.2, K 6)."""

    NONE = 0
    NO_SUCH_GROUP = 1
    NO_SUCH_COMMAND = 2
    BUSY = 3
    MEMORY_FULL = 4
    CHECKSUM = 5
    NO_SUCH_FILE = 6
    FLASH = 7
    DOWNLOAD = 8
    FILE_NAME = 9
    FILE_TYPE = 10
    FILE_CHECKSUM = 11
    NO_SUCH_FONT = 12
    FIRMWARE_TYPE = 13
    CLOCK_FORMAT = 14
    FILE_EXISTS = 15
    BLOCK_NUMBER = 16
    CONTROLLER_TYPE = 17
    SCREEN_PARAMETER = 18
    CONTROLLER_ID = 19


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask whether anybody is there (A2 00)."""


@dataclass(frozen=True, slots=True)
class SetBrightness:
    """Set one brightness for the whole day: A2 07 with 48 half hours, on font cards A3 02."""

    level: int


@dataclass(frozen=True, slots=True)
class AskBrightness:
    """Ask a graphic card for its brightness (A2 19)."""


class RunMode(IntEnum):
    """What becomes of a dynamic area in time (G6 5.4.1)."""

    LOOP = 0
    STAY_ON_LAST = 1
    LOOP_UNTIL_TIMEOUT = 2
    LOGO_AFTER_TIMEOUT = 3
    ONCE = 4


@dataclass(frozen=True, slots=True)
class PictureArea:
    """One picture in a dynamic area of a graphic card (A7 00), still, see `bitmap` for `pixels`."""

    number: int
    left_px: int
    top_px: int
    width_px: int
    height_px: int
    pixels: bytes = field(repr=False)
    alone: bool = True
    """Stored programs stop, only this area plays; else it plays beside all of them."""
    run_mode: RunMode = RunMode.LOOP
    timeout_s: int = 0


@dataclass(frozen=True, slots=True)
class DeleteAreas:
    """Forget dynamic areas of a graphic card (A7 01); None = all of them."""

    numbers: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Ask a font card how it is (A1 02)."""


@dataclass(frozen=True, slots=True)
class DeleteFiles:
    """Delete files of a font card, programs or fonts (A1 01); none named = all programs."""

    names: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Announce a file to a font card (A1 05)."""

    name: bytes
    size_bytes: int
    overwrite: bool = True


@dataclass(frozen=True, slots=True)
class WriteBlock:
    """One piece of an announced file (A1 06); the file's own last two bytes are its CRC."""

    name: bytes
    last: bool
    number: int
    at_bytes: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reset:
    """Start again, WITHOUT every program and font: the card erases them first (A2 01)."""


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set a font card's clock (A2 03)."""

    at: datetime
    """Wall clock, no zone."""


@dataclass(frozen=True, slots=True)
class Power:
    """Switch the LEDs of a font card on or off until the next timer says otherwise (A3 00)."""

    on: bool


@dataclass(frozen=True, slots=True)
class PowerTimers:
    """Switch on and off by the card's clock every day (A3 01): pairs (on, off), off after on."""

    pairs: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class CancelTimers:
    """Forget the power timers (A3 08)."""


@dataclass(frozen=True, slots=True)
class LockProgram:
    """Play one stored program only, or no longer (A3 04)."""

    name: bytes
    locked: bool
    survives_power_cuts: bool = False


@dataclass(frozen=True, slots=True)
class TextArea:
    """A dynamic area of a font card (K 9.1): its letters are GBK, there is no Vietnamese."""

    number: int
    left: int
    top_px: int
    width: int
    height_px: int
    text: bytes
    unit_px: int = 1
    """What `left` and `width` count: pixels, or bytes of 8 pixels."""
    line_gap_px: int = 0
    run_mode: RunMode = RunMode.LOOP
    timeout_s: int = 0
    alignment: int = 0
    single_line: int = 2
    """1 = one line, 2 = several."""
    wraps: int = 1
    """1 = breaks lines where the text says so, 2 = by itself."""
    mode: int = 1
    """1 = stands; 3 to 6 = moves left, right, up, down."""
    exit_mode: int = 0
    speed: int = 0
    stay: int = 0
    """In half seconds."""


@dataclass(frozen=True, slots=True)
class UpdateAreas:
    """Delete and set dynamic areas of a font card in one go (A3 06); `deleted` None = all."""

    deleted: tuple[int, ...] | None = ()
    areas: tuple[TextArea, ...] = ()


@dataclass(frozen=True, slots=True)
class ClearScreen:
    """Clear the screen of a font card (A3 10)."""


@dataclass(frozen=True, slots=True)
class Other:
    """A command that this code does not read."""

    group: int
    number: int
    data: bytes


Command = (
    Ping
    | SetBrightness
    | AskBrightness
    | PictureArea
    | DeleteAreas
    | AskStatus
    | DeleteFiles
    | OpenFile
    | WriteBlock
    | Reset
    | SetClock
    | Power
    | PowerTimers
    | CancelTimers
    | LockProgram
    | UpdateAreas
    | ClearScreen
    | Other
)


@dataclass(frozen=True, slots=True)
class Request:
    """A command with the card it is for."""

    address: int
    command: Command
    wants_answer: bool = True
    reserved: int | None = None
    """Two bytes before the arguments: the documents say 0, many hosts write the length there."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame whose check or form is wrong; nothing in it can be believed."""


@dataclass(frozen=True, slots=True)
class Ack:
    """Done."""


@dataclass(frozen=True, slots=True)
class Nack:
    """Not done, and why: a `Complaint`, or a number no document knows."""

    complaint: int

    @property
    def reason(self) -> str:
        """Return it in words."""
        known = {int(each) for each in Complaint}
        if self.complaint not in known:
            return f"complaint {self.complaint}"
        return Complaint(self.complaint).name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class BrightnessIs:
    """A graphic card's brightness (A2 99)."""

    level: int
    mode: int = 0
    """0 = set by hand, 1 = by the clock, 2 and 3 = by a light sensor."""
    measured: int = 0


@dataclass(frozen=True, slots=True)
class StatusIs:
    """How a font card is (A1 02)."""

    on: bool
    level: int
    local: datetime | None
    """Its clock; None when that shows no date."""
    programs: int
    playing: bytes
    areas: tuple[int, ...] = ()
    special_pages: int | None = None
    """Pages of the special dynamic area; None = there is no such area."""
    barcode: bytes = bytes(16)
    net_id: bytes = bytes(12)


@dataclass(frozen=True, slots=True)
class BlockTaken:
    """Where in the file the next block belongs (A1 06)."""

    next_bytes: int
    complaint: int = 0


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """An answer that this code does not read."""

    group: int
    number: int
    complaint: int
    data: bytes


Answer = Ack | Nack | BrightnessIs | StatusIs | BlockTaken | OtherAnswer


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with the name in which the card gave it."""

    source: int
    answer: Answer
    to: int = HOST
