"""Decoding: audio bytes of any origin become 48 kHz mono samples, or are refused.

PyAV (FFmpeg) decodes. Only the containers named here are opened, from memory: no file name, no
network, and no playlist format that could point at either.
"""

import io
from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from playlists.audio.refusals import FileTooLarge, NotAudio, SoundTooLong
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

MAX_UPLOAD_BYTES: Final = 200 << 20
MAX_DURATION_S: Final = 3_600
"""An hour; decoded it is 345 MB, which a small server just holds."""

_MAGIC: Final = (
    (b"RIFF", "wav"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"FORM", "aiff"),
    (b"ID3", "mp3"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
)


def decode(data: bytes) -> Samples:
    """Return the first audio stream as 48 kHz mono samples: channels are averaged, then nothing.

    Raises NotAudio, SoundTooLong or FileTooLarge, and nothing else, for bytes of any origin.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        raise FileTooLarge(f"{len(data)} bytes", size_bytes=len(data), limit_bytes=MAX_UPLOAD_BYTES)
    try:
        with av.open(io.BytesIO(data), "r", _demuxer(data), metadata_errors="ignore") as file:
            blocks = list(_blocks(file))
    except (av.FFmpegError, ValueError, EOFError, MemoryError, OverflowError) as exc:
        raise NotAudio("the file cannot be decoded", reason=str(exc)[:120]) from exc
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.int16)
    if not len(samples):
        raise NotAudio("the file has no sound in it", reason="no samples")
    return samples


def _demuxer(data: bytes) -> str:
    """Choose the demuxer by the first bytes; never let FFmpeg guess among all it has."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if data[4:8] == b"ftyp":
        return "mov"
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:  # noqa: PLR2004 -- MPEG sync word
        return "aac" if data[1] & 0x06 == 0 else "mp3"
    raise NotAudio("the file is of no kind that is known here", reason="unknown kind of file")


def _blocks(file: InputContainer) -> Iterator[Samples]:
    if not file.streams.audio:
        raise NotAudio("the file has no sound in it", reason="no audio stream")
    resampler = AudioResampler("flt", _layout(file), SAMPLE_RATE_HZ)
    total = 0
    for frame in _frames(file, resampler):
        block = _mono(frame)
        total += len(block)
        if total > MAX_DURATION_S * SAMPLE_RATE_HZ:
            raise SoundTooLong(f"longer than {MAX_DURATION_S} s", limit_s=MAX_DURATION_S)
        yield block


def _layout(file: InputContainer) -> str:
    return file.streams.audio[0].codec_context.layout.name


def _frames(file: InputContainer, resampler: AudioResampler) -> Iterator[AudioFrame]:
    for frame in file.decode(audio=0):
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _mono(frame: AudioFrame) -> Samples:
    """Average a packed float frame's channels and return 16-bit samples."""
    channels = frame.layout.nb_channels
    mixed = frame.to_ndarray().reshape(-1, channels).mean(axis=1)
    samples: Samples = np.clip(np.rint(mixed * 32_767), -32_768, 32_767).astype(np.int16)
    return samples
