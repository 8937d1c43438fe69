"""Rows of sounds: what came out of which recipe, and how loud it is."""

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore

from controller.model import MeasuredSound
from controller.store import schema
from playlists.audio.sound import Codec


def add(tx: Connection, recipe: str, sound: MeasuredSound) -> None:
    """Remember what a recipe gave; the same recipe gives the same."""
    tx.execute(
        insert_or_ignore(schema.sound)
        .values(
            recipe=recipe,
            sha256=sound.sha256,
            codec=sound.codec.value,
            size_bytes=sound.size_bytes,
            duration_ms=sound.duration_ms,
            target_lufs=sound.target_lufs,
            loudness_lufs=sound.loudness_lufs,
            true_peak_dbtp=sound.true_peak_dbtp,
        )
        .on_conflict_do_nothing()
    )


def made(tx: Connection, recipe: str) -> MeasuredSound | None:
    """Return what a recipe gave before."""
    table = schema.sound
    row = tx.execute(select(table).where(table.c.recipe == recipe)).mappings().first()
    return None if row is None else _to_sound(row)


def find(tx: Connection, sha256: str) -> MeasuredSound | None:
    """Return what was measured of an asset."""
    table = schema.sound
    row = tx.execute(select(table).where(table.c.sha256 == sha256)).mappings().first()
    return None if row is None else _to_sound(row)


def _to_sound(row: RowMapping) -> MeasuredSound:
    fields = {name: row[name] for name in MeasuredSound.__dataclass_fields__}
    return MeasuredSound(**{**fields, "codec": Codec(row["codec"])})
