"""Encoding: samples become the asset a loudspeaker fetches, Ogg Opus, mono, 24 kb/s.

The same samples always give the same bytes: the asset is named by its hash.
"""

import io
from fractions import Fraction
from typing import Final

import av
from av.audio.frame import AudioFrame

from playlists.audio import loudness
from playlists.audio.decode import decode
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples, Sound, duration_ms

BIT_RATE_BPS: Final = 24_000
"""Thirty new minutes of speech a day are some 170 MB a month on a SIM card."""
_FRAME: Final = SAMPLE_RATE_HZ // 50


def opus(samples: Samples, bit_rate_bps: int = BIT_RATE_BPS) -> Sound:
    """Encode, decode again, and say what was measured on what a loudspeaker will hear."""
    buffer = io.BytesIO()
    # bitexact: no random stream serial, no encoder name, so the hash depends on the sound alone.
    with av.open(buffer, "w", format="ogg", options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="mono")
        stream.bit_rate = bit_rate_bps
        for start in range(0, len(samples), _FRAME):
            file.mux(stream.encode(_frame(samples[start : start + _FRAME], start)))
        file.mux(stream.encode(None))
    data = buffer.getvalue()
    heard = loudness.measure(decode(data))
    return Sound(data, duration_ms(samples), heard.integrated_lufs, heard.true_peak_dbtp)


def _frame(block: Samples, start: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.pts = start
    frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return frame
