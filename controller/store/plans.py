"""Rows of plans, the outbox, and how far each device got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.model import Delivery
from controller.store import schema
from firmware_bridge.link.messages import Ack, Stage
from firmware_bridge.link.topics import Channel

_plan, _outbox, _delivery = schema.plan, schema.outbox, schema.delivery


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """The current plan of one device."""

    device: str
    version: int
    sha256: str
    """Of the payload, as devices acknowledge it."""
    fingerprint: str
    """Of what matters in it: two plans that differ in version and lease only have the same."""
    payload: bytes
    envelope: bytes
    renew_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a device's current plan still stands."""

    fingerprint: str
    renew_at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A plan or a firmware order that the broker has not been told yet."""

    id: int
    device: str
    envelope: bytes
    channel: Channel = Channel.PLAN


def current(tx: Connection, device: str) -> StoredPlan | None:
    """Return a device's current plan."""
    row = tx.execute(select(_plan).where(_plan.c.device == device)).mappings().first()
    return None if row is None else StoredPlan(**row)


def standing(tx: Connection, devices: Iterable[str]) -> dict[str, Standing]:
    """Return what is known of the current plans of these devices, without reading the plans."""
    columns = _plan.c.device, _plan.c.fingerprint, _plan.c.renew_at
    query = select(*columns).where(_plan.c.device.in_(list(devices)))
    return {row.device: Standing(row.fingerprint, row.renew_at) for row in tx.execute(query)}


def put(tx: Connection, plans: Sequence[StoredPlan]) -> None:
    """Make plans the current ones and put them into the outbox, in the caller's transaction."""
    if not plans:
        return
    rows = [{name: getattr(plan, name) for name in StoredPlan.__slots__} for plan in plans]
    statement = upsert(_plan)
    changes = {name: statement.excluded[name] for name in StoredPlan.__slots__ if name != "device"}
    tx.execute(statement.on_conflict_do_update(index_elements=["device"], set_=changes), rows)
    tx.execute(delete(_outbox).where(_outbox.c.device.in_([plan.device for plan in plans])))
    queued = [{"device": plan.device, "version": plan.version} for plan in plans]
    tx.execute(insert(_outbox), queued)


def outgoing(tx: Connection, limit: int | None = None) -> list[Outgoing]:
    """Return what waits to be published, oldest first, at most `limit`."""
    query = (
        select(_outbox.c.id, _outbox.c.device, _plan.c.envelope)
        .join(_plan, _plan.c.device == _outbox.c.device)
        .order_by(_outbox.c.id)
        .limit(limit)
    )
    return [Outgoing(**row) for row in tx.execute(query).mappings()]


def sent(tx: Connection, outbox_ids: Iterable[int]) -> None:
    """Take published plans out of the outbox."""
    tx.execute(delete(_outbox).where(_outbox.c.id.in_(list(outbox_ids))))


def queue_all(tx: Connection) -> None:
    """Put every device's current plan into the outbox: the broker may have lost them."""
    _queue(tx)


def queue_unless_held(tx: Connection, device: str, held_sha256: str) -> None:
    """Put a device's current plan into the outbox if it says that it holds another, or none."""
    _queue(tx, _plan.c.device == device, _plan.c.sha256 != held_sha256)


def _queue(tx: Connection, *which: ColumnElement[bool]) -> None:
    waiting = select(_outbox.c.device)
    rows = select(_plan.c.device, _plan.c.version).where(_plan.c.device.not_in(waiting), *which)
    tx.execute(insert(_outbox).from_select(["device", "version"], rows))


def due(tx: Connection, at: datetime) -> list[str]:
    """Return the devices whose plan must be looked at again."""
    query = select(_plan.c.device).where(_plan.c.renew_at <= at).order_by(_plan.c.device)
    return list(tx.scalars(query))


def next_due(tx: Connection) -> datetime | None:
    """Return when the next plan must be looked at again."""
    earliest: datetime | None = tx.scalar(select(func.min(_plan.c.renew_at)))
    return earliest


def acknowledge(tx: Connection, device: str, ack: Ack) -> bool:
    """Remember an acknowledgement; return False when it is older than what is known."""
    row = tx.execute(select(_delivery).where(_delivery.c.device == device)).mappings().first()
    confirmed = 0 if row is None else row["confirmed_version"]
    if row is not None and ack.stage is not Stage.REJECTED and ack.version < row["version"]:
        return False
    if ack.stage is Stage.ACTIVE:
        confirmed = max(confirmed, ack.version)
    fields = {
        "version": ack.version,
        "stage": ack.stage.value,
        "confirmed_version": confirmed,
        "assets_ready": ack.assets_ready,
        "assets_total": ack.assets_total,
        "reason": ack.reason,
    }
    if ack.stage is Stage.REJECTED and row is not None:
        # What was refused says nothing about the plan that the device goes on with.
        return True
    statement = upsert(_delivery).values(device=device, **fields)
    tx.execute(statement.on_conflict_do_update(index_elements=["device"], set_=fields))
    return True


def delivery(tx: Connection, device: str) -> Delivery:
    """Return what is wanted of a device against what it confirmed."""
    plan = current(tx, device)
    row = tx.execute(select(_delivery).where(_delivery.c.device == device)).mappings().first()
    version = 0 if plan is None else plan.version
    heard = row is not None and row["version"] == version
    return Delivery(
        desired_version=version,
        desired_sha256="" if plan is None else plan.sha256,
        stage=row["stage"] if row is not None and heard else None,
        confirmed_version=0 if row is None else row["confirmed_version"],
        assets_ready=row["assets_ready"] if row is not None and heard else 0,
        assets_total=row["assets_total"] if row is not None and heard else 0,
        reason=row["reason"] if row is not None and heard else None,
    )
