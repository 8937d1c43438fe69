"""Instants as text: UTC, milliseconds, one spelling everywhere a byte leaves the process.

And the wall clocks of zones: a wall time that does not exist happens at the offset before the gap,
one that comes twice the first time (RFC 5545 3.3.5). Instants written with their offset have one
meaning, in both directions, at any hour of the year.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playlists.errors import BadBytes


def to_text(at: datetime) -> str:
    """Spell an aware instant as `2026-11-24T05:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read an instant with an offset or Z; BadBytes when it has none or is no time at all."""
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError) as exc:
        raise BadBytes("instant", repr(text)[:60]) from exc
    if at.tzinfo is None:
        raise BadBytes("instant", f"{text} has no offset")
    try:
        return at.astimezone(UTC)
    except OverflowError as exc:
        raise BadBytes("instant", text) from exc


def to_local_text(at: datetime, zone: ZoneInfo) -> str:
    """Spell an instant on the clocks of a zone, as `2026-11-24T12:00:00+07:00`."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def of_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """Place a naive wall time: at the offset before a gap, at the first of two."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def to_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clocks of a zone say at an instant, naive."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def ms_between(earlier: datetime, later: datetime) -> int:
    """Return later minus earlier in whole milliseconds, rounded down; negative when reversed."""
    return (later - earlier) // timedelta(milliseconds=1)
