"""From an operator's clips to one asset: each levelled, joined, levelled again, encoded."""

from collections.abc import Sequence

from playlists.audio import encode, loudness, mix
from playlists.audio.sound import Samples, Sound


def render(
    parts: Sequence[Samples], *, gap_s: float, chime: str | None, target_lufs: float
) -> Sound:
    """Return one mono sound: the chime, then the parts, evenly loud, with gaps between."""
    even = [loudness.normalise(part, target_lufs) for part in parts]
    whole = mix.assemble(even, gap_s=gap_s, chime=chime)
    return encode.opus(loudness.normalise(whole, target_lufs))
