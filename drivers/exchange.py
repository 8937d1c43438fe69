"""Asking a board and hearing its answer: the same bounds for every dialect."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from drivers.errors import PeerSilent, PeerWireError
from drivers.ports import DEFAULT_RETRIES, ByteLink

T = TypeVar("T")

Listen = Callable[[bytes], list[T]]
"""Takes bytes in any pieces and returns the answers they complete; PeerWireError for nonsense."""

MAX_REPLY_BYTES: Final = 1 << 20
"""A line that talks on and on is stuck; no answer of any dialect is nearly as long."""


def ask(
    link: ByteLink,
    request: bytes,
    listen: Callable[[], Listen[T]],
    *,
    device: str,
    timeout_s: float,
    again: Callable[[T], bool] = lambda _answer: False,
) -> T:
    """Send a request until it is answered, at most DEFAULT_RETRIES times; return the answer.

    `listen` makes a decoder for each try. Silence and nonsense are asked again, and so is an
    answer for which `again` holds; when the last try brings one, it is returned. PeerSilent when
    no try brought an answer.
    """
    answer: T | None = None
    for _ in range(DEFAULT_RETRIES):
        link.discard_input()
        link.write(request)
        heard = hear(link, listen(), timeout_s, sent=request)
        if heard is not None:
            answer = heard
            if not again(heard):
                return heard
    if answer is None:
        raise PeerSilent(device, DEFAULT_RETRIES)
    return answer


def hear(link: ByteLink, listen: Listen[T], timeout_s: float, sent: bytes = b"") -> T | None:
    """Return the first answer; None for silence, and for noise, which is no answer either.

    Never waits longer than `timeout_s`, however many bytes keep coming. Many RS-485 adapters hear
    themselves: an exact echo of what was `sent` is left out.
    """
    deadline_s = time.monotonic() + timeout_s
    echo = _Echo(sent)
    heard_bytes = 0
    while (left_s := deadline_s - time.monotonic()) > 0 and heard_bytes < MAX_REPLY_BYTES:
        data = link.read(left_s)
        heard_bytes += len(data)
        try:
            answers = listen(echo.left_out(data) if data else echo.held)
        except PeerWireError:
            return None
        if answers or not data:
            return answers[0] if answers else None
    return None


class _Echo:
    """Tells an echo from an answer while its bytes come in."""

    def __init__(self, sent: bytes) -> None:
        self._expected = sent
        self.held = b""
        """What looks like an echo so far; at the end of a silence it was none."""

    def left_out(self, data: bytes) -> bytes:
        """Return what is no echo of these bytes."""
        self.held += data
        if self._expected.startswith(self.held) and self.held != self._expected:
            return b""
        heard, self.held = self.held, b""
        expected, self._expected = self._expected, b""
        return heard.removeprefix(expected)
