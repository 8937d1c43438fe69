"""Panels: in which order the LEDs of a board hang on the wire.

A board is a grid of equal panels in one chain; what goes over the wire first lights the first
LEDs of the first panel. docs/protocols/panels.md draws the ways boards are wired.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes
from playlists.text.frame import Depth, Frame, Geometry, data_bytes

USUAL_PANEL: Final = Geometry(32, 16)
_STEP_PX: Final = 8
"""Panels begin and end at a byte, whichever way their bytes lie."""
_WIRINGS_KEPT: Final = 64


class Corner(StrEnum):
    """Where the first panel of a chain hangs."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


class Along(StrEnum):
    """Which LEDs of a panel follow each other."""

    ROWS = "rows"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class Wiring:
    """How panels form a board.

    The chain starts at a corner and goes row by row; `serpentine`, every second row runs back
    with its panels upside down. `rotation` is how far the whole board was turned clockwise when
    it was hung: the other words describe it as it was built.
    """

    columns: int
    rows: int
    panel: Geometry = USUAL_PANEL
    start: Corner = Corner.TOP_LEFT
    serpentine: bool = False
    along: Along = Along.ROWS
    lsb_first: bool = False
    rotation: Literal[0, 90, 180, 270] = 0

    def __post_init__(self) -> None:
        if self.panel.width_px % _STEP_PX or self.panel.height_px % _STEP_PX:
            raise BadBytes("wiring", f"panels of {self.panel} LEDs, sides must be multiples of 8")
        if self.rotation not in (0, 90, 180, 270):
            raise BadBytes("wiring", f"turned by {self.rotation} degrees")
        self._built  # noqa: B018 -- a board has a size, or Geometry says why not

    @property
    def geometry(self) -> Geometry:
        """The board's size as it hangs: what a text is set for."""
        size = self._built
        if self.rotation in (90, 270):
            return Geometry(size.height_px, size.width_px)
        return size

    @property
    def _built(self) -> Geometry:
        return Geometry(self.columns * self.panel.width_px, self.rows * self.panel.height_px)


def pack(frame: Frame, wiring: Wiring) -> bytes:
    """Return a frame's bytes in the order of the chain."""
    size = wiring.geometry
    if frame.geometry != size:
        raise BadBytes("frame", f"{frame.geometry} LEDs for a board of {size}")
    order = _chain(wiring)
    if frame.depth is Depth.RGB:
        return np.frombuffer(frame.data, np.uint8).reshape(-1, 3).take(order, axis=0).tobytes()
    planes = np.frombuffer(frame.data, np.uint8).reshape(-1, size.width_px // _STEP_PX)
    leds = np.unpackbits(planes).reshape(-1, order.size)
    return np.packbits(leds.take(order, axis=1), bitorder=_bits(wiring)).tobytes()


def unpack(data: bytes, wiring: Wiring, depth: Depth) -> Frame:
    """Return the frame that a chain shows; BadBytes unless the bytes are exactly one frame."""
    size = wiring.geometry
    order = _chain(wiring)
    expected_bytes = data_bytes(size.width_px, size.height_px, depth)
    if len(data) != expected_bytes:
        raise BadBytes("chain", f"{len(data)} bytes, {expected_bytes} are one frame")
    wire = np.frombuffer(data, np.uint8)
    if depth is Depth.RGB:
        colours = np.empty((order.size, 3), np.uint8)
        colours[order] = wire.reshape(-1, 3)
        return Frame(size.width_px, size.height_px, colours.tobytes(), depth)
    bits = np.unpackbits(wire, bitorder=_bits(wiring)).reshape(-1, order.size)
    leds = np.empty_like(bits)
    leds[:, order] = bits
    return Frame(size.width_px, size.height_px, np.packbits(leds).tobytes(), depth)


@lru_cache(_WIRINGS_KEPT)
def _chain(wiring: Wiring) -> NDArray[np.intp]:
    """Return in the order of the chain the number of each LED, counted as the board hangs."""
    size = wiring.geometry
    hung = np.arange(size.width_px * size.height_px).reshape(size.height_px, size.width_px)
    built = np.rot90(hung, wiring.rotation // 90)
    panel = wiring.panel
    grid = built.reshape(wiring.rows, panel.height_px, wiring.columns, panel.width_px)
    panels = grid.swapaxes(1, 2)
    if wiring.start in (Corner.BOTTOM_LEFT, Corner.BOTTOM_RIGHT):
        panels = panels[::-1]
    if wiring.start in (Corner.TOP_RIGHT, Corner.BOTTOM_RIGHT):
        panels = panels[:, ::-1]
    if wiring.serpentine:
        panels = panels.copy()
        panels[1::2] = panels[1::2, ::-1, ::-1, ::-1].copy()
    if wiring.along is Along.COLUMNS:
        panels = panels.swapaxes(2, 3)
    chain: NDArray[np.intp] = panels.flatten()
    chain.setflags(write=False)
    return chain


def _bits(wiring: Wiring) -> Literal["big", "little"]:
    return "little" if wiring.lsb_first else "big"
