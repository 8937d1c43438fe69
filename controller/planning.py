"""Planning: which occurrences a device must hold, signed, in the transaction that caused them.

Compiling is pure given rows and an instant; the same input gives the same plan. A plan gets a new
version only when something in it changed or half of its lease is gone.

Thousands of devices are planned at once, and most of them share what they say: within one
replanning each row is read once, each rule expanded and each item spelled once. A plan is put
together from those texts.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from controller.areas import hours_near, line_in, line_of, zone_of
from controller.clock import Clock
from controller.model import Area, Device, DeviceKind, Slot
from controller.settings import Settings
from controller.store import broadcasts, emergency, ledger, orders, places, plans, zones
from controller.store.bookings import Bookings
from controller.store.broadcasts import Booking
from controller.store.places import Post
from controller.store.plans import Standing, StoredPlan
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


ITEMS_BYTES: Final = plan.MAX_PLAN_BYTES * 3 // 4
"""What the items of a plan may take of it: hours, zones and names need room, too."""
AT_ONCE: Final = 250
"""Devices whose rows are read and written together: all their plans are in memory."""


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
            rule = rule_of(draft.rule, tz, almanac, asset, broadcast.asked_at, zoned=bool(meant))
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
        desk = _Desk(tx, self._settings, self.almanac, self._clock.now())
        names = sorted(set(devices))
        for start in range(0, len(names), AT_ONCE):
            self._replan(tx, desk, names[start : start + AT_ONCE])

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

    def foreseen(self, tx: Tx, device: str, start: datetime) -> Plan:
        """Return the plan that a device would have from an instant on, as far as anybody knows."""
        desk = _Desk(tx, self._settings, self.almanac, start)
        return next(desk.drafts(places.posts(tx, [device]))).plan

    def _replan(self, tx: Tx, desk: "_Desk", names: Sequence[str]) -> None:
        standing = plans.standing(tx, names)
        drafts = [
            draft
            for draft in desk.drafts(places.posts(tx, names))
            if not _stands(draft, standing.get(draft.plan.device), desk.now)
        ]
        fresh = [self._sealed(draft, desk.now) for draft in drafts]
        ledger.note(tx, [one.device for one in fresh], desk.now)
        places.set_plan_versions(tx, {one.device: one.version for one in fresh})
        plans.put(tx, fresh)
        ledger.expect(tx, [draft.plan for draft in drafts], desk.now)
        broadcasts.set_planned(tx, [one.device for one in fresh], desk.lease_end)

    def _sealed(self, draft: "_Draft", now: datetime) -> StoredPlan:
        payload = plan.encode(draft.plan, draft.texts)
        return StoredPlan(
            device=draft.plan.device,
            version=draft.plan.version,
            sha256=hashlib.sha256(payload).hexdigest(),
            fingerprint=draft.fingerprint,
            payload=payload,
            envelope=envelope.seal(payload, envelope.Domain.PLAN, self._key),
            renew_at=now + self._settings.lease / 2,
        )


@dataclass(frozen=True)
class _Draft:
    """A plan under its next version, with the texts of its items."""

    plan: Plan
    texts: Sequence[str]

    @cached_property
    def fingerprint(self) -> str:
        """Hash what makes a device behave differently: items, safe content, hours, zones."""
        still = replace(
            self.plan,
            version=0,
            issued_at=_NEVER,
            not_before=_NEVER,
            not_after=_NEVER,
            asrun_stored=0,
        )
        return hashlib.sha256(plan.encode(still, self.texts)).hexdigest()


@dataclass(frozen=True, slots=True)
class _Told:
    """An item, and how a plan spells it."""

    item: Item
    text: str


@dataclass(frozen=True, slots=True)
class _Manner:
    """What the items of a device depend on, beside its bookings."""

    tz: str
    kind: DeviceKind
    mobile: bool


class _Desk:
    """One replanning: what devices share is worked out once, and forgotten with it."""

    def __init__(self, tx: Tx, settings: Settings, almanac: Almanac, now: datetime) -> None:
        self._tx = tx
        self._settings = settings
        self._almanac = almanac
        self.now = now
        self.lease_end = now + settings.lease
        self._bookings = Bookings(tx)
        self._areas = {area.id: area for area in places.areas(tx)}
        self._lines: dict[str, list[Area]] = {}
        self._ranks = orders.ranks(tx)
        self._told: dict[tuple[str, str, _Manner, int], list[_Told]] = {}

    def drafts(self, posts: Iterable[Post]) -> Iterator[_Draft]:
        """Yield the plan each of these devices should have."""
        by_kind: dict[DeviceKind, list[Post]] = {}
        for post in posts:
            by_kind.setdefault(post.device.kind, []).append(post)
        for kind, some in by_kind.items():
            booked = self._bookings.of([one.device.id for one in some], self._since(kind))
            assets = self._bookings.assets(one.idle_asset for one in some if one.idle_asset)
            pinned = emergency.pinned(self._tx, [one.device.id for one in some])
            for post in some:
                safe = None if post.idle_asset is None else assets[post.idle_asset]
                draft = self._draft(post, booked[post.device.id], safe)
                ready = pinned.get(post.device.id, ())
                yield replace(draft, plan=replace(draft.plan, pinned=ready)) if ready else draft

    def _draft(self, post: Post, bookings: Iterable[Booking], safe: Asset | None) -> _Draft:
        device, line = post.device, self._line(post.device.area)
        manner = _Manner(zone_of(line), device.kind, device.mobile)
        ranks = next((self._ranks[one.id] for one in line if one.id in self._ranks), {})
        told = [
            one
            for booking in bookings
            for one in self._items(booking, manner, ranks.get(booking.broadcast.id, 0))
        ]
        told = _fitting(sorted(told, key=lambda one: _by_start(one.item)))
        items = tuple(one.item for one in told)
        draft = Plan(
            tenant=self._settings.tenant,
            device=device.id,
            version=post.plan_version + 1,
            issued_at=self.now,
            not_before=self.now,
            not_after=self.lease_end,
            items=items,
            safe=safe,
            hours=hours_near(device, line) if device.kind is DeviceKind.SPEAKER else None,
            asrun_stored=post.asrun_stored,
            zones=tuple(self._zones_for(items)) if device.mobile else (),
            pass_rules=device.pass_rules if device.mobile else DEFAULT_RULES,
        )
        return _Draft(draft, [one.text for one in told])

    def _items(self, booking: Booking, manner: _Manner, rank: int) -> list[_Told]:
        key = booking.broadcast.id, booking.asset.sha256, manner, rank
        known = self._told.get(key)
        if known is None:
            found = items_of(
                [booking],
                manner.tz,
                self._almanac,
                self._since(manner.kind),
                self.lease_end,
                mobile=manner.mobile,
            )
            held = [
                replace(one, rank=rank)
                for one in found
                if one.end > self.now or _lingers(one, manner)
            ]
            known = self._told[key] = [_Told(one, plan.item_text(one)) for one in held]
        return known

    def _since(self, kind: DeviceKind) -> datetime:
        return self.now - OVERTIME if kind is DeviceKind.SPEAKER else self.now

    def _line(self, area: str) -> list[Area]:
        if area not in self._lines:
            self._lines[area] = line_in(area, self._areas)
        return self._lines[area]

    @cached_property
    def _zones(self) -> list[Zone]:
        return [entry.zone for entry in zones.entries(self._tx)]

    def _zones_for(self, items: Iterable[Item]) -> Iterator[Zone]:
        """Yield the zones a truck must know: those it is to speak in, and those that bind it."""
        named = {name for item in items for name in item.zones}
        for zone in self._zones:
            if zone.id in named or zone.quiet or zone.cap_db < 0:
                yield zone


def _fitting(told: list[_Told]) -> list[_Told]:
    """Return as many as a plan has room for, from the first on; the rest comes with the next one,
    in half a lease."""
    told = told[: plan.MAX_ITEMS]
    ends = accumulate(len(one.text.encode()) + 1 for one in told)
    return told[: sum(end <= ITEMS_BYTES for end in ends)]


def _stands(draft: _Draft, standing: Standing | None, now: datetime) -> bool:
    """Say whether the current plan of a device says the same, and for long enough."""
    return (
        standing is not None
        and now < standing.renew_at
        and standing.fingerprint == draft.fingerprint
    )


def _lingers(item: Item, manner: _Manner) -> bool:
    """Say whether an item stays in the plan when its time is over: on a truck only a stream, whose
    end a release may move into the past while its last words are still to be heard."""
    return not manner.mobile or item.asset.kind is AssetKind.LIVE


def _by_start(item: Item) -> tuple[datetime, str]:
    return item.start, item.occurrence


_NEVER: Final = instant.from_text("1970-01-01T00:00:00Z")
