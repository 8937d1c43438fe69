"""Listening to a page: a stream that ends with it, and never waits for a slow listener."""

import contextlib
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.duties import until_one_ends
from controller.live.audience import Audience, Listener

MEDIA_TYPE: Final = "audio/ogg"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Listening(Response):
    """What is said from now on; cut off when the listener falls behind."""

    media_type = MEDIA_TYPE

    def __init__(self, audience: Audience, device: str | None) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]  # nobody knows
        self._audience = audience
        self._device = device

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Serve one listener until the page ends, or the listener leaves or is lost."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        with self._audience.seat(self._device) as listener:
            await send(start)
            await until_one_ends(_pour(listener, send), _gone(receive), listener.lost.wait())


async def _pour(listener: Listener, send: Send) -> None:
    async with contextlib.aclosing(listener.sound()) as sound:
        async for block in sound:
            await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
