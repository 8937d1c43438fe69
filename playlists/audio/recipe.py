"""A recipe: how sounds become one asset. Plain values, so that it can be hashed and sent on."""

from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from playlists.audio.levels import DEFAULTS, Levels, SoundKind
from playlists.audio.sound import Codec

DUCK_DB: Final = 14.0
"""How far a bed of music goes down under speech; words over a horn need at least 10."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One item: which source, how often, how it comes and goes."""

    source: int
    repeats: int = 1
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bed:
    """Music under everything that is said, repeated as long as it lasts."""

    source: int
    duck_db: float = DUCK_DB


@dataclass(frozen=True, slots=True)
class Recipe:
    """The kinds of the sources, the cues in order, and what stands around them."""

    sources: tuple[SoundKind, ...]
    cues: tuple[Cue, ...]
    gap_s: float = 0.0
    chime: str | None = None
    bed: Bed | None = None
    levels: Levels = DEFAULTS
    codec: Codec = Codec.OPUS

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        """Read what `to_json` wrote; for our own words only."""
        return cls(
            sources=tuple(map(SoundKind, raw["sources"])),
            cues=tuple(Cue(**cue) for cue in raw["cues"]),
            gap_s=raw["gap_s"],
            chime=raw["chime"],
            bed=Bed(**raw["bed"]) if raw["bed"] else None,
            levels=Levels(**raw["levels"]),
            codec=Codec(raw["codec"]),
        )


def single(kind: SoundKind, levels: Levels, codec: Codec = Codec.OPUS) -> Recipe:
    """Return the recipe of one sound by itself."""
    return Recipe((kind,), (Cue(0),), levels=levels, codec=codec)
