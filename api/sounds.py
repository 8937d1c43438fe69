"""The JSON of clips, playlists and rendered sounds, in and out."""

from dataclasses import asdict
from typing import Any, Literal, Self

from pydantic import Field

from api.forms import In, Out
from api.schemas import Instant, Name
from controller import model
from controller.model import ContentKind
from playlists.audio.levels import SoundKind
from playlists.audio.recipe import DUCK_DB
from playlists.audio.sound import Codec


class PlaylistItem(In):
    """One item of a playlist: how often, and how it comes and goes."""

    kind: Literal["clip", "announcement"] = "clip"
    id: Name
    repeats: int = 1
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0

    def to_item(self) -> model.PlaylistItem:
        """Return the same as the controller takes it."""
        return model.PlaylistItem(**{**self.model_dump(), "kind": ContentKind(self.kind)})


class PlaylistBed(In):
    """A clip that plays under the others, `duck_db` lower while somebody speaks."""

    clip: Name
    duck_db: float = DUCK_DB


class PlaylistIn(In):
    """Items in order, a chime before, a gap between, music under them."""

    name: Name
    items: list[PlaylistItem] = Field(max_length=500)
    gap_s: float = 0.5
    chime: Name | None = None
    """A chime's name, or `class`: the chime of the broadcast's class."""
    bed: PlaylistBed | None = None

    def to_draft(self) -> model.PlaylistDraft:
        """Return the same as the controller takes it."""
        return model.PlaylistDraft(
            name=self.name,
            items=tuple(item.to_item() for item in self.items),
            gap_s=self.gap_s,
            chime=self.chime,
            bed=None if self.bed is None else model.PlaylistBed(**self.bed.model_dump()),
        )


class ClipOut(Out):
    """A clip as kept; its levels are those of the file as it came, down-mixed to mono."""

    id: str
    name: str
    sha256: str
    size_bytes: int
    duration_ms: int
    kind: SoundKind
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    created_at: Instant
    created_by: str


class WaveformOut(Out):
    """What a console draws: the largest sample of each of equally long stretches, 0 to 1."""

    duration_ms: int
    peaks: list[float]


class SoundOut(Out):
    """A rendered sound, and what was measured on it after it had been encoded."""

    sha256: str
    codec: Codec
    size_bytes: int
    duration_ms: int
    target_lufs: float | None
    loudness_lufs: float | None
    true_peak_dbtp: float


class PlaylistOut(Out):
    """A playlist as kept; of an item only what is not as usual."""

    id: str
    name: str
    items: list[dict[str, Any]]
    gap_s: float
    chime: str | None
    bed: PlaylistBed | None
    created_at: Instant
    created_by: str

    @classmethod
    def of(cls, playlist: model.Playlist) -> Self:
        """Show a playlist."""
        return cls(
            id=playlist.id,
            name=playlist.name,
            items=[_told(item) for item in playlist.items],
            gap_s=playlist.gap_s,
            chime=playlist.chime,
            bed=None if playlist.bed is None else PlaylistBed(**asdict(playlist.bed)),
            created_at=playlist.created_at,
            created_by=playlist.created_by,
        )


def _told(item: model.PlaylistItem) -> dict[str, Any]:
    told = PlaylistItem(**asdict(item))
    return {"kind": told.kind, "id": told.id, **told.model_dump(exclude_defaults=True)}
