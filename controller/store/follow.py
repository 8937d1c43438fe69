"""How far devices follow their plans; and what is meant for one but in no plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from controller.model import BroadcastState
from controller.store import schema
from controller.store.broadcasts import Booking, to_broadcast
from controller.store.contents import to_asset
from firmware_bridge.link.messages import State
from playlists.schedule.plan import Asset


@dataclass(frozen=True, slots=True)
class Follower:
    """A device, the plan it should have, what it said of plans, and of itself."""

    device: str
    desired_version: int
    """0 = there is no plan for it."""
    renew_at: datetime | None
    """When half of that plan's lease is gone."""
    heard_version: int
    """The newest version it said anything of."""
    confirmed_version: int
    stage: str | None
    """Of `heard_version`."""
    assets_ready: int
    assets_total: int
    reason: str | None
    state: State | None
    """None = it never reported."""


def followers(tx: Connection, devices: Iterable[str] | None = None) -> list[Follower]:
    """Return all devices, or those named, by id."""
    device, plan, heard, said = schema.device, schema.plan, schema.delivery, schema.device_state
    query = (
        select(
            device.c.id,
            plan.c.version.label("desired"),
            plan.c.renew_at,
            heard.c.version.label("heard"),
            heard.c.confirmed_version,
            heard.c.stage,
            heard.c.assets_ready,
            heard.c.assets_total,
            heard.c.reason,
            said.c.state,
        )
        .join(plan, plan.c.device == device.c.id, isouter=True)
        .join(heard, heard.c.device == device.c.id, isouter=True)
        .join(said, said.c.device == device.c.id, isouter=True)
        .order_by(device.c.id)
    )
    if devices is not None:
        query = query.where(device.c.id.in_(list(devices)))
    return [
        Follower(
            device=row.id,
            desired_version=row.desired or 0,
            renew_at=row.renew_at,
            heard_version=row.heard or 0,
            confirmed_version=row.confirmed_version or 0,
            stage=row.stage,
            assets_ready=row.assets_ready or 0,
            assets_total=row.assets_total or 0,
            reason=row.reason,
            state=None if row.state is None else State.decode(row.state),
        )
        for row in tx.execute(query)
    ]


def unplanned(tx: Connection, device: str, start: datetime, end: datetime) -> list[Booking]:
    """Return what is meant for a device between two instants, and is in no plan: whatever is
    not approved, drafts left out."""
    table, booked = schema.broadcast, schema.broadcast_device
    out = (BroadcastState.APPROVED.value, BroadcastState.DRAFT.value)
    query = (
        select(table, schema.asset)
        .join(booked, booked.c.broadcast == table.c.id)
        .join(schema.asset, schema.asset.c.sha256 == booked.c.asset)
        .where(
            booked.c.device == device,
            table.c.state.not_in(out),
            table.c.first_start < end,
            table.c.last_end > start,
        )
        .order_by(table.c.first_start, table.c.id)
    )
    rows = tx.execute(query).mappings()
    return [Booking(to_broadcast(row, (device,)), to_asset(row)) for row in rows]


def assets_of(tx: Connection, broadcast: str) -> dict[str, Asset]:
    """Return the file of a broadcast for each of its devices."""
    booked, asset = schema.broadcast_device, schema.asset
    query = select(booked.c.device, asset).join(asset, asset.c.sha256 == booked.c.asset)
    rows = tx.execute(query.where(booked.c.broadcast == broadcast)).mappings()
    return {row["device"]: to_asset(row) for row in rows}
