"""Loudness by ITU-R BS.1770, measured by FFmpeg's ebur128 through PyAV, and levelled to a target.

A sound shorter than the 0.4 s the measure needs is levelled by its peak.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from playlists.audio import chain, limiter
from playlists.audio.levels import MAX_TRUE_PEAK_DBTP, MUSIC_LUFS, SPEECH_LUFS
from playlists.audio.progress import Step, Tell, untold, watched
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

__all__ = [
    "MAX_TRUE_PEAK_DBTP",
    "MUSIC_LUFS",
    "SPEECH_LUFS",
    "Loudness",
    "high_passed",
    "integrated_lufs",
    "measure",
    "measure_blocks",
    "normalise",
]

SILENCE_LUFS: Final = -70.0
"""BS.1770's absolute gate: below it there is nothing to level."""
HEADROOM_DB: Final = 1.5
"""Kept below the allowed peak: an encoder overshoots what it was given."""
NEAR_LU: Final = 0.1
"""Finer than anybody hears."""

MAX_LIMITING_DB: Final = 24.0
"""More only brings up what lies under the sound; a sound of a few clicks stays below its target."""

_MIN_S: Final = 0.4
_SHORT_BELOW_PEAK_DB: Final = 6.0
_PASSES: Final = 5
_LEAST_GAIN: Final = 0.25
_QUIETEST: Final = 1 / 32_768


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was measured. `integrated_lufs` is None for silence and for the very short."""

    integrated_lufs: float | None
    true_peak_dbtp: float


class _Meter:
    """Measures a sound that comes block by block. Only true peak costs much."""

    def __init__(self, *, true_peak: bool) -> None:
        self._options = "metadata=1:peak=true" if true_peak else "metadata=1"
        self._length = 0
        self._peak = _QUIETEST

    def measure(self, blocks: Iterable[Samples]) -> Loudness:
        """Return what was measured over all blocks; without true peak it is the samples' peak."""
        facts: dict[str, str] = {}
        for frame in chain.run(self._watched(blocks), "ebur128", self._options):
            facts = dict(frame.metadata) or facts
        linear = float(facts.get("lavfi.r128.true_peak", "0"))  # 1.0 = full scale
        peak_db = 20 * math.log10(max(linear, self._peak))
        return Loudness(self._known(float(facts.get("lavfi.r128.I", "nan"))), peak_db)

    def _watched(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        for block in blocks:
            self._length += len(block)
            self._peak = max(self._peak, limiter.peak(block))
            yield block

    def _known(self, measured_lufs: float) -> float | None:
        long_enough = self._length >= _MIN_S * SAMPLE_RATE_HZ
        heard = math.isfinite(measured_lufs) and measured_lufs > SILENCE_LUFS
        return measured_lufs if long_enough and heard else None


def measure(samples: Samples) -> Loudness:
    """Measure integrated loudness and true peak."""
    return measure_blocks(chain.cut(samples))


def measure_blocks(blocks: Iterable[Samples]) -> Loudness:
    """Measure a sound that comes block by block."""
    return _Meter(true_peak=True).measure(blocks)


def integrated_lufs(samples: Samples, tell: Tell = untold) -> float | None:
    """Measure loudness alone, four times as fast; None for silence and for the very short."""
    blocks = watched(chain.cut(samples), len(samples), Step.LEVEL, tell)
    return _Meter(true_peak=False).measure(blocks).integrated_lufs


def high_passed(samples: Samples, corner_hz: float) -> Samples:
    """Return the sound without what lies below the corner; 0 Hz leaves it as it is."""
    if not corner_hz or not len(samples):
        return samples
    frames = chain.run(chain.cut(samples), "highpass", f"f={corner_hz:g}")
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def normalise(
    samples: Samples,
    target_lufs: float,
    max_peak_dbfs: float = MAX_TRUE_PEAK_DBTP - HEADROOM_DB,
    near_lu: float = NEAR_LU,
    tell: Tell = untold,
) -> Samples:
    """Return the samples at the target loudness, peaks limited; silence stays silence.

    Limiting takes loudness away, so gain and limiter are applied until the target is met.
    """
    ceiling = ratio(max_peak_dbfs)
    now_lufs = integrated_lufs(samples, tell)
    if now_lufs is None:
        return _peak_levelled(samples, ceiling)
    plain_db = target_lufs - now_lufs
    levelled = limiter.louder(samples, ratio(plain_db), ceiling)
    if limiter.peak(samples) * ratio(plain_db) <= ceiling:
        return levelled  # nothing was limited, so there is nothing to measure
    for reach_ms in (limiter.SMOOTH_MS, limiter.HARD_MS):
        gain_db, step_db, before_lu = plain_db, 0.0, 0.0
        for _ in range(_PASSES):
            levelled = limiter.louder(samples, ratio(gain_db), ceiling, reach_ms=reach_ms)
            off_lu = target_lufs - (integrated_lufs(levelled, tell) or target_lufs)
            if abs(off_lu) < near_lu:
                return levelled
            # The more is limited, the less a decibel of gain brings: look at what the last brought.
            brought = (before_lu - off_lu) / step_db if step_db else 1.0
            step_db, before_lu = off_lu / min(1.0, max(_LEAST_GAIN, brought)), off_lu
            gain_db += step_db
            if gain_db > plain_db + MAX_LIMITING_DB:
                break
    return levelled


def ratio(level_db: float) -> float:
    """Return a level in decibels as a factor."""
    return float(10 ** (level_db / 20))


def _peak_levelled(samples: Samples, ceiling: float) -> Samples:
    peak = limiter.peak(samples)
    if peak < ratio(SILENCE_LUFS):
        return samples
    return limiter.louder(samples, ceiling * ratio(-_SHORT_BELOW_PEAK_DB) / peak, ceiling)
