"""Programs that do everything wrong, and a controller that goes on."""

import os
import resource
import sys
from pathlib import Path

import pytest
from waiting import until

from controller.speech.process import Limits, ProgramFailed, run

LIMITS = Limits(wall_s=20.0, output_bytes=1 << 16, memory_bytes=1 << 30)
SHORT = Limits(wall_s=1.0, output_bytes=1 << 16, memory_bytes=1 << 30)

FLOOD = """
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
for _ in range(1_000):
    os.write(1, bytes(1 << 16))
raise SystemExit("nobody stopped me")
"""


def python(program, given=b"", limits=LIMITS):
    return run([sys.executable, "-c", program], given, limits)


def test_what_is_given_comes_out():
    echo = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])"
    assert python(echo, "chào".encode()) == "chào".encode()[::-1]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.abort()", "SIGABRT"),
        ("import sys; sys.exit('the voice is broken')", "the voice is broken"),
        ("raise SystemExit(7)", "status 7"),
        ("x = bytearray(3 << 30)", "MemoryError"),
        ("import sys; sys.stdout.buffer.write(bytes(1 << 20))", "more than 65536 bytes"),
        (FLOOD, "more than 65536 bytes"),
    ],
    ids=["segfault", "abort", "complaint", "status", "memory", "much", "flood"],
)
def test_a_program_that_fails_is_told_and_nothing_else_happens(program, reason):
    with pytest.raises(ProgramFailed, match=reason):
        python(program)


@pytest.mark.parametrize("program", ["while True: pass", "import time; time.sleep(60)"])
def test_a_program_that_hangs_is_ended(program):
    with pytest.raises(ProgramFailed, match="no answer within 1 s"):
        python(program, limits=SHORT)


def test_what_a_program_started_ends_with_it(tmp_path):
    note = tmp_path / "pid"
    program = (
        "import os, pathlib, time\n"
        "child = os.fork()\n"
        f"child or time.sleep(600)\npathlib.Path({str(note)!r}).write_text(str(child))"
    )
    assert python(program) == b""
    child = Path("/proc", note.read_text())
    until(lambda: not child.exists() or _is_dead(child), why="the grandchild is gone")


def _is_dead(process):
    """A zombie that nobody collects inside a container is as dead as one can be."""
    return (process / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"


def test_a_program_that_is_not_there():
    with pytest.raises(ProgramFailed, match="cannot be started"):
        run([os.devnull], b"", LIMITS)


def test_limits_do_not_reach_us():
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)
    before = [resource.getrlimit(kind) for kind in kinds]
    with pytest.raises(ProgramFailed):
        python("import ctypes; ctypes.string_at(0)")
    assert [resource.getrlimit(kind) for kind in kinds] == before
