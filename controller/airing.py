"""What was planned against what was aired, occurrence by occurrence. Pure.

A picture, and a stream, is to be on from the instant it is due to its end; what is not covered is
missing. A sound is to be heard whole, whenever it begins; what was not heard is missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from firmware_bridge.link.messages import EndReason
from playlists.schedule import instant

NOTHING: Final = timedelta(0)
SLACK: Final = timedelta(seconds=5)
"""What is on for all but so much was on: lines and boards take their time."""

Span = tuple[datetime, datetime]
"""From (inclusive) to (exclusive)."""


class Cause(StrEnum):
    """Why something planned was not on."""

    LATE = "late"
    """It began after it was due."""
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    LEASE_ENDED = "lease_ended"
    FAULT = "fault"
    STOPPED = "stopped"
    POWER_LOST = "power_lost"
    MISSED = "missed"
    OUT_OF_HOURS = "out_of_hours"
    REFUSED = "refused"
    UNREPORTED = "unreported"
    """The device has not reported so far: nobody knows yet."""
    UNHELD = "unheld"
    """It reported past that time and says nothing of it: its plan never had it."""


class Standing(StrEnum):
    """What became of one occurrence."""

    WHOLE = "whole"
    PARTLY = "partly"
    SILENT = "silent"
    """Nothing of it was on."""
    ONGOING = "ongoing"
    """Its end is still to come: nothing is missing yet."""
    UNPLANNED = "unplanned"
    """It was on, and no plan tells how long it should be: such as a truck's passes."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An occurrence on a device, as it stood in the plan when its time came."""

    device: str
    broadcast: str
    start: datetime
    due_at: datetime
    """When it could first be on: `start`, or when it was planned, if that was later."""
    end: datetime
    length: timedelta | None
    """Of a sound; None = it is to be on from `due_at` to `end`."""

    @property
    def occurrence(self) -> str:
        """Return the name it has in plans and in the as-run log."""
        return f"{self.broadcast}@{instant.to_text(self.start)}"


@dataclass(frozen=True, slots=True)
class Ran:
    """One entry of the as-run log, as far as it matters here."""

    broadcast: str
    occurrence: str
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime
    end_reason: EndReason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one occurrence on one device."""

    device: str
    broadcast: str
    occurrence: str
    start: datetime
    standing: Standing
    planned: timedelta
    aired: timedelta
    """It was on, on boards perhaps in turn with others."""
    shown: timedelta
    """Its share of that: what takes turns with two others has a third."""
    missing: Mapping[Cause, timedelta]
    late_by: timedelta | None
    """None = it never began."""


def outcomes(
    device: str,
    planned: Sequence[Planned],
    ran: Sequence[Ran],
    period: Span,
    *,
    now: datetime,
    heard_until: datetime | None,
) -> Iterator[Outcome]:
    """Yield what became of every occurrence of one device in a period.

    A sound belongs to the period in which it starts; of what is to be on for a while each period
    has its part. `ran` may hold more than the period. `heard_until` = up to when the device's log
    is complete; None = it never reported.
    """
    entries: dict[str, list[Ran]] = {}
    for entry in ran:
        entries.setdefault(entry.occurrence, []).append(entry)
    shares = _shares(ran)
    known = set()
    for one in planned:
        known.add(one.occurrence)
        if _concerns(one, period):
            its = entries.get(one.occurrence, ())
            yield _outcome(one, its, shares, period, now=now, heard_until=heard_until)
    for name, its in entries.items():
        if name not in known and its[0].planned_at < period[1] and its[0].planned_at >= period[0]:
            yield _unplanned(device, name, its, shares)


def covered(spans: Iterable[Span]) -> list[Span]:
    """Return the same instants as spans in order that do not touch."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


def length_of(spans: Iterable[Span]) -> timedelta:
    """Return how long spans are together."""
    return sum((end - start for start, end in spans), NOTHING)


def _concerns(one: Planned, period: Span) -> bool:
    if one.length is not None:
        return period[0] <= one.start < period[1]
    return one.due_at < period[1] and one.end > period[0]


def _outcome(
    one: Planned,
    its: Sequence[Ran],
    shares: "_Shares",
    period: Span,
    *,
    now: datetime,
    heard_until: datetime | None,
) -> Outcome:
    whole = one.length is not None
    limits = None if whole else (max(one.due_at, period[0]), min(one.end, period[1]))
    aired = covered(_clipped(_heard(its), limits))
    ongoing = one.end > now
    if ongoing:
        planned, missing = NOTHING, {}
    elif limits is None:
        planned = one.length or NOTHING
        missing = _unheard(planned, length_of(aired), its, _silence(one, heard_until))
    else:
        planned = limits[1] - limits[0]
        missing = _gaps(limits, aired, its, _silence(one, heard_until))
    begun = min((span[0] for span in _heard(its)), default=None)
    return Outcome(
        device=one.device,
        broadcast=one.broadcast,
        occurrence=one.occurrence,
        start=one.start,
        standing=Standing.ONGOING if ongoing else _standing(aired, missing),
        planned=planned,
        aired=length_of(aired),
        shown=shares.of(one.occurrence, limits),
        missing=missing,
        late_by=None if begun is None else max(NOTHING, begun - one.due_at),
    )


def _unplanned(device: str, name: str, its: Sequence[Ran], shares: "_Shares") -> Outcome:
    return Outcome(
        device=device,
        broadcast=its[0].broadcast,
        occurrence=name,
        start=its[0].planned_at,
        standing=Standing.UNPLANNED,
        planned=NOTHING,
        aired=length_of(covered(_heard(its))),
        shown=shares.of(name, None),
        missing={},
        late_by=None,
    )


def _standing(aired: Sequence[Span], missing: Mapping[Cause, timedelta]) -> Standing:
    lacking = sum(missing.values(), NOTHING)
    if lacking and not aired:
        return Standing.SILENT
    return Standing.WHOLE if lacking <= SLACK else Standing.PARTLY


def _silence(one: Planned, heard_until: datetime | None) -> Cause:
    """Say why there is no entry at all."""
    reported = heard_until is not None and heard_until >= one.end
    return Cause.UNHELD if reported else Cause.UNREPORTED


def _heard(its: Iterable[Ran]) -> list[Span]:
    return [(one.started_at, one.ended_at) for one in its if one.started_at is not None]


def _clipped(spans: Iterable[Span], limits: Span | None) -> Iterator[Span]:
    for start, end in spans:
        inside = (start, end) if limits is None else (max(start, limits[0]), min(end, limits[1]))
        if inside[0] < inside[1]:
            yield inside


def _unheard(
    length: timedelta, aired: timedelta, its: Sequence[Ran], silence: Cause
) -> dict[Cause, timedelta]:
    """Return what of a sound was not heard; whoever says that it reached its end is believed."""
    if any(one.end_reason is EndReason.FINISHED for one in its) or aired >= length:
        return {}
    last = max(its, key=lambda one: one.ended_at, default=None)
    return {silence if last is None else _named(last.end_reason): length - aired}


def _gaps(
    limits: Span, aired: Sequence[Span], its: Sequence[Ran], silence: Cause
) -> dict[Cause, timedelta]:
    """Return what of a span was not covered, by what ended before each gap."""
    found: dict[Cause, timedelta] = {}
    edges = [(limits[0], limits[0]), *aired, (limits[1], limits[1])]
    for (_, since), (until, _) in pairwise(edges):
        if since < until:
            cause = _cause_at(since, its, silence)
            found[cause] = found.get(cause, NOTHING) + (until - since)
    return found


def _cause_at(at: datetime, its: Sequence[Ran], silence: Cause) -> Cause:
    """Say why something is not on from an instant."""
    heard = [one for one in its if one.started_at is not None]
    before = [one for one in heard if one.ended_at <= at]
    if before:
        return _named(max(before, key=lambda one: one.ended_at).end_reason)
    if heard:
        return Cause.LATE
    last = max(its, key=lambda one: one.ended_at, default=None)
    return silence if last is None else _named(last.end_reason)


def _named(reason: EndReason) -> Cause:
    """Return the cause an entry names; what is said to have reached its end too early missed it."""
    return Cause.MISSED if reason is EndReason.FINISHED else Cause(reason)


class _Shares:
    """Which part of each instant belongs to which occurrence of a device."""

    def __init__(self, pieces: Mapping[str, list[tuple[Span, float]]]) -> None:
        self._pieces = pieces

    def of(self, occurrence: str, limits: Span | None) -> timedelta:
        """Return how much of the time inside limits an occurrence had."""
        total = NOTHING
        for span, share in self._pieces.get(occurrence, ()):
            total += length_of(_clipped([span], limits)) * share
        return total


def _shares(ran: Iterable[Ran]) -> _Shares:
    """Divide each instant among what is on then: everybody gets as much time as the others."""
    edges: list[tuple[datetime, bool, int, Ran]] = []
    for number, one in enumerate(ran):
        if one.started_at is not None and one.started_at < one.ended_at:
            edges.append((one.started_at, True, number, one))
            edges.append((one.ended_at, False, number, one))
    edges.sort(key=lambda edge: edge[:3])
    pieces: dict[str, list[tuple[Span, float]]] = {}
    on: dict[int, Ran] = {}
    since: datetime | None = None
    for at, begins, number, one in edges:
        if on and since is not None and since < at:
            names = {other.occurrence for other in on.values()}
            for name in names:
                pieces.setdefault(name, []).append(((since, at), 1 / len(names)))
        since = at
        if begins:
            on[number] = one
        else:
            del on[number]
    return _Shares(pieces)
