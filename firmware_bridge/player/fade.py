"""Short fades, so that nothing clicks."""

from typing import Final

import numpy as np

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

FADE: Final = SAMPLE_RATE_HZ * 15 // 1000
"""15 ms: short enough to be at once, long enough not to click."""


def faded_in(block: Samples) -> Samples:
    """Return a block that comes up from silence."""
    length = min(FADE, len(block))
    return _times(block, np.append(np.linspace(0.0, 1.0, length), np.ones(len(block) - length)))


def faded_out(block: Samples) -> Samples:
    """Return a block that falls silent at its end."""
    return faded_in(block[::-1])[::-1]


def crossed(old: Samples, new: Samples) -> Samples:
    """Return `new`, out of the beginning of `old`."""
    length = min(FADE, len(old), len(new))
    mixed = faded_in(new).astype(np.int32)
    mixed[:length] += _times(old[:length], np.linspace(1.0, 0.0, length))
    return np.clip(mixed, -32_768, 32_767).astype(np.int16)


def _times(block: Samples, gain: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Samples:
    faded: Samples = (block * gain).astype(np.int16)
    return faded
