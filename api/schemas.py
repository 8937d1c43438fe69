"""The JSON that comes in and goes out. Field names are the faces of docs/architecture.md."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, Field, PlainSerializer

from api.forms import In, Out
from controller import model
from controller.admission import Misfit
from controller.compliance import HoursLine
from controller.model import Align, ContentKind
from playlists.audio.sound import Codec
from playlists.schedule import draft, instant, policyjson
from playlists.schedule.draft import MAX_DATES, MAX_NAMES, OnHolidays, RuleDraft
from playlists.schedule.plan import BroadcastClass
from playlists.schedule.sun import SunEvent
from playlists.schedule.windows import Place
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


class MessageIn(In):
    """A text for boards."""

    text: Text
    font: int | None = None
    align: Align = Align.CENTER
    speed_px_s: int = 40


class ContentRef(In):
    """What a broadcast carries."""

    kind: ContentKind
    id: Name


class TimesIn(In):
    """When within a day: a part of it, every so many minutes between two times, or by the sun."""

    part: Name | None = None
    every_min: int | None = None
    since: Name | None = None
    until: Name | None = None
    sun: SunEvent | None = None
    offset_min: int = 0


class RuleIn(In):
    """When. Wall clock of `tz` (default: the area's) unless a time has an offset."""

    start: Name | None = None
    end: Name | None = None
    duration_s: float | None = None
    rrule: Annotated[str, Field(max_length=1_000)] | None = None
    tz: Name | None = None
    rdates: list[Name] = Field(default=[], max_length=MAX_DATES)
    exdates: list[Name] = Field(default=[], max_length=MAX_DATES)
    last_day: Name | None = None
    times: TimesIn | None = None
    holidays: OnHolidays | None = None
    holiday_names: list[Name] = Field(default=[], max_length=MAX_NAMES)

    def to_draft(self) -> RuleDraft:
        """Return the same as the controller takes it."""
        return draft.from_json(self.model_dump(exclude_none=True))

    @classmethod
    def of(cls, rule: RuleDraft) -> Self:
        """Show a rule."""
        return cls.model_validate(draft.to_json(rule))


class SaidOut(BaseModel):
    """A rule as a sentence."""

    vi: str
    en: str


class AreaIn(In):
    """A new node of the tree."""

    id: Name
    name: Name
    parent: Name | None = None
    tz: Name | None = None
    hours_preset: Name | None = None
    approvals: Literal[1, 2] | None = None
    """How many persons a broadcast takes there; None = as inherited."""


class DeviceIn(In):
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
    near: list[Place] = Field(default=[], max_length=len(Place))
    """What a loudspeaker must spare: volume caps for such places bind it."""
    mobile: bool = False
    """A loudspeaker on a truck."""
    codec: Codec = Codec.OPUS
    """`mp3` or `aac` for a loudspeaker whose decoder knows nothing newer."""

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
            near=tuple(self.near),
            mobile=self.mobile,
            codec=self.codec,
        )


class GroupIn(In):
    """A new group of devices."""

    id: Name
    name: Name
    devices: list[Name] = Field(max_length=10_000)


class AreaOut(Out):
    """A node of the tree."""

    id: str
    name: str
    parent: str | None
    tz: str | None
    hours_preset: str | None
    hours: dict[str, Any] | None
    """Rules of its own; `areas/{id}/hours` tells those that hold, also inherited ones."""
    approvals: int | None
    """Its own; `areas/{id}/approvals` tells what holds."""

    @classmethod
    def of(cls, area: model.Area) -> Self:
        """Show an area."""
        return cls(
            id=area.id,
            name=area.name,
            parent=area.parent,
            tz=area.tz,
            hours_preset=area.hours_preset,
            hours=None if area.hours is None else policyjson.to_json(area.hours),
            approvals=area.approvals,
        )


class MisfitOut(BaseModel):
    """An approved broadcast that will be refused by the rules that hold now."""

    broadcast: str
    device: str
    start: Instant
    rule: str

    @classmethod
    def of(cls, misfit: Misfit) -> Self:
        """Show one."""
        rule = misfit.ruling.rule or ""
        return cls(broadcast=misfit.broadcast, device=misfit.device, start=misfit.start, rule=rule)


class HoursOut(BaseModel):
    """The rules that hold in an area; None = no limits."""

    area: str
    hours: dict[str, Any] | None
    misfits: list[MisfitOut]
    """After a change: each broadcast that is approved and will be refused, where first and when."""


class NearIn(In):
    """What a loudspeaker must spare."""

    near: list[Place] = Field(max_length=len(Place))


class HoursLineOut(BaseModel):
    """One day of one loudspeaker against the rules; limits are None where there are none."""

    device: str
    zone: str | None
    """Of a truck: where it was heard; None = outside the zones it speaks in."""
    day: date
    policy: str | None
    sessions: int
    sessions_per_day: int | None
    minutes: float
    longest_min: float
    longest_session_min: float | None
    outside: int
    refused: int
    exempt_min: float
    kept: bool

    @classmethod
    def of(cls, line: HoursLine) -> Self:
        """Show a line of the report."""
        policy, heard = line.policy, line.heard
        return cls(
            device=line.device,
            zone=line.zone or None,
            day=heard.day,
            policy=None if policy is None else policy.name,
            sessions=heard.sessions,
            sessions_per_day=None if policy is None else policy.sessions_per_day,
            minutes=heard.minutes,
            longest_min=heard.longest_min,
            longest_session_min=None if policy is None else policy.longest_session_min,
            outside=heard.outside,
            refused=heard.refused,
            exempt_min=heard.exempt_min,
            kept=heard.kept,
        )


class DeviceOut(Out):
    """A board or a speaker."""

    id: str
    name: str
    kind: model.DeviceKind
    area: str
    width_px: int | None
    height_px: int | None
    depth: str | None
    """`mono`, `tricolour` or `rgb`; None for speakers, as sizes are."""
    near: list[Place]
    """What a loudspeaker must spare."""
    mobile: bool
    codec: Codec | None
    """None for boards."""

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
            near=list(device.near),
            mobile=device.mobile,
            codec=device.codec if device.kind is model.DeviceKind.SPEAKER else None,
        )


class GroupOut(Out):
    """A named set of devices."""

    id: str
    name: str
    devices: list[str]


class MessageOut(Out):
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


class SuggestionOut(Out):
    """How a message could be shown that does not stand on a board."""

    way: Way
    font: int
    pages: int
    duration_ms: int


class FitOut(Out):
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


class ImageOut(Out):
    """An image as kept."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    created_at: Instant
    created_by: str


class DeliveryOut(Out):
    """What is wanted of a device against what it confirmed."""

    desired_version: int
    desired_sha256: str
    stage: str | None
    confirmed_version: int
    assets_ready: int
    assets_total: int
    reason: str | None


class EnrolmentOut(Out):
    """What a gateway's file needs to know of a new device. The secrets are shown once."""

    device: DeviceOut
    secret: str
    panel_secret: str | None
    tenant: str
    mqtt_url: str
    plan_keys: list[str]
    """Public keys, Base64: whose plans to follow."""


class NowOut(Out):
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


class SlotOut(Out):
    """One occurrence on a device's timeline."""

    occurrence: str
    broadcast: str
    asset: str
    asset_kind: str
    broadcast_class: BroadcastClass = Field(serialization_alias="class")
    priority: int
    start: Instant
    end: Instant


class AsRunOut(Out):
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
    started_lat: float | None
    """Where a truck was; None = nobody knew, or it never moves."""
    started_lon: float | None
    ended_lat: float | None
    ended_lon: float | None


class Page(BaseModel):
    """One page of a list; `next` is the cursor of the following one."""

    items: list[Any]
    next: str | None = None
