"""Asking only once: whoever looks for boards meets mostly silence."""

from drivers.errors import PeerSilent
from drivers.ports import ByteLink


class OneTry:
    """A `ByteLink` that raises PeerSilent where a driver would ask a silent line again."""

    def __init__(self, link: ByteLink) -> None:
        self._link = link
        self._unanswered = False

    @property
    def name(self) -> str:
        """What an operator calls this line."""
        return self._link.name

    def write(self, data: bytes) -> None:
        """Send it, unless what was sent before is unanswered."""
        if self._unanswered:
            raise PeerSilent(self.name, 1)
        self._link.write(data)

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived."""
        data = self._link.read(timeout_s)
        self._unanswered = not data
        return data

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""
        self._link.discard_input()

    def pause(self, duration_s: float) -> None:
        """Let the line be quiet so long."""
        self._link.pause(duration_s)

    def close(self) -> None:
        """Close the line."""
        self._link.close()
