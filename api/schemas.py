"""The JSON that comes in and goes out. Field names are the faces of docs/architecture.md."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from controller import model
from controller.model import Align, ContentKind
from playlists.schedule import instant
from playlists.schedule.plan import BroadcastClass, OnInterrupt
from playlists.text.fit import Way
from playlists.text.frame import Depth
from playlists.text.legacy import Encoding

Instant = Annotated[datetime, PlainSerializer(instant.to_text, return_type=str)]
Text = Annotated[str, Field(max_length=10_000)]
"""Longer than any message; the library says how long one may be, in the operator's words."""
MAX_BOARD_PX: Final = 4_096
"""LEDs a side; the largest LED walls have about as many."""
MAX_STRIP_PX: Final = 20_000
"""Longest moving line: what a board does not move by itself its gateway plays."""
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class MessageIn(_In):
    """A text for boards."""

    text: Text
    font: int | None = None
    align: Align = Align.CENTER
    speed_px_s: int = 40


class PlaylistItem(_In):
    """One item of a playlist."""

    kind: Literal["clip"] = "clip"
    id: Name


class PlaylistIn(_In):
    """Clips in order, a chime before, a gap between."""

    name: Name
    items: list[PlaylistItem] = Field(max_length=500)
    gap_s: float = 0.5
    chime: Name | None = None


class ContentRef(_In):
    """What a broadcast carries."""

    kind: ContentKind
    id: Name


class RuleIn(_In):
    """When. Wall clock of `tz` (default: the area's) unless a time has an offset."""

    start: Name | None = None
    end: Name | None = None
    duration_s: float | None = None
    rrule: Annotated[str, Field(max_length=1_000)] | None = None
    tz: Name | None = None


class BroadcastIn(_In):
    """What an operator schedules."""

    content: ContentRef
    targets: list[Annotated[str, Field(max_length=120)]]
    rule: RuleIn = RuleIn()
    broadcast_class: BroadcastClass = Field(BroadcastClass.NORMAL, alias="class")
    priority: int = 50
    on_interrupt: OnInterrupt = OnInterrupt.RESUME

    def to_draft(self) -> model.BroadcastDraft:
        """Return the same as the controller takes it."""
        return model.BroadcastDraft(
            content_kind=self.content.kind,
            content_id=self.content.id,
            targets=tuple(self.targets),
            rule=model.RuleDraft(**self.rule.model_dump()),
            broadcast_class=self.broadcast_class,
            priority=self.priority,
            on_interrupt=self.on_interrupt,
        )


class AreaIn(_In):
    """A new node of the tree."""

    id: Name
    name: Name
    parent: Name | None = None
    tz: Name | None = None
    hours_preset: Name | None = None


class DeviceIn(_In):
    """A board or a loudspeaker to enrol; sizes are a board's."""

    id: Name
    name: Name
    kind: model.DeviceKind
    area: Name
    width_px: Annotated[int, Field(ge=1, le=MAX_BOARD_PX)] | None = None
    height_px: Annotated[int, Field(ge=1, le=MAX_BOARD_PX)] | None = None
    depth: Literal["mono", "tricolour", "rgb"] = "mono"
    idle_text: Text = ""
    """What stands on a board when nothing is on."""
    thin: bool = False
    """A board that takes whole frames over MQTT; its panel gets a secret of its own."""

    def to_device(self) -> model.Device:
        """Return the same as the controller takes it."""
        return model.Device(
            id=self.id,
            name=self.name,
            kind=self.kind,
            area=self.area,
            width_px=self.width_px,
            height_px=self.height_px,
            max_strip_px=MAX_STRIP_PX if self.kind is model.DeviceKind.BOARD else None,
            idle_text=self.idle_text,
            depth=Depth.of(self.depth),
        )


class GroupIn(_In):
    """A new group of devices."""

    id: Name
    name: Name
    devices: list[Name] = Field(max_length=10_000)


class RolloutIn(_In):
    """A firmware, the boards that shall run it, and how carefully."""

    firmware: Name
    targets: list[Annotated[str, Field(max_length=120)]]
    waves: list[Annotated[float, Field(gt=0, le=100_000)]] = [1, 0.1]
    """Sizes: whole numbers are counts, fractions below 1 shares; the rest is the last wave."""
    share_pct: int = 10
    """It stops by itself when so many percent of the boards ordered so far have failed."""
    patience_s: int = 86_400
    """A board that comes to no end for so long counts as failed."""

    def to_draft(self) -> model.RolloutDraft:
        """Return the same as the controller takes it."""
        return model.RolloutDraft(
            firmware=self.firmware,
            targets=tuple(self.targets),
            waves=tuple(self.waves),
            share_pct=self.share_pct,
            patience_s=self.patience_s,
        )


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class AreaOut(_Out):
    """A node of the tree."""

    id: str
    name: str
    parent: str | None
    tz: str | None
    hours_preset: str | None


class DeviceOut(_Out):
    """A board or a speaker."""

    id: str
    name: str
    kind: model.DeviceKind
    area: str
    width_px: int | None
    height_px: int | None
    depth: str | None
    """`mono`, `tricolour` or `rgb`; None for speakers, as sizes are."""

    @classmethod
    def of(cls, device: model.Device) -> Self:
        """Show a device."""
        return cls(
            id=device.id,
            name=device.name,
            kind=device.kind,
            area=device.area,
            width_px=device.width_px,
            height_px=device.height_px,
            depth=device.depth.word if device.kind is model.DeviceKind.BOARD else None,
        )


class GroupOut(_Out):
    """A named set of devices."""

    id: str
    name: str
    devices: list[str]


class MessageOut(_Out):
    """A message as kept; `original` is what was typed, and `encoding` what that was written in."""

    id: str
    text: str
    original: str
    encoding: Encoding
    font: int | None
    align: Align
    speed_px_s: int
    created_at: Instant
    created_by: str


class SuggestionOut(_Out):
    """How a message could be shown that does not stand on a board."""

    way: Way
    font: int
    pages: int
    duration_ms: int


class FitOut(_Out):
    """Whether a message stands on a board as it is, in which font, and what would if not."""

    stands: bool
    font: int
    pages: int
    duration_ms: int
    read_aloud_s: float
    suggestions: list[SuggestionOut]


class FontOut(BaseModel):
    """A font that messages may name by its slot."""

    slot: int
    name: str
    rows: int
    imported: bool


class ImageOut(_Out):
    """An image as kept."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    created_at: Instant
    created_by: str


class ClipOut(_Out):
    """A clip as kept."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    duration_ms: int
    created_at: Instant
    created_by: str


class PlaylistOut(_Out):
    """A playlist as kept."""

    id: str
    name: str
    items: list[PlaylistItem]
    gap_s: float
    chime: str | None
    created_at: Instant
    created_by: str

    @classmethod
    def of(cls, playlist: model.Playlist) -> Self:
        """Show a playlist."""
        return cls(
            id=playlist.id,
            name=playlist.name,
            items=[PlaylistItem(id=clip) for clip in playlist.clips],
            gap_s=playlist.gap_s,
            chime=playlist.chime,
            created_at=playlist.created_at,
            created_by=playlist.created_by,
        )


class BroadcastOut(_Out):
    """A broadcast as remembered."""

    id: str
    content: ContentRef
    targets: list[str]
    rule: RuleIn
    broadcast_class: BroadcastClass = Field(serialization_alias="class")
    priority: int
    on_interrupt: OnInterrupt
    state: model.BroadcastState
    content_sha256: str
    devices: list[str]
    first_start: Instant
    created_at: Instant
    created_by: str
    approved_by: str | None
    cancelled_by: str | None

    @classmethod
    def of(cls, broadcast: model.Broadcast) -> Self:
        """Show a broadcast."""
        draft, rule = broadcast.draft, broadcast.draft.rule
        return cls(
            id=broadcast.id,
            content=ContentRef(kind=draft.content_kind, id=draft.content_id),
            targets=list(draft.targets),
            rule=RuleIn(
                start=rule.start,
                end=rule.end,
                duration_s=rule.duration_s,
                rrule=rule.rrule,
                tz=rule.tz,
            ),
            broadcast_class=draft.broadcast_class,
            priority=draft.priority,
            on_interrupt=draft.on_interrupt,
            state=broadcast.state,
            content_sha256=broadcast.content_sha256,
            devices=list(broadcast.devices),
            first_start=broadcast.first_start,
            created_at=broadcast.created_at,
            created_by=broadcast.created_by,
            approved_by=broadcast.approved_by,
            cancelled_by=broadcast.cancelled_by,
        )


class DeliveryOut(_Out):
    """What is wanted of a device against what it confirmed."""

    desired_version: int
    desired_sha256: str
    stage: str | None
    confirmed_version: int
    assets_ready: int
    assets_total: int
    reason: str | None


class EnrolmentOut(_Out):
    """What a gateway's file needs to know of a new device. The secrets are shown once."""

    device: DeviceOut
    secret: str
    panel_secret: str | None
    tenant: str
    mqtt_url: str
    plan_keys: list[str]
    """Public keys, Base64: whose plans to follow."""


class NowOut(_Out):
    """What a device says is on now."""

    device: str
    online: bool
    broadcast: str | None
    occurrence: str | None
    asset: str | None
    since: Instant | None
    until: Instant | None
    why: str
    fault: str
    reported_at: Instant | None
    delivery: DeliveryOut


class SlotOut(_Out):
    """One occurrence on a device's timeline."""

    occurrence: str
    broadcast: str
    asset: str
    asset_kind: str
    broadcast_class: BroadcastClass = Field(serialization_alias="class")
    priority: int
    start: Instant
    end: Instant


class AsRunOut(_Out):
    """What a device really showed or played."""

    device: str
    seq: int
    broadcast: str
    occurrence: str
    asset: str
    planned_at: Instant
    started_at: Instant | None
    ended_at: Instant
    end_reason: str
    detail: str


class FirmwareOut(_Out):
    """A firmware file; who signed it is judged by gateways and boards."""

    id: str
    version: str
    hardware: str
    key_id: str
    sha256: str
    size_bytes: int
    created_at: Instant
    created_by: str


class RolloutDeviceOut(_Out):
    """How far one board of a rollout got; `stage` is None before anything was heard."""

    device: str
    wave: int
    ordered_at: Instant | None
    stage: str | None
    done: int
    total: int
    reason: str | None
    detail: str


class RolloutOut(_Out):
    """A rollout as remembered; `reason` says why it halted by itself."""

    id: str
    firmware: str
    share_pct: int
    patience_s: int
    state: model.RolloutState
    reason: str
    created_at: Instant
    created_by: str
    stopped_by: str | None
    devices: list[RolloutDeviceOut]

    @classmethod
    def of(cls, rollout: model.Rollout) -> Self:
        """Show a rollout."""
        return cls.model_validate(rollout)


class Page(BaseModel):
    """One page of a list; `next` is the cursor of the following one."""

    items: list[Any]
    next: str | None = None
