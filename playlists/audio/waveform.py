"""The waveform a console draws: the largest sample in each of equally long stretches."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.audio.limiter import block_peaks
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.audio.trim import QUIET_DB

MAX_POINTS: Final = 1_000
"""More than a screen is wide; one byte each."""

_STEP: Final = SAMPLE_RATE_HZ // 100


class Waveform:
    """Takes a sound block by block and keeps a hundred peaks a second of it: an hour is 1.4 MB."""

    def __init__(self) -> None:
        self._peaks: list[NDArray[np.int32]] = []
        self._rest = np.zeros(0, np.int16)

    def add(self, block: Samples) -> None:
        """Take the next samples."""
        both = np.concatenate([self._rest, block])
        whole = len(both) // _STEP * _STEP
        self._peaks.append(block_peaks(both[:whole], _STEP))
        self._rest = both[whole:]

    def points(self, most: int = MAX_POINTS) -> bytes:
        """Return at most so many peaks, one byte each, 255 = full scale."""
        rest = block_peaks(self._rest, _STEP) if len(self._rest) else np.zeros(0, np.int32)
        peaks = np.concatenate([*self._peaks, rest])
        return fewer(np.minimum(peaks // 128, 255).astype(np.uint8).tobytes(), most)


def fewer(points: bytes, most: int) -> bytes:
    """Return a waveform of at most so many points, each the largest of those it stands for."""
    if len(points) <= most:
        return points
    edges = np.arange(most) * len(points) // most
    return np.maximum.reduceat(np.frombuffer(points, np.uint8), edges).tobytes()


def surely_heard(points: bytes) -> float:
    """Return which share of a sound trimming leaves at least: 0 to 1, all between two loud points.

    How loud a point really is lies up to one step above what is kept of it.
    """
    peaks = np.frombuffer(points, np.uint8)
    loud = np.flatnonzero(peaks > (int(peaks.max(initial=0)) + 1) * 10 ** (QUIET_DB / 20))
    return max(0, int(loud[-1] - loud[0]) - 1) / len(peaks) if len(loud) else 0.0
