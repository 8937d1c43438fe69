"""The amplifier behind a loudspeaker: woken before a sound, released after it whatever happens."""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from drivers.errors import DriverError
from drivers.ports import Relay
from firmware_bridge.clock import Clock
from firmware_bridge.player.hand import Hand
from firmware_bridge.player.onair import sleep

logger = logging.getLogger(__name__)

TELL_AGAIN: Final = timedelta(seconds=1)
"""How often a relay hears what it is to be: a board forgets when it loses power, and one that
failed may be back."""


class Amplifier:
    """A relay with an end: it falls at its instant even when whoever woke it hangs.

    Its hand is its own and nobody waits for it: an output that blocks does not hold the relay up,
    nor a relay that fails a sound. What it fails at is in `fault`.
    """

    def __init__(self, relay: Relay, hand: Hand, clock: Clock) -> None:
        self._relay = relay
        self._hand = hand
        self._clock = clock
        self._until: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self.fault = ""

    @property
    def is_awake(self) -> bool:
        """Say whether it was woken and is not to be released yet."""
        return self._until is not None and self._clock.now() < self._until

    def wake(self, until: datetime) -> None:
        """Switch on, until then at the latest."""
        self._until = until
        self._look()

    def rest(self) -> None:
        """Release now what was woken."""
        if self._until is not None:
            self._until = None
            self._look()

    def reset(self) -> None:
        """Release what an earlier life may have left on."""
        self._look()

    async def close(self) -> None:
        """Release now, for good."""
        if self._task is not None:
            self._task.cancel()
        self._until = None
        await self._hand.do(self._relay.close)

    def _look(self) -> None:
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow(), name="amplifier")

    async def _follow(self) -> None:
        """Move the relay until it has fallen and is to stay so."""
        while True:
            self._news.clear()
            on = self.is_awake
            done = await self._switch(on=on)
            if self._news.is_set():
                continue
            if done and not on:
                return
            again = self._clock.now() + TELL_AGAIN
            until = self._until
            await sleep(
                self._clock, again if until is None or not on else min(again, until), self._news
            )

    async def _switch(self, *, on: bool) -> bool:
        """Return False when the relay could not be told."""
        try:
            await self._hand.do(partial(self._relay.switch, on=on))
        except DriverError as exc:
            level = logging.DEBUG if self.fault else logging.WARNING
            logger.log(level, "the relay fails: %s", exc)
            self.fault = str(exc)
            return False
        if self.fault:
            logger.info("the relay is back")
        self.fault = ""
        return True
