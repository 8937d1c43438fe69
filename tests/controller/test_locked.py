"""Programs that do everything wrong, and a controller that goes on."""

import os
import resource
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from waiting import until

from controller.locked import MAX_HEARD_BYTES, Cause, Limits, ProgramFailed, run

LIMITS = Limits(memory_bytes=1 << 30, cpu_s=21, wall_s=20.0, output_bytes=1 << 16)
SHORT = replace(LIMITS, wall_s=1.0)

FLOOD = """
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
for _ in range(1_000):
    os.write(1, bytes(1 << 16))
raise SystemExit("nobody stopped me")
"""


def python(program, *given, limits=LIMITS, hear=None):
    return run([sys.executable, "-c", program], given, limits, hear)


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
        run([os.devnull], [], LIMITS)


def test_limits_do_not_reach_us():
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)
    before = [resource.getrlimit(kind) for kind in kinds]
    with pytest.raises(ProgramFailed):
        python("import ctypes; ctypes.string_at(0)")
    assert [resource.getrlimit(kind) for kind in kinds] == before


CLOSED = """
import os
os.close(0)
print("no more")
"""


def test_more_goes_in_and_out_than_pipes_hold():
    flow = "import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
    given = [bytes([number]) * 700_000 for number in range(3)]
    limits = replace(LIMITS, output_bytes=1 << 22)
    assert python(flow, b"", *given, limits=limits) == b"".join(given)


def test_a_program_that_wants_no_more_is_still_heard():
    assert python(CLOSED, *[bytes(1 << 20)] * 8) == b"no more\n"


def test_computing_has_its_own_limit():
    with pytest.raises(ProgramFailed, match="1 s of computing") as failed:
        python("while True: pass", limits=replace(LIMITS, cpu_s=1))
    assert failed.value.cause is Cause.TIME


def test_lines_are_heard_while_it_works_and_only_so_many():
    told = "import sys; [print(n, 'x' * n, file=sys.stderr) for n in (1, 200, 2)]"
    heard = []
    python(told, hear=heard.append)
    assert heard == [b"1 x", b"2 xx"], "what is no short line is not passed on"
    heard.clear()
    python("import sys; sys.stderr.write('1\\n' * 1_000_000)", hear=heard.append)
    assert 2 * len(heard) <= MAX_HEARD_BYTES


def test_what_is_secret_around_us_is_not_inherited(monkeypatch):
    monkeypatch.setenv("SIGNCAST_SECRET", "xyz")
    assert python("import os; print('SIGNCAST_SECRET' in os.environ)") == b"False\n"


PRISONER = """
import os, socket, subprocess
from controller import locked
locked.shut()
def tries(what):
    try:
        what()
    except OSError:
        return "held"
    return "out"
print(tries(lambda: open("/etc/passwd")), end=" ")
print(tries(lambda: open("loot", "w")), end=" ")
print(tries(lambda: socket.socket()), end=" ")
print(tries(lambda: os.pipe()), end=" ")
print(tries(lambda: subprocess.run(["true"])), end="")
"""


def test_behind_the_door_nothing_can_be_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert python(PRISONER) == b"held held held held held"
    assert not list(tmp_path.iterdir())
