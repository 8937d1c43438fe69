"""What is known of a sound after one pass through it, block by block: nobody holds it all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playlists.audio import loudness
from playlists.audio.decode import blocks
from playlists.audio.progress import Tell, untold
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.audio.waveform import Waveform


@dataclass(frozen=True, slots=True)
class Survey:
    """Length, loudness and look of a sound as it came, after the mono down-mix."""

    duration_ms: int
    loudness_lufs: float | None
    """None for silence and for what is shorter than the measure needs."""
    true_peak_dbtp: float
    waveform: bytes
    """Peaks of equally long stretches, one byte each, 255 = full scale; see `waveform`."""


def survey(data: bytes, tell: Tell = untold) -> Survey:
    """Decode to the end and say what was heard; NotAudio, SoundTooLong or FileTooLarge."""
    drawn, length = Waveform(), 0

    def watched(sound: Iterable[Samples]) -> Iterator[Samples]:
        nonlocal length
        for block in sound:
            length += len(block)
            drawn.add(block)
            yield block

    heard = loudness.measure_blocks(watched(blocks(data, tell)))
    return Survey(
        -(-length * 1000 // SAMPLE_RATE_HZ),
        heard.integrated_lufs,
        heard.true_peak_dbtp,
        drawn.points(),
    )
