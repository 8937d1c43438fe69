"""Rows of broadcasts: what was asked, for which devices, with which asset each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from controller.errors import Conflict
from controller.model import (
    Broadcast,
    BroadcastDraft,
    BroadcastState,
    ContentKind,
)
from controller.store import schema
from controller.store.contents import to_asset
from controller.store.pages import Cursor, newest_first
from playlists.schedule import draft as rule_draft
from playlists.schedule.plan import Asset, BroadcastClass, OnInterrupt

_broadcast, _device = schema.broadcast, schema.broadcast_device


@dataclass(frozen=True, slots=True)
class Booking:
    """One broadcast on one device, with what is shown or played there."""

    broadcast: Broadcast
    asset: Asset


def add(
    tx: Connection,
    broadcast: Broadcast,
    *,
    assets: Mapping[str, Asset],
    last_end: datetime,
    idempotency_key: str | None,
) -> None:
    """Remember a broadcast and the asset each of its devices needs.

    Conflict when its idempotency key was used by another request at the same moment.
    """
    statement = insert(_broadcast).values(
        id=broadcast.id,
        draft=_draft_to_json(broadcast.draft),
        state=broadcast.state.value,
        content_sha256=broadcast.content_sha256,
        first_start=broadcast.first_start,
        last_end=last_end,
        created_at=broadcast.created_at,
        created_by=broadcast.created_by,
        approved_by=broadcast.approved_by,
        idempotency_key=idempotency_key,
    )
    try:
        tx.execute(statement)
    except IntegrityError as exc:
        raise Conflict("that key was just used", reason="key-in-use") from exc
    rows = [
        {"broadcast": broadcast.id, "device": device, "asset": asset.sha256}
        for device, asset in assets.items()
    ]
    tx.execute(insert(_device), rows)


def set_state(tx: Connection, broadcast: Broadcast) -> None:
    """Remember the state of a broadcast, and who brought it there."""
    tx.execute(
        update(_broadcast)
        .where(_broadcast.c.id == broadcast.id)
        .values(
            state=broadcast.state.value,
            approved_by=broadcast.approved_by,
            cancelled_by=broadcast.cancelled_by,
        )
    )


def shorten(tx: Connection, broadcast: Broadcast, last_end: datetime) -> None:
    """Remember that a broadcast ends earlier than was planned."""
    tx.execute(
        update(_broadcast)
        .where(_broadcast.c.id == broadcast.id)
        .values(draft=_draft_to_json(broadcast.draft), last_end=last_end)
    )


def find(tx: Connection, name: str) -> Broadcast | None:
    """Return a broadcast."""
    return _first(tx, _broadcast.c.id == name)


def find_by_key(tx: Connection, idempotency_key: str) -> Broadcast | None:
    """Return the broadcast that was created with this idempotency key."""
    return _first(tx, _broadcast.c.idempotency_key == idempotency_key)


def listed(tx: Connection, cursor: Cursor | None, limit: int) -> list[Broadcast]:
    """Return the newest broadcasts before the cursor."""
    query = newest_first(_broadcast, cursor, limit)
    return _with_devices(tx, tx.execute(query).mappings().all())


def booked(
    tx: Connection, device: str, after: datetime, *, besides: str | None = None
) -> list[Booking]:
    """Return the approved broadcasts of a device that end after an instant, and one `besides`."""
    approved = _broadcast.c.state == BroadcastState.APPROVED.value
    query = (
        select(_broadcast, schema.asset)
        .join(_device, _device.c.broadcast == _broadcast.c.id)
        .join(schema.asset, schema.asset.c.sha256 == _device.c.asset)
        .where(
            _device.c.device == device,
            approved if besides is None else or_(approved, _broadcast.c.id == besides),
            _broadcast.c.last_end > after,
        )
        .order_by(_broadcast.c.first_start, _broadcast.c.id)
    )
    return [
        Booking(_to_broadcast(row, (device,)), to_asset(row))
        for row in tx.execute(query).mappings()
    ]


def naming_zone(tx: Connection, zone: str, after: datetime) -> str | None:
    """Return a broadcast that is not over at an instant, not cancelled, and names a zone."""
    query = select(_broadcast).where(
        _broadcast.c.state != BroadcastState.CANCELLED.value, _broadcast.c.last_end > after
    )
    found = (_to_broadcast(row, ()) for row in tx.execute(query).mappings())
    return next((one.id for one in found if zone in one.draft.zones_meant), None)


def zoned_on(tx: Connection, device: str, after: datetime) -> str | None:
    """Return a broadcast into zones that is not over at an instant, not cancelled, and for this
    device."""
    query = (
        select(_broadcast)
        .join(_device, _device.c.broadcast == _broadcast.c.id)
        .where(
            _device.c.device == device,
            _broadcast.c.state != BroadcastState.CANCELLED.value,
            _broadcast.c.last_end > after,
        )
    )
    found = (_to_broadcast(row, ()) for row in tx.execute(query).mappings())
    return next((one.id for one in found if one.draft.zones_meant), None)


def _first(tx: Connection, condition: ColumnElement[bool]) -> Broadcast | None:
    query = select(_broadcast).where(condition)
    found = _with_devices(tx, tx.execute(query).mappings().all())
    return found[0] if found else None


def _with_devices(tx: Connection, rows: Iterable[RowMapping]) -> list[Broadcast]:
    broadcasts = {row["id"]: _to_broadcast(row, ()) for row in rows}
    query = select(_device).where(_device.c.broadcast.in_(list(broadcasts)))
    devices: dict[str, list[str]] = {}
    for row in tx.execute(query.order_by(_device.c.device)).mappings():
        devices.setdefault(row["broadcast"], []).append(row["device"])
    return [replace(one, devices=tuple(devices[name])) for name, one in broadcasts.items()]


def _to_broadcast(row: RowMapping, devices: tuple[str, ...]) -> Broadcast:
    return Broadcast(
        id=row["id"],
        draft=_draft_from_json(row["draft"]),
        state=BroadcastState(row["state"]),
        content_sha256=row["content_sha256"],
        devices=devices,
        first_start=row["first_start"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        approved_by=row["approved_by"],
        cancelled_by=row["cancelled_by"],
    )


def _draft_to_json(draft: BroadcastDraft) -> dict[str, object]:
    return {
        "content_kind": draft.content_kind.value,
        "content_id": draft.content_id,
        "targets": list(draft.targets),
        "rule": rule_draft.to_json(draft.rule),
        "class": draft.broadcast_class.value,
        "priority": draft.priority,
        "on_interrupt": draft.on_interrupt.value,
        "zones": list(draft.zones),
    }


def _draft_from_json(fields: Mapping[str, Any]) -> BroadcastDraft:
    return BroadcastDraft(
        content_kind=ContentKind(fields["content_kind"]),
        content_id=str(fields["content_id"]),
        targets=tuple(fields["targets"]),
        rule=rule_draft.from_json(fields["rule"]),
        broadcast_class=BroadcastClass(fields["class"]),
        priority=fields["priority"],
        on_interrupt=OnInterrupt(fields["on_interrupt"]),
        zones=tuple(fields.get("zones", ())),
    )
