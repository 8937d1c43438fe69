"""Rows of what was taken off devices that may have held it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.store import schema

_withdrawn, _device = schema.withdrawn, schema.broadcast_device


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A broadcast that was in the plans of a device, and is not any more."""

    device: str
    broadcast: str
    since_version: int
    """Of the first plan with it."""
    gone_version: int
    """Of the first plan that could be without it."""
    renew_at: datetime
    """When half of the lease of the last plan with it was to be gone."""
    last_end: datetime
    """Of the broadcast, as it was then."""


def note(tx: Connection, broadcast: str) -> None:
    """Remember which devices may hold a broadcast; call it before it is taken from their plans."""
    table, plan = schema.broadcast, schema.plan
    query = (
        select(
            _device.c.broadcast,
            _device.c.device,
            _device.c.planned_version,
            plan.c.version + 1,
            plan.c.renew_at,
            table.c.last_end,
        )
        .join(plan, plan.c.device == _device.c.device)
        .join(table, table.c.id == _device.c.broadcast)
        .where(_device.c.broadcast == broadcast, _device.c.planned_version.is_not(None))
    )
    columns = ["broadcast", "device", "since_version", "gone_version", "renew_at", "last_end"]
    statement = upsert(_withdrawn).from_select(columns, query)
    changes = {name: statement.excluded[name] for name in columns[2:]}
    tx.execute(
        statement.on_conflict_do_update(index_elements=["broadcast", "device"], set_=changes)
    )


def of(tx: Connection, broadcast: str) -> list[Withdrawn]:
    """Return the devices that may have held a broadcast when it was last taken from them."""
    query = select(_withdrawn).where(_withdrawn.c.broadcast == broadcast)
    rows = tx.execute(query.order_by(_withdrawn.c.device)).mappings()
    return [Withdrawn(**row) for row in rows]
