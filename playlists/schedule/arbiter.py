"""The arbiter: plan and instant in, what is on, why, and until when out. Pure.

Class beats priority beats start. A board shows everything of the winning class and priority in
rotation; a loudspeaker plays one thing: of equals the first to come, of equal emergencies the
latest. Hours bind every sound but emergencies and what else they exempt. Outside the lease
nothing is on, and the safe content shows.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from playlists.schedule import instant
from playlists.schedule.plan import BroadcastClass, Item, Plan
from playlists.schedule.policy import HoursPolicy

MIN_TURN_MS: Final = 1_000
"""A scene shorter than this is repeated within its turn: nobody reads faster."""


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
    """Return whose turn it is on a board; everybody gets one pass of his scene per round."""
    if not verdict.on:
        return None
    if len(verdict.on) == 1:
        return Turn(verdict.on[0], verdict.since, None)
    round_ms = sum(_turn_ms(item) for item in verdict.on)
    rounds = instant.ms_between(verdict.since, at) // round_ms
    since = verdict.since + timedelta(milliseconds=rounds * round_ms)
    for item in verdict.on:
        until = since + timedelta(milliseconds=_turn_ms(item))
        if at < until:
            return Turn(item, since, until)
        since = until
    raise AssertionError("unreachable: a round is the sum of its turns")


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


def _advantage(winner: Item, loser: Item) -> str:
    if winner.broadcast_class is not loser.broadcast_class:
        return f"{winner.broadcast_class} beats {loser.broadcast_class}"
    if winner.priority != loser.priority:
        return f"priority {winner.priority} beats {loser.priority}"
    if winner.broadcast_class is BroadcastClass.EMERGENCY:
        return "of equal emergencies the latest"
    return "of equals the first to come"


def _since(plan: Plan, on: Sequence[Item], at: datetime) -> datetime:
    """Return the last instant at which something as strong as the winners came or went."""
    weakest = _strength(on[0]) if on else (0, 0)
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


def _strength(item: Item) -> tuple[int, int]:
    return item.broadcast_class.rank, item.priority


def _by_start(item: Item) -> tuple[datetime, str]:
    return item.start, item.occurrence


def _turn_ms(item: Item) -> int:
    """Return the length of a turn: whole passes of the scene, as many as make MIN_TURN_MS."""
    pass_ms = max(item.asset.duration_ms, 1)
    return pass_ms * -(-MIN_TURN_MS // pass_ms)
