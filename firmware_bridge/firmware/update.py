"""One board brought to one image, by asking the board again and again where it stands.

What to do next follows from the board's answer alone, so it does not matter where a cut came:
of the line, of the board's power, or of this gateway. Every request is a job of its own on the
line's hand; neighbours on the line have their turn between two blocks.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from drivers.bootloader.driver import BoardRefused, Bootloader
from drivers.bootloader.packets import Condition, Fall, Info, Progress, Refusal
from drivers.errors import DriverError, PeerWireError
from drivers.ports import Status
from firmware_bridge.errors import UpdateFailed, Withdrawn
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.link.manifest import Image
from firmware_bridge.link.messages import FirmwareStage
from firmware_bridge.player.hand import Hand

T = TypeVar("T")

MAX_ROUNDS: Final = 3
"""A board that loses what was written, again and again, has a broken flash."""
MAX_SAME_BLOCK: Final = 5
"""So often one block is written before the flash counts as broken."""
SELF_TEST_TRIES: Final = 15
SELF_TEST_PAUSE_S: Final = 2.0
"""Half a minute in all: a board that has just started may take a while to open its display."""
ANOTHER_TRIAL_PAUSE_S: Final = 5.0

_AGAIN: Final = frozenset({Refusal.NOT_BEGUN, Refusal.INCOMPLETE, Refusal.DAMAGED})
"""The board lost what it had received: it is sent again."""

logger = logging.getLogger(__name__)

Tell = Callable[[FirmwareStage, int, int, str], None]
"""Hears the stage, blocks done, blocks in all, and what is in the way."""


@dataclass(frozen=True, slots=True)
class Bench:
    """How one board is reached."""

    hand: Hand
    open_bootloader: Callable[[], Bootloader]


class Update:
    """One image for one board."""

    def __init__(
        self,
        image: Image,
        bench: Bench,
        *,
        tell: Tell,
        wanted: Callable[[], bool] = lambda: True,
        began: Callable[[], None] = lambda: None,
        begun: bool = False,
        restarted: Callable[[], None] = lambda: None,
        status: Callable[[], Awaitable[Status]] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: int | None = None,
    ) -> None:
        """Update a board.

        `began` is called once the board has begun to receive for this order; it must be
        remembered and be given as `begun` when the same order is taken up again. `restarted` is
        called when the board has started anew and shows nothing; from then on `status` says
        whether it does its work with the new image (None = only the bootloader counts).
        `patience` is how often in a row the board may fail to answer; None = any number.
        """
        self._image = image
        self._bench = bench
        self._tell = tell
        self._wanted = wanted
        self._began = began
        self._begun = begun
        self._restarted = restarted
        self._status = status
        self._pause = pause
        self._patience = patience
        self._boot: Bootloader | None = None
        self._told: tuple[FirmwareStage, int, int] = FirmwareStage.STAGED, 0, 0
        self._rounds = 0
        self._complaint = ""

    async def run(self) -> None:
        """Return when the board has confirmed the image. UpdateFailed, Withdrawn."""
        backoff, silences = Backoff(), 0
        try:
            while True:
                try:
                    if await self._step():
                        return
                    backoff.reset()
                    silences = 0
                except BoardRefused as exc:
                    self._refused(exc)
                except DriverError as exc:
                    silences += 1
                    logger.debug("update: %s", exc)
                    await self._close()
                    if silences == self._patience:
                        raise UpdateFailed("silent", str(exc)) from exc
                    if self._told[0] is not FirmwareStage.TRIAL:
                        self._check_wanted()
                    self._tell(*self._told, str(exc))
                    await self._pause(backoff.delay_s())
        finally:
            await self._close()

    async def _step(self) -> bool:
        """Do what the board's present condition asks for; say whether all is done."""
        info = await self._do(lambda boot: boot.hello())
        manifest = self._image.manifest
        if info.hardware != manifest.hardware:
            detail = f"for {manifest.hardware}, the board is {info.hardware}"
            raise UpdateFailed(Refusal.WRONG_HARDWARE.word, detail)
        if info.running_mark == manifest.mark:
            return info.condition is not Condition.TRIAL or await self._try_out()
        if info.condition is Condition.TRIAL:
            self._say(FirmwareStage.STAGED, 0, 0, f"the board tries {info.running} at present")
            await self._pause(ANOTHER_TRIAL_PAUSE_S)
            return False
        if self._begun and info.failed == manifest.mark:
            self._restarted()
            raise UpdateFailed(_trial(info.why), self._complaint)
        self._check_wanted()
        await self._write(info)
        self._check_wanted()
        await self._do(lambda boot: boot.activate(manifest.sha256))
        self._say(FirmwareStage.TRIAL, *self._told[1:])
        return False

    async def _write(self, info: Info) -> None:
        manifest, size_bytes = self._image.manifest, info.block_bytes
        progress = await self._do(lambda boot: boot.begin(manifest.raw))
        blocks = -(-manifest.size_bytes // size_bytes)
        if not self._begun:
            self._begun = True
            self._began()
        tries = 0
        while progress.next_block < blocks:
            self._check_progress(progress, blocks)
            self._say(FirmwareStage.WRITING, progress.next_block, blocks)
            index = progress.next_block
            data = self._image.data[index * size_bytes : (index + 1) * size_bytes]
            self._check_wanted()
            progress = await self._do(partial(_write_block, index, data))
            tries = tries + 1 if progress.next_block <= index else 0
            if tries == MAX_SAME_BLOCK:
                raise UpdateFailed(Refusal.WRITE_FAILED.word, f"block {index} does not stay")
        self._say(FirmwareStage.WRITING, blocks, blocks)

    @staticmethod
    def _check_progress(progress: Progress, blocks: int) -> None:
        if progress.blocks != blocks:
            raise PeerWireError("bootloader", f"{progress.blocks} blocks, not {blocks}")

    async def _try_out(self) -> bool:
        """Confirm the image if the board does its work with it, else have it reverted."""
        self._say(FirmwareStage.TRIAL, *self._told[1:])
        self._restarted()
        sha256 = self._image.manifest.sha256
        for _ in range(SELF_TEST_TRIES):
            status = None if self._status is None else await self._status()
            if status is None or status.ok:
                await self._do(lambda boot: boot.confirm(sha256))
                return True
            self._complaint = status.detail
            await self._pause(SELF_TEST_PAUSE_S)
        await self._do(lambda boot: boot.revert(sha256))
        return False

    def _refused(self, exc: BoardRefused) -> None:
        """Begin again where that may help, else give up."""
        self._rounds += 1
        if exc.refusal not in _AGAIN or self._rounds == MAX_ROUNDS:
            raise UpdateFailed(exc.refusal.word, str(exc)) from exc

    def _check_wanted(self) -> None:
        if not self._wanted():
            raise Withdrawn("the order was withdrawn")

    def _say(self, stage: FirmwareStage, done: int, total: int, detail: str = "") -> None:
        self._told = stage, done, total
        self._tell(stage, done, total, detail)

    async def _do(self, request: Callable[[Bootloader], T]) -> T:
        return await self._bench.hand.do(partial(self._ask, request))

    def _ask(self, request: Callable[[Bootloader], T]) -> T:
        """Ask the board, on the hand's thread."""
        if self._boot is None:
            self._boot = self._bench.open_bootloader()
        return request(self._boot)

    async def _close(self) -> None:
        boot, self._boot = self._boot, None
        if boot is not None:
            await self._bench.hand.do(boot.close)


def _write_block(index: int, data: bytes, boot: Bootloader) -> Progress:
    return boot.write(index, data)


def _trial(why: Fall) -> str:
    return f"trial-{why.word}"
