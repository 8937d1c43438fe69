"""Which alerts stand at an instant, from all the messages that came. Pure; order is irrelevant.

- An `Alert` or `Update` stands from when it is effective (else sent) until it expires.
- An `Update` or `Cancel` ends the messages it names, whether they came before or after it.
- A message acts only on messages of its own sender and its own status: an exercise ends nothing
  real.
- Of messages that a sender gave the same identifier only the last sent counts, for all it says.
- `Ack` and `Error` change nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Final

from controller.emergency.alert import Alert, Info, Kind, Reference, Status

DEFAULT_LIFE: Final = timedelta(hours=24)
"""How long an alert stands that does not say; the standard leaves it to whoever receives."""
SKEW: Final = timedelta(minutes=5)
"""So much a sender's clock may be ahead of ours; what is dated later does not act yet."""
_ENDS: Final = frozenset({Kind.UPDATE, Kind.CANCEL})
_STANDS: Final = frozenset({Kind.ALERT, Kind.UPDATE})


class Refusal(StrEnum):
    """Why a message is not taken."""

    REPLAY = "replay"
    """A message of that name is known."""
    OLDER = "older"
    """A later one with the same identifier is known."""
    FOREIGN = "foreign"
    """It would end a message of somebody else."""
    BACKWARDS = "backwards"
    """It would end itself, or a message sent after it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert, and which of its infos hold."""

    alert: Alert
    infos: tuple[Info, ...]


def refusal(alert: Alert, known: Iterable[Alert]) -> Refusal | None:
    """Return why a message is not taken beside those that are known; None = it is."""
    if alert.kind in _ENDS:
        if any(one.sender != alert.sender for one in alert.references):
            return Refusal.FOREIGN
        if any(one == alert.name or one.sent > alert.sent for one in alert.references):
            return Refusal.BACKWARDS
    same = [one.sent for one in known if _slot(one) == _slot(alert)]
    if alert.sent in same:
        return Refusal.REPLAY
    return Refusal.OLDER if any(sent > alert.sent for sent in same) else None


def taken(messages: Iterable[Alert]) -> list[Alert]:
    """Return the messages that are not refused, when they come one after the other."""
    known: dict[tuple[Status, str, str], list[Alert]] = {}
    kept = []
    for one in messages:
        same = known.setdefault(_slot(one), [])
        if refusal(one, same) is None:
            same.append(one)
            kept.append(one)
    return kept


def standing(messages: Iterable[Alert], at: datetime) -> list[Standing]:
    """Return what stands at an instant, of messages that were taken; by when they were sent."""
    acting = _acting(messages, at)
    ended = set(chain.from_iterable(_ended_by(one) for one in acting))
    found = []
    for one in acting:
        infos = tuple(info for info in one.infos if _holds(one, info, at))
        if one.kind in _STANDS and (one.status, one.name) not in ended and infos:
            found.append(Standing(one, infos))
    return sorted(found, key=lambda it: (it.alert.sent, _slot(it.alert)))


def next_change(messages: Iterable[Alert], at: datetime) -> datetime | None:
    """Return the next instant at which something else may stand, if no further message comes."""
    instants: set[datetime] = set()
    for one in messages:
        instants.add(one.sent - SKEW)
        for info in one.infos:
            instants |= {begin(one, info) - SKEW, end(one, info)}
    return min((one for one in instants if one > at), default=None)


def begin(alert: Alert, info: Info) -> datetime:
    """Return from when an info holds, by its sender's clock."""
    return alert.sent if info.effective is None else max(alert.sent, info.effective)


def end(alert: Alert, info: Info) -> datetime:
    """Return when an info holds no longer."""
    return begin(alert, info) + DEFAULT_LIFE if info.expires is None else info.expires


def _acting(messages: Iterable[Alert], at: datetime) -> Sequence[Alert]:
    """Return the last message of each identifier, where its time has come.

    One that is dated later silences those before it at once: they would be refused as older.
    """
    last: dict[tuple[Status, str, str], Alert] = {}
    for one in messages:
        known = last.setdefault(_slot(one), one)
        if known.sent < one.sent:
            last[_slot(one)] = one
    return [one for one in last.values() if one.sent <= at + SKEW]


def _ended_by(alert: Alert) -> Iterable[tuple[Status, Reference]]:
    return ((alert.status, one) for one in alert.references if alert.kind in _ENDS)


def _holds(alert: Alert, info: Info, at: datetime) -> bool:
    return begin(alert, info) - SKEW <= at < end(alert, info)


def _slot(alert: Alert) -> tuple[Status, str, str]:
    return alert.status, alert.sender, alert.identifier
