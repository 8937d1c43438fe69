"""What can be said in Art-Net, as values.

Source: Artistic Licence, "Specification for the Art-Net 4 Ethernet Communication Protocol"; names
in capitals such as OpSync are that document's. Everything is plain data; `codec` turns it into
bytes. Art-Net is designed by and copyright Artistic Licence.
"""

from dataclasses import dataclass
from typing import Final

PORT_ADDRESSES: Final = range(1 << 15)
"""15 bits: Net (7), Sub-Net (4), Universe (4)."""
MAX_LEVELS: Final = 512
"""Slots of one port."""
RGB_BYTES_PER_PORT: Final = 170 * 3
"""Whole LEDs only: 170 fit, two slots are left over."""
PORTS_PER_REPLY: Final = 4
"""An ArtPollReply names at most four; a node with more replies more often."""
MAX_SEQUENCE: Final = 255
SYNC_TIMEOUT_S: Final = 4.0
"""Without ArtSync for so long a node shows levels again as they come."""


@dataclass(frozen=True, slots=True)
class Dmx:
    """ArtDmx (OpDmx): the levels of one port."""

    port_address: int
    levels: bytes
    """2 to 512, an even number."""
    sequence: int = 0
    """1 to 255, one more for each packet; 0 = not used."""
    physical: int = 0
    """Which socket of the sender they came from; ours come from none."""


@dataclass(frozen=True, slots=True)
class Sync:
    """ArtSync (OpSync): show what has arrived; from then on hold back what comes."""


@dataclass(frozen=True, slots=True)
class Poll:
    """ArtPoll (OpPoll): who is there? Only nodes with a port in `ports` answer."""

    ports: range = PORT_ADDRESSES


@dataclass(frozen=True, slots=True)
class PollReply:
    """ArtPollReply (OpPollReply): I am; the fields we read."""

    short_name: str = ""
    """At most 17 bytes."""
    long_name: str = ""
    """At most 63 bytes."""
    report: str = ""
    """`#xxxx [yyyy] words`: a code, a counter, what the node says of itself. At most 63 bytes."""
    ports: tuple[int, ...] = ()
    """Port-Addresses it shows, at most four: they share Net and Sub-Net."""
    version: int = 0
    """Of its firmware."""


Packet = Dmx | Sync | Poll | PollReply
