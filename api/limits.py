"""Limits on what comes in: a body larger than its kind allows is refused while it arrives."""

from typing import Final, Literal, TypedDict

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem


class WebSockets(TypedDict):
    """What uvicorn's configuration says about WebSockets."""

    ws: Literal["websockets-sansio"]
    ws_max_size: int
    ws_per_message_deflate: bool


MAX_JSON_BYTES: Final = 1 << 20
MAX_UPLOAD_BYTES: Final = 201 << 20
"""The largest clip, and the envelope of a form around it."""

WEBSOCKETS: Final[WebSockets] = {
    # The living one of two: the other stands on an interface that `websockets` has given up.
    "ws": "websockets-sansio",
    # What a microphone sends is shorter than 1,300 bytes; a frame that announces more is refused
    # before it is taken.
    "ws_max_size": 4 << 10,
    # Sound that is compressed already; and nothing can be sent that unpacks to much more.
    "ws_per_message_deflate": False,
}
"""How uvicorn serves WebSockets."""


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
        body = _Body(receive, send, limit_bytes)
        await self._app(scope, body.receive, body.send)
        if body.left_bytes < 0:
            await _refuse(scope, receive, send, limit_bytes)


class _Body:
    """One request's body: once it is too large, the application talks to nobody."""

    def __init__(self, receive: Receive, send: Send, limit_bytes: int) -> None:
        self._receive = receive
        self._send = send
        self.left_bytes = limit_bytes

    async def receive(self) -> Message:
        """Return the next part; a body over its limit looks like a client that hung up."""
        message = await self._receive()
        self.left_bytes -= len(message.get("body", b""))
        return message if self.left_bytes >= 0 else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass on what the application answers, unless the answer is no longer its to give."""
        if self.left_bytes >= 0:
            await self._send(message)


async def _refuse(scope: Scope, receive: Receive, send: Send, limit_bytes: int) -> None:
    response = problem("too-large", {"limit_bytes": limit_bytes})
    response.headers["connection"] = "close"
    await response(scope, receive, send)
