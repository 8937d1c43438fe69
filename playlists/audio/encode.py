"""Encoding: samples become the asset a loudspeaker fetches, mono, by default Ogg Opus at 24 kb/s.

The same samples always give the same bytes: the asset is named by its hash.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import av

from playlists.audio import chain, loudness
from playlists.audio.decode import blocks
from playlists.audio.progress import Step, Tell, untold, watched
from playlists.audio.sound import SAMPLE_RATE_HZ, Codec, Samples, Sound, duration_ms

_BLOCK: Final = SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class _Format:
    container: str
    encoder: Literal["libopus", "libmp3lame", "aac"]
    bit_rate_bps: int


_FORMATS: Final[Mapping[Codec, _Format]] = {
    # Thirty new minutes of speech a day are some 170 MB a month on a SIM card.
    Codec.OPUS: _Format("ogg", "libopus", 24_000),
    # Units that know nothing newer; twice the bytes for the same intelligibility.
    Codec.MP3: _Format("mp3", "libmp3lame", 48_000),
    Codec.AAC: _Format("adts", "aac", 48_000),
}


def opus(samples: Samples) -> Sound:
    """Encode for any unit of ours."""
    return encode(samples, Codec.OPUS)


def encode(samples: Samples, codec: Codec = Codec.OPUS, tell: Tell = untold) -> Sound:
    """Encode, decode again, and say what was measured on what a loudspeaker will hear."""
    data = pack(samples, codec, tell)
    heard = loudness.measure_blocks(watched(blocks(data), len(samples), Step.CHECK, tell))
    return Sound(data, duration_ms(samples), heard.integrated_lufs, heard.true_peak_dbtp, codec)


def pack(samples: Samples, codec: Codec, tell: Tell = untold) -> bytes:
    """Encode without looking back."""
    form, buffer = _FORMATS[codec], io.BytesIO()
    # bitexact: no random stream serial, no encoder name, so the hash depends on the sound alone.
    with av.open(buffer, "w", format=form.container, options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream(form.encoder, rate=SAMPLE_RATE_HZ, layout="mono")
        stream.bit_rate = form.bit_rate_bps
        for start in range(0, len(samples), _BLOCK):
            tell(Step.ENCODE, start / len(samples))
            file.mux(stream.encode(chain.frame(samples[start : start + _BLOCK], start)))
        file.mux(stream.encode(None))
    return buffer.getvalue()
