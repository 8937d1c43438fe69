"""Brings a foreign stream near the loudness of our own sounds, slowly and within bounds.

Loudness is BS.1770's, measured by FFmpeg every 100 ms over the last 400. The gain follows what was
loud enough to be sound over some ten seconds. Peaks are limited at four times the rate, where the
peaks between samples are seen too.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from firmware_bridge.live import packets
from playlists.audio.chain import Chain
from playlists.audio.levels import MAX_TRUE_PEAK_DBTP, SPEECH_LUFS
from playlists.audio.loudness import ratio
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

MAX_GAIN_DB: Final = 15.0
"""More would only bring up the hiss of a station that is switched off."""
MIN_GAIN_DB: Final = -30.0
GATE_LUFS: Final = -50.0
"""What is quieter is a pause, and says nothing of how loud the station is."""
MEMORY_S: Final = 8.0
FIRST_MEASURES: Final = 10
"""A second of sound is listened to before the first is let through, so that nobody is startled."""
PATIENCE: Final = 3 * SAMPLE_RATE_HZ
"""A stream that begins with silence is let through after so many samples as it is."""
_HOP_S: Final = 0.1
_MARGIN_DB: Final = 0.5
"""What is limited at 192 kHz overshoots by so much when it is 48 kHz again."""


def levelled(blocks: Iterable[Samples]) -> Iterator[bytes]:
    """Yield packets of a stream that comes in blocks of any length."""
    leveller = Leveller()
    for samples in _even(blocks):
        yield from leveller.feed(samples)
    yield from leveller.rest()


def untouched(blocks: Iterable[Samples]) -> Iterator[bytes]:
    """Yield packets of a stream that is as loud as it should be."""
    for samples in _even(blocks):
        yield packets.packed(samples, packets.level_db(samples))


def _even(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Cut what comes into pieces of a packet's length; the last may be short."""
    rest = np.zeros(0, np.int16)
    for block in blocks:
        pieces = list(packets.cut(np.concatenate([rest, block])))
        rest = pieces.pop() if pieces and len(pieces[-1]) < packets.LENGTH else rest[:0]
        yield from pieces
    if len(rest):
        yield rest


class Leveller:
    """Takes pieces of 20 ms and gives packets, some milliseconds later."""

    def __init__(self) -> None:
        self._meter = Chain("s16", ("ebur128", "metadata=1"))
        ceiling = ratio(MAX_TRUE_PEAK_DBTP - _MARGIN_DB)
        self._limiter = Chain(
            "flt",
            ("aresample", str(4 * SAMPLE_RATE_HZ)),
            ("alimiter", f"limit={ceiling:.4f}:attack=4:release=60:level=disabled:latency=1"),
            ("aresample", str(SAMPLE_RATE_HZ)),
            ("aformat", "sample_fmts=s16:channel_layouts=mono"),
        )
        self._held: list[Samples] = []
        self._has_begun = False
        self._measures = 0
        self._power = 0.0
        self._gain = 1.0
        self._levels: deque[float] = deque()
        self._made = np.zeros(0, np.int16)

    def feed(self, samples: Samples) -> Iterator[bytes]:
        """Take the next piece, and yield the packets that are ready."""
        for frame in self._meter.push(samples):
            self._measured(float(frame.metadata.get("lavfi.r128.M", "-inf")))
        self._held.append(samples)
        waited = len(self._held) * packets.LENGTH >= PATIENCE
        if self._has_begun or waited or self._measures >= FIRST_MEASURES:
            yield from self.rest()

    def rest(self) -> Iterator[bytes]:
        """Let through what was held back."""
        held, self._held = self._held, []
        if not self._has_begun:
            self._gain, self._has_begun = self._wanted(), True
        for piece in held:
            yield from self._limited(piece)

    def _measured(self, momentary_lufs: float) -> None:
        """Let the mean of the loudness follow what is heard, at first at once."""
        if momentary_lufs < GATE_LUFS or not math.isfinite(momentary_lufs):
            return
        self._measures += 1
        weight = max(1 / self._measures, 1 - math.exp(-_HOP_S / MEMORY_S))
        self._power += (10 ** (momentary_lufs / 10) - self._power) * weight

    def _wanted(self) -> float:
        if not self._power:
            return 1.0
        gain_db = SPEECH_LUFS - 10 * math.log10(self._power)
        return ratio(min(max(gain_db, MIN_GAIN_DB), MAX_GAIN_DB))

    def _limited(self, piece: Samples) -> Iterator[bytes]:
        before, self._gain = self._gain, self._wanted()
        line = np.linspace(before, self._gain, len(piece), dtype=np.float32) / np.float32(32_768)
        self._levels.append(packets.level_db(piece))
        made = [frame.to_ndarray()[0] for frame in self._limiter.push(piece * line)]
        self._made = np.concatenate([self._made, *made])
        while len(self._made) >= packets.LENGTH:
            yield packets.packed(self._made[: packets.LENGTH], self._levels.popleft())
            self._made = self._made[packets.LENGTH :]
