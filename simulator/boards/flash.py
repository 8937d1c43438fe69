"""A board's flash memory: sectors that survive a power cut, and writes that a power cut tears."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

ERASED: Final = b"\xff"


class Tear(Enum):
    """Where in one write or erasure the power goes."""

    BEFORE = auto()
    """Nothing of it happened."""
    MIDDLE = auto()
    """Half of it happened."""
    AFTER = auto()
    """All of it happened, and nobody was told."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The power goes once, at this operation; 0 is the first ever."""

    operation: int
    tear: Tear


class PowerLost(Exception):
    """The board is dead from here on, until it starts again."""


class Flash:
    """Named sectors. What is written is there for good; `cut` takes the power away once."""

    def __init__(self) -> None:
        self._sectors: dict[str, bytes] = {}
        self.operations = 0
        """How many writes and erasures were begun."""
        self.cut: Cut | None = None

    def read(self, sector: str) -> bytes:
        """Return what a sector holds; b"" when it is erased."""
        return self._sectors.get(sector, b"")

    def write(self, sector: str, data: bytes) -> None:
        """Write a sector; torn, its second half stays erased. PowerLost when the power goes."""
        half = len(data) // 2
        torn = data[:half] + ERASED * (len(data) - half)
        self._operate({sector: torn}, {sector: data})

    def erase(self, beginning: str) -> None:
        """Erase all sectors whose names begin so; torn, half of them. PowerLost."""
        names = sorted(name for name in self._sectors if name.startswith(beginning))
        self._operate(dict.fromkeys(names[::2], b""), dict.fromkeys(names, b""))

    def damage(self, sector: str) -> None:
        """Let a sector rot: one bit of it turns over."""
        held = self._sectors[sector]
        self._sectors[sector] = bytes([held[0] ^ 1]) + held[1:]

    def _operate(self, torn: dict[str, bytes], whole: dict[str, bytes]) -> None:
        tear = None
        if self.cut is not None and self.cut.operation == self.operations:
            tear, self.cut = self.cut.tear, None
        self.operations += 1
        if tear is not Tear.BEFORE:
            self._sectors |= torn if tear is Tear.MIDDLE else whole
        if tear is not None:
            raise PowerLost
