"""What was received and is not heard yet, and how fast it is heard.

A station's clock is not ours. A backlog that grows or dwindles over half a minute is heard faster
or slower by a thousandth, which nobody notices. Of a page that is late what lies in pauses is left
out, so that no word is lost and the unit hears it as soon as it can.
"""

from collections import deque
from typing import Final

import numpy as np

from firmware_bridge.live.packets import LENGTH, QUIETEST_DB, Packets
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

WINDOW: Final = 30 * SAMPLE_RATE_HZ
"""Streams come in lumps, of 10 s from some stations: only the lowest point of a while says much."""
SLACK: Final = SAMPLE_RATE_HZ // 2
LEAST: Final = SAMPLE_RATE_HZ
"""A station's backlog is let grow to this at its lowest."""
BEND: Final = 960
"""One sample more or less in so many: a hundredth of a semitone or two."""
PAUSE_BELOW_DB: Final = 20.0
FORGET_DB: Final = 0.01
"""With each packet the loudest of a page is forgotten by so much: half a decibel in a second."""


class Backlog:
    """Packets in the order they came. Whoever fills it bounds it."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[Samples, float]] = deque()
        self._loudest_db = QUIETEST_DB
        self.count = 0
        """Samples that wait."""

    def put(self, packets: Packets) -> None:
        """Add what arrived."""
        for samples, level_db in zip(packets["samples"], packets["level_db"], strict=True):
            self._pieces.append((samples, float(level_db)))
        self.count += len(packets) * LENGTH

    def take(self, count: int) -> tuple[Samples, float]:
        """Return the next samples, fewer when there are no more, and the loudest level of them."""
        taken, loudest_db = [np.zeros(0, np.int16)], QUIETEST_DB
        missing = count
        while missing and self._pieces:
            samples, level_db = self._pieces.popleft()
            if len(samples) > missing:
                self._pieces.appendleft((samples[missing:], level_db))
            taken.append(samples[:missing])
            missing -= len(taken[-1])
            loudest_db = max(loudest_db, level_db)
        self.count -= count - missing
        return np.concatenate(taken), loudest_db

    def hurry(self, enough: int) -> None:
        """Leave out the pauses at the front while more than enough waits."""
        while self.count > enough + LENGTH:
            samples, level_db = self._pieces[0]
            self._loudest_db = max(level_db, self._loudest_db - FORGET_DB)
            if level_db > self._loudest_db - PAUSE_BELOW_DB:
                return
            self._pieces.popleft()
            self.count -= len(samples)


class Drift:
    """Keeps the lowest point of a backlog where it was at first."""

    def __init__(self) -> None:
        self._aim: int | None = None
        self._lowest: int | None = None
        self._seen = 0
        self._faster = 0
        self._since_bend = 0

    def wanted(self, waiting: int, count: int) -> int:
        """Return how many samples to take out of a backlog for `count` to be heard."""
        self._lowest = waiting if self._lowest is None else min(waiting, self._lowest)
        self._seen += count
        if self._seen >= WINDOW:
            self._judge(self._lowest)
            self._seen, self._lowest = 0, None
        self._since_bend += count
        bends, self._since_bend = divmod(self._since_bend, BEND)
        return count + self._faster * bends

    def _judge(self, lowest: int) -> None:
        if self._aim is None:
            self._aim = max(lowest, LEAST)
        off = lowest - self._aim
        self._faster = 0 if abs(off) <= SLACK else 1 if off > 0 else -1


def drawn(samples: Samples, count: int) -> Samples:
    """Return the same sound in `count` samples."""
    if len(samples) == count or not len(samples):
        return samples
    places = np.linspace(0, len(samples) - 1, count)
    even: Samples = np.rint(np.interp(places, np.arange(len(samples)), samples)).astype(np.int16)
    return even
