"""Alerts of others: who may send them, what stands of them, what of that is on air.

What came is stored first, and `follow` makes the air agree with what stands: after every message,
at every change that time brings, and after a restart. Each warning is put on air once.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from controller.access import fingerprint, new_secret
from controller.areas import below
from controller.audit import content_of, record
from controller.chain import How
from controller.clock import Clock
from controller.emergency import cap, meaning, standing, wording
from controller.emergency.air import Air, Part, Urgency, When
from controller.emergency.alert import Alert, Kind, Pair
from controller.emergency.contents import Contents
from controller.emergency.meaning import Drill, Genuine, Ground, Policy, Rehearsed, Warn
from controller.emergency.model import Airing, Mode, Received, Said, Source
from controller.errors import Conflict, ControllerError, Forbidden, Invalid, NotFound
from controller.model import Area, Broadcast, Person
from controller.names import checked_name
from controller.store import emergency as rows
from controller.store import places
from controller.store.pages import page
from controller.store.store import Store, Tx
from playlists.errors import ContentRefused
from playlists.schedule.plan import BroadcastClass

MAX_LIFE: Final = timedelta(days=30)
"""Nothing is followed for longer after it was sent; no broadcast may last longer than 31 days."""
MAX_SOURCES: Final = 200
MAX_CODES: Final = 10_000
NOWHERE: Final = "nowhere"
"""The fault of a warning that is for no place here, or none its source may speak for."""
CAMPAIGN: Final = {Mode.REAL: "CAP", Mode.DRILL: "Diễn tập"}
_URGENT: Final = 100, 60
_OTHERS: Final = 50, 600
"""Priority, and seconds from start to start: who approves hears it soon after."""

_Key = tuple[str, int]
"""A warning: its message, and which one of it."""
_Ready = tuple[list[Part], bool, str]
"""The broadcasts of a warning, whether they wait for a person, and what is wrong."""
_Wanted = tuple[dict[_Key, tuple[Source, Warn | Drill]], list[Received]]
"""What stands and may be on air, and every alert that may matter."""
_Made = list[Broadcast]


class NotASource(ControllerError):
    """The token is of no source of alerts."""

    code = "not-a-source"


class CapRefused(Conflict):
    """An alert is not taken. Fact: `reason`: `sender`, or one of `standing.Refusal`."""

    code = "cap-refused"


class Alerts:
    """What others warn of."""

    def __init__(self, store: Store, clock: Clock, contents: Contents, air: Air) -> None:
        self._store = store
        self._clock = clock
        self._contents = contents
        self._air = air

    def add_source(
        self,
        name: str,
        sender: str,
        policy: Policy,
        areas: Sequence[str],
        person: Person,
        *,
        drills: bool,
    ) -> tuple[Source, str]:
        """Let somebody send alerts; return the token, which is shown once and never stored."""
        _check_may(person)
        now, secret = self._clock.now(), new_secret()
        name, kept = checked_name(name), tuple(dict.fromkeys(areas))
        identity = secrets.token_hex(8)
        source = Source(identity, name, sender, policy, kept, drills, now, person.name)
        if not 0 < len(sender) <= cap.MAX_NAME_CHARS or sender.startswith("closed:"):
            raise Invalid("no such sender", field="sender", reason="as in its alerts")
        with self._store.write() as tx:
            known = rows.sources(tx)
            if any(one.sender == sender for one in known):
                raise Conflict("that sender is known", reason="exists")
            if len(known) >= MAX_SOURCES:
                raise Invalid("so many", field="sources", reason=f"at most {MAX_SOURCES}")
            _check_areas(kept, places.areas(tx))
            rows.add_source(tx, source, fingerprint(secret))
            record(tx, now, person, "create", f"source:{source.id}", after=content_of(source))
        return source, secret

    def close_source(self, name: str, person: Person) -> None:
        """Take nothing more from a source; what stands of it goes on."""
        _check_may(person)
        with self._store.write() as tx:
            source = next((one for one in rows.sources(tx) if one.id == name), None)
            if source is None:
                raise NotFound("source", name[:80])
            rows.close_source(tx, name)
            before = content_of(source)
            record(tx, self._clock.now(), person, "close", f"source:{name}", before=before)

    def sources(self) -> list[Source]:
        """Return who may send alerts, and who might once."""
        with self._store.read() as tx:
            return rows.sources(tx)

    def codes(self) -> dict[Pair, str]:
        """Return which area each geocode means."""
        with self._store.read() as tx:
            return rows.codes(tx)

    def set_codes(self, meant: Mapping[Pair, str], person: Person) -> None:
        """Say which area each geocode means; what is not said is forgotten."""
        _check_may(person)
        if len(meant) > MAX_CODES:
            raise Invalid("so many", field="codes", reason=f"at most {MAX_CODES}")
        with self._store.write() as tx:
            _check_areas(meant.values(), places.areas(tx))
            before, after = (_codes_hash(one) for one in (rows.codes(tx), meant))
            rows.set_codes(tx, meant)
            now = self._clock.now()
            record(tx, now, person, "change", "codes:cap", before=before, after=after)

    def take(self, data: bytes, token: str, address: str) -> tuple[Received, bool]:
        """Take an alert, put on air what it asks for, end what it ends; say whether it is new.

        The same bytes again change nothing. Raises NotASource, BadAlert, CapRefused.
        """
        with self._store.read() as tx:
            source = rows.source_of(tx, fingerprint(token))
        if source is None:
            raise NotASource("nobody's token")
        alert = cap.read(data)
        if alert.sender != source.sender:
            raise CapRefused("not its own name", reason="sender")
        received = _received(alert, data, source, self._clock.now())
        with self._store.write() as tx:
            same = rows.same(tx, alert.sender, alert.identifier)
            twin = next((one for one in same if one.sha256 == received.sha256), None)
            if twin is not None:
                return twin, False
            reason = standing.refusal(alert, [cap.read(one.data) for one in same])
            if reason is not None:
                raise CapRefused("it is not taken", reason=reason.value)
            rows.add_message(tx, received)
            person, thing = _person(source, address), f"alert:{received.id}"
            record(tx, received.created_at, person, "receive", thing, after=received.sha256)
        self.follow()
        return self.get(received.id), True

    def get(self, name: str) -> Received:
        """Return an alert that came; NotFound."""
        with self._store.read() as tx:
            found = rows.message(tx, name)
        if found is None:
            raise NotFound("alert", name[:80])
        return found

    def list(self, cursor: str | None, limit: int) -> tuple[list[Received], str | None]:
        """Return one page of alerts, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: rows.messages(tx, at, count), cursor, limit)

    def follow(self) -> None:
        """Make the air agree with what stands now."""
        now = self._clock.now()
        with self._store.read() as tx:
            wanted, kept = self._wanted(tx, now)
        known = {(one.id, it.number) for one in kept for it in one.airings}
        ready = {
            key: self._rendered(source, said, now)
            for key, (source, said) in wanted.items()
            if key not in known
        }
        if not ready and all(key in wanted for key in _open(kept)):
            return
        with self._store.write() as tx:
            # Somebody may have been here since: what stands is asked again, and nothing done twice.
            wanted, kept = self._wanted(tx, now)
            changed = []
            for one in kept:
                for airing in one.airings:
                    if airing.ended_at is None and (one.id, airing.number) not in wanted:
                        changed += self._air.stop(tx, airing.broadcasts, _person_of(one))
                        rows.put_airing(tx, one.id, replace(airing, ended_at=now))
            known = {(one.id, it.number) for one in kept for it in one.airings}
            for key, (source, _) in wanted.items():
                if key in ready and key not in known:
                    changed += self._start(tx, key, source, ready[key])
            self._air.settle(tx, changed)

    def _wanted(self, tx: Tx, now: datetime) -> _Wanted:
        """Return what stands and may be on air now, and every alert that may matter."""
        kept = rows.live_messages(tx, now)
        sources = {one.id: one for one in rows.sources(tx)}
        areas = places.areas(tx)
        ground = Ground(areas, rows.codes(tx))
        alerts = [(cap.read(one.data), one) for one in kept]
        names = {(alert.status, alert.name): one for alert, one in alerts}
        found: dict[_Key, tuple[Source, Warn | Drill]] = {}
        for it in standing.standing([alert for alert, _ in alerts], now):
            received = names[it.alert.status, it.alert.name]
            source = sources[received.source]
            for number, said in enumerate(_meant(it, source, ground)):
                if said.ends > now and received.until > now:
                    found[received.id, number] = source, _within(said, source, areas)
        return found, kept

    def _rendered(self, source: Source, said: Warn | Drill, now: datetime) -> _Ready:
        waits = isinstance(said, Drill) or said.needs_approval
        if not said.where.targets:
            return [], waits, NOWHERE
        urgency, chime, words, repeat_s = _manner(said)
        start = max(now, said.begins)
        when = When(start, min(said.ends, start + MAX_LIFE), repeat_s if waits else None)
        if urgency.broadcast_class is BroadcastClass.EMERGENCY:
            when = replace(when, repeat_s=repeat_s)
        try:
            made = self._contents.of(words, chime, _person(source), language=said.words.language)
            devices = self._air.devices(said.where.targets)
            return self._air.parts(made, devices, urgency, when), waits, made.fault
        except (ContentRefused, ControllerError) as exc:
            return [], waits, exc.code

    def _start(self, tx: Tx, key: _Key, source: Source, ready: _Ready) -> _Made:
        parts, waits, fault = ready
        made: _Made = []
        approver = None if waits else source.name
        for part in parts:
            try:
                with tx.begin_nested():
                    made += self._air.start(tx, [part], _person(source), approver)
            except ContentRefused as refusal:  # the hours have no room for its sound
                fault = fault or refusal.code
        rows.put_airing(tx, key[0], Airing(key[1], tuple(one.id for one in made), fault))
        return made


def _meant(it: standing.Standing, source: Source, ground: Ground) -> Sequence[Warn | Drill]:
    match meaning.sort_out(it):
        case Genuine() as genuine:
            return meaning.warnings(genuine, source.policy, ground)
        case Rehearsed() as rehearsed if source.drills:
            return meaning.drills(rehearsed, ground)
        case _:
            return []


def _within(said: Warn | Drill, source: Source, areas: Sequence[Area]) -> Warn | Drill:
    """Return the same for those areas only that its source may speak for."""
    if not source.areas:
        return said
    allowed = {one for area in source.areas for one in below(area, areas)}
    kept: dict[str, None] = {}
    for name in said.where.areas:
        inside = below(name, areas)
        mine = [name] if name in allowed else [one for one in source.areas if one in inside]
        kept |= dict.fromkeys(mine)
    return replace(said, where=replace(said.where, areas=tuple(kept), devices=()))


def _manner(said: Warn | Drill) -> tuple[Urgency, str, Said, int]:
    words = Said(said.words.shown, said.words.spoken)
    if isinstance(said, Drill):
        urgency = Urgency(BroadcastClass.NORMAL, _OTHERS[0], CAMPAIGN[Mode.DRILL])
        return urgency, "gong", Said(f"[vàng]{words.shown}", words.spoken), _OTHERS[1]
    if said.broadcast_class is BroadcastClass.EMERGENCY:
        urgency = Urgency(said.broadcast_class, _URGENT[0], CAMPAIGN[Mode.REAL])
        return urgency, "alarm", wording.alarm(words, Mode.REAL), _URGENT[1]
    urgency = Urgency(said.broadcast_class, _OTHERS[0], CAMPAIGN[Mode.REAL])
    return urgency, "two-tone", words, _OTHERS[1]


def _received(alert: Alert, data: bytes, source: Source, now: datetime) -> Received:
    longest = alert.sent + MAX_LIFE
    ends = [standing.end(alert, info) for info in alert.infos]
    acts = alert.kind in {Kind.UPDATE, Kind.CANCEL}
    # What ends others is remembered as long as the longest of them could stand.
    until = longest if acts or not ends else min(longest, max(ends))
    return Received(
        id=secrets.token_hex(8),
        source=source.id,
        sender=alert.sender,
        identifier=alert.identifier,
        sent=alert.sent,
        status=alert.status,
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
        until=until,
        created_at=now,
        created_by=source.name,
    )


def _open(kept: Iterable[Received]) -> list[_Key]:
    return [(one.id, it.number) for one in kept for it in one.airings if it.ended_at is None]


def _person(source: Source, address: str = "") -> Person:
    alone = source.policy is Policy.AIR
    return Person(source.id, source.name, alone, How.TOKEN, address)


def _person_of(received: Received) -> Person:
    return Person(received.source, received.created_by, may_approve_alone=False, how=How.TOKEN)


def _check_may(person: Person) -> None:
    if not person.may_approve_alone:
        raise Forbidden("alerts are let in by those who approve", action="change alert sources")


def _check_areas(names: Iterable[str], areas: Sequence[Area]) -> None:
    known = {area.id for area in areas}
    for name in names:
        if name not in known:
            raise NotFound("area", name[:80])


def _codes_hash(meant: Mapping[Pair, str]) -> str | None:
    return content_of({f"{one.name}={one.value}": area for one, area in sorted(meant.items())})
