"""Reports: planned against played, as JSON and as tables."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from api.access import App, Asker
from api.documented import carries
from api.reports import OCCURRENCES, ReportOut, header, occurrence_rows, rows
from api.sheets import XLSX, csv_lines, xlsx
from controller.bootstrap import Controller
from controller.reports import Grouping, Period, Report

Text = Annotated[str | None, Query(max_length=63)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The days and the area of a report."""

    first: Annotated[str | None, Query(alias="from", max_length=40)] = None
    """A day such as `2026-11-01`, on the wall clock of the area."""
    last: Annotated[str | None, Query(alias="to", max_length=40)] = None
    """The last day, included."""
    month: Text = None
    area: Text = None

    def period(self, app: Controller) -> Period:
        """Return the days it is about."""
        return app.reports.period(self.first, self.last, self.month, self.area)

    def report(self, app: Controller, group: Grouping) -> Report:
        """Return the report."""
        return app.reports.of(group, self.period(app), self.area)


Wanted = Annotated[Asked, Depends()]
CSV = "text/csv; charset=utf-8"

router = APIRouter(prefix="/reports")


@router.get("/airings")
def airings(
    app: App, _asker: Asker, wanted: Wanted, group: Grouping = Grouping.DEVICE
) -> ReportOut:
    """Tell what was planned and what was played, for each device, area, campaign or month."""
    return ReportOut.of(wanted.report(app, group))


@router.get("/airings.csv", response_class=Response, responses=carries(CSV))
def airings_csv(
    app: App, _asker: Asker, wanted: Wanted, group: Grouping = Grouping.DEVICE
) -> Response:
    """Return the same as a table."""
    report = wanted.report(app, group)
    table = "".join(csv_lines(header(group), rows(report)))
    return Response(table, media_type=CSV, headers=_named(report, "csv"))


@router.get("/airings.xlsx", response_class=Response, responses=carries(XLSX))
def airings_xlsx(
    app: App, _asker: Asker, wanted: Wanted, group: Grouping = Grouping.DEVICE
) -> Response:
    """Return the same as a workbook."""
    report = wanted.report(app, group)
    book = xlsx("Báo cáo phát", header(group), rows(report))
    return Response(book, media_type=XLSX, headers=_named(report, "xlsx"))


@router.get("/occurrences.csv", response_class=StreamingResponse, responses=carries(CSV))
def occurrences(app: App, _asker: Asker, wanted: Wanted) -> StreamingResponse:
    """Return every occurrence on every device, one line each, as it is read."""
    period = wanted.period(app)
    lines = csv_lines(OCCURRENCES, occurrence_rows(app.reports.each(period, wanted.area)))
    name = f"occurrences-{period.first}-{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=CSV, headers=headers)


def _named(report: Report, ending: str) -> dict[str, str]:
    period = report.period
    name = f"airings-{report.grouping}-{period.first}-{period.last}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
