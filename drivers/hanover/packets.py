"""What can be said to a Hanover display, as values.

Sources: the Python package pyflipdot 0.2.2 (MIT), which drives real flip-dot displays; the README
of caffeine93/hanover-flipdot-display (MIT); for the status question the package girouettes 0.4.0,
which names the maker's "HCPS v0.14". Everything is plain data; `codec` turns it into bytes.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

BROADCAST: Final = 0
"""Every display obeys address 0, none answers."""
MAX_ADDRESS: Final = 15
"""One hex digit. It is the position of the switch inside the display plus one."""
MAX_IMAGE_BYTES: Final = 1_024
"""No source names a limit; 512x16 dots, wider than any bus, keep the line busy for 4.3 s."""
MAX_PAYLOAD_BYTES: Final = 2 + 2 * MAX_IMAGE_BYTES
"""An image's count and data, two hex digits a byte."""


@dataclass(frozen=True, slots=True)
class Image:
    """The whole picture, see `bitmap`: there is no smaller unit."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StartTest:
    """Play the built-in test patterns over and over."""


@dataclass(frozen=True, slots=True)
class StopTest:
    """End the test patterns; by girouettes: darken the display and reset its state."""


@dataclass(frozen=True, slots=True)
class AskStatus:
    """How are you? Newer displays answer with a `Report`."""


@dataclass(frozen=True, slots=True)
class Other:
    """A message whose checksum is right but that this code does not read: texts, settings, ..."""

    command: int
    payload: bytes


Packet = Image | StartTest | StopTest | AskStatus | Other


@dataclass(frozen=True, slots=True)
class Addressed:
    """A packet with the display it is for; 0 = all."""

    address: int
    packet: Packet


@dataclass(frozen=True, slots=True)
class Damaged:
    """A frame whose checksum or count is wrong; for whom it was, nobody can say."""


class Condition(IntEnum):
    """How a display says it is."""

    WELL = 0
    BAD_CONTENT = 1
    """What it was told does not fit on it."""
    BAD_TRANSMISSION = 2
    """What it heard last had a wrong checksum."""
    BAD_LAMP = 3

    @property
    def words(self) -> str:
        """Return what an operator reads."""
        return (
            "well",
            "was told what does not fit",
            "heard a damaged message",
            "has a broken lamp",
        )[self]


@dataclass(frozen=True, slots=True)
class Report:
    """What a display answers when asked for its status."""

    address: int
    condition: Condition
    scrolling: bool = False
    full: bool = False
