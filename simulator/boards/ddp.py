"""A DDP display from the inside: a buffer that packets write, and the picture that a push shows.

The document leaves open what happens to a picture when the stream ends: this display holds it
until its power goes. It shows at a push whatever has arrived, as real displays do: when a packet
was lost on the way, its part of the picture is still that of the picture before.
"""

from collections.abc import Callable
from typing import Final

from drivers.ddp import about
from drivers.ddp.codec import SignDecoder, encode
from drivers.ddp.packets import (
    CONFIG,
    DISPLAY,
    EVERY_DEVICE,
    MAX_SEQUENCE,
    RGB8,
    STATUS,
    UNDEFINED,
    Packet,
)
from drivers.dialect import Site
from playlists.text.frame import Frame, data_bytes
from simulator.boards.board import Sign

_OLD_RGB: Final = 0x01
"""What the document's own example sends as RGB."""
_LATE_BY: Final = range(1, 5)
"""How far behind the last push WLED takes a number for that of a late packet."""


class DdpSign(Sign):
    """State of one display, RGB. It has no clock to be late by, so timecodes show at once."""

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:  # noqa: ARG002 -- it holds
        super().__init__(site)
        self._decoder = SignDecoder()
        self._dark()

    def receive(self, data: bytes) -> bytes:
        """Take one datagram and return the answer to a query."""
        return b"".join(map(self._obey, self._decoder.receive(data)))

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        return Frame(self.geometry.width_px, self.geometry.height_px, self._shown, self.depth)

    def power_cut(self) -> None:
        """Lose both buffers."""
        self._dark()

    def _dark(self) -> None:
        size = self.geometry
        self._buffer = bytearray(data_bytes(size.width_px, size.height_px, self.depth))
        self._shown = bytes(self._buffer)
        self._pushed = 0

    def _obey(self, packet: Packet) -> bytes:
        if packet.query:
            return encode(Packet(packet.to, self._about(packet.to), reply=True, push=True))
        if packet.to in {DISPLAY, EVERY_DEVICE} and not packet.storage and self._in_time(packet):
            self._write(packet)
        return b""

    def _about(self, device: int) -> bytes:
        """Return what a device can be read for: nothing, for most."""
        if device == STATUS:
            return about.write_status(about.About("Signcast", "simulated display", "1"))
        if device == CONFIG:
            return about.write_config(self.geometry.width_px * self.geometry.height_px)
        return b""

    def _in_time(self, packet: Packet) -> bool:
        """Say no to late packets of an older picture; doubled ones write the same once more."""
        if not packet.sequence or not self._pushed:
            return True
        return (self._pushed - packet.sequence) % MAX_SEQUENCE not in _LATE_BY

    def _write(self, packet: Packet) -> None:
        if packet.kind in {RGB8, UNDEFINED, _OLD_RGB}:
            room = self._buffer[packet.offset_bytes :]
            data = packet.data[: len(room)]
            self._buffer[packet.offset_bytes : packet.offset_bytes + len(data)] = data
        if packet.push:
            self._shown = bytes(self._buffer)
            self._pushed = packet.sequence or self._pushed
