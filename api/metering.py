"""Files whose bytes are counted as they go out, whole or in part."""

import re
from os import PathLike
from typing import Any, Final

from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from controller.meter import Transfer

_FROM: Final = re.compile(r"bytes (\d+)-")


class MeteredFile(FileResponse):
    """A file on its way to a device."""

    def __init__(self, path: PathLike[str], *, transfer: Transfer, **how: Any) -> None:
        super().__init__(path, **how)
        self._transfer = transfer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._transfer.begin(_start(message))
            await send(message)
            if message["type"] == "http.response.body":
                self._transfer.sent(len(message["body"]))

        await super().__call__(scope, receive, counted)


def _start(message: Message) -> int:
    """Return with which byte of the file an answer begins."""
    told = Headers(raw=message["headers"]).get("content-range", "")
    match = _FROM.match(told)
    return 0 if match is None else int(match[1])
