"""Driving a Luminator display: a picture is loaded as a page, beside the one shown, then shown.

Data carry no address: they are for the display that was asked to receive. So each step is asked for
and acknowledged, and the display says when all chunks have come. Until the request to show, the old
picture stands. A display that lost its power says that it is unconfigured and is told everything
again.
"""

from typing import Final, TypeVar

from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerRefused, PeerSilent, PeerWireError, Unsupported
from drivers.exchange import ask, hear
from drivers.luminator import bitmap, codec
from drivers.luminator.packets import (
    CHUNK_BYTES,
    MAX_ADDRESS,
    Ack,
    Answer,
    Chunk,
    ChunksSent,
    Hello,
    Operation,
    PixelsComplete,
    Query,
    Question,
    Report,
    Request,
    State,
)
from drivers.ports import DEFAULT_RETRIES, Board, ByteLink, Capabilities, Route, Status
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 0.5
"""The Rust project waits 5 s; an answer has 15 bytes, 8 ms on the line."""
CHUNK_PAUSE_S: Final = 0.03
"""Without it the display cannot keep up (serial_sign_bus.rs)."""
LOOK_AGAIN_S: Final = 0.1
"""How often to ask a display that is at work (serial_sign_bus.rs)."""
MAX_LOOKS: Final = 100
"""Ten seconds: flip dots need one, "or more depending on how many dots need to flip"."""
REFRESH_MS: Final = 30_000
"""One question, 31 bytes both ways, finds out whether the display has lost its power."""
MAX_WIDTH_PX: Final = 255
"""A configuration has one byte for it."""
MAX_HEIGHT_PX: Final = 16
"""No source shows a taller display, nor how one is configured."""
LINE: Final = LineFormat(
    baud=19_200,
    # Senders let go of the two wires within a few bytes of 0.5 ms each.
    turnaround_s=0.005,
)
_CHUNK_MS: Final = 54
"""A chunk of 45 characters on the line, and the pause after it."""
_SHOWING_MS: Final = 1_000

_READY: Final = frozenset(
    {
        State.CONFIG_RECEIVED,
        State.PIXELS_FAILED,
        State.PAGE_LOADED,
        State.PAGE_LOAD_IN_PROGRESS,
        State.PAGE_SHOWN,
        State.PAGE_SHOW_IN_PROGRESS,
        State.SHOWING_PAGES,
    }
)
"""In which states a configured display takes pages."""
_SHOWING: Final = frozenset({State.PAGE_SHOWN, State.SHOWING_PAGES})
_WORKING: Final = frozenset({State.PAGE_LOAD_IN_PROGRESS, State.PAGE_SHOW_IN_PROGRESS})

A = TypeVar("A", bound=Answer)


class Luminator(Board):
    """One display on a line: the dialect has one colour."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        geometry = site.geometry
        if site.depth is not Depth.MONO:
            raise Unsupported("a Luminator display has one colour")
        if geometry.width_px > MAX_WIDTH_PX or geometry.height_px > MAX_HEIGHT_PX:
            raise Unsupported(
                f"a Luminator display has at most {MAX_WIDTH_PX}x{MAX_HEIGHT_PX} dots, "
                f"not {geometry}"
            )
        self._link = link
        self._address = site.address
        self._geometry = geometry
        self._configured = False
        self._shown: bytes | None = None
        chunks = bitmap.page_bytes(geometry) // CHUNK_BYTES
        self._able = Capabilities(
            geometry=geometry,
            depth=Depth.MONO,
            route=Route.COLUMNS,
            frame_interval_ms=_SHOWING_MS + chunks * _CHUNK_MS,
            refresh_ms=REFRESH_MS,
            acknowledges=True,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this display can do."""
        return self._able

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Load the picture beside the one on show, then show it; the same again is a question."""
        check_frame(frame, self._able)
        page = bitmap.page_of(frame)
        try:
            state = self._state()
            if page == self._shown and state in _SHOWING:
                return
            if not self._configured or state not in _READY:
                self._configure(state)
            self._load(page)
        except DriverError:
            # It may have lost its memory, or be another one: believe nothing.
            self._forget()
            raise
        self._shown = page

    def status(self) -> Status:
        """Ask how far it is."""
        try:
            return Status(ok=True, detail=self._state().words)
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))

    def close(self) -> None:
        """Give the line back. No goodbye: after that a display is deaf for half a minute."""
        self._link.close()

    def _forget(self) -> None:
        self._configured = False
        self._shown = None

    def _configure(self, state: State) -> None:
        """Bring a display in any state to where it takes pages; what it showed is lost."""
        self._forget()
        if state is not State.UNCONFIGURED:
            if state is not State.READY_TO_RESET:
                self._operate(Operation.START_RESET, State.READY_TO_RESET)
            self._operate(Operation.FINISH_RESET, State.UNCONFIGURED)
        self._transfer(
            bitmap.configuration(self._geometry),
            Operation.RECEIVE_CONFIG,
            (State.CONFIG_IN_PROGRESS, State.CONFIG_RECEIVED, State.CONFIG_FAILED),
        )
        self._configured = True

    def _load(self, page: bytes) -> None:
        """Bring a page into the display and on show."""
        self._transfer(
            page,
            Operation.RECEIVE_PIXELS,
            (State.PIXELS_IN_PROGRESS, State.PIXELS_RECEIVED, State.PIXELS_FAILED),
        )
        state = State.PIXELS_RECEIVED
        for _ in range(MAX_LOOKS):
            if state in _SHOWING:
                return
            self._further(state)
            state = self._state()
        raise PeerRefused(self._name, f"is still at {state.words}")

    def _further(self, state: State) -> None:
        """Do what brings a display from here nearer to showing the page it received."""
        if state is State.PIXELS_RECEIVED:
            self._write(PixelsComplete(self._address))
        elif state is State.PAGE_LOADED:
            self._operate(Operation.SHOW_LOADED_PAGE, State.PAGE_SHOW_IN_PROGRESS, State.PAGE_SHOWN)
        elif state in _WORKING:
            self._link.pause(LOOK_AGAIN_S)
        else:
            raise PeerRefused(self._name, f"fell back to {state.words}")

    def _transfer(
        self, data: bytes, operation: Operation, states: tuple[State, State, State]
    ) -> None:
        """Send a configuration or a page until the display has it whole.

        `states` are those while it receives, when it has received, and when something was missing.
        """
        receiving, received, failed = states
        for _ in range(DEFAULT_RETRIES):
            self._operate(operation, receiving)
            chunks = range(0, len(data), CHUNK_BYTES)
            for offset_bytes in chunks:
                self._write(Chunk(offset_bytes, data[offset_bytes : offset_bytes + CHUNK_BYTES]))
                self._link.pause(CHUNK_PAUSE_S)
            for _ in range(DEFAULT_RETRIES):
                # Said again when it was lost: nothing else ends the display's wait for chunks.
                self._write(ChunksSent(len(chunks)))
                state = self._state()
                if state is not receiving:
                    break
            if state is received:
                return
            if state is not failed:
                raise PeerRefused(self._name, f"is at {state.words}")
        raise PeerRefused(self._name, f"is at {state.words} after {DEFAULT_RETRIES} tries")

    def _operate(self, operation: Operation, *becomes: State) -> None:
        """Ask for an operation until it is acknowledged, or the state says that it was done."""
        report = None
        for _ in range(DEFAULT_RETRIES):
            if self._once(Request(self._address, operation), Ack) == Ack(self._address, operation):
                return
            report = self._once(Query(self._address), Report)
            if report is not None and report.state in becomes:
                return
        if report is None:
            raise PeerSilent(self._name, DEFAULT_RETRIES)
        raise PeerRefused(self._name, f"{operation.words} at {report.state.words}")

    def _state(self) -> State:
        return _ask(self._link, Query(self._address), self._name).state

    def _once(self, question: Question, wanted: type[A]) -> A | None:
        """Ask once; None for silence, noise and another answer than what was asked for."""
        self._link.discard_input()
        self._write(question)
        answer = hear(self._link, codec.HostDecoder(self._address).receive, REPLY_TIMEOUT_S)
        return answer if isinstance(answer, wanted) else None

    def _write(self, question: Question) -> None:
        self._link.write(codec.encode(question))

    @property
    def _name(self) -> str:
        return f"display {self._address} on {self._link.name}"


def probe(link: ByteLink, site: Site) -> Status | None:
    """Say hello, which changes nothing."""
    try:
        name = f"display {site.address} on {link.name}"
        return Status(ok=True, detail=_ask(link, Hello(site.address), name).state.words)
    except (PeerSilent, PeerWireError):
        return None


def _ask(link: ByteLink, question: Hello | Query, name: str) -> Report:
    """Return how far a display is; PeerSilent when it does not say."""
    answer = ask(
        link,
        codec.encode(question),
        lambda: codec.HostDecoder(question.address).receive,
        device=name,
        timeout_s=REPLY_TIMEOUT_S,
        again=lambda answer: not isinstance(answer, Report),
    )
    if not isinstance(answer, Report):
        raise PeerWireError("luminator", f"asked for the state, got {answer}")
    return answer


DIALECT: Final = Dialect(
    name="luminator",
    title="Luminator bus displays (MAX3000, Horizon)",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO,),
    addresses=range(1, MAX_ADDRESS + 1),
    open=Luminator,
    line=LINE,
    probe=probe,
)
