"""The ports: what the gateway asks of a board, of a sound output, and of a byte link.

Drivers are blocking and know no clock but the link's deadline; the gateway runs each bus on a
thread of its own. MUST and MAY say who owes what.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType, Protocol

from drivers.errors import Unsupported
from playlists.audio.sound import Samples
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page

Percent = NewType("Percent", int)
"""0 to 100."""


class Route(StrEnum):
    """How a picture reaches a board: never as the board's own letters, which lack Vietnamese."""

    BLOCKS = "graphic blocks"
    DOTS = "dots pictures"
    AREA = "dynamic area"
    STREAM = "pixel stream"
    GRAPHIC = "stored graphic"
    IMAGE = "image file"
    COLUMNS = "columns"
    FRAME = "whole frames"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a board can do. Whatever is not declared here MUST raise `Unsupported` when asked."""

    geometry: Geometry
    depth: Depth
    route: Route | None
    """None: the pictures come another way, this link only controls."""
    frame_interval_ms: int
    """Shortest time between two frames the link can carry; motion is not played faster."""
    motions: frozenset[Motion] = frozenset()
    """Motions `scroll` takes, never HOLD; the gateway plays all others frame by frame."""
    max_strip_px: int = 0
    """Widest strip `scroll` takes."""
    refresh_ms: int | None = None
    """Show the same picture again this often or the board goes blank; None = it remembers."""
    acknowledges: bool = False
    """`show` returns only after the board said that it has the picture whole."""
    brightness: bool = False
    clock: bool = False
    reads_back: bool = False
    """`read_back` asks the board what it shows."""
    emergency: bool = False
    """The board has a path of its own that pre-empts whatever else it would show."""
    charset: frozenset[str] = frozenset()
    """Characters the board's own letters show as ours would: none unless ours were loaded."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a board says of itself. None = it cannot say."""

    ok: bool
    detail: str = ""
    showing: str | None = None
    model: str | None = None
    brightness: Percent | None = None
    local: datetime | None = None
    """Its own wall clock, no zone."""
    temperature_c: float | None = None
    faults: tuple[str, ...] = ()
    """What it finds wrong with itself."""


class Board(Protocol):
    """One LED board. Every method MAY raise any leaf of `DriverError`.

    On return of `show` and `scroll` the board shows what it was given; on any error it MUST show
    what it showed before, the new picture, or nothing, never a mixture. What stands here with a
    body is what a board does that lacks the ability.
    """

    @property
    def capabilities(self) -> Capabilities:
        """MUST be available before anything was sent."""

    def show(self, frame: Frame, *, emergency: bool = False) -> None:
        """Show a picture whole. A frame of another size or depth MUST raise `Unsupported`.

        An emergency MUST take the board's own path for it where `capabilities` declare one, and
        the next ordinary picture MUST give that path free; elsewhere the word means nothing.
        """

    def scroll(self, page: Page) -> None:
        """Let the board move a page by itself, again and again, at the nearest speed it has.

        MUST raise `Unsupported` for a motion or a strip that is not declared, and for a page that
        is not plain: entries, blinking and live fields are played frame by frame.
        """
        raise Unsupported(f"the motion {page.motion.name}")

    def blank(self) -> None:
        """Darken every LED."""
        able = self.capabilities
        self.show(Frame.blank(able.geometry, able.depth))

    def set_brightness(self, level: Percent) -> None:
        """Set the nearest level the board has."""
        raise Unsupported(f"brightness {level}")

    def set_clock(self, local: datetime) -> None:
        """Set the board's own clock to a wall-clock time."""
        raise Unsupported(f"clock {local}")

    def read_back(self) -> Frame:
        """Ask the board for the picture it shows; MUST NOT answer from memory of our own."""
        raise Unsupported("reading back")

    def status(self) -> Status:
        """Ask the board how it is; MUST NOT change what it shows, nor raise for a failing board."""

    def close(self) -> None:
        """Give the link back. MUST NOT raise and MAY be called twice."""


class SoundOutput(Protocol):
    """Where samples leave: a sound card, a network horn. 48 kHz mono s16.

    A caller writes blocks in order; the output plays them without gaps as long as they arrive in
    time. `latency_ms` is how far ahead of the loudspeaker a caller may write.
    """

    @property
    def latency_ms(self) -> int:
        """Time from a sample being written to it being heard, at most."""

    @property
    def ahead_s(self) -> float:
        """Seconds from now until a sample written now would be heard: what waits to sound. 0.0
        while the output is not open."""

    def open(self) -> None:
        """Take the output. MUST be called before the first write."""

    def write(self, block: Samples) -> None:
        """Hand over one block; MAY block until there is room."""

    def drain(self) -> None:
        """Return when the last written sample has been heard."""

    def close(self) -> None:
        """Stop at once and give the output back. MUST NOT raise and MAY be called twice."""


class Relay(Protocol):
    """What switches an amplifier's power, or wakes it. Every method but `close` MAY raise LinkLost.

    It MUST NOT be on before `switch` said so, as far as the hardware allows.
    """

    def switch(self, *, on: bool) -> None:
        """Move the relay; saying twice what it is does no harm."""

    def close(self) -> None:
        """Let the relay fall. MUST NOT raise and MAY be called twice."""


class ByteLink(Protocol):
    """A two-way line of bytes, or of datagrams. Raises `LinkLost` and nothing else.

    Over UDP each write is one datagram, and each read returns one.
    """

    @property
    def name(self) -> str:
        """What an operator calls this line: a path or a URL."""

    def write(self, data: bytes) -> None:
        """Send all of it."""

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s`; b"" when nothing came."""

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""

    def pause(self, duration_s: float) -> None:
        """Let the line be quiet so long: some boards need a moment to digest."""

    def close(self) -> None:
        """Close the line. MUST NOT raise and MAY be called twice."""


PublishFrame = Callable[[bytes], None]
"""How a thin board's driver hands one frame message to its broker; raises `LinkLost`."""

DEFAULT_RETRIES: Final = 3
"""A board that missed a packet gets it again this often before it counts as silent."""
