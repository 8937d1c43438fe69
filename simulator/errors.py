"""Errors of this room: whoever wrote the district file, or asked for a device, is told why."""

from collections.abc import Sequence


class SimulatorError(Exception):
    """Root of everything this room raises on purpose."""


class BadDistrict(SimulatorError):
    """The district file cannot be used; the message says what to change."""


class NoSuchDevice(SimulatorError):
    """Nothing of that name is simulated here."""


class NoSuchFault(SimulatorError):
    """That device has no such fault; the message lists those it has."""


class NotVirtual(SimulatorError):
    """Something real is wanted where time is virtual: a thread, a socket, a process."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}: nothing real can be waited for in virtual time "
            "(work belongs in an InlineHand, pauses in virtual sleep)"
        )
        self.what = what


class Standstill(SimulatorError):
    """Everybody waits for something that time alone does not bring."""

    def __init__(self, second: float, waiting: Sequence[str]) -> None:
        super().__init__(f"at second {second:g} everybody waits for ever: {'; '.join(waiting)}")
        self.second = second
        self.waiting = tuple(waiting)
