"""Bytes on the wire and time to update at 9600 baud: a full redraw against what is really sent.

Each board hangs on the desk in virtual time, its sign decodes every byte, and a figure counts
only when the sign then shows the picture, LED for LED.
"""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from drivers.catalogue import DIALECTS
from drivers.dialect import Carrier, Dialect
from drivers.errors import Unsupported
from drivers.ports import Board
from drivers.transport.serial import LineFormat
from playlists.text import render
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.layout import Style
from simulator.boards.board import Sign
from simulator.boards.catalogue import SIGNS
from simulator.wire import Wire, wire_for

SIZES = Geometry(128, 16), Geometry(64, 16)
"""The larger that a dialect can carry is used."""
STEPS = {
    "a minute goes by": ("Họp 19g29", "Họp 19g30", "Họp 19g31"),
    "another text": ("Họp 19g29", "Họp 19g30", "Mưa to"),
    "the same again": ("Họp 19g29", "Họp 19g30", "Họp 19g30"),
    "back and forth": ("Họp 19g30", "Mưa to", "Họp 19g30"),
}
NINETY_SIX = LineFormat(9_600)


@dataclass
class Desk:
    """One board in virtual time."""

    board: Board
    sign: Sign
    wire: Wire

    def cost(self, frame: Frame) -> tuple[int, float]:
        """Show a picture; return the bytes sent and the seconds it took, waiting included."""
        before_bytes, before_s = self.wire.sent_bytes, self.wire.now_s
        self.board.show(frame)
        if self.sign.frame() != frame:
            raise SystemExit("the board shows something else: no figure is worth anything")
        return self.wire.sent_bytes - before_bytes, self.wire.now_s - before_s


def desk(dialect: Dialect, size: Geometry) -> Desk:
    """Put a fresh board on the desk."""
    carrier = dialect.carriers[0]
    wire = wire_for(dialect, carrier, NINETY_SIX)
    site = dialect.site(size)
    sign = SIGNS[dialect.name](site, wire.clock)
    wire.plug_in(sign)
    return Desk(dialect.open(wire, site), sign, wire)


def picture(text: str, size: Geometry, depth: Depth) -> Frame:
    """Set a text and return what the board shows."""
    scene = render.scene(text, size, Style(), max_strip_px=size.width_px, depth=depth)
    return scene.frame_at(0)


def main() -> None:
    """Print the table."""
    table = Table("Dialect", "Board", "Step", "Full redraw", "Sent", "Share", "Time at 9600 baud")
    for dialect in DIALECTS.values():
        for step, texts in STEPS.items():
            row = measure(dialect, texts)
            if row is not None:
                table.add_row(dialect.name, row[0], step, *row[1:])
    Console(width=110).print(table)


def measure(dialect: Dialect, texts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the cells of one row; None for a board that draws nothing over this link."""
    for size in SIZES:
        try:
            steady, fresh = desk(dialect, size), desk(dialect, size)
        except Unsupported:
            continue
        depth = steady.board.capabilities.depth
        if steady.board.capabilities.route is None:
            return None
        *before, new = (picture(text, size, depth) for text in texts)
        for frame in before:
            steady.cost(frame)
        sent_bytes, sent_s = steady.cost(new)
        full_bytes, full_s = fresh.cost(new)
        share = f"{100 * sent_bytes / full_bytes:.0f} %"
        on_a_line = dialect.carriers[0] is Carrier.SERIAL
        times = f"{sent_s:.2f} s, full {full_s:.2f} s" if on_a_line else "a network"
        return str(size), f"{full_bytes} B", f"{sent_bytes} B", share, times
    return None


if __name__ == "__main__":
    main()
