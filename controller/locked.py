"""The locked process: a fresh one for each piece of work, under limits that it cannot lift.

What strangers sent and what C libraries do with it stays in there: it can make its own process
slow, large or dead, and the controller goes on. `run` limits any program from outside; a program
of ours calls `shut` before it looks at a byte that is not our own.
"""

import contextlib
import ctypes
import os
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

MAX_COMPLAINT_CHARS: Final = 200
"""Of what a program wrote about its failure."""
MAX_HEARD_BYTES: Final = 256 << 10
"""Nobody listens to more lines than that while a program works; an honest one says a third."""
MAX_HEARD_LINE: Final = 64

_STOP_S: Final = 5.0
"""The kernel takes no longer to end what was killed."""
_CHUNK_BYTES: Final = 64 << 10
"""As much as a pipe holds."""
_OPEN_FILES: Final = 3
"""Standard input, output and error: nothing more can be opened."""
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_INHERITED: Final = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
"""Of our environment; the rest, which may hold secrets, is nobody's business in there."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a program may go."""

    memory_bytes: int
    cpu_s: int
    wall_s: float
    output_bytes: int
    """What it may write in all, and how large a file may become that it writes."""


class Cause(StrEnum):
    """Why a program did not do its work."""

    TIME = "time"
    OUTPUT = "output"
    CRASH = "crash"


class ProgramFailed(Exception):
    """A program did not do its work; `reason` is for people, `status` what it ended with."""

    def __init__(self, reason: str, cause: Cause = Cause.CRASH, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cause = cause
        self.status = status


def run(
    command: Sequence[str | Path],
    given: Iterable[bytes],
    limits: Limits,
    hear: Callable[[bytes], None] | None = None,
) -> bytes:
    """Run a program with `given` as its input and return its output; ProgramFailed.

    `hear` is called with each line it writes to its standard error meanwhile, in bounds.
    """
    with _started(command) as child:
        restrict(child.pid, limits)
        talk = _Talk(child, given, limits, hear)
        talk.hold(time.monotonic() + limits.wall_s)
    _check(child.returncode, talk.complaint(), limits)
    return bytes(talk.said)


def die_with_parent() -> None:
    """Have the kernel end this process when the thread that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def shut() -> None:
    """Shut the door behind this process: no new file or socket, no writing, no new rights."""
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for limit, value in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, _OPEN_FILES)):
        resource.setrlimit(limit, (value, value))


def environment() -> dict[str, str]:
    """Return what a locked process may know of our environment."""
    known = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # Threads of numpy's algebra would only reserve memory.
    return {"PATH": os.defpath, **known, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@contextmanager
def _started(command: Sequence[str | Path]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program in a session of its own, and end it with everything it started."""
    try:
        child = subprocess.Popen(  # noqa: S603 -- our own programs, or the site's choice
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environment(),
        )
    except OSError as exc:
        raise ProgramFailed(f"it cannot be started: {exc.strerror}") from exc
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(_STOP_S)
        for stream in _streams(child):
            stream.close()


def restrict(pid: int, limits: Limits) -> None:
    """Put limits on a program that has just begun; one that has ended already needs none."""
    with contextlib.suppress(ProcessLookupError):
        for limit, most in (
            (resource.RLIMIT_AS, limits.memory_bytes),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, limits.output_bytes),
        ):
            resource.prlimit(pid, limit, (most, most))
        # The soft limit sends a signal that tells why; the hard one kills a second later.
        resource.prlimit(pid, resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))


def _check(status: int, complaint: str, limits: Limits) -> None:
    if status == -signal.SIGXCPU:
        reason = f"no answer within {limits.cpu_s} s of computing"
        raise ProgramFailed(reason, Cause.TIME, status)
    if status < 0:
        name = signal.Signals(-status).name
        raise ProgramFailed(f"it was ended by {name}", status=status)
    if status:
        raise ProgramFailed(complaint or f"it ended with status {status}", status=status)


class _Talk:
    """Gives a program its input and takes what it says, until it ends or has to be ended."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        given: Iterable[bytes],
        limits: Limits,
        hear: Callable[[bytes], None] | None,
    ) -> None:
        self._child = child
        self._given = iter(given)
        self._limits = limits
        self._hear = hear
        self._unsent = memoryview(b"")
        self._line = b""
        self._heard_bytes = 0
        self._tail = b""
        self.said = bytearray()

    def hold(self, deadline_s: float) -> None:
        """Talk until the program has ended; ProgramFailed when it takes or says too much."""
        streams = {stream.fileno(): stream for stream in _streams(self._child)}
        entrance, way_out, error = streams
        takes = {way_out: self._take, error: self._listen}
        ended = os.pidfd_open(self._child.pid)
        with contextlib.closing(selectors.DefaultSelector()) as ready:
            try:
                for descriptor in streams:
                    os.set_blocking(descriptor, False)
                ready.register(entrance, selectors.EVENT_WRITE)
                for descriptor in (*takes, ended):
                    ready.register(descriptor, selectors.EVENT_READ)
                while ended not in (found := self._ready(ready, deadline_s)):
                    for descriptor in found:
                        goes_on = takes.get(descriptor, self._give)(descriptor)
                        if not goes_on:
                            ready.unregister(descriptor)
                            streams[descriptor].close()  # so it sees where its input ends
                for descriptor, take in takes.items():
                    if not streams[descriptor].closed:
                        take(descriptor)  # what is left fits into a pipe
            finally:
                os.close(ended)

    def complaint(self) -> str:
        """Return the last line the program wrote about its failure."""
        lines = (line.strip() for line in reversed(self._tail.decode(errors="replace").split("\n")))
        return next(filter(None, lines), "")[:MAX_COMPLAINT_CHARS]

    def _ready(self, ready: selectors.BaseSelector, deadline_s: float) -> set[int]:
        left_s = deadline_s - time.monotonic()
        found = ready.select(max(0.0, left_s))
        if left_s <= 0 or not found:
            raise ProgramFailed(f"no answer within {self._limits.wall_s:.0f} s", Cause.TIME)
        return {key.fd for key, _ in found}

    def _give(self, descriptor: int) -> bool:
        """Write some; a program that needs no more has closed its end, and its answer says why."""
        if not self._unsent:
            self._unsent = memoryview(next(filter(None, self._given), b""))
        try:
            sent = os.write(descriptor, self._unsent[:_CHUNK_BYTES]) if self._unsent else 0
        except BrokenPipeError:
            sent = 0
        self._unsent = self._unsent[sent:]
        return bool(sent)

    def _take(self, descriptor: int) -> bool:
        block = _read(descriptor)
        self.said += block
        if len(self.said) > self._limits.output_bytes:
            reason = f"it wrote more than {self._limits.output_bytes} bytes"
            raise ProgramFailed(reason, Cause.OUTPUT)
        return bool(block)

    def _listen(self, descriptor: int) -> bool:
        block = _read(descriptor)
        self._tail = (self._tail + block)[-_CHUNK_BYTES:]
        self._heard_bytes += len(block)
        if self._hear is not None and self._heard_bytes <= MAX_HEARD_BYTES:
            *lines, self._line = (self._line + block).split(b"\n")
            for line in lines:
                if len(line) <= MAX_HEARD_LINE:
                    self._hear(line)
        return bool(block)


def _read(descriptor: int) -> bytes:
    """Return what is there; nothing when nothing is, or nothing comes any more."""
    try:
        return os.read(descriptor, _CHUNK_BYTES)
    except BlockingIOError:
        return b""


def _streams(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise AssertionError("every stream of a locked process is a pipe")
    return child.stdin, child.stdout, child.stderr
