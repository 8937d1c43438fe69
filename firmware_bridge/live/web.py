"""The web, as far as a tuner may go: http and https, a few redirects, and never with a secret to
anybody but the controller.
"""

from collections.abc import Callable, Iterator
from typing import Final, NoReturn
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from firmware_bridge.live.order import Order

MAX_REDIRECTS: Final = 5
MAX_OPENED: Final = 24
"""Addresses that may be opened without any sound coming of it: a playlist that leads to itself
would go on for ever."""
TIMEOUT: Final = httpx.Timeout(10.0, read=20.0)
"""Seconds: to connect, and without a byte."""
_OK: Final = 200
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"http": 80, "https": 443}


class CannotTune(Exception):
    """The stream cannot be received; the message says why, and is never an address in full."""


class Web:
    """Opens addresses for one order."""

    def __init__(self, order: Order, give_up: Callable[[str], NoReturn]) -> None:
        """`give_up` ends everything: FFmpeg goes on with a playlist whatever it leads to."""
        self._order = order
        self._give_up = give_up
        self._opened = 0
        # No proxy of the environment: it would see the device's secret.
        self._http = httpx.Client(
            trust_env=False, timeout=TIMEOUT, headers={"Accept-Encoding": "identity"}
        )

    def heard(self) -> None:
        """Be told that sound came of what was opened."""
        self._opened = 0

    def open(self, url: str) -> "Stream":
        """Return what an address answers with; CannotTune."""
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._answer(url)
            if answer.status_code not in _REDIRECTS:
                return self._stream(url, answer)
            answer.close()
            url = urljoin(url, answer.headers.get("Location", ""))
        raise CannotTune("it leads on and on")

    def _answer(self, url: str) -> httpx.Response:
        self._opened += 1
        if self._opened > MAX_OPENED:
            self._give_up(f"no sound after {MAX_OPENED} addresses")
        headers = {}
        if self._order.is_own:
            if url != self._order.url:
                raise CannotTune("the controller's page leads elsewhere")
            headers["Authorization"] = f"Bearer {self._order.secret}"
        elif _place(url) == _place(self._order.controller):
            raise CannotTune("it leads to the controller")
        try:
            request = self._http.build_request("GET", url, headers=headers)
            return self._http.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise CannotTune(_told(exc)) from exc

    @staticmethod
    def _stream(url: str, answer: httpx.Response) -> "Stream":
        if answer.status_code != _OK:
            answer.close()
            raise CannotTune(f"the server answered {answer.status_code}")
        return Stream(url, answer)


class Stream:
    """The bytes of one answer, as they come. A file for PyAV."""

    def __init__(self, url: str, answer: httpx.Response) -> None:
        self.name = url
        self.kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self._answer = answer
        self._chunks: Iterator[bytes] = answer.iter_raw()
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return some bytes as soon as there are any; b"" at the end. CannotTune: it broke."""
        if not self._rest:
            self._rest = self._next()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def peek(self, size: int) -> bytes:
        """Return the next bytes and leave them to be read; fewer only at the end."""
        while len(self._rest) < size and (chunk := self._next()):
            self._rest += chunk
        return self._rest[:size]

    def close(self) -> None:
        """Hang up."""
        self._answer.close()

    def _next(self) -> bytes:
        try:
            return next(self._chunks, b"")
        except httpx.HTTPError as exc:
            raise CannotTune(_told(exc)) from exc


def _place(url: str) -> tuple[str | None, int | None]:
    """Return host and port; CannotTune unless it is an address of the web."""
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise CannotTune("it leads to no address") from exc
    if parts.scheme not in _PORTS or not parts.hostname:
        raise CannotTune(f"it leads to {parts.scheme or 'nothing'}: which is not received"[:80])
    return parts.hostname, port or _PORTS[parts.scheme]


def _told(exc: Exception) -> str:
    return f"{type(exc).__name__}: {exc}"[:160]
