"""A simulated loudspeaker: takes raw PCM over TCP as a sound card would, remembers what was heard.

The wire is that of PulseAudio's module-simple-protocol-tcp: signed 16 bit little-endian, mono,
48 kHz, no header. Samples that arrive while others still sound are heard after them.
"""

import asyncio
import io
import math
import time
import wave
from collections.abc import Callable
from typing import Final

import numpy as np

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from simulator.speakers.amplifier import Amplifier

MEMORY_S: Final = 300
"""What was heard longer ago is forgotten."""
_READ_BYTES: Final = 16_384
_SAMPLE_BYTES: Final = 2


class Ear:
    """What was heard, on a timeline of samples. `clock` gives seconds.

    With an amplifier, what sounded while it slept was not heard.
    """

    def __init__(self, clock: Callable[[], float], amplifier: Amplifier | None = None) -> None:
        self._clock = clock
        self._amplifier = amplifier
        self._began_s = clock()
        self._ring = np.zeros(MEMORY_S * SAMPLE_RATE_HZ, np.int16)
        self._cleared = 0
        """The ring is right up to this sample of the timeline."""
        self._cursor = 0
        """Where on the timeline the next sample will sound."""

    def hear(self, block: Samples) -> None:
        """Let samples sound: now, or after those that are sounding still."""
        start = max(self._cursor, self._now())
        self._clear_up_to(start + len(block))
        places = np.arange(start, start + len(block)) % len(self._ring)
        self._ring[places] = block
        self._cursor = start + len(block)

    def heard(self, seconds_s: float) -> Samples:
        """Return the last seconds up to now; silence where nothing sounded."""
        now = self._now()
        count = min(int(seconds_s * SAMPLE_RATE_HZ), len(self._ring))
        sounded = self._between(now - count, now)
        return np.concatenate([np.zeros(count - len(sounded), np.int16), sounded])

    def onset_s(self, after_s: float) -> float | None:
        """Return when the first sample that is not silence was heard, at or after an instant of
        the clock; None when there was none yet."""
        first = math.ceil((after_s - self._began_s) * SAMPLE_RATE_HZ)
        now = self._now()
        loud = np.flatnonzero(self._between(first, now))
        if not loud.size:
            return None
        return self._began_s + (max(first, 0) + int(loud[0])) / SAMPLE_RATE_HZ

    def _between(self, first: int, end: int) -> Samples:
        """Return the samples of a stretch that has passed, as far as it is remembered."""
        self._clear_up_to(end)
        first = max(first, self._cleared - len(self._ring), 0)
        sounded = self._ring[np.arange(first, end) % len(self._ring)]
        if self._amplifier is None:
            return sounded
        heard = np.zeros_like(sounded)
        for begin_s, end_s in self._amplifier.awake(self._second(first), self._second(end)):
            stretch = slice(self._sample(begin_s) - first, self._sample(end_s) - first)
            heard[stretch] = sounded[stretch]
        return heard

    def _second(self, sample: int) -> float:
        return self._began_s + sample / SAMPLE_RATE_HZ

    def _sample(self, second: float) -> int:
        return round((second - self._began_s) * SAMPLE_RATE_HZ)

    def _now(self) -> int:
        return int((self._clock() - self._began_s) * SAMPLE_RATE_HZ)

    def _clear_up_to(self, end: int) -> None:
        if end > self._cleared:
            fresh = np.arange(max(self._cleared, end - len(self._ring)), end)
            self._ring[fresh % len(self._ring)] = 0
            self._cleared = end


class SimulatedSpeaker:
    """A loudspeaker that listens on a TCP port, for one player at a time."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        amplifier: Amplifier | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = name
        self.host = host
        self.port = port
        self.amplifier = amplifier
        self.ear = Ear(clock, amplifier)
        self._server: asyncio.Server | None = None
        self._taken = False

    async def start(self) -> None:
        """Begin to listen; port 0 becomes the port that was free."""
        self._server = await asyncio.start_server(self._play, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def wav(self, seconds_s: float) -> bytes:
        """Return what was heard in the last seconds, as a WAV file."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(_SAMPLE_BYTES)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(self.ear.heard(seconds_s).astype("<i2").tobytes())
        return buffer.getvalue()

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self._taken:
                self._taken = True
                try:
                    await self._listen(reader)
                finally:
                    self._taken = False
        finally:
            writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        rest = b""
        while data := await reader.read(_READ_BYTES):
            data = rest + data
            whole = len(data) // _SAMPLE_BYTES * _SAMPLE_BYTES
            rest = data[whole:]
            self.ear.hear(np.frombuffer(data[:whole], "<i2").astype(np.int16))
