"""The chain of the audit log: every entry's hash covers the entry and the hash before it. Pure.

Whoever changes, moves or takes away an entry breaks every hash after it. What a chain alone cannot
show is that its end was cut off, or that all of it was written anew: for that somebody outside
keeps a hash of the past, and asks whether it is still there.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

GENESIS: Final = "0" * 64
"""What the first entry has before it."""
FIELDS: Final = (
    "id",
    "at",
    "actor",
    "actor_id",
    "how",
    "address",
    "verb",
    "object",
    "before",
    "after",
)
"""What a hash covers, in this order; `at` in milliseconds since 1970, UTC."""

_spell: Final = json.JSONEncoder(separators=(",", ":"), default=repr).encode
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class How(StrEnum):
    """How somebody showed who they are."""

    TOKEN = "token"  # noqa: S105 -- a word, not a secret
    SESSION = "session"
    CODE = "code"
    """A sign-in link."""
    SYSTEM = "system"
    """On the controller's own machine: the command line."""
    NOBODY = "nobody"
    """They could not."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as kept. `object` is `kind:name`; `before` and `after` are SHA-256."""

    id: int
    at: datetime
    actor: str
    actor_id: str
    how: str
    address: str
    verb: str
    object: str
    before: str | None
    after: str | None
    hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: by whom, to what, from when to before when. `object` may be a kind alone."""

    who: str | None = None
    object: str | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many entries there are, and the last one's hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain breaks first."""

    number: int | None
    """Of the entry, from 1; None = nobody can say where."""
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out of reading a chain to its end, or to where it breaks."""

    count: int
    """Entries that hold together."""
    first_at: datetime | None
    last_at: datetime | None
    head: str
    """The hash of the last of them."""
    noted_at: int | None
    """The entry whose hash was noted down earlier; None = nothing was noted."""
    broken: Broken | None


def digest(entry: Mapping[str, object] | Sequence[object], previous: str) -> str:
    """Return the hash of an entry after the one that has the hash `previous`.

    `entry` has FIELDS, by name or in their order. Values of other types than ours, which only a
    stranger's hand puts there, make another hash too.
    """
    values = [entry[name] for name in FIELDS] if isinstance(entry, Mapping) else list(entry)
    return hashlib.sha256(_spell([previous, *values]).encode("ascii")).hexdigest()


def verify(
    entries: Iterable[Sequence[object]], head: Head | None, noted: str | None = None
) -> Verdict:
    """Read entries, each FIELDS and then its hash, in order of their numbers.

    `head` is what the store says the end is; `noted` a hash that somebody kept.
    """
    count, previous, broken = 0, GENESIS, None
    first_at = last_at = noted_at = None
    for *values, claimed in entries:
        broken = _fault(count + 1, values, claimed, previous)
        if broken is not None:
            break
        count, previous = count + 1, str(claimed)
        last_at = _EPOCH + timedelta(milliseconds=int(str(values[1])))
        first_at = last_at if first_at is None else first_at
        if claimed == noted:
            noted_at = count
    if broken is None and head != Head(count, previous):
        broken = Broken(count + 1, "the end of the log is not where it was: entries are missing")
    if broken is None and noted is not None and noted_at is None:
        broken = Broken(None, "the noted hash is not in the log: it was cut or written anew")
    return Verdict(count, first_at, last_at, previous, noted_at, broken)


def _fault(number: int, values: Sequence[object], claimed: object, previous: str) -> Broken | None:
    if values[0] != number:
        return Broken(number, f"the entry is missing; the next there is has number {values[0]}")
    if digest(values, previous) != claimed:
        return Broken(number, "the entry is not what was written, or the one before it is not")
    return None
