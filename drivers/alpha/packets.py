"""What can be said to an Alpha sign, as values.

Source: Adaptive Micro Systems, "Alpha Sign Communications Protocol", form 9708-8061, as public
readers of it wrote it down; docs/protocols/alpha.md names them fact by fact. Everything is plain
data; `codec` turns it into bytes. What a sign answers is what one would write to it, so the same
values serve both ways.
"""

from dataclasses import dataclass
from enum import Enum, IntFlag
from typing import Final

MAX_ADDRESS: Final = 0xFF
EVERYONE: Final = 0
"""Address 00 reaches every sign; it is also what a sign has that was never given another."""
ALL_TYPES: Final = "Z"
"""The type code that every model obeys."""
RESPONSE: Final = "0"
"""The type code of answers, whatever the sign."""
PRIORITY_FILE: Final = "0"
"""The TEXT file that pre-empts all others while it holds anything; it needs no allocation."""
DEFAULT_FILE: Final = "A"
"""The one other TEXT file that exists without an allocation."""
PRIORITY_BYTES: Final = 125
MAX_SMALL_ROWS: Final = 31
MAX_SMALL_COLUMNS: Final = 255
MAX_FILE_SIZE: Final = 0xFFFF
"""Four hex digits."""
MAX_TRANSMISSION_BYTES: Final = 1 << 16
"""The largest SMALL DOTS picture makes 7,964 bytes, an RGB one of 128x64 49,221."""
CALL_PICTURE: Final = b"\x14"
"""In a TEXT: draw the DOTS picture whose label follows."""


class Kind(Enum):
    """The three formats of DOTS pictures, by the code that writes one."""

    SMALL = "I"
    LARGE = "M"
    RGB = "K"

    @property
    def side_digits(self) -> int:
        """Return how many hex digits a height or a width has."""
        return 2 if self is Kind.SMALL else 4

    @property
    def pixel_bytes(self) -> int:
        """Return how many characters one pixel has: a colour code, or RRGGBB in hex."""
        return 6 if self is Kind.RGB else 1


class FileType(Enum):
    """What an allocation is for."""

    TEXT = "A"
    STRING = "B"
    DOTS = "D"


class Trouble(IntFlag):
    """The serial error status register. Bit 6, always set, is left out."""

    NONE = 0
    PARITY = 0x01
    FRAMING = 0x02
    TIMEOUT = 0x04
    OVERFLOW = 0x08
    CHECKSUM = 0x10
    ILLEGAL = 0x20
    """A command it does not know, or a label that is not allocated."""

    @property
    def words(self) -> tuple[str, ...]:
        """Return what an installer reads."""
        return tuple(word for one, word in _WORDS.items() if one in self)


_WORDS: Final = {
    Trouble.PARITY: "parity error",
    Trouble.FRAMING: "framing error",
    Trouble.TIMEOUT: "timeout",
    Trouble.OVERFLOW: "no room",
    Trouble.CHECKSUM: "checksum error",
    Trouble.ILLEGAL: "unknown command or file",
}


@dataclass(frozen=True, slots=True)
class Text:
    """The contents of a TEXT file."""

    label: str
    message: bytes
    how: str = "0b"
    """Position and mode: 0 = fill, b = hold; a third letter where the mode is n.

    Empty: the file is written bare, which for the priority file means that it is given up.
    """


@dataclass(frozen=True, slots=True)
class String:
    """The contents of a STRING file."""

    label: str
    message: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A DOTS picture; no rows = the file is allocated and was never written."""

    kind: Kind
    label: str
    rows: tuple[bytes, ...]
    """From the top, all of one length; see `dots`."""


@dataclass(frozen=True, slots=True)
class File:
    """One allocation of the memory table."""

    label: str
    type: FileType
    size: int
    """Bytes; of a DOTS picture 256 times its rows, plus its columns."""
    extra: str = "FFFF"
    """Start and stop time of a TEXT, FFFF = always; the colours of a DOTS picture; 0000."""
    locked: bool = True
    """An infrared keyboard cannot change it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory table. Writing one erases all files; writing an empty one also resets."""

    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class RunSequence:
    """Which TEXT files are shown, in turn, unless the priority file holds anything."""

    labels: str
    order: str = "T"
    """T: each at its times; S: whatever their times; D: as T, and deleted after."""
    locked: bool = False


@dataclass(frozen=True, slots=True)
class SetTime:
    """The time of day."""

    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class SetDate:
    """The date; the year has two digits."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class SetWeekday:
    """The day of the week, 1 = Sunday."""

    number: int


@dataclass(frozen=True, slots=True)
class SetTimeFormat:
    """How the sign writes a time of day."""

    hours_24: bool


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Whether the sign answers each transmission by ACK or NAK (Alpha 2.0 and 3.0)."""

    on: bool


@dataclass(frozen=True, slots=True)
class Errors:
    """The serial error status register, as an answer."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class ClearErrors:
    """Forget the serial errors so far."""


@dataclass(frozen=True, slots=True)
class GeneralInformation:
    """What a sign says of itself, as an answer."""

    firmware: str
    """Eight characters, and mostly a letter for the revision."""
    released: str
    """Month and year of the firmware: MMYY."""
    hour: int
    minute: int
    pool_bytes: int
    free_bytes: int
    hours_24: bool = True
    speaker: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Please tell what you hold."""

    code: str
    """B: a TEXT, H: a STRING, J, N, L: a picture, F: a special function."""
    about: str
    """The label of the file or of the function."""


@dataclass(frozen=True, slots=True)
class Other:
    """A command that this code does not read."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """A command whose checksum is wrong, or that has bytes no 7-bit line carries."""

    trouble: Trouble


Packet = (
    Text
    | String
    | Picture
    | Memory
    | RunSequence
    | SetTime
    | SetDate
    | SetWeekday
    | SetTimeFormat
    | Acknowledge
    | Errors
    | ClearErrors
    | GeneralInformation
    | Question
    | Other
)


@dataclass(frozen=True, slots=True)
class Transmission:
    """What stands between SOH and EOT."""

    type_code: str
    address: str
    """Two hex digits; `?` stands for any."""
    commands: tuple[Packet | Damaged, ...]

    def reaches(self, type_code: str, address: int) -> bool:
        """Say whether a sign of a model, at an address, is meant."""
        if self.type_code not in {ALL_TYPES, type_code}:
            return False
        own, asked = f"{address:02X}", self.address.upper()
        return asked == "00" or all(a in {"?", b} for a, b in zip(asked, own, strict=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sign said to a question."""

    about: str
    """The writing code and the label."""
    packet: Packet


@dataclass(frozen=True, slots=True)
class Verdict:
    """ACK or NAK, with the state of the error register."""

    taken: bool
    trouble: Trouble = Trouble.NONE
