"""Benches: a driver, the simulated board at its other end, and levers on what is between."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from waiting import until

from drivers.dialect import Carrier, Dialect, Site
from drivers.ports import Board, ByteLink
from drivers.recording import RecordingBoard
from drivers.thin.driver import ThinBoard
from drivers.transport.opening import open_link
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Sign
from simulator.boards.catalogue import SIGNS
from simulator.boards.thin import Panel
from simulator.lines import Line, PtyLine, TcpLine, UdpLine
from simulator.wire import Wire, wire_for

GEOMETRY = Geometry(64, 16)
COMMUNITY = "đèn-quê".encode().hex()


@dataclass
class Bench:
    """One board on the bench: what drives it and what it shows."""

    board: Board
    frame: Callable[[], Frame]
    sent_bytes: Callable[[], int]
    settled: Callable[[], object] = lambda: None
    """Return once everything that was sent has been heard."""
    sign: Sign | None = None
    wire: Wire | None = None
    dialect: Dialect | None = None
    site: Site | None = None
    again: Callable[[], Board] = field(default=lambda: None)
    """Return one more driver for the same board, as after a restart of its host."""

    def shown(self) -> Frame:
        """Return what the board shows once it has heard everything."""
        self.settled()
        return self.frame()

    @property
    def draws(self) -> bool:
        """Say whether pictures reach this board over this link."""
        return self.board.capabilities.route is not None


def picture(board: Board, seed: int) -> Frame:
    """Return a picture of noise that fits a board."""
    able = board.capabilities
    chance = np.random.default_rng(seed)
    shape = (able.geometry.height_px, able.geometry.width_px, 3)
    levels = chance.integers(0, 256, shape, np.uint8)
    if able.depth is not Depth.RGB:
        levels = levels // 128 * 255
    return Frame.from_colours(levels, able.depth)


def dark(board: Board) -> Frame:
    """Return a dark picture that fits a board."""
    return Frame.blank(board.capabilities.geometry, board.capabilities.depth)


@contextmanager
def desk(dialect: Dialect, depth: Depth, carrier: Carrier | None = None) -> Iterator[Bench]:
    """Put a board on the desk: one thread, virtual time. It speaks over its usual carrier."""
    carrier = carrier or dialect.carriers[0]
    site = dialect.site(GEOMETRY, depth=depth, carrier=carrier, community=COMMUNITY)
    wire = wire_for(dialect, carrier)
    sign = SIGNS[dialect.name](site, wire.clock)
    wire.plug_in(sign)
    board = dialect.open(wire, site)
    yield Bench(
        board,
        sign.frame,
        lambda: wire.sent_bytes,
        sign=sign,
        wire=wire,
        dialect=dialect,
        site=site,
        again=lambda: dialect.open(wire, site),
    )
    board.close()


class Metered:
    """A link that counts what is written."""

    def __init__(self, link: ByteLink) -> None:
        self._link = link
        self.sent_bytes = 0

    def write(self, data: bytes) -> None:
        self._link.write(data)
        self.sent_bytes += len(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._link, name)


class Street:
    """An event loop on a thread of its own, where simulated boards live."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def open(self, line: Line) -> None:
        asyncio.run_coroutine_threadsafe(line.open(), self._loop).result(5)

    def close(self, line: Line) -> None:
        async def close() -> None:
            line.close()
            for _ in range(3):  # transports close in the loop's next rounds
                await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@contextmanager
def on_a_line(dialect: Dialect, depth: Depth, carrier: Carrier) -> Iterator[Bench]:
    """Hang a board on a real line."""
    site = dialect.site(GEOMETRY, depth=depth, carrier=carrier, community=COMMUNITY)
    sign = SIGNS[dialect.name](site, time.monotonic)
    heard = {"bytes": 0}

    def hear(data: bytes) -> bytes:
        answer = sign.hear(data)
        heard["bytes"] += len(data)
        return answer

    with tempfile.TemporaryDirectory() as folder:
        line = _line(carrier, Path(folder) / "line")
        line.join(hear, sign.hang_up)
        street = Street()
        street.open(line)
        link = Metered(open_link(line.url, dialect.line))
        if isinstance(line, TcpLine):
            # asyncio loses a connection whose server closes while it is being accepted.
            until(lambda: line._host_now is not None, why="the board accepts the connection")

        def settled() -> None:
            until(lambda: heard["bytes"] >= link.sent_bytes, why="the board hears everything")

        try:
            board = dialect.open(link, site)
            yield Bench(
                board, sign.frame, lambda: link.sent_bytes, settled, sign=sign, dialect=dialect
            )
            board.close()
        finally:
            link.close()
            street.close(line)


def _line(carrier: Carrier, path: Path) -> Line:
    match carrier:
        case Carrier.SERIAL:
            return PtyLine(path)
        case Carrier.TCP:
            return TcpLine("127.0.0.1")
        case Carrier.UDP:
            return UdpLine("127.0.0.1")


@contextmanager
def thin_bench(depth: Depth = Depth.MONO) -> Iterator[Bench]:
    """Put a panel at the end of a function call: it has no line of its own."""
    panel = Panel(GEOMETRY, time.monotonic, depth)
    sent = {"bytes": 0}

    def publish(message: bytes) -> None:
        sent["bytes"] += len(message)
        panel.receive(message)

    yield Bench(ThinBoard(publish, GEOMETRY, depth), panel.frame, lambda: sent["bytes"])


@contextmanager
def recording_bench(depth: Depth = Depth.MONO) -> Iterator[Bench]:
    """Take a board that only remembers."""
    board = RecordingBoard(GEOMETRY, depth)

    def frame() -> Frame:
        last = board.shown[-1] if board.shown else Frame.blank(GEOMETRY, depth)
        return last if isinstance(last, Frame) else last.strip.to_frame(depth)

    yield Bench(board, frame, lambda: 0)
