"""Child processes that never outlive their parent."""

import ctypes
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

STOP_TIMEOUT_S: Final = 8.0
"""A child that has not stopped by itself by then is killed."""

_PR_SET_PDEATHSIG: Final = 1

Child = subprocess.Popen[bytes]


def _die_with_parent() -> None:
    """Ask the kernel to end this process when the thread that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: Sequence[str | Path], log: IO[bytes]) -> Child:
    """Start a program from the main thread, its output going to `log`.

    It gets a session of its own: Ctrl-C reaches the parent only, which then stops it in order.
    """
    return subprocess.Popen(  # noqa: S603 -- our own programs, our own arguments
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 -- it only makes one system call
    )


def stop(child: Child) -> None:
    """End a child, gently first."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
