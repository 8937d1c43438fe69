"""Broadcasts: the first step of every message's way to a board, and the life of each.

The entity tag of a broadcast names its content: an editor or approver says with it what he has
seen.
"""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from api.access import App, Asker
from api.broadcastforms import (
    ApprovalIn,
    BroadcastEdit,
    BroadcastIn,
    BroadcastOut,
    BroadcastStepOut,
    CommentIn,
    EditedOut,
)
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import Page
from api.times import asked_instant
from api.work import WorkKey
from controller.errors import ControllerError
from controller.life import ContentChanged
from controller.model import Broadcast, BroadcastQuery, BroadcastState, Phase

router = APIRouter(prefix="/broadcasts")

IfMatch = Annotated[str | None, Header()]
NO_COMMENT = CommentIn()


class VersionMissing(ControllerError):
    """An edit does not say which version it began with."""

    code = "version-missing"


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
    """Schedule content; whoever may approve alone approves by this, unless it is a draft or an area
    asks for two persons.

    The same Idempotency-Key with the same body gives the same broadcast again. How far its sound is
    while it is rendered tells `work/{key}`, if a Work-Key names it.
    """
    with app.works.begin(asker, work_key) as job:
        kept = app.broadcasts.create(
            broadcast.to_draft(),
            asker,
            as_draft=broadcast.draft,
            idempotency_key=idempotency_key,
            tell=job.tell,
        )
        job.location = response.headers["Location"] = f"/api/v1/broadcasts/{kept.id}"
    return _told(app, kept, response)


@router.get("")
def listed(  # noqa: PLR0917 -- one filter each
    app: App,
    _asker: Asker,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    state: BroadcastState | None = None,
    phase: Phase | None = None,
    area: str | None = None,
    device: str | None = None,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
    text: Annotated[str | None, Query(max_length=200)] = None,
) -> Page:
    """List broadcasts, newest first: those of a state or phase, for an area or a device, that may
    be on between two instants, with a text in their message or in their content's name."""
    wanted = BroadcastQuery(
        state=state,
        phase=phase,
        area=area,
        device=device,
        start=asked_instant("from", start),
        end=asked_instant("to", end),
        text=text,
    )
    found, after = app.broadcasts.list(cursor, limit, wanted)
    return Page(items=_all_told(app, found), next=after)


@router.get("/{name}")
def found(app: App, _asker: Asker, name: str, response: Response) -> BroadcastOut:
    """Return one broadcast; its ETag is what an edit or an approval may say it has seen."""
    return _told(app, app.broadcasts.get(name), response)


@router.put("/{name}")
def edit(
    app: App,
    asker: Asker,
    name: str,
    broadcast: BroadcastEdit,
    response: Response,
    *,
    if_match: IfMatch = None,
    work_key: WorkKey = None,
) -> EditedOut:
    """Change everything of a broadcast. That takes its approval away, and itself off the air, until
    somebody approves what it is now; `If-Match` says which version the editor began with."""
    seen = _tag_in(if_match)
    if seen is None:
        raise VersionMissing("no If-Match came with the edit")
    with app.works.begin(asker, work_key) as job:
        edited, voided = app.broadcasts.edit(
            name, broadcast.to_draft(), asker, seen=seen, tell=job.tell
        )
        job.location = f"/api/v1/broadcasts/{name}"
    told = _told(app, edited, response)
    return EditedOut(**dict(told), approval_voided=voided)


@router.post("/{name}/submit")
def submit(
    app: App, asker: Asker, name: str, response: Response, body: CommentIn = NO_COMMENT
) -> BroadcastOut:
    """Let others judge a draft."""
    return _told(app, app.broadcasts.submit(name, asker, body.comment), response)


@router.post("/{name}/approve")
def approve(
    app: App,
    asker: Asker,
    name: str,
    response: Response,
    *,
    body: ApprovalIn | None = None,
    if_match: IfMatch = None,
) -> BroadcastOut:
    """Let a broadcast on air; with `If-Match` or `content_sha256` only what was looked at."""
    body = body or ApprovalIn()
    tag = _tag_in(if_match)
    if tag is not None and body.content_sha256 not in {None, tag}:
        raise ContentChanged("two contents at once", content_sha256=tag)
    approved = app.broadcasts.approve(
        name, asker, seen=tag or body.content_sha256, comment=body.comment
    )
    return _told(app, approved, response)


@router.post("/{name}/reject")
def reject(app: App, asker: Asker, name: str, response: Response, body: CommentIn) -> BroadcastOut:
    """Give a broadcast back to its author; the comment says why."""
    return _told(app, app.broadcasts.reject(name, asker, body.comment), response)


@router.post("/{name}/withdraw")
def withdraw(
    app: App, asker: Asker, name: str, response: Response, body: CommentIn = NO_COMMENT
) -> BroadcastOut:
    """Make a draft of it again, and take it off the air; for its authors."""
    return _told(app, app.broadcasts.withdraw(name, asker, body.comment), response)


@router.post("/{name}/cancel")
def cancel(
    app: App, asker: Asker, name: str, response: Response, body: CommentIn = NO_COMMENT
) -> BroadcastOut:
    """Take a broadcast off the air for good; of what a higher level sent the comment says why."""
    return _told(app, app.broadcasts.cancel(name, asker, body.comment), response)


@router.get("/{name}/history")
def history(app: App, _asker: Asker, name: str) -> Page:
    """List every step in the life of a broadcast, the first one first."""
    return Page(
        items=[BroadcastStepOut.model_validate(one) for one in app.broadcasts.history(name)]
    )


def _tag_in(if_match: str | None) -> str | None:
    """Return the one entity tag of an If-Match; whatever is no tag of ours matches nothing."""
    if if_match is None or not if_match.strip():
        return None
    return if_match.strip().strip('"')


def _told(app: App, broadcast: Broadcast, response: Response) -> BroadcastOut:
    response.headers["ETag"] = f'"{broadcast.content_sha256}"'
    return _all_told(app, [broadcast])[0]


def _all_told(app: App, broadcasts: Iterable[Broadcast]) -> list[BroadcastOut]:
    asked = list(broadcasts)
    phases = app.broadcasts.phases(asked)
    return [BroadcastOut.of(one, app.calendars.said(one), phases[one.id]) for one in asked]
