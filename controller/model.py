"""What the controller knows, as plain values: the words of docs/glossary.md.

The store fills these, services hand them out, faces turn them into JSON. No SQL, no HTTP.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from controller.chain import How
from playlists.audio.levels import SoundKind
from playlists.audio.sound import Codec
from playlists.audio.speech.passage import Why
from playlists.schedule.draft import RuleDraft
from playlists.schedule.passes import DEFAULT_RULES, PassRules
from playlists.schedule.plan import AssetKind, BroadcastClass, OnInterrupt
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.windows import Place
from playlists.schedule.zones import Zone
from playlists.text import intake
from playlists.text.frame import Depth
from playlists.text.legacy import Encoding


class DeviceKind(StrEnum):
    """What a device is."""

    BOARD = "board"
    SPEAKER = "speaker"


class ContentKind(StrEnum):
    """What a broadcast carries."""

    MESSAGE = "message"
    IMAGE = "image"
    CLIP = "clip"
    ANNOUNCEMENT = "announcement"
    PLAYLIST = "playlist"
    RELAY = "relay"
    PAGE = "page"


class BroadcastState(StrEnum):
    """The life of a broadcast, as far as people decide it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """What became of a broadcast: what people decided, what time did, what devices said."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    """No device has said yet that it holds a plan with it."""
    PLANNED = "planned"
    """Some device holds a plan with it."""
    ON_AIR = "on-air"
    DONE = "done"
    """Its last end is past."""
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Its last end is past, and nobody approved it."""


class Level(StrEnum):
    """Who may send something down to those below."""

    CENTRE = "centre"
    PROVINCE = "province"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Station:
    """Who of a higher level sends something to be relayed."""

    level: Level
    name: str


@dataclass(frozen=True, slots=True)
class Origin(Station):
    """Where a relayed broadcast comes from, and what it is called there."""

    reference: str

    @property
    def station(self) -> Station:
        """Return who sent it."""
        return Station(self.level, self.name)


class Align(StrEnum):
    """Where lines stand on the board."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: an operator, or the owner of a token."""

    id: str
    name: str
    may_approve_alone: bool
    how: How = How.SYSTEM
    address: str = ""
    """Where the request came from; empty = this machine's command line."""
    station: Station | None = None
    """Of a higher level's station: what it relays carries this."""


@dataclass(frozen=True, slots=True)
class Area:
    """A node of the tree; `tz` and `hours` are inherited when None."""

    id: str
    name: str
    parent: str | None
    tz: str | None
    hours_preset: str | None
    hours: HoursPolicy | None = None
    """Hours of its own, stronger than a preset; they travel in the nearest time zone."""
    approvals: int | None = None
    """How many persons a broadcast takes there, 1 or 2; inherited when None, 1 at the root."""


@dataclass(frozen=True, slots=True)
class Device:
    """A board or a speaker. Sizes are None for speakers, `depth` says nothing of them."""

    id: str
    name: str
    kind: DeviceKind
    area: str
    width_px: int | None
    height_px: int | None
    max_strip_px: int | None
    """Widest strip the board scrolls by itself or its gateway can hold."""
    idle_text: str
    """What a board shows when nothing is on; empty = dark."""
    depth: Depth = Depth.MONO
    near: tuple[Place, ...] = ()
    """What a loudspeaker must spare: caps for such places bind it."""
    mobile: bool = False
    """A loudspeaker on a truck: zones concern it."""
    pass_rules: PassRules = DEFAULT_RULES
    """Of a truck: how sure it must be of a pass, and what holds when it is not."""
    codec: Codec = Codec.OPUS
    """What sounds for a loudspeaker are packed in; says nothing of boards."""


@dataclass(frozen=True, slots=True)
class TruckZone:
    """A named area where trucks say something, or are quiet."""

    name: str
    zone: Zone
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of devices."""

    id: str
    name: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Text for boards. `font` None = the largest slot that fits."""

    id: str
    text: str
    original: str
    """What was typed, before normalising."""
    font: int | None
    align: Align
    speed_px_s: int
    created_at: datetime
    created_by: str

    @property
    def encoding(self) -> Encoding:
        """What the text was typed in, before it became Unicode."""
        return intake.normalise(self.original).encoding


@dataclass(frozen=True, slots=True)
class Image:
    """An uploaded image, kept as it came; broadcasts show what it becomes on each board."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Clip:
    """An uploaded audio file, kept as it came; broadcasts play its normalised rendering."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    duration_ms: int
    created_at: datetime
    created_by: str
    kind: SoundKind = SoundKind.SPEECH
    """Speech is rendered louder than music."""
    loudness_lufs: float | None = None
    """As it came, mono; None for silence, the very short, and clips from before it was measured."""
    true_peak_dbtp: float | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place in a text where the spoken form may be wrong: somebody should listen."""

    at: int
    """Which character of the text, from 0."""
    written: str
    spoken: str
    why: Why


@dataclass(frozen=True, slots=True)
class AnnouncementPartDraft:
    """Text in one language by one voice, or recorded phrases; never both."""

    text: str = ""
    language: str = "vi"
    voice: str | None = None
    """None = the site's voice for the language."""
    speed_pct: int = 100
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncementPart:
    """A part as it was spoken."""

    text: str
    original: str
    """What was typed, before normalising."""
    language: str
    voice: str
    speed_pct: int
    phrases: tuple[str, ...]
    spoken: str
    """Word for word what the engine was given, or what was recorded."""
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """Text that was spoken once; its sound never changes, whatever becomes of the engine."""

    id: str
    name: str
    parts: tuple[AnnouncementPart, ...]
    gap_s: float
    speech_sha256: str
    """The speech as the engines gave it, for playlists."""
    sound_sha256: str
    """The asset that is listened to before approval and played afterwards."""
    size_bytes: int
    """Of the asset."""
    duration_ms: int
    loudness_lufs: float | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """A clip or an announcement in a playlist, how often, and how it comes and goes."""

    id: str
    kind: ContentKind = ContentKind.CLIP
    repeats: int = 1
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PlaylistBed:
    """A clip that plays under the others, lower while somebody speaks."""

    clip: str
    duck_db: float


@dataclass(frozen=True, slots=True)
class PlaylistDraft:
    """What an operator asks for."""

    name: str
    items: tuple[PlaylistItem, ...]
    gap_s: float
    chime: str | None
    """A chime's name ("gong", "two-tone", "alarm"), "class" for that of the broadcast's class, or
    None."""
    bed: PlaylistBed | None = None


@dataclass(frozen=True, slots=True)
class Playlist(PlaylistDraft):
    """Items in order, a chime before, a gap between."""

    id: str = field(kw_only=True)
    created_at: datetime = field(kw_only=True)
    created_by: str = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class BroadcastDraft:
    """What an operator asks for."""

    content_kind: ContentKind
    content_id: str
    targets: tuple[str, ...]
    rule: RuleDraft
    broadcast_class: BroadcastClass = BroadcastClass.NORMAL
    priority: int = 50
    on_interrupt: OnInterrupt = OnInterrupt.RESUME
    zones: tuple[str, ...] = ()
    """Where trucks say it, once a pass; none here and among the targets = wherever they are."""
    campaign: str = ""
    """What reports count it under; empty = nothing."""
    origin: Origin | None = None
    """Of what a higher level sent: it cannot be edited here."""

    @property
    def zones_meant(self) -> tuple[str, ...]:
        """Return every zone that is named, also as a target, each once."""
        targets = (target.partition(":") for target in self.targets)
        meant = (name for kind, _, name in targets if kind == "zone")
        return tuple(dict.fromkeys((*self.zones, *meant)))


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as remembered."""

    id: str
    draft: BroadcastDraft
    state: BroadcastState
    content_sha256: str
    """Binds approval to content, targets, rule, class and priority."""
    devices: tuple[str, ...]
    first_start: datetime
    last_end: datetime
    asked_at: datetime
    """What "now" means in its rule. An edit that leaves the rule alone leaves this, and with it the
    names of the occurrences, which are aired once."""
    created_at: datetime
    created_by: str
    authors: tuple[str, ...]
    """Everybody who wrote in it, the first one first."""
    approved_by: str | None = None
    cancelled_by: str | None = None


@dataclass(frozen=True, slots=True)
class BroadcastStep:
    """One step in the life of a broadcast."""

    at: datetime
    by: str
    step: str
    state: BroadcastState
    """Where it led."""
    content_sha256: str
    comment: str


@dataclass(frozen=True, slots=True)
class BroadcastQuery:
    """Which broadcasts; None = whatever."""

    state: BroadcastState | None = None
    phase: Phase | None = None
    area: str | None = None
    """Itself and all below."""
    device: str | None = None
    start: datetime | None = None
    """Not over by then."""
    end: datetime | None = None
    """Begun before then."""
    text: str | None = None
    """In the message, or in the content's name; marks and case do not count."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a device's plan got: what is wanted against what the device confirmed."""

    desired_version: int
    desired_sha256: str
    stage: str | None
    """The last Stage acknowledged for the desired version; None = no word yet."""
    confirmed_version: int
    """The highest that the device called active."""
    assets_ready: int
    assets_total: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Now:
    """What a device says it shows or plays now, and whether it can be believed."""

    device: str
    online: bool
    broadcast: str | None
    occurrence: str | None
    asset: str | None
    since: datetime | None
    until: datetime | None
    why: str
    fault: str
    reported_at: datetime | None
    """By the device's clock; None = it never reported."""
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Slot:
    """One occurrence on a device's timeline."""

    occurrence: str
    broadcast: str
    asset: str
    asset_kind: AssetKind
    broadcast_class: BroadcastClass
    priority: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class AsRunEntry:
    """One entry of the as-run log as stored."""

    id: int
    device: str
    seq: int
    broadcast: str
    occurrence: str
    asset: str
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime
    end_reason: str
    detail: str
    started_lat: float | None = None
    """Where a truck was when it began: WGS84 degrees; None = nobody knew, or it never moves."""
    started_lon: float | None = None
    ended_lat: float | None = None
    ended_lon: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for those who watch live. `id` grows; 0 = not kept (`work`)."""

    id: int
    at: datetime
    kind: str
    """`state`, `ack`, `asrun`, `broadcast`, `device`, `firmware`, `rollout`, `page`, `rhythm`,
    `work`."""
    device: str | None
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a new device is given once, to be put into its gateway's configuration."""

    device: str
    secret: str
    panel_secret: str | None
    """For the panel of a thin board; None for every other device."""
