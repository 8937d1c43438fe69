"""Plans for tests, in few words."""

import hashlib
from datetime import UTC, datetime, timedelta

from playlists.schedule.plan import Asset, AssetKind, BroadcastClass, Item, OnInterrupt, Plan

T0 = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """An instant, counted from noon in Việt Nam."""
    return T0 + timedelta(seconds=seconds)


def asset(data: bytes, kind: AssetKind = AssetKind.SCENE, duration_ms: int = 4_000) -> Asset:
    return Asset(hashlib.sha256(data).hexdigest(), kind, len(data), duration_ms)


def item(name: str, what: Asset, start: float, end: float, **more) -> Item:
    return Item(
        occurrence=f"{name}@{start}",
        broadcast=name,
        asset=what,
        broadcast_class=more.get("urgency", BroadcastClass.NORMAL),
        priority=more.get("priority", 50),
        start=at(start),
        end=at(end),
        on_interrupt=more.get("on_interrupt", OnInterrupt.RESUME),
    )


def plan(*items: Item, version: int = 1, **more) -> Plan:
    return Plan(
        tenant="demo",
        device=more.get("device", "bang-1"),
        version=version,
        issued_at=at(more.get("issued", -60)),
        not_before=at(more.get("not_before", -60)),
        not_after=at(more.get("not_after", 86_400)),
        items=items,
        safe=more.get("safe"),
        hours=more.get("hours"),
        asrun_stored=more.get("asrun_stored", 0),
    )
