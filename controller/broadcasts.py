"""Broadcasts: asked for, edited, approved, cancelled. Each change and its plans are one
transaction; who may do what when is in `life`."""

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Final

from controller.admission import admit
from controller.areas import below, line_of, two_persons, zone_of
from controller.audit import record
from controller.calendars import title_of
from controller.clock import Clock
from controller.district import District, check_known
from controller.errors import Conflict, Invalid, NotFound
from controller.library import Library
from controller.life import (
    MAX_COMMENT_CHARS,
    Ask,
    ContentChanged,
    EditedMeanwhile,
    Step,
    TwoPersons,
    born,
    check_origin,
    led_to,
    phase_of,
    stepped,
)
from controller.model import (
    Area,
    Broadcast,
    BroadcastDraft,
    BroadcastQuery,
    BroadcastState,
    BroadcastStep,
    ContentKind,
    Device,
    Person,
    Phase,
)
from controller.planning import Planner, rule_of
from controller.store import broadcasts as rows
from controller.store import contents, places, proof
from controller.store.pages import page
from controller.store.store import Store, Tx
from playlists.audio.progress import Tell, untold
from playlists.errors import ContentRefused
from playlists.schedule import instant
from playlists.schedule.almanac import Almanac
from playlists.schedule.plan import Asset, AssetKind
from playlists.schedule.refusals import InThePast
from playlists.schedule.rules import Rule

MAX_PRIORITY: Final = 100
MAX_KEY_CHARS: Final = 200
_UNKNOWN: Final = "0" * 64
"""The name of a sound that is not made yet."""
_ALL: Final = BroadcastQuery()
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
        as_draft: bool = False,
        idempotency_key: str | None = None,
        tell: Tell = untold,
    ) -> Broadcast:
        """Check, render and remember a broadcast; on return nothing can lose it.

        Whoever may approve alone approves by asking, where one person is enough; a draft waits for
        its author. The same idempotency key gives the same broadcast again. Raises ContentRefused,
        UnknownTarget, Invalid, Conflict, NotFound, StationsRelay.
        """
        draft = _once_each(draft)
        check_origin(draft, person)
        if idempotency_key is not None and (known := self._known(draft, idempotency_key)):
            return known
        _check_no_page(draft)
        return self._create(
            draft, person, as_draft=as_draft, idempotency_key=idempotency_key, tell=tell
        )

    def begin(
        self, draft: BroadcastDraft, person: Person, also: Callable[[Tx, Broadcast], None]
    ) -> Broadcast:
        """Create what begins now, and do `also` in the same transaction; raises as `create`, and
        TwoPersons where nobody could approve it in time."""
        return self._create(_once_each(draft), person, also=also)

    def _create(
        self,
        draft: BroadcastDraft,
        person: Person,
        *,
        as_draft: bool = False,
        idempotency_key: str | None = None,
        also: Callable[[Tx, Broadcast], None] | None = None,
        tell: Tell = untold,
    ) -> Broadcast:
        devices = self._devices_for(draft)
        two = _two(devices, self._district.areas())
        if also is not None and two:
            raise TwoPersons("nobody could approve it in time", action="page", areas=sorted(two))
        state = born(person, two, as_draft=as_draft)
        if not as_draft:
            self._foresee(draft, devices, person)
        assets = self._library.rendered(
            draft.content_kind, draft.content_id, devices, draft.broadcast_class, tell
        )
        broadcast = replace(self._asked(draft, devices, assets, person), state=state)
        if state is BroadcastState.APPROVED:
            broadcast = replace(broadcast, approved_by=person.name)
        now = broadcast.created_at
        with self._store.write() as tx:
            for asset in assets.values():
                contents.add_asset(tx, asset)
            words = folded(title_of(tx, draft))
            rows.add(tx, broadcast, assets=assets, words=words, idempotency_key=idempotency_key)
            if not as_draft:
                admit(tx, broadcast, places.areas(tx), self._planner.almanac, now)
            self._changed(tx, broadcast)
            self._enter(tx, Ask(Step.CREATE, person, now), None, broadcast)
            if also is not None:
                also(tx, broadcast)
        return broadcast

    def _devices_for(self, draft: BroadcastDraft) -> list[Device]:
        """Return the devices that a draft means, each of which can take it."""
        if not 0 <= draft.priority <= MAX_PRIORITY:
            raise Invalid("no such priority", field="priority", reason=f"0 to {MAX_PRIORITY}")
        kind = self._library.device_kind(draft.content_kind)
        devices = self._district.resolve(draft.targets, kind)
        self._check_zones(draft, devices)
        return devices

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
                broadcast = self._asked(draft, devices, assets, person)
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
    ) -> Broadcast:
        """Return a broadcast that is asked for now."""
        now = self._clock.now()
        first_start, last_end = self._span(draft, devices, assets, now)
        return Broadcast(
            id=secrets.token_hex(8),
            draft=draft,
            state=BroadcastState.SUBMITTED,
            content_sha256=content_hash(draft, assets),
            devices=tuple(assets),
            first_start=first_start,
            last_end=last_end,
            asked_at=now,
            created_at=now,
            created_by=person.name,
            authors=(person.name,),
        )

    def _span(
        self,
        draft: BroadcastDraft,
        devices: Iterable[Device],
        assets: Mapping[str, Asset],
        asked_at: datetime,
    ) -> tuple[datetime, datetime]:
        """Return when the first of a draft begins and the last of it ends, anywhere."""
        areas, almanac = self._district.areas(), self._planner.almanac
        expanded = _expand(draft, devices, assets, areas, almanac=almanac, now=asked_at)
        first_start = min(rule.first_start() for rule in expanded)
        return first_start, max(rule.last_end() for rule in expanded)

    def edit(
        self,
        name: str,
        draft: BroadcastDraft,
        person: Person,
        *,
        seen: str,
        tell: Tell = untold,
    ) -> tuple[Broadcast, bool]:
        """Change a broadcast, and say whether that took an approval away; it is off the air then
        until somebody approves what it is now.

        `seen` is the content hash the editor began with. An edit that changes nothing is none.
        Raises as `create` does, EditedMeanwhile, and what `life.led_to` raises.
        """
        draft = _once_each(draft)
        kept = self._editable(name, person, seen)
        _check_no_page(draft)
        devices = self._devices_for(draft)
        assets = self._library.rendered(
            draft.content_kind, draft.content_id, devices, draft.broadcast_class, tell
        )
        if content_hash(draft, assets) == kept.content_sha256:
            return kept, False
        with self._store.read() as tx:
            asked_at = self._asked_at(tx, kept, draft)
        first_start, last_end = self._span(draft, devices, assets, asked_at)
        ask = Ask(Step.EDIT, person, self._clock.now())
        if last_end <= ask.at:
            start, now = instant.to_text(first_start), instant.to_text(ask.at)
            raise InThePast(f"{start} is past: it is {now}", start=start, now=now)
        with self._store.write() as tx:
            before = _existing(tx, name)
            _check_seen(before, seen)
            edited = replace(
                before,
                draft=draft,
                state=led_to(before, ask, self._two_in(tx, before)),
                content_sha256=content_hash(draft, assets),
                devices=tuple(assets),
                first_start=first_start,
                last_end=last_end,
                asked_at=asked_at,
                authors=tuple(dict.fromkeys((*before.authors, person.name))),
                approved_by=None,
            )
            for asset in assets.values():
                contents.add_asset(tx, asset)
            rows.change(tx, edited, assets=assets, words=folded(title_of(tx, draft)))
            if edited.state is not BroadcastState.DRAFT:
                admit(tx, edited, places.areas(tx), self._planner.almanac, ask.at)
            self._changed(tx, edited, besides=before.devices)
            self._enter(tx, ask, before, edited)
        return edited, before.state is BroadcastState.APPROVED

    def _editable(self, name: str, person: Person, seen: str) -> Broadcast:
        """Return a broadcast that this person may edit: asked before anything is rendered, and
        once more when it is kept."""
        with self._store.read() as tx:
            kept = _existing(tx, name)
            _check_seen(kept, seen)
            led_to(kept, Ask(Step.EDIT, person, self._clock.now()), self._two_in(tx, kept))
        return kept

    def _asked_at(self, tx: Tx, kept: Broadcast, draft: BroadcastDraft) -> datetime:
        """Return what "now" means in an edited rule: what may have been aired keeps its name."""
        may_be_aired = draft.rule.start is None and rows.was_approved(tx, kept.id)
        same = draft.rule == kept.draft.rule or may_be_aired
        return kept.asked_at if same else self._clock.now()

    def submit(self, name: str, person: Person, comment: str = "") -> Broadcast:
        """Let others judge a draft; the hours are asked. Raises what `life.led_to` raises."""
        return self._step(Step.SUBMIT, name, person, comment)

    def approve(
        self, name: str, person: Person, *, seen: str | None = None, comment: str = ""
    ) -> Broadcast:
        """Let a broadcast on air; approving twice is approving once.

        `seen` is the content hash that was looked at: ContentChanged when it is another by now. The
        hours are asked again: what was approved meanwhile may have left no room.
        """
        return self._step(Step.APPROVE, name, person, comment, seen)

    def reject(self, name: str, person: Person, comment: str) -> Broadcast:
        """Give a broadcast back to its author, who reads why."""
        return self._step(Step.REJECT, name, person, comment)

    def withdraw(self, name: str, person: Person, comment: str = "") -> Broadcast:
        """Make a draft of a broadcast again, and take it off the air."""
        return self._step(Step.WITHDRAW, name, person, comment)

    def cancel(self, name: str, person: Person, comment: str = "") -> Broadcast:
        """Take a broadcast off the air for good; cancelling twice is cancelling once."""
        return self._step(Step.CANCEL, name, person, comment)

    def _step(
        self, step: Step, name: str, person: Person, comment: str, seen: str | None = None
    ) -> Broadcast:
        if len(comment) > MAX_COMMENT_CHARS:
            reason = f"at most {MAX_COMMENT_CHARS} characters"
            raise Invalid("a long comment", field="comment", reason=reason)
        with self._store.write() as tx:
            ask = Ask(step, person, self._clock.now(), comment)
            before = _existing(tx, name)
            if seen is not None and seen != before.content_sha256:
                present = before.content_sha256
                raise ContentChanged(f"{name} was edited", content_sha256=present)
            state = led_to(before, ask, self._two_in(tx, before))
            if state is before.state:
                return before
            after = stepped(before, state, person)
            rows.set_state(tx, after)
            if step in {Step.SUBMIT, Step.APPROVE}:
                admit(tx, after, places.areas(tx), self._planner.almanac, ask.at)
            self._changed(tx, after)
            self._enter(tx, ask, before, after)
        return after

    def _two_in(self, tx: Tx, broadcast: Broadcast) -> frozenset[str]:
        return _two(places.devices(tx, broadcast.devices), places.areas(tx))

    def _enter(self, tx: Tx, ask: Ask, before: Broadcast | None, after: Broadcast) -> None:
        """Remember a step in the broadcast's own history, and in the audit log."""
        step = BroadcastStep(
            at=ask.at,
            by=ask.person.name,
            step=ask.step.value,
            state=after.state,
            content_sha256=after.content_sha256,
            comment=ask.comment.strip(),
        )
        rows.add_step(tx, after.id, step)
        was = None if before is None else before.content_sha256
        becomes = None if ask.step is Step.CANCEL else after.content_sha256
        record(tx, ask.at, ask.person, ask.step.value, _named(after), before=was, after=becomes)

    def history(self, name: str) -> list[BroadcastStep]:
        """Return every step in the life of a broadcast, the first one first; NotFound."""
        with self._store.read() as tx:
            return rows.steps(tx, _existing(tx, name).id)

    def phases(self, broadcasts: Iterable[Broadcast]) -> dict[str, Phase]:
        """Return what has become of each of these broadcasts by now."""
        asked = list(broadcasts)
        with self._store.read() as tx:
            held, airing = rows.confirmed(tx, [one.id for one in asked]), rows.on_air(tx)
        now = self._clock.now()
        return {
            one.id: phase_of(one, now, confirmed=one.id in held, on_air=one.id in airing)
            for one in asked
        }

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
        last_end = broadcast.first_start + timedelta(seconds=length_s)
        ended = replace(broadcast, draft=draft, last_end=last_end)
        rows.shorten(tx, ended)
        self._changed(tx, ended)

    def get(self, name: str) -> Broadcast:
        """Return a broadcast; NotFound."""
        with self._store.read() as tx:
            return _existing(tx, name)

    def list(
        self, cursor: str | None, limit: int, query: BroadcastQuery = _ALL
    ) -> tuple[list[Broadcast], str | None]:
        """Return one page of the broadcasts that a query means, newest first, and the next cursor.

        An area or device that is not there has none.
        """
        text = None if query.text is None else folded(query.text)
        with self._store.read() as tx:
            inside = None if query.area is None else below(query.area, places.areas(tx))
            wanted, now = replace(query, text=text), self._clock.now()
            return page(
                lambda at, count: rows.listed(tx, at, count, wanted, inside, now), cursor, limit
            )

    def _check_zones(self, draft: BroadcastDraft, devices: Iterable[Device]) -> None:
        """Raise unless every zone is known, and some truck is there to speak in it."""
        known = {entry.zone.id for entry in self._district.zones()}
        unknown = [f"zone:{zone}" for zone in draft.zones_meant if zone not in known]
        check_known(unknown, "zone")
        if draft.zones_meant and draft.content_kind in {ContentKind.RELAY, ContentKind.PAGE}:
            reason = "live sound waits for no truck; name the trucks themselves"
            raise Invalid("live sound in a zone", field="zones", reason=reason)
        if draft.zones_meant and not any(device.mobile for device in devices):
            raise Invalid("no truck", field="zones", reason="no truck is among the targets")

    def _changed(self, tx: Tx, broadcast: Broadcast, besides: Iterable[str] = ()) -> None:
        """Replan its devices, and those it is not for any more, and tell, in the transaction that
        changed the broadcast."""
        self._planner.replan(tx, {*broadcast.devices, *besides})
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


def folded(text: str) -> str:
    """Return a text as it is looked for: without marks and case, since many type without them."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _once_each(draft: BroadcastDraft) -> BroadcastDraft:
    return replace(draft, targets=tuple(dict.fromkeys(draft.targets)))


def _check_no_page(draft: BroadcastDraft) -> None:
    if draft.content_kind is ContentKind.PAGE:
        reason = "whoever wants to speak now begins at /api/v1/pages"
        raise Invalid("a page is no content", field="content.kind", reason=reason)


def _check_seen(broadcast: Broadcast, seen: str) -> None:
    if seen != broadcast.content_sha256:
        present = broadcast.content_sha256
        raise EditedMeanwhile(f"{broadcast.id} was edited", content_sha256=present)


def _two(devices: Iterable[Device], areas: list[Area]) -> frozenset[str]:
    """Return the areas of these devices where nobody approves his own."""
    asking = {one: two_persons(line_of(one, areas)) for one in {each.area for each in devices}}
    return frozenset(one for one in asking.values() if one is not None)


def _named(broadcast: Broadcast) -> str:
    return f"broadcast:{broadcast.id}"


def _existing(tx: Tx, name: str) -> Broadcast:
    found = rows.find(tx, name)
    if found is None:
        raise NotFound("broadcast", name[:80])
    return found
