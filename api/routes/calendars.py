"""Rules in words, and iCalendar files in and out."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from api.access import App, Asker
from api.calendars import RuleToldOut, told_event
from api.documented import carries
from api.schemas import Page, RuleIn
from api.times import asked_instant
from playlists.schedule.calendar_in import MAX_BYTES

USUAL_SPAN: Final = timedelta(days=366)
MEDIA_TYPE: Final = "text/calendar; charset=utf-8"

Since = Annotated[str | None, Query(alias="from")]
Until = Annotated[str | None, Query(alias="to")]
AreaName = Annotated[str | None, Query(max_length=200)]

router = APIRouter()


@router.post("/rules/describe")
def describe(app: App, _asker: Asker, rule: RuleIn, area: AreaName = None) -> RuleToldOut:
    """Check a rule, say it in words, and tell its next starts; nothing is kept."""
    return RuleToldOut.of(app.calendars.tell(rule.to_draft(), area))


@router.post("/calendars/read")
def read(
    app: App,
    _asker: Asker,
    file: Annotated[UploadFile, File()],
    area: Annotated[str | None, Form(max_length=200)] = None,
) -> Page:
    """Read a calendar file, event by event: the rule it would be here, or why it cannot be one.

    Nothing is kept: broadcasts with these rules, and content, are the caller's next step.
    """
    data = file.file.read(MAX_BYTES + 1)
    return Page(items=[told_event(event) for event in app.calendars.read(data, area)])


@router.get("/devices/{name}/timeline.ics", response_class=Response, responses=carries(MEDIA_TYPE))
def device_calendar(
    app: App, _asker: Asker, name: str, start: Since = None, end: Until = None
) -> Response:
    """Return what is approved for a device as a calendar file."""
    data = app.calendars.of_device(name, *_window(app, start, end))
    return Response(data, media_type=MEDIA_TYPE)


@router.get("/areas/{name}/timeline.ics", response_class=Response, responses=carries(MEDIA_TYPE))
def area_calendar(
    app: App, _asker: Asker, name: str, start: Since = None, end: Until = None
) -> Response:
    """Return what is approved in an area as a calendar file, each broadcast once."""
    data = app.calendars.of_area(name, *_window(app, start, end))
    return Response(data, media_type=MEDIA_TYPE)


def _window(app: App, start: str | None, end: str | None) -> tuple[datetime, datetime]:
    begin = asked_instant("from", start) or app.clock.now()
    return begin, asked_instant("to", end) or begin + USUAL_SPAN
