"""Driving an Art-Net node: a picture over as many ports as it needs, shown by one ArtSync.

Art-Net has no acknowledgement of pictures: what the network loses nobody tells. So each picture
travels whole, never as a difference to one that the node may have missed or lost with its power;
a new one travels twice before it is shown; and the caller shows it again every REFRESH_MS, which
heals what was lost all the same.

An ArtSync goes before each picture, too: a node that has just been switched on shows what comes
as it comes until it has heard one, and would else show the picture piece by piece.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from drivers.artnet import codec
from drivers.artnet.packets import (
    MAX_SEQUENCE,
    PORT_ADDRESSES,
    RGB_BYTES_PER_PORT,
    Dmx,
    Poll,
    PollReply,
    Sync,
)
from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerSilent, Unsupported
from drivers.exchange import ask
from drivers.ports import Board, ByteLink, Capabilities, Route, Status
from playlists.text.frame import Depth, Frame, data_bytes

IP_PORT: Final = 6_454
REPLY_TIMEOUT_S: Final = 1.2
"""A node waits up to a second, at random, before it replies."""
REFRESH_MS: Final = 800
"""A node holds what it shows, for ever. The document lets levels that do not change be sent again
every 4 s, and recommends 800 to 1000 ms."""
FRAME_INTERVAL_MS: Final = 50
"""No port faster than DMX512, 44 packets a second: 20 pictures, twice each."""
COPIES: Final = 2
"""How often the levels of a new picture are sent before their ArtSync: one lost datagram leaves
nothing torn."""
PACKETS_PER_MS: Final = 8
"""Half of what a wire of 100 Mbit/s carries."""

_GREETINGS: Final = (86, 171, 1)
"""Numbers a third of the circle apart. A restarted host does not know which number a node heard
last; of these three the last one is taken for late by no rule we know."""


class Artnet(Board):
    """One board: RGB, its LEDs row by row from the top left, 170 a port."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        if site.depth is not Depth.RGB:
            raise Unsupported("an Art-Net board has red, green and blue LEDs: its depth is rgb")
        size = site.geometry
        count = -(-data_bytes(size.width_px, size.height_px, Depth.RGB) // RGB_BYTES_PER_PORT)
        self._ports = range(site.address, site.address + count)
        if self._ports[0] not in PORT_ADDRESSES or self._ports[-1] not in PORT_ADDRESSES:
            raise Unsupported(
                f"{size} LEDs are the Port-Addresses {self._ports[0]} to {self._ports[-1]}, "
                f"there are {PORT_ADDRESSES[0]} to {PORT_ADDRESSES[-1]}"
            )
        self._link = link
        self._geometry = size
        self._number = 0
        self._shown: Frame | None = None
        """What was sent last; None = the node may have heard anything, or nothing."""
        self._answers = False

    @property
    def capabilities(self) -> Capabilities:
        """What this board can do."""
        return Capabilities(
            geometry=self._geometry,
            depth=Depth.RGB,
            route=Route.STREAM,
            frame_interval_ms=max(FRAME_INTERVAL_MS, COPIES * len(self._ports) // PACKETS_PER_MS),
            refresh_ms=REFRESH_MS,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Send the picture to its ports, then the ArtSync that shows it."""
        check_frame(frame, self.capabilities)
        numbers = self._numbers(1 if frame == self._shown else COPIES)
        self._shown = None
        self._link.write(codec.encode(Sync()))
        for number in numbers:
            for port, levels in zip(self._ports, _levels(frame.data), strict=True):
                self._link.write(codec.encode(Dmx(port, levels, number)))
        self._link.write(codec.encode(Sync()))
        self._number = numbers[-1]
        self._shown = frame

    def status(self) -> Status:
        """Poll the node. Some never answer where we listen: that alone is no fault."""
        try:
            found = _poll(self._link, self._ports)
        except PeerSilent as exc:
            return Status(ok=not self._answers, detail=str(exc))
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        self._answers = True
        return _status(found)

    def close(self) -> None:
        """Give the link back."""
        self._link.close()

    def _numbers(self, copies: int) -> Sequence[int]:
        if self._shown is None:
            return _GREETINGS
        return [(self._number + more) % MAX_SEQUENCE + 1 for more in range(copies)]


def probe(link: ByteLink, site: Site) -> Status | None:  # noqa: ARG001 -- a poll reaches every port
    """Poll whatever node is there, whichever ports it has."""
    try:
        return _status(_poll(link, PORT_ADDRESSES))
    except PeerSilent:
        return None


def _poll(link: ByteLink, ports: range) -> PollReply:
    return ask(
        link,
        codec.encode(Poll(ports)),
        lambda: codec.HostDecoder().receive,
        device=f"the node on {link.name}",
        timeout_s=REPLY_TIMEOUT_S,
    )


def _status(found: PollReply) -> Status:
    return Status(ok=True, detail=found.report, model=found.long_name or found.short_name or None)


def _levels(picture: bytes) -> Iterator[bytes]:
    """Cut a picture into ports, each with an even number of levels."""
    for start in range(0, len(picture), RGB_BYTES_PER_PORT):
        levels = picture[start : start + RGB_BYTES_PER_PORT]
        yield levels + bytes(len(levels) % 2)


DIALECT: Final = Dialect(
    name="artnet",
    title="Art-Net pixel controllers",
    carriers=(Carrier.UDP,),
    depths=(Depth.RGB,),
    open=Artnet,
    ip_port=IP_PORT,
    addresses=PORT_ADDRESSES,
    probe=probe,
)
