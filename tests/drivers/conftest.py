"""Boards under test: a driver and the simulated board at its other end."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from drivers.am03127.driver import Am03127
from drivers.errors import LinkLost
from drivers.ports import Board
from drivers.recording import RecordingBoard
from drivers.thin.driver import ThinBoard
from drivers.transport.serial import SerialLink
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.sign import Sign
from simulator.boards.thin import Panel

GEOMETRY = Geometry(64, 16)


@dataclass
class Bench:
    """One board on the bench: what drives it, what it shows, how it is broken."""

    board: Board
    shown: Callable[[], Frame]
    cut_after: Callable[[int], None]
    """Let this many more bytes through, then the line is dead."""
    hear: Callable[[], None] | None
    """Let it hear again; None when it never answers anyway."""
    go_silent: Callable[[], None] | None
    sent_bytes: Callable[[], int]


class Pty:
    """A pseudo-terminal with a sign at its end, on a thread of its own."""

    def __init__(self, sign: Sign) -> None:
        import tty  # noqa: PLC0415 -- only where a terminal is made

        self.sign = sign
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.left_bytes: int | None = None
        self.silent = False
        self.heard_bytes = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                data = os.read(self.master, 4096)
            except OSError:
                return
            if self.left_bytes is not None:
                data, self.left_bytes = data[: self.left_bytes], max(0, self.left_bytes - len(data))
            self.heard_bytes += len(data)
            answer = b"" if self.silent else self.sign.receive(data)
            if answer:
                os.write(self.master, answer)

    def close(self) -> None:
        os.close(self.slave)
        os.close(self.master)


@contextmanager
def am03127_bench(depth: Depth = Depth.MONO) -> Iterator[Bench]:
    sign = Sign(GEOMETRY, 1, time.monotonic, depth)
    pty = Pty(sign)
    board = Am03127(SerialLink(pty.path), GEOMETRY, 1, depth)

    def cut_after(count: int) -> None:
        pty.left_bytes = count

    def hear() -> None:
        pty.silent = False

    def go_silent() -> None:
        pty.silent = True

    try:
        yield Bench(board, sign.frame, cut_after, hear, go_silent, lambda: pty.heard_bytes)
    finally:
        board.close()
        pty.close()


@contextmanager
def thin_bench(depth: Depth = Depth.MONO) -> Iterator[Bench]:
    panel = Panel(GEOMETRY, time.monotonic, depth)
    sent = {"bytes": 0, "left": None}

    def publish(message: bytes) -> None:
        if sent["left"] is not None and sent["left"] < len(message):
            raise LinkLost("broker", "cut")
        sent["bytes"] += len(message)
        panel.receive(message)

    def cut_after(count: int) -> None:
        sent["left"] = count

    yield Bench(
        ThinBoard(publish, GEOMETRY, depth),
        panel.frame,
        cut_after,
        None,
        None,
        lambda: sent["bytes"],
    )


@contextmanager
def recording_bench(depth: Depth = Depth.MONO) -> Iterator[Bench]:
    board = RecordingBoard(GEOMETRY, depth)

    def shown() -> Frame:
        last = board.shown[-1] if board.shown else Frame.blank(GEOMETRY, depth)
        return last if isinstance(last, Frame) else last.strip.to_frame(depth)

    yield Bench(board, shown, lambda _count: None, None, None, lambda: 0)


BENCHES = {
    "am03127": am03127_bench,
    "am03127 tricolour": partial(am03127_bench, Depth.TRICOLOUR),
    "thin": thin_bench,
    "thin tricolour": partial(thin_bench, Depth.TRICOLOUR),
    "thin rgb": partial(thin_bench, Depth.RGB),
    "recording": recording_bench,
    "recording rgb": partial(recording_bench, Depth.RGB),
}


@pytest.fixture(params=BENCHES)
def bench(request) -> Iterator[Bench]:
    with BENCHES[request.param]() as bench:
        yield bench


@pytest.fixture
def sign_bench() -> Iterator[Bench]:
    with am03127_bench() as bench:
        yield bench


@pytest.fixture
def quick_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is tested often here; a bench need not wait as long as a street."""
    monkeypatch.setattr("drivers.am03127.driver.REPLY_TIMEOUT_S", 0.03)
