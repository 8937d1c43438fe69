"""Templates of emergencies: written in peace, approved by somebody else, pressed when it counts."""

from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import Field

from api.access import App, Asker
from api.forms import In, Out
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import Instant, Name, Page
from controller.emergency import model
from controller.emergency.model import TemplateState

router = APIRouter(prefix="/templates")

Words = Annotated[str, Field(max_length=10_000)]


class SaidIn(In):
    """What boards show, in markup, and what loudspeakers say; `{slot}` is a gap."""

    shown: Words
    spoken: Words


class SlotIn(In):
    """A gap: one of its choices, or any short text."""

    name: Name
    choices: list[Name] = Field(default=[], max_length=100)
    max_chars: int = 40


class TemplateIn(In):
    """A template."""

    name: Name
    alarm: SaidIn
    all_clear: SaidIn | None = None
    slots: list[SlotIn] = Field(default=[], max_length=100)
    chime: Name = "alarm"
    duration_s: int = 1_800
    repeat_s: int = 60
    clear_s: int = 600
    english: Words = ""
    areas: list[Name] = Field(default=[], max_length=1_000)

    def to_draft(self) -> model.TemplateDraft:
        """Return the same as the controller takes it."""
        return model.template_from(self.model_dump())


class TemplateEdit(TemplateIn):
    """A template as it shall be, and which one it was when the editor began."""

    content_sha256: Name

    def to_draft(self) -> model.TemplateDraft:
        """Return the same as the controller takes it."""
        return model.template_from(self.model_dump(exclude={"content_sha256"}))


class Looked(In):
    """Which content was looked at."""

    content_sha256: Name


class TemplateOut(TemplateIn):
    """A template as remembered."""

    id: str
    state: TemplateState
    content_sha256: str
    authors: list[str]
    approved_by: str | None
    created_at: Instant
    created_by: str

    @classmethod
    def of(cls, template: model.Template) -> Self:
        """Show a template."""
        kept = {name: getattr(template, name) for name in model.Template.__slots__}
        kept.pop("draft")
        kept["authors"] = list(template.authors)
        return cls(**model.template_document(template.draft), **kept)


@router.post("", status_code=201)
def create(app: App, asker: Asker, template: TemplateIn, response: Response) -> TemplateOut:
    """Write a template; it can be pressed once it is approved."""
    kept = app.templates.create(template.to_draft(), asker)
    response.headers["Location"] = f"/api/v1/templates/{kept.id}"
    return TemplateOut.of(kept)


@router.get("")
def listed(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List templates, newest first."""
    found, after = app.templates.list(cursor, limit)
    return Page(items=[TemplateOut.of(one) for one in found], next=after)


@router.get("/{name}")
def found(app: App, _asker: Asker, name: str) -> TemplateOut:
    """Return one template."""
    return TemplateOut.of(app.templates.get(name))


@router.put("/{name}")
def edit(app: App, asker: Asker, name: str, template: TemplateEdit) -> TemplateOut:
    """Change a template: it must be approved anew."""
    seen = template.content_sha256
    return TemplateOut.of(app.templates.edit(name, template.to_draft(), asker, seen=seen))


@router.post("/{name}/approve")
def approve(app: App, asker: Asker, name: str, looked: Looked) -> TemplateOut:
    """Let a template be pressed; without slots it lies ready on its units from now on."""
    return TemplateOut.of(app.templates.approve(name, asker, seen=looked.content_sha256))


@router.post("/{name}/withdraw")
def withdraw(app: App, asker: Asker, name: str) -> TemplateOut:
    """Let nobody press a template any more."""
    return TemplateOut.of(app.templates.withdraw(name, asker))


class SaidOut(Out):
    """What is shown and said."""

    shown: str
    spoken: str
