"""Emergencies as they are remembered: templates, what was pressed, whose alerts came. Values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from controller.emergency.alert import Status
from controller.emergency.meaning import Policy


class Mode(StrEnum):
    """In earnest, or to rehearse it."""

    REAL = "real"
    DRILL = "drill"


class TemplateState(StrEnum):
    """The life of a template."""

    DRAFT = "draft"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap in a template's words: one of a few choices, or a short text."""

    name: str
    choices: tuple[str, ...] = ()
    """None = any text of one line, not longer than `max_chars`."""
    max_chars: int = 40


@dataclass(frozen=True, slots=True)
class Said:
    """What boards show, in markup, and what loudspeakers say; both with `{slot}` in templates."""

    shown: str
    spoken: str


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """What somebody wants to be able to say in an emergency."""

    name: str
    alarm: Said
    all_clear: Said | None = None
    """Its twin: nothing is approved without."""
    slots: tuple[Slot, ...] = ()
    chime: str = "alarm"
    """The siren before the words."""
    duration_s: int = 1_800
    """It ends by itself, should nobody end it."""
    repeat_s: int = 60
    """How often loudspeakers say it, from start to start."""
    clear_s: int = 600
    """How long the all clear is shown; it is said once."""
    english: str = ""
    """The same for those who read our alerts and no Vietnamese."""
    areas: tuple[str, ...] = ()
    """Where its files lie ready; none = everywhere."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template as remembered."""

    id: str
    draft: TemplateDraft
    state: TemplateState
    content_sha256: str
    """Binds the approval to every word."""
    authors: tuple[str, ...]
    """Everybody who wrote in it."""
    approved_by: str | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody is about to press."""

    template: str
    targets: tuple[str, ...]
    mode: Mode
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Silent:
    """A device that is not connected, and since when nothing is known of it."""

    device: str
    name: str
    heard_at: datetime | None
    """By its own clock; None = never."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What pressing would do, and the hash that says it was looked at."""

    said: Said
    boards: int
    speakers: int
    silent: tuple[Silent, ...]
    unspoken: str
    """Why loudspeakers would stay silent; empty = they will not."""
    confirm: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """Something that was pressed. It is to be reviewed until another person wrote a note."""

    id: str
    template: str
    template_sha256: str
    name: str
    """Of the template, as it was."""
    mode: Mode
    targets: tuple[str, ...]
    said: Said
    all_clear: Said
    english: str
    clear_s: int
    approved_by: str
    """Who had approved the template."""
    unspoken: str
    broadcasts: tuple[str, ...]
    created_at: datetime
    created_by: str
    ends_at: datetime
    """When it ends by itself."""
    cleared_at: datetime | None = None
    cleared_by: str | None = None
    clear_broadcasts: tuple[str, ...] = ()
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    note: str = ""

    def over_at(self) -> datetime:
        """Return when it is over, or will be if nobody ends it before."""
        return self.ends_at if self.cleared_at is None else min(self.cleared_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Source:
    """Who may send us alerts, and what becomes of them."""

    id: str
    name: str
    sender: str
    """What it calls itself in every alert; another word is refused."""
    policy: Policy
    areas: tuple[str, ...]
    """For which it may speak, with all below; none = everywhere."""
    drills: bool
    """Its exercises become drills that wait for approval; else they are only recorded."""
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Airing:
    """What became of one warning of an alert."""

    number: int
    """Which one of the alert's, from 0."""
    broadcasts: tuple[str, ...]
    fault: str
    """Why it, or part of it, went nowhere: a code of our errors, or `nowhere`; empty = nothing."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """An alert that was taken."""

    id: str
    source: str
    sender: str
    identifier: str
    sent: datetime
    status: Status
    sha256: str
    data: bytes
    until: datetime
    """It stands no longer then."""
    created_at: datetime
    created_by: str
    airings: tuple[Airing, ...] = ()


def template_document(draft: TemplateDraft) -> dict[str, Any]:
    """Return a template's JSON form."""
    return {
        "name": draft.name,
        "alarm": _said_document(draft.alarm),
        "all_clear": None if draft.all_clear is None else _said_document(draft.all_clear),
        "slots": [
            {"name": one.name, "choices": list(one.choices), "max_chars": one.max_chars}
            for one in draft.slots
        ],
        "chime": draft.chime,
        "duration_s": draft.duration_s,
        "repeat_s": draft.repeat_s,
        "clear_s": draft.clear_s,
        "english": draft.english,
        "areas": list(draft.areas),
    }


def template_from(document: Mapping[str, Any]) -> TemplateDraft:
    """Read the JSON form that we wrote ourselves."""
    clear = document["all_clear"]
    slots = [{**one, "choices": tuple(one["choices"])} for one in document["slots"]]
    return TemplateDraft(
        **{
            **document,
            "alarm": Said(**document["alarm"]),
            "all_clear": None if clear is None else Said(**clear),
            "slots": tuple(Slot(**one) for one in slots),
            "areas": tuple(document["areas"]),
        }
    )


def _said_document(said: Said) -> dict[str, str]:
    return {"shown": said.shown, "spoken": said.spoken}
