"""Keeping pace with what sounds: never more than a latency ahead of the loudspeaker."""

import time
from collections.abc import Callable

from playlists.audio.sound import SAMPLE_RATE_HZ

Seconds = Callable[[], float]
"""A clock that never steps, in seconds."""


class Pace:
    """When the samples written so far will have sounded."""

    def __init__(
        self,
        latency_ms: int,
        clock: Seconds = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.latency_ms = latency_ms
        self._clock = clock
        self._sleep = sleep
        self._heard_at_s: float | None = None
        """When the last written sample will have sounded; None while nothing may be written."""

    @property
    def ahead_s(self) -> float:
        """Seconds from now until a sample written now would sound."""
        if self._heard_at_s is None:
            return 0.0
        return max(self._heard_at_s - self._clock(), 0.0)

    def begin(self) -> None:
        """Start at now: nothing waits to sound."""
        self._heard_at_s = self._clock()

    def end(self) -> None:
        """Forget what was written."""
        self._heard_at_s = None

    def wait(self) -> None:
        """Return as soon as the next sample would be no more than the latency early."""
        early_s = self.ahead_s - self.latency_ms / 1000
        if early_s > 0:
            self._sleep(early_s)

    def wrote(self, count: int) -> None:
        """Count samples that were written now."""
        now_s = self._clock()
        self._heard_at_s = max(self._heard_at_s or now_s, now_s) + count / SAMPLE_RATE_HZ

    def drain(self) -> None:
        """Return when the last sample has sounded."""
        left_s = self.ahead_s
        if left_s > 0:
            self._sleep(left_s)
