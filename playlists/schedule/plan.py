"""Plans: the list of occurrences for one device, valid as a lease.

The JSON form is what gets signed and what a gateway keeps on disk; its limits are named here so
that a crazy peer cannot fill a small machine.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from playlists.errors import BadBytes
from playlists.schedule import instant, policyjson
from playlists.schedule.asset import MAX_NAME_CHARS, Asset, AssetKind, name, whole
from playlists.schedule.passes import DEFAULT_RULES, PassRules
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.urgency import BroadcastClass
from playlists.schedule.zones import MAX_ZONES, Zone, zones_from_json

__all__ = [
    "MAX_ITEMS",
    "MAX_NAME_CHARS",
    "MAX_PINNED",
    "MAX_PLAN_BYTES",
    "Asset",
    "AssetKind",
    "BroadcastClass",
    "Item",
    "OnInterrupt",
    "Plan",
    "decode",
    "encode",
    "item_text",
]

PLAN_FORMAT: Final = 1
MAX_PLAN_BYTES: Final = 512 << 10
"""NATS and mosquitto both take 1 MiB by default; half of it leaves room for the envelope."""
MAX_ITEMS: Final = 2_000
MAX_PINNED: Final = 200
"""A hundred templates, each with its all clear."""


class OnInterrupt(StrEnum):
    """What happens to a sound that something stronger cuts off."""

    RESUME = "resume"
    RESTART = "restart"
    DROP = "drop"
    SKIP_IF_LATE = "skip_if_late"


@dataclass(frozen=True, slots=True)
class Item:
    """One occurrence on one device: on from `start` (inclusive) to `end` (exclusive)."""

    occurrence: str
    """Unique per device for ever; a sound with this name is played at most once."""
    broadcast: str
    asset: Asset
    broadcast_class: BroadcastClass
    priority: int
    """0 to 100, the higher wins."""
    start: datetime
    end: datetime
    on_interrupt: OnInterrupt = OnInterrupt.RESUME
    zones: tuple[str, ...] = ()
    """On a truck: not at `start`, but once per pass through each of these zones that begins
    before `end`; empty = everywhere, at `start`."""
    rank: int = 0
    """Its place in the order that people gave to equals in class and priority: the higher wins; 0 =
    they gave it none."""

    @property
    def length(self) -> timedelta:
        """Return how long it is heard when nothing comes between: to the end of its sound, or until
        the plan cuts it."""
        planned = self.end - self.start
        if self.asset.kind is AssetKind.LIVE:
            return planned
        return min(timedelta(milliseconds=self.asset.duration_ms), planned)

    @property
    def is_whole(self) -> bool:
        """Say whether the plan gives the sound its whole length; a stream has none."""
        if self.asset.kind is AssetKind.LIVE:
            return False
        return self.end - self.start >= timedelta(milliseconds=self.asset.duration_ms)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one device does from `not_before` to `not_after` (the lease)."""

    tenant: str
    device: str
    version: int
    """Monotonic per device, never reset; a device refuses any version below the one it holds."""
    issued_at: datetime
    not_before: datetime
    not_after: datetime
    items: tuple[Item, ...]
    safe: Asset | None = None
    """What a board shows when nothing is on, and after the lease ended; None = blank, silent."""
    hours: HoursPolicy | None = None
    """Allowed hours of the device's area; None = no limits. Only emergencies pass outside them."""
    asrun_stored: int = 0
    """Highest as-run sequence number the controller holds for this device."""
    zones: tuple[Zone, ...] = ()
    """A truck's: those that its items name, and those with a cap or silence."""
    pass_rules: PassRules = DEFAULT_RULES
    pinned: tuple[Asset, ...] = ()
    """What the device fetches and keeps though nothing of it is scheduled."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Return every file the plan needs, by SHA-256, each once, in order of first use."""
        items = sorted(self.items, key=_by_start)
        needed = {file.sha256: file for item in items for file in item.asset.files}
        if self.safe is not None:
            needed.setdefault(self.safe.sha256, self.safe)
        for asset in self.pinned:
            needed.setdefault(asset.sha256, asset)
        return needed


def _by_start(item: Item) -> tuple[datetime, str]:
    return item.start, item.occurrence


def encode(plan: Plan, items: Iterable[str] | None = None) -> bytes:
    """Return the plan as canonical JSON (sorted keys, no spaces, UTF-8).

    `items`: the text of each item, where many plans share them; None = spelled here.
    """
    texts = map(item_text, plan.items) if items is None else items
    document = {
        "format": PLAN_FORMAT,
        "tenant": plan.tenant,
        "device": plan.device,
        "version": plan.version,
        "issued_at": instant.to_text(plan.issued_at),
        "not_before": instant.to_text(plan.not_before),
        "not_after": instant.to_text(plan.not_after),
        "safe": None if plan.safe is None else plan.safe.to_json(),
        "hours": None if plan.hours is None else policyjson.to_json(plan.hours),
        "asrun_stored": plan.asrun_stored,
        **_zones_to_json(plan),
        **_pinned_to_json(plan),
    }
    members = {name: _canonical(value) for name, value in document.items()}
    members["items"] = f"[{','.join(texts)}]"
    body = ",".join(f'"{name}":{members[name]}' for name in sorted(members))
    data = f"{{{body}}}".encode()
    if len(data) > MAX_PLAN_BYTES or len(plan.items) > MAX_ITEMS:
        raise BadBytes("plan", f"{len(data)} bytes, {len(plan.items)} items")
    return data


def item_text(item: Item) -> str:
    """Return an item as it stands in a plan's canonical JSON."""
    return _canonical(_item_to_json(item))


_canonical: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False
).encode


def decode(data: bytes) -> Plan:
    """Read a plan from bytes of any origin; BadBytes for whatever is not exactly a plan."""
    if len(data) > MAX_PLAN_BYTES:
        raise BadBytes("plan", f"{len(data)} bytes")
    try:
        document = json.loads(data)
        return _plan_from_json(document)
    except BadBytes:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise BadBytes("plan", f"{type(exc).__name__}: {exc}"[:200]) from exc


def _plan_from_json(document: Mapping[str, Any]) -> Plan:
    if document["format"] != PLAN_FORMAT:
        raise BadBytes("plan", "unknown format")
    if len(document["items"]) > MAX_ITEMS:
        raise BadBytes("plan", f"{len(document['items'])} items")
    safe, hours = document["safe"], document["hours"]
    return Plan(
        tenant=name(document["tenant"]),
        device=name(document["device"]),
        version=whole(document["version"]),
        issued_at=instant.from_text(document["issued_at"]),
        not_before=instant.from_text(document["not_before"]),
        not_after=instant.from_text(document["not_after"]),
        items=tuple(_item_from_json(item) for item in document["items"]),
        safe=None if safe is None else Asset.from_json(safe),
        hours=None if hours is None else policyjson.from_json(hours),
        asrun_stored=whole(document["asrun_stored"]),
        zones=zones_from_json(document.get("zones", [])),
        pass_rules=PassRules.from_json(document["pass_rules"])
        if "pass_rules" in document
        else DEFAULT_RULES,
        pinned=_pinned_from_json(document.get("pinned", [])),
    )


def _zones_to_json(plan: Plan) -> dict[str, object]:
    """Return what only a truck's plan has; others stay as they always were."""
    if len(plan.zones) > MAX_ZONES:
        raise BadBytes("plan", f"{len(plan.zones)} zones")
    told: dict[str, object] = {}
    if plan.zones:
        told["zones"] = [zone.to_json() for zone in plan.zones]
    if plan.pass_rules != DEFAULT_RULES:
        told["pass_rules"] = plan.pass_rules.to_json()
    return told


def _pinned_to_json(plan: Plan) -> dict[str, object]:
    """Return what is pinned, if anything is."""
    if len(plan.pinned) > MAX_PINNED:
        raise BadBytes("plan", f"{len(plan.pinned)} pinned")
    return {"pinned": [one.to_json() for one in plan.pinned]} if plan.pinned else {}


def _pinned_from_json(value: object) -> tuple[Asset, ...]:
    if not isinstance(value, list) or len(value) > MAX_PINNED:
        raise BadBytes("plan", f"not a list of at most {MAX_PINNED}")
    return tuple(map(Asset.from_json, value))


def _item_to_json(item: Item) -> dict[str, object]:
    return {
        "occurrence": item.occurrence,
        "broadcast": item.broadcast,
        "asset": item.asset.to_json(),
        "class": item.broadcast_class.value,
        "priority": item.priority,
        "start": instant.to_text(item.start),
        "end": instant.to_text(item.end),
        "on_interrupt": item.on_interrupt.value,
        **({"zones": list(item.zones)} if item.zones else {}),
        **({"rank": item.rank} if item.rank else {}),
    }


def _item_from_json(document: Mapping[str, Any]) -> Item:
    return Item(
        occurrence=name(document["occurrence"]),
        broadcast=name(document["broadcast"]),
        asset=Asset.from_json(document["asset"]),
        broadcast_class=BroadcastClass(document["class"]),
        priority=whole(document["priority"]),
        start=instant.from_text(document["start"]),
        end=instant.from_text(document["end"]),
        on_interrupt=OnInterrupt(document["on_interrupt"]),
        zones=_names(document.get("zones", [])),
        rank=whole(document.get("rank", 0)),
    )


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_ZONES:
        raise BadBytes("plan", f"not a list of at most {MAX_ZONES}")
    return tuple(map(name, value))
