"""The JSON and the CSV of the audit log."""

import csv
import io
from collections.abc import Iterable, Iterator

from api.forms import Out
from api.schemas import Instant
from controller.chain import Entry

_FORMULA = frozenset("=+-@\t\r")
"""What spreadsheets run when a cell begins with it."""


class EntryOut(Out):
    """Who did what to what, when and from where; hashes of the thing before and after."""

    id: int
    at: Instant
    actor: str
    actor_id: str
    how: str
    address: str
    verb: str
    object: str
    before: str | None
    after: str | None
    hash: str


def table(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a CSV file line by line, with its header; UTF-8 with the mark Excel looks for."""
    yield "\ufeff" + _line(EntryOut.model_fields)
    for entry in entries:
        told = EntryOut.model_validate(entry).model_dump(mode="json")
        yield _line(_cell(value) for value in told.values())


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: object) -> object:
    """Return what stands in a cell: never something that a spreadsheet would run."""
    if isinstance(value, str) and value[:1] in _FORMULA:
        return f"'{value}"
    return value
