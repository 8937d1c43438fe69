"""Driving a Mobitec display: a picture is one message with a checksum, taken whole or not at all.

A display never says whether it took a picture. So every picture is sent whole, also the same one
again: that heals what a bad line has lost. What it can do is send a byte back.
"""

from typing import Final

from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerSilent, PeerWireError, Unsupported
from drivers.exchange import ask
from drivers.mobitec import bitmap, codec
from drivers.mobitec.packets import MAX_ADDRESS, MAX_BYTE, Addressed, AskEcho, Text
from drivers.ports import Board, ByteLink, Capabilities, Route, Status
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 2.5
"""Displays work one to two seconds at each message, and hear nothing else meanwhile."""
REFRESH_MS: Final = 60_000
"""A picture the line has lost stands wrong no longer than this; it costs 1 % of the line.

One of the known controllers repeats its last message each minute by itself.
"""
MAX_HEIGHT_PX: Final = 64
"""The tallest display in any source has 20 rows."""
LINE: Final = LineFormat(
    baud=4_800,
    # Senders let go of the two wires within a few bytes of 2 ms each.
    turnaround_s=0.01,
)
ECHO: Final = 0x5A
"""The byte we ask for: neither an edge of a frame nor what a stuck line seems to say."""
_BITS_PER_BYTE: Final = 10
_SLOWEST_MS: Final = 1_000
"""Whatever a message holds, displays need 1 to 2 s for it (prefixFelix, controller.md)."""


class Mobitec(Board):
    """One display on a line: the dialect has one colour."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        geometry = site.geometry
        if site.depth is not Depth.MONO:
            raise Unsupported("a Mobitec display has one colour")
        if geometry.width_px > MAX_BYTE or geometry.height_px > MAX_HEIGHT_PX:
            raise Unsupported(
                f"a Mobitec display has at most {MAX_BYTE}x{MAX_HEIGHT_PX} dots, not {geometry}"
            )
        self._link = link
        self._address = site.address
        self._has_answered = False
        # The checksum of some pictures is escaped and one byte longer.
        longest_bytes = len(self._message(Frame.blank(geometry))) + 1
        on_the_line_ms = -(-longest_bytes * _BITS_PER_BYTE * 1_000 // LINE.baud)
        self._able = Capabilities(
            geometry=geometry,
            depth=Depth.MONO,
            route=Route.COLUMNS,
            frame_interval_ms=max(_SLOWEST_MS, on_the_line_ms),
            refresh_ms=REFRESH_MS,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this display can do."""
        return self._able

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Send the picture whole."""
        check_frame(frame, self._able)
        self._link.write(self._message(frame))

    def status(self) -> Status:
        """Ask for a byte; a display that never sent one may be one of those that cannot."""
        try:
            _ask(self._link, self._address)
        except PeerSilent as exc:
            if self._has_answered:
                return Status(ok=False, detail=str(exc))
            return Status(ok=True, detail="this display does not say how it is")
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        self._has_answered = True
        return Status(ok=True)

    def close(self) -> None:
        """Give the line back."""
        self._link.close()

    def _message(self, frame: Frame) -> bytes:
        text = Text(frame.width_px, frame.height_px, bitmap.fields_of(frame))
        return codec.encode(Addressed(self._address, text))


def probe(link: ByteLink, site: Site) -> Status | None:
    """Ask for a byte, which some displays send back."""
    try:
        _ask(link, site.address)
    except (PeerSilent, PeerWireError):
        return None
    return Status(ok=True)


def _ask(link: ByteLink, address: int) -> None:
    """Return when a display has sent the byte back; PeerWireError when it sent another one."""
    answer = ask(
        link,
        codec.encode(Addressed(address, AskEcho(ECHO))),
        lambda: codec.HostDecoder().receive,
        device=f"display {address:X} on {link.name}",
        timeout_s=REPLY_TIMEOUT_S,
        again=lambda value: value != ECHO,
    )
    if answer != ECHO:
        raise PeerWireError("mobitec", f"asked for {ECHO:02X}, got {answer:02X}")


DIALECT: Final = Dialect(
    name="mobitec",
    title="Mobitec bus displays",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO,),
    # The switch has a 0, but no source shows a display that has it.
    addresses=range(1, MAX_ADDRESS + 1),
    open=Mobitec,
    line=LINE,
    probe=probe,
)
