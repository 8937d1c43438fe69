"""What can be said in sACN, as values.

Source: ANSI E1.31-2018, "Lightweight streaming protocol for transport of DMX512 using ACN";
section numbers below are that standard's. Everything is plain data; `codec` turns it into bytes.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

UNIVERSES: Final = range(1, 64_000)
"""6.2.7."""
MAX_LEVELS: Final = 512
"""Slots of one universe."""
RGB_BYTES_PER_UNIVERSE: Final = 170 * 3
"""Whole LEDs only: 170 fit, two slots are left over."""
ORDINARY: Final = 100
"""The priority of sources that have no choice (6.2.3)."""
EMERGENCY: Final = 200
"""The highest priority there is (6.2.3)."""
MAX_NAME_BYTES: Final = 63
"""Of 64, the last is NUL (6.2.2)."""
LOSS_S: Final = 2.5
"""E131_NETWORK_DATA_LOSS_TIMEOUT (appendix A)."""
NUMBERS: Final = 256
"""Sequence numbers go round (6.2.5)."""
LATE_BY: Final = 20
"""6.7.2: a sequence number less than this behind the last one is that of a late packet."""


@dataclass(frozen=True, slots=True)
class Data:
    """The levels of one universe (6.2, 7)."""

    source: UUID
    """The CID: who sends, the same for as long as it lives."""
    universe: int
    levels: bytes
    """At most 512; what follows is dark."""
    name: str = "Signcast"
    priority: int = ORDINARY
    sync_address: int = 0
    """Hold the levels until a `Sync` of this address; 0 = act at once."""
    sequence: int = 0
    """0 to 255, one more for each packet of this universe."""
    preview: bool = False
    """For looking at, not for showing."""
    terminated: bool = False
    """This source stops; the levels mean nothing."""
    force_sync: bool = False
    """When syncs stay away, show levels as they come; without it, hold what is shown."""
    start_code: int = 0
    """0 = levels; others are not for LEDs."""


@dataclass(frozen=True, slots=True)
class Sync:
    """Act on whatever waits for this address (6.3)."""

    source: UUID
    address: int
    sequence: int = 0


Packet = Data | Sync
