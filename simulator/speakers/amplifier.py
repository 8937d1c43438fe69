"""A simulated amplifier behind a relay: asleep until some time after it was switched on."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

_REMEMBERED: Final = 1_000
"""Times on and off; more than anybody listens back."""


class Amplifier:
    """What passes through it is heard only while it is awake. `clock` gives seconds."""

    def __init__(self, wake_ms: int, clock: Callable[[], float]) -> None:
        self._wake_s = wake_ms / 1000
        self._clock = clock
        self._spans: deque[tuple[float, float | None]] = deque(maxlen=_REMEMBERED)
        """From being awake to being switched off; None = it still is."""

    @property
    def is_on(self) -> bool:
        """Say whether its relay is closed."""
        return bool(self._spans) and self._spans[-1][1] is None

    def switch(self, *, on: bool) -> None:
        """Close or open the relay; what it is already changes nothing."""
        now_s = self._clock()
        if on and not self.is_on:
            self._spans.append((now_s + self._wake_s, None))
        elif not on and self.is_on:
            since_s, _ = self._spans.pop()
            self._spans.append((since_s, max(now_s, since_s)))

    def awake(self, from_s: float, to_s: float) -> Iterator[tuple[float, float]]:
        """Return the spans within which it was awake."""
        for since_s, until_s in self._spans:
            begin_s = max(since_s, from_s)
            end_s = to_s if until_s is None else min(until_s, to_s)
            if begin_s < end_s:
                yield begin_s, end_s
