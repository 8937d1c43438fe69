"""A Hanover display from the inside: one picture, the test patterns, and the status it reports.

It takes a picture when message, checksum and size are right, and else keeps the one it has. In its
test it shows nothing but patterns, until it is told to end it, which darkens it.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from drivers.dialect import Site
from drivers.hanover import bitmap
from drivers.hanover.codec import Received, SignDecoder, encode
from drivers.hanover.packets import (
    BROADCAST,
    Addressed,
    AskStatus,
    Condition,
    Damaged,
    Image,
    Packet,
    Report,
    StartTest,
    StopTest,
)
from playlists.text.frame import Frame
from simulator.boards.board import Fault, Sign

PATTERN_S: Final = 1.0
"""How long each test pattern stands; no source says."""


class HanoverSign(Sign):
    """State of one display. `clock` gives seconds, for the test patterns."""

    faults = frozenset({Fault.SILENT, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        self.address = site.address
        self._clock = clock
        self.power_cut()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the display answers."""
        return b"".join(self._answer(message) for message in self._decoder.receive(data))

    def power_cut(self) -> None:
        """Start dark."""
        self._decoder = SignDecoder()
        self._condition = Condition.WELL
        self._reset()

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        if self._testing_since_s is None:
            return self._shown
        lit = int((self._clock() - self._testing_since_s) / PATTERN_S) % 2 == 0
        shape = (self.geometry.height_px, self.geometry.width_px)
        return Frame.from_bitmap(np.full(shape, lit))

    def _reset(self) -> None:
        self._shown = Frame.blank(self.geometry)
        self._testing_since_s: float | None = None

    def _answer(self, message: Received) -> bytes:
        if isinstance(message, Damaged):
            self._condition = Condition.BAD_TRANSMISSION
            return b""
        mine = message.address in {self.address, BROADCAST}
        if not mine or self.fault is Fault.WRONG_ADDRESS:
            return b""
        if isinstance(message.packet, AskStatus):
            return self._report(message)
        self._condition = self._obey(message.packet)
        return b""

    def _report(self, question: Addressed) -> bytes:
        if question.address == BROADCAST:
            return b""
        return encode(Report(self.address, self._condition))

    def _obey(self, packet: Packet) -> Condition:
        match packet:
            case Image(data) if len(data) != bitmap.data_bytes(self.geometry):
                return Condition.BAD_CONTENT
            case Image(data):
                self._shown = bitmap.frame_of(data, self.geometry)
            case StartTest():
                self._testing_since_s = self._clock()
            case StopTest():
                self._reset()
            case _:
                return Condition.BAD_CONTENT
        return Condition.WELL
