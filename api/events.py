"""Server-sent events: the controller's events as a stream that survives reconnects."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from controller.hub import Hub
from controller.model import Event
from playlists.schedule import instant

HEARTBEAT_S: Final = 15.0
"""Proxies cut what is silent for a minute; a comment now and then keeps the line open."""


async def stream(
    hub: Hub, after_id: int | None, gone: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    """Yield events as text until the hub closes or the watcher leaves."""
    yield ": signcast\n\n"
    following = hub.follow(after_id)
    upcoming: asyncio.Future[Event] = asyncio.ensure_future(anext(following))
    try:
        while not await gone():
            done, _ = await asyncio.wait([upcoming], timeout=HEARTBEAT_S)
            if not done:
                yield ": still here\n\n"
                continue
            try:
                yield _to_text(upcoming.result())
            except StopAsyncIteration:
                return
            upcoming = asyncio.ensure_future(anext(following))
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await following.aclose()


def _to_text(event: Event) -> str:
    document = {"at": instant.to_text(event.at), "device": event.device, **event.data}
    data = json.dumps(document, ensure_ascii=False)
    number = f"id: {event.id}\n" if event.id else ""  # what nobody can ask for again has none
    return f"{number}event: {event.kind}\ndata: {data}\n\n"
