"""Rows of orders: which broadcast comes first of equals, as places gave it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from controller.store import schema

_order = schema.area_order


def of(tx: Connection, area: str) -> list[str]:
    """Return the order of an area, the first broadcast first; empty when it gave none."""
    query = select(_order.c.broadcast).where(_order.c.area == area).order_by(_order.c.place)
    return list(tx.scalars(query))


def put(tx: Connection, area: str, names: Sequence[str]) -> None:
    """Remember the order of an area instead of what it gave before."""
    tx.execute(delete(_order).where(_order.c.area == area))
    if names:
        rows = [
            {"area": area, "broadcast": name, "place": place} for place, name in enumerate(names)
        ]
        tx.execute(insert(_order), rows)


def ranks(tx: Connection) -> Mapping[str, Mapping[str, int]]:
    """Return, for each area that gave an order, the rank of each broadcast: the higher wins, and 1
    is the last of the order."""
    listed: dict[str, list[str]] = {}
    for row in tx.execute(select(_order).order_by(_order.c.area, _order.c.place)):
        listed.setdefault(row.area, []).append(row.broadcast)
    return {
        area: {name: rank for rank, name in enumerate(reversed(names), start=1)}
        for area, names in listed.items()
    }
