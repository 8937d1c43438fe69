"""The booth: a process that can do nothing but turn packets into a stream."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import tones
from microphone import PACKET, opus, unpacked
from waiting import auntil

from controller.live import booth as rooms
from controller.live.booth import Booth, BoothFailed
from controller.live.pieces import Piece, of_packet, of_piece, piece, read_packet
from controller.locked import environment


def test_what_is_said_in_the_booth_comes_out_as_a_whole_stream():
    async def scene():
        booth = await Booth.open(60)
        held = _limits(booth._child.pid)
        for packet in opus(tones.tone(440.0, 1.0, -20.0)):
            await booth.say(packet)
        booth.finish()
        pieces = [one async for one in booth.pieces()]
        await booth.end()
        return booth.head + b"".join(one.sound for one in pieces), pieces, held

    stream, pieces, held = asyncio.run(scene())
    assert (held["Max open files"], held["Max file size"]) == ("3", "0")
    assert held["Max address space"] == str(rooms.MEMORY_BYTES)
    assert tones.strongest_hz(unpacked(stream)) == pytest.approx(440.0, abs=1)
    assert len(unpacked(stream)) == pytest.approx(tones.RATE_HZ, abs=PACKET)
    assert len(pieces) == 51
    assert not any(one.bad for one in pieces)


def _limits(pid: int) -> dict[str, str]:
    """Return the hard limits of a process."""
    lines = Path(f"/proc/{pid}/limits").read_text("ascii").splitlines()
    return {line[:26].strip(): line[26:].split()[1] for line in lines}


def test_a_booth_that_was_killed_says_so_by_its_end():
    async def scene():
        booth = await Booth.open(60)
        os.kill(booth._child.pid, signal.SIGKILL)
        assert [one async for one in booth.pieces()] == []
        await booth.say(opus(tones.tone(440.0, 0.1, -20.0))[0])
        booth.finish()
        await booth.end()

    asyncio.run(scene())


def test_a_booth_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(rooms, "STOP_S", 0.1)

    async def scene():
        booth = await Booth.open(60)
        os.kill(booth._child.pid, signal.SIGSTOP)
        booth.finish()
        await booth.end()
        return booth._child.returncode

    assert asyncio.run(scene()) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("program", "reason"),
    [("", "at once"), ("print('x' * 99, flush=True)", "nonsense"), ("input()", "not start")],
)
def test_what_is_no_booth_does_not_open(monkeypatch, program, reason):
    monkeypatch.setattr(rooms, "_COMMAND", (sys.executable, "-c", program))
    monkeypatch.setattr(rooms, "START_S", 0.5)
    with pytest.raises(BoothFailed) as failed:
        asyncio.run(Booth.open(60))
    assert reason in failed.value.facts["reason"]


def test_a_booth_does_not_outlive_its_controller():
    program = """
        import asyncio, sys
        from controller.live.booth import Booth
        async def main():
            booth = await Booth.open(60)
            print(booth._child.pid, flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    ) as controller:
        pid = int(controller.stdout.readline())
        controller.kill()
    asyncio.run(auntil(lambda: _is_gone(pid), why="the booth is gone"))


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").split()[2] == "Z"
    except FileNotFoundError:
        return True


PRISONER = """
    import socket, subprocess, sys
    from controller import locked
    from controller.live.boothed import warm_up
    from controller.live.desk import Desk
    sys.path.insert(0, {support!r})
    from microphone import opus
    import tones
    packets = opus(tones.tone(440.0, 0.2, -20.0))
    warm_up()
    locked.shut()
    def tries(what):
        try:
            what()
        except OSError:
            return "held"
        return "out"
    print(tries(lambda: open("/etc/passwd")), end=" ")
    print(tries(lambda: socket.socket()), end=" ")
    print(tries(lambda: subprocess.run(["true"])), end=" ")
    desk = Desk()
    print(sum(len(desk.take(packet).sound) > 0 for packet in packets), len(desk.end()) > 0)
"""


def test_inside_nothing_can_be_opened_and_all_can_be_heard(tmp_path):
    support = str(Path(tones.__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PRISONER.format(support=support))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(),
    )
    assert done.stdout.split() == ["held", "held", "held", "9", "True"], done.stderr


def test_packets_and_pieces_arrive_as_they_went(tmp_path):
    wire = tmp_path / "wire"
    wire.write_bytes(of_packet(b"one") + of_packet(b"") + of_packet(b"two")[:4])
    with wire.open("rb") as source:
        assert [read_packet(source) for _ in range(3)] == [b"one", b"", None]
    told = Piece(-20.5, -3.25, bad=True, sound=b"OggS...")
    assert piece(of_piece(told)[:9], b"OggS...") == told
