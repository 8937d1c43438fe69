"""A sound output in virtual time: it paces as real ones do, and a listener hears it."""

from typing import Final

from drivers.speaker.pace import Pace
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from simulator.clockwork import InlineHand, VirtualClock
from simulator.speakers.listener import Listener

LATENCY_MS: Final = 100
BLOCK: Final = 10 * SAMPLE_RATE_HZ
"""What it takes at once: nobody waits for an emergency that was not foreseen. Who does is given the
block of real outputs."""


class VirtualOutput:
    """A `SoundOutput` on the virtual loop."""

    def __init__(self, clock: VirtualClock, hand: InlineHand, listener: Listener) -> None:
        """`hand` is the one that does the writing: it waits while the output is full."""
        self._clock = clock
        self._pace = Pace(LATENCY_MS, clock.second, hand.pause)
        self._listener = listener

    @property
    def latency_ms(self) -> int:
        """Return how far ahead it takes samples."""
        return self._pace.latency_ms

    @property
    def ahead_s(self) -> float:
        """Return how many seconds wait to sound."""
        return self._pace.ahead_s

    def open(self) -> None:
        """Begin at now."""
        self._pace.begin()

    def write(self, block: Samples) -> None:
        """Take a block, which sounds after those before it, and return when there is room again."""
        self._listener.hear(block, self._clock.second() + self._pace.ahead_s)
        self._pace.wrote(len(block))
        self._pace.wait()

    def drain(self) -> None:
        """Return when the last sample has sounded."""
        self._pace.drain()

    def close(self) -> None:
        """Take no more. What is on its way still sounds, as from a network horn."""
        self._pace.end()
