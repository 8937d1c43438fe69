"""What can be said in DDP, as values.

Source: 3waylabs, "Distributed Display Protocol (DDP)", last update 2022-09-05; words in quotation
marks are that document's. Everything is plain data; `codec` turns it into bytes.
"""

from dataclasses import dataclass
from typing import Final

MAX_DATA_BYTES: Final = 480 * 3
"""480 LEDs: "fits nicely in an ethernet packet"."""
MAX_OFFSET_BYTES: Final = (1 << 32) - 1
MAX_SEQUENCE: Final = 15
MAX_TIMECODE: Final = (1 << 32) - 1

DISPLAY: Final = 1
"""The "default output device"."""
CONFIG: Final = 250
"""JSON, read and write."""
STATUS: Final = 251
"""JSON, read only."""
EVERY_DEVICE: Final = 255

UNDEFINED: Final = 0x00
RGB8: Final = 0x0B
"""Red, green and blue in eight bits each: bits C R TTT SSS = 0 0 001 011."""
RESERVED_IN_KIND: Final = 0x40


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of either side."""

    to: int
    """Whom it is for; in a reply, who answers."""
    data: bytes = b""
    offset_bytes: int = 0
    """Where in the receiver's buffer the data belong: bytes, whatever the kind of data."""
    kind: int = UNDEFINED
    """What the data are: RGB8, or undefined."""
    sequence: int = 0
    """1 to 15, one more for each packet; 0 = not used, and then "ignored"."""
    push: bool = False
    """Show what has arrived; in a reply, this is the last packet."""
    query: bool = False
    """Ask for `wanted_bytes` from `offset_bytes` on, instead of writing."""
    reply: bool = False
    """A display speaks."""
    storage: bool = False
    """Show what the display has stored under the name in the data."""
    timecode: int | None = None
    """When to show, with push: the middle 32 bits of NTP time."""
    wanted_bytes: int = 0
    """How much a query asks for; a query has this or data, never both."""
