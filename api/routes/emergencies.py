"""Emergencies: looked at, pressed, ended with an all clear, reviewed by another person."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.access import App, Asker
from api.forms import In, Out
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.routes.templates import SaidOut, Words
from api.schemas import Instant, Name, Page
from controller.emergency.model import Call, Emergency, Mode

router = APIRouter(prefix="/emergencies")


class CallIn(In):
    """What is about to be pressed: `area:…`, `group:…`, `device:…` are targets."""

    template: Name
    targets: list[Name] = Field(max_length=1_000)
    mode: Mode
    slots: dict[Name, Words] = Field(default={}, max_length=100)

    def to_call(self) -> Call:
        """Return the same as the controller takes it."""
        return Call(self.template, tuple(self.targets), self.mode, self.slots)


class PressIn(CallIn):
    """What is pressed, and the hash that its preview gave."""

    confirm: Name


class ReviewIn(In):
    """What was learnt."""

    note: Words


class SilentOut(Out):
    """A device that is not connected, and when it was last heard."""

    device: str
    name: str
    heard_at: Instant | None


class PreviewOut(Out):
    """What pressing would do."""

    said: SaidOut
    boards: int
    speakers: int
    silent: list[SilentOut]
    unspoken: str
    confirm: str


class EmergencyOut(Out):
    """An emergency or a drill."""

    id: str
    template: str
    template_sha256: str
    name: str
    mode: Mode
    targets: list[str]
    said: SaidOut
    all_clear: SaidOut
    approved_by: str
    unspoken: str
    broadcasts: list[str]
    created_at: Instant
    created_by: str
    ends_at: Instant
    cleared_at: Instant | None
    cleared_by: str | None
    clear_broadcasts: list[str]
    reviewed_at: Instant | None
    reviewed_by: str | None
    note: str


@router.post("/preview")
def preview(app: App, asker: Asker, call: CallIn) -> PreviewOut:
    """Say what pressing would do and whom it would not reach; nothing goes on air."""
    return PreviewOut.model_validate(app.emergencies.preview(call.to_call(), asker))


@router.post("", status_code=201)
def press(app: App, asker: Asker, call: PressIn, response: Response) -> EmergencyOut:
    """Put it on air everywhere at once; one person is enough, for the template was approved."""
    kept = app.emergencies.press(call.to_call(), asker, confirm=call.confirm)
    response.headers["Location"] = f"/api/v1/emergencies/{kept.id}"
    return _told(kept)


@router.get("")
def listed(
    app: App,
    _asker: Asker,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    *,
    to_review: Annotated[bool, Query()] = False,
) -> Page:
    """List emergencies and drills, newest first."""
    found, after = app.emergencies.list(cursor, limit, unreviewed=to_review)
    return Page(items=[_told(one) for one in found], next=after)


@router.get("/{name}")
def found(app: App, _asker: Asker, name: str) -> EmergencyOut:
    """Return one emergency."""
    return _told(app.emergencies.get(name))


@router.post("/{name}/all-clear")
def all_clear(app: App, asker: Asker, name: str) -> EmergencyOut:
    """End it and send its all clear."""
    return _told(app.emergencies.clear(name, asker))


@router.post("/{name}/review")
def review(app: App, asker: Asker, name: str, review: ReviewIn) -> EmergencyOut:
    """Write down what was learnt; another person does."""
    return _told(app.emergencies.review(name, review.note, asker))


def _told(emergency: Emergency) -> EmergencyOut:
    return EmergencyOut.model_validate(emergency)
