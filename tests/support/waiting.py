"""Waiting until, never for: tests name what they wait for and give up loudly."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
POLL_S = 0.01


def until(probe: Callable[[], T], *, timeout_s: float = 5.0, why: str) -> T:
    """Call `probe` until it returns something true, and return that."""
    deadline_s = time.monotonic() + timeout_s
    while not (seen := probe()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain: {why}")
        time.sleep(POLL_S)
    return seen


async def auntil(probe: Callable[[], T], *, timeout_s: float = 5.0, why: str) -> T:
    """Do the same without blocking the event loop."""
    deadline_s = time.monotonic() + timeout_s
    while not (seen := probe()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"waited {timeout_s} s in vain: {why}")
        await asyncio.sleep(POLL_S)
    return seen
