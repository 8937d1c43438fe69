"""Driving an sACN receiver: a picture over as many universes as it needs, shown by one sync.

sACN has no acknowledgement: what the network loses nobody tells. So each picture travels whole,
never as a difference to one that the sign may have missed or lost with its power; a new one
travels twice before it is shown; and the caller shows it again every REFRESH_MS, which heals what
was lost all the same.

A sync goes before each picture, too: a receiver holds levels back only once it has heard a sync
(11.1.1), so one that has just been switched on would else show the picture piece by piece.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID, uuid5

from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, Unsupported
from drivers.ports import Board, ByteLink, Capabilities, Route, Status
from drivers.sacn import codec
from drivers.sacn.packets import (
    EMERGENCY,
    MAX_LEVELS,
    NUMBERS,
    ORDINARY,
    RGB_BYTES_PER_UNIVERSE,
    UNIVERSES,
    Data,
    Sync,
)
from playlists.text.frame import Depth, Frame, data_bytes

IP_PORT: Final = 5_568
REFRESH_MS: Final = 800
"""6.6.2: levels that do not change are sent again every 800 to 1000 ms."""
FRAME_INTERVAL_MS: Final = 50
"""6.6.1: no universe faster than DMX512, 44 packets a second: 20 pictures, twice each."""
PACKETS_PER_MS: Final = 8
"""Half of what a wire of 100 Mbit/s carries."""
COPIES: Final = 2
"""How often the levels of a new picture are sent before its sync: one lost datagram leaves nothing
torn. 6.6.2 wants three packets before a source falls back to REFRESH_MS; the third is a refresh."""
FAREWELLS: Final = 3
"""6.2.6: how often a source that stops says so."""

_GREETINGS: Final = (86, 171, 1)
"""Numbers a third of the circle apart. A restarted host does not know which number a receiver
heard last; of these three the last one is taken for late by no rule we know."""
_FAMILY: Final = UUID("5b1fb4c3-6f0c-4c1f-9f43-6c8f3e9d4a21")


class Sacn(Board):
    """One sign: RGB, its LEDs row by row from the top left, 170 a universe.

    `source` is the sender's CID. By default it follows from the port and the first universe, so
    that a restarted host is the same source and not a second one beside its own ghost.
    """

    def __init__(self, link: ByteLink, site: Site, source: UUID | None = None) -> None:
        if site.depth is not Depth.RGB:
            raise Unsupported("an sACN sign has red, green and blue LEDs: its depth is rgb")
        size = site.geometry
        picture_bytes = data_bytes(size.width_px, size.height_px, Depth.RGB)
        count = -(-picture_bytes // RGB_BYTES_PER_UNIVERSE)
        self._universes = range(site.address, site.address + count)
        if self._universes[0] not in UNIVERSES or self._universes[-1] not in UNIVERSES:
            raise Unsupported(
                f"{size} LEDs are the universes {self._universes[0]} to {self._universes[-1]}, "
                f"there are {UNIVERSES[0]} to {UNIVERSES[-1]}"
            )
        self._link = link
        self._geometry = size
        self._source = source or uuid5(_FAMILY, f"{link.name} {site.address}")
        self._number = self._sync_number = 0
        self._shown: tuple[Frame, bool] | None = None
        """What was sent last; None = the sign may have heard anything, or nothing."""
        self._priority = ORDINARY
        self._closed = False

    @property
    def capabilities(self) -> Capabilities:
        """What this sign can do."""
        return Capabilities(
            geometry=self._geometry,
            depth=Depth.RGB,
            route=Route.STREAM,
            frame_interval_ms=max(
                FRAME_INTERVAL_MS, COPIES * len(self._universes) // PACKETS_PER_MS
            ),
            refresh_ms=REFRESH_MS,
            emergency=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:
        """Send the picture; in an emergency above every other source in the network."""
        check_frame(frame, self.capabilities)
        self._priority = EMERGENCY if emergency else ORDINARY
        picture = frame, emergency
        copies = 1 if picture == self._shown else COPIES
        greetings = () if self._shown else _GREETINGS
        self._shown = None
        for number in greetings or _after(self._sync_number, 1):
            self._sync(number)
        for number in greetings or _after(self._number, copies):
            self._send(frame, number)
        for number in _after(self._sync_number, 1):
            self._sync(number)
        self._shown = picture

    def status(self) -> Status:
        """Return that nothing is known to be wrong: no sign can speak in this dialect."""
        return Status(ok=True, detail="sACN receivers do not answer")

    def close(self) -> None:
        """Say that this source stops, which darkens the sign, and give the link back."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(DriverError):
                self._say_farewell()
        self._link.close()

    def _say_farewell(self) -> None:
        dark = Frame.blank(self._geometry, Depth.RGB)
        for number in _after(self._number, FAREWELLS) if self._shown else ():
            self._send(dark, number, terminated=True)

    def _send(self, frame: Frame, number: int, *, terminated: bool = False) -> None:
        for universe, levels in zip(self._universes, _levels(frame.data), strict=True):
            packet = Data(
                self._source,
                universe,
                levels,
                priority=self._priority,
                sync_address=self._universes[0],
                sequence=number,
                terminated=terminated,
            )
            self._link.write(codec.encode(packet))
        self._number = number

    def _sync(self, number: int) -> None:
        self._link.write(codec.encode(Sync(self._source, self._universes[0], number)))
        self._sync_number = number


def _levels(picture: bytes) -> Iterator[bytes]:
    """Cut a picture into full universes."""
    for start in range(0, len(picture), RGB_BYTES_PER_UNIVERSE):
        yield picture[start : start + RGB_BYTES_PER_UNIVERSE].ljust(MAX_LEVELS, b"\0")


def _after(number: int, count: int) -> Sequence[int]:
    """Return the numbers that follow one."""
    return [(number + more) % NUMBERS for more in range(1, count + 1)]


DIALECT: Final = Dialect(
    name="sacn",
    title="sACN (E1.31) pixel controllers",
    carriers=(Carrier.UDP,),
    depths=(Depth.RGB,),
    open=Sacn,
    ip_port=IP_PORT,
    addresses=UNIVERSES,
)
