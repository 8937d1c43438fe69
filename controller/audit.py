"""The audit log: who did what to which hash, when, and from where. Nothing in it ever changes.

An entry is written in the transaction of the change it tells of: there is none without the other.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from controller.chain import Entry, Verdict, Wanted, verify
from controller.model import Person
from controller.store import audit as rows
from controller.store.pages import by_number, checked_limit, number_in
from controller.store.store import Store, Tx

SYSTEM: Final = Person("system", "system", may_approve_alone=True)
"""Who acts when nobody asked over the network: the command line on the controller's machine."""
BATCH: Final = 500
"""Entries read at once where all are wanted."""


def record(
    tx: Tx,
    at: datetime,
    person: Person,
    verb: str,
    thing: str,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Enter what a person did to a thing, `kind:name`, in the transaction that did it.

    `before` and `after` are SHA-256 of what the thing was and is; None = it was not there, or is
    not any more.
    """
    rows.append(
        tx,
        at,
        actor=person.name,
        actor_id=person.id,
        how=person.how.value,
        address=person.address,
        verb=verb,
        object=thing,
        before=before,
        after=after,
    )


def content_of(value: object) -> str | None:
    """Return the SHA-256 of a value of the model, the same on every machine; None of None."""
    if value is None:
        return None
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def examine(database: Path, noted: str | None, tell: Callable[[int, int], None]) -> Verdict:
    """Verify the chain in a database that a controller may be using, from one snapshot.

    `noted` is a hash kept earlier; `tell` hears how many entries are read, and of how many.
    Raises BrokenDatabase.
    """
    with rows.looking(database) as tx:
        head = rows.head(tx)
        total = 0 if head is None else head.number
        return verify(_counted(rows.chain(tx), total, tell), head, noted)


class AuditLog:
    """What was entered, for those who may look."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(
        self, wanted: Wanted, cursor: str | None, limit: int
    ) -> tuple[list[Entry], str | None]:
        """Return one page of entries, newest first, and the next cursor."""
        limit = checked_limit(limit)
        below = None if cursor is None else number_in(cursor)
        with self._store.read() as tx:
            return by_number(rows.newest(tx, wanted, below, limit + 1), limit)

    def all(self, wanted: Wanted) -> Iterator[Entry]:
        """Yield every entry, oldest first; no transaction is open between batches."""
        after = 0
        while True:
            with self._store.read() as tx:
                found = rows.oldest(tx, wanted, after, BATCH)
            yield from found
            if len(found) < BATCH:
                return
            after = found[-1].id


def _counted(
    entries: Iterator[Sequence[object]], total: int, tell: Callable[[int, int], None]
) -> Iterator[Sequence[object]]:
    for done, entry in enumerate(entries, start=1):
        if done % BATCH == 0:
            tell(done, total)
        yield entry


def _plain(value: Any) -> object:
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)
