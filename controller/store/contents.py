"""Rows of messages, images, clips, playlists and the assets rendered from them."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Table, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore

from controller.model import (
    Align,
    Clip,
    ContentKind,
    Image,
    Message,
    Playlist,
    PlaylistBed,
    PlaylistItem,
)
from controller.store import schema
from controller.store.pages import Cursor, newest_first
from playlists.audio.levels import SoundKind
from playlists.audio.survey import Survey
from playlists.schedule.asset import Live
from playlists.schedule.plan import Asset, AssetKind

T = TypeVar("T", Message, Image, Clip, Playlist)


def add_message(tx: Connection, message: Message) -> None:
    """Remember a new message."""
    tx.execute(
        insert(schema.message).values(
            id=message.id,
            text=message.text,
            original=message.original,
            font=message.font,
            align=message.align.value,
            speed_px_s=message.speed_px_s,
            created_at=message.created_at,
            created_by=message.created_by,
        )
    )


def add_image(tx: Connection, image: Image) -> None:
    """Remember a new image."""
    tx.execute(
        insert(schema.image).values(
            id=image.id,
            name=image.name,
            sha256=image.sha256,
            size_bytes=image.size_bytes,
            created_at=image.created_at,
            created_by=image.created_by,
        )
    )


def add_clip(tx: Connection, clip: Clip, waveform: bytes) -> None:
    """Remember a new clip."""
    tx.execute(
        insert(schema.clip).values(
            id=clip.id,
            name=clip.name,
            sha256=clip.sha256,
            size_bytes=clip.size_bytes,
            duration_ms=clip.duration_ms,
            kind=clip.kind.value,
            loudness_lufs=clip.loudness_lufs,
            true_peak_dbtp=clip.true_peak_dbtp,
            waveform=waveform,
            created_at=clip.created_at,
            created_by=clip.created_by,
        )
    )


def add_playlist(tx: Connection, playlist: Playlist) -> None:
    """Remember a new playlist."""
    tx.execute(
        insert(schema.playlist).values(
            id=playlist.id,
            name=playlist.name,
            clips=[asdict(item) for item in playlist.items],
            gap_s=playlist.gap_s,
            chime=playlist.chime,
            bed=None if playlist.bed is None else asdict(playlist.bed),
            created_at=playlist.created_at,
            created_by=playlist.created_by,
        )
    )


def message(tx: Connection, name: str) -> Message | None:
    """Return a message."""
    return _one(tx, schema.message, name, _to_message)


def messages(tx: Connection, cursor: Cursor | None, limit: int) -> list[Message]:
    """Return the newest messages before the cursor."""
    return _page(tx, schema.message, cursor, limit, _to_message)


def image(tx: Connection, name: str) -> Image | None:
    """Return an image."""
    return _one(tx, schema.image, name, _to_image)


def images(tx: Connection, cursor: Cursor | None, limit: int) -> list[Image]:
    """Return the newest images before the cursor."""
    return _page(tx, schema.image, cursor, limit, _to_image)


def clip(tx: Connection, name: str) -> Clip | None:
    """Return a clip."""
    return _one(tx, schema.clip, name, _to_clip)


def clips(tx: Connection, cursor: Cursor | None, limit: int) -> list[Clip]:
    """Return the newest clips before the cursor."""
    return _page(tx, schema.clip, cursor, limit, _to_clip)


def waveform(tx: Connection, name: str) -> bytes | None:
    """Return a clip's waveform; None for clips from before it was drawn."""
    table = schema.clip
    return tx.scalar(select(table.c.waveform).where(table.c.id == name))


def survey_clip(tx: Connection, name: str, survey: Survey) -> None:
    """Remember what was heard of a clip that came before it was measured."""
    table = schema.clip
    tx.execute(
        update(table)
        .where(table.c.id == name)
        .values(
            loudness_lufs=survey.loudness_lufs,
            true_peak_dbtp=survey.true_peak_dbtp,
            waveform=survey.waveform,
        )
    )


def playlist(tx: Connection, name: str) -> Playlist | None:
    """Return a playlist."""
    return _one(tx, schema.playlist, name, _to_playlist)


def playlists(tx: Connection, cursor: Cursor | None, limit: int) -> list[Playlist]:
    """Return the newest playlists before the cursor."""
    return _page(tx, schema.playlist, cursor, limit, _to_playlist)


def add_asset(tx: Connection, asset: Asset) -> None:
    """Remember an asset; the same file twice is the same asset."""
    tx.execute(
        insert_or_ignore(schema.asset)
        .values(
            sha256=asset.sha256,
            kind=asset.kind.value,
            size_bytes=asset.size_bytes,
            duration_ms=asset.duration_ms,
            live=None if asset.live is None else asset.live.to_json(),
        )
        .on_conflict_do_nothing()
    )


def asset(tx: Connection, sha256: str) -> Asset | None:
    """Return an asset's facts."""
    table = schema.asset
    row = tx.execute(select(table).where(table.c.sha256 == sha256)).mappings().first()
    return None if row is None else to_asset(row)


def to_asset(row: RowMapping) -> Asset:
    """Read an asset from a row that has its columns."""
    if row["live"] is not None:
        return Asset.stream(Live.from_json(row["live"]))
    return Asset(row["sha256"], AssetKind(row["kind"]), row["size_bytes"], row["duration_ms"])


def _one(tx: Connection, table: Table, name: str, read: Callable[[RowMapping], T]) -> T | None:
    row = tx.execute(select(table).where(table.c.id == name)).mappings().first()
    return None if row is None else read(row)


def _page(
    tx: Connection,
    table: Table,
    cursor: Cursor | None,
    limit: int,
    read: Callable[[RowMapping], T],
) -> list[T]:
    query = newest_first(table, cursor, limit)
    return [read(row) for row in tx.execute(query).mappings()]


def _to_message(row: RowMapping) -> Message:
    return Message(**{**row, "align": Align(row["align"])})


def _to_image(row: RowMapping) -> Image:
    return Image(**row)


def _to_clip(row: RowMapping) -> Clip:
    fields = {name: row[name] for name in Clip.__dataclass_fields__}
    return Clip(**{**fields, "kind": SoundKind(row["kind"])})


def _to_playlist(row: RowMapping) -> Playlist:
    fields = {name: row[name] for name in Playlist.__dataclass_fields__ if name != "items"}
    bed = None if row["bed"] is None else PlaylistBed(**row["bed"])
    return Playlist(**{**fields, "items": tuple(map(_to_item, row["clips"])), "bed": bed})


def _to_item(told: str | dict[str, Any]) -> PlaylistItem:
    if isinstance(told, str):  # as written before items had more than a name
        return PlaylistItem(told)
    return PlaylistItem(**{**told, "kind": ContentKind(told["kind"])})
