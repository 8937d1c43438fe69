"""Rows of trucks' zones."""

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from controller.model import TruckZone
from controller.store import schema
from playlists.schedule.zones import Zone

_zone = schema.zone


def entries(tx: Connection) -> list[TruckZone]:
    """Return every zone, by id."""
    return [_to_entry(row) for row in tx.execute(select(_zone).order_by(_zone.c.id)).mappings()]


def find(tx: Connection, name: str) -> TruckZone | None:
    """Return one zone."""
    row = tx.execute(select(_zone).where(_zone.c.id == name)).mappings().first()
    return None if row is None else _to_entry(row)


def add(tx: Connection, entry: TruckZone) -> None:
    """Remember a new zone."""
    fields = {"created_at": entry.created_at, "created_by": entry.created_by}
    tx.execute(insert(_zone).values(**_shape(entry), **fields))


def change(tx: Connection, entry: TruckZone) -> None:
    """Remember another name, shape, cap or silence of a zone."""
    tx.execute(update(_zone).where(_zone.c.id == entry.zone.id).values(**_shape(entry)))


def remove(tx: Connection, name: str) -> None:
    """Forget a zone."""
    tx.execute(delete(_zone).where(_zone.c.id == name))


def _shape(entry: TruckZone) -> dict[str, object]:
    return {"name": entry.name, **entry.zone.to_json()}


def _to_entry(row: RowMapping) -> TruckZone:
    zone = Zone.from_json({name: row[name] for name in ("id", "polygon", "cap_db", "quiet")})
    return TruckZone(row["name"], zone, row["created_at"], row["created_by"])
