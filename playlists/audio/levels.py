"""Levels: how loud a site's sounds shall be. The one place where the defaults are named.

There is no standard for horn loudspeakers. Speech is rendered at -16 LUFS and music 4 LU below, so
that people are understood over traffic; below 200 Hz a horn only heats its coil.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SPEECH_LUFS: Final = -16.0
MUSIC_LUFS: Final = -20.0
MAX_TRUE_PEAK_DBTP: Final = -1.5
HIGH_PASS_HZ: Final = 200.0

LUFS_RANGE: Final = (-40.0, -10.0)
"""Louder than -10 LUFS only a limiter at work can be; quieter than -40 nobody hears a horn."""
PEAK_RANGE_DBTP: Final = (-12.0, 0.0)
HIGH_PASS_RANGE_HZ: Final = (0.0, 1_000.0)


class SoundKind(StrEnum):
    """What a sound mostly is: speech is rendered louder than music."""

    SPEECH = "speech"
    MUSIC = "music"


@dataclass(frozen=True, slots=True)
class Levels:
    """Targets of a site; ValueError, naming the field, for what no loudspeaker can use."""

    speech_lufs: float = SPEECH_LUFS
    music_lufs: float = MUSIC_LUFS
    max_true_peak_dbtp: float = MAX_TRUE_PEAK_DBTP
    high_pass_hz: float = HIGH_PASS_HZ
    """Corner of the high-pass; 0 = none."""

    def __post_init__(self) -> None:
        _check("speech_lufs", self.speech_lufs, LUFS_RANGE)
        _check("music_lufs", self.music_lufs, LUFS_RANGE)
        _check("max_true_peak_dbtp", self.max_true_peak_dbtp, PEAK_RANGE_DBTP)
        _check("high_pass_hz", self.high_pass_hz, HIGH_PASS_RANGE_HZ)

    def target_lufs(self, kind: SoundKind) -> float:
        """Return the integrated loudness that a sound of this kind is rendered at."""
        return self.speech_lufs if kind is SoundKind.SPEECH else self.music_lufs


def _check(field: str, value: float, allowed: tuple[float, float]) -> None:
    low, high = allowed
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{field}: {low:g} to {high:g}")


DEFAULTS: Final = Levels()
"""For a site that says nothing."""
