"""What is made of a stream: when it may begin, when it is lost, what is heard meanwhile.

Pure: packets go in, samples come out, and the samples that came out are all the time there is. So
silence and patience are counted by what was heard, and no clock that is set changes them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from firmware_bridge.live.backlog import Backlog, Drift, drawn
from firmware_bridge.live.packets import Packets
from firmware_bridge.player.fade import FADE, crossed, faded_in, faded_out
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.schedule.asset import Live

SILENT_BELOW_DBFS: Final = -50.0
RELAY_BEGINS: Final = 2 * SAMPLE_RATE_HZ
"""So much must wait before a station is heard, and before it goes on after a break."""
PAGE_BEGINS: Final = SAMPLE_RATE_HZ * 3 // 10
"""A page waits so long for each word; on a poor line up to PAGE_MOST."""
PAGE_MOST: Final = SAMPLE_RATE_HZ
PAGE_GROWTH: Final = 1.5
MOST: Final = 30 * SAMPLE_RATE_HZ
"""More is not taken: it waits on the way, until whoever sends it gives up. 2.9 MB."""
BACK: Final = SAMPLE_RATE_HZ
"""A lost station must be heard for so long before it is let back."""

Fallback = Callable[[], Samples | None]
"""The decoded sound that is heard while a station is lost; None = there is none, or none yet."""


@dataclass(slots=True)
class Account:
    """What was heard instead of the stream since it came on, in samples."""

    breaks: int = 0
    nothing: int = 0
    fallback: int = 0

    @property
    def note(self) -> str:
        """Say it for the as-run log; "" when all was heard."""
        parts = [
            f"{name} {count / SAMPLE_RATE_HZ:.0f} s"
            for name, count in (("fallback", self.fallback), ("silent", self.nothing))
            if count >= SAMPLE_RATE_HZ // 2
        ]
        breaks = f"{self.breaks} break{'s' * (self.breaks > 1)}" if self.breaks else ""
        return ", ".join(filter(None, (*parts, breaks)))


class Listening:
    """One stream from its first packet to its end, and what is heard of it."""

    def __init__(self, live: Live, fallback: Fallback) -> None:
        self._live = live
        self._fallback = fallback
        self._backlog = Backlog()
        self._drift = Drift()
        self._patience = live.patience_ms * SAMPLE_RATE_HZ // 1000
        self._enough = PAGE_BEGINS if live.ends else RELAY_BEGINS
        self._waits = True
        self._absent = 0
        self._back = 0
        self._loop_at = 0
        self._was_fallback = False
        self._is_broken = False
        self._ended = False
        self.is_lost = False
        """It was silent or away for as long as patience lasts."""
        self.account = Account()

    def put(self, packets: Packets) -> None:
        """Take what arrived."""
        self._backlog.put(packets)

    def end(self) -> None:
        """Be told that nothing more will come of a page: it was over."""
        self._ended = True

    @property
    def is_full(self) -> bool:
        """Say whether nothing more may be put in."""
        return self._backlog.count >= MOST

    @property
    def has_enough(self) -> bool:
        """Say whether the stream can be heard."""
        waiting = self._backlog.count
        return waiting >= self._enough or (self._ended and waiting > 0)

    @property
    def is_over(self) -> bool:
        """Say whether a page has no more to say."""
        return self._live.ends and (self.is_lost or (self._ended and not self._backlog.count))

    @property
    def is_silent(self) -> bool:
        """Say whether it arrives, but says nothing."""
        return not self._waits

    @property
    def latency_ms(self) -> int:
        """Return how long the newest packet will wait."""
        return self._backlog.count * 1000 // SAMPLE_RATE_HZ

    def take(self, count: int) -> Samples:
        """Return what is heard next, none when a page is over."""
        if self.is_over:
            return np.zeros(0, np.int16)
        received, level_db = self._received(count)
        is_sound = level_db >= SILENT_BELOW_DBFS if not self._live.ends else not self._waits
        self._judge(len(received), is_sound=is_sound)
        heard = self._chosen(received)
        self._count(len(heard))
        return heard

    def _received(self, count: int) -> tuple[Samples, float]:
        """Return samples of the stream; silence while it is waited for."""
        if self._waits and not self.has_enough:
            return np.zeros(count, np.int16), -np.inf
        begins, self._waits = self._waits, False
        wanted = self._wanted(count)
        runs_dry = self._backlog.count < wanted + FADE and not self._ended
        samples, level_db = self._backlog.take(wanted)
        block = drawn(samples, count) if len(samples) == wanted else samples
        block = faded_in(block) if begins else block
        if runs_dry:
            self._run_dry()
            block = np.append(faded_out(block), np.zeros(count - len(block), np.int16))
        return block, level_db

    def _wanted(self, count: int) -> int:
        if self._live.ends:
            self._backlog.hurry(self._enough)
            return count
        return self._drift.wanted(self._backlog.count, count)

    def _run_dry(self) -> None:
        """Wait anew; on a line that does this a page waits longer for each word."""
        self._waits = True
        self._drift = Drift()
        if self._live.ends:
            self._enough = min(round(self._enough * PAGE_GROWTH), PAGE_MOST)

    def _judge(self, count: int, *, is_sound: bool) -> None:
        """Tell the lost from what is there, and count breaks."""
        if is_sound:
            self._back += count
            self._absent = self._absent if self.is_lost else 0
        else:
            self._back = max(0, self._back - count)
            self._absent += count
        if not self.is_lost and self._absent >= self._patience:
            self.is_lost, self._back = True, 0
        elif self.is_lost and self._back >= BACK:
            self.is_lost, self._absent = False, 0
        is_broken = self._waits or self.is_lost
        self.account.breaks += is_broken and not self._is_broken
        self._is_broken = is_broken

    def _chosen(self, received: Samples) -> Samples:
        """Return the stream, or what is heard instead of it, one out of the other."""
        spare = self._fallback() if self.is_lost else None
        is_fallback = spare is not None and len(spare) > 0
        if is_fallback == self._was_fallback:
            return self._looped(spare, len(received)) if is_fallback else received
        self._was_fallback = is_fallback
        if is_fallback:
            self._loop_at = 0
            return crossed(received, self._looped(spare, len(received)))
        return crossed(self._looped(self._fallback(), len(received)), received)

    def _looped(self, spare: Samples | None, count: int) -> Samples:
        """Return the next samples of the fallback, which begins anew at its end, with fades."""
        if spare is None or not len(spare):
            return np.zeros(count, np.int16)
        made = [np.zeros(0, np.int16)]
        missing = count
        while missing:
            piece = spare[self._loop_at : self._loop_at + missing]
            if self._loop_at == 0:
                piece = faded_in(piece)
            self._loop_at += len(piece)
            if self._loop_at >= len(spare):
                piece, self._loop_at = faded_out(piece), 0
            made.append(piece)
            missing -= len(piece)
        return np.concatenate(made)

    def _count(self, count: int) -> None:
        if self._was_fallback:
            self.account.fallback += count
        elif self._is_broken:
            self.account.nothing += count

    def begin_account(self) -> None:
        """Count anew: it comes on."""
        self._is_broken = self.is_lost or (self._waits and not self.has_enough)
        self.account = Account(breaks=int(self._is_broken))
