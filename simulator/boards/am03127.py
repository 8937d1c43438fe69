"""An AM03127 from the inside: memory, pages, schedules, clock, and what its LEDs show.

It knows the dialect and nothing of drivers. Where the vendor document is silent it does what is
written in docs/protocols/am03127.md under "Not from the document".
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType

import numpy as np

from drivers.am03127 import bitmap
from drivers.am03127.codec import Received, SignDecoder, checksum
from drivers.am03127.contents import Block, Face
from drivers.am03127.packets import (
    BROADCAST,
    LINE_HEIGHT_PX,
    SCHEDULES,
    Addressed,
    Brightness,
    Damaged,
    DeleteAll,
    DeletePage,
    DeleteSchedule,
    Glyph,
    Graphic,
    Level,
    Other,
    Packet,
    PageLine,
    Reply,
    RestoreGlyphs,
    RunPage,
    Schedule,
    SetAddress,
    SetClock,
)
from drivers.dialect import Site
from playlists.text.frame import Frame
from simulator.boards import am03127_letters as letters
from simulator.boards.am03127_letters import Leds
from simulator.boards.am03127_play import Play
from simulator.boards.board import Fault, Sign

_FIRST_PAGE = "A"
_MINUTE = timedelta(minutes=1)
_STORES = (Graphic, PageLine, Schedule, Glyph)


class Am03127Sign(Sign):
    """State of one sign, mono or tricolour. `clock` gives seconds, for motion and its own clock.

    A mono sign is one of red LEDs.
    """

    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.FULL, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        self.address = site.address
        self.battery_is_flat = True
        """A power cut wipes its memory; with a good battery nothing is lost."""
        self.names_checksum = False
        """It appends the right checksum to a NACK, as revision 1.4A does."""
        self._clock = clock
        self._decoder = SignDecoder()
        self._forget()

    @property
    def blocks(self) -> Mapping[Block, bytes]:
        """The graphic blocks it holds."""
        return MappingProxyType(self._blocks)

    @property
    def level(self) -> Level:
        """How bright it is."""
        return self._level

    @property
    def local(self) -> datetime | None:
        """Its own wall clock; None when it was never set."""
        if self._set is None:
            return None
        at, clock_s = self._set
        return at + timedelta(seconds=self._clock() - clock_s)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the sign answers."""
        return b"".join(self._answer(message) for message in self._decoder.receive(data))

    def power_cut(self) -> None:
        """Lose everything that is held in memory, unless its battery is good."""
        self._decoder = SignDecoder()
        if self.battery_is_flat:
            self._forget()
        self._since_s = self._clock()

    def hang_up(self) -> None:
        """Forget half a message."""
        self._decoder = SignDecoder()

    def strip(self) -> Frame:
        """Return the whole picture of the page on show, as wide as its longest line."""
        playing = self._playing()
        leds = self._dark() if playing is None else playing[0].whole
        return bitmap.frame_of(leds, self.depth)

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        return bitmap.frame_of(self._leds(), self.depth)

    def _forget(self) -> None:
        self._blocks: dict[Block, bytes] = {}
        self._pages: dict[str, dict[int, PageLine]] = {}
        self._schedules: dict[str, Schedule] = {}
        self._glyphs: dict[tuple[Face, int], bytes] = {}
        self._run_page = _FIRST_PAGE
        self._level = Level.FULL
        self._set: tuple[datetime, float] | None = None
        self._since_s = self._clock()
        self._before = self._dark()

    def _leds(self) -> Leds:
        playing = self._playing()
        return self._dark() if playing is None else playing[0].at(playing[1])

    def _dark(self) -> Leds:
        return np.zeros((self.geometry.height_px, self.geometry.width_px, 2), np.bool_)

    def _playing(self) -> tuple[Play, int] | None:
        """Return the page on show and how long it has been there; None = it has none to show."""
        pages, since_s = self._programme()
        plays: list[Play] = []
        for page in pages:
            follows_kept = bool(plays) and plays[-1].is_kept
            kept = plays[-1].standing if follows_kept else self._before
            plays.append(Play(self._lines_of(page), self._draw, self.geometry, kept))
        if not plays:
            return None
        at_ms = int(since_s * 1000) % sum(play.duration_ms for play in plays)
        for play in plays:
            if at_ms < play.duration_ms:
                return play, at_ms
            at_ms -= play.duration_ms
        return None

    def _programme(self) -> tuple[list[str], float]:
        """Return the pages that take turns now, and for how many seconds they have."""
        local = self.local
        for letter in SCHEDULES if local is not None else ():
            schedule = self._schedules.get(letter)
            since = None if schedule is None or local is None else _since(schedule, local)
            pages = [] if schedule is None else [*filter(self._lines_of, schedule.pages)]
            if since is not None and pages:
                return pages, since.total_seconds()
        run = [self._run_page] if self._lines_of(self._run_page) else []
        return run, self._clock() - self._since_s

    def _lines_of(self, page: str) -> Mapping[int, PageLine]:
        lines = -(-self.geometry.height_px // LINE_HEIGHT_PX)
        held = self._pages.get(page, {})
        return {number: line for number, line in held.items() if number <= lines}

    def _draw(self, line: PageLine) -> Leds:
        return letters.draw(line.contents, self._blocks, self._glyphs, self.local)

    def _answer(self, message: Received) -> bytes:
        if isinstance(message, SetAddress):
            self.address = message.address
            return b"%02X" % message.address
        if message.address not in {self.address, BROADCAST} or self.fault is Fault.WRONG_ADDRESS:
            return b""
        reply = self._reply(message)
        if message.address == BROADCAST or reply is None:
            return b""
        answer: bytes = reply.value
        if self.names_checksum and isinstance(message, Damaged):
            answer += bytes([int(checksum(message.body), 16)])
        return answer

    def _reply(self, message: Addressed | Damaged) -> Reply | None:
        """Obey a message; None for one it does not recognise."""
        if isinstance(message, Damaged) or self.fault is Fault.NACK:
            return Reply.NACK
        if isinstance(message.packet, Other):
            return None
        if isinstance(message.packet, _STORES) and self.fault is Fault.FULL:
            return Reply.NACK
        self._obey(message.packet)
        return Reply.ACK

    def _obey(self, packet: Packet) -> None:  # noqa: C901 -- one case for each packet
        match packet:
            case Graphic(block, data):
                self._blocks[block] = data
            case PageLine(line, page):
                self._pages.setdefault(page, {})[line] = packet
            case Schedule(letter):
                self._schedules[letter] = packet
            case Glyph(face, slot, rows):
                self._glyphs[face, slot] = rows
            case RestoreGlyphs():
                self._glyphs.clear()
            case RunPage(page):
                self._before = self._leds()
                self._run_page, self._since_s = page, self._clock()
            case Brightness(level):
                self._level = level
            case SetClock(at):
                self._set = at, self._clock()
            case DeletePage(line, page):
                self._pages.get(page, {}).pop(line, None)
            case DeleteSchedule(letter):
                self._schedules.pop(letter, None)
            case DeleteAll():
                self._wipe()
            case Other():
                pass

    def _wipe(self) -> None:
        """Forget what 4.2.5.3 names; clock, brightness and changed letters stay."""
        for held in (self._blocks, self._pages, self._schedules):
            held.clear()
        self._run_page = _FIRST_PAGE


def _since(schedule: Schedule, now: datetime) -> timedelta | None:
    """Return how long a schedule has been on at `now`; None = it is off. It ends with a minute."""
    start, end = schedule.start, schedule.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return now - start if start <= now < end + _MINUTE else None
    if isinstance(start, time) and isinstance(end, time):
        began = datetime.combine(now, start)
        if began > now:
            began -= timedelta(days=1)
        ends = datetime.combine(began, end)
        ends += timedelta(days=1 if end < start else 0)
        return now - began if now < ends + _MINUTE else None
    return None
