"""Broadcasts: the first step of every message's way to a board."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from api.access import App, Asker
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import BroadcastIn, BroadcastOut, Page
from api.work import WorkKey
from controller.model import Broadcast

router = APIRouter(prefix="/broadcasts")


@router.post("", status_code=201)
def create(
    app: App,
    asker: Asker,
    broadcast: BroadcastIn,
    response: Response,
    *,
    idempotency_key: Annotated[str | None, Header()] = None,
    work_key: WorkKey = None,
) -> BroadcastOut:
    """Schedule content; whoever may approve alone approves by this.

    The same Idempotency-Key with the same body gives the same broadcast again. How far its sound is
    while it is rendered tells `work/{key}`, if a Work-Key names it.
    """
    with app.works.begin(asker, work_key) as job:
        kept = app.broadcasts.create(
            broadcast.to_draft(), asker, idempotency_key=idempotency_key, tell=job.tell
        )
        job.location = response.headers["Location"] = f"/api/v1/broadcasts/{kept.id}"
    return _told(app, kept)


@router.get("")
def listed(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List broadcasts, newest first."""
    found, after = app.broadcasts.list(cursor, limit)
    return Page(items=[_told(app, one) for one in found], next=after)


@router.get("/{name}")
def found(app: App, _asker: Asker, name: str) -> BroadcastOut:
    """Return one broadcast."""
    return _told(app, app.broadcasts.get(name))


@router.post("/{name}/approve")
def approve(app: App, asker: Asker, name: str) -> BroadcastOut:
    """Let a broadcast on air."""
    return _told(app, app.broadcasts.approve(name, asker))


@router.post("/{name}/cancel")
def cancel(app: App, asker: Asker, name: str) -> BroadcastOut:
    """Take a broadcast off the air for good."""
    return _told(app, app.broadcasts.cancel(name, asker))


def _told(app: App, broadcast: Broadcast) -> BroadcastOut:
    return BroadcastOut.of(broadcast, app.calendars.said(broadcast))
