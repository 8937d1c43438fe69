"""Rows of announcements."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from controller.model import Announcement, AnnouncementPart, Doubt
from controller.store import schema
from controller.store.pages import Cursor, newest_first
from playlists.audio.speech.passage import Why


def add(tx: Connection, announcement: Announcement) -> None:
    """Remember a new announcement."""
    parts = [asdict(part) for part in announcement.parts]
    fields = {name: getattr(announcement, name) for name in Announcement.__dataclass_fields__}
    tx.execute(insert(schema.announcement).values(**{**fields, "parts": parts}))


def find(tx: Connection, name: str) -> Announcement | None:
    """Return an announcement."""
    table = schema.announcement
    row = tx.execute(select(table).where(table.c.id == name)).mappings().first()
    return None if row is None else _to_announcement(row)


def listed(tx: Connection, cursor: Cursor | None, limit: int) -> list[Announcement]:
    """Return the newest announcements before the cursor."""
    query = newest_first(schema.announcement, cursor, limit)
    return [_to_announcement(row) for row in tx.execute(query).mappings()]


def _to_announcement(row: RowMapping) -> Announcement:
    return Announcement(**{**row, "parts": tuple(map(_to_part, row["parts"]))})


def _to_part(told: dict[str, Any]) -> AnnouncementPart:
    doubts = tuple(Doubt(**{**one, "why": Why(one["why"])}) for one in told["doubts"])
    return AnnouncementPart(**{**told, "phrases": tuple(told["phrases"]), "doubts": doubts})
