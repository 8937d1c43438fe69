"""Settings: a document set on a board; what stands where and how it moves, before it is drawn.

`layout` makes one, `raster` draws it.
"""

from typing import NamedTuple

from playlists.text.document import LiveField
from playlists.text.font import Font
from playlists.text.frame import Colour, Depth, Geometry
from playlists.text.scene import Entry, Motion

# Named tuples: a message is set for every board of a district, and these cost a third of a frozen
# dataclass.


class Run(NamedTuple):
    """A stretch of text in one font; its cell's top left corner on the sheet, its advance."""

    text: str
    font: Font
    x_px: int
    y_px: int
    width_px: int
    colour: Colour | None = None
    blink: bool = False

    def looks_like(self, other: "Run") -> bool:
        """Say whether the two are drawn alike and stand on one line."""
        mine = self.font, self.y_px, self.colour, self.blink
        return mine == (other.font, other.y_px, other.colour, other.blink)

    def joined(self, right: "Run") -> "Run":
        """Return this run and the one that stands right beside it as one."""
        return self._replace(text=self.text + right.text, width_px=self.width_px + right.width_px)


class Box(NamedTuple):
    """A live field in its place."""

    field: LiveField
    font: Font
    x_px: int
    y_px: int
    width_px: int
    colour: Colour | None = None
    blink: bool = False


class Plate(NamedTuple):
    """One page: runs and boxes on a strip, which is larger than the board where it scrolls."""

    width_px: int
    height_px: int
    runs: tuple[Run, ...]
    boxes: tuple[Box, ...]
    motion: Motion
    duration_ms: int
    speed_px_s: int = 0
    entry: Entry = Entry.CUT


class Setting(NamedTuple):
    """The pages of one message on one kind of board."""

    geometry: Geometry
    depth: Depth
    zone: str
    plates: tuple[Plate, ...]
