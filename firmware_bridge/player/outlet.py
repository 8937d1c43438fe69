"""The way out of the player: an output and the amplifier behind it, made ready ahead of time.

The stream runs before the sound does. Silence goes first, for as long as the amplifier takes to
wake and the output to fill; then the first sample has its place in the stream, and no thread that
is late moves it.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import numpy as np

from drivers.ports import SoundOutput
from firmware_bridge.clock import Clock
from firmware_bridge.player.amplifier import Amplifier
from firmware_bridge.player.hand import Hand
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

BLOCK: Final = SAMPLE_RATE_HZ // 50
"""20 ms: how soon an emergency or a cancel is heard. Where nobody listens it may be more."""
OPEN_AHEAD: Final = timedelta(milliseconds=500)
"""An output is opened so long before it is needed: a network card takes its time to answer."""
HOLD: Final = timedelta(seconds=2)
"""So long after the planned end, at the latest, the amplifier falls: what drains is still heard."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long before its instant a sound must leave."""

    lead_in_ms: int = 0
    """How long the amplifier takes to wake; what is heard of it before is lost."""
    delay_ms: int = 0
    """How much later than the output says the loudspeaker sounds: a horn's own buffer."""


class Outlet:
    """One loudspeaker's output. Whatever fails raises DriverError and leaves it closed."""

    def __init__(
        self,
        output: SoundOutput,
        hand: Hand,
        clock: Clock,
        *,
        amplifier: Amplifier | None = None,
        timing: Timing | None = None,
        block: int = BLOCK,
    ) -> None:
        """`block`: how many samples it takes at once, at most."""
        timing = timing or Timing()
        self._output = output
        self._hand = hand
        self._clock = clock
        self._amplifier = amplifier
        self._delay = timedelta(milliseconds=timing.delay_ms)
        self._lead_in = timing.lead_in_ms * SAMPLE_RATE_HZ // 1000
        self._block = block
        self._is_open = False
        self._left = self._lead_in
        """Samples of silence that the amplifier still needs before it can be heard."""
        self.lead = OPEN_AHEAD + self._delay + timedelta(milliseconds=timing.lead_in_ms)
        """How long before its instant a sound wants the outlet open."""

    @property
    def fault(self) -> str:
        """What is wrong behind the output; "" when nothing is known."""
        return "" if self._amplifier is None else self._amplifier.fault

    @property
    def leads_in(self) -> bool:
        """Say whether the amplifier still wakes."""
        return self._left > 0

    def at(self) -> datetime:
        """Return the instant at which a sample written now is heard."""
        now = self._clock.now()
        if not self._is_open:
            return now
        return now + timedelta(seconds=self._output.ahead_s) + self._delay

    def room(self, until: datetime | None) -> int:
        """Return how many samples to hand over next: a block, or what is left until something is
        known to change, but never less than 20 ms."""
        if until is None:
            return self._block
        return min(max(_count(until - self.at()), BLOCK), self._block)

    def reset(self) -> None:
        """Let fall what an earlier life may have left on."""
        if self._amplifier is not None:
            self._amplifier.reset()

    async def open(self, until: datetime) -> None:
        """Have the output open and the amplifier on, until some moments after `until`."""
        if self._amplifier is not None:
            if not self._amplifier.is_awake:
                self._left = self._lead_in
            self._amplifier.wake(until + HOLD)
        if not self._is_open:
            await self._hand.do(self._output.open)
            self._is_open = True

    async def lead_in(self) -> None:
        """Write one more block of the silence in which the amplifier wakes."""
        await self.write(np.zeros(min(self._block, self._left), np.int16))

    async def silence_until(self, instant: datetime) -> bool:
        """Write silence, a block at most; return False when the next sample is due then, or when
        the clock was set and it is not due for long."""
        left = instant - self.at()
        if not timedelta() < left <= self.lead:
            return False
        await self.write(np.zeros(min(self._block, _count(left)), np.int16))
        return True

    async def write(self, block: Samples) -> None:
        """Hand over one block."""
        await self._hand.do(partial(self._output.write, block))
        self._left = max(self._left - len(block), 0)

    async def drain(self) -> None:
        """Return when the last written sample has been heard."""
        await self._hand.do(self._output.drain)
        heard_at = self._clock.now() + self._delay
        while self._delay and self._clock.now() < heard_at:
            await self._clock.sleep_until(heard_at)

    async def close(self) -> None:
        """Fall silent at once, and let the amplifier fall."""
        if self._is_open:
            self._is_open = False
            await self._hand.do(self._output.close)
        self._left = self._lead_in
        if self._amplifier is not None:
            self._amplifier.rest()

    async def leave(self) -> None:
        """Do the same for good."""
        await self.close()
        if self._amplifier is not None:
            await self._amplifier.close()


def _count(length: timedelta) -> int:
    """Return how many samples reach to its end."""
    return math.ceil(length.total_seconds() * SAMPLE_RATE_HZ)
