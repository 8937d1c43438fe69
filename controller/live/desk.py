"""The mixing desk: packets of a microphone become one steady stream of Ogg Opus.

Decoded, high-passed, levelled by a slow bounded gain, limited, encoded: 20 ms in, 20 ms out, and
what goes in now comes out some 30 ms later. What is no packet is made up from the one before.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.codec.context import CodecContext

from controller.live.model import PACKET_MS, PACKETS_PER_S
from controller.live.pieces import FLOOR_DBFS, Piece
from playlists.audio.chain import Chain, Wave, frame
from playlists.audio.levels import DEFAULTS, Levels
from playlists.audio.loudness import HEADROOM_DB, ratio
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

BIT_RATE_BPS: Final = 24_000
PACKET_SAMPLES: Final = SAMPLE_RATE_HZ // PACKETS_PER_S

MAX_GAIN_DB: Final = 18.0
"""More would bring up the room of whoever stands far from the microphone."""
MIN_GAIN_DB: Final = -12.0
RISE_DB_PER_S: Final = 6.0
FALL_DB_PER_S: Final = 20.0
"""Too loud is worse than too soft."""
GATE_LUFS: Final = -50.0
"""Softer than this nobody speaks."""
PAUSE_LU: Final = 15.0
"""So much below what was heard is a pause, and no reason to turn anything up."""
FORGET_LU_PER_S: Final = 0.5
"""Of what was heard, in a pause: whoever steps back from the microphone is heard again."""
MEMORY_BLOCKS: Final = 30
"""The meter tells every 100 ms; loudness is that of the last seconds of speech."""
_BLOCKS_PER_S: Final = 10
_FADE: Final = np.float32(0.5)


class Desk:
    """One page's sound; the instance of one stream."""

    def __init__(self, levels: Levels = DEFAULTS) -> None:
        self._ear = _Ear()
        self._clean = Chain("fltp", ("highpass", f"f={levels.high_pass_hz:g}"))
        self._fader = _Fader(levels.speech_lufs)
        self._ceiling = ratio(levels.max_true_peak_dbtp - HEADROOM_DB)
        limit = f"limit={self._ceiling:.4f}:attack=5:release=80:level=disabled"
        self._limiter = Chain("fltp", ("alimiter", limit))
        self._press = _Press()
        self.head = self._press.printed()
        """The headers of the stream, which every listener needs first."""

    def take(self, packet: bytes) -> Piece:
        """Return what a packet becomes, whatever it is."""
        heard, bad = self._ear.decode(packet)
        for clean in _waves(self._clean.push(heard)):
            for even in _waves(self._limiter.push(self._fader.move(clean))):
                self._press.print(self._whole(even))
        return Piece(_rms_dbfs(heard), _peak_dbfs(heard), bad, self._press.printed())

    def end(self) -> bytes:
        """Return what is still under way, and the end of the stream."""
        self._press.close()
        return self._press.printed()

    def _whole(self, wave: Wave) -> Samples:
        capped = np.clip(wave, -self._ceiling, self._ceiling) * np.float32(32_767)
        samples: Samples = np.rint(capped).astype(np.int16)
        return samples


class _Ear:
    """Decodes what it can, and makes up the rest: the last packet again, softer each time."""

    def __init__(self) -> None:
        context = CodecContext.create("libopus", "r")
        if not isinstance(context, AudioCodecContext):
            raise AssertionError("Opus is sound")  # noqa: TRY004 -- for the type checker
        context.sample_rate = SAMPLE_RATE_HZ
        context.layout = "mono"
        self._context = context
        self._last = np.zeros(PACKET_SAMPLES, np.float32)

    def decode(self, packet: bytes) -> tuple[Wave, bool]:
        """Return 20 ms of sound, and whether they were made up."""
        samples = self._decoded(packet)
        bad = samples is None
        self._last = self._last * _FADE if samples is None else samples
        return self._last, bad

    def _decoded(self, packet: bytes) -> Wave | None:
        if not packet:  # to a decoder nothing means the end
            return None
        try:
            frames = self._context.decode(av.Packet(packet))
        except av.FFmpegError:
            return None
        parts = [one.to_ndarray() for one in frames]
        if [part.shape for part in parts] != [(1, PACKET_SAMPLES)]:
            return None
        whole: Wave = parts[0][0].astype(np.float32) / np.float32(32_768)
        return whole


class _Fader:
    """Moves the gain slowly towards the loudness asked for, and never in a pause."""

    def __init__(self, target_lufs: float) -> None:
        self._target_lufs = target_lufs
        self._meter = Chain("fltp", ("ebur128", "metadata=1"))
        self._blocks = 0
        self._energy = 0.0
        self._gain_db = 0.0

    def move(self, wave: Wave) -> Wave:
        """Return a block at the gain of now."""
        before = ratio(self._gain_db)
        for heard in self._meter.push(wave):
            self._hear(float(heard.metadata.get("lavfi.r128.M", "nan")))
        line = np.linspace(before, ratio(self._gain_db), len(wave), dtype=np.float32)
        moved: Wave = wave * line
        return moved

    def _hear(self, momentary_lufs: float) -> None:
        if not momentary_lufs > GATE_LUFS:
            return
        if self._blocks and momentary_lufs < _lufs(self._energy) - PAUSE_LU:
            self._energy *= ratio(-FORGET_LU_PER_S / _BLOCKS_PER_S) ** 2
            return
        self._blocks = min(self._blocks + 1, MEMORY_BLOCKS)
        self._energy += (10 ** (momentary_lufs / 10) - self._energy) / self._blocks
        wanted_db = self._target_lufs - _lufs(self._energy)
        wanted_db = min(MAX_GAIN_DB, max(MIN_GAIN_DB, wanted_db))
        rise_db, fall_db = RISE_DB_PER_S / _BLOCKS_PER_S, FALL_DB_PER_S / _BLOCKS_PER_S
        self._gain_db += min(rise_db, max(-fall_db, wanted_db - self._gain_db))


class _Press:
    """Encodes, and prints pages of Ogg as soon as they are full."""

    def __init__(self) -> None:
        self._printed: list[bytes] = []
        # A page a packet; the file keeps one back until the next has begun.
        options = {"page_duration": str(1_000 * PACKET_MS), "flush_packets": "1"}
        self._file = av.open(self, "w", format="ogg", options=options)
        coding = {"application": "voip", "frame_duration": str(PACKET_MS)}
        self._stream = self._file.add_stream(
            "libopus", rate=SAMPLE_RATE_HZ, layout="mono", options=coding
        )
        self._stream.bit_rate = BIT_RATE_BPS
        self._file.start_encoding()
        self._at = 0

    def write(self, page: bytes) -> int:
        """Take what the file writes."""
        self._printed.append(bytes(page))
        return len(page)

    def print(self, samples: Samples) -> None:
        """Encode some more."""
        self._file.mux(self._stream.encode(frame(samples, self._at)))
        self._at += len(samples)

    def close(self) -> None:
        """End the stream."""
        self._file.mux(self._stream.encode(None))
        self._file.close()

    def printed(self) -> bytes:
        """Return what was printed since the last time: whole pages."""
        pages = b"".join(self._printed)
        self._printed.clear()
        return pages


def _waves(frames: Iterable[AudioFrame]) -> Iterator[Wave]:
    for one in frames:
        yield one.to_ndarray()[0].astype(np.float32)


def _rms_dbfs(wave: Wave) -> float:
    return _dbfs(math.sqrt(float(np.mean(np.square(wave)))))


def _peak_dbfs(wave: Wave) -> float:
    return _dbfs(float(np.abs(wave).max()))


def _dbfs(share: float) -> float:
    return max(FLOOR_DBFS, 20 * math.log10(max(share, 1e-9)))


def _lufs(energy: float) -> float:
    return 10 * math.log10(energy)
