"""Driving an AM03127: pictures as graphic blocks, in two banks, switched by one packet.

The sign has 128 blocks. Half of them, with page A, form one bank; the other half, with page B,
the other. A picture is loaded into the bank that is not on show; `<RPx>` then shows it at once.
Whatever goes wrong before leaves the old picture standing.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from drivers.am03127 import bitmap, codec
from drivers.am03127.packets import (
    BLOCK_WIDTH_PX,
    BLOCKS_PER_PAGE,
    GRAPHIC_PAGES,
    LINE_HEIGHT_PX,
    MAX_ADDRESS,
    MAX_LINES,
    Addressed,
    Block,
    Brightness,
    Graphic,
    Lead,
    Level,
    Packet,
    PageLine,
    Reply,
    RunPage,
    SetClock,
)
from drivers.checks import check_frame, check_page
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerRefused, Unsupported
from drivers.exchange import ask
from drivers.ports import Board, ByteLink, Capabilities, Percent, Route, Status
from playlists.text.frame import Depth, Frame
from playlists.text.scene import Motion, Page

REPLY_TIMEOUT_S: Final = 0.5
"""Other hosts wait 0.5 to 5 s; signs on a bench answer within a tenth."""
BANK_BLOCKS: Final = len(GRAPHIC_PAGES) * BLOCKS_PER_PAGE // 2

_LEADS: Final = {Motion.SCROLL_LEFT: Lead.SCROLL_LEFT}


def max_strip_px(height_px: int) -> int:
    """Return the widest strip that one bank holds on a board of this height."""
    return BANK_BLOCKS // (height_px // LINE_HEIGHT_PX) * BLOCK_WIDTH_PX


class _Bank:
    """Half of the blocks, one page, and what the sign is known to hold there."""

    def __init__(self, page: str, blocks: list[Block]) -> None:
        self.page = page
        self.blocks = blocks
        self.held: dict[Block, bytes] = {}
        self.lines: dict[int, PageLine] = {}

    def forget(self) -> None:
        """Believe nothing about the sign's memory."""
        self.held.clear()
        self.lines.clear()


class Am03127(Board):
    """One sign on a line, mono or tricolour: the dialect has no other colours."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        geometry, depth = site.geometry, site.depth
        if depth is Depth.RGB:
            raise Unsupported("an AM03127 has red and green LEDs, no blue ones")
        lines = geometry.height_px // LINE_HEIGHT_PX
        if geometry.height_px % LINE_HEIGHT_PX or not 1 <= lines <= MAX_LINES:
            raise Unsupported(f"an AM03127 is 8 to 64 rows tall in steps of 8, not {geometry}")
        if geometry.width_px > max_strip_px(geometry.height_px):
            raise Unsupported(f"an AM03127 of {geometry} has no room for two pictures")
        self._link = link
        self._address = site.address
        self._geometry = geometry
        self._depth = depth
        everything = [Block(page, n + 1) for page in GRAPHIC_PAGES for n in range(BLOCKS_PER_PAGE)]
        self._banks = [
            _Bank("A", everything[:BANK_BLOCKS]),
            _Bank("B", everything[BANK_BLOCKS:]),
        ]
        self._on_show = 1

    @property
    def capabilities(self) -> Capabilities:
        """What this sign can do."""
        return Capabilities(
            geometry=self._geometry,
            depth=self._depth,
            route=Route.BLOCKS,
            motions=frozenset(_LEADS),
            max_strip_px=max_strip_px(self._geometry.height_px),
            frame_interval_ms=2_000,  # 24 blocks of 80 bytes at 9600 baud
            acknowledges=True,
            brightness=True,
            clock=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Load the picture beside the one on show, then switch."""
        check_frame(frame, self.capabilities)
        self._switch_to(frame, Lead.IMMEDIATE)

    def scroll(self, page: Page) -> None:
        """Load the strip beside what is on show, then switch; the sign has one speed."""
        check_page(page, self.capabilities)
        self._switch_to(page.strip.to_frame(self._depth), _LEADS[page.motion])

    def _switch_to(self, strip: Frame, lead: Lead) -> None:
        bank = self._banks[1 - self._on_show]
        try:
            for packet in _loading(bank, strip, lead):
                self._send(packet)
            self._send(RunPage(bank.page))
        except DriverError:
            # The sign may have lost its memory, or be another one: believe nothing.
            for each in self._banks:
                each.forget()
            raise
        self._on_show = 1 - self._on_show

    def set_brightness(self, level: Percent) -> None:
        """Set the nearest of 25, 50, 75 and 100 %."""
        nearest = min(Level, key=lambda one: abs(one.percent - level))
        self._send(Brightness(nearest))

    def set_clock(self, local: datetime) -> None:
        """Set the sign's clock to a wall-clock time."""
        self._send(SetClock(local))

    def status(self) -> Status:
        """Ask by running the page that is on show already: the dialect has no question."""
        try:
            self._send(RunPage(self._banks[self._on_show].page))
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        return Status(ok=True)

    def close(self) -> None:
        """Give the line back."""
        self._link.close()

    def _send(self, packet: Packet) -> None:
        """Send until acknowledged."""
        device = f"sign {self._address:02X} on {self._link.name}"
        reply = ask(
            self._link,
            codec.encode(Addressed(self._address, packet)),
            lambda: codec.HostDecoder().receive,
            device=device,
            timeout_s=REPLY_TIMEOUT_S,
            again=lambda reply: reply is Reply.NACK,
        )
        if reply is Reply.NACK:
            raise PeerRefused(device, "NACK")


def _loading(bank: _Bank, strip: Frame, lead: Lead) -> Iterator[Packet]:
    """Yield the packets that bring a strip into a bank; each counts as held once sent."""
    free = iter(bank.blocks)
    shared: dict[bytes, Block] = {}
    for number, contents in enumerate(bitmap.blocks_of(strip), start=1):
        references = []
        for data in contents:
            if data not in shared:
                shared[data] = block = next(free)
                if bank.held.get(block) != data:
                    yield Graphic(block, data)
                    bank.held[block] = data
            references.append(shared[data])
        line = PageLine(number, bank.page, lead, tuple(references))
        if bank.lines.get(number) != line:
            yield line
            bank.lines[number] = line


DIALECT: Final = Dialect(
    name="am03127",
    title="AM03127 / AM03128 (Amplus, Maplin N00GA)",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO, Depth.TRICOLOUR),
    addresses=range(1, MAX_ADDRESS + 1),
    open=Am03127,
)
