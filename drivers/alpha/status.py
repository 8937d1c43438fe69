"""What an Alpha sign says of itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from drivers.alpha.codec import DIALECT
from drivers.alpha.packets import Errors, GeneralInformation, Packet, Question, SetDate
from drivers.errors import PeerWireError
from drivers.ports import Status

_LAST_CENTURY: Final = 97
"""Signs take 97 to 99 for 1997 to 1999, and all other years for this century."""


def status_of(ask: Callable[[Question], Packet]) -> Status:
    """Ask for firmware, clock, free memory and serial errors; any leaf of DriverError."""
    general = ask(Question("F", '"'))
    date = ask(Question("F", ";"))
    errors = ask(Question("F", "*"))
    if not (isinstance(general, GeneralInformation) and isinstance(errors, Errors)):
        raise PeerWireError(DIALECT, f"no information: {general}, {errors}")
    return Status(
        ok=True,
        detail=f"{general.free_bytes} of {general.pool_bytes} bytes free",
        model=general.firmware,
        local=_local(date, general),
        faults=errors.trouble.words,
    )


def _local(date: Packet, general: GeneralInformation) -> datetime | None:
    """Put date and time together; None for a date that is none."""
    if not isinstance(date, SetDate):
        return None
    century = 1900 if date.year >= _LAST_CENTURY else 2000
    try:
        return datetime(  # noqa: DTZ001 -- wall clock of a sign without zone
            century + date.year, date.month, date.day, general.hour, general.minute
        )
    except ValueError:
        return None
