"""A sound output that is no louder than the place where the truck is allows."""

from collections.abc import Callable

import numpy as np

from drivers.ports import SoundOutput
from firmware_bridge.player.level import RAMP
from playlists.audio.sound import Samples


class CappedOutput:
    """A `SoundOutput` before another."""

    def __init__(self, output: SoundOutput, cap_db: Callable[[], float]) -> None:
        """`cap_db` is asked at each block, on the output's thread: 0 or less."""
        self._output = output
        self._cap_db = cap_db
        self._gain = 1.0

    @property
    def latency_ms(self) -> int:
        """Return the output's own."""
        return self._output.latency_ms

    @property
    def ahead_s(self) -> float:
        """Return the output's own."""
        return self._output.ahead_s

    def open(self) -> None:
        """Take the output; the first block is as quiet as it must be."""
        self._gain = _gain(self._cap_db())
        self._output.open()

    def write(self, block: Samples) -> None:
        """Hand over one block; a cap that changes comes within it, so that nothing clicks."""
        before, self._gain = self._gain, _gain(self._cap_db())
        if before == self._gain == 1:
            self._output.write(block)
            return
        gain = np.full(len(block), self._gain)
        gain[:RAMP] = np.linspace(before, self._gain, len(gain[:RAMP]))
        quieter: Samples = np.rint(block * gain).astype(np.int16)
        self._output.write(quieter)

    def drain(self) -> None:
        """Return when the last sample has been heard."""
        self._output.drain()

    def close(self) -> None:
        """Stop at once."""
        self._output.close()


def _gain(cap_db: float) -> float:
    return float(10 ** (min(cap_db, 0.0) / 20))
