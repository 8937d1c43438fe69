"""Driving a Hanover display: a picture is one message with a checksum, taken whole or not at all.

A display never says whether it took a picture. So every picture is sent whole, also the same one
again: that heals what a bad line has lost. Newer displays answer when asked for their status.
"""

from typing import Final

from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerSilent, Unsupported
from drivers.exchange import ask
from drivers.hanover import bitmap, codec
from drivers.hanover.packets import (
    MAX_ADDRESS,
    MAX_IMAGE_BYTES,
    Addressed,
    AskStatus,
    Condition,
    Image,
    Packet,
    Report,
    StopTest,
)
from drivers.ports import Board, ByteLink, Capabilities, Route, Status
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame, Geometry

REPLY_TIMEOUT_S: Final = 0.5
"""A report has eight bytes, 17 ms on the line, and begins within 40 ms."""
REFRESH_MS: Final = 60_000
"""A picture the line has lost stands wrong no longer than this; it costs 1 % of the line."""
RESET_S: Final = 0.2
"""How long a display that was told to end its test gets before its picture; no source says."""
LINE: Final = LineFormat(
    baud=4_800,
    # girouettes, after the maker's document: the bus is turned around within 5 to 40 ms.
    turnaround_s=0.04,
)
_BITS_PER_BYTE: Final = 10
_SLOWEST_MS: Final = 1_000
"""Dots are flipped column by column after the message has come: about a second."""


class Hanover(Board):
    """One display on a line, of any size: the dialect has one colour."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        if site.depth is not Depth.MONO:
            raise Unsupported("a Hanover display has one colour")
        if bitmap.data_bytes(site.geometry) > MAX_IMAGE_BYTES:
            raise Unsupported(
                f"a Hanover display of {site.geometry}: 512x16 is the largest that makes sense"
            )
        self._link = link
        self._address = site.address
        self._maybe_testing = True
        self._has_answered = False
        self._able = Capabilities(
            geometry=site.geometry,
            depth=Depth.MONO,
            route=Route.COLUMNS,
            frame_interval_ms=max(_SLOWEST_MS, _on_the_line_ms(site.geometry)),
            refresh_ms=REFRESH_MS,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this display can do."""
        return self._able

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Send the picture whole; the first time, end a test that somebody has left running."""
        check_frame(frame, self._able)
        try:
            if self._maybe_testing:
                self._send(StopTest())
                self._link.pause(RESET_S)
            self._send(Image(bitmap.data_of(frame)))
        except DriverError:
            self._maybe_testing = True
            raise
        self._maybe_testing = False

    def status(self) -> Status:
        """Ask; a display that never answered may be one of those that cannot."""
        try:
            report = _ask(self._link, self._address)
        except PeerSilent as exc:
            if self._has_answered:
                return Status(ok=False, detail=str(exc))
            return Status(ok=True, detail="this display does not say how it is")
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        self._has_answered = True
        return _status(report)

    def close(self) -> None:
        """Give the line back."""
        self._link.close()

    def _send(self, packet: Packet) -> None:
        self._link.write(codec.encode(Addressed(self._address, packet)))


def probe(link: ByteLink, site: Site) -> Status | None:
    """Ask for the status, which newer displays answer."""
    try:
        return _status(_ask(link, site.address))
    except PeerSilent:
        return None


def _ask(link: ByteLink, address: int) -> Report:
    return ask(
        link,
        codec.encode(Addressed(address, AskStatus())),
        lambda: codec.HostDecoder(address).receive,
        device=f"display {address} on {link.name}",
        timeout_s=REPLY_TIMEOUT_S,
    )


def _status(report: Report) -> Status:
    well = report.condition is Condition.WELL
    return Status(ok=well, detail="" if well else report.condition.words)


def _on_the_line_ms(geometry: Geometry) -> int:
    message = codec.encode(Addressed(MAX_ADDRESS, Image(bytes(bitmap.data_bytes(geometry)))))
    return -(-len(message) * _BITS_PER_BYTE * 1_000 // LINE.baud)


DIALECT: Final = Dialect(
    name="hanover",
    title="Hanover bus displays",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO,),
    addresses=range(1, MAX_ADDRESS + 1),
    open=Hanover,
    line=LINE,
    probe=probe,
)
