"""Why is this on, and that not? The arbiter's verdict, item by item, as codes and facts. Pure.

The words are made elsewhere; whoever explains must agree with whoever plays, so the winners are
`decide`'s own.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from playlists.schedule.arbiter import Edge, decide, edge, out_of_hours
from playlists.schedule.plan import Item, Plan

NONE: Final[frozenset[str]] = frozenset()


class Reason(StrEnum):
    """Why something that is due is on, or is not."""

    ALONE = "alone"
    """On: nothing else is due and allowed."""
    STRONGEST = "strongest"
    """On: all else that is due is weaker."""
    ROTATION = "rotation"
    """On: takes turns with its equals."""
    WEAKER_CLASS = "weaker-class"
    LOWER_PRIORITY = "lower-priority"
    LATER_IN_ORDER = "later-in-order"
    """People put another of its equals first."""
    CAME_LATER = "came-later"
    """Of equal sounds the first to come goes on."""
    OLDER_EMERGENCY = "older-emergency"
    """Of equal emergencies the latest is heard."""
    OUT_OF_HOURS = "out-of-hours"
    OVER = "over"
    """It was heard whole, or given up, before its slot ended."""
    IN_ZONE = "in-zone"
    """Only when the truck passes through a zone."""
    NO_FILE = "no-file"


class Standing(StrEnum):
    """What holds for the device as a whole."""

    ON = "on"
    NOTHING = "nothing"
    """Nothing is due."""
    HELD_BACK = "held-back"
    """Something is due, and none of it may be on."""
    NOT_YET = "not-yet"
    """The plan is not valid yet."""
    LEASE_ENDED = "lease-ended"


_LOSSES: Final = {
    Edge.CLASS: Reason.WEAKER_CLASS,
    Edge.PRIORITY: Reason.LOWER_PRIORITY,
    Edge.ORDER: Reason.LATER_IN_ORDER,
    Edge.FIRST: Reason.CAME_LATER,
    Edge.LATEST: Reason.OLDER_EMERGENCY,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One item that is due, and why it is on or not."""

    item: Item
    reason: Reason
    against: Item | None = None
    """What it lost to."""
    share: float = 0.0
    """What part of the time it has while this lasts; 0 = it is not on."""
    rule: str = ""
    """The hours policy that silences it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that is due on a device at an instant."""

    standing: Standing
    on: tuple[Judged, ...]
    """The winners, as `decide` has them."""
    off: tuple[Judged, ...]
    """By start."""
    until: datetime | None
    """The next instant at which this may change; None = never."""


def explain(
    plan: Plan,
    at: datetime,
    *,
    exclusive: bool,
    done: Collection[str] = NONE,
    unready: Collection[str] = NONE,
) -> Explanation:
    """Explain one instant of a plan.

    `done` are occurrences that are over, `unready` those whose file the device has not got. What
    waits for a truck's pass through a zone is left to the truck, which alone knows where it is.
    """
    ready = [one for one in plan.items if not one.zones and one.occurrence not in unready]
    verdict = decide(replace(plan, items=tuple(ready)), at, exclusive=exclusive, done=done)
    if at < plan.not_before:
        return Explanation(Standing.NOT_YET, (), (), verdict.until)
    if at >= plan.not_after:
        return Explanation(Standing.LEASE_ENDED, (), (), verdict.until)
    due = sorted((one for one in plan.items if one.start <= at < one.end), key=_by_start)
    off = tuple(
        _lost(one, plan, at, verdict.on, done, unready) for one in due if one not in verdict.on
    )
    rivals = any(one.against is not None for one in off)
    on = tuple(_won(one, len(verdict.on), rivals=rivals) for one in verdict.on)
    waiting = any(one.reason is not Reason.OVER for one in off)
    idle = Standing.HELD_BACK if waiting else Standing.NOTHING
    return Explanation(Standing.ON if on else idle, on, off, verdict.until)


def changes(plan: Plan, start: datetime, end: datetime) -> list[datetime]:
    """Return the instants between two at which what `explain` says may change, in order."""
    edges = {edge for one in plan.items for edge in (one.start, one.end)}
    edges |= {one.start + one.length for one in plan.items if one.asset.is_heard}
    at = start
    while plan.hours is not None and (change := plan.hours.next_change(at)) and change < end:
        edges.add(change)
        at = change
    return sorted(edge for edge in {*edges, plan.not_before, plan.not_after} if start < edge < end)


def _won(item: Item, count: int, *, rivals: bool) -> Judged:
    if count > 1:
        return Judged(item, Reason.ROTATION, share=1 / count)
    return Judged(item, Reason.STRONGEST if rivals else Reason.ALONE, share=1.0)


def _lost(  # noqa: PLR0917 -- one circumstance each
    item: Item,
    plan: Plan,
    at: datetime,
    on: tuple[Item, ...],
    done: Collection[str],
    unready: Collection[str],
) -> Judged:
    if item.occurrence in done:
        return Judged(item, Reason.OVER)
    if item.zones:
        return Judged(item, Reason.IN_ZONE)
    if out_of_hours(item, plan.hours, at):
        return Judged(item, Reason.OUT_OF_HOURS, rule=plan.hours.name if plan.hours else "")
    if item.occurrence in unready:
        return Judged(item, Reason.NO_FILE)
    return Judged(item, _LOSSES[edge(on[0], item)], against=on[0])


def _by_start(item: Item) -> tuple[datetime, str]:
    return item.start, item.occurrence


def gone_by(items: Iterable[Item], at: datetime) -> set[str]:
    """Return the sounds that are over at an instant though their slots go on: a slot has room for
    a late start. Each is taken to have begun in time."""
    return {one.occurrence for one in items if one.asset.is_heard and one.start + one.length <= at}
