"""Which sound is due: the plan, bent by what really happened on this loudspeaker.

A sound that the plan gives its whole length may end as much later as it began later, or was
interrupted; one that the plan gives less is cut at its end.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from firmware_bridge.aired import zone_of
from firmware_bridge.link.messages import EndReason
from firmware_bridge.player import hours, level
from firmware_bridge.player.ground import Ground, Hearers
from firmware_bridge.reporter import Reporter
from playlists.audio.sound import Samples
from playlists.schedule.arbiter import Verdict, decide
from playlists.schedule.plan import BroadcastClass, Item, OnInterrupt, Plan
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.sessions import Airing

LATE: Final = timedelta(seconds=30)
"""A sound that could not start so long after its instant never starts."""
RESUME_WITHIN: Final = timedelta(hours=1)
"""An interrupted sound goes on only so long afterwards: bells belong to their hour."""
MISSED_WITHIN: Final = timedelta(hours=12)
"""What was due longer ago is not reported as missed: the journal may have forgotten it."""
KEPT: Final = "kept for what was not heard there yet"
_INSTANT: Final = timedelta(milliseconds=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_ORDINARY: Final = BroadcastClass.NORMAL
_PATIENT: Final = frozenset({OnInterrupt.RESUME, OnInterrupt.RESTART})


@dataclass(frozen=True, slots=True)
class Current:
    """The sound that is on, and until when it may take."""

    item: Item
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """A sound that was interrupted and may go on."""

    at: int
    """Index of the sample to go on with."""
    until: datetime
    """After this it does not go on any more."""


class LineUp:
    """The sounds of one plan. Pure but for the journal it asks and tells."""

    def __init__(self, reporter: Reporter, ground: Ground) -> None:
        self._reporter = reporter
        self._ground = ground
        self._paused: dict[str, Paused] = {}
        self._tail: Item | None = None
        self.plan: Plan | None = None

    def follow(self, plan: Plan, current: Item | None, now: datetime) -> None:
        """Take a new plan. What it no longer has is cancelled, but plans drop what is over:
        the last seconds of a sound that began late are not cut."""
        self.plan = plan
        names = {item.occurrence for item in plan.items}
        self._paused = {name: one for name, one in self._paused.items() if name in names}
        self._tail = None
        if current is not None and current.occurrence not in names:
            self._tail = current if current.end <= now <= current.end + LATE else None

    def has(self, item: Item) -> bool:
        """Say whether the plan still wants this sound."""
        return self.find(item) is not None

    def planned(self, item: Item) -> Item:
        """Return the item of a verdict as the plan has it."""
        found = self.find(item)
        if found is None:
            raise AssertionError("a verdict is over the plan's own sounds")
        return found

    def find(self, item: Item) -> Item | None:
        """Return an item as the plan has it now; None when it has it no more."""
        same = (one for one in self._sounds() if one.occurrence == item.occurrence)
        return next(same, None)

    def verdict(
        self, now: datetime, current: Current | None, ready: Callable[[Item], bool]
    ) -> Verdict | None:
        """Return the arbiter's verdict over the sounds that are `ready`; None without a plan."""
        if self.plan is None:
            return None
        bent = (self._bend(item, now, current) for item in self._sounds())
        items = tuple(
            item
            for item in bent
            if item is not None and ready(item) and (item.start > now or self._may(item, now))
        )
        verdict = decide(replace(self.plan, items=items), now, exclusive=True)
        on = verdict.on[0] if verdict.on else None
        cut = None if on is None else hours.cut_at(on, self._hours, self._aired(on), now)
        if cut is None or cut <= now:
            return verdict
        return replace(verdict, until=min(cut, verdict.until or cut))

    def refused(self, item: Item, now: datetime) -> tuple[EndReason, str] | None:
        """Return why the hours policy does not let a sound be heard now; None when it does."""
        if self._reporter.started(item.occurrence):
            return hours.refused(item, self._hours, self._aired(item), now, begun=True)
        told = (self._refused_by(one, item, now) for one in self._ground.hearers(item, now))
        return next(filter(None, told), None)

    def levelled(self, block: Samples, item: Item, at: datetime) -> Samples:
        """Return samples as loud as the area's hours allow at an instant."""
        return level.capped(block, item, self._hours, at)

    def told(self, item: Item, began_at: datetime, ended_at: datetime, detail: str) -> str:
        """Return what the as-run log says of a sound's end, its volume caps included."""
        note = level.note(item, self._hours, began_at, ended_at)
        return "; ".join(filter(None, (detail, note, self._ground.note())))

    def pause(self, item: Item, at: int, now: datetime, reason: EndReason) -> None:
        """Remember where an interrupted sound may go on, if it may."""
        how = item.on_interrupt
        if reason is EndReason.FAULT:
            self._paused[item.occurrence] = Paused(at, self._patience(item, now, LATE))
        elif reason is EndReason.INTERRUPTED and how is not OnInterrupt.DROP:
            again = 0 if how is OnInterrupt.RESTART else at
            is_patient = how is not OnInterrupt.SKIP_IF_LATE
            until = self._patience(item, now, RESUME_WITHIN) if is_patient else now + LATE
            self._paused[item.occurrence] = Paused(again, until)

    @staticmethod
    def _patience(item: Item, now: datetime, patience: timedelta) -> datetime:
        """Return until when what was broken off may go on: a stream is joined where it is."""
        return item.end if item.asset.live is not None else now + patience

    def queue(self, verdict: Verdict, now: datetime) -> None:
        """Let what would interrupt, but lost to something as strong, wait its turn: it has as
        long as a sound that was interrupted at its first sample."""
        for item, _ in verdict.lost:
            waits = item.on_interrupt in _PATIENT and item.broadcast_class is not _ORDINARY
            if waits and self._is_fresh(item) and self._may(item, now):
                self._paused.setdefault(item.occurrence, Paused(0, now + RESUME_WITHIN))

    def take_up(self, item: Item) -> int:
        """Return the sample a sound begins with; it is no longer paused."""
        paused = self._paused.pop(item.occurrence, None)
        return 0 if paused is None else paused.at

    def give_up(self, now: datetime, why_late: Callable[[Item], str]) -> None:
        """Report what is due and will never be heard."""
        plan = self.plan
        if plan is None or not plan.not_before <= now < plan.not_after:
            return
        for item in plan.items:
            # What was over when the plan was made is there to go on, not to begin.
            may_begin = plan.not_before < item.end
            is_due = item.start <= now < item.end + MISSED_WITHIN
            if may_begin and is_due and self._is_fresh(item):
                if now > self._latest_start(item):
                    self._reporter.never(item, now, EndReason.MISSED, why_late(item))
                elif (refused := self.refused(item, now)) is not None:
                    self._reporter.never(item, now, *refused)

    def next_look(self, now: datetime, *aheads: timedelta) -> datetime | None:
        """Return when something next becomes due, too late, or due within one of `aheads`, or may
        have to be of another level."""
        items = () if self.plan is None else self.plan.items
        instants = (
            at
            for item in items
            if now <= max(item.end + LATE, self._latest_start(item)) and self._is_fresh(item)
            for at in (
                *(item.start - ahead for ahead in aheads),
                item.start,
                self._latest_start(item) + _INSTANT,
            )
        )
        cap = None if self._hours is None else self._hours.next_cap(now)
        edges = () if cap is None else (cap,)
        return min((at for at in (*instants, *edges) if at > now), default=None)

    def upcoming(self, now: datetime, ahead: timedelta) -> Item | None:
        """Return the next sound that starts within `ahead`."""
        items = () if self.plan is None else self.plan.items
        soon = [item for item in items if now < item.start <= now + ahead and self._is_fresh(item)]
        return min(soon, key=lambda item: (item.start, item.occurrence), default=None)

    @property
    def _hours(self) -> HoursPolicy | None:
        return None if self.plan is None else self.plan.hours

    def _aired(self, item: Item) -> list[Airing]:
        """Return what counts with an item."""
        return self._reporter.aired(zone_of(item))

    def _refused_by(
        self, hearers: Hearers, item: Item, now: datetime
    ) -> tuple[EndReason, str] | None:
        """Return why people do not want to hear a sound that has not begun, or None."""
        heard = self._reporter.aired(hearers.place)
        refused = hours.refused(item, self._hours, heard, now, begun=False)
        if refused is not None or not hearers.kept:
            return refused
        kept = hours.refused(item, self._hours, [*heard, *hearers.kept], now, begun=False)
        return None if kept is None else (kept[0], f"{kept[1]}; {KEPT}")

    def _may(self, item: Item, now: datetime) -> bool:
        return self.refused(item, now) is None

    def _sounds(self) -> list[Item]:
        items = () if self.plan is None else self.plan.items
        sounds = [item for item in items if item.asset.is_heard]
        return sounds if self._tail is None else [*sounds, self._tail]

    def _is_fresh(self, item: Item) -> bool:
        return item.asset.is_heard and not self._reporter.started(item.occurrence)

    def _latest_start(self, item: Item) -> datetime:
        paused = self._paused.get(item.occurrence)
        return _latest_start(item) if paused is None else paused.until

    def _bend(self, item: Item, now: datetime, current: Current | None) -> Item | None:
        """Return the item with the end that holds here and now; None when it is done."""
        paused = self._paused.get(item.occurrence)
        is_on = current is not None and item.occurrence == current.item.occurrence
        if item.start > now and not is_on and paused is None:
            return None  # `next_look` knows when its turn comes
        is_whole, is_emergency = item.is_whole, item.broadcast_class is BroadcastClass.EMERGENCY
        if is_on and not is_emergency:
            # Nothing equal interrupts it, also when that was to come before, and its plan is late.
            item = replace(item, start=_LONG_AGO)
        elif is_on or paused is not None:
            # What began stays begun, also when the clock is set back before its start.
            item = replace(item, start=min(item.start, now))
        if current is not None and is_on:
            end = current.ends_at
        elif paused is not None:
            end = paused.until
        elif self._reporter.started(item.occurrence) or now > _latest_start(item):
            return None
        else:
            end = max(item.end, item.start + LATE + _INSTANT)
        return replace(item, end=end if is_whole else min(end, item.end))


def _latest_start(item: Item) -> datetime:
    """Return until when it may begin; in a zone it has as long as the truck is there, and a stream
    may be joined as long as it lasts."""
    if item.asset.live is not None:
        return item.end - _INSTANT
    if item.zones:
        return item.end
    latest = item.start + LATE
    return latest if item.is_whole else min(latest, item.end)
