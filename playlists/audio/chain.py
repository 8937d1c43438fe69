"""A chain of FFmpeg's filters over samples, block by block: what C does faster than numpy."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

Wave = NDArray[np.float32]
"""Mono samples within ±1."""

_BLOCK: Final = 4 * SAMPLE_RATE_HZ


class Chain:
    """Filters one behind the other, fed with mono sound as it comes."""

    def __init__(self, sample_format: str, *filters: tuple[str, str]) -> None:
        """`sample_format` is FFmpeg's name of what is pushed: s16 for int16, flt for float32 within
        ±1; each filter is its name and its options."""
        self._format = sample_format
        self._at = 0
        self._graph = Graph()
        source = self._graph.add_abuffer(
            sample_rate=SAMPLE_RATE_HZ,
            format=sample_format,
            layout="mono",
            time_base=Fraction(1, SAMPLE_RATE_HZ),
        )
        self._graph.link_nodes(
            source,
            *(self._graph.add(name, options) for name, options in filters),
            self._graph.add("abuffersink"),
        ).configure()

    def push(self, block: Samples | Wave) -> Iterator[AudioFrame]:
        """Put samples in at one end and yield what comes out at the other."""
        self._graph.push(frame(block, self._at, self._format))
        self._at += len(block)
        yield from self._pulled()

    def end(self) -> Iterator[AudioFrame]:
        """Yield what is still under way; nothing can be pushed any more."""
        self._graph.push(None)
        yield from self._pulled()

    def _pulled(self) -> Iterator[AudioFrame]:
        while True:
            try:
                got = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(got, AudioFrame):
                yield got


def run(blocks: Iterable[Samples], name: str, options: str) -> Iterator[AudioFrame]:
    """Push blocks of a sound through one filter and yield the frames that come out, in order."""
    chain = Chain("s16", (name, options))
    for block in blocks:
        yield from chain.push(block)
    yield from chain.end()


def cut(samples: Samples) -> Iterator[Samples]:
    """Yield a sound in blocks of a length that suits `run`."""
    for start in range(0, len(samples), _BLOCK):
        yield samples[start : start + _BLOCK]


def frame(block: Samples | Wave, start: int, sample_format: str = "s16") -> AudioFrame:
    """Return samples as a frame that begins at sample `start`."""
    made = AudioFrame.from_ndarray(block.reshape(1, -1), sample_format, "mono")
    made.sample_rate = SAMPLE_RATE_HZ
    made.pts = start
    made.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return made
