"""The booth: a locked process for each page, the only place where a microphone's bytes are decoded.

Whatever comes in there, the worst that it can do is to end its own page.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from typing import Final, TypeVar

from controller import locked
from controller.errors import ControllerError
from controller.live.pieces import MAX_PIECE_BYTES, PIECE_HEAD, Piece, of_packet, piece

START_S: Final = 20.0
"""A busy machine takes a second."""
LAST_WORDS_S: Final = 3.0
"""The last pieces take no time; what comes later is not waited for."""
STOP_S: Final = 1.0
"""It has nothing to do then but to end."""
MEMORY_BYTES: Final = 1 << 30
"""Most of it are libraries that are only mapped."""
CPU_SHARE: Final = 0.5
"""Of one core; a page needs less than a tenth of that."""
_CPU_START_S: Final = 20
_BYTES_PER_S: Final = 32 << 10
"""Ten times what the stream has: a booth that writes more is not ours any more."""
_COMMAND: Final = (sys.executable, "-P", "-m", "controller.live.boothed")

Stream = TypeVar("Stream")


class BoothFailed(ControllerError):
    """The booth did not open, or broke. Fact: `reason`."""

    code = "booth-failed"


class Booth:
    """A running booth. Its pieces have one reader."""

    def __init__(self, child: asyncio.subprocess.Process, max_s: float) -> None:
        self._child = child
        self._left_bytes = round((max_s + 60) * _BYTES_PER_S)
        self.head = b""

    @classmethod
    async def open(cls, max_s: float) -> "Booth":
        """Start a booth for a page of at most so long; BoothFailed."""
        try:
            child = await asyncio.create_subprocess_exec(
                *_COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                env=locked.environment(),
            )
        except OSError as exc:
            raise BoothFailed("it cannot be started", reason=str(exc.strerror)) from exc
        cpu_s = _CPU_START_S + round(CPU_SHARE * max_s)
        locked.restrict(child.pid, locked.Limits(MEMORY_BYTES, cpu_s, max_s, output_bytes=0))
        booth = cls(child, max_s)
        try:
            async with asyncio.timeout(START_S):
                first = await booth._next()
        except BaseException as exc:
            await booth.kill()
            if isinstance(exc, TimeoutError):
                raise BoothFailed("it does not start", reason="it does not start") from exc
            raise
        if first is None:
            await booth.kill()
            raise BoothFailed("it ended at once", reason="it ended at once")
        booth.head = first.sound
        return booth

    async def say(self, packet: bytes) -> None:
        """Hand a packet in; waits while the booth is behind. A booth that is gone takes nothing."""
        entrance = _there(self._child.stdin)
        with contextlib.suppress(ConnectionError):
            entrance.write(of_packet(packet))
            await entrance.drain()

    async def pieces(self) -> AsyncGenerator[Piece]:
        """Yield what comes out until the booth has ended; BoothFailed when it writes nonsense."""
        while (one := await self._next()) is not None:
            yield one

    def finish(self) -> None:
        """Say that nothing more comes: the last pieces follow, and the end."""
        _there(self._child.stdin).close()

    async def end(self) -> None:
        """Wait until it has ended, and end it if it does not."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._child.wait()
                return
        await self.kill()

    async def kill(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()
        await self._child.wait()

    async def _next(self) -> Piece | None:
        way_out = _there(self._child.stdout)
        try:
            head = await way_out.readexactly(PIECE_HEAD.size)
            *_, size_bytes = PIECE_HEAD.unpack(head)
            self._left_bytes -= PIECE_HEAD.size + size_bytes
            if size_bytes > MAX_PIECE_BYTES or self._left_bytes < 0:
                raise BoothFailed("it writes nonsense", reason="it writes nonsense")
            return piece(head, await way_out.readexactly(size_bytes))
        except asyncio.IncompleteReadError:
            return None


def _there(stream: Stream | None) -> Stream:
    if stream is None:
        raise AssertionError("every stream of a booth is a pipe")
    return stream
