"""The audience of a page: any number of listeners, none of whom can slow the others."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Final

from controller.errors import ControllerError

MAX_SEATS: Final = 2_000
"""A district has hundreds of loudspeakers; whoever opens thousands of streams wants no sound."""
MAX_BEHIND_BYTES: Final = 64 << 10
"""Some fifteen seconds of sound: whoever is further behind hears no live sound any more."""


class AudienceFull(ControllerError):
    """As many listen to a page as may. Fact: `limit`."""

    code = "audience-full"


class Listener:
    """One who listens: the headers of the stream, and then what is said from now on."""

    def __init__(self, device: str | None, head: bytes) -> None:
        self.device = device
        """None = a person."""
        self.lost = asyncio.Event()
        """Set when the listener fell too far behind."""
        self._waiting = deque([head] if head else [])
        self._behind_bytes = 0
        self._news = asyncio.Event()
        self._over = False

    def hear(self, sound: bytes) -> None:
        """Put some more before the listener."""
        self._behind_bytes += len(sound)
        if self._behind_bytes > MAX_BEHIND_BYTES:
            self._waiting.clear()
            self.lost.set()
            return
        self._waiting.append(sound)
        self._news.set()

    def end(self) -> None:
        """Let the listener take what is left, and go."""
        self._over = True
        self._news.set()

    async def sound(self) -> AsyncGenerator[bytes]:
        """Yield what is said until the page ends."""
        while self._waiting or not self._over:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            taken = b"".join(self._waiting)
            self._waiting.clear()
            self._behind_bytes = 0
            yield taken


class Audience:
    """Everybody who listens to one page, in one event loop."""

    def __init__(self) -> None:
        self._head = b""
        self._listeners: set[Listener] = set()
        self._over = False

    def begin(self, head: bytes) -> None:
        """Give everybody the headers of the stream, also those who come later."""
        self._head = head
        self.tell(head)

    def tell(self, sound: bytes) -> None:
        """Let everybody hear some more: whole pages of the stream."""
        for listener in self._listeners:
            listener.hear(sound)

    def end(self) -> None:
        """Let everybody go who has heard it all."""
        self._over = True
        for listener in self._listeners:
            listener.end()

    @contextmanager
    def seat(self, device: str | None) -> Iterator[Listener]:
        """Have a listener as long as the block lasts; AudienceFull."""
        if len(self._listeners) >= MAX_SEATS:
            raise AudienceFull("every seat is taken", limit=MAX_SEATS)
        listener = Listener(device, self._head)
        if self._over:
            listener.end()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)

    def devices(self) -> int:
        """Return how many devices listen."""
        return len({one.device for one in self._listeners if one.device is not None})

    def __len__(self) -> int:
        return len(self._listeners)
