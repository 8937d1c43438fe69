"""Tables that spreadsheets open: CSV and XLSX. Nothing that was typed runs there as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Final

from xlsxwriter import Workbook

Cell = str | int | float | None
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DELIMITER: Final = ";"
"""Where the comma stands before decimals, as in Việt Nam, spreadsheets split at semicolons."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDTH_CHARS: Final = 18


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a CSV file line by line, in front the mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + _line(header)
    for row in rows:
        yield _line([inert(cell) if isinstance(cell, str) else cell for cell in row])


def xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook of one sheet; texts stay texts, whatever they look like."""
    file = BytesIO()
    # Rows go to the disk as they come, and no text becomes a formula or a link.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "text_wrap": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, _WIDTH_CHARS)
        sheet.write_row(0, 0, header, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    return file.getvalue()


def _line(cells: Sequence[Cell]) -> str:
    line = StringIO()
    csv.writer(line, delimiter=DELIMITER).writerow(cells)
    return line.getvalue()
