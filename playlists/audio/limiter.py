"""The limiter: turns the gain down smoothly around peaks, and touches nothing else.

Peaks are looked for in blocks of a millisecond; the gain is a line between the blocks' edges that
never lies above what any block it passes needs.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

_BLOCK: Final = SAMPLE_RATE_HZ // 1_000
SMOOTH_MS: Final = 8
"""How long before a peak the gain begins to fall, and after it rises: not to be heard."""
HARD_MS: Final = 2
"""For sounds made of peaks: the gain is up again between two pulses of a voice, a little rough."""
_PIECE: Final = 10_000
"""Blocks worked on at a time: 10 s, so that an hour needs no copy of an hour in floats."""

Gains = NDArray[np.float32]


def louder(samples: Samples, gain: float, ceiling: float, *, reach_ms: int = SMOOTH_MS) -> Samples:
    """Return samples x gain with no sample above the ceiling (1.0 = full scale)."""
    bends = _bends(samples, gain, ceiling * 32_767, reach_ms)
    made = np.empty(len(samples), np.int16)
    for first in range(0, -(-len(samples) // _BLOCK), _PIECE):
        span = slice(first * _BLOCK, min((first + _PIECE) * _BLOCK, len(samples)))
        wave = samples[span] * np.float32(gain)
        edges = None if bends is None else bends[first : first + _PIECE + 1]
        if edges is not None and edges.min() < 1:
            wave *= _line(edges)[: len(wave)]
        made[span] = np.rint(wave, out=wave)
    return made


def peak(samples: Samples) -> float:
    """Return the largest sample as a share of full scale."""
    if not len(samples):
        return 0.0
    return max(int(samples.max()), -int(samples.min())) / 32_768


def block_peaks(samples: Samples, block: int) -> NDArray[np.int32]:
    """Return the largest magnitude in each block; the last may be short."""
    whole = len(samples) // block * block
    blocks = samples[:whole].reshape(-1, block)
    peaks = np.maximum(
        blocks.max(axis=1, initial=0), -blocks.min(axis=1, initial=0).astype(np.int32)
    )
    if whole < len(samples):
        rest = samples[whole:].astype(np.int32)
        peaks = np.append(peaks, np.abs(rest).max())
    found: NDArray[np.int32] = peaks.astype(np.int32)
    return found


def _bends(samples: Samples, gain: float, ceiling: float, reach: int) -> Gains | None:
    """Return the gain at each edge of the blocks, 1 where nothing is needed; None = nowhere."""
    peaks = block_peaks(samples, _BLOCK) * np.float32(gain)
    if peaks.max(initial=0) <= ceiling:
        return None
    needed = np.minimum(1, ceiling / np.maximum(peaks, 1)).astype(np.float32)
    # An edge is bound by every block within reach of it, so that the mean below stays under all.
    bound = np.pad(needed, 2 * reach, constant_values=1)
    lowest = bound[: len(bound) - 2 * reach + 1].copy()
    for offset in range(1, 2 * reach):
        np.minimum(lowest, bound[offset : offset + len(lowest)], out=lowest)
    kernel = np.hanning(2 * reach + 1)[1:-1].astype(np.float32)
    smooth = np.convolve(lowest, kernel / kernel.sum(), mode="valid")
    edge = (len(smooth) - len(needed) - 1) // 2
    return smooth[edge : edge + len(needed) + 1].astype(np.float32)


def _line(edges: Gains) -> Gains:
    """Draw the gain of every sample from the gains at the edges of its block."""
    steps = np.arange(_BLOCK, dtype=np.float32) / np.float32(_BLOCK)
    left, rise = edges[:-1, None], np.diff(edges)[:, None]
    drawn: Gains = (left + rise * steps).reshape(-1)
    return drawn
