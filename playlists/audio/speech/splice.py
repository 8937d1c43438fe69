"""Recorded phrases become one sound: trimmed, faded, joined with a reader's pause."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from playlists.audio import loudness
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

PAUSE_S: Final = 0.12
"""Between two phrases of one sentence."""
FADE_S: Final = 0.008
EVEN_LUFS: Final = -20.0
"""Where parts meet that were recorded at different places; the rendering sets the final level."""

_AUDIBLE: Final = 0.01
"""40 dB below a sound's own peak: a microphone hisses below that, a word ends above."""
_MARGIN_S: Final = 0.02
"""Kept around what is heard: soft consonants begin before they are loud."""


def spliced(names: Sequence[str], recording: Callable[[str], Samples]) -> Samples:
    """Return the named recordings as one sound; what `recording` raises ends it before any sound.

    All are fetched before anything is joined: half an emergency message is worse than none.
    """
    return joined([recording(name) for name in names], PAUSE_S)


def joined(parts: Iterable[Samples], pause_s: float) -> Samples:
    """Return the parts as one sound: trimmed, evenly loud, faded, with pauses between."""
    even = (faded(loudness.normalise(trimmed(part), EVEN_LUFS)) for part in parts)
    pause = np.zeros(round(pause_s * SAMPLE_RATE_HZ), np.int16)
    pieces = [piece for part in even for piece in (pause, part)][1:]
    whole: Samples = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
    return whole


def trimmed(samples: Samples) -> Samples:
    """Return the samples without the silence before and after; silence stays as it is."""
    level = np.abs(samples.astype(np.int32))
    heard = np.flatnonzero(level > level.max(initial=0) * _AUDIBLE)
    if not len(heard):
        return samples
    margin = round(_MARGIN_S * SAMPLE_RATE_HZ)
    return samples[max(0, int(heard[0]) - margin) : int(heard[-1]) + 1 + margin]


def faded(samples: Samples) -> Samples:
    """Return the samples rising from and falling to nothing, so that no join clicks."""
    length = min(round(FADE_S * SAMPLE_RATE_HZ), len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False)
    end = len(samples) - length
    shaped: Samples = samples.copy()
    shaped[:length] = np.rint(samples[:length] * ramp)
    shaped[end:] = np.rint(samples[end:] * ramp[::-1])
    return shaped
