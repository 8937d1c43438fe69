"""Planning: which occurrences a device must hold, signed, in the transaction that caused them.

Compiling is pure given rows and an instant; the same input gives the same plan. A plan gets a new
version only when something in it changed or half of its lease is gone.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from controller.areas import hours_near, line_of, zone_of
from controller.clock import Clock
from controller.model import Area, Device, DeviceKind, Slot
from controller.settings import Settings
from controller.store import broadcasts, contents, places, plans, zones
from controller.store.broadcasts import Booking
from controller.store.plans import StoredPlan
from controller.store.store import Tx
from firmware_bridge.link import envelope
from playlists.errors import ContentRefused
from playlists.schedule import instant, plan, rules
from playlists.schedule.almanac import Almanac
from playlists.schedule.draft import RuleDraft
from playlists.schedule.passes import DEFAULT_RULES
from playlists.schedule.plan import Asset, AssetKind, Item, Plan
from playlists.schedule.rules import Rule
from playlists.schedule.zones import Zone

logger = logging.getLogger(__name__)

LATE_START: Final = timedelta(seconds=30)
"""How late a sound may still begin; its slot is longer by as much, so that its end is not cut."""

OVERTIME: Final = timedelta(hours=1)
"""A sound that was interrupted may go on so long after its end. A loudspeaker's plan holds it until
then, for whatever a plan does not hold was cancelled."""


def rule_of(
    draft: RuleDraft,
    tz: str,
    almanac: Almanac,
    asset: Asset,
    asked_at: datetime,
    *,
    zoned: bool = False,
) -> Rule:
    """Expand a rule as it was meant when it was asked for; ContentRefused says why it cannot be.

    What is said in zones, whenever a truck comes by, has no end of its own.
    """
    length = timedelta(milliseconds=asset.duration_ms) + LATE_START
    has_end = asset.kind is AssetKind.SOUND and not zoned
    default_s = length.total_seconds() if has_end else None
    return _expanded(draft, tz, almanac, default_s, asked_at)


@lru_cache(maxsize=4_096)
def _expanded(
    draft: RuleDraft, tz: str, almanac: Almanac, default_s: float | None, asked_at: datetime
) -> Rule:
    return rules.parse(draft, tz, almanac, now=asked_at, default_duration_s=default_s)


def items_of(
    bookings: Iterable[Booking],
    tz: str,
    almanac: Almanac,
    after: datetime,
    before: datetime,
    *,
    mobile: bool = False,
) -> Iterator[Item]:
    """Yield every occurrence that ends after `after` and starts before `before`; zones are for
    what is `mobile`.

    A rule that named a holiday, part of a day or time zone which is gone since is silent.
    """
    for booking in bookings:
        broadcast, asset = booking.broadcast, booking.asset
        draft = broadcast.draft
        meant = draft.zones_meant
        try:
            rule = rule_of(draft.rule, tz, almanac, asset, broadcast.created_at, zoned=bool(meant))
        except ContentRefused as exc:
            logger.warning("%s is silent, its rule cannot be read any more: %s", broadcast.id, exc)
            continue
        for start, end in rule.occurrences(after, before):
            yield Item(
                occurrence=f"{broadcast.id}@{instant.to_text(start)}",
                broadcast=broadcast.id,
                asset=asset,
                broadcast_class=draft.broadcast_class,
                priority=draft.priority,
                start=start,
                end=end,
                on_interrupt=draft.on_interrupt,
                zones=meant if mobile else (),
            )


class Planner:
    """Compiles, signs and stores plans, inside its caller's transaction."""

    def __init__(
        self, settings: Settings, clock: Clock, key: Ed25519PrivateKey, almanac: Almanac
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._key = key
        self.almanac = almanac

    def replan(self, tx: Tx, devices: Iterable[str]) -> None:
        """Make the plans of these devices true again, and queue those that changed."""
        areas = places.areas(tx)
        now = self._clock.now()
        for device in places.devices(tx, devices):
            self._replan(tx, device, areas, now)

    def timeline(self, tx: Tx, device: Device, start: datetime, end: datetime) -> list[Slot]:
        """Return what is planned on a device between two instants, by start."""
        tz = zone_of(line_of(device.area, places.areas(tx)))
        found = items_of(broadcasts.booked(tx, device.id, start), tz, self.almanac, start, end)
        return [
            Slot(
                occurrence=item.occurrence,
                broadcast=item.broadcast,
                asset=item.asset.sha256,
                asset_kind=item.asset.kind,
                broadcast_class=item.broadcast_class,
                priority=item.priority,
                start=item.start,
                end=item.end,
            )
            for item in sorted(found, key=_by_start)
        ]

    def _replan(self, tx: Tx, device: Device, areas: Sequence[Area], now: datetime) -> None:
        draft = self._compile(tx, device, areas, now)
        fingerprint = _fingerprint(draft)
        current = plans.current(tx, device.id)
        if current is not None and current.fingerprint == fingerprint and now < current.renew_at:
            return
        version = places.next_plan_version(tx, device.id)
        payload = plan.encode(draft.with_version(version, now))
        plans.put(
            tx,
            StoredPlan(
                device=device.id,
                version=version,
                sha256=hashlib.sha256(payload).hexdigest(),
                fingerprint=fingerprint,
                payload=payload,
                envelope=envelope.seal(payload, envelope.Domain.PLAN, self._key),
                renew_at=now + self._settings.lease / 2,
            ),
        )

    def _compile(self, tx: Tx, device: Device, areas: Sequence[Area], now: datetime) -> Plan:
        line = line_of(device.area, areas)
        lease_end = now + self._settings.lease
        since = now - OVERTIME if device.kind is DeviceKind.SPEAKER else now
        bookings = broadcasts.booked(tx, device.id, since)
        found = items_of(
            bookings, zone_of(line), self.almanac, since, lease_end, mobile=device.mobile
        )
        held = [item for item in found if item.end > now or _lingers(item, device)]
        items = tuple(sorted(held, key=_by_start)[: plan.MAX_ITEMS])
        idle = places.idle_asset(tx, device.id)
        return Plan(
            tenant=self._settings.tenant,
            device=device.id,
            version=0,
            issued_at=now,
            not_before=now,
            not_after=lease_end,
            items=items,
            safe=None if idle is None else contents.asset(tx, idle),
            hours=hours_near(device, line) if device.kind is DeviceKind.SPEAKER else None,
            asrun_stored=places.asrun_stored(tx, device.id),
            zones=tuple(_zones_for(tx, items)) if device.mobile else (),
            pass_rules=device.pass_rules if device.mobile else DEFAULT_RULES,
        )


def _lingers(item: Item, device: Device) -> bool:
    """Say whether an item stays in the plan when its time is over: on a truck only a stream, whose
    end a release may move into the past while its last words are still to be heard."""
    return not device.mobile or item.asset.kind is AssetKind.LIVE


def _zones_for(tx: Tx, items: Iterable[Item]) -> Iterator[Zone]:
    """Yield the zones a truck must know: those it is to speak in, and those that bind it."""
    named = {name for item in items for name in item.zones}
    for entry in zones.entries(tx):
        zone = entry.zone
        if zone.id in named or zone.quiet or zone.cap_db < 0:
            yield zone


def _by_start(item: Item) -> tuple[datetime, str]:
    return item.start, item.occurrence


def _fingerprint(draft: Plan) -> str:
    """Hash what makes a device behave differently: items, safe content, hours."""
    still = Plan(
        tenant=draft.tenant,
        device=draft.device,
        version=0,
        issued_at=_NEVER,
        not_before=_NEVER,
        not_after=_NEVER,
        items=draft.items,
        safe=draft.safe,
        hours=draft.hours,
        zones=draft.zones,
        pass_rules=draft.pass_rules,
    )
    return hashlib.sha256(plan.encode(still)).hexdigest()


_NEVER: Final = instant.from_text("1970-01-01T00:00:00Z")
