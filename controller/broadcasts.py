"""Broadcasts: asked for, approved, cancelled. Each change and its plans are one transaction."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Final

from controller.admission import admit
from controller.areas import line_of, zone_of
from controller.clock import Clock
from controller.district import District
from controller.errors import Conflict, Forbidden, Invalid, NotFound, UnknownTarget
from controller.library import Library
from controller.model import Area, Broadcast, BroadcastDraft, BroadcastState, Device, Person
from controller.planning import Planner, rule_of
from controller.store import broadcasts as rows
from controller.store import contents, places, proof
from controller.store.pages import page
from controller.store.store import Store, Tx
from playlists.schedule.plan import Asset
from playlists.schedule.rules import Rule

MAX_PRIORITY: Final = 100
MAX_KEY_CHARS: Final = 200


class Broadcasts:
    """What operators schedule."""

    def __init__(
        self, store: Store, clock: Clock, district: District, library: Library, planner: Planner
    ) -> None:
        self._store = store
        self._clock = clock
        self._district = district
        self._library = library
        self._planner = planner

    def create(
        self, draft: BroadcastDraft, person: Person, *, idempotency_key: str | None = None
    ) -> Broadcast:
        """Check, render and remember a broadcast; on return nothing can lose it.

        Whoever may approve alone approves by asking. The same idempotency key gives the same
        broadcast again. Raises ContentRefused, UnknownTarget, Invalid, Conflict, NotFound.
        """
        if idempotency_key is not None and (known := self._known(draft, idempotency_key)):
            return known
        if not 0 <= draft.priority <= MAX_PRIORITY:
            raise Invalid("no such priority", field="priority", reason=f"0 to {MAX_PRIORITY}")
        kind = self._library.device_kind(draft.content_kind)
        devices = self._district.resolve(draft.targets, kind)
        self._check_zones(draft, devices)
        assets = self._library.rendered(
            draft.content_kind, draft.content_id, devices, draft.broadcast_class
        )
        now = self._clock.now()
        expanded = _expand(draft, devices, assets, self._district.areas(), now)
        broadcast = Broadcast(
            id=secrets.token_hex(8),
            draft=draft,
            state=BroadcastState.APPROVED if person.may_approve_alone else BroadcastState.SUBMITTED,
            content_sha256=content_hash(draft, assets),
            devices=tuple(assets),
            first_start=min(rule.first_start() for rule in expanded),
            created_at=now,
            created_by=person.name,
            approved_by=person.name if person.may_approve_alone else None,
        )
        last_end = max(rule.last_end() for rule in expanded)
        with self._store.write() as tx:
            for asset in assets.values():
                contents.add_asset(tx, asset)
            rows.add(
                tx, broadcast, assets=assets, last_end=last_end, idempotency_key=idempotency_key
            )
            admit(tx, broadcast, places.areas(tx), now)
            self._changed(tx, broadcast)
        return broadcast

    def approve(self, name: str, person: Person) -> Broadcast:
        """Let a broadcast on air; approving twice is approving once.

        The hours are asked again: what was approved meanwhile may have left no room.
        """
        with self._store.write() as tx:
            broadcast = _existing(tx, name)
            if broadcast.state is BroadcastState.CANCELLED:
                raise Conflict(f"{name} was cancelled", reason="cancelled")
            if broadcast.state is BroadcastState.APPROVED:
                return broadcast
            if broadcast.created_by == person.name and not person.may_approve_alone:
                raise Forbidden("somebody else must approve this", action="approve-own")
            approved = replace(broadcast, state=BroadcastState.APPROVED, approved_by=person.name)
            rows.set_state(tx, approved)
            admit(tx, approved, places.areas(tx), self._clock.now())
            self._changed(tx, approved)
        return approved

    def cancel(self, name: str, person: Person) -> Broadcast:
        """Take a broadcast off the air for good; cancelling twice is cancelling once."""
        with self._store.write() as tx:
            broadcast = _existing(tx, name)
            if broadcast.state is BroadcastState.CANCELLED:
                return broadcast
            cancelled = replace(broadcast, state=BroadcastState.CANCELLED, cancelled_by=person.name)
            rows.set_state(tx, cancelled)
            self._changed(tx, cancelled)
        return cancelled

    def get(self, name: str) -> Broadcast:
        """Return a broadcast; NotFound."""
        with self._store.read() as tx:
            return _existing(tx, name)

    def list(self, cursor: str | None, limit: int) -> tuple[list[Broadcast], str | None]:
        """Return one page of broadcasts, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: rows.listed(tx, at, count), cursor, limit)

    def _check_zones(self, draft: BroadcastDraft, devices: Iterable[Device]) -> None:
        """Raise unless every zone is known, and some truck is there to speak in it."""
        known = {entry.zone.id for entry in self._district.zones()}
        for zone in draft.zones_meant:
            if zone not in known:
                raise UnknownTarget(f"no zone {zone}", target=f"zone:{zone}"[:120], kind="zone")
        if draft.zones_meant and not any(device.mobile for device in devices):
            raise Invalid("no truck", field="zones", reason="no truck is among the targets")

    def _changed(self, tx: Tx, broadcast: Broadcast) -> None:
        """Replan and tell, in the transaction that changed the broadcast."""
        self._planner.replan(tx, broadcast.devices)
        facts: dict[str, object] = {"id": broadcast.id, "state": broadcast.state.value}
        proof.add_event(tx, self._clock.now(), "broadcast", None, facts)

    def _known(self, draft: BroadcastDraft, key: str) -> Broadcast | None:
        if len(key) > MAX_KEY_CHARS:
            raise Invalid("the key is too long", field="Idempotency-Key", reason=key[:20])
        with self._store.read() as tx:
            known = rows.find_by_key(tx, key)
        if known is not None and known.draft != draft:
            raise Conflict("the key was used for another broadcast", reason="key-reused")
        return known


def content_hash(draft: BroadcastDraft, assets: Mapping[str, Asset]) -> str:
    """Hash everything an approver approves: what is said, where, when, how urgently."""
    seen = {"draft": asdict(draft), "assets": {name: one.sha256 for name, one in assets.items()}}
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _expand(
    draft: BroadcastDraft,
    devices: Iterable[Device],
    assets: Mapping[str, Asset],
    areas: list[Area],
    now: datetime,
) -> list[Rule]:
    """Expand the rule in every device's zone."""
    expanded = []
    for device in devices:
        line, asset = line_of(device.area, areas), assets[device.id]
        zoned = bool(draft.zones_meant)
        expanded.append(rule_of(draft.rule, zone_of(line), asset, now, zoned=zoned))
    return expanded


def _existing(tx: Tx, name: str) -> Broadcast:
    found = rows.find(tx, name)
    if found is None:
        raise NotFound("broadcast", name[:80])
    return found
