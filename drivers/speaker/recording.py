"""A sound output that only remembers: for rehearsals, and wherever sound would be in the way."""

import numpy as np

from playlists.audio.sound import Samples


class RecordingOutput:
    """Keeps every sample it was given. A `SoundOutput`."""

    def __init__(self) -> None:
        self.blocks: list[Samples] = []
        self.opened = 0
        self.drained = 0

    @property
    def latency_ms(self) -> int:
        """Heard as soon as written."""
        return 0

    @property
    def ahead_s(self) -> float:
        """Nothing ever waits."""
        return 0.0

    @property
    def samples(self) -> Samples:
        """Return everything that was written."""
        return np.concatenate([np.zeros(0, np.int16), *self.blocks])

    def open(self) -> None:
        """Count."""
        self.opened += 1

    def write(self, block: Samples) -> None:
        """Remember the block."""
        self.blocks.append(block)

    def drain(self) -> None:
        """Count: what was written was heard."""
        self.drained += 1

    def close(self) -> None:
        """Do nothing."""
