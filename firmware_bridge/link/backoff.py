"""Waiting between tries: quick at first, capped, jittered lest a fleet march in step."""

import random
from dataclasses import dataclass, field
from typing import Final

FIRST_S: Final = 0.2
CAP_S: Final = 15.0
GROWTH: Final = 1.5
"""Gentle: what starts at the same time as we do is found within a second of being there."""


@dataclass(slots=True)
class Backoff:
    """Delays that grow from 0.2 to 15 seconds; `reset` after success."""

    chance: random.Random = field(default_factory=random.Random)
    _next_s: float = FIRST_S

    def delay_s(self) -> float:
        """Return how long to wait before the next try: half of the step plus a random rest."""
        step_s, self._next_s = self._next_s, min(self._next_s * GROWTH, CAP_S)
        return step_s * (0.5 + 0.5 * self.chance.random())

    def reset(self) -> None:
        """Begin again with quick tries."""
        self._next_s = FIRST_S
