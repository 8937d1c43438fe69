"""The ports: what the gateway asks of a board, of a sound output, and of a byte link.

Drivers are blocking and know no clock but the link's deadline; the gateway runs each bus on a
thread of its own. MUST and MAY say who owes what.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType, Protocol

from playlists.audio.sound import Samples
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page

Percent = NewType("Percent", int)
"""0 to 100."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a board can do. Whatever is not declared here MUST raise `Unsupported` when asked."""

    geometry: Geometry
    depth: Depth
    motions: frozenset[Motion]
    """Motions `scroll` takes, never HOLD; the gateway plays all others frame by frame."""
    max_strip_px: int
    """Widest strip `scroll` takes."""
    frame_interval_ms: int
    """Shortest time between two frames the link can carry; motion is not played faster."""
    refresh_ms: int | None
    """Show the same picture again this often or the board goes blank; None = it remembers."""
    acknowledges: bool
    brightness: bool
    clock: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What a board says of itself. None = it cannot say."""

    ok: bool
    detail: str = ""
    showing: str | None = None


class Board(Protocol):
    """One LED board. Every method MAY raise any leaf of `DriverError`.

    On return of `show` and `scroll` the board shows what it was given; on any error it MUST show
    what it showed before, the new picture, or nothing, never a mixture.
    """

    @property
    def capabilities(self) -> Capabilities:
        """MUST be available before anything was sent."""

    def show(self, frame: Frame) -> None:
        """Show a picture whole. A frame of another size or depth MUST raise `Unsupported`."""

    def scroll(self, page: Page) -> None:
        """Let the board move a page by itself, again and again, at the nearest speed it has.

        MUST raise `Unsupported` for a motion or a strip that is not declared, and for a page that
        is not plain: entries, blinking and live fields are played frame by frame.
        """

    def blank(self) -> None:
        """Darken every LED."""

    def set_brightness(self, level: Percent) -> None:
        """Set the nearest level the board has."""

    def set_clock(self, local: datetime) -> None:
        """Set the board's own clock to a wall-clock time."""

    def status(self) -> Status:
        """Ask the board how it is; MUST NOT change what it shows."""

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

    def open(self) -> None:
        """Take the output. MUST be called before the first write."""

    def write(self, block: Samples) -> None:
        """Hand over one block; MAY block until there is room."""

    def drain(self) -> None:
        """Return when the last written sample has been heard."""

    def close(self) -> None:
        """Stop at once and give the output back. MUST NOT raise and MAY be called twice."""


class ByteLink(Protocol):
    """A two-way line of bytes. Raises `LinkLost` and nothing else."""

    @property
    def name(self) -> str:
        """What an operator calls this line: a path or a URL."""

    def write(self, data: bytes) -> None:
        """Send all of it."""

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s`; b"" when nothing came."""

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""

    def close(self) -> None:
        """Close the line. MUST NOT raise and MAY be called twice."""


PublishFrame = Callable[[bytes], None]
"""How a thin board's driver hands one frame message to its broker; raises `LinkLost`."""

DEFAULT_RETRIES: Final = 3
"""A board that missed a packet gets it again this often before it counts as silent."""
