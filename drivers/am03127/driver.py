"""Driving an AM03127: pictures as graphic blocks, in two banks, switched by one packet.

The sign has 128 blocks. Half of them, with page A, form one bank; the other half, with page B,
the other. A picture is loaded into the bank that is not on show; `<RPx>` then shows it at once.
Whatever goes wrong before leaves the old picture standing.

Nothing in the dialect tells whether a sign has lost its memory, and only for one revision is it
known to survive a power cut. So nothing is ever shown that was not sent, whole and without a gap,
in the same call; see docs/protocols/am03127.md, "Power cuts".
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from drivers.am03127 import bitmap, codec
from drivers.am03127.contents import (
    BLOCK_WIDTH_PX,
    BLOCKS_PER_PAGE,
    GRAPHIC_PAGES,
    Block,
    Words,
)
from drivers.am03127.packets import (
    LINE_HEIGHT_PX,
    LONGEST_WAIT_S,
    MAX_ADDRESS,
    MAX_LINES,
    SCHEDULES,
    SHORTEST_WAIT_S,
    Addressed,
    Brightness,
    Damaged,
    DeleteSchedule,
    Graphic,
    Lag,
    Lead,
    Level,
    Method,
    Packet,
    PageLine,
    Reply,
    RunPage,
    SetClock,
    Speed,
)
from drivers.checks import check_frame, check_page
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerRefused, PeerSilent, Unsupported
from drivers.exchange import Listen, ask
from drivers.ports import (
    DEFAULT_RETRIES,
    Board,
    ByteLink,
    Capabilities,
    Percent,
    Route,
    Status,
)
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page

REPLY_TIMEOUT_S: Final = 0.5
"""Other hosts wait 0.5 to 5 s; signs on a bench answer within a tenth."""
AFTER_NACK_S: Final = 0.1
"""Some signs append a byte to a NACK, and one host gives them a breather before it tries again."""

_ALL_BLOCKS: Final = [
    Block(page, number + 1) for page in GRAPHIC_PAGES for number in range(BLOCKS_PER_PAGE)
]
BANK_BLOCKS: Final = len(_ALL_BLOCKS) // 2
_BANKS: Final = {"A": _ALL_BLOCKS[:BANK_BLOCKS], "B": _ALL_BLOCKS[BANK_BLOCKS:]}
"""The blocks of the two pages that show pictures."""
_DARK_PAGE: Final = "Z"
_QUESTION: Final = b"<DL8PY>"
"""Sent with a wrong checksum, which a sign answers with NACK and does not obey. If it did obey, it
would forget a line that we never write."""
_FILLING: Final = b" " * len(codec.encode(Addressed(1, Graphic(Block("A", 1), bitmap.DARK))))
"""Completes whatever packet a sign waits for; between packets it is noise, which signs skip."""
_STANDING: Final = PageLine(1, "A", Lead.IMMEDIATE, (), wait_s=LONGEST_WAIT_S, lag=Lag.HOLD)
"""Its lag keeps the picture until it is drawn again: it does not flicker every 25 s."""
_SCROLLING: Final = PageLine(
    1, "A", Lead.SCROLL_LEFT, (), wait_s=SHORTEST_WAIT_S, lag=Lag.SCROLL_LEFT
)
_SPEEDS_PX_S: Final = {Speed.FASTEST: 80, Speed.FAST: 40, Speed.SLOW: 20, Speed.SLOWEST: 10}
"""Only their order is in the document; these are guesses of the right size."""
_LINE: Final = LineFormat(baud=9_600)
_BITS_PER_BYTE: Final = 10


def max_strip_px(height_px: int) -> int:
    """Return the widest strip that one bank holds on a board of this height."""
    return BANK_BLOCKS // _lines(height_px) * BLOCK_WIDTH_PX


class _Tries:
    """The tries of one exchange."""

    def __init__(self, link: ByteLink) -> None:
        self._link = link
        self._sent = 0
        self._answered = 0

    @property
    def silent(self) -> bool:
        """Say whether any went without an answer."""
        return self._answered < self._sent

    def listen(self) -> Listen[Reply]:
        """Return an ear for one more try."""
        self._sent += 1
        return codec.HostDecoder().receive

    def refused(self, reply: Reply) -> bool:
        """Say whether it was a NACK; what a sign appends to it is waited for, and so forgotten."""
        self._answered += 1
        if reply is Reply.NACK:
            self._link.pause(AFTER_NACK_S)
        return reply is Reply.NACK


class Am03127(Board):
    """One sign on a line, mono or tricolour: the dialect has no other colours."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        geometry, depth = site.geometry, site.depth
        if depth is Depth.RGB:
            raise Unsupported("an AM03127 has red and green LEDs, no blue ones")
        height_px = geometry.height_px
        single = height_px == LINE_HEIGHT_PX - 1
        if not single and (height_px % LINE_HEIGHT_PX or _lines(height_px) > MAX_LINES):
            raise Unsupported(
                f"an AM03127 is 7 rows tall, or 8 to 64 in steps of 8, not {geometry}"
            )
        if geometry.width_px > max_strip_px(height_px):
            raise Unsupported(f"an AM03127 of {geometry} has no room for two pictures")
        self._link = link
        self._address = site.address
        self._geometry = geometry
        self._depth = depth
        self._on_show: str | None = None
        """The page that is on show; None = that is not known."""
        self._half_said = True
        """The sign may be waiting for the rest of a packet, of which it takes the next for part."""

    @property
    def capabilities(self) -> Capabilities:
        """What this sign can do."""
        return Capabilities(
            geometry=self._geometry,
            depth=self._depth,
            route=Route.BLOCKS,
            motions=frozenset({Motion.SCROLL_LEFT}),
            max_strip_px=max_strip_px(self._geometry.height_px),
            frame_interval_ms=_frame_ms(self._geometry),
            acknowledges=True,
            brightness=True,
            clock=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Load the picture beside the one on show, then switch."""
        check_frame(frame, self.capabilities)
        if any(frame.data):
            self._switch_to(frame, _STANDING)
        else:
            self.blank()

    def scroll(self, page: Page) -> None:
        """Load the strip beside what is on show, then switch. Its end rests half a second."""
        check_page(page, self.capabilities)
        speed = min(_SPEEDS_PX_S, key=lambda one: abs(_SPEEDS_PX_S[one] - page.speed_px_s))
        manner = replace(_SCROLLING, method=Method(speed))
        self._switch_to(page.strip.to_frame(self._depth), manner)

    def blank(self) -> None:
        """Run a page of spaces, and no schedule that another host left."""
        self._on_show = None
        dark = replace(_STANDING, page=_DARK_PAGE, contents=(Words(" "),))
        lines = range(1, _lines(self._geometry.height_px) + 1)
        packets: list[Packet] = [replace(dark, line=line) for line in lines]
        packets.append(RunPage(_DARK_PAGE))
        packets += [DeleteSchedule(letter) for letter in SCHEDULES]
        for _ in range(DEFAULT_RETRIES):
            if all(map(self._send, packets)):
                self._on_show = _DARK_PAGE
                return
        raise PeerSilent(_device(self._link, self._address), DEFAULT_RETRIES)

    def set_brightness(self, level: Percent) -> None:
        """Set the nearest of 25, 50, 75 and 100 %."""
        nearest = min(Level, key=lambda one: abs(one.percent - level))
        self._send(Brightness(nearest))

    def set_clock(self, local: datetime) -> None:
        """Set the sign's clock to a wall-clock time."""
        self._send(SetClock(local))

    def status(self) -> Status:
        """Ask whether it is there; the dialect has no other question."""
        try:
            self._say(_question(self._address))
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        return Status(ok=True)

    def close(self) -> None:
        """Give the line back."""
        self._link.close()

    def _switch_to(self, strip: Frame, manner: PageLine) -> None:
        if self._on_show is None:
            self.blank()
        old = self._on_show or _DARK_PAGE
        new = "B" if old == "A" else "A"
        loading = list(_loading(strip, replace(manner, page=new)))
        for _ in range(DEFAULT_RETRIES):
            # A sign that forgot which page to run might otherwise run the one being loaded.
            self._send(RunPage(old))
            self._on_show = old
            if all(map(self._send, loading)):
                self._on_show = None
                if self._send(RunPage(new)):
                    self._on_show = new
                    return
        raise PeerSilent(_device(self._link, self._address), DEFAULT_RETRIES)

    def _send(self, packet: Packet) -> bool:
        """Send until acknowledged; say whether each try was answered, if only by a NACK.

        After a silence the sign may have been without power: what it was told before counts for
        nothing, and an answer may still come late.
        """
        tries = _Tries(self._link)
        reply = self._say(Addressed(self._address, packet), tries)
        if reply is Reply.NACK:
            raise PeerRefused(_device(self._link, self._address), "NACK")
        if tries.silent:
            self._link.pause(REPLY_TIMEOUT_S)
        return not tries.silent

    def _say(self, message: codec.Received, tries: _Tries | None = None) -> Reply:
        if self._half_said:
            self._link.write(_FILLING)
        self._half_said = True
        reply = _ask(self._link, message, tries)
        self._half_said = False
        return reply


def probe(link: ByteLink, site: Site) -> Status | None:
    """Ask whether a sign has this address, changing nothing; None = nobody answers."""
    try:
        _ask(link, _question(site.address))
    except PeerSilent:
        return None
    return Status(ok=True)


def _question(address: int) -> Damaged:
    return Damaged(address, _QUESTION)


def _ask(link: ByteLink, message: codec.Received, tries: _Tries | None = None) -> Reply:
    """Send until answered, and where tries are counted, until acknowledged."""
    counted = tries or _Tries(link)
    return ask(
        link,
        codec.encode(message),
        counted.listen,
        device=_device(link, message.address),
        timeout_s=REPLY_TIMEOUT_S,
        again=lambda reply: counted.refused(reply) and tries is not None,
    )


def _device(link: ByteLink, address: int) -> str:
    return f"sign {address:02X} on {link.name}"


def _lines(height_px: int) -> int:
    return -(-height_px // LINE_HEIGHT_PX)


def _frame_ms(geometry: Geometry) -> int:
    """Return how long a picture travels in which no two blocks are alike, with all answers."""
    lines = _lines(geometry.height_px)
    columns = -(-geometry.width_px // BLOCK_WIDTH_PX)
    row = tuple(_BANKS["A"][:columns])
    packets: list[Packet] = [Graphic(row[0], bitmap.DARK)] * (lines * columns)
    packets += [replace(_STANDING, contents=row)] * lines
    packets += [RunPage("A")] * 2
    sent_bytes = sum(len(codec.encode(Addressed(1, packet))) for packet in packets)
    heard_bytes = len(Reply.ACK.value) * len(packets)
    return -(-(sent_bytes + heard_bytes) * _BITS_PER_BYTE * 1000 // _LINE.baud)


def _loading(strip: Frame, manner: PageLine) -> Iterator[Graphic | PageLine]:
    """Yield the packets that bring a strip into the bank of a page: its pixels, then its lines."""
    free = iter(_BANKS[manner.page])
    places: dict[bytes, Block] = {}
    lines = list(bitmap.blocks_of(strip))
    for data in (data for line in lines for data in line):
        if data not in places:
            places[data] = next(free)
            yield Graphic(places[data], data)
    for number, line in enumerate(lines, start=1):
        blocks = tuple(places[data] for data in line)
        yield replace(manner, line=number, contents=blocks)


DIALECT: Final = Dialect(
    name="am03127",
    title="AM03127 / AM03128 (Amplus, Maplin N00GA)",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO, Depth.TRICOLOUR),
    addresses=range(1, MAX_ADDRESS + 1),
    open=Am03127,
    line=_LINE,
    probe=probe,
)
