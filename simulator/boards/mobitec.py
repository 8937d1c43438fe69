"""A Mobitec display from the inside: the dots that messages have set, and the byte it sends back.

It obeys a message whose checksum is right and else keeps what it shows. Pixel letters set the dots
they cover, lit or dark, and leave all others alone; letters of other fonts are not drawn, for
nobody has published them. It draws for the size it has, whatever size a message names.
"""

from collections.abc import Callable

import numpy as np

from drivers.dialect import Site
from drivers.mobitec.bitmap import columns_of
from drivers.mobitec.codec import SignDecoder
from drivers.mobitec.packets import BAND_PX, PIXEL_FONT, Addressed, AskEcho, Field, Text
from playlists.text.frame import Frame
from simulator.boards.board import Fault, Sign


class MobitecSign(Sign):
    """State of one display."""

    faults = frozenset({Fault.SILENT, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, _clock: Callable[[], float]) -> None:
        super().__init__(site)
        self.address = site.address
        self.power_cut()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the display answers."""
        return b"".join(self._answer(message) for message in self._decoder.receive(data))

    def power_cut(self) -> None:
        """Start dark."""
        self._decoder = SignDecoder()
        self._leds = np.zeros((self.geometry.height_px, self.geometry.width_px), np.bool_)

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        return Frame.from_bitmap(self._leds)

    def _answer(self, message: Addressed) -> bytes:
        if message.address != self.address or self.fault is Fault.WRONG_ADDRESS:
            return b""
        match message.packet:
            case AskEcho(value):
                return bytes([value])
            case Text(fields=fields):
                for field in fields:
                    self._draw(field)
        return b""

    def _draw(self, field: Field) -> None:
        if field.font != PIXEL_FONT:
            return
        # Letters that would stand out above the display are drawn at its top.
        top_px = max(0, field.bottom_px - BAND_PX + 1)
        place = self._leds[top_px : top_px + BAND_PX, field.left_px :]
        rows, columns = place.shape
        dots = columns_of(field.letters)[:rows, :columns]
        place[:, : dots.shape[1]] = dots
