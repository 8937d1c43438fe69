"""The JSON of broadcasts: what an operator decides, and what became of it."""

from dataclasses import replace
from typing import Annotated, Self

from pydantic import Field

from api.forms import In, Out
from api.schemas import ContentRef, Instant, Name, RuleIn, SaidOut
from controller import model
from controller.life import MAX_COMMENT_CHARS
from playlists.schedule.plan import BroadcastClass, OnInterrupt
from playlists.schedule.wording import Sentence


class OriginIn(In):
    """Which station of a higher level sends it, and what it is called there."""

    level: model.Level
    name: Name
    reference: Name

    def to_origin(self) -> model.Origin:
        """Return the same as the controller takes it."""
        return model.Origin(self.level, self.name, self.reference)


class BroadcastEdit(In):
    """Everything that an operator decides about a broadcast."""

    content: ContentRef
    targets: list[Annotated[str, Field(max_length=120)]]
    rule: RuleIn = RuleIn()
    broadcast_class: BroadcastClass = Field(BroadcastClass.NORMAL, alias="class")
    priority: int = 50
    on_interrupt: OnInterrupt = OnInterrupt.RESUME
    zones: list[Name] = Field(default=[], max_length=100)
    """Where trucks say it, once a pass, from `start` to `end`."""
    campaign: Annotated[str, Field(max_length=80)] = ""
    """What reports count it under."""

    def to_draft(self) -> model.BroadcastDraft:
        """Return the same as the controller takes it."""
        return model.BroadcastDraft(
            content_kind=self.content.kind,
            content_id=self.content.id,
            targets=tuple(self.targets),
            rule=self.rule.to_draft(),
            broadcast_class=self.broadcast_class,
            priority=self.priority,
            on_interrupt=self.on_interrupt,
            zones=tuple(self.zones),
            campaign=self.campaign.strip(),
        )


class BroadcastIn(BroadcastEdit):
    """What an operator schedules."""

    draft: bool = False
    """True = not to be judged by others yet."""
    origin: OriginIn | None = None
    """Given by a higher level's station, and only by it."""

    def to_draft(self) -> model.BroadcastDraft:
        """Return the same as the controller takes it."""
        origin = None if self.origin is None else self.origin.to_origin()
        return replace(super().to_draft(), origin=origin)


class CommentIn(In):
    """What is said with a step, for those who read its history."""

    comment: Annotated[str, Field(max_length=MAX_COMMENT_CHARS)] = ""


class ApprovalIn(CommentIn):
    """What was looked at before it was approved."""

    content_sha256: Annotated[str, Field(max_length=64)] | None = None


class OriginOut(Out):
    """Which station of a higher level sent it, and what it is called there."""

    level: model.Level
    name: str
    reference: str


class BroadcastOut(Out):
    """A broadcast as remembered."""

    id: str
    content: ContentRef
    targets: list[str]
    rule: RuleIn
    said: SaidOut
    broadcast_class: BroadcastClass = Field(serialization_alias="class")
    priority: int
    on_interrupt: OnInterrupt
    zones: list[str]
    origin: OriginOut | None
    """Of what a higher level sent: it cannot be edited."""
    state: model.BroadcastState
    """What people decided."""
    phase: model.Phase
    """What has become of it by now."""
    content_sha256: str
    devices: list[str]
    first_start: Instant
    last_end: Instant
    created_at: Instant
    created_by: str
    authors: list[str]
    """Who wrote in it."""
    approved_by: str | None
    cancelled_by: str | None

    @classmethod
    def of(cls, broadcast: model.Broadcast, said: Sentence, phase: model.Phase) -> Self:
        """Show a broadcast, when it is as a sentence, and its phase."""
        asked = broadcast.draft
        return cls(
            id=broadcast.id,
            content=ContentRef(kind=asked.content_kind, id=asked.content_id),
            targets=list(asked.targets),
            rule=RuleIn.of(asked.rule),
            said=SaidOut(vi=said.vi, en=said.en),
            broadcast_class=asked.broadcast_class,
            priority=asked.priority,
            on_interrupt=asked.on_interrupt,
            zones=list(asked.zones),
            origin=None if asked.origin is None else OriginOut.model_validate(asked.origin),
            state=broadcast.state,
            phase=phase,
            content_sha256=broadcast.content_sha256,
            devices=list(broadcast.devices),
            first_start=broadcast.first_start,
            last_end=broadcast.last_end,
            created_at=broadcast.created_at,
            created_by=broadcast.created_by,
            authors=list(broadcast.authors),
            approved_by=broadcast.approved_by,
            cancelled_by=broadcast.cancelled_by,
        )


class EditedOut(BroadcastOut):
    """A broadcast after an edit."""

    approval_voided: bool
    """True = it was approved, and is off the air until somebody approves what it is now."""


class BroadcastStepOut(Out):
    """One step in the life of a broadcast, and where it led."""

    at: Instant
    by: str
    step: str
    state: model.BroadcastState
    content_sha256: str
    comment: str
