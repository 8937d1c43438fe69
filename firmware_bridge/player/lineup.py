"""Which sound is due: the plan, bent by what really happened on this loudspeaker.

A sound that the plan gives its whole length may end as much later as it began later, or was
interrupted; one that the plan gives less is cut at its end.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from firmware_bridge.link.messages import EndReason
from firmware_bridge.reporter import Reporter
from playlists.schedule.arbiter import Verdict, decide, out_of_hours
from playlists.schedule.plan import AssetKind, Item, OnInterrupt, Plan

LATE: Final = timedelta(seconds=30)
"""A sound that could not start so long after its instant never starts."""
RESUME_WITHIN: Final = timedelta(hours=1)
"""An interrupted sound goes on only so long afterwards: bells belong to their hour."""
MISSED_WITHIN: Final = timedelta(hours=12)
"""What was due longer ago is not reported as missed: the journal may have forgotten it."""
_INSTANT: Final = timedelta(milliseconds=1)


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

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
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
        return any(item.occurrence == one.occurrence for one in self._sounds())

    def planned(self, item: Item) -> Item:
        """Return the item of a verdict as the plan has it."""
        return next(one for one in self._sounds() if one.occurrence == item.occurrence)

    def verdict(
        self, now: datetime, current: Current | None, ready: Callable[[Item], bool]
    ) -> Verdict | None:
        """Return the arbiter's verdict over the sounds that are `ready`; None without a plan."""
        if self.plan is None:
            return None
        bent = (self._bend(item, now, current) for item in self._sounds())
        items = tuple(item for item in bent if item is not None and ready(item))
        return decide(replace(self.plan, items=items), now, exclusive=True)

    def pause(self, item: Item, at: int, now: datetime, reason: EndReason) -> None:
        """Remember where an interrupted sound may go on, if it may."""
        how = item.on_interrupt
        if reason is EndReason.FAULT:
            self._paused[item.occurrence] = Paused(at, now + LATE)
        elif reason is EndReason.INTERRUPTED and how is not OnInterrupt.DROP:
            again = 0 if how is OnInterrupt.RESTART else at
            patience = LATE if how is OnInterrupt.SKIP_IF_LATE else RESUME_WITHIN
            self._paused[item.occurrence] = Paused(again, now + patience)

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
            if item.start <= now < item.end + MISSED_WITHIN and self._is_fresh(item):
                if now > _latest_start(item):
                    self._reporter.never(item, now, EndReason.MISSED, why_late(item))
                elif out_of_hours(item, plan.hours, now):
                    self._reporter.never(item, now, EndReason.OUT_OF_HOURS)

    def next_look(self, now: datetime, ahead: timedelta) -> datetime | None:
        """Return when something next becomes due, too late, or worth preparing."""
        items = () if self.plan is None else self.plan.items
        instants = (
            at
            for item in items
            if now < item.end + LATE and self._is_fresh(item)
            for at in (item.start - ahead, item.start, _latest_start(item) + _INSTANT)
        )
        return min((at for at in instants if at > now), default=None)

    def upcoming(self, now: datetime, ahead: timedelta) -> Item | None:
        """Return the next sound that starts within `ahead`."""
        items = () if self.plan is None else self.plan.items
        soon = [item for item in items if now < item.start <= now + ahead and self._is_fresh(item)]
        return min(soon, key=lambda item: (item.start, item.occurrence), default=None)

    def _sounds(self) -> list[Item]:
        items = () if self.plan is None else self.plan.items
        sounds = [item for item in items if item.asset.kind is AssetKind.SOUND]
        return sounds if self._tail is None else [*sounds, self._tail]

    def _is_fresh(self, item: Item) -> bool:
        is_sound = item.asset.kind is AssetKind.SOUND
        return is_sound and not self._reporter.started(item.occurrence)

    def _bend(self, item: Item, now: datetime, current: Current | None) -> Item | None:
        """Return the item with the end that holds here and now; None when it is done."""
        paused = self._paused.get(item.occurrence)
        if current is not None and item.occurrence == current.item.occurrence:
            end = current.ends_at
        elif paused is not None:
            end = paused.until
        elif self._reporter.started(item.occurrence) or now > _latest_start(item):
            return None
        else:
            end = max(item.end, item.start + LATE + _INSTANT)
        return replace(item, end=end if is_whole(item) else min(end, item.end))


def is_whole(item: Item) -> bool:
    """Say whether the plan gives the sound its whole length."""
    return item.end - item.start >= timedelta(milliseconds=item.asset.duration_ms)


def _latest_start(item: Item) -> datetime:
    latest = item.start + LATE
    return latest if is_whole(item) else min(latest, item.end)
