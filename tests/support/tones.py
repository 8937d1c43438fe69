"""Tones for tests: made, packed with real codecs, and found again."""

import io
import wave
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame

RATE_HZ = 48_000


def tone(freq_hz: float, duration_s: float, level_dbfs: float) -> np.ndarray:
    at_s = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    peak = 32_767 * 10 ** (level_dbfs / 20)
    return np.rint(np.sin(2 * np.pi * freq_hz * at_s) * peak).astype(np.int16)


def as_wav(samples: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def from_wav(data: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def as_mp3(samples: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=RATE_HZ, layout="mono")
        stream.bit_rate = 96_000
        for start in range(0, len(samples), 1152):
            block = samples[start : start + 1152].reshape(1, -1)
            frame = AudioFrame.from_ndarray(block, "s16p", "mono")
            frame.sample_rate, frame.pts = RATE_HZ, start
            frame.time_base = Fraction(1, RATE_HZ)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return buffer.getvalue()


def strongest_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.fft.rfftfreq(len(samples), 1 / RATE_HZ)[spectrum.argmax()])


def find_tone(samples: np.ndarray, freq_hz: float) -> list[tuple[float, float]]:
    """Return where a tone stands out, as (start_s, end_s): windows in which it is most of it."""
    window = RATE_HZ // 20
    count = len(samples) // window
    blocks = samples[: count * window].reshape(count, window).astype(float)
    at_s = np.arange(window) / RATE_HZ
    power = np.abs(blocks @ np.exp(-2j * np.pi * freq_hz * at_s)) ** 2 * 2 / window
    energy = (blocks**2).sum(axis=1)
    loud = (power > 0.6 * energy) & (energy / window > 200**2)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    step_s = window / RATE_HZ
    return [(a * step_s, b * step_s) for a, b in zip(edges[::2], edges[1::2], strict=True)]
