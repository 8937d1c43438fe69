"""Rows of what was planned: an occurrence is written down when its time has come, as the plan had
it then. No later change of a broadcast touches them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.airing import Planned, Ran
from controller.store import places, plans, schema
from firmware_bridge.link.messages import EndReason
from playlists.schedule import plan
from playlists.schedule.plan import AssetKind, Item, Plan
from playlists.schedule.rules import MAX_DURATION_S

LONGEST: Final = timedelta(seconds=MAX_DURATION_S)
"""No occurrence lasts longer, so none that reaches into a period began earlier before it."""

_planned, _noted, _asrun = schema.planned, schema.noted, schema.asrun
_OF_A_ROW: Final = ("device", "start", "broadcast")


def note(tx: Connection, devices: Iterable[str], now: datetime) -> None:
    """Write down what began since this was last done, by the plans that hold until now.

    Call it before other plans are put in their place.
    """
    query = select(_noted).where(_noted.c.device.in_(list(devices)), _noted.c.next_start <= now)
    marks, rows = [], []
    for mark in tx.execute(query).mappings().all():
        device = mark["device"]
        held = plans.current(tx, device)
        items = () if held is None else plan.decode(held.payload).items
        begun = [item for item in items if mark["until"] < item.start <= now]
        rows += [_row(device, item, item.start) for item in begun if not item.zones]
        marks.append(_mark(device, items, now))
    if rows:
        tx.execute(upsert(_planned).on_conflict_do_nothing(), rows)
    _set_marks(tx, marks)


def expect(tx: Connection, fresh: Iterable[Plan], now: datetime) -> None:
    """Take new plans: what has begun in the past is due from now on, and ends as they say."""
    marks, rows = [], []
    for one in fresh:
        rows += [_row(one.device, item, now) for item in one.items if _is_on(item, now)]
        marks.append(_mark(one.device, one.items, now))
    if rows:
        statement = upsert(_planned)
        changes = {name: statement.excluded[name] for name in ("end", "length_ms")}
        tx.execute(statement.on_conflict_do_update(index_elements=_OF_A_ROW, set_=changes), rows)
    _set_marks(tx, marks)


def due(tx: Connection, now: datetime, limit: int) -> list[str]:
    """Return devices on which something began that is not written down."""
    query = select(_noted.c.device).where(_noted.c.next_start <= now).limit(limit)
    return list(tx.scalars(query))


def planned(tx: Connection, device: str, start: datetime, end: datetime) -> list[Planned]:
    """Return what was to be on between two instants, by start; more of it may have begun before."""
    query = (
        select(_planned)
        .where(
            _planned.c.device == device,
            _planned.c.start >= start - LONGEST,
            _planned.c.start < end,
            _planned.c.end > start,
            _planned.c.end > _planned.c.due_at,
        )
        .order_by(_planned.c.start, _planned.c.broadcast)
    )
    return [
        Planned(
            device=row["device"],
            broadcast=row["broadcast"],
            start=row["start"],
            due_at=row["due_at"],
            end=row["end"],
            length=None if row["length_ms"] is None else timedelta(milliseconds=row["length_ms"]),
        )
        for row in tx.execute(query).mappings()
    ]


def ran(tx: Connection, device: str, start: datetime, end: datetime) -> list[Ran]:
    """Return what a device says of what was planned before `end` and ended after `start`."""
    query = (
        select(_asrun)
        .where(
            _asrun.c.device == device,
            _asrun.c.planned_at >= start - LONGEST,
            _asrun.c.planned_at < end,
            _asrun.c.ended_at > start,
        )
        .order_by(_asrun.c.seq)
    )
    return [
        Ran(
            broadcast=row["broadcast"],
            occurrence=row["occurrence"],
            planned_at=row["planned_at"],
            started_at=row["started_at"],
            ended_at=row["ended_at"],
            end_reason=EndReason(row["end_reason"]),
        )
        for row in tx.execute(query).mappings()
    ]


def heard_until(tx: Connection, device: str) -> datetime | None:
    """Return the end of the last entry up to which a device's log has no gap."""
    stored = places.asrun_stored(tx, device)
    query = select(_asrun.c.ended_at).where(_asrun.c.device == device, _asrun.c.seq == stored)
    ended: datetime | None = tx.scalar(query)
    return ended


def campaigns(tx: Connection) -> dict[str, str]:
    """Return which campaign a broadcast is counted under, for those that are under any."""
    table = schema.broadcast
    named = table.c.draft["campaign"].as_string()
    query = select(table.c.id, named).where(named.is_not(None), named != "")
    found: dict[str, str] = dict(tx.execute(query).all())
    return found


def forget(tx: Connection, before: datetime) -> None:
    """Drop what began before an instant, device by device: their rows lie together."""
    for device in list(tx.scalars(select(_noted.c.device))):
        tx.execute(delete(_planned).where(_planned.c.device == device, _planned.c.start < before))


def _is_on(item: Item, now: datetime) -> bool:
    """Say whether a new plan's item is not over, or a stream, whose end may have moved."""
    over = item.end <= now and item.asset.kind is not AssetKind.LIVE
    return item.start <= now and not over and not item.zones


def _mark(device: str, items: Iterable[Item], now: datetime) -> dict[str, object]:
    """Return up to when a device is written down, and when something begins next."""
    later = min((item.start for item in items if item.start > now), default=None)
    return {"device": device, "until": now, "next_start": later}


def _set_marks(tx: Connection, marks: Sequence[Mapping[str, object]]) -> None:
    if marks:
        statement = upsert(_noted)
        changes = {name: statement.excluded[name] for name in ("until", "next_start")}
        statement = statement.on_conflict_do_update(index_elements=["device"], set_=changes)
        tx.execute(statement, marks)


def _row(device: str, item: Item, due_at: datetime) -> dict[str, object]:
    sound = item.asset.kind is AssetKind.SOUND
    return {
        "device": device,
        "start": item.start,
        "broadcast": item.broadcast,
        "due_at": max(item.start, due_at),
        "end": item.end,
        "length_ms": item.length // timedelta(milliseconds=1) if sound else None,
    }
