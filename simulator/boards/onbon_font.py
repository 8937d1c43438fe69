"""An Onbon font card from the inside: files, dynamic texts, power and its timers, a clock.

It has no letters: a text is drawn as the outline of its area, and a program, of which one is
stored when the card is bought, as the outline of the whole screen.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np

from drivers.dialect import Site
from drivers.onbon.frames import crc16
from drivers.onbon.packets import (
    Ack,
    Answer,
    AskStatus,
    BlockTaken,
    CancelTimers,
    Card,
    ClearScreen,
    Command,
    Complaint,
    DeleteFiles,
    LockProgram,
    Nack,
    OpenFile,
    Power,
    PowerTimers,
    Reset,
    SetClock,
    StatusIs,
    TextArea,
    UpdateAreas,
    WriteBlock,
)
from playlists.text.frame import Frame
from simulator.boards.board import Fault
from simulator.boards.onbon import OnbonSign

BARCODE: Final = b"SIMULATED-BX-6K1"
FIRST_PROGRAM: Final = b"P000"
MAX_FILE_BYTES: Final = 512 * 1024
MAX_AREAS: Final = 8
MAX_TEXT_BYTES: Final = 512
"""A BX-5K's areas (K 8.2.1)."""
_CRC_BYTES: Final = 2
_MORE_THAN_A_DAY: Final = timedelta(days=1)


class FontSign(OnbonSign):
    """State of one font card."""

    card = Card.FONT

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site, clock)
        self.timers: tuple[tuple[time, time], ...] = ()
        self.locked: bytes | None = None
        self._keeps_lock = False
        self._set_to: datetime | None = None
        self._set_at_s = 0.0
        self._forced: bool | None = True
        """What was ordered last; None = what the timers say."""
        self._forced_at: datetime | None = None
        self._files: dict[bytes, bytes] = {FIRST_PROGRAM: b""}
        self._texts: dict[int, TextArea] = {}
        self._open: OpenFile | None = None
        self._written = b""

    @property
    def files(self) -> Mapping[bytes, bytes]:
        """The files it holds."""
        return MappingProxyType(self._files)

    @property
    def texts(self) -> Mapping[int, TextArea]:
        """The dynamic areas it holds."""
        return MappingProxyType(self._texts)

    @property
    def local(self) -> datetime | None:
        """What its clock shows; None until it was set."""
        if self._set_to is None:
            return None
        return self._set_to + timedelta(seconds=self._clock() - self._set_at_s)

    @property
    def on(self) -> bool:
        """Whether its LEDs are on: an order holds until a timer says the opposite (K 8.13)."""
        now = self.local
        if not self.timers or now is None:
            return self._forced is not False
        due = any(on <= now.time() < off for on, off in self.timers)
        if self._forced is None or self._forced_at is None or self._overruled(now):
            return due
        return self._forced

    def _overruled(self, now: datetime) -> bool:
        since = self._forced_at
        if since is None or now - since > _MORE_THAN_A_DAY:
            return True
        edges = [off if self._forced else on for on, off in self.timers]
        days = {since.date(), now.date()}
        return any(since < datetime.combine(day, edge) <= now for day in days for edge in edges)

    def power_cut(self) -> None:
        """Lose the texts, a half-written file, and a lock that was not to be kept."""
        super().power_cut()
        self._texts.clear()
        self._open, self._written = None, b""
        self.locked = self.locked if self._keeps_lock else None

    def frame(self) -> Frame:
        """Return outlines of what it plays."""
        screen = np.zeros((self.geometry.height_px, self.geometry.width_px, 3), np.uint8)
        if self.on:
            if self._programs():
                _outline(screen)
            for text in self._texts.values():
                left_px, width_px = text.left * text.unit_px, text.width * text.unit_px
                _outline(
                    screen[text.top_px : text.top_px + text.height_px, left_px : left_px + width_px]
                )
        return Frame.from_colours(screen, self.depth)

    def _programs(self) -> list[bytes]:
        return sorted(name for name in self._files if name.startswith(b"P"))

    def _obey(self, command: Command) -> Answer:
        match command:
            case AskStatus():
                return self._status()
            case Power() | PowerTimers() | CancelTimers():
                return self._switch(command)
            case SetClock(at):
                self._set_to, self._set_at_s = at, self._clock()
            case LockProgram(name, locked, keeps):
                if name not in self._files:
                    return Nack(Complaint.NO_SUCH_FILE)
                self.locked, self._keeps_lock = (name if locked else None), keeps
            case UpdateAreas(deleted, areas):
                return self._update(deleted, areas)
            case ClearScreen():
                self._texts.clear()
            case _:
                return self._file(command)
        return Ack()

    def _switch(self, command: Power | PowerTimers | CancelTimers) -> Answer:
        match command:
            case Power(on):
                self._forced, self._forced_at = on, self.local
            case PowerTimers(pairs):
                self.timers, self._forced = pairs, None
            case CancelTimers():
                self._forced, self.timers = self.on, ()
        return Ack()

    def _status(self) -> StatusIs:
        programs = self._programs()
        playing = self.locked or next(iter(programs), bytes(4))
        return StatusIs(
            on=self.on,
            level=self.level,
            local=self.local,
            programs=len(programs),
            playing=playing,
            areas=tuple(self._texts),
            barcode=BARCODE,
        )

    def _update(self, deleted: tuple[int, ...] | None, areas: tuple[TextArea, ...]) -> Answer:
        if areas and self.fault is Fault.FULL:
            return Nack(Complaint.MEMORY_FULL)
        if any(area.number >= MAX_AREAS or len(area.text) > MAX_TEXT_BYTES for area in areas):
            return Nack(Complaint.MEMORY_FULL)
        for number in tuple(self._texts) if deleted is None else deleted:
            self._texts.pop(number, None)
        self._texts.update({area.number: area for area in areas})
        return Ack()

    def _file(self, command: Command) -> Answer:
        match command:
            case DeleteFiles(()):
                self._files = {
                    name: data for name, data in self._files.items() if not name.startswith(b"P")
                }
            case DeleteFiles(names):
                if not self._files.keys() >= set(names):
                    return Nack(Complaint.NO_SUCH_FILE)
                for name in names:
                    self._files.pop(name, None)
            case OpenFile(name, size_bytes, overwrite):
                if self.fault is Fault.FULL or size_bytes > MAX_FILE_BYTES:
                    return Nack(Complaint.MEMORY_FULL)
                if name in self._files and not overwrite:
                    return Nack(Complaint.FILE_EXISTS)
                self._open, self._written = command, b""
            case WriteBlock():
                return self._take(command)
            case Reset():
                self._files.clear()
                self.power_cut()
            case _:
                return Nack(Complaint.NO_SUCH_COMMAND)
        return Ack()

    def _take(self, block: WriteBlock) -> Answer:
        have_bytes = len(self._written)
        if self._open is None or self._open.name != block.name or block.at_bytes != have_bytes:
            return BlockTaken(have_bytes, Complaint.BLOCK_NUMBER)
        self._written += block.data
        if not block.last:
            return BlockTaken(len(self._written))
        body, check = self._written[:-_CRC_BYTES], self._written[-_CRC_BYTES:]
        whole = len(self._written) == self._open.size_bytes
        if not whole or crc16(body) != int.from_bytes(check, "little"):
            self._open, self._written = None, b""
            return BlockTaken(0, Complaint.FILE_CHECKSUM)
        self._files[block.name] = self._written
        return BlockTaken(len(self._written))


def _outline(part: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> None:
    """Light the edge of a part of the screen."""
    part[:1] = part[-1:] = part[:, :1] = part[:, -1:] = 255
