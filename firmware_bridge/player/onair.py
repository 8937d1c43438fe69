"""What a device shows or plays now, as its player knows it, and how its player sleeps."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from firmware_bridge.clock import Clock


@dataclass(frozen=True, slots=True)
class OnAir:
    """The facts of a State that only the player knows."""

    broadcast: str | None = None
    occurrence: str | None = None
    asset: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    why: str = ""
    fault: str = ""


async def sleep(clock: Clock, until: datetime | None, wake: asyncio.Event) -> None:
    """Return at an instant, or when woken."""
    waits = [
        asyncio.ensure_future(clock.sleep_until(until)),
        asyncio.ensure_future(wake.wait()),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
