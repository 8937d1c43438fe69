"""What a tuner hands over: 20 ms of sound at a time, and how loud it was as it came.

The level is that of the stream before anything was done to it, for silence is judged by that.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

LENGTH: Final = SAMPLE_RATE_HZ // 50
PACKET: Final = np.dtype([("level_db", "<f4"), ("samples", "<i2", LENGTH)])
"""The level is the RMS in dB below full scale; mono samples at 48 kHz."""
QUIETEST_DB: Final = -100.0

Packets = NDArray[np.void]


def level_db(samples: Samples) -> float:
    """Return the RMS level of samples, not below QUIETEST_DB."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    return 10 * float(np.log10(max(power / 32_768**2, 1e-10)))


def packed(samples: Samples, level: float) -> bytes:
    """Return the bytes of one packet; what is shorter ends in silence."""
    packet = np.zeros(1, PACKET)
    packet["level_db"] = level
    packet["samples"][0, : len(samples)] = samples
    return packet.tobytes()


def unpacked(data: bytes) -> tuple[Packets, bytes]:
    """Return the whole packets at the front of some bytes, and the rest."""
    count = len(data) // PACKET.itemsize
    return np.frombuffer(data, PACKET, count), data[count * PACKET.itemsize :]


def cut(samples: Samples) -> Iterator[Samples]:
    """Yield a sound in pieces of a packet's length; the last may be short."""
    for start in range(0, len(samples), LENGTH):
        yield samples[start : start + LENGTH]
