"""Driving a DDP display: whole pictures as runs of packets, shown by the push of the last one.

DDP has no acknowledgement: what the network loses nobody tells. So each picture travels whole,
never as a difference to one that the display may have missed or lost with its power; a new one
travels twice before it is shown; and the caller shows it again every REFRESH_MS, which heals what
was lost all the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeVar

from drivers.checks import check_frame
from drivers.ddp import about, codec
from drivers.ddp.packets import (
    CONFIG,
    DISPLAY,
    MAX_DATA_BYTES,
    MAX_OFFSET_BYTES,
    MAX_SEQUENCE,
    RGB8,
    STATUS,
    Packet,
)
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerSilent, Unsupported
from drivers.exchange import Listen, ask
from drivers.ports import Board, ByteLink, Capabilities, Route, Status
from playlists.text.frame import Depth, Frame, data_bytes

T = TypeVar("T")

IP_PORT: Final = 4_048
REPLY_TIMEOUT_S: Final = 0.5
"""The document lets controllers "wait a half-second for any replies"."""
REFRESH_MS: Final = 800
"""The document names no time-out. WLED leaves its live mode after 2.5 s: three chances."""
FRAME_INTERVAL_MS: Final = 40
PACKETS_PER_MS: Final = 4
"""Half of what a wire of 100 Mbit/s carries."""
COPIES: Final = 2
"""How often each packet of a new picture is sent: one lost datagram leaves nothing torn. The
document provides for it: "duplicate packets with the same sequence number ... for redundancy"."""
MAX_NUMBERED: Final = 10
"""Packets a picture may have for them to be numbered: of 15 numbers, WLED takes the four before
that of the last push for late ones and drops them."""

_GREETINGS: Final = (5, 10, 15)
"""Numbers a third of the circle apart: whatever a display heard last, the last one is not late."""


class Ddp(Board):
    """One display: RGB, its LEDs row by row from the top left."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        if site.depth is not Depth.RGB:
            raise Unsupported("a DDP display has red, green and blue LEDs: its depth is rgb")
        size = site.geometry
        self._picture_bytes = data_bytes(size.width_px, size.height_px, Depth.RGB)
        if self._picture_bytes > MAX_OFFSET_BYTES:
            raise Unsupported(f"DDP counts to {MAX_OFFSET_BYTES} bytes, {size} LEDs need more")
        self._link = link
        self._geometry = size
        self._leds = size.width_px * size.height_px
        self._number = 0
        self._shown: Frame | None = None
        """What was sent last; None = the display may have heard anything, or nothing."""
        self._answers = False

    @property
    def capabilities(self) -> Capabilities:
        """What this display can do."""
        packets = COPIES * -(-self._picture_bytes // MAX_DATA_BYTES)
        return Capabilities(
            geometry=self._geometry,
            depth=Depth.RGB,
            route=Route.STREAM,
            frame_interval_ms=max(FRAME_INTERVAL_MS, packets // PACKETS_PER_MS),
            refresh_ms=REFRESH_MS,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Send the picture, its last packet with push."""
        check_frame(frame, self.capabilities)
        *before, last = _packets(frame.data)
        numbers = self._numbers(len(before) + 1)
        copies = 1 if frame == self._shown else COPIES
        endings = numbers[-1:] * copies if self._shown else _GREETINGS
        self._shown = None
        for _ in range(copies):
            for packet, number in zip(before, numbers, strict=False):
                self._send(packet, number)
        for number in endings:
            self._send(last, number)
        self._shown = frame

    def status(self) -> Status:
        """Ask for status and config. Many displays never answer: that alone is no fault."""
        try:
            who = _ask(self._link, STATUS, about.read_status)
            self._answers = True
            faults = self._faults()
        except PeerSilent as exc:
            return Status(ok=not self._answers, detail=str(exc))
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        return Status(ok=True, model=str(who) or None, faults=faults)

    def close(self) -> None:
        """Give the link back."""
        self._link.close()

    def _faults(self) -> tuple[str, ...]:
        try:
            lights = _ask(self._link, CONFIG, about.read_lights)
        except PeerSilent:
            return ()
        if lights in {0, self._leds}:
            return ()
        return (f"it is set to {lights} lights, {self._geometry} are {self._leds}",)

    def _numbers(self, count: int) -> list[int]:
        """Return a number for each packet of a picture; 0 is taken for late nowhere."""
        if self._shown is None:
            self._number = _GREETINGS[-1]
            return [0] * count
        if count > MAX_NUMBERED:
            return [0] * count
        numbers = [(self._number + more) % MAX_SEQUENCE + 1 for more in range(count)]
        self._number = numbers[-1]
        return numbers

    def _send(self, packet: Packet, number: int) -> None:
        self._link.write(codec.encode(replace(packet, sequence=number)))


def probe(link: ByteLink, site: Site) -> Status | None:  # noqa: ARG001 -- a display has no address
    """Ask for the status, as the document has displays discovered."""
    try:
        who = _ask(link, STATUS, about.read_status)
    except PeerSilent:
        return None
    return Status(ok=True, model=str(who) or None)


def _ask(link: ByteLink, device: int, read: Callable[[bytes], T]) -> T:
    def listen() -> Listen[T]:
        ear = codec.HostDecoder(device)
        return lambda datagram: [read(packet.data) for packet in ear.receive(datagram)]

    return ask(
        link,
        codec.encode(Packet(device, query=True)),
        listen,
        device=f"the display on {link.name}",
        timeout_s=REPLY_TIMEOUT_S,
    )


def _packets(picture: bytes) -> Iterator[Packet]:
    """Cut a picture into packets; the last one pushes."""
    for offset in range(0, len(picture), MAX_DATA_BYTES):
        end = offset + MAX_DATA_BYTES
        yield Packet(DISPLAY, picture[offset:end], offset, RGB8, push=end >= len(picture))


DIALECT: Final = Dialect(
    name="ddp",
    title="DDP pixel controllers (WLED, FPP, Minleon)",
    carriers=(Carrier.UDP,),
    depths=(Depth.RGB,),
    open=Ddp,
    ip_port=IP_PORT,
    probe=probe,
)
