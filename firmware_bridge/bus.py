"""A line that several boards share: opened once, used from one thread, closed by the last."""

from collections.abc import Callable

from drivers.errors import LinkLost
from drivers.ports import ByteLink


class Bus:
    """One line. Everything here runs on the bus's own thread."""

    def __init__(self, open_link: Callable[[], ByteLink]) -> None:
        self._open_link = open_link
        self._link: ByteLink | None = None
        self._users: set[BusLink] = set()

    def open(self) -> "BusLink":
        """Return one board's share of the line, opening it for the first."""
        share = BusLink(self, self.link())
        self._users.add(share)
        return share

    def link(self) -> ByteLink:
        """Return the open line."""
        if self._link is None:
            self._link = self._open_link()
        return self._link

    def lost(self, link: ByteLink) -> None:
        """Drop a broken line, so that the next to open gets a new one."""
        link.close()
        if self._link is link:
            self._link = None

    def leave(self, share: "BusLink") -> None:
        """Take a share back; the last one closes the line."""
        self._users.discard(share)
        if not self._users and self._link is not None:
            self._link.close()
            self._link = None


class BusLink:
    """One board's share of a line: a ByteLink."""

    def __init__(self, bus: Bus, link: ByteLink) -> None:
        self._bus = bus
        self._link = link

    @property
    def name(self) -> str:
        """What an operator calls this line."""
        return self._link.name

    def write(self, data: bytes) -> None:
        """Send all of it."""
        try:
            self._link.write(data)
        except LinkLost:
            self._bus.lost(self._link)
            raise

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived."""
        try:
            return self._link.read(timeout_s)
        except LinkLost:
            self._bus.lost(self._link)
            raise

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""
        try:
            self._link.discard_input()
        except LinkLost:
            self._bus.lost(self._link)
            raise

    def pause(self, duration_s: float) -> None:
        """Let the line be quiet so long."""
        self._link.pause(duration_s)

    def close(self) -> None:
        """Give the share back."""
        self._bus.leave(self)
