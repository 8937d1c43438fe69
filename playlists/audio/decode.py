"""Decoding: audio bytes of any origin become 48 kHz mono samples, or are refused.

PyAV (FFmpeg) decodes. Only the containers and codecs named here are opened, from memory: no file
name, no network, and no playlist format that could point at either.
"""

import io
from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from playlists.audio.progress import Step, Tell, untold
from playlists.audio.refusals import FileTooLarge, NotAudio, SoundTooLong, TooCostly
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

MAX_UPLOAD_BYTES: Final = 200 << 20
MAX_DURATION_S: Final = 3_900
"""An hour and what stands around it; decoded it is 375 MB, which a small server just holds."""
MAX_CHANNELS: Final = 16
RATES_HZ: Final = range(4_000, 384_001)
"""A file that claims one sample a second would blow up 48,000 times."""

Wave = NDArray[np.float32]
_BATCH: Final = SAMPLE_RATE_HZ
_MAGIC: Final = (
    (b"RIFF", "wav"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"FORM", "aiff"),
    (b"ID3", "mp3"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"\x30\x26\xb2\x75", "asf"),
    (b"#!AMR", "amr"),
    (b"caff", "caf"),
    (b".snd", "au"),
)
_CODECS: Final = frozenset(
    [
        "aac",
        "ac3",
        "adpcm_ima_qt",
        "adpcm_ima_wav",
        "adpcm_ms",
        "alac",
        "amrnb",
        "amrwb",
        "eac3",
        "flac",
        "gsm_ms",
        "mp2",
        "mp2float",
        "mp3",
        "mp3float",
        "opus",
        "libopus",
        "vorbis",
        "wavpack",
        "wmav1",
        "wmav2",
        "pcm_alaw",
        "pcm_f32be",
        "pcm_f32le",
        "pcm_f64be",
        "pcm_f64le",
        "pcm_mulaw",
        "pcm_s16be",
        "pcm_s16le",
        "pcm_s24be",
        "pcm_s24le",
        "pcm_s32be",
        "pcm_s32le",
        "pcm_s8",
        "pcm_u8",
    ]
)
"""Sound only: a cover picture or a film's track never reaches its decoder."""


def decode(data: bytes, tell: Tell = untold) -> Samples:
    """Return the first audio stream as 48 kHz mono samples: channels are averaged, then nothing.

    Raises NotAudio, SoundTooLong, FileTooLarge or TooCostly (out of memory), and nothing else, for
    bytes of any origin.
    """
    return np.concatenate([*blocks(data, tell)])


def blocks(data: bytes, tell: Tell = untold) -> Iterator[Samples]:
    """Yield the same block by block, so that nobody has to hold it all; at least one sample."""
    tell(Step.DECODE, 0.0)
    if len(data) > MAX_UPLOAD_BYTES:
        raise FileTooLarge(f"{len(data)} bytes", size_bytes=len(data), limit_bytes=MAX_UPLOAD_BYTES)
    demuxer, total = _demuxer(data), 0
    options = {"codec_whitelist": ",".join(sorted(_CODECS)), "format_whitelist": demuxer}
    try:
        with av.open(
            io.BytesIO(data),
            "r",
            demuxer,
            container_options=options,
            metadata_errors="ignore",
        ) as file:
            there = _samples_there(file)
            for block in _decoded(file):
                total += len(block)
                tell(Step.DECODE, min(1.0, total / there) if there else 0.0)
                if total > MAX_DURATION_S * SAMPLE_RATE_HZ:
                    raise SoundTooLong(f"longer than {MAX_DURATION_S} s", limit_s=MAX_DURATION_S)
                if len(block):
                    yield block
    except MemoryError as exc:
        raise TooCostly("out of memory", reason="memory") from exc
    except (av.FFmpegError, ValueError, EOFError, OverflowError) as exc:
        raise NotAudio("the file cannot be decoded", reason=str(exc)[:120]) from exc
    if not total:
        raise NotAudio("the file has no sound in it", reason="no samples")


def _samples_there(file: InputContainer) -> int:
    """Return how many samples the file says it has, 0 when it does not say."""
    return max(0, file.duration or 0) * SAMPLE_RATE_HZ // av.time_base


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


def _decoded(file: InputContainer) -> Iterator[Samples]:
    if not file.streams.audio:
        raise NotAudio("the file has no sound in it", reason="no audio stream")
    stream = file.streams.audio[0]
    _check(stream)
    channels = stream.codec_context.channels
    for waves in _batches(_waves(file, stream), _BATCH * channels):
        yield _mono(np.concatenate(waves), channels)


def _waves(file: InputContainer, stream: AudioStream) -> Iterator[Wave]:
    """Yield packed float samples, frame by frame."""
    layout = stream.codec_context.layout.name
    resampler: AudioResampler | None = None
    for frame in file.decode(stream):
        if resampler is None and _is_ours(frame, layout):
            yield np.frombuffer(bytes(frame.planes[0]), np.float32, frame.samples)
            continue
        if resampler is None:
            resampler = AudioResampler("flt", layout, SAMPLE_RATE_HZ)
        for even in resampler.resample(frame):
            yield even.to_ndarray().reshape(-1).astype(np.float32, copy=False)
    if resampler is not None:
        for even in resampler.resample(None):
            yield even.to_ndarray().reshape(-1).astype(np.float32, copy=False)


def _is_ours(frame: AudioFrame, layout: str) -> bool:
    """Say whether there is nothing to convert: what Opus, AAC and MP3 give for our own assets."""
    is_alike = frame.layout.name == layout and frame.sample_rate == SAMPLE_RATE_HZ
    return is_alike and frame.layout.nb_channels == 1 and frame.format.name in {"flt", "fltp"}


def _batches(waves: Iterator[Wave], least: int) -> Iterator[list[Wave]]:
    """Gather waves: a codec's frame is too short to be worth a call of numpy."""
    batch: list[Wave] = []
    total = 0
    for wave in waves:
        batch.append(wave)
        total += len(wave)
        if total >= least:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _check(stream: AudioStream) -> None:
    context = stream.codec_context
    if context is None:  # PyAV's types know nothing of it: no decoder for this stream
        raise NotAudio("the file has no usable sound", reason="unknown codec")
    if context.name not in _CODECS:
        raise NotAudio("the file has no usable sound", reason=f"codec {context.name}")
    channels, rate_hz = context.channels, context.sample_rate
    if not 0 < channels <= MAX_CHANNELS:
        raise NotAudio("the file has no usable sound", reason=f"{channels} channels")
    if rate_hz not in RATES_HZ:
        raise NotAudio("the file has no usable sound", reason=f"{rate_hz} samples a second")


def _mono(wave: Wave, channels: int) -> Samples:
    """Average a packed float wave's channels and return 16-bit samples."""
    if channels > 1:
        wave = wave.reshape(-1, channels).mean(axis=1)
    wave *= 32_767
    np.rint(wave, out=wave)
    np.clip(wave, -32_768, 32_767, out=wave)
    # Not-a-number, which a float file may hold, becomes silence.
    samples: Samples = np.nan_to_num(wave, copy=False).astype(np.int16)
    return samples
