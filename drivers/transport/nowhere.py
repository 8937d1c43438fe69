"""A line to nobody: drivers declare themselves before anything is sent."""

from drivers.errors import LinkLost


class Nowhere:
    """A `ByteLink` that carries nothing."""

    name = "nowhere"

    def write(self, data: bytes) -> None:
        """Raise LinkLost."""
        raise LinkLost(self.name, f"{len(data)} bytes for nobody")

    def read(self, timeout_s: float) -> bytes:
        """Raise LinkLost."""
        raise LinkLost(self.name, f"nobody speaks, not even in {timeout_s} s")

    def discard_input(self) -> None:
        """Do nothing."""

    def pause(self, duration_s: float) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
