"""What every simulated board has in common: what it shows, and how it can fail."""

from enum import StrEnum
from typing import Protocol

from playlists.text.frame import Depth, Frame, Geometry


class Fault(StrEnum):
    """Ways in which a board can fail on demand."""

    NONE = "none"
    SILENT = "silent"
    """It hears and obeys nothing, and answers nothing."""
    NACK = "nack"
    """It finds every packet damaged."""
    POWER_CUT = "power-cut"
    """It is dark and has forgotten what it held in memory; then it lives again at once."""
    UNPLUGGED = "unplugged"
    """The line is cut."""


class SimulatedBoard(Protocol):
    """A board seen from the street."""

    id: str
    dialect: str
    geometry: Geometry
    depth: Depth
    link: str
    """Where a host reaches it."""

    def frame(self) -> Frame:
        """Return what the LEDs show now."""

    def fail(self, fault: Fault) -> None:
        """Begin or end a fault; NoSuchFault when this board cannot fail so."""

    async def run(self) -> None:
        """Live until cancelled."""
