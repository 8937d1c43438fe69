"""From words to broadcasts that begin at once: text for boards, sound for loudspeakers, together.

What is rendered is rendered before a transaction opens; keeping and planning all of it is one.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from controller.admission import admit
from controller.areas import line_of, two_persons
from controller.broadcasts import content_hash, folded
from controller.calendars import title_of
from controller.clock import Clock
from controller.district import District
from controller.errors import UnknownTarget
from controller.library import Library
from controller.life import Step, TwoPersons
from controller.model import (
    Broadcast,
    BroadcastDraft,
    BroadcastState,
    BroadcastStep,
    ContentKind,
    Device,
    DeviceKind,
    Person,
)
from controller.planning import LATE_START, Planner
from controller.store import broadcasts as broadcast_rows
from controller.store import contents, places, proof
from controller.store.emergency import Words
from controller.store.store import Tx
from playlists.schedule import instant
from playlists.schedule.draft import RuleDraft
from playlists.schedule.plan import Asset, BroadcastClass, OnInterrupt

MAX_REPEATS: Final = 900
"""Starts of one sound; a rule may add a thousand dates."""
_BREATH: Final = timedelta(seconds=1)
"""Between a sound and its repetition, at least."""


@dataclass(frozen=True, slots=True)
class Devices:
    """Whom targets mean, each once, and which targets mean any of each kind."""

    boards: tuple[Device, ...]
    speakers: tuple[Device, ...]
    board_targets: tuple[str, ...]
    speaker_targets: tuple[str, ...]

    @property
    def all(self) -> tuple[Device, ...]:
        """Return boards and loudspeakers."""
        return self.boards + self.speakers


@dataclass(frozen=True, slots=True)
class Urgency:
    """How something goes before others, and under which name it is counted."""

    broadcast_class: BroadcastClass
    priority: int
    campaign: str


@dataclass(frozen=True, slots=True)
class When:
    """From when to when, and how often it is said; None = once."""

    start: datetime
    end: datetime
    repeat_s: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """One broadcast that may be put on air."""

    draft: BroadcastDraft
    assets: Mapping[str, Asset]
    start: datetime
    end: datetime


class Air:
    """Puts several broadcasts on air in one transaction, and takes them off."""

    def __init__(
        self, clock: Clock, district: District, library: Library, planner: Planner
    ) -> None:
        self._clock = clock
        self._district = district
        self._library = library
        self._planner = planner

    def devices(self, targets: Sequence[str]) -> Devices:
        """Return whom targets mean; UnknownTarget names the first that means nobody."""
        found: dict[DeviceKind, dict[str, Device]] = {kind: {} for kind in DeviceKind}
        meant: dict[DeviceKind, list[str]] = {kind: [] for kind in DeviceKind}
        for target in dict.fromkeys(targets):
            refusals = []
            for kind in DeviceKind:
                try:
                    some = self._district.resolve([target], kind)
                except UnknownTarget as refusal:
                    refusals.append(refusal)
                    continue
                found[kind] |= {one.id: one for one in some}
                meant[kind].append(target)
            if len(refusals) == len(DeviceKind):
                raise refusals[0]
        return Devices(
            tuple(found[DeviceKind.BOARD].values()),
            tuple(found[DeviceKind.SPEAKER].values()),
            tuple(meant[DeviceKind.BOARD]),
            tuple(meant[DeviceKind.SPEAKER]),
        )

    def everywhere(self) -> Devices:
        """Return every device there is."""
        known = self._district.devices()
        boards = tuple(one for one in known if one.kind is DeviceKind.BOARD)
        return Devices(boards, tuple(one for one in known if one not in boards), (), ())

    def check_one_is_enough(self, devices: Devices) -> None:
        """Raise TwoPersons where an area wants what its author approved to be seen by another."""
        areas = self._district.areas()
        lines = (line_of(name, areas) for name in {one.area for one in devices.all})
        asking = {area for line in lines if (area := two_persons(line)) is not None}
        if asking:
            raise TwoPersons("two persons are asked for", action="approve", areas=sorted(asking))

    def shown(self, words: Words, devices: Devices) -> dict[str, Asset]:
        """Render the text for every board."""
        if not devices.boards:
            return {}
        return self._library.rendered(ContentKind.MESSAGE, words.message, list(devices.boards))

    def heard(self, words: Words, devices: Devices, urgency: BroadcastClass) -> dict[str, Asset]:
        """Render the sound for every loudspeaker, if there is one."""
        if not devices.speakers or words.playlist is None:
            return {}
        speakers = list(devices.speakers)
        return self._library.rendered(ContentKind.PLAYLIST, words.playlist, speakers, urgency)

    def parts(self, words: Words, devices: Devices, urgency: Urgency, when: When) -> list[Part]:
        """Render words and return the broadcasts they become; no transaction is open."""
        found = []
        if assets := self.shown(words, devices):
            draft = _draft(ContentKind.MESSAGE, words.message, devices.board_targets, urgency)
            rule = RuleDraft(start=instant.to_text(when.start), end=instant.to_text(when.end))
            found.append(Part(replace(draft, rule=rule), assets, when.start, when.end))
        assets = self.heard(words, devices, urgency.broadcast_class)
        if assets and words.playlist is not None:
            draft = _draft(ContentKind.PLAYLIST, words.playlist, devices.speaker_targets, urgency)
            starts, length = _starts(when, assets.values())
            rule = RuleDraft(
                start=instant.to_text(starts[0]),
                duration_s=length.total_seconds(),
                rdates=tuple(map(instant.to_text, starts[1:])),
            )
            found.append(Part(replace(draft, rule=rule), assets, starts[0], starts[-1] + length))
        return found

    def start(
        self, tx: Tx, parts: Iterable[Part], person: Person, approved_by: str | None
    ) -> list[Broadcast]:
        """Keep broadcasts, approved by somebody or not; the caller plans them with `settle`.

        Raises what the hours have against one, where they bind it.
        """
        now, made = self._clock.now(), []
        areas = places.areas(tx)
        for part in parts:
            for asset in part.assets.values():
                contents.add_asset(tx, asset)
            broadcast = _asked(part, person, approved_by, now)
            words = folded(title_of(tx, part.draft))
            broadcast_rows.add(tx, broadcast, assets=part.assets, words=words)
            admit(tx, broadcast, areas, self._planner.almanac, now)
            broadcast_rows.add_step(tx, broadcast.id, _step(Step.CREATE, broadcast, person, now))
            made.append(broadcast)
        return made

    def stop(self, tx: Tx, names: Iterable[str], person: Person) -> list[Broadcast]:
        """Cancel what is not over of these broadcasts; the caller plans that with `settle`."""
        now, stopped = self._clock.now(), []
        for name in names:
            known = broadcast_rows.find(tx, name)
            over = {BroadcastState.CANCELLED, BroadcastState.REJECTED}
            if known is None or known.state in over or known.last_end <= now:
                continue
            ended = replace(known, state=BroadcastState.CANCELLED, cancelled_by=person.name)
            broadcast_rows.set_state(tx, ended)
            broadcast_rows.add_step(tx, name, _step(Step.CANCEL, ended, person, now))
            stopped.append(ended)
        return stopped

    def settle(self, tx: Tx, changed: Iterable[Broadcast]) -> None:
        """Plan every device of these broadcasts once, and tell."""
        changed = list(changed)
        self._planner.replan(tx, {device for one in changed for device in one.devices})
        for one in changed:
            facts: dict[str, object] = {"id": one.id, "state": one.state.value}
            proof.add_event(tx, self._clock.now(), "broadcast", None, facts)


def _draft(
    kind: ContentKind, name: str, targets: tuple[str, ...], urgency: Urgency
) -> BroadcastDraft:
    return BroadcastDraft(
        content_kind=kind,
        content_id=name,
        targets=targets,
        rule=RuleDraft(),
        broadcast_class=urgency.broadcast_class,
        priority=urgency.priority,
        # What is repeated is not caught up with: the next one comes soon.
        on_interrupt=OnInterrupt.DROP,
        campaign=urgency.campaign,
    )


def _starts(when: When, sounds: Iterable[Asset]) -> tuple[list[datetime], timedelta]:
    """Return when a sound begins each time, and how long it may take."""
    length = timedelta(milliseconds=max(one.duration_ms for one in sounds))
    if when.repeat_s is None:
        return [when.start], length + LATE_START
    span = when.end - when.start
    step = max(timedelta(seconds=when.repeat_s), length + _BREATH, span / MAX_REPEATS)
    count = max(1, -(-span // step))
    return [when.start + number * step for number in range(count)], length + LATE_START


def _asked(part: Part, person: Person, approved_by: str | None, now: datetime) -> Broadcast:
    approved = approved_by is not None
    return Broadcast(
        id=secrets.token_hex(8),
        draft=part.draft,
        state=BroadcastState.APPROVED if approved else BroadcastState.SUBMITTED,
        content_sha256=content_hash(part.draft, part.assets),
        devices=tuple(part.assets),
        first_start=part.start,
        last_end=part.end,
        asked_at=now,
        created_at=now,
        created_by=person.name,
        authors=(person.name,),
        approved_by=approved_by,
    )


def _step(step: Step, broadcast: Broadcast, person: Person, now: datetime) -> BroadcastStep:
    return BroadcastStep(
        at=now,
        by=person.name,
        step=step.value,
        state=broadcast.state,
        content_sha256=broadcast.content_sha256,
        comment="",
    )
