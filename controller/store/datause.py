"""Rows of what devices were seen to send and fetch, per day; and of the data an area allows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from controller.datause import Kind, Traffic
from controller.store import fitting, schema
from playlists.schedule.asset import AssetKind

_use, _allowance = schema.data_use, schema.data_allowance


@dataclass(frozen=True, slots=True)
class Key:
    """One row: what one device did on one day of its own calendar."""

    device: str
    day: date
    kind: Kind
    file: str = ""
    """SHA-256 of what was fetched; empty for messages."""


def add(tx: Connection, counts: Mapping[Key, Traffic]) -> None:
    """Add to the rows. A count may be negative: less came than was counted in that row before."""
    if not counts:
        return
    statement = upsert(_use)
    sums = {name: _use.c[name] + statement.excluded[name] for name in ("payload_bytes", "items")}
    rows = [
        {
            "device": key.device,
            "day": key.day,
            "kind": key.kind.value,
            "file": key.file,
            "payload_bytes": traffic.payload_bytes,
            "items": traffic.items,
        }
        for key, traffic in counts.items()
    ]
    keys = ["device", "day", "kind", "file"]
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=sums), rows)


def by_day(tx: Connection, device: str, first: date, last: date) -> dict[date, dict[Kind, Traffic]]:
    """Return what was counted from a day to a day, both included."""
    query = (
        select(_use.c.day, _use.c.kind, func.sum(_use.c.payload_bytes), func.sum(_use.c["items"]))
        .where(_use.c.device == device, _use.c.day >= first, _use.c.day <= last)
        .group_by(_use.c.day, _use.c.kind)
    )
    found: dict[date, dict[Kind, Traffic]] = defaultdict(dict)
    for day, kind, payload_bytes, items in tx.execute(query):
        found[day][Kind(kind)] = Traffic(payload_bytes, items)
    return found


def first_days(tx: Connection) -> dict[str, date]:
    """Return the first day on which anything of a device was counted."""
    query = select(_use.c.device, func.min(_use.c.day)).group_by(_use.c.device)
    found: dict[str, date] = dict(tx.execute(query).all())
    return found


def files(tx: Connection, device: str) -> dict[tuple[str, Kind], dict[date, Traffic]]:
    """Return what was fetched, by SHA-256 and kind, on each day."""
    query = select(_use).where(_use.c.device == device, _use.c.file != "").order_by(_use.c.day)
    found: dict[tuple[str, Kind], dict[date, Traffic]] = defaultdict(dict)
    for row in tx.execute(query).mappings():
        traffic = Traffic(row["payload_bytes"], row["items"])
        found[row["file"], Kind(row["kind"])][row["day"]] = traffic
    return found


def kind_of(tx: Connection, sha256: str) -> Kind:
    """Return what a file is: a scene, a sound, or else firmware."""
    table = schema.asset
    kind = tx.scalar(select(table.c.kind).where(table.c.sha256 == sha256))
    return Kind.FIRMWARE if kind is None else Kind(kind)


def streamed(
    tx: Connection, device: str, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when a loudspeaker played streams, as far as that lies between two instants."""
    log, assets = schema.asrun, schema.asset
    query = (
        select(log.c.started_at, log.c.ended_at)
        .join(assets, assets.c.sha256 == log.c.asset)
        .where(
            log.c.device == device,
            assets.c.kind == AssetKind.LIVE.value,
            log.c.started_at < end,
            log.c.ended_at > start,
        )
    )
    return [(begun, ended) for begun, ended in tx.execute(query)]


def order_bytes(tx: Connection, device: str) -> int:
    """Return how long the firmware order is that the broker keeps for a device; 0 = none."""
    table = fitting.firmware_order
    order = tx.scalar(select(table.c.envelope).where(table.c.device == device))
    return 0 if order is None else len(order)


def forget(tx: Connection, before: date) -> None:
    """Drop what was counted before a day."""
    tx.execute(delete(_use).where(_use.c.day < before))


def allowances(tx: Connection) -> dict[str, int]:
    """Return how many megabytes a month the devices of an area have each, by area."""
    found: dict[str, int] = dict(tx.execute(select(_allowance)).all())
    return found


def set_allowance(tx: Connection, area: str, mb_per_month: int | None) -> None:
    """Remember an area's own allowance; None = the inherited one holds."""
    if mb_per_month is None:
        tx.execute(delete(_allowance).where(_allowance.c.area == area))
        return
    fields = {"mb_per_month": mb_per_month}
    statement = upsert(_allowance).values(area=area, **fields)
    tx.execute(statement.on_conflict_do_update(index_elements=["area"], set_=fields))
