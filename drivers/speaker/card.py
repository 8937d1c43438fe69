"""A sound card of this machine: ALSA, or whatever PortAudio finds, through `sounddevice`.

Optional: `pip install signcast[card]`, and the PortAudio library itself
(`apt-get install libportaudio2`). Nothing is imported before a card is asked for.
"""

import contextlib
import importlib
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from drivers.errors import LinkLost
from drivers.speaker.pace import Pace
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

LATENCY_MS: Final = 100
"""What is asked of the card."""
DRIFT_MS: Final = 1_000
"""A card keeps its own pace by blocking us. Its clock may differ by this much at the end of a long
session; one that takes still more at once has no clock at all."""
HOW_TO_INSTALL: Final = "pip install signcast[card]; apt-get install libportaudio2"


class CardOutput:
    """One sound card, by PortAudio's name for it or a part of that; empty = the default one. A
    `SoundOutput`."""

    def __init__(
        self,
        device: str,
        latency_ms: int = LATENCY_MS,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        load: Callable[[], Any] = lambda: importlib.import_module("sounddevice"),
    ) -> None:
        self._device = device
        self._latency_ms = latency_ms
        self._pace = Pace(latency_ms + DRIFT_MS, clock, sleep)
        self._sleep = sleep
        self._load = load
        self._stream: Any = None
        self._failures: tuple[type[Exception], ...] = (OSError,)

    @property
    def latency_ms(self) -> int:
        """Time from a sample being written to it being heard, at most."""
        return self._latency_ms

    @property
    def ahead_s(self) -> float:
        """Seconds until a sample written now is heard."""
        return min(self._pace.ahead_s, self._latency_ms / 1000)

    def open(self) -> None:
        """Take the card."""
        self.close()
        sounddevice = self._library()
        self._failures = (OSError, ValueError, sounddevice.PortAudioError)
        try:
            self._stream = sounddevice.RawOutputStream(
                samplerate=SAMPLE_RATE_HZ,
                channels=1,
                dtype="int16",
                latency=self._latency_ms / 1000,
                device=self._device or None,
            )
            self._stream.start()
            self._latency_ms = round(float(self._stream.latency) * 1000)
        except self._failures as exc:
            raise self._lost(exc) from exc
        self._pace.begin()
        # Its buffer is filled once and stays full, so that what is written next is heard as much
        # later as the card says.
        self.write(np.zeros(self._latency_ms * SAMPLE_RATE_HZ // 1000, np.int16))

    def write(self, block: Samples) -> None:
        """Hand over one block."""
        if self._stream is None:
            raise LinkLost(self._name, "not open")
        self._pace.wait()
        try:
            self._stream.write(block.astype(np.int16).tobytes())
        except self._failures as exc:
            raise self._lost(exc) from exc
        self._pace.wrote(len(block))

    def drain(self) -> None:
        """Return when the last sample has sounded."""
        self._sleep(self.ahead_s)

    def close(self) -> None:
        """Let what was handed over sound, the latency at most, and give the card back."""
        if self._stream is not None:
            with contextlib.suppress(*self._failures):
                self._stream.stop()
            with contextlib.suppress(*self._failures):
                self._stream.close()
            self._stream = None
        self._pace.end()

    def _library(self) -> Any:
        try:
            return self._load()
        except (ImportError, OSError) as exc:  # OSError: PortAudio itself is not there
            raise LinkLost(self._name, f"{exc}; to install it: {HOW_TO_INSTALL}") from exc

    @property
    def _name(self) -> str:
        return f"sound card {self._device or 'default'}"

    def _lost(self, exc: Exception) -> LinkLost:
        self.close()
        return LinkLost(self._name, str(exc))
