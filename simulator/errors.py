"""Errors of this room: whoever wrote the district file, or asked for a device, is told why."""


class SimulatorError(Exception):
    """Root of everything this room raises on purpose."""


class BadDistrict(SimulatorError):
    """The district file cannot be used; the message says what to change."""


class NoSuchDevice(SimulatorError):
    """Nothing of that name is simulated here."""


class NoSuchFault(SimulatorError):
    """That device has no such fault; the message lists those it has."""
