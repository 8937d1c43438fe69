"""Broadcasts: asked for, approved, cancelled. Each change and its plans are one transaction."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Final

from controller.admission import admit
from controller.areas import line_of, zone_of
from controller.audit import record
from controller.clock import Clock
from controller.district import District
from controller.errors import Conflict, Forbidden, Invalid, NotFound, UnknownTarget
from controller.library import Library
from controller.model import (
    Area,
    Broadcast,
    BroadcastDraft,
    BroadcastState,
    ContentKind,
    Device,
    Person,
)
from controller.planning import Planner, rule_of
from controller.store import broadcasts as rows
from controller.store import contents, places, proof
from controller.store.pages import page
from controller.store.store import Store, Tx
from playlists.audio.progress import Tell, untold
from playlists.errors import ContentRefused
from playlists.schedule.almanac import Almanac
from playlists.schedule.plan import Asset, AssetKind
from playlists.schedule.rules import Rule

MAX_PRIORITY: Final = 100
MAX_KEY_CHARS: Final = 200
_UNKNOWN: Final = "0" * 64
"""The name of a sound that is not made yet."""
_LEAST_S: Final = 0.001
"""Instants travel in milliseconds, and nothing ends before it begins."""


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
        self,
        draft: BroadcastDraft,
        person: Person,
        *,
        idempotency_key: str | None = None,
        tell: Tell = untold,
    ) -> Broadcast:
        """Check, render and remember a broadcast; on return nothing can lose it.

        Whoever may approve alone approves by asking. The same idempotency key gives the same
        broadcast again. Raises ContentRefused, UnknownTarget, Invalid, Conflict, NotFound.
        """
        if idempotency_key is not None and (known := self._known(draft, idempotency_key)):
            return known
        if draft.content_kind is ContentKind.PAGE:
            reason = "whoever wants to speak now begins at /api/v1/pages"
            raise Invalid("a page is no content", field="content.kind", reason=reason)
        return self._create(draft, person, idempotency_key=idempotency_key, tell=tell)

    def begin(
        self, draft: BroadcastDraft, person: Person, also: Callable[[Tx, Broadcast], None]
    ) -> Broadcast:
        """Create what begins now, and do `also` in the same transaction; raises as `create`."""
        return self._create(draft, person, also=also)

    def _create(
        self,
        draft: BroadcastDraft,
        person: Person,
        *,
        idempotency_key: str | None = None,
        also: Callable[[Tx, Broadcast], None] | None = None,
        tell: Tell = untold,
    ) -> Broadcast:
        if not 0 <= draft.priority <= MAX_PRIORITY:
            raise Invalid("no such priority", field="priority", reason=f"0 to {MAX_PRIORITY}")
        kind = self._library.device_kind(draft.content_kind)
        devices = self._district.resolve(draft.targets, kind)
        self._check_zones(draft, devices)
        self._foresee(draft, devices, person)
        assets = self._library.rendered(
            draft.content_kind, draft.content_id, devices, draft.broadcast_class, tell
        )
        broadcast, last_end = self._asked(draft, devices, assets, person)
        now = broadcast.created_at
        with self._store.write() as tx:
            for asset in assets.values():
                contents.add_asset(tx, asset)
            rows.add(
                tx, broadcast, assets=assets, last_end=last_end, idempotency_key=idempotency_key
            )
            admit(tx, broadcast, places.areas(tx), self._planner.almanac, now)
            self._changed(tx, broadcast)
            record(tx, now, person, "create", _named(broadcast), after=broadcast.content_sha256)
            if also is not None:
                also(tx, broadcast)
        return broadcast

    def _foresee(self, draft: BroadcastDraft, devices: list[Device], person: Person) -> None:
        """Refuse what the hours have no room for before it is rendered, if its length is known.

        How much silence trimming takes is not known: what is refused at its longest may still be
        admitted at its shortest, or the other way round, and then the rendered sound decides.
        """
        lengths_ms = self._library.lengths_ms(
            draft.content_kind, draft.content_id, draft.broadcast_class
        )
        if lengths_ms is None:
            return
        refusals = []
        for length_ms in dict.fromkeys(lengths_ms):
            asset = Asset(_UNKNOWN, AssetKind.SOUND, 1, max(1, length_ms))
            assets = {device.id: asset for device in devices}
            try:
                broadcast, _ = self._asked(draft, devices, assets, person)
                with self._store.read() as tx:
                    areas, almanac = places.areas(tx), self._planner.almanac
                    admit(tx, broadcast, areas, almanac, broadcast.created_at, unkept=assets)
            except ContentRefused as refusal:
                refusals.append(refusal)
            else:
                return
        raise refusals[0]

    def _asked(
        self,
        draft: BroadcastDraft,
        devices: list[Device],
        assets: Mapping[str, Asset],
        person: Person,
    ) -> tuple[Broadcast, datetime]:
        """Return a broadcast that is asked for now, and when the last of it ends."""
        now = self._clock.now()
        expanded = _expand(
            draft,
            devices,
            assets,
            self._district.areas(),
            almanac=self._planner.almanac,
            now=now,
        )
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
        return broadcast, max(rule.last_end() for rule in expanded)

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
            admit(tx, approved, places.areas(tx), self._planner.almanac, self._clock.now())
            self._changed(tx, approved)
            told = approved.content_sha256
            record(
                tx, self._clock.now(), person, "approve", _named(approved), before=told, after=told
            )
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
            told = cancelled.content_sha256
            record(tx, self._clock.now(), person, "cancel", _named(cancelled), before=told)
        return cancelled

    def end(self, tx: Tx, name: str, at: datetime) -> None:
        """Let what began when it was asked for end at an instant, if it would still go on.

        Who has not begun never does; what is left of its time is free for others.
        """
        broadcast = _existing(tx, name)
        rule = broadcast.draft.rule
        length_s = max(_LEAST_S, (at - broadcast.first_start).total_seconds())
        over = rule.duration_s is None or length_s >= rule.duration_s
        if over or broadcast.state is BroadcastState.CANCELLED:
            return
        draft = replace(broadcast.draft, rule=replace(rule, duration_s=length_s))
        ended = replace(broadcast, draft=draft)
        rows.shorten(tx, ended, broadcast.first_start + timedelta(seconds=length_s))
        self._changed(tx, ended)

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
        if draft.zones_meant and draft.content_kind in {ContentKind.RELAY, ContentKind.PAGE}:
            reason = "live sound waits for no truck; name the trucks themselves"
            raise Invalid("live sound in a zone", field="zones", reason=reason)
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
    *,
    almanac: Almanac,
    now: datetime,
) -> list[Rule]:
    """Expand the rule in every device's zone."""
    expanded = []
    for device in devices:
        line, asset = line_of(device.area, areas), assets[device.id]
        zoned = bool(draft.zones_meant)
        expanded.append(rule_of(draft.rule, zone_of(line), almanac, asset, now, zoned=zoned))
    return expanded


def _named(broadcast: Broadcast) -> str:
    return f"broadcast:{broadcast.id}"


def _existing(tx: Tx, name: str) -> Broadcast:
    found = rows.find(tx, name)
    if found is None:
        raise NotFound("broadcast", name[:80])
    return found
