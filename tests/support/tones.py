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


def voice(duration_s: float, level_dbfs: float, *, seed: int = 1) -> np.ndarray:
    """Return something as uneven as speech: a buzz that glides, in syllables, with breath."""
    chance = np.random.default_rng(seed)
    at_s = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    turns = np.cumsum(150 + 40 * np.sin(2 * np.pi * 0.7 * at_s)) / RATE_HZ
    buzz = sum(
        np.sin(2 * np.pi * (number * turns + chance.random())) / number for number in range(2, 24)
    )
    syllables = np.clip(np.sin(2 * np.pi * 2.1 * at_s) + 0.5 * np.sin(2.3 * at_s), 0, None)
    wave = buzz * syllables + chance.normal(0, 0.03, len(at_s)) * (syllables > 0)
    return np.rint(wave / np.abs(wave).max() * 32_767 * 10 ** (level_dbfs / 20)).astype(np.int16)


def noise(duration_s: float, level_dbfs: float) -> np.ndarray:
    wave = np.random.default_rng(2).normal(0, 10 ** (level_dbfs / 20), int(duration_s * RATE_HZ))
    return np.rint(np.clip(wave, -1, 1) * 32_767).astype(np.int16)


def packed(channels: list[np.ndarray], container: str, codec: str, rate_hz: int = RATE_HZ) -> bytes:
    """Return samples at 48 kHz, a list of one or two channels, as a file of any kind."""
    buffer, layout = io.BytesIO(), ("mono", "stereo")[len(channels) - 1]
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate_hz, layout=layout)
        stream.bit_rate = 96_000
        frame = AudioFrame.from_ndarray(np.stack(channels), "s16p", layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return buffer.getvalue()
