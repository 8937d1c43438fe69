"""Reports: planned against played, as JSON and as tables."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.access import App, Asker
from api.documented import carries
from api.reports import OCCURRENCES, ReportOut, header, occurrence_rows, rows
from api.sheets import XLSX, csv_lines, xlsx
from controller.reports import Grouping, Report

Text = Annotated[str | None, Query(max_length=63)]
First = Annotated[str | None, Query(alias="from", max_length=40)]
"""A day such as `2026-11-01`, on the wall clock of the area."""
Last = Annotated[str | None, Query(alias="to", max_length=40)]
"""The last day, included."""

CSV = "text/csv; charset=utf-8"

router = APIRouter(prefix="/reports")


@router.get("/airings")
def airings(  # noqa: PLR0917 -- one filter each
    app: App,
    _asker: Asker,
    group: Grouping = Grouping.DEVICE,
    first: First = None,
    last: Last = None,
    month: Text = None,
    area: Text = None,
) -> ReportOut:
    """Tell what was planned and what was played, for each device, area, campaign or month."""
    return ReportOut.of(_report(app, group, (first, last, month), area))


@router.get("/airings.csv", response_class=Response, responses=carries(CSV))
def airings_csv(  # noqa: PLR0917 -- one filter each
    app: App,
    _asker: Asker,
    group: Grouping = Grouping.DEVICE,
    first: First = None,
    last: Last = None,
    month: Text = None,
    area: Text = None,
) -> Response:
    """Return the same as a table."""
    report = _report(app, group, (first, last, month), area)
    table = "".join(csv_lines(header(group), rows(report)))
    return Response(table, media_type=CSV, headers=_named(report, "csv"))


@router.get("/airings.xlsx", response_class=Response, responses=carries(XLSX))
def airings_xlsx(  # noqa: PLR0917 -- one filter each
    app: App,
    _asker: Asker,
    group: Grouping = Grouping.DEVICE,
    first: First = None,
    last: Last = None,
    month: Text = None,
    area: Text = None,
) -> Response:
    """Return the same as a workbook."""
    report = _report(app, group, (first, last, month), area)
    book = xlsx("Báo cáo phát", header(group), rows(report))
    return Response(book, media_type=XLSX, headers=_named(report, "xlsx"))


@router.get("/occurrences.csv", response_class=StreamingResponse, responses=carries(CSV))
def occurrences(
    app: App,
    _asker: Asker,
    first: First = None,
    last: Last = None,
    month: Text = None,
    area: Text = None,
) -> StreamingResponse:
    """Return every occurrence on every device, one line each, as it is read."""
    period = app.reports.period(first, last, month, area)
    lines = csv_lines(OCCURRENCES, occurrence_rows(app.reports.each(period, area)))
    name = f"occurrences-{period.first}-{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=CSV, headers=headers)


def _report(
    app: App, group: Grouping, days: tuple[str | None, str | None, str | None], area: str | None
) -> Report:
    return app.reports.of(group, app.reports.period(*days, area), area)


def _named(report: Report, ending: str) -> dict[str, str]:
    period = report.period
    name = f"airings-{report.grouping}-{period.first}-{period.last}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
