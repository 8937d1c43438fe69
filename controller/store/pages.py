"""Cursors: where a page of a list ended, as an opaque text."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self, TypeVar

from sqlalchemy import Select, Table, and_, or_, select

from controller.errors import Invalid
from playlists.errors import BadBytes
from playlists.schedule import instant

MAX_LIMIT: Final = 200
"""Largest page."""
_MAX_NUMBER: Final = (1 << 63) - 1


class _Listed(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=_Listed)
N = TypeVar("N", bound=_Numbered)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last thing of a page: lists run from new to old."""

    created_at: datetime
    id: str

    def to_text(self) -> str:
        """Return the opaque form."""
        document = json.dumps([instant.to_text(self.created_at), self.id])
        return base64.urlsafe_b64encode(document.encode()).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the opaque form; Invalid for anything we did not make."""
        try:
            at, name = json.loads(base64.urlsafe_b64decode(text.encode()))
            return cls(instant.from_text(at), str(name))
        except (ValueError, TypeError, BadBytes) as exc:
            raise Invalid("that is no cursor of ours", field="cursor", reason=text[:80]) from exc


def newest_first(table: Table, cursor: Cursor | None, limit: int) -> Select[tuple[object, ...]]:
    """Return the query of one page of a table that has `created_at` and `id`."""
    at, name = table.c.created_at, table.c.id
    query = select(table).order_by(at.desc(), name.desc()).limit(limit)
    if cursor is None:
        return query
    same_instant = and_(at == cursor.created_at, name < cursor.id)
    return query.where(or_(at < cursor.created_at, same_instant))


def page(
    fetch: Callable[[Cursor | None, int], Sequence[T]], cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """Return one page and the cursor of the next, None at the end."""
    limit = checked_limit(limit)
    found = list(fetch(None if cursor is None else Cursor.from_text(cursor), limit + 1))
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], Cursor(last.created_at, last.id).to_text()


def by_number(found: list[N], limit: int) -> tuple[list[N], str | None]:
    """Return one page of what was found, one more than `limit` if there is more, and the cursor
    of the next: for lists in the order of their numbers."""
    if len(found) <= limit:
        return found, None
    mark = str(found[limit - 1].id).encode()
    return found[:limit], base64.urlsafe_b64encode(mark).decode()


def number_in(cursor: str) -> int:
    """Return the number that a page of `by_number` ended with; Invalid for anything else."""
    try:
        number = int(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError:
        number = -1
    if not 0 <= number <= _MAX_NUMBER:
        raise Invalid("that is no cursor of ours", field="cursor", reason=cursor[:80])
    return number


def checked_limit(limit: int) -> int:
    """Return the limit; Invalid outside 1 to MAX_LIMIT."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid("no such page", field="limit", reason=f"1 to {MAX_LIMIT}")
    return limit
