"""Rows of sounds: what came out of which recipe, and how loud it is."""

from dataclasses import asdict

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy.dialects.sqlite import insert as insert_or_replace

from controller.sound.measured import MeasuredSound
from controller.store import schema
from playlists.audio.sound import Codec


def add(tx: Connection, recipe: str, sound: MeasuredSound) -> None:
    """Remember what a recipe gave.

    It gives the same again, unless an encoder has been exchanged and a lost file is made anew: then
    the new one counts, for it is what will be heard.
    """
    told = {**asdict(sound), "codec": sound.codec.value}
    statement = insert_or_replace(schema.sound).values(recipe=recipe, **told)
    tx.execute(statement.on_conflict_do_update(index_elements=["recipe"], set_=told))


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
