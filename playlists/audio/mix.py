"""Mixing with pydub: chime, items and gaps become one sound, without clicks at the joins."""

import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np

from playlists.audio.chime import chime as chime_samples
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

with warnings.catch_warnings():
    # pydub looks for an ffmpeg program at import; decoding and encoding are PyAV's work here.
    warnings.filterwarnings("ignore", "Couldn't find ffmpeg or avconv", RuntimeWarning)
    from pydub import AudioSegment

FADE_MS: Final = 5
CHIME_GAP_S: Final = 0.4
"""Between the chime and the first word."""


def assemble(parts: Sequence[Samples], *, gap_s: float, chime: str | None) -> Samples:
    """Return the chime, then the parts with gaps between them."""
    mixed = AudioSegment.empty().set_frame_rate(SAMPLE_RATE_HZ)
    if chime is not None:
        mixed += _segment(chime_samples(chime)) + _silence(CHIME_GAP_S)
    for index, part in enumerate(parts):
        if index:
            mixed += _silence(gap_s)
        mixed += _segment(part).fade_in(FADE_MS).fade_out(FADE_MS)
    return np.array(mixed.get_array_of_samples(), np.int16)


def _segment(samples: Samples) -> AudioSegment:
    return AudioSegment(
        data=samples.astype("<i2").tobytes(),
        sample_width=2,
        frame_rate=SAMPLE_RATE_HZ,
        channels=1,
    )


def _silence(length_s: float) -> AudioSegment:
    return AudioSegment.silent(round(length_s * 1000), SAMPLE_RATE_HZ)
