"""Emergencies: one person, one action, every board and loudspeaker; reviewed by another after.

Everything that is said was approved in a template, so whoever is signed in may press it, alone.
A drill is no emergency: it is of the class priority, the hours bind it, and it says what it is.
"""

import hashlib
import json
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Final

from controller.audit import content_of, record
from controller.clock import Clock
from controller.emergency import wording
from controller.emergency.air import Air, Devices, Urgency, When
from controller.emergency.contents import Contents
from controller.emergency.model import (
    Call,
    Emergency,
    Mode,
    Preview,
    Said,
    Silent,
    Template,
    TemplateState,
)
from controller.emergency.templates import CLEAR_CHIME
from controller.errors import Conflict, Forbidden, Invalid, NotFound
from controller.life import StationsRelay
from controller.model import Person
from controller.store import emergency as rows
from controller.store.pages import page
from controller.store.store import Store, Tx
from playlists.schedule.plan import BroadcastClass

MAX_TARGETS: Final = 100
MAX_NOTE_CHARS: Final = 4_000
CAMPAIGN: Final = {Mode.REAL: "Khẩn cấp", Mode.DRILL: "Diễn tập"}
"""What reports count them under."""
_CLASS: Final = {Mode.REAL: BroadcastClass.EMERGENCY, Mode.DRILL: BroadcastClass.PRIORITY}
_ALARM_PRIORITY: Final = 100
_CLEAR_PRIORITY: Final = 50
"""Below an alarm's: the all clear of one emergency never covers another that goes on."""


class ShownOtherwise(Conflict):
    """What would happen is not what was looked at. Fact: `confirm`, the present hash."""

    code = "shown-otherwise"


class NotApproved(Conflict):
    """Nobody has approved the template as it is. Fact: `template`."""

    code = "template-not-approved"


class StillOn(Conflict):
    """It cannot be reviewed before it is over. Fact: `ends_at`."""

    code = "emergency-on"


class OwnEmergency(Forbidden):
    """Who pressed or ended it does not review it. Fact: `action`."""

    code = "own-emergency"


class Emergencies:
    """What was pressed, how it ended, what was learnt."""

    def __init__(self, store: Store, clock: Clock, contents: Contents, air: Air) -> None:
        self._store = store
        self._clock = clock
        self._contents = contents
        self._air = air

    def preview(self, call: Call, person: Person) -> Preview:
        """Return what pressing would do, without doing it: it is rendered already.

        Raises NotApproved, UnknownTarget, Invalid, ContentRefused, TwoPersons, StationsRelay.
        """
        template, devices = self._looked_up(call, person)
        said = _filled(template, call)[0]
        words = self._contents.of(said, wording.chime_of(template.draft, call.mode), person)
        self._air.shown(words, devices)
        self._air.heard(words, devices, _CLASS[call.mode])
        return Preview(
            said=said,
            boards=len(devices.boards),
            speakers=len(devices.speakers),
            silent=self._silent(devices),
            unspoken=words.fault,
            confirm=_confirmed(template, call, devices),
        )

    def press(self, call: Call, person: Person, *, confirm: str) -> Emergency:
        """Put it on air everywhere at once; on return the plans are on their way.

        `confirm` is the hash that the preview gave; ShownOtherwise when devices, words or template
        are others by now. Raises as `preview`, and what the hours have against a drill.
        """
        template, devices = self._looked_up(call, person)
        present = _confirmed(template, call, devices)
        if confirm != present:
            raise ShownOtherwise("look again", confirm=present)
        said, clear = _filled(template, call)
        words = self._contents.of(said, wording.chime_of(template.draft, call.mode), person)
        now = self._clock.now()
        ends_at = now + timedelta(seconds=template.draft.duration_s)
        # People hear once that it is a drill; an alarm goes on until they have heard it.
        repeat_s = template.draft.repeat_s if call.mode is Mode.REAL else None
        urgency = Urgency(_CLASS[call.mode], _ALARM_PRIORITY, CAMPAIGN[call.mode])
        parts = self._air.parts(words, devices, urgency, When(now, ends_at, repeat_s))
        with self._store.write() as tx:
            _check_still(tx, template)
            made = self._air.start(tx, parts, person, _approver(template))
            self._air.settle(tx, made)
            emergency = Emergency(
                id=secrets.token_hex(8),
                template=template.id,
                template_sha256=template.content_sha256,
                name=template.draft.name,
                mode=call.mode,
                targets=tuple(dict.fromkeys(call.targets)),
                said=said,
                all_clear=clear,
                english=template.draft.english,
                clear_s=template.draft.clear_s,
                approved_by=_approver(template),
                unspoken=words.fault,
                broadcasts=tuple(one.id for one in made),
                created_at=now,
                created_by=person.name,
                ends_at=ends_at,
            )
            rows.add(tx, emergency)
            self._enter(tx, person, "raise", None, emergency)
        return emergency

    def clear(self, name: str, person: Person) -> Emergency:
        """End it, and send its all clear, to whom its targets mean now; twice is once."""
        _check_no_station(person)
        kept = self.get(name)
        if kept.cleared_at is not None:
            return kept
        devices = self._air.devices(kept.targets)
        words = self._contents.of(kept.all_clear, _clear_chime(kept.mode), person)
        now = self._clock.now()
        urgency = Urgency(_CLASS[kept.mode], _CLEAR_PRIORITY, CAMPAIGN[kept.mode])
        when = When(now, now + timedelta(seconds=kept.clear_s), None)
        parts = self._air.parts(words, devices, urgency, when)
        with self._store.write() as tx:
            before = _existing(tx, name)
            if before.cleared_at is not None:
                return before
            stopped = self._air.stop(tx, before.broadcasts, person)
            made = self._air.start(tx, parts, person, before.approved_by)
            self._air.settle(tx, [*stopped, *made])
            after = replace(
                before,
                cleared_at=now,
                cleared_by=person.name,
                clear_broadcasts=tuple(one.id for one in made),
            )
            rows.change(tx, after)
            self._enter(tx, person, "all-clear", before, after)
        return after

    def review(self, name: str, note: str, person: Person) -> Emergency:
        """Write down what was learnt; only another person does, once it is over.

        A later note takes the place of an earlier one; the log has both. Raises OwnEmergency,
        StillOn, Invalid, NotFound.
        """
        note = note.strip()
        if not 0 < len(note) <= MAX_NOTE_CHARS:
            reason = f"1 to {MAX_NOTE_CHARS} characters"
            raise Invalid("no such note", field="note", reason=reason)
        now = self._clock.now()
        with self._store.write() as tx:
            before = _existing(tx, name)
            if person.name in {before.created_by, before.cleared_by}:
                raise OwnEmergency("somebody else must review it", action="review")
            if before.over_at() > now:
                raise StillOn("it goes on", ends_at=before.over_at().isoformat())
            after = replace(before, reviewed_at=now, reviewed_by=person.name, note=note)
            rows.change(tx, after)
            self._enter(tx, person, "review", before, after)
        return after

    def get(self, name: str) -> Emergency:
        """Return an emergency; NotFound."""
        with self._store.read() as tx:
            return _existing(tx, name)

    def list(
        self, cursor: str | None, limit: int, *, unreviewed: bool = False
    ) -> tuple[list[Emergency], str | None]:
        """Return one page of emergencies, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(
                lambda at, count: rows.listed(tx, at, count, unreviewed=unreviewed), cursor, limit
            )

    def _looked_up(self, call: Call, person: Person) -> tuple[Template, Devices]:
        _check_no_station(person)
        if not 0 < len(call.targets) <= MAX_TARGETS:
            raise Invalid("no targets", field="targets", reason=f"1 to {MAX_TARGETS} targets")
        with self._store.read() as tx:
            template = rows.template(tx, call.template)
        if template is None:
            raise NotFound("template", call.template[:80])
        if template.state is not TemplateState.APPROVED:
            raise NotApproved("nobody approved it", template=template.id)
        devices = self._air.devices(call.targets)
        if template.approved_by in template.authors:
            self._air.check_one_is_enough(devices)
        return template, devices

    def _silent(self, devices: Devices) -> tuple[Silent, ...]:
        with self._store.read() as tx:
            heard = rows.last_heard(tx, [one.id for one in devices.all])
        found = []
        for device in devices.all:
            state = heard.get(device.id)
            if state is None or not state.online:
                heard_at = None if state is None else state.at
                found.append(Silent(device.id, device.name, heard_at))
        return tuple(found)

    def _enter(
        self, tx: Tx, person: Person, verb: str, before: Emergency | None, after: Emergency
    ) -> None:
        thing, was, becomes = f"emergency:{after.id}", content_of(before), content_of(after)
        record(tx, self._clock.now(), person, verb, thing, before=was, after=becomes)


def _filled(template: Template, call: Call) -> tuple[Said, Said]:
    """Return the words of the alarm and of the all clear, as they will be."""
    draft = template.draft
    if draft.all_clear is None:  # nobody could have approved it
        raise NotApproved("no all clear", template=template.id)
    said = wording.filled(draft.alarm, draft.slots, call.slots)
    clear = wording.filled(draft.all_clear, draft.slots, call.slots)
    return wording.alarm(said, call.mode), wording.all_clear(clear, call.mode)


def _confirmed(template: Template, call: Call, devices: Devices) -> str:
    """Hash what was looked at: every word, and every device."""
    seen = {
        "template": template.content_sha256,
        "mode": call.mode.value,
        "slots": dict(call.slots),
        "devices": sorted(one.id for one in devices.all),
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def _check_still(tx: Tx, template: Template) -> None:
    """Raise NotApproved when somebody edited or withdrew the template a moment ago."""
    known = rows.template(tx, template.id)
    if known is None or known.approved_by is None or known.draft != template.draft:
        raise NotApproved("it was changed just now", template=template.id)


def _check_no_station(person: Person) -> None:
    if person.station is not None:
        raise StationsRelay("a station only relays", action="raise")


def _approver(template: Template) -> str:
    return template.approved_by or ""


def _clear_chime(mode: Mode) -> str:
    return CLEAR_CHIME if mode is Mode.REAL else "gong"


def _existing(tx: Tx, name: str) -> Emergency:
    found = rows.find(tx, name)
    if found is None:
        raise NotFound("emergency", name[:80])
    return found
