"""Lines out of a stream of bytes, however it is cut, and however long a crazy peer goes on."""

from drivers.errors import PeerWireError


class Lines:
    """Collects bytes and gives the lines they complete, without their ends.

    A line longer than `limit_bytes` is dropped up to its end and reported once, in its place.
    """

    def __init__(self, dialect: str, limit_bytes: int) -> None:
        self._dialect = dialect
        self._limit_bytes = limit_bytes
        self._rest = b""
        self._dropping = False

    def receive(self, data: bytes) -> list[bytes | PeerWireError]:
        """Take what has arrived; return whole lines, and an error for each that was too long."""
        *whole, rest = (self._rest + data).split(b"\n")
        found: list[bytes | PeerWireError] = []
        for line in whole:
            if self._dropping:
                self._dropping = False
            elif len(line) > self._limit_bytes:
                found.append(self._too_long())
            else:
                found.append(line.rstrip(b"\r"))
        if len(rest) > self._limit_bytes:
            if not self._dropping:
                found.append(self._too_long())
            self._dropping, rest = True, b""
        self._rest = b"" if self._dropping else rest
        return found

    def _too_long(self) -> PeerWireError:
        return PeerWireError(self._dialect, f"a line of more than {self._limit_bytes} bytes")
