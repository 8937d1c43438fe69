"""The hub: those who watch live hear of events as soon as they are stored."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Final

from controller.model import Event
from controller.store import proof
from controller.store.store import Store

BATCH: Final = 200
"""Events read at once; a watcher who was away catches up in bites."""


def bell(ring: Callable[[], None]) -> Callable[[], None]:
    """Return a function that any thread may call to have `ring` run in the present loop."""
    loop = asyncio.get_running_loop()

    def from_any_thread() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(ring)

    return from_any_thread


class Hub:
    """Follows the event table for any number of watchers, in one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._news = asyncio.Event()
        self._closed = False
        self._passing: dict[object, deque[Event]] = {}

    def open(self) -> None:
        """Begin to listen; call inside the running loop."""
        self._loop = asyncio.get_running_loop()
        self._store.on_commit(bell(self._wake))

    def pass_on(self, event: Event) -> None:
        """Tell those who watch now of something that nobody will ask for later; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hand_out, event)

    def close(self) -> None:
        """End every watcher's stream."""
        self._closed = True
        self._wake()

    def last_id(self) -> int:
        """Return the newest event's id, 0 when nothing ever happened."""
        with self._store.read() as tx:
            return proof.last_event(tx)

    async def follow(self, after_id: int | None) -> AsyncGenerator[Event]:
        """Yield every event after `after_id` (None = from now on), until the hub closes."""
        at = await asyncio.to_thread(self.last_id) if after_id is None else after_id
        passing = self._passing[watcher := object()] = deque[Event](maxlen=BATCH)
        try:
            while not self._closed:
                news = self._news
                found = await asyncio.to_thread(self._read, at)
                for event in found:
                    at = event.id
                    yield event
                while passing:
                    yield passing.popleft()
                if not found:
                    await news.wait()
        finally:
            del self._passing[watcher]

    def _hand_out(self, event: Event) -> None:
        for passing in self._passing.values():
            passing.append(event)
        self._wake()

    def _wake(self) -> None:
        """Wake everybody who waits, and give later comers a fresh bell."""
        self._news.set()
        self._news = asyncio.Event()

    def _read(self, after_id: int) -> list[Event]:
        with self._store.read() as tx:
            return proof.events(tx, after_id, BATCH)
