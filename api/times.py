"""Instants in queries."""

from datetime import datetime

from controller.errors import Invalid
from playlists.errors import BadBytes
from playlists.schedule import instant


def asked_instant(field: str, text: str | None) -> datetime | None:
    """Read an instant of a query; Invalid says how to write it.

    A plus sign in a query means a space, and nobody remembers that: both are read.
    """
    if text is None:
        return None
    try:
        return instant.from_text(text.replace(" ", "+"))
    except BadBytes as exc:
        reason = "write it like 2026-11-25T12:30:00Z"
        raise Invalid(f"{text[:60]} is no instant", field=field, reason=reason) from exc
