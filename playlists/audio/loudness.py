"""Loudness by ITU-R BS.1770, measured by FFmpeg's ebur128 through PyAV, and levelled to a target.

A sound shorter than the 0.4 s the measure needs is levelled by its peak.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

SPEECH_LUFS: Final = -16.0
MUSIC_LUFS: Final = -20.0
MAX_TRUE_PEAK_DBTP: Final = -1.5
SILENCE_LUFS: Final = -70.0
"""BS.1770's absolute gate: below it there is nothing to level."""

_BLOCK: Final = 48_000
_MIN_S: Final = 0.4
_HEADROOM_DB: Final = 1.0
"""Kept below the allowed peak: an encoder overshoots what it was given."""
_LOOK_AHEAD: Final = SAMPLE_RATE_HZ // 200
_PASSES: Final = 4
_QUIETEST: Final = 1 / 32_768


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was measured. `integrated_lufs` is None for silence and for the very short."""

    integrated_lufs: float | None
    true_peak_dbtp: float


def measure(samples: Samples) -> Loudness:
    """Measure integrated loudness and true peak."""
    facts = _ebur128(samples)
    integrated = float(facts.get("lavfi.r128.I", "nan"))
    peak = float(facts.get("lavfi.r128.true_peak", "0"))  # linear, 1.0 = full scale
    short = len(samples) < _MIN_S * SAMPLE_RATE_HZ
    known = not short and math.isfinite(integrated) and integrated > SILENCE_LUFS
    peak_db = 20 * math.log10(max(peak, _sample_peak(samples), _QUIETEST))
    return Loudness(integrated if known else None, peak_db)


def normalise(samples: Samples, target_lufs: float) -> Samples:
    """Return the samples at the target loudness, peaks limited; silence stays silence.

    Limiting takes loudness away, so gain and limiter are applied until the target is met.
    """
    wave = samples.astype(np.float64) / 32_768
    measured = measure(samples)
    if measured.integrated_lufs is None:
        return _to_samples(_peak_levelled(wave))
    gain_db = target_lufs - measured.integrated_lufs
    levelled = _to_samples(_limited(wave * _ratio(gain_db)))
    for _ in range(_PASSES):
        now = measure(levelled).integrated_lufs
        if now is None or abs(target_lufs - now) < 0.1:  # noqa: PLR2004 -- LU, finer than anybody hears
            break
        gain_db += target_lufs - now
        levelled = _to_samples(_limited(wave * _ratio(gain_db)))
    return levelled


def _ebur128(samples: Samples) -> dict[str, str]:
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE_HZ,
        format="s16",
        layout="mono",
        time_base=Fraction(1, SAMPLE_RATE_HZ),
    )
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    facts: dict[str, str] = {}
    for start in range(0, len(samples), _BLOCK):
        graph.push(_frame(samples[start : start + _BLOCK], start))
        facts |= _pulled(graph)
    graph.push(None)
    return facts | _pulled(graph)


def _frame(block: Samples, start: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.pts = start
    frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return frame


def _pulled(graph: Graph) -> dict[str, str]:
    facts: dict[str, str] = {}
    while True:
        try:
            facts |= dict(graph.pull().metadata)
        except (av.BlockingIOError, av.EOFError):
            return facts


def _peak_levelled(wave: np.ndarray) -> np.ndarray:
    peak = float(np.abs(wave).max(initial=0.0))
    if peak < _ratio(SILENCE_LUFS):
        return wave
    return wave * (_ratio(MAX_TRUE_PEAK_DBTP - 6 * _HEADROOM_DB) / peak)


def _limited(wave: np.ndarray) -> np.ndarray:
    """Turn the gain down smoothly around every peak above the ceiling."""
    ceiling = _ratio(MAX_TRUE_PEAK_DBTP - _HEADROOM_DB)
    over = np.abs(wave)
    if over.max(initial=0.0) <= ceiling:
        return wave
    needed = np.minimum(1.0, ceiling / np.maximum(over, 1e-9))
    padded = np.pad(needed, _LOOK_AHEAD, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _LOOK_AHEAD + 1)
    lowest = windows.min(axis=1)
    kernel = np.hanning(2 * _LOOK_AHEAD + 3)[1:-1]
    smooth = np.convolve(
        np.pad(lowest, _LOOK_AHEAD, mode="edge"), kernel / kernel.sum(), mode="valid"
    )
    return wave * smooth


def _to_samples(wave: np.ndarray) -> Samples:
    samples: Samples = np.clip(np.rint(wave * 32_768), -32_768, 32_767).astype(np.int16)
    return samples


def _ratio(level_db: float) -> float:
    return float(10 ** (level_db / 20))


def _sample_peak(samples: Samples) -> float:
    return float(np.abs(samples.astype(np.int32)).max(initial=0)) / 32_768
