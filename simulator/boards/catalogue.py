"""Every board that can be simulated, by the dialect it speaks."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from drivers.dialect import Site
from simulator.boards.alpha import AlphaSign
from simulator.boards.am03127 import Am03127Sign
from simulator.boards.artnet import ArtnetSign
from simulator.boards.board import Sign
from simulator.boards.ddp import DdpSign
from simulator.boards.hanover import HanoverSign
from simulator.boards.huidu import HuiduSign
from simulator.boards.luminator import LuminatorSign
from simulator.boards.mobitec import MobitecSign
from simulator.boards.novastar import NovastarSign
from simulator.boards.ntcip import NtcipSign
from simulator.boards.onbon import Bx5Sign, Bx6Sign
from simulator.boards.onbon_font import FontSign
from simulator.boards.sacn import SacnSign

MakeSign = Callable[[Site, Callable[[], float]], Sign]
"""From where a board hangs, and a clock in seconds, to a board that has just been switched on."""

SIGNS: Final[Mapping[str, MakeSign]] = MappingProxyType(
    {
        "alpha": AlphaSign,
        "am03127": Am03127Sign,
        "huidu": HuiduSign,
        "hanover": HanoverSign,
        "luminator": LuminatorSign,
        "mobitec": MobitecSign,
        "novastar": NovastarSign,
        "ntcip": NtcipSign,
        "onbon-bx5": Bx5Sign,
        "onbon-bx6": Bx6Sign,
        "onbon-k": FontSign,
        "ddp": DdpSign,
        "sacn": SacnSign,
        "artnet": ArtnetSign,
    }
)
