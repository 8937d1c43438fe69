"""Chimes: made, not recorded. What is heard before speech, so that people listen and amplifiers
wake."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.audio.refusals import UnknownChime
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

PEAK: Final = 0.5
"""-6 dBFS: shorter than the loudness measure needs, so levelled by its peak."""

_ATTACK_S: Final = 0.008

Wave = NDArray[np.float64]


def names() -> tuple[str, ...]:
    """Return the names `chime` knows."""
    return tuple(_CHIMES)


@cache
def chime(name: str) -> Samples:
    """Return a chime's samples; UnknownChime when there is none of that name."""
    if name not in _CHIMES:
        raise UnknownChime(f"no chime is called {name}", name=name[:40], known=[*_CHIMES])
    wave = _CHIMES[name]()
    samples: Samples = np.rint(wave / np.abs(wave).max() * PEAK * 32_767).astype(np.int16)
    samples.flags.writeable = False
    return samples


def _gong() -> Wave:
    # Partials of a struck plate: none is a multiple of another, the high ones die first.
    partials = ((220.0, 1.0, 1.0), (341.0, 0.5, 1.6), (462.0, 0.35, 2.2), (681.0, 0.2, 3.5))
    return sum((_struck(hz, 2.0, decay) * level for hz, level, decay in partials), _silence(2.0))


def _two_tone() -> Wave:
    return np.concatenate([_struck(659.3, 0.55, 4.0), _struck(523.3, 0.9, 3.5)])


def _alarm() -> Wave:
    at_s = np.arange(int(3.0 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    hz = 700 + 300 * np.abs((at_s * 2) % 2 - 1)
    wave: Wave = np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ)
    return wave * _attack(len(wave)) * _attack(len(wave))[::-1]


def _struck(hz: float, length_s: float, decay_per_s: float) -> Wave:
    at_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    wave: Wave = np.sin(2 * np.pi * hz * at_s) * np.exp(-decay_per_s * at_s)
    return wave * _attack(len(wave)) * _attack(len(wave))[::-1]


def _attack(length: int) -> Wave:
    """Return a gain that rises from 0 to 1 without a click, then stays."""
    rise = int(_ATTACK_S * SAMPLE_RATE_HZ)
    gain = np.ones(length)
    gain[:rise] = np.linspace(0, 1, rise)
    return gain


def _silence(length_s: float) -> Wave:
    return np.zeros(int(length_s * SAMPLE_RATE_HZ))


_CHIMES: Final[Mapping[str, Callable[[], Wave]]] = {
    "gong": _gong,
    "two-tone": _two_tone,
    "alarm": _alarm,
}
