"""Relays: RTS and DTR against pyserial's own terminal server, boards by their documented bytes."""

import asyncio
import contextlib
import itertools
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
import serial.rfc2217
from hypothesis import given
from hypothesis import strategies as st
from waiting import auntil, until

from drivers.errors import LinkLost
from drivers.speaker.relay import (
    BoardLine,
    BoardRelay,
    ControlLineRelay,
    Pull,
    Wiring,
    order,
)
from simulator.lines import Line, PtyLine
from simulator.speakers.amplifier import Amplifier
from simulator.speakers.relays import RelayBoard

pytestmark = pytest.mark.filterwarnings(
    "ignore:set(Daemon|Name):DeprecationWarning"
)  # pyserial's own

ROOT = Path(__file__).resolve().parents[3]


class FakePort:
    """A serial port at the terminal server: only its control lines matter."""

    baudrate, bytesize, parity, stopbits = 9_600, 8, "N", 1
    rtscts = xonxoff = dsrdtr = False
    rts = dtr = False
    cts = dsr = ri = cd = False
    timeout = None
    in_waiting = 0

    def reset_input_buffer(self): ...
    def reset_output_buffer(self): ...


class TerminalServer:
    """pyserial's own RFC 2217 server. When its host is gone the lines fall, as a kernel's do."""

    def __init__(self):
        self.port = FakePort()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        # Closing alone does not wake a thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _serve(self):
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError):
                self._attend(line)
            self.port.rts = self.port.dtr = False

    def _attend(self, line):
        class Out:
            def write(self, data):
                line.sendall(data)

        manager = serial.rfc2217.PortManager(self.port, Out())
        while data := line.recv(1_024):
            list(manager.filter(data))


@pytest.fixture
def server():
    server = TerminalServer()
    yield server
    server.close()


@pytest.mark.parametrize("pull", ["rts", "dtr"])
def test_a_control_line_is_up_only_while_it_shall_be(server, pull):
    other = {"rts": "dtr", "dtr": "rts"}[pull]
    relay = ControlLineRelay(Wiring.parse(f"{pull}:{server.url}"))
    assert not getattr(server.port, pull)
    for _ in range(2):
        relay.switch(on=True)
        relay.switch(on=True)
        until(lambda: getattr(server.port, pull), why="the line is up")
        assert not getattr(server.port, other)
        relay.switch(on=False)
        until(lambda: not getattr(server.port, pull), why="the line is down")
    relay.close()


def test_a_control_line_falls_when_the_process_is_killed(server):
    program = (
        "import sys; from drivers.speaker.relay import ControlLineRelay, Wiring; "
        "ControlLineRelay(Wiring.parse(sys.argv[1])).switch(on=True); print('on', flush=True); "
        "sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, f"rts:{server.url}"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout.readline() == b"on\n"
        until(lambda: server.port.rts, why="the line is up")
        child.kill()
    until(lambda: not server.port.rts, why="the line fell with the process")


def test_a_port_that_is_not_there_is_link_lost(tmp_path):
    relay = ControlLineRelay(Wiring(Pull.RTS, str(tmp_path / "ttyUSB9")))
    with pytest.raises(LinkLost, match="ttyUSB9"):
        relay.switch(on=True)
    relay.switch(on=False)
    relay.close()


@pytest.mark.parametrize(
    ("channel", "on", "told"),
    [
        # As sellers of LCUS-1 and LCUS-4 modules print them; no data sheet was found.
        (1, True, "A0 01 01 A2"),
        (1, False, "A0 01 00 A1"),
        (2, True, "A0 02 01 A3"),
        (2, False, "A0 02 00 A2"),
        (4, True, "A0 04 01 A5"),
    ],
)
def test_a_board_is_told_by_its_data_sheet(channel, on, told):
    assert order(channel, on=on) == bytes.fromhex(told)


@pytest.fixture
def bench(tmp_path):
    """A simulated board with two amplifiers, and its path."""
    now_s = [0.0]
    ready: Future = Future()

    async def live():
        line = PtyLine(tmp_path / "relay.tty")
        board = RelayBoard(line)
        board.amplifiers = {channel: Amplifier(0, lambda: now_s[0]) for channel in (1, 2)}
        running = asyncio.create_task(board.run())
        stop = asyncio.Event()
        await auntil((tmp_path / "relay.tty").exists, why="the line is there")
        ready.set_result((asyncio.get_running_loop(), stop, board))
        await stop.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    loop, stop, board = ready.result(10)
    yield board, str(tmp_path / "relay.tty")
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


def test_channels_of_one_board_share_its_line(bench):
    board, path = bench
    line = BoardLine(path)
    first, second = BoardRelay(line.open, 1), BoardRelay(line.open, 2)
    first.switch(on=True)
    second.switch(on=True)
    until(lambda: all(one.is_on for one in board.amplifiers.values()), why="both are on")
    first.switch(on=False)
    until(lambda: not board.amplifiers[1].is_on, why="the first is off")
    assert board.amplifiers[2].is_on
    second.close()
    until(lambda: not board.amplifiers[2].is_on, why="the second is off")


def test_a_board_that_was_pulled_out_is_found_again(bench, tmp_path):
    board, path = bench
    line = BoardLine(str(tmp_path / "usb"))
    relay = BoardRelay(line.open, 1)
    with pytest.raises(LinkLost):
        relay.switch(on=True)
    relay.close()
    (tmp_path / "usb").symlink_to(path)
    relay.switch(on=True)
    until(lambda: board.amplifiers[1].is_on, why="it is on")
    line.open().close()  # what every error does
    relay.switch(on=False)
    until(lambda: not board.amplifiers[1].is_on, why="it is off")


class Nowhere(Line):
    url = "nowhere"

    async def _begin(self): ...

    def _end(self): ...


@given(noise=st.binary(max_size=40), cuts=st.lists(st.integers(0, 60), max_size=6))
def test_a_board_hears_its_orders_through_noise_however_they_are_cut(noise, cuts):
    board = RelayBoard(Nowhere())
    board.amplifiers[3] = Amplifier(0, lambda: 0.0)
    # Noise may swallow the first order; three bytes that begin none let the board find its feet.
    data = noise + bytes(3) + order(3, on=True)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in itertools.pairwise(edges):
        board.hear(data[start:end])
    assert board.amplifiers[3].is_on


@pytest.mark.parametrize(
    ("text", "wiring"),
    [
        ("rts:/dev/ttyS0", Wiring(Pull.RTS, "/dev/ttyS0")),
        ("dtr:rfc2217://10.0.0.9:4001", Wiring(Pull.DTR, "rfc2217://10.0.0.9:4001")),
        ("lcus-8:/dev/ttyUSB0", Wiring(Pull.BOARD, "/dev/ttyUSB0", 8)),
        ("gpio:/dev/gpiochip0:17", Wiring(Pull.GPIO, "/dev/gpiochip0", 17)),
        ("gpio-low:/dev/gpiochip1:0", Wiring(Pull.GPIO_LOW, "/dev/gpiochip1", 0)),
    ],
)
def test_wirings(text, wiring):
    assert Wiring.parse(text) == wiring
    assert str(wiring) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "rts", "rts:", "rts-1:/dev/x", "lcus:/dev/x", "lcus-9:/dev/x",
        "gpio:17", "gpio:gpiochip0:17", "gpio:/dev/gpiochip0", "gpio:/dev/gpiochip0:1000",
        "gpio:/dev/gpiochip0:-1", "gpio:/dev/gpiochip0:١", "gpio-high:/dev/gpiochip0:1",
    ],
)  # fmt: skip
def test_other_wirings_are_refused(text):
    with pytest.raises(LinkLost, match="is not rts:PORT"):
        Wiring.parse(text)


@given(st.text())
def test_any_text_is_a_wiring_or_link_lost(text):
    try:
        Wiring.parse(text)
    except LinkLost:
        return
