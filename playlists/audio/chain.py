"""A chain of FFmpeg's filters over samples, block by block: what C does faster than numpy."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.filter import Graph

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

_BLOCK: Final = 4 * SAMPLE_RATE_HZ


def run(blocks: Iterable[Samples], name: str, options: str) -> Iterator[AudioFrame]:
    """Push blocks of a sound through one filter and yield the frames that come out, in order."""
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE_HZ,
        format="s16",
        layout="mono",
        time_base=Fraction(1, SAMPLE_RATE_HZ),
    )
    worker = graph.add(name, options)
    sink = graph.add("abuffersink")
    source.link_to(worker)
    worker.link_to(sink)
    graph.configure()
    start = 0
    for block in blocks:
        graph.push(frame(block, start))
        start += len(block)
        yield from pulled(graph)
    graph.push(None)
    yield from pulled(graph)


def cut(samples: Samples) -> Iterator[Samples]:
    """Yield a sound in blocks of a length that suits `run`."""
    for start in range(0, len(samples), _BLOCK):
        yield samples[start : start + _BLOCK]


def frame(block: Samples, start: int) -> AudioFrame:
    """Return samples as a frame that begins at sample `start`."""
    made = AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
    made.sample_rate = SAMPLE_RATE_HZ
    made.pts = start
    made.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return made


def pulled(graph: Graph) -> Iterator[AudioFrame]:
    """Yield what has come out of filters that are fed block by block."""
    while True:
        try:
            got = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(got, AudioFrame):
            yield got
