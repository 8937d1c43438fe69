"""Instants as text: UTC, milliseconds, one spelling everywhere a byte leaves the process."""

from datetime import UTC, datetime, timedelta

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


def ms_between(earlier: datetime, later: datetime) -> int:
    """Return later minus earlier in whole milliseconds, rounded down; negative when reversed."""
    return (later - earlier) // timedelta(milliseconds=1)
