"""One thread per bus: drivers block, the event loop does not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")


class Hand(Protocol):
    """Runs blocking calls of one piece of hardware, one after the other."""

    async def do(self, work: Callable[[], T]) -> T:
        """Run it elsewhere and return its result, or raise what it raised."""


class ThreadHand:
    """A hand with a thread of its own."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def do(self, work: Callable[[], T]) -> T:
        """Run it on the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Let the thread end once it is idle."""
        self._executor.shutdown(wait=False)
