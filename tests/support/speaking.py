"""Somebody speaks now: Opus in Ogg, a page of 20 ms at a time, as fast as it is said."""

import threading
import time
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
import tones
from av.audio.frame import AudioFrame

BLOCK = 960


class Speaker:
    """Says samples in their own time to whoever asks, and remembers when each second was said."""

    def __init__(self, samples: np.ndarray) -> None:
        self._samples = samples
        self._stopped = threading.Event()
        self.began_s: float | None = None
        """By time.monotonic: when the first sample was said."""

    def stop(self) -> None:
        """Say no more."""
        self._stopped.set()

    def __call__(self, out: BinaryIO) -> None:
        options = {"page_duration": "20000", "flush_packets": "1"}
        with av.open(_Unseekable(out), "w", format="ogg", options=options) as file:
            stream = file.add_stream("libopus", rate=tones.RATE_HZ, layout="mono")
            stream.bit_rate = 24_000
            self.began_s = time.monotonic()
            for start in range(0, len(self._samples) - BLOCK + 1, BLOCK):
                due_s = self.began_s + (start + BLOCK) / tones.RATE_HZ
                if self._stopped.wait(max(0.0, due_s - time.monotonic())):
                    return
                block = self._samples[start : start + BLOCK].reshape(1, -1)
                frame = AudioFrame.from_ndarray(block, "s16", "mono")
                frame.sample_rate, frame.pts = tones.RATE_HZ, start
                frame.time_base = Fraction(1, tones.RATE_HZ)
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))


class _Unseekable:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        self._out.write(data)
        return len(data)
