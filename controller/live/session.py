"""A page on air: one microphone, one booth, one tape, any number of listeners."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from controller.errors import Conflict, ControllerError, Invalid
from controller.live.audience import Audience
from controller.live.booth import LAST_WORDS_S, Booth, BoothFailed
from controller.live.model import MAX_PACKET_BYTES, Page, Reason
from controller.live.pieces import FLOOR_DBFS, Piece
from controller.live.tape import Tape
from controller.live.watch import Pace, Watch

IN_USE_S: Final = 1.0
"""A microphone sends fifty times in that time, also silence."""
BATCH: Final = 3
"""Packets that are handed on together. On a SIM card's line, what stands around each of them weighs
more than its sound: every 60 ms costs two thirds of every 20 ms, and 20 ms more on the average."""
_REMEMBERED: Final = 50
"""Packets: a second, when nobody asks how loud it is."""

Seconds = Callable[[], float]

logger = logging.getLogger(__name__)


class TooFast(ControllerError):
    """Packets come faster than anybody speaks."""

    code = "too-fast"


@dataclass(frozen=True, slots=True)
class Status:
    """What whoever speaks is told a few times a second."""

    left_s: float
    level_dbfs: float
    """Of what came since the last time, before it was levelled."""
    peak_dbfs: float
    devices: int
    listening: int


class Session:
    """A page on air, from its booth to its end, in one event loop."""

    def __init__(self, page: Page, max_s: float, tape: Tape, seconds: Seconds) -> None:
        self.page = page
        self.audience = Audience()
        self.watch = Watch(seconds(), seconds() + max_s)
        self.over = asyncio.Event()
        self.reason: Reason | None = None
        self._max_s = max_s
        self._tape = tape
        self._seconds = seconds
        self._pace = Pace(seconds())
        self._level = _Level()
        self._booth: Booth | None = None
        self._listening: asyncio.Task[None] | None = None
        self._open = asyncio.Event()
        self._holder: asyncio.Event | None = None
        self._used_s = 0.0
        self._said = False
        self._batch: list[bytes] = []

    async def open(self) -> None:
        """Open the booth; BoothFailed."""
        self._booth = booth = await Booth.open(self._max_s)
        self.audience.begin(booth.head)
        self._listening = asyncio.create_task(self._listen(booth), name=f"page {self.page.id}")
        self._open.set()

    @contextmanager
    def microphone(self) -> Iterator[asyncio.Event]:
        """Have the microphone as long as the block lasts; Conflict when another is in use.

        One that has said nothing for a second hangs on a line that is dead: whoever comes gets it,
        and the event tells who had it.
        """
        if self._holder is not None:
            if self._seconds() - self._used_s < IN_USE_S:
                raise Conflict("somebody speaks", reason="another microphone is connected")
            self._holder.set()
        mine = self._holder = asyncio.Event()
        self._used_s = self._seconds()
        try:
            yield mine
        finally:
            if self._holder is mine:
                self._holder = None

    async def say(self, packet: bytes) -> None:
        """Take one packet of the microphone; TooFast, Invalid."""
        if not 0 < len(packet) <= MAX_PACKET_BYTES:
            reason = f"1 to {MAX_PACKET_BYTES} bytes"
            raise Invalid("no packet", field="packet", reason=reason)
        if not self._pace.takes(self._seconds()):
            raise TooFast("faster than anybody speaks")
        self._used_s = self._seconds()
        self.watch.packet(self._used_s)
        await self._open.wait()
        if self._booth is not None and not self._is_closing:
            self._said = True
            await self._booth.say(packet)

    def status(self) -> Status:
        """Return what whoever speaks should know now."""
        level_dbfs, peak_dbfs = self._level.told()
        return Status(
            left_s=self.watch.left_s(self._seconds()),
            level_dbfs=level_dbfs,
            peak_dbfs=peak_dbfs,
            devices=len(self.page.devices),
            listening=self.audience.devices(),
        )

    def verdict(self) -> Reason | None:
        """Return why the page ends now by itself, if it does."""
        if self._listening is not None and self._listening.done():
            return Reason.FAULT
        return self.watch.verdict(self._seconds())

    async def close(self) -> None:
        """Let the booth say its last words, and everybody go."""
        try:
            if self._booth is not None and self._listening is not None:
                self._booth.finish()
                await asyncio.wait([self._listening], timeout=LAST_WORDS_S)
                await self._booth.end()
                await asyncio.wait([self._listening])
        finally:
            self._open.set()
            self._tape.close()
            self._hand_on()
            self.audience.end()

    @property
    def _is_closing(self) -> bool:
        return self.reason is not None

    async def _listen(self, booth: Booth) -> None:
        """Hand on what comes out of the booth; ends with the booth, or when it cannot go on."""
        try:
            async with contextlib.aclosing(booth.pieces()) as pieces:
                async for piece in pieces:
                    self._hear(booth, piece)
        except BoothFailed as exc:
            logger.warning("the booth of page %s broke: %s", self.page.id, exc)
        except OSError as exc:
            logger.warning("page %s cannot be recorded: %s", self.page.id, exc.strerror)

    def _hear(self, booth: Booth, piece: Piece) -> None:
        self.watch.heard(piece.level_dbfs, self._seconds(), bad=piece.bad)
        self._level.heard(piece)
        if not piece.sound:
            return
        self._batch.append(piece.sound)
        if len(self._batch) == BATCH:
            self._hand_on()
        if self._said:
            self._tape.write(booth.head + piece.sound if self._tape.is_blank else piece.sound)

    def _hand_on(self) -> None:
        if self._batch:
            self.audience.tell(b"".join(self._batch))
            self._batch.clear()


class _Level:
    """How loud it was since somebody asked."""

    def __init__(self) -> None:
        self._energies: list[float] = []
        self._peak_dbfs = FLOOR_DBFS

    def heard(self, piece: Piece) -> None:
        self._energies.append(10 ** (piece.level_dbfs / 10))
        self._peak_dbfs = max(self._peak_dbfs, piece.peak_dbfs)
        del self._energies[:-_REMEMBERED]

    def told(self) -> tuple[float, float]:
        """Return RMS and peak in dBFS since the last time."""
        peak_dbfs, self._peak_dbfs = self._peak_dbfs, FLOOR_DBFS
        if not self._energies:
            return FLOOR_DBFS, peak_dbfs
        level_dbfs = 10 * math.log10(sum(self._energies) / len(self._energies))
        self._energies.clear()
        return level_dbfs, peak_dbfs
