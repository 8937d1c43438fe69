"""A gateway clock that is turned by hand."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

SETTLE_ROUNDS = 200
"""Turns of the event loop after which a player that waits for nothing real stands still."""


class TurnedClock:
    """Virtual time: it stands still until it is turned."""

    def __init__(self, at: datetime) -> None:
        self._now = at
        self.trusted = True
        self._sleepers: list[tuple[datetime | None, asyncio.Event]] = []
        self._calls: list[tuple[datetime, Callable[[], None]]] = []

    def now(self) -> datetime:
        return self._now

    def learn(self, past: datetime) -> None:
        pass

    async def sleep_until(self, at: datetime | None) -> None:
        if at is not None and at <= self._now:
            await asyncio.sleep(0)
            return
        sleeper = at, asyncio.Event()
        self._sleepers.append(sleeper)
        try:
            await sleeper[1].wait()
        finally:
            self._sleepers.remove(sleeper)

    def call_at(self, at: datetime, what: Callable[[], None]) -> None:
        """Call this when the clock is turned to or past an instant."""
        self._calls.append((at, what))

    def turn(self, by: timedelta) -> None:
        """Turn the clock and wake who is due."""
        self._now += by
        for at, sleeper in self._sleepers:
            if at is not None and at <= self._now:
                sleeper.set()
        due = [call for call in self._calls if call[0] <= self._now]
        self._calls = [call for call in self._calls if call not in due]
        for _, what in due:
            what()

    async def run_to(self, end: datetime) -> None:
        """Turn the clock from one awaited instant to the next, letting everybody act.

        Whoever turns the clock himself, as a sound output does, goes first, and may go past `end`.
        """
        await self._stand_still()
        while self._now < end:
            instants = [at for at, _ in self._sleepers if at is not None and at <= end]
            instants += [at for at, _ in self._calls if at <= end]
            self.turn(max(min([*instants, end]) - self._now, timedelta(milliseconds=1)))
            await self._stand_still()

    async def _stand_still(self) -> None:
        before = None
        while before != self._now:
            before = self._now
            await settle()


async def settle() -> None:
    """Let everything happen that can happen without time passing."""
    for _ in range(SETTLE_ROUNDS):
        await asyncio.sleep(0)
