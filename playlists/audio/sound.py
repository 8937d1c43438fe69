"""Sounds: decoded samples in memory, and the asset a loudspeaker fetches.

One rate and one channel everywhere behind the decoder: 48 kHz mono, the native rate of Opus.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.errors import BadBytes

SAMPLE_RATE_HZ: Final = 48_000
Samples = NDArray[np.int16]
"""Mono samples, shape (n,), signed 16 bit."""

MAX_SOUND_BYTES: Final = 64 << 20
"""Two hours at 24 kb/s are 22 MB; beyond this something is wrong."""


def duration_ms(samples: Samples) -> int:
    """Return the length of decoded samples, rounded up to a millisecond."""
    return -(-len(samples) * 1000 // SAMPLE_RATE_HZ)


class Codec(StrEnum):
    """How an asset is packed; the gateway decodes all of them."""

    OPUS = "opus"
    MP3 = "mp3"
    AAC = "aac"


@dataclass(frozen=True)
class Sound:
    """An encoded mono sound with what was measured on its decoded samples."""

    data: bytes
    duration_ms: int
    loudness_lufs: float | None
    """Integrated loudness (ITU-R BS.1770); None when shorter than the 0.4 s the measure needs."""
    true_peak_dbtp: float
    codec: Codec = Codec.OPUS
    target_lufs: float | None = None
    """What it was rendered to be; None for a sound that was only encoded."""

    def __post_init__(self) -> None:
        if not 0 < len(self.data) <= MAX_SOUND_BYTES:
            raise BadBytes("sound", f"{len(self.data)} bytes")

    @cached_property
    def sha256(self) -> str:
        """Return the asset name: the SHA-256 of the bytes, in lower-case hex."""
        return hashlib.sha256(self.data).hexdigest()
