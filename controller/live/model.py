"""What the controller knows of live sound, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from controller.model import ContentKind
from playlists.schedule.asset import Asset, Live
from playlists.schedule.urgency import BroadcastClass

PACKETS_PER_S: Final = 50
PACKET_MS: Final = 1_000 // PACKETS_PER_S
MAX_PACKET_BYTES: Final = 1_275
"""The longest Opus packet of one frame (RFC 6716, 3.2.1)."""

AWAY_S: Final = 5.0
"""From a microphone that says nothing for so long nothing is expected any more."""
ARRIVAL_S: Final = 15.0
"""A browser may still be asking for its microphone when the page has begun."""
SILENT_S: Final = 60.0
"""Somebody left an open microphone behind."""
SILENCE_DBFS: Final = -60.0
"""Below any room with a person in it."""

PAGE_PATIENCE_MS: Final = round(1_000 * (ARRIVAL_S + AWAY_S))
"""Longer than any microphone may be away: the controller is the first to give up."""


@dataclass(frozen=True, slots=True)
class Content:
    """A clip, an announcement or a playlist."""

    kind: ContentKind
    id: str


@dataclass(frozen=True, slots=True)
class RelayDraft:
    """What an operator asks for."""

    name: str
    url: str
    patience_s: int
    """Silent or away for so long, the station counts as lost."""
    fallback: Content | None
    """What is heard meanwhile; None = silence."""


@dataclass(frozen=True, slots=True)
class Relay(RelayDraft):
    """A station that loudspeakers may relay."""

    id: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class PageDraft:
    """What somebody asks for who wants to speak now."""

    name: str
    targets: tuple[str, ...]
    broadcast_class: BroadcastClass
    priority: int
    max_s: int


class Reason(StrEnum):
    """Why a page ended."""

    RELEASED = "released"
    MAX_DURATION = "max-duration"
    SILENT = "silent"
    AWAY = "away"
    GARBLED = "garbled"
    """Too much of what came was no Opus."""
    CANCELLED = "cancelled"
    HOURS = "hours"
    """The hours were changed meanwhile, and allow it no more."""
    FAULT = "fault"
    """Our own: the booth died, or nothing could be recorded."""
    STOPPED = "stopped"
    """The controller was shut down."""
    RESTARTED = "restarted"
    """The controller came up again and found it open."""


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody who speaks, or spoke, from `created_at` to `ended_at`, or at most to `ends_at`."""

    id: str
    broadcast: str
    name: str
    created_at: datetime
    created_by: str
    ends_at: datetime
    ended_at: datetime | None = None
    """None = it is on air."""
    reason: Reason | None = None
    recording_sha256: str | None = None
    """None = nothing was said, or nothing could be kept."""
    recording_bytes: int | None = None
    devices: tuple[str, ...] = ()


def sound_path(page: str) -> str:
    """Return where the units find what is said, below the controller's own address."""
    return f"/api/v1/pages/{page}/sound"


def page_asset(page: str) -> Asset:
    """Return what a unit is told to play."""
    return Asset.stream(Live(sound_path(page), PAGE_PATIENCE_MS, ends=True))
