"""A stream's bytes become mono samples at 48 kHz, whatever they were, or CannotTune.

The demuxer is chosen by the type the server names and by the first bytes, never by FFmpeg among
all it has. What a playlist leads to is opened by `Web`, so FFmpeg itself opens nothing.
"""

from collections.abc import Iterator
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.stream import Discard

from firmware_bridge.live.web import CannotTune, Stream, Web
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

MAX_CHANNELS: Final = 16
RATES_HZ: Final = range(4_000, 384_001)
"""As for files: a stream that claims one sample a second would blow up 48,000 times."""
_BY_KIND: Final = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/aac": "aac",
    "audio/aacp": "aac",
    "audio/x-aac": "aac",
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "application/ogg": "ogg",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
}
_MAGIC: Final = (
    (b"#EXTM3U", "hls"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"RIFF", "wav"),
    (b"ID3", "mp3"),
    (b"\xff\xf1", "aac"),
    (b"\xff\xf9", "aac"),
    (b"\xff\xfa", "mp3"),
    (b"\xff\xfb", "mp3"),
)
_MAGIC_BYTES: Final = max(len(magic) for magic, _ in _MAGIC)
_HLS_FORMATS: Final = "hls,mpegts,aac,mp3,mov"
_CODECS: Final = (
    "aac,flac,libopus,mp1,mp1float,mp2,mp2float,mp3,mp3float,opus,pcm_s16be,pcm_s16le,vorbis"
)
_HLS: Final = {
    "http_persistent": "0",  # both would reach around what we open for it
    "http_multiple": "0",
    "max_reload": "20",  # a station that pauses for some segments is waited for
}
_PROBE_BYTES: Final = 32 << 10
_PROBE_US: Final = 500_000


def blocks(stream: Stream, web: Web) -> Iterator[Samples]:
    """Yield samples as they come, to the end of the stream; CannotTune."""
    demuxer = _demuxer(stream)
    options = {
        "codec_whitelist": _CODECS,
        "format_whitelist": _HLS_FORMATS if demuxer == "hls" else demuxer,
        "protocol_whitelist": "http,https",
        **(_HLS if demuxer == "hls" else _quickly()),
    }

    def lead(url: str, _flags: int, _options: object) -> Stream:
        return web.open(url)

    try:
        with av.open(
            stream,
            "r",
            demuxer,
            container_options=options,
            metadata_errors="ignore",
            io_open=lead,
        ) as container:
            for samples in _samples(container):
                web.heard()
                yield samples
    except (av.FFmpegError, ValueError, EOFError, OverflowError) as exc:
        raise CannotTune(f"it cannot be decoded: {exc}"[:160]) from exc


def _quickly() -> dict[str, str]:
    """Do not wait to learn more than one has to know: a page is heard while it is spoken."""
    return {"probesize": str(_PROBE_BYTES), "analyzeduration": str(_PROBE_US)}


def _demuxer(stream: Stream) -> str:
    first = stream.peek(_MAGIC_BYTES)
    by_magic = next((name for magic, name in _MAGIC if first.startswith(magic)), None)
    # A stream is joined somewhere in its middle, so its first bytes need not say what it is.
    found = by_magic or _BY_KIND.get(stream.kind)
    if not first or found is None:
        raise CannotTune(f"it is no sound: {stream.kind or 'of no kind'}"[:80])
    return found


def _samples(container: InputContainer) -> Iterator[Samples]:
    if not container.streams.audio:
        raise CannotTune("there is no sound in it")
    chosen = container.streams.audio[0]
    for other in container.streams:
        if other is not chosen:  # else every variant of a playlist would be fetched
            other.discard = Discard.all
    resampler, shape = None, None
    for frame in container.decode(chosen):
        now = _shape(frame)
        if resampler is None or now != shape:  # a station may change its rate as it goes
            resampler, shape = AudioResampler("flt", "mono", SAMPLE_RATE_HZ), now
        for even in resampler.resample(frame):
            yield _rounded(even)


def _shape(frame: AudioFrame) -> tuple[str, str, int]:
    channels, rate_hz = frame.layout.nb_channels, frame.sample_rate
    if not 0 < channels <= MAX_CHANNELS or rate_hz not in RATES_HZ:
        raise CannotTune(f"{channels} channels, {rate_hz} samples a second")
    return frame.format.name, frame.layout.name, rate_hz


def _rounded(frame: AudioFrame) -> Samples:
    """Return 16-bit samples; not-a-number, which a stream of floats may hold, becomes silence."""
    wave = np.nan_to_num(frame.to_ndarray()[0], copy=False) * np.float32(32_767)
    samples: Samples = np.clip(np.rint(wave), -32_768, 32_767).astype(np.int16)
    return samples
