"""The printed report: an A4 page in the form of official papers, for signature."""

from typing import Final

from fastapi import APIRouter, Request, Response

from api.access import App, person
from api.console.pages import page
from api.reports import CAUSES, GROUPS, named
from api.routes.reports import Wanted
from api.wordings import WORDINGS
from controller.airing import Standing
from controller.errors import Invalid, NotAuthenticated, NotFound
from controller.months import day_of
from controller.reports import Grouping, Line

MOST: Final = 3
"""Reasons that are named in a line."""

router = APIRouter(include_in_schema=False)


@router.get("/reports/print")
def printed(
    request: Request, app: App, wanted: Wanted, group: Grouping = Grouping.DEVICE
) -> Response:
    """Show a report as it is printed and signed."""
    try:
        person(request)
    except NotAuthenticated:
        return page("welcome.html", 401)
    try:
        report = wanted.report(app, group)
    except (Invalid, NotFound) as refusal:
        wording = WORDINGS[refusal.code]
        told = wording.detail_vi.format_map(refusal.facts)
        return page("report.html", wording.status, report=None, refusal=told)
    return page(
        "report.html",
        report=report,
        refusal=None,
        group=GROUPS[group],
        made_on=day_of(report.made_at, report.period.tz),
        named=lambda line: named(line, group),
        causes=causes,
        duration=duration,
        percent=percent,
        Standing=Standing,
    )


def causes(line: Line) -> str:
    """Name what is missing most, and why."""
    most = sorted(line.missing.items(), key=lambda one: (-one[1].time, one[0]))[:MOST]
    told = [f"{CAUSES[cause]} {duration(one.time.total_seconds())}" for cause, one in most]
    return "; ".join(told)


def duration(length_s: float) -> str:
    """Spell hours, minutes and seconds as a clock does."""
    minutes, seconds = divmod(round(length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def percent(share: float | None) -> str:
    """Spell a share with a comma before its tenths; nothing of nothing."""
    return "–" if share is None else f"{share:.1f} %".replace(".", ",")
