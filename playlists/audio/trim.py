"""Trimming: the silence before the first sound and after the last goes; pauses inside stay."""

from typing import Final

import numpy as np

from playlists.audio.limiter import block_peaks
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

MARGIN_S: Final = 0.1
"""Left standing on both sides: a first consonant is far quieter than its vowel."""
QUIET_DB: Final = -45.0
"""Below the loudest of the sound: a recording room's noise is about there."""

_BLOCK: Final = SAMPLE_RATE_HZ // 100


def trim(samples: Samples) -> Samples:
    """Return the sound without silence at its head and tail; a sound of silence as it is."""
    peaks = block_peaks(samples, _BLOCK)
    loudest = int(peaks.max(initial=0))
    if not loudest:
        return samples
    heard = np.flatnonzero(peaks > loudest * 10 ** (QUIET_DB / 20))
    margin = int(MARGIN_S * SAMPLE_RATE_HZ)
    start = max(0, int(heard[0]) * _BLOCK - margin)
    end = (int(heard[-1]) + 1) * _BLOCK + margin
    return samples[start:end]
