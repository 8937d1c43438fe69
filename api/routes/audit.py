"""The audit log: who did what, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.access import App, Asker
from api.audit import EntryOut, table
from api.documented import carries
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import Page
from api.times import asked_instant
from controller.chain import Wanted
from controller.errors import Forbidden

router = APIRouter()

Filter = Annotated[str | None, Query(max_length=200)]


def wanted(
    asker: Asker,
    who: Filter = None,
    thing: Annotated[str | None, Query(alias="object", max_length=200)] = None,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
) -> Wanted:
    """Read the filters; Forbidden to all but administrators: entries tell who is where, when."""
    if not asker.may_approve_alone:
        raise Forbidden("the audit log is for administrators", action="read the audit log")
    return Wanted(who, thing, asked_instant("from", start), asked_instant("to", end))


Asked = Annotated[Wanted, Depends(wanted)]


@router.get("/audit")
def audit(app: App, asked: Asked, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List who did what, newest first; `object` is `kind:name`, or a kind alone."""
    found, after = app.audit.list(asked, cursor, limit)
    return Page(items=[EntryOut.model_validate(one) for one in found], next=after)


@router.get("/audit.csv", response_class=StreamingResponse, responses=carries("text/csv"))
def audit_csv(app: App, asked: Asked) -> StreamingResponse:
    """Return all of it as a table, oldest first."""
    headers = {"Content-Disposition": 'attachment; filename="nhat-ky.csv"'}
    return StreamingResponse(
        table(app.audit.all(asked)), media_type="text/csv; charset=utf-8", headers=headers
    )
