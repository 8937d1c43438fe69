"""What every dialect says about itself, so that configuration, probing and tests need no list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from drivers.ports import Board, ByteLink, Capabilities, Status
from drivers.transport.nowhere import Nowhere
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Geometry

NO_ADDRESS: Final = range(1)


class Carrier(StrEnum):
    """What a dialect travels over: how a port is written."""

    SERIAL = "serial"
    """A path such as /dev/ttyUSB0, or `rfc2217://host:port`, or `socket://host:port`."""
    TCP = "tcp"
    """`tcp://host:port`."""
    UDP = "udp"
    """`udp://host:port`."""

    @classmethod
    def of(cls, port: str) -> "Carrier":
        """Return what a port is."""
        scheme = port.partition("://")[0]
        return cls(scheme) if scheme in {cls.TCP, cls.UDP} else cls.SERIAL


@dataclass(frozen=True, slots=True)
class Site:
    """What whoever hung a board up knows about it."""

    geometry: Geometry
    depth: Depth = Depth.MONO
    address: int = 0
    community: str = ""
    """The word an NTCIP sign wants to hear; other dialects have none."""
    over: Carrier = Carrier.SERIAL


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way of speaking to boards."""

    name: str
    """What configuration calls it, and its folder."""
    title: str
    """What people call it."""
    carriers: tuple[Carrier, ...]
    """The usual one first."""
    depths: tuple[Depth, ...]
    """Colours its boards can have, the usual first."""
    open: Callable[[ByteLink, Site], Board]
    """Return the driver of one board; Unsupported says why there is no such board."""
    line: LineFormat = field(default_factory=LineFormat)
    """How a serial line is set."""
    ip_port: int | None = None
    """Where boards listen when a URL names no port."""
    addresses: range = NO_ADDRESS
    """Addresses a board can have; only 0 where the dialect has none."""
    addressed_over: tuple[Carrier, ...] = tuple(Carrier)
    """Where the address is part of what is said; elsewhere the port alone names the board."""
    needs_community: bool = False
    probe: Callable[[ByteLink, Site], Status | None] | None = None
    """Ask who is there, changing nothing; None = nobody answers in this dialect.

    The site's size means nothing. A dialect whose boards never answer has no probe.
    """

    def addresses_over(self, carrier: Carrier) -> range:
        """Return the addresses a board can have on a carrier."""
        return self.addresses if carrier in self.addressed_over else NO_ADDRESS

    def site(
        self,
        geometry: Geometry,
        *,
        depth: Depth | None = None,
        address: int | None = None,
        carrier: Carrier | None = None,
        community: str = "-",
    ) -> Site:
        """Return where a board of this dialect hangs; what is not said is as usual."""
        carrier = carrier or self.carriers[0]
        return Site(
            geometry,
            self.depths[0] if depth is None else depth,
            self.addresses_over(carrier)[0] if address is None else address,
            community if self.needs_community else "",
            carrier,
        )

    def capabilities(self, site: Site) -> Capabilities:
        """Return what a board could do, without one; Unsupported when there is none such."""
        return self.open(Nowhere(), site).capabilities
