"""An AM03127 from the inside: memory, pages, clock, brightness, and what its LEDs show.

It knows the dialect and nothing else. Bytes come in, answers go out; `frame_at` draws. The vendor
document gives no speeds: a scroll is assumed to move SPEED_PX_S columns a second, to come in from
the right, run out to the left, and begin again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import numpy as np

from drivers.am03127 import bitmap
from drivers.am03127.codec import Received, SignDecoder
from drivers.am03127.packets import (
    BLOCK_WIDTH_PX,
    BROADCAST,
    LINE_HEIGHT_PX,
    Addressed,
    Block,
    Brightness,
    DeleteAll,
    DeletePage,
    Graphic,
    Lead,
    Level,
    Packet,
    PageLine,
    Reply,
    RunPage,
    SetAddress,
    SetClock,
)
from drivers.dialect import Site
from playlists.text.frame import Bitmap, Frame
from playlists.text.scene import Motion, Page, scroll_duration_ms
from playlists.text.strip import Strip
from simulator.boards.board import Fault, Sign

SPEED_PX_S: Final = 40


class Am03127Sign(Sign):
    """State of one sign, mono or tricolour. `clock` gives seconds, for motion."""

    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.FULL, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        self.address = site.address
        self.level = Level.FULL
        self.local: datetime | None = None
        self._clock = clock
        self._decoder = SignDecoder()
        self._forget()

    @property
    def blocks(self) -> Mapping[Block, bytes]:
        """The graphic blocks it holds."""
        return MappingProxyType(self._blocks)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the sign answers."""
        return b"".join(self._answer(message) for message in self._decoder.receive(data))

    def power_cut(self) -> None:
        """Lose everything that is held in memory."""
        self._decoder = SignDecoder()
        self._forget()

    def strip(self) -> Frame:
        """Return the whole picture of the page on show, as wide as its longest line."""
        lines = [self._line(number) for number in range(self._line_count)]
        width_px = max(self.geometry.width_px, *(line.shape[1] for line in lines))
        padded = [np.pad(line, ((0, 0), (0, width_px - line.shape[1]), (0, 0))) for line in lines]
        return bitmap.frame_of(np.vstack(padded), self.depth)

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        strip = Strip.of(self.strip())
        if not self._scrolls():
            return strip.window(0, 0, self.geometry).to_frame(self.depth)
        duration_ms = scroll_duration_ms(strip.width_px, self.geometry.width_px, SPEED_PX_S)
        page = Page(strip, Motion.SCROLL_LEFT, duration_ms, SPEED_PX_S)
        since_ms = int((self._clock() - self._since_s) * 1000)
        return page.frame_at(since_ms % duration_ms, self.geometry, self.depth)

    def _forget(self) -> None:
        self._blocks: dict[Block, bytes] = {}
        self._pages: dict[tuple[str, int], PageLine] = {}
        self._page = "A"
        self._since_s = self._clock()

    @property
    def _line_count(self) -> int:
        return self.geometry.height_px // LINE_HEIGHT_PX

    def _line(self, index: int) -> Bitmap:
        line = self._pages.get((self._page, index + 1))
        if line is None or not line.blocks:
            return np.zeros((LINE_HEIGHT_PX, BLOCK_WIDTH_PX, 2), np.bool_)
        held = [self._blocks.get(block, bitmap.DARK) for block in line.blocks]
        return np.hstack([bitmap.leds_of(data) for data in held])

    def _scrolls(self) -> bool:
        # An upper-case lead on line 1 moves the whole image.
        first = self._pages.get((self._page, 1))
        return first is not None and first.lead is Lead.SCROLL_LEFT

    def _answer(self, message: Received) -> bytes:
        if isinstance(message, SetAddress):
            self.address = message.address
            return b"%02X" % message.address
        if message.address not in {self.address, BROADCAST} or self.fault is Fault.WRONG_ADDRESS:
            return b""
        understood = (
            isinstance(message, Addressed)
            and self.fault is not Fault.NACK
            and self._obey(message.packet)
        )
        if message.address == BROADCAST:
            return b""
        answer: bytes = (Reply.ACK if understood else Reply.NACK).value
        return answer

    def _obey(self, packet: Packet) -> bool:
        """Do what a packet says; return False for one this sign cannot show."""
        match packet:
            case Graphic() | PageLine() if self.fault is Fault.FULL:
                return False
            case Graphic(block, data):
                self._blocks[block] = data
            case PageLine():
                self._pages[packet.page, packet.line] = packet
            case RunPage(page):
                self._page, self._since_s = page, self._clock()
            case Brightness(level):
                self.level = level
            case SetClock(at):
                self.local = at
            case DeletePage(line, page):
                self._pages.pop((page, line), None)
            case DeleteAll():
                self._forget()
            case _:
                return False
        return True
