"""A Luminator display from the inside: its state, the pages it holds, and the one it shows.

The states and what leads from one to the next are those of the virtual sign of alusch/flipdot.
What stays the display's own: a configuration for another size, missing chunks and pages of the
wrong length count as failed, a page is shown all at once, and a reset darkens it.
"""

from collections.abc import Callable
from typing import Final

from drivers.dialect import Site
from drivers.luminator import bitmap
from drivers.luminator.codec import SignDecoder, encode
from drivers.luminator.packets import (
    Ack,
    Chunk,
    ChunksSent,
    Goodbye,
    Hello,
    Message,
    Operation,
    PixelsComplete,
    Query,
    Report,
    Request,
    State,
)
from playlists.text.frame import Frame
from simulator.boards.board import Fault, Sign

WORK_S: Final = 0.05
"""How long loading and showing a page take; flip dots need a second, LEDs do not."""
REST_S: Final = 30.0
"""How long a display hears nothing after a goodbye."""

_FROM: Final = {
    Operation.RECEIVE_CONFIG: {State.UNCONFIGURED, State.CONFIG_FAILED},
    Operation.RECEIVE_PIXELS: {
        State.CONFIG_RECEIVED,
        State.PIXELS_FAILED,
        State.PAGE_LOADED,
        State.PAGE_LOAD_IN_PROGRESS,
        State.PAGE_SHOWN,
        State.PAGE_SHOW_IN_PROGRESS,
        State.SHOWING_PAGES,
    },
    Operation.SHOW_LOADED_PAGE: {State.PAGE_LOADED},
    Operation.LOAD_NEXT_PAGE: {State.PAGE_SHOWN},
    Operation.START_RESET: set(State),
    Operation.FINISH_RESET: {State.READY_TO_RESET},
}
"""In which states a display does as it is asked; in others it is silent."""
_DONE: Final = {
    State.PAGE_LOAD_IN_PROGRESS: State.PAGE_LOADED,
    State.PAGE_SHOW_IN_PROGRESS: State.PAGE_SHOWN,
}
_RECEIVING: Final = {
    State.CONFIG_IN_PROGRESS: (State.CONFIG_RECEIVED, State.CONFIG_FAILED),
    State.PIXELS_IN_PROGRESS: (State.PIXELS_RECEIVED, State.PIXELS_FAILED),
}


class LuminatorSign(Sign):
    """State of one display. `clock` gives seconds; `turns_pages`, it needs nobody to ask for it."""

    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(
        self, site: Site, clock: Callable[[], float], *, turns_pages: bool = False
    ) -> None:
        super().__init__(site)
        self.address = site.address
        self._clock = clock
        self._turns_pages = turns_pages
        self.power_cut()

    @property
    def state(self) -> State:
        """How far it is now."""
        if self._state in _DONE and self._clock() - self._since_s >= WORK_S:
            self._enter(_DONE[self._state])
        return self._state

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the display answers."""
        return b"".join(self._answer(message) for message in self._decoder.receive(data))

    def power_cut(self) -> None:
        """Start unconfigured and dark."""
        self._decoder = SignDecoder()
        self._rests_until_s = self._clock()
        self._reset()

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        return self._shown

    def _reset(self) -> None:
        self._enter(State.UNCONFIGURED)
        self._shown = Frame.blank(self.geometry)
        self._pages: list[bytes] = []
        self._loaded = 0
        self._expect()

    def _enter(self, state: State) -> None:
        self._state, self._since_s = state, self._clock()

    def _expect(self) -> None:
        """Get ready for chunks."""
        self._chunks = 0
        self._arriving: list[bytearray] = []

    def _answer(self, message: Message) -> bytes:
        if self._clock() < self._rests_until_s:
            return b""
        match message:
            case Chunk(offset_bytes, data):
                self._take(offset_bytes, data)
                return b""
            case ChunksSent(count):
                self._count(count)
                return b""
            case _:
                mine = message.address == self.address and self.fault is not Fault.WRONG_ADDRESS
                return self._obey(message) if mine else b""

    def _obey(self, message: Message) -> bytes:
        match message:
            case Hello() | Query():
                return encode(Report(self.address, self.state))
            case Request(_, operation) if self.state in _FROM[operation]:
                self._operate(operation)
                return encode(Ack(self.address, operation))
            case PixelsComplete() if self.state is State.PIXELS_RECEIVED:
                self._load(0)
            case Goodbye():
                self._reset()
                self._rests_until_s = self._clock() + REST_S
        return b""

    def _operate(self, operation: Operation) -> None:
        match operation:
            case Operation.RECEIVE_CONFIG:
                self._expect()
                self._enter(State.CONFIG_IN_PROGRESS)
            case Operation.RECEIVE_PIXELS:
                self._expect()
                self._pages = []
                self._enter(State.PIXELS_IN_PROGRESS)
            case Operation.SHOW_LOADED_PAGE:
                self._show()
                self._enter(State.PAGE_SHOW_IN_PROGRESS)
            case Operation.LOAD_NEXT_PAGE:
                self._load(self._loaded + 1)
            case Operation.START_RESET:
                self._enter(State.READY_TO_RESET)
            case Operation.FINISH_RESET:
                self._reset()

    def _load(self, page: int) -> None:
        self._loaded = page % len(self._pages)
        if self._turns_pages:
            self._show()
            self._enter(State.SHOWING_PAGES)
        else:
            self._enter(State.PAGE_LOAD_IN_PROGRESS)

    def _show(self) -> None:
        self._shown = bitmap.frame_of(self._pages[self._loaded], self.geometry)

    def _take(self, offset_bytes: int, data: bytes) -> None:
        if self._state not in _RECEIVING:
            return
        self._chunks += 1
        if offset_bytes == 0:
            self._arriving.append(bytearray())
        if self._arriving and len(self._arriving[-1]) == offset_bytes:
            self._arriving[-1] += data

    def _count(self, count: int) -> None:
        if self._state not in _RECEIVING:
            return
        received, failed = _RECEIVING[self._state]
        arrived = [bytes(each) for each in self._arriving]
        whole = count == self._chunks and arrived and all(map(self._fits, arrived))
        self._expect()
        if not whole or self.fault is Fault.NACK:
            self._enter(failed)
            return
        if self._state is State.PIXELS_IN_PROGRESS:
            self._pages = arrived
        self._enter(received)

    def _fits(self, block: bytes) -> bool:
        """Say whether this is a configuration for this display, or a page of its size."""
        if self._state is State.CONFIG_IN_PROGRESS:
            return bitmap.size_of(block) == self.geometry
        return len(block) == bitmap.page_bytes(self.geometry)
