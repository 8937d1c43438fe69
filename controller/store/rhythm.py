"""Rows of quotas: what is asked for, what counts, and which warnings stand."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)

from controller.model import BroadcastState, ContentKind
from controller.rhythm import Every, Item, Quota
from controller.store import schema
from controller.store.broadcasts import Booking, to_broadcast
from controller.store.contents import to_asset
from playlists.schedule.urgency import BroadcastClass

_quota, _warned = schema.quota, schema.quota_warned
_broadcast, _booked, _device = schema.broadcast, schema.broadcast_device, schema.device
_asrun = schema.asrun

Warned = tuple[str, str, datetime]
"""A quota, an area and a deadline."""


@dataclass(frozen=True, slots=True)
class Local:
    """A broadcast, and the areas it is for."""

    areas: list[str]
    booking: Booking


def add(tx: Connection, quota: Quota) -> None:
    """Remember a new quota."""
    values = asdict(quota)
    warn_ahead_s = quota.warn_ahead // timedelta(seconds=1)
    del values["warn_ahead"]
    tx.execute(insert(_quota).values(**values, warn_ahead_s=warn_ahead_s))


def quotas(tx: Connection) -> list[Quota]:
    """Return every quota, also those that ended, by age."""
    query = select(_quota).order_by(_quota.c.created_at, _quota.c.id)
    return [_to_quota(row) for row in tx.execute(query).mappings()]


def end(tx: Connection, name: str, at: datetime) -> None:
    """Remember that a quota holds no longer."""
    tx.execute(update(_quota).where(_quota.c.id == name).values(ended_at=at))


def booked(
    tx: Connection, quota: Quota, areas: Iterable[str], after: datetime, before: datetime
) -> list[Local]:
    """Return what is approved and counts, with the areas it is for, and one of its assets."""
    approved = (
        *_counts(quota),
        _broadcast.c.state == BroadcastState.APPROVED.value,
        _broadcast.c.last_end > after,
        _broadcast.c.first_start < before,
    )
    pairs = (
        select(_broadcast.c.id, _device.c.area, func.min(_booked.c.asset).label("asset"))
        .join(_booked, _booked.c.broadcast == _broadcast.c.id)
        .join(_device, _device.c.id == _booked.c.device)
        .where(*approved, _device.c.area.in_(list(areas)))
        .group_by(_broadcast.c.id, _device.c.area)
    )
    found: dict[str, list[str]] = {}
    assets: dict[str, str] = {}
    for row in tx.execute(pairs):
        found.setdefault(row.id, []).append(row.area)
        assets[row.id] = row.asset
    known = {row["sha256"]: to_asset(row) for row in tx.execute(_used(assets.values())).mappings()}
    query = select(_broadcast).where(*approved)
    return [
        Local(found[row["id"]], Booking(to_broadcast(row, ()), known[assets[row["id"]]]))
        for row in tx.execute(query).mappings()
        if row["id"] in found
    ]


def _used(assets: Iterable[str]) -> Select[tuple[object, ...]]:
    return select(schema.asset).where(schema.asset.c.sha256.in_(set(assets)))


def begun(
    tx: Connection, quota: Quota, areas: Iterable[str], after: datetime, before: datetime
) -> list[tuple[str, Item]]:
    """Return what was due from one instant to before another, counts, and was on, with its area."""
    began = func.min(_asrun.c.started_at, type_=schema.Instant).label("began")
    key = _device.c.area, _asrun.c.broadcast, _asrun.c.planned_at
    query = (
        select(*key, began)
        .join(_device, _device.c.id == _asrun.c.device)
        .join(_broadcast, _broadcast.c.id == _asrun.c.broadcast)
        .where(
            *_counts(quota),
            _device.c.area.in_(list(areas)),
            _asrun.c.planned_at >= after,
            _asrun.c.planned_at < before,
            _asrun.c.started_at.is_not(None),
        )
        .group_by(*key)
    )
    return [
        (row.area, Item(row.broadcast, row.planned_at, row.planned_at, row.began))
        for row in tx.execute(query)
    ]


def warned(tx: Connection) -> set[Warned]:
    """Return of what people were told that something is missing, as long as it is."""
    return {(row.quota, row.area, row.deadline) for row in tx.execute(select(_warned))}


def set_warned(tx: Connection, now_missing: Iterable[Warned]) -> None:
    """Remember of what people were told."""
    tx.execute(delete(_warned))
    names = "quota", "area", "deadline"
    rows = [dict(zip(names, one, strict=True)) for one in sorted(now_missing)]
    if rows:
        tx.execute(insert(_warned), rows)


def _counts(quota: Quota) -> list[ColumnElement[bool]]:
    """Say which broadcasts count: emergencies never do."""
    draft = _broadcast.c.draft
    wanted = [draft["class"].as_string() != BroadcastClass.EMERGENCY.value]
    if quota.campaign:
        wanted.append(draft["campaign"].as_string() == quota.campaign)
    if quota.kind is not None:
        wanted.append(draft["content_kind"].as_string() == quota.kind.value)
    return wanted


def _to_quota(row: RowMapping) -> Quota:
    fields = dict(row)
    kind = fields.pop("kind")
    return Quota(
        kind=None if kind is None else ContentKind(kind),
        every=Every(fields.pop("every")),
        warn_ahead=timedelta(seconds=fields.pop("warn_ahead_s")),
        **fields,
    )
