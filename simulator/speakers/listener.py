"""An ear for virtual time: it knows the sounds it may hear, and keeps spans instead of samples.

A day of a ward is 24 hours of samples from each loudspeaker; what is kept of it is which sound was
heard, from when to when, from which of its samples on, and how loud it was second by second.
"""

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

UNKNOWN: Final = "?"
"""The name of what is none of the sounds that are known."""
FULL_SCALE: Final = 32_768.0
_QUIET: Final = 16.0
"""Below this (-66 dBFS) rounding spoils the likeness of a sound that was made quieter."""
_ALIKE: Final = 0.8
"""The least correlation by which a sound is recognised."""
_ALIKE_ENOUGH: Final = 0.4
"""The same for what is expected: of a fade some 0.87, and less where it hides a syllable."""
_LOOKS: Final = 1_000
"""Samples of a block that are compared; strangers correlate by 0.03."""
_OPENING: Final = SAMPLE_RATE_HZ // 10
"""A sound that begins in silence is recognised within its first 100 ms."""
_BACK: Final = SAMPLE_RATE_HZ // 50
"""A sound that was broken off is taken up where its fade began: at most 20 ms further back."""
_SILENT_DBFS: Final = -120.0


@dataclass(slots=True)
class Span:
    """One sound, heard without a gap."""

    sound: str
    start_s: float
    first: int
    """Index of the sample it was heard from."""
    count: int = 0
    powers: "array[float]" = field(default_factory=lambda: array("d"))
    """Sum of squares for each second of the span that has begun."""

    @property
    def end_s(self) -> float:
        """Return when its last sample had sounded."""
        return self.start_s + self.count / SAMPLE_RATE_HZ

    @property
    def next(self) -> int:
        """Return the index of the sample that would come next."""
        return self.first + self.count

    @property
    def levels_dbfs(self) -> list[float]:
        """Return how loud each second was (RMS; the last may be a part of one)."""
        counts = np.full(len(self.powers), float(SAMPLE_RATE_HZ))
        counts[-1:] = self.count - SAMPLE_RATE_HZ * (len(self.powers) - 1)
        return _dbfs(np.array(self.powers) / counts)

    def hear(self, block: Samples) -> None:
        """Let it go on."""
        wave = block.astype(np.float32)
        into = self.count % SAMPLE_RATE_HZ
        edges = [0, *range((SAMPLE_RATE_HZ - into) % SAMPLE_RATE_HZ, len(block), SAMPLE_RATE_HZ)]
        powers = [float(np.dot(part, part)) for part in np.split(wave, edges[1:]) if len(part)]
        if into:
            self.powers[-1] += powers.pop(0)
        self.powers.extend(powers)
        self.count += len(block)

    def cut(self, count: int) -> None:
        """Let it have ended sooner; the power of its last second is taken as even."""
        seconds, rest = divmod(count, SAMPLE_RATE_HZ)
        kept = self.powers[: seconds + (rest > 0)]
        if rest:
            had = min(self.count - seconds * SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)
            kept[-1] *= rest / had
        self.count, self.powers = count, kept


class Listener:
    """One loudspeaker's audience."""

    def __init__(self, known: Mapping[str, Samples]) -> None:
        """`known`: every sound it may hear, by name. The mapping may grow meanwhile."""
        self._known = known
        self._left_at: dict[str, int] = {}
        """Where each sound was left."""
        self.spans: list[Span] = []

    def hear(self, block: Samples, at_s: float) -> None:
        """Let samples sound from a second on; pure silence that belongs to no sound is no sound."""
        if not len(block):
            return
        found = self._recognised(block, at_s)
        if found is None and not block.any():
            return
        name, first = found or (UNKNOWN, 0)
        last = self.spans[-1] if self.spans else None
        if last is None or not _continues(last, name, first, at_s):
            last = Span(name, at_s, first)
            self.spans.append(last)
        last.hear(block)
        self._left_at[name] = last.next

    def forget_from(self, at_s: float) -> None:
        """Take back what was to sound from a second on."""
        self.spans = [span for span in self.spans if span.start_s < at_s]
        if self.spans and self.spans[-1].end_s > at_s:
            self.spans[-1].cut(round((at_s - self.spans[-1].start_s) * SAMPLE_RATE_HZ))
        for span in self.spans[-1:]:
            self._left_at[span.sound] = span.next

    def _recognised(self, block: Samples, at_s: float) -> tuple[str, int] | None:
        """Return which sound it is, and from which of its samples on; None = a stranger."""
        last = self.spans[-1] if self.spans else None
        if last is not None and _continues(last, last.sound, last.next, at_s):
            sound = self._known.get(last.sound)
            if sound is not None and _goes_on(block, sound[last.next : last.next + len(block)]):
                return last.sound, last.next
        if not block.any():
            return None
        openings = range(0, _OPENING, SAMPLE_RATE_HZ // 50)
        return self._nearest(block, dict.fromkeys(self._known, openings)) or self._nearest(
            block, {name: range(at, max(at - _BACK, 0), -1) for name, at in self._left_at.items()}
        )

    def _nearest(self, block: Samples, places: Mapping[str, range]) -> tuple[str, int] | None:
        """Return which of some places in sounds a block is most alike; None = none."""
        found, most = None, _ALIKE
        for name, firsts in places.items():
            sound = self._known.get(name, block[:0])
            for first in firsts:
                likeness = _likeness(block, sound[first : first + len(block)])
                if likeness is not None and likeness > most:
                    found, most = (name, first), likeness
        return found


def levels_dbfs(samples: Samples) -> list[float]:
    """Return how loud each second of a sound is (RMS), to hold what was heard against."""
    span = Span("", 0.0, 0)
    span.hear(samples)
    return span.levels_dbfs


def _continues(span: Span, name: str, first: int, at_s: float) -> bool:
    is_next = (span.sound, span.next) == (name, first) or name == span.sound == UNKNOWN
    return is_next and abs(at_s - span.end_s) < 0.5 / SAMPLE_RATE_HZ


def _goes_on(block: Samples, part: Samples) -> bool:
    """Say whether a block may be the part that is expected, however loud, or falling silent."""
    if len(block) != len(part):
        return False
    likeness = _likeness(block, part)
    return likeness is None or likeness > _ALIKE_ENOUGH


def _likeness(block: Samples, part: Samples) -> float | None:
    """Return how a block correlates with a part of a sound; None = both are silent."""
    if len(block) != len(part):
        return 0.0
    step = max(len(block) // _LOOKS, 1)
    heard, known = block[::step].astype(np.float64), part[::step].astype(np.float64)
    heard_power, known_power = float(heard @ heard), float(known @ known)
    if max(heard_power, known_power) <= len(heard) * _QUIET**2:
        return None
    return float(heard @ known) / max(math.sqrt(heard_power * known_power), 1.0)


def _dbfs(powers: NDArray[np.float64]) -> list[float]:
    least = FULL_SCALE**2 * 10 ** (_SILENT_DBFS / 10)
    levels = 10 * np.log10(np.maximum(powers, least) / FULL_SCALE**2)
    return [float(level) for level in levels]
