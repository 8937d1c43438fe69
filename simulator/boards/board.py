"""What every simulated board has in common: what it shows, and how it can fail."""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import ClassVar, Protocol

from drivers.dialect import Site
from playlists.text.frame import Depth, Frame, Geometry
from simulator.errors import NoSuchFault


class Fault(StrEnum):
    """Ways in which a board can fail on demand."""

    NONE = "none"
    SILENT = "silent"
    """It hears and obeys nothing, and answers nothing."""
    NACK = "nack"
    """It finds every packet damaged, or refuses it, as its dialect has it."""
    FULL = "full"
    """It has no memory left for new pictures."""
    WRONG_ADDRESS = "wrong-address"
    """It was given another address: what is sent to the old one is not for it."""
    POWER_CUT = "power-cut"
    """It is dark and has lost what its memory loses; then it lives again at once."""
    UNPLUGGED = "unplugged"
    """The line is cut."""


class Sign(ABC):
    """A board from the inside: bytes of its dialect come in, answers go out, LEDs light up.

    It knows the wire and nothing of drivers. Over UDP each call is one datagram.
    """

    faults: ClassVar[frozenset[Fault]] = frozenset({Fault.SILENT, Fault.POWER_CUT})
    """What it can suffer besides a cut line."""

    def __init__(self, site: Site) -> None:
        self.geometry = site.geometry
        self.depth = site.depth
        self.fault = Fault.NONE

    @abstractmethod
    def receive(self, data: bytes) -> bytes:
        """Take bytes in any pieces and return what it answers. Never raises."""

    @abstractmethod
    def frame(self) -> Frame:
        """Return what the LEDs show now."""

    @abstractmethod
    def power_cut(self) -> None:
        """Lose what this board loses without power, and start again."""

    def hang_up(self) -> None:  # noqa: B027 -- most dialects have no sessions
        """Forget half a message and the session: the host's connection has ended."""

    def fail(self, fault: Fault) -> None:
        """Begin a fault or, with NONE, end it; NoSuchFault when this board cannot fail so."""
        if fault is not Fault.NONE and fault not in self.faults:
            raise NoSuchFault(f"a board of this kind cannot fail by {fault}")
        self.fault = fault
        if fault is Fault.POWER_CUT:
            self.power_cut()

    def hear(self, data: bytes) -> bytes:
        """Take bytes from the line, unless it is deaf."""
        return b"" if self.fault is Fault.SILENT else self.receive(data)


class SimulatedBoard(Protocol):
    """A board seen from the street."""

    id: str
    dialect: str
    geometry: Geometry
    depth: Depth

    @property
    def link(self) -> str:
        """Where a host reaches it."""

    def frame(self) -> Frame:
        """Return what the LEDs show now."""

    def fail(self, fault: Fault) -> None:
        """Begin or end a fault; NoSuchFault when this board cannot fail so."""

    async def run(self) -> None:
        """Live until cancelled."""
