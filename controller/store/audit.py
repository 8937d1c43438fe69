"""Rows of the audit log. They are added, never changed, never dropped.

One row holds the end of the chain. Who appends counts it up first, and so holds its lock until the
transaction is over: numbers have no gap and the chain no fork, on engines with several writers too.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    create_engine,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from controller.chain import FIELDS, Entry, Head, Wanted, digest
from controller.errors import BrokenDatabase
from controller.store import schema

_audit, _head = schema.audit, schema.audit_head
READ_AHEAD: Final = 2_000
"""Rows in memory while a whole chain is read."""


def append(tx: Connection, at: datetime, **told: str | None) -> None:
    """Add an entry to the end of the chain."""
    counted = update(_head).values(number=_head.c.number + 1)
    number, previous = tx.execute(counted.returning(_head.c.number, _head.c.hash)).one()
    fields = {"id": number, "at": at, **told}
    sealed = digest({**fields, "at": schema.milliseconds(at)}, previous)
    tx.execute(insert(_audit).values(**fields, hash=sealed))
    tx.execute(update(_head).values(hash=sealed))


def newest(tx: Connection, wanted: Wanted, below: int | None, limit: int) -> list[Entry]:
    """Return entries with smaller numbers than `below`, the newest first."""
    before = [] if below is None else [_audit.c.id < below]
    query = select(_audit).where(*before, *_meant(wanted)).order_by(_audit.c.id.desc())
    return [Entry(**row) for row in tx.execute(query.limit(limit)).mappings()]


def oldest(tx: Connection, wanted: Wanted, after: int, limit: int) -> list[Entry]:
    """Return entries with larger numbers than `after`, the oldest first."""
    query = select(_audit).where(_audit.c.id > after, *_meant(wanted)).order_by(_audit.c.id)
    return [Entry(**row) for row in tx.execute(query.limit(limit)).mappings()]


def count_since(tx: Connection, verb: str, start: datetime, limit: int) -> int:
    """Return how often something was done since an instant, counting no further than `limit`."""
    query = select(_audit.c.id).where(_audit.c.verb == verb, _audit.c.at >= start).limit(limit)
    return len(tx.execute(query).all())


def head(tx: Connection) -> Head | None:
    """Return where the chain ends; None when that was taken away."""
    row = tx.execute(select(_head.c.number, _head.c.hash)).one_or_none()
    return None if row is None else Head(*row)


def chain(tx: Connection) -> Iterator[Sequence[object]]:
    """Yield every entry by number, as `controller.chain.verify` reads it."""
    raw = [type_coerce(_audit.c[name], BigInteger) if name == "at" else _audit.c[name]
           for name in (*FIELDS, "hash")]  # fmt: skip
    query = select(*raw).order_by(_audit.c.id).execution_options(yield_per=READ_AHEAD)
    yield from tx.execute(query)


@contextmanager
def looking(database: Path) -> Iterator[Connection]:
    """Look into a database that others use, from one snapshot; nothing can be written.

    BrokenDatabase when it is not there, is none, or has no audit log yet.
    """
    if not database.is_file():
        raise BrokenDatabase(f"{database} is not there", reason="missing")
    engine = create_engine("sqlite://", creator=lambda: _read_only(database))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
    except SQLAlchemyError as exc:
        raise BrokenDatabase(f"{database} cannot be read: {exc}", reason="unreadable") from exc
    finally:
        engine.dispose()


def _read_only(database: Path) -> sqlite3.Connection:
    address = f"{database.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    # Bytes that are no UTF-8 were not written by us; they shall be found, not trip the reader.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return connection


def _meant(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.who is not None:
        found.append(_audit.c.actor == wanted.who)
    if wanted.object is not None:
        kind = _audit.c.object.startswith(f"{wanted.object}:", autoescape=True)
        found.append(or_(_audit.c.object == wanted.object, kind))
    if wanted.start is not None:
        found.append(_audit.c.at >= wanted.start)
    if wanted.end is not None:
        found.append(_audit.c.at < wanted.end)
    return found
