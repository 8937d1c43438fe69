"""Proof: the as-run log, live events, and the files devices fetch."""

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import FileResponse, StreamingResponse

from api import events
from api.access import App, Asker, Reader
from api.documented import carries
from api.metering import MeteredFile
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import AsRunOut, Page
from api.times import asked_instant
from controller.errors import Invalid

MAX_EVENT: Final = (1 << 63) - 1
FILE: Final = "application/octet-stream"

router = APIRouter()


@router.get("/asrun")
def asrun(  # noqa: PLR0917 -- one filter each
    app: App,
    _asker: Asker,
    device: str | None = None,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page:
    """List what devices really showed and played, in order of arrival."""
    found, after = app.field.asrun(
        device, asked_instant("from", start), asked_instant("to", end), cursor, limit
    )
    return Page(items=[AsRunOut.model_validate(entry) for entry in found], next=after)


@router.get("/events", response_class=StreamingResponse, responses=carries("text/event-stream"))
async def live(
    app: App,
    _asker: Asker,
    request: Request,
    after: Annotated[int | None, Query(ge=0, le=MAX_EVENT)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Stream what happens, as server-sent events; Last-Event-ID resumes where one left off.

    `after` says the same for the first connection, when a browser can send no header.
    """
    after_id = after
    if last_event_id is not None:
        if not last_event_id.isdecimal():
            raise Invalid("no such event", field="Last-Event-ID", reason="a whole number")
        after_id = int(last_event_id)
    stream = events.stream(app.hub, after_id, request.is_disconnected)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.get("/assets/{sha256}", response_class=FileResponse, responses=carries(FILE))
def asset(app: App, reader: Reader, sha256: str) -> FileResponse:
    """Return a rendered file, whole or by Range; it never changes under its name."""
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "private, max-age=31536000, immutable"}
    path = app.assets.path(sha256)
    if reader is None:
        return FileResponse(path, media_type=FILE, headers=headers)
    transfer = app.meter.transfer(reader, sha256)
    return MeteredFile(path, media_type=FILE, headers=headers, transfer=transfer)
