"""FLAC: how speech is kept between engine and rendering, small and with not a bit lost."""

import io
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame

from playlists.audio.refusals import NotAudio
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

_BLOCK: Final = 4_096


def flac(samples: Samples) -> bytes:
    """Return the samples as a file; the same samples always give the same bytes."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac", options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream("flac", rate=SAMPLE_RATE_HZ, layout="mono")
        stream.format = "s16"
        for start in range(0, len(samples), _BLOCK):
            block = samples[start : start + _BLOCK].reshape(1, -1)
            frame = AudioFrame.from_ndarray(block, "s16", "mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
            frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return buffer.getvalue()


def unpacked(data: bytes) -> Samples:
    """Return what `flac` was given, to the bit; NotAudio for bytes that it did not make."""
    try:
        with av.open(io.BytesIO(data), "r", "flac", metadata_errors="ignore") as file:
            blocks = [_ours(frame) for frame in file.decode(audio=0)]
    except (av.FFmpegError, ValueError, LookupError, EOFError, OverflowError) as exc:
        raise NotAudio("no speech of ours", reason=str(exc)[:120]) from exc
    if not blocks:
        raise NotAudio("no speech of ours", reason="no samples")
    samples: Samples = np.concatenate(blocks)
    return samples


def _ours(frame: AudioFrame) -> Samples:
    if (frame.sample_rate, frame.layout.name) != (SAMPLE_RATE_HZ, "mono"):
        raise ValueError(f"{frame.layout.name} at {frame.sample_rate} Hz")
    if frame.format.name not in {"s16", "s16p"}:
        raise ValueError(frame.format.name)
    samples: Samples = frame.to_ndarray()[0].astype(np.int16)
    return samples
