"""Watching over a page: how fast packets may come, and when it ends by itself. Pure: seconds of any
clock that never jumps are arguments."""

from dataclasses import dataclass
from typing import Final

from controller.live.model import ARRIVAL_S, AWAY_S, PACKETS_PER_S, SILENCE_DBFS, SILENT_S, Reason

BURST_PACKETS: Final = round(AWAY_S * PACKETS_PER_S)
"""What a line that stalled for as long as anybody is waited for hands over at once."""
MAX_BAD: Final = 50.0
"""A second of nothing but garbage, or more than a fifth of it for long."""
_GOOD_OUTWEIGHS: Final = 0.25


class Pace:
    """Real time, and what a stalled line owes: a bucket of packets."""

    def __init__(self, at_s: float) -> None:
        self._left = float(BURST_PACKETS)
        self._at_s = at_s

    def takes(self, at_s: float) -> bool:
        """Say whether one more packet may come now."""
        earned = (at_s - self._at_s) * PACKETS_PER_S
        self._left, self._at_s = min(BURST_PACKETS, self._left + earned), at_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class Watch:
    """What was noticed of a page so far."""

    began_s: float
    ends_s: float
    _packet_s: float | None = None
    _sound_s: float = 0.0
    _bad: float = 0.0

    def __post_init__(self) -> None:
        self._sound_s = self.began_s

    def packet(self, at_s: float) -> None:
        """Notice that something came from the microphone."""
        self._packet_s = at_s

    def heard(self, level_dbfs: float, at_s: float, *, bad: bool) -> None:
        """Notice how loud a packet was, or that it was no sound."""
        if level_dbfs >= SILENCE_DBFS:
            self._sound_s = at_s
        self._bad = self._bad + 1 if bad else max(0.0, self._bad - _GOOD_OUTWEIGHS)

    def left_s(self, at_s: float) -> float:
        """Return how long it may still last."""
        return max(0.0, self.ends_s - at_s)

    def verdict(self, at_s: float) -> Reason | None:
        """Return why the page ends now, if it does."""
        if at_s >= self.ends_s:
            return Reason.MAX_DURATION
        if self._bad >= MAX_BAD:
            return Reason.GARBLED
        if at_s >= self._awaited_until_s():
            return Reason.AWAY
        if at_s - self._sound_s >= SILENT_S:
            return Reason.SILENT
        return None

    def _awaited_until_s(self) -> float:
        if self._packet_s is None:
            return self.began_s + ARRIVAL_S
        return self._packet_s + AWAY_S
