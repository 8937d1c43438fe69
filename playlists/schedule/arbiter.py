"""The arbiter: plan and instant in, what is on, why, and until when out. Pure.

Class beats priority beats the order that people gave to equals, and that beats start. A board
shows everything of the winning class and priority in rotation; a loudspeaker plays one thing: of
equals the first to come, of equal emergencies the latest. Hours bind every sound but emergencies
and what else they exempt. Outside the lease nothing is on, and the safe content shows.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from heapq import heapreplace
from typing import Final

from playlists.schedule import instant
from playlists.schedule.plan import BroadcastClass, Item, Plan
from playlists.schedule.policy import HoursPolicy

MIN_TURN_MS: Final = 1_000
"""A scene shorter than this is repeated within its turn: nobody reads faster."""
MAX_ROUND_MS: Final = 3_600_000
"""By then a round of turns ends, though somebody may be ahead by a turn."""


class Edge(StrEnum):
    """Why one of two that are due is on, and the other is not."""

    CLASS = "class"
    PRIORITY = "priority"
    ORDER = "order"
    """People put it first of equals."""
    FIRST = "first"
    """Of equals the first to come."""
    LATEST = "latest"
    """Of equal emergencies the latest."""


_EDGES: Final[Mapping[Edge, str]] = {
    Edge.CLASS: "{winner.broadcast_class} beats {loser.broadcast_class}",
    Edge.PRIORITY: "priority {winner.priority} beats {loser.priority}",
    Edge.ORDER: "people put it first of equals",
    Edge.FIRST: "of equals the first to come",
    Edge.LATEST: "of equal emergencies the latest",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is on at an instant."""

    on: tuple[Item, ...]
    """Boards: all that rotate, the newest first. Speakers: at most one."""
    lost: tuple[tuple[Item, str], ...]
    """Due, but not on, each with the reason."""
    since: datetime
    """When this set of winners took its form: rotation counts from here."""
    until: datetime | None
    """The next instant at which the verdict may change; None = never."""
    why: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One item's turn on a board that rotates."""

    item: Item
    since: datetime
    until: datetime | None
    """When the next turn begins; None when there is nothing to rotate with."""


def decide(
    plan: Plan, at: datetime, *, exclusive: bool, done: Collection[str] = frozenset()
) -> Verdict:
    """Return the verdict for one instant; occurrences in `done` count as over."""
    if at < plan.not_before:
        return Verdict((), (), at, plan.not_before, "the plan is not valid yet")
    if at >= plan.not_after:
        return Verdict((), (), plan.not_after, None, "the plan's lease has ended")
    ahead = [item for item in plan.items if item.end > at and item.occurrence not in done]
    due = [item for item in ahead if item.start <= at]
    silenced = [item for item in due if out_of_hours(item, plan.hours, at)]
    rivals = [item for item in due if not out_of_hours(item, plan.hours, at)]
    on = _winners(rivals, exclusive=exclusive)
    return Verdict(
        on=on,
        lost=tuple(_losers(rivals, silenced, on, plan.hours)),
        since=_since(plan, on, at),
        until=_until(plan, at, ahead, due),
        why=_why(on, silenced, rivals),
    )


def out_of_hours(item: Item, hours: HoursPolicy | None, at: datetime) -> bool:
    """Say whether the area's hours forbid this item at this instant."""
    return is_bound(item, hours) and hours is not None and not hours.allows(at)


def is_bound(item: Item, hours: HoursPolicy | None) -> bool:
    """Say whether the area's hours concern this item: sounds, but not those of exempt classes."""
    return hours is not None and item.asset.is_heard and hours.binds(item.broadcast_class)


def rotation(verdict: Verdict, at: datetime) -> Turn | None:
    """Return whose turn it is on a board; over a round, everybody gets the same time."""
    if not verdict.on:
        return None
    if len(verdict.on) == 1:
        return Turn(verdict.on[0], verdict.since, None)
    turns = _round(tuple(turn_ms(item.asset.duration_ms) for item in verdict.on))
    rounds, passed_ms = divmod(instant.ms_between(verdict.since, at), turns[-1].end_ms)
    begun = verdict.since + timedelta(milliseconds=rounds * turns[-1].end_ms)
    number = bisect_right(turns, passed_ms, key=lambda turn: turn.end_ms)
    since_ms = turns[number - 1].end_ms if number else 0
    return Turn(
        verdict.on[turns[number].place],
        begun + timedelta(milliseconds=since_ms),
        begun + timedelta(milliseconds=turns[number].end_ms),
    )


@dataclass(frozen=True, slots=True)
class _Slice:
    """Whose turn it is in a round, by place among the winners, and when that ends."""

    place: int
    end_ms: int


@lru_cache(maxsize=64)
def _round(lengths_ms: tuple[int, ...]) -> tuple[_Slice, ...]:
    """Return a round of turns, each of whole passes.

    The next turn is always for whoever was shown least so far, of equals for the first. A round
    ends when everybody was shown equally long, or after MAX_ROUND_MS and a turn for everybody; so
    nobody is ever ahead of another by more than one turn of his own in a round.
    """
    shown = [(0, place) for place in range(len(lengths_ms))]
    turns: list[_Slice] = []
    end_ms = 0
    while True:
        shown_ms, place = shown[0]
        heapreplace(shown, (shown_ms + lengths_ms[place], place))
        end_ms += lengths_ms[place]
        if turns and turns[-1].place == place:
            turns.pop()
        turns.append(_Slice(place, end_ms))
        least_ms = shown[0][0]
        equal = least_ms * len(lengths_ms) == end_ms
        if equal or (end_ms >= MAX_ROUND_MS and least_ms > 0):
            return tuple(turns)


def _winners(rivals: Sequence[Item], *, exclusive: bool) -> tuple[Item, ...]:
    if not rivals:
        return ()
    top = max(map(_strength, rivals))
    equals = [item for item in rivals if _strength(item) == top]
    newest_first = sorted(equals, key=_by_start, reverse=True)
    if not exclusive:
        return tuple(newest_first)
    if newest_first[0].broadcast_class is BroadcastClass.EMERGENCY:
        return (newest_first[0],)
    return (min(equals, key=_by_start),)


def _losers(
    rivals: Sequence[Item], silenced: Sequence[Item], on: Sequence[Item], hours: HoursPolicy | None
) -> Iterable[tuple[Item, str]]:
    reason = f"outside the hours of {hours.name}" if hours else ""
    yield from ((item, reason) for item in sorted(silenced, key=_by_start))
    for item in sorted(rivals, key=_by_start):
        if item not in on:
            yield item, f"{on[0].broadcast} is on: {_advantage(on[0], item)}"


def edge(winner: Item, loser: Item) -> Edge:
    """Return what a winner has before something that is due and lost to it."""
    if winner.broadcast_class is not loser.broadcast_class:
        return Edge.CLASS
    if winner.priority != loser.priority:
        return Edge.PRIORITY
    if winner.rank != loser.rank:
        return Edge.ORDER
    return Edge.LATEST if winner.broadcast_class is BroadcastClass.EMERGENCY else Edge.FIRST


def _advantage(winner: Item, loser: Item) -> str:
    return _EDGES[edge(winner, loser)].format(winner=winner, loser=loser)


def _since(plan: Plan, on: Sequence[Item], at: datetime) -> datetime:
    """Return the last instant at which something as strong as the winners came or went."""
    weakest = _strength(on[0]) if on else (0, 0, 0)
    rivals = [item for item in plan.items if _strength(item) >= weakest]
    edges = [edge for item in rivals for edge in (item.start, item.end) if edge <= at]
    return max([plan.not_before, *edges])


def _until(plan: Plan, at: datetime, ahead: Sequence[Item], due: Sequence[Item]) -> datetime:
    changes = [plan.not_after]
    changes += [item.end if item.start <= at else item.start for item in ahead]
    if plan.hours is not None and any(is_bound(item, plan.hours) for item in due):
        change = plan.hours.next_change(at)
        changes += [] if change is None else [change]
    return min(changes)


def _why(on: Sequence[Item], silenced: Sequence[Item], rivals: Sequence[Item]) -> str:
    if not on:
        return "outside the allowed hours" if silenced else "nothing is planned for now"
    label = f"{on[0].broadcast_class}, priority {on[0].priority}"
    if len(on) > 1:
        return f"{len(on)} broadcasts take turns: {label}"
    others = len(rivals) - 1
    return f"{label}, stronger than {others} more" if others else f"{label}, alone"


def _strength(item: Item) -> tuple[int, int, int]:
    return item.broadcast_class.rank, item.priority, item.rank


def _by_start(item: Item) -> tuple[datetime, str]:
    return item.start, item.occurrence


def turn_ms(scene_ms: int) -> int:
    """Return the length of a turn: whole passes of the scene, as many as make MIN_TURN_MS."""
    pass_ms = max(scene_ms, 1)
    return pass_ms * -(-MIN_TURN_MS // pass_ms)
