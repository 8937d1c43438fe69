"""Every board that can be simulated, by the dialect it speaks."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from drivers.dialect import Site
from simulator.boards.am03127 import Am03127Sign
from simulator.boards.board import Sign

MakeSign = Callable[[Site, Callable[[], float]], Sign]
"""From where a board hangs, and a clock in seconds, to a board that has just been switched on."""

SIGNS: Final[Mapping[str, MakeSign]] = MappingProxyType(
    {
        "am03127": Am03127Sign,
    }
)
