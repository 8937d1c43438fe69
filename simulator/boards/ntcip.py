"""An NTCIP 1203 sign: SNMP in datagrams or PMPP frames, and a controller behind it.

It answers whoever knows its community and is silent to everybody else, as agents are.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from drivers.dialect import Site
from drivers.ntcip import codec
from drivers.ntcip.fonts import Character, Font
from drivers.ntcip.snmp import Error, Kind, Message
from playlists.text.fontbook import FontBook
from playlists.text.frame import Frame
from simulator.boards.board import Fault, Sign
from simulator.boards.ntcip_controller import Controller
from simulator.boards.ntcip_layout import Defaults

_PRINTABLE = range(0x20, 0x7F)


class NtcipSign(Sign):
    """One sign, mono or RGB. `clock` gives seconds."""

    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.FULL, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(
        self,
        site: Site,
        clock: Callable[[], float],
        fonts: dict[int, Font] | None = None,
        defaults: Defaults | None = None,
    ) -> None:
        super().__init__(site)
        self._site = site
        self._community = site.community.encode()
        self._decoder = codec.SignDecoder(site)
        self.controller = Controller(
            site, fonts or {1: built_in_font()}, clock, defaults or Defaults()
        )

    def receive(self, data: bytes) -> bytes:
        """Take bytes or a datagram and return what the sign answers."""
        questions = self._decoder.receive(data)
        if self.fault is Fault.WRONG_ADDRESS:
            return b""
        return b"".join(
            codec.encode(self._answer(question), self._site)
            for question in questions
            if question.community == self._community
        )

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        self.controller.tick()
        return self.controller.frame()

    def power_cut(self) -> None:
        """Lose what was not finished; graphics and messages survive."""
        self.hang_up()
        self.controller.power_cut()

    def hang_up(self) -> None:
        """Forget half a frame."""
        self._decoder = codec.SignDecoder(self._site)

    def _answer(self, question: Message) -> Message:
        self.controller.tick()
        self.controller.heard()
        self.controller.full = self.fault is Fault.FULL
        if self.fault is Fault.NACK and question.kind is Kind.SET:
            return question.answered(question.bindings, Error.GEN_ERR, 1)
        return self.controller.mib.answer(question)


@cache
def built_in_font() -> Font:
    """Return a font for plain texts: our smallest, as far as a sign's one byte reaches."""
    own = FontBook().load(0)
    drawings = {code: own.glyphs[chr(code)] for code in _PRINTABLE if chr(code) in own.glyphs}
    characters = tuple(
        Character(code, drawing.shape[1], np.packbits(drawing != 0).tobytes())
        for code, drawing in drawings.items()
    )
    return Font(1, own.rows, 0, own.gap_px, characters)
