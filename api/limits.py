"""Limits on what comes in: a body larger than its kind allows is refused while it arrives."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

MAX_JSON_BYTES: Final = 1 << 20
MAX_UPLOAD_BYTES: Final = 201 << 20
"""The largest clip, and the envelope of a form around it."""


class _TooLarge(Exception):
    """The body went over its limit."""


class BodyLimit:
    """ASGI middleware: counts what arrives, also when no length was announced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
        limit_bytes = MAX_UPLOAD_BYTES if form else MAX_JSON_BYTES
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit_bytes:
            await _refuse(scope, receive, send, limit_bytes)
            return
        try:
            await self._app(scope, _counting(receive, limit_bytes), send)
        except _TooLarge:
            await _refuse(scope, receive, send, limit_bytes)


def _counting(receive: Receive, limit_bytes: int) -> Receive:
    left_bytes = limit_bytes

    async def counted() -> Message:
        nonlocal left_bytes
        message = await receive()
        left_bytes -= len(message.get("body", b""))
        if left_bytes < 0:
            raise _TooLarge
        return message

    return counted


async def _refuse(scope: Scope, receive: Receive, send: Send, limit_bytes: int) -> None:
    response = problem("too-large", {"limit_bytes": limit_bytes})
    response.headers["connection"] = "close"
    await response(scope, receive, send)
