"""Errors of this room, grouped by what the caller does next.

- `LinkLost`: the way to the device is gone. Close, wait with back-off, open again.
- `PeerSilent`, `PeerRefused`: the device did not answer, or said no, after the retries a dialect
  allows. Report it; try the next thing later.
- `PeerWireError`: the device sent bytes that make no sense. Report it; nothing was believed.
- `Unsupported`: we asked for something the capabilities do not offer. Our bug.
"""


class DriverError(Exception):
    """Root of everything this room raises on purpose."""


class LinkLost(DriverError):
    """The transport to the device is gone; `link` names it."""

    def __init__(self, link: str, reason: str) -> None:
        super().__init__(f"{link}: {reason}")
        self.link = link
        self.reason = reason


class PeerSilent(DriverError):
    """No answer within the dialect's bound; `tries` is how often it was asked."""

    def __init__(self, device: str, tries: int) -> None:
        super().__init__(f"{device} did not answer after {tries} tries")
        self.device = device
        self.tries = tries


class PeerRefused(DriverError):
    """The device answered that it will not; `reason` is what it said."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(f"{device} refused: {reason}")
        self.device = device
        self.reason = reason


class PeerWireError(DriverError):
    """Bytes from the other side do not follow the dialect."""

    def __init__(self, dialect: str, reason: str) -> None:
        super().__init__(f"{dialect}: {reason}")
        self.dialect = dialect
        self.reason = reason


class Unsupported(DriverError):
    """The caller ignored the capabilities."""
