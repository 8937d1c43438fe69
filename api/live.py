"""The JSON of relays and pages, in and out."""

from typing import Annotated, Literal, Self

from pydantic import Field

from api.forms import In, Out
from api.schemas import Instant, Name
from controller.live import model
from controller.live.model import Page, Reason
from controller.model import ContentKind
from playlists.schedule.urgency import BroadcastClass


class FallbackIn(In):
    """What is heard while a station is lost."""

    kind: Literal["clip", "announcement", "playlist"]
    id: Name


class RelayIn(In):
    """A station to relay."""

    name: Name
    url: Annotated[str, Field(max_length=500)]
    patience_s: int = 10
    fallback: FallbackIn | None = None

    def to_draft(self) -> model.RelayDraft:
        """Return the same as the controller takes it."""
        instead = self.fallback
        fallback = None if instead is None else model.Content(ContentKind(instead.kind), instead.id)
        return model.RelayDraft(self.name, self.url, self.patience_s, fallback)


class FallbackOut(Out):
    """What is heard while a station is lost."""

    kind: ContentKind
    id: str


class RelayOut(Out):
    """A station as kept."""

    id: str
    name: str
    url: str
    patience_s: int
    fallback: FallbackOut | None
    created_at: Instant
    created_by: str


class PageIn(In):
    """Somebody who wants to speak now."""

    name: Name
    targets: list[Annotated[str, Field(max_length=120)]]
    broadcast_class: BroadcastClass = Field(BroadcastClass.NORMAL, alias="class")
    priority: int = 50
    max_s: int = 300

    def to_draft(self) -> model.PageDraft:
        """Return the same as the controller takes it."""
        return model.PageDraft(
            name=self.name,
            targets=tuple(self.targets),
            broadcast_class=self.broadcast_class,
            priority=self.priority,
            max_s=self.max_s,
        )


class PageOut(Out):
    """Somebody who speaks, or spoke."""

    id: str
    name: str
    broadcast: str
    created_at: Instant
    created_by: str
    ends_at: Instant
    """At the latest."""
    ended_at: Instant | None
    """None = it is on air."""
    reason: Reason | None
    microphone: str
    """Path of the WebSocket."""
    sound: str
    """Path of the stream."""
    devices: int
    recording_sha256: str | None
    recording_bytes: int | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """Show a page."""
        return cls(
            id=page.id,
            name=page.name,
            broadcast=page.broadcast,
            created_at=page.created_at,
            created_by=page.created_by,
            ends_at=page.ends_at,
            ended_at=page.ended_at,
            reason=page.reason,
            microphone=f"/api/v1/pages/{page.id}/microphone",
            sound=model.sound_path(page.id),
            devices=len(page.devices),
            recording_sha256=page.recording_sha256,
            recording_bytes=page.recording_bytes,
        )
