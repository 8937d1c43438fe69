"""Rows of the feeds for citizens: which areas have one, and what was announced there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.emergency.alert import Status
from controller.emergency.model import Mode
from controller.model import Broadcast
from controller.store import alarms, schema
from controller.store.broadcasts import to_broadcast

_switch, _broadcast, _asrun = schema.area_feed, schema.broadcast, schema.asrun
_booked, _device = schema.broadcast_device, schema.device


@dataclass(frozen=True, slots=True)
class Announced:
    """A broadcast that was on at least once."""

    broadcast: Broadcast
    first_at: datetime
    """When the first report of it says that it began."""


def switches(tx: Connection) -> dict[str, bool]:
    """Return which areas say for themselves whether they have a feed."""
    found: dict[str, bool] = dict(tx.execute(select(_switch)).all())
    return found


def set_switch(tx: Connection, area: str, on: bool | None) -> None:  # noqa: FBT001 -- a value that is kept
    """Remember an area's own word; None = that of the area above holds."""
    if on is None:
        tx.execute(delete(_switch).where(_switch.c.area == area))
        return
    statement = upsert(_switch).values(area=area, on=on)
    tx.execute(statement.on_conflict_do_update(index_elements=["area"], set_={"on": on}))


def announced(
    tx: Connection, areas: Iterable[str], since: datetime, now: datetime, limit: int
) -> list[Announced]:
    """Return approved broadcasts that were on in areas, and end after `since`, the newest first.

    Of so many that began last; those nobody heard yet are left out.
    """
    here = select(_device.c.id).where(_device.c.area.in_(list(areas)))
    first = (
        select(_asrun.c.started_at)
        .where(
            _asrun.c.broadcast == _broadcast.c.id,
            _asrun.c.started_at.is_not(None),
            _asrun.c.device.in_(here),
        )
        .order_by(_asrun.c.id)
        .limit(1)
        .scalar_subquery()
        .label("first_at")
    )
    booked = select(_booked.c.broadcast).where(_booked.c.device.in_(here))
    query = (
        select(_broadcast, first)
        .where(
            _broadcast.c.id.in_(booked),
            _broadcast.c.approved_by.is_not(None),
            _broadcast.c.last_end > since,
            _broadcast.c.first_start <= now,
        )
        .order_by(_broadcast.c.first_start.desc(), _broadcast.c.id)
        .limit(limit)
    )
    rehearsals = rehearsed(tx)
    found = [
        Announced(to_broadcast(row, ()), row["first_at"])
        for row in tx.execute(query).mappings()
        if row["first_at"] is not None and row["id"] not in rehearsals
    ]
    return sorted(found, key=lambda one: (one.first_at, one.broadcast.id), reverse=True)


def areas_of(tx: Connection, broadcast: str, areas: Iterable[str]) -> list[str]:
    """Return in which of some areas a broadcast was on, by name."""
    heard = select(_asrun.c.id).where(
        _asrun.c.broadcast == broadcast,
        _asrun.c.device == _device.c.id,
        _asrun.c.started_at.is_not(None),
    )
    table = schema.area
    query = (
        select(table.c.name)
        .join(_device, _device.c.area == table.c.id)
        .join(_booked, _booked.c.device == _device.c.id)
        .where(_booked.c.broadcast == broadcast, table.c.id.in_(list(areas)), heard.exists())
        .distinct()
        .order_by(table.c.name)
    )
    return list(tx.scalars(query))


def rehearsed(tx: Connection) -> set[str]:
    """Return the broadcasts of drills and of others' exercises: nothing for citizens to read."""
    table = alarms.emergency
    columns = table.c.broadcasts, table.c.clear_broadcasts
    drills = tx.execute(select(*columns).where(table.c.mode == Mode.DRILL.value)).all()
    airing, alert = alarms.cap_airing, alarms.cap_message
    query = (
        select(airing.c.broadcasts)
        .join(alert, alert.c.id == airing.c.message)
        .where(alert.c.status != Status.ACTUAL.value)
    )
    exercises = tx.execute(query).all()
    return {name for row in (*drills, *exercises) for names in row for name in names}
