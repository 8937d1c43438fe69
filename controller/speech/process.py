"""Programs on a leash: a few seconds, a few megabytes, and whatever they do, we go on.

A C library that crashes, loops or eats memory does so in a process of its own.
"""

import contextlib
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

MAX_COMPLAINT_CHARS: Final = 200
"""Of what a program wrote about its failure."""
_STOP_S: Final = 5.0
"""The kernel takes no longer to end what was killed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a program may go."""

    wall_s: float
    output_bytes: int
    memory_bytes: int


class ProgramFailed(Exception):
    """A program did not do its work; `reason` is for people, `status` what it ended with."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def run(command: Sequence[str | Path], given: bytes, limits: Limits) -> bytes:
    """Run a program with `given` as its input and return its output; ProgramFailed."""
    with (
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as given_file,
        tempfile.TemporaryFile() as complaint,
    ):
        given_file.write(given)
        given_file.seek(0)
        try:
            # A session of its own, so that its children can be ended with it.
            child = subprocess.Popen(  # noqa: S603 -- our own programs, or the site's choice
                command,
                stdin=given_file,
                stdout=said,
                stderr=complaint,
                start_new_session=True,
                env=_environment(),
            )
        except OSError as exc:
            raise ProgramFailed(f"it cannot be started: {exc.strerror}") from exc
        _watch(child, limits, complaint)
        size_bytes = said.seek(0, os.SEEK_END)
        if size_bytes > limits.output_bytes:
            raise ProgramFailed(f"it wrote more than {limits.output_bytes} bytes")
        said.seek(0)
        return said.read()


def _watch(child: subprocess.Popen[bytes], limits: Limits, complaint: IO[bytes]) -> None:
    try:
        _restrict(child.pid, limits)
        status = child.wait(limits.wall_s)
    except subprocess.TimeoutExpired as exc:
        raise ProgramFailed(f"no answer within {limits.wall_s:.0f} s") from exc
    finally:
        _end(child)
    if status == 0:
        return
    if status == -signal.SIGXFSZ:
        raise ProgramFailed(f"it wrote more than {limits.output_bytes} bytes", status)
    if status < 0:
        raise ProgramFailed(f"it was ended by {signal.Signals(-status).name}", status)
    raise ProgramFailed(_told(complaint) or f"it ended with status {status}", status)


def _restrict(pid: int, limits: Limits) -> None:
    """Put limits on a program that has just begun; one that has ended already needs none."""
    cpu_s = int(limits.wall_s) + 1
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
        resource.prlimit(pid, resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        file_bytes = limits.output_bytes + 1  # one more tells "too much" from "just enough"
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (file_bytes, file_bytes))


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a program and everything it started, also when it has ended itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(_STOP_S)


def _environment() -> dict[str, str]:
    """Return our environment without what would make a small program start many threads."""
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _told(complaint: IO[bytes]) -> str:
    """Return the last line a program wrote about its failure."""
    complaint.seek(0)
    lines = complaint.read(1 << 16).decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[
        :MAX_COMPLAINT_CHARS
    ]
