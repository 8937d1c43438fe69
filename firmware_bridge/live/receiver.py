"""A tuner's process, seen from outside: started, read from, and ended whatever it does."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from firmware_bridge.assets import Source
from firmware_bridge.live.order import Order
from playlists.schedule.asset import Live

MAX_WHY_BYTES: Final = 2_048
MAX_WHY_CHARS: Final = 120
"""A state and an as-run entry have room for a sentence."""
CPU_SHARE: Final = 0.5
"""Of one core: a station takes a twentieth of that. What loops is ended, and begun again."""
CPU_LEAST_S: Final = 60
PIPE_BYTES: Final = 16 << 10
"""0.17 s: what waits in the pipe is late, and is not counted in the backlog."""
LAST_WORD_S: Final = 1.0
_COMMAND: Final = (sys.executable, "-P", "-m", "firmware_bridge.live.tuner")
_INHERITED: Final = ("PYTHONPATH", "PYTHONHOME", "LANG", "LD_LIBRARY_PATH")
_READ_BYTES: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Ended:
    """How a stream ended."""

    over: bool
    """It was over, as a call is; else it broke."""
    why: str


class Receiver(Protocol):
    """A stream that is being received."""

    async def read(self) -> bytes:
        """Return what has arrived, whole packets or not; b"" when nothing comes any more."""

    async def close(self) -> Ended:
        """End it now."""


Tune = Callable[[Live, timedelta], Awaitable[Receiver]]
"""Begins to receive a stream, for so long at most; raises OSError when it cannot."""


class Tuning:
    """Tunes in for one device."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def __call__(self, live: Live, length: timedelta) -> Receiver:
        """Start a tuner; OSError."""
        is_own = live.url.startswith("/")
        order = Order(
            url=self._source.url + live.url if is_own else live.url,
            controller=self._source.url,
            secret=self._source.secret if is_own else "",
            cpu_s=CPU_LEAST_S + int(length.total_seconds() * CPU_SHARE),
        )
        return await _Tuner.start(order)


class PipeReader:
    """Reads one end of a pipe on the event loop, no faster than it is taken."""

    def __init__(self, reader: asyncio.StreamReader, transport: asyncio.BaseTransport) -> None:
        self._reader = reader
        self._transport = transport

    @classmethod
    async def on(cls, descriptor: int) -> "PipeReader":
        """Take over a pipe's end."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(PIPE_BYTES // 2)
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", 0)
        )
        return cls(reader, transport)

    async def read(self) -> bytes:
        """Return what has arrived; b"" when the other end is closed."""
        return await self._reader.read(_READ_BYTES)

    def close(self) -> None:
        """Close it."""
        self._transport.close()


class _Tuner:
    """A `Receiver`."""

    def __init__(self, process: asyncio.subprocess.Process, said: PipeReader, why: int) -> None:
        self._process = process
        self._said = said
        self._why = why
        self._has_hung_up = False

    @classmethod
    async def start(cls, order: Order) -> "_Tuner":
        order_out, order_in = os.pipe()
        said_out, said_in = os.pipe()
        why_out, why_in = os.pipe()
        with contextlib.ExitStack() as stack:
            for descriptor in (order_out, said_in, why_in):
                stack.callback(os.close, descriptor)
            fcntl.fcntl(said_in, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            os.write(order_in, order.encode())  # far less than a pipe holds
            os.close(order_in)
            os.set_blocking(why_out, False)
            try:
                process = await asyncio.create_subprocess_exec(
                    *_COMMAND,
                    stdin=order_out,
                    stdout=said_in,
                    stderr=why_in,
                    cwd="/",
                    env=_environment(),
                    start_new_session=True,
                )
            except BaseException:
                for descriptor in (said_out, why_out):
                    os.close(descriptor)
                raise
        return cls(process, await PipeReader.on(said_out), why_out)

    async def read(self) -> bytes:
        data = await self._said.read()
        self._has_hung_up = not data
        return data

    async def close(self) -> Ended:
        if self._has_hung_up:  # then it is about to end by itself, and its own word counts
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), LAST_WORD_S)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        status = await self._process.wait()
        self._said.close()
        return Ended(status == 0, self._told(status))

    def _told(self, status: int) -> str:
        try:
            said = os.read(self._why, MAX_WHY_BYTES).decode(errors="replace")
        except BlockingIOError:
            said = ""
        finally:
            os.close(self._why)
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        if lines:
            return lines[-1][:MAX_WHY_CHARS]
        if status == -signal.SIGXCPU:
            return "it took too long to compute"
        return "the stream ended" if status == 0 else f"the tuner ended with {status}"


def _environment() -> dict[str, str]:
    """Return what a tuner is told of ours: nothing that could be a secret, and no proxy."""
    known = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # Threads of numpy's algebra would only reserve memory.
    return {"PATH": os.defpath, **known, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
