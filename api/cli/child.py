"""Child processes that never outlive their parent."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Final

STOP_TIMEOUT_S: Final = 8.0
"""A child that has not stopped by itself by then is killed."""

_PR_SET_PDEATHSIG: Final = 1


def _die_with_parent() -> None:
    """Ask the kernel to end this process when the thread that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(arguments: Sequence[str], log: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start another `signcast` command from the main thread, its output going to `log`.

    It gets a session of its own: Ctrl-C reaches the parent only, which then stops it in order.
    """
    return subprocess.Popen(  # noqa: S603 -- our own program, our own arguments
        [sys.executable, "-P", "-m", "api", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 -- called before any thread runs
    )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a child, gently first."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
