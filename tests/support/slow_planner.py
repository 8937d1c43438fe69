"""Planning one device at a time, with a query for everything: slow, plain, and the measure of what
a plan says."""

import json
from datetime import datetime

from controller.areas import hours_near, line_of, zone_of
from controller.bootstrap import Services
from controller.model import Device, DeviceKind
from controller.planning import OVERTIME, items_of
from controller.store import broadcasts, contents, places, zones
from controller.store.store import Tx
from playlists.schedule import plan
from playlists.schedule.passes import DEFAULT_RULES
from playlists.schedule.plan import AssetKind, Item, Plan


def compiled(services: Services, tx: Tx, device: Device, version: int, now: datetime) -> Plan:
    """Return the plan a device should have."""
    line = line_of(device.area, places.areas(tx))
    speaks = device.kind is DeviceKind.SPEAKER
    since, lease_end = now - OVERTIME if speaks else now, now + services.settings.lease
    bookings = broadcasts.booked(tx, device.id, since)
    almanac, tz = services.planner.almanac, zone_of(line)
    found = items_of(bookings, tz, almanac, since, lease_end, mobile=device.mobile)
    held = [item for item in found if item.end > now or _lingers(item, device)]
    held.sort(key=lambda item: (item.start, item.occurrence))
    items = tuple(held[: plan.MAX_ITEMS])
    idle = places.idle_asset(tx, device.id)
    return Plan(
        tenant=services.settings.tenant,
        device=device.id,
        version=version,
        issued_at=now,
        not_before=now,
        not_after=lease_end,
        items=items,
        safe=None if idle is None else contents.asset(tx, idle),
        hours=hours_near(device, line) if speaks else None,
        asrun_stored=places.asrun_stored(tx, device.id),
        zones=_zones(tx, items) if device.mobile else (),
        pass_rules=device.pass_rules if device.mobile else DEFAULT_RULES,
    )


def canonical(payload: bytes) -> bytes:
    """Spell a plan's bytes anew, in one piece."""
    document = json.loads(payload)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _lingers(item: Item, device: Device) -> bool:
    return not device.mobile or item.asset.kind is AssetKind.LIVE


def _zones(tx: Tx, items: tuple[Item, ...]) -> tuple:
    named = {name for item in items for name in item.zones}
    known = [entry.zone for entry in zones.entries(tx)]
    return tuple(zone for zone in known if zone.id in named or zone.quiet or zone.cap_db < 0)
