"""A rendered sound, and what was measured on it after it had been encoded."""

from dataclasses import dataclass

from playlists.audio.sound import Codec


@dataclass(frozen=True, slots=True)
class MeasuredSound:
    """What is remembered of a sound: the asset, and how loud it is when it is heard."""

    sha256: str
    codec: Codec
    size_bytes: int
    duration_ms: int
    target_lufs: float | None
    loudness_lufs: float | None
    """None for silence and for what is shorter than the measure needs."""
    true_peak_dbtp: float
