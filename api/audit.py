"""The JSON and the CSV of the audit log."""

import csv
import io
from collections.abc import Iterable, Iterator

from api.forms import Out
from api.schemas import Instant
from api.sheets import inert
from controller.chain import Entry


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
        cells = told.values()
        yield _line(inert(cell) if isinstance(cell, str) else cell for cell in cells)


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
