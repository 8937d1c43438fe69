"""One session with a card: greeting, guid, orders and files. Blocking, over a link.

A session ends when the card says so, or with the connection. The card also drops one that was
silent for long: there is no thread here that could send heartbeats. Whatever is asked next finds
out, by `SessionLost` or by `LinkLost`, and a new session is a matter of two questions.
"""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from drivers.errors import PeerRefused, PeerSilent, PeerWireError
from drivers.exchange import ask, hear
from drivers.huidu import codec, documents
from drivers.huidu.documents import NO_GUID, SUCCESS, Node, Reply
from drivers.huidu.image import md5_of
from drivers.huidu.packets import (
    Answer,
    Ask,
    Code,
    Error,
    FileEnd,
    FileEndAnswer,
    FileStart,
    FileStartAnswer,
    VersionAnswer,
    VersionAsk,
    XmlAnswer,
    XmlAsk,
    describe,
)
from drivers.ports import DEFAULT_RETRIES, ByteLink

BUSY_PAUSE_S: Final = 0.5
BUSY_TRIES: Final = 20
"""A card that is still writing a file says so, for seconds with large ones."""
_BUSY: Final = {"kDownloadingFile", "kProcessing"}
_LOST: Final = {"kInvalidGUID", "kProcessError"}
_IF_VERSION: Final = "1000000"
"""The version of the XML that the vendor's demo asks for."""

T = TypeVar("T")


class SessionLost(PeerRefused):
    """The card knows nothing of our session, any more or yet."""


class Session:
    """What was agreed with one card. `timeout_s` is asked each time a question is put."""

    def __init__(self, link: ByteLink, timeout_s: Callable[[], float]) -> None:
        self._link = link
        self._timeout_s = timeout_s
        self._device = f"card on {link.name}"
        self._guid = NO_GUID
        self._ask(VersionAsk(), VersionAnswer)
        self._guid = self.query("GetIFVersion", documents.node("version", value=_IF_VERSION)).guid

    def order(self, method: str, *children: Node) -> None:
        """Have something done; PeerRefused with the card's own word when it will not."""
        self.query(method, *children)

    def query(self, method: str, *children: Node) -> Reply:
        """Ask something; PeerRefused with the card's own word when it will not answer."""
        reply = self.attempt(method, *children)
        if reply.result != SUCCESS:
            raise PeerRefused(self._device, f"{method}: {reply.result or 'no result'}")
        return reply

    def attempt(self, method: str, *children: Node) -> Reply:
        """Ask something and return whatever the card says to it, once it is no longer busy."""
        request = XmlAsk(documents.ask(self._guid, method, *children))
        for _ in range(BUSY_TRIES):
            reply = self._ask_xml(request, method)
            if reply.result in _LOST:
                raise SessionLost(self._device, reply.result)
            if reply.result not in _BUSY:
                return reply
            self._link.pause(BUSY_PAUSE_S)
        raise PeerRefused(self._device, f"{method}: busy for {BUSY_TRIES * BUSY_PAUSE_S:.0f} s")

    def send_file(self, name: str, data: bytes) -> None:
        """Bring a file to the card, or what it lacks of it: nothing, if it holds it already."""
        start = FileStart(name, md5_of(data), len(data))
        for _ in range(DEFAULT_RETRIES):
            answer = self._ask(start, FileStartAnswer)
            self._check(name, answer.code)
            if not 0 <= answer.held_bytes <= len(data):
                raise PeerWireError("huidu", f"{answer.held_bytes} of {len(data)} bytes are held")
            # Until the end is answered nothing else may be sent: the card would lose the session.
            rest = codec.file_contents(data[answer.held_bytes :])
            self._link.write(rest + codec.encode(FileEnd()))
            ear = _Ear(lambda heard: _of_kind(heard, FileEndAnswer))
            end = hear(self._link, ear.receive, self._timeout_s())
            if end is not None:
                self._check(name, self._unless_error(end).code)
                return
        raise PeerSilent(self._device, DEFAULT_RETRIES)

    def _check(self, name: str, code: int) -> None:
        if code == Code.PROCESS_ERROR:
            raise SessionLost(self._device, describe(code))
        if code not in {Code.SUCCESS, Code.WRITE_FINISHED}:
            raise PeerRefused(self._device, f"{name}: {describe(code)}")

    def _ask(self, message: Ask, kind: type[T]) -> T:
        return self._put(message, lambda: _Ear(lambda heard: _of_kind(heard, kind)))

    def _ask_xml(self, message: Ask, method: str) -> Reply:
        return self._put(message, lambda: _Ear(lambda heard: _reply_to(heard, method)))

    def _put(self, message: Ask, ear: "Callable[[], _Ear[T]]") -> T:
        heard = ask(
            self._link,
            codec.encode(message),
            lambda: ear().receive,
            device=self._device,
            timeout_s=self._timeout_s(),
        )
        return self._unless_error(heard)

    def _unless_error(self, heard: T | Error) -> T:
        """Return an answer; what the card did not understand it heard outside a session."""
        if isinstance(heard, Error):
            raise SessionLost(self._device, describe(heard.code))
        return heard


class _Ear(Generic[T]):
    """Hears one kind of answer, and errors; heartbeats and late answers are let pass."""

    def __init__(self, pick: Callable[[Answer], T | None]) -> None:
        self._decoder = codec.HostDecoder()
        self._pick = pick

    def receive(self, data: bytes) -> list[T | Error]:
        """Take bytes; return the answers they complete. PeerWireError for nonsense."""
        heard = self._decoder.receive(data)
        picked = [one if isinstance(one, Error) else self._pick(one) for one in heard]
        return [one for one in picked if one is not None]


def _of_kind(heard: Answer, kind: type[T]) -> T | None:
    return heard if isinstance(heard, kind) else None


def _reply_to(heard: Answer, method: str) -> Reply | None:
    reply = documents.read_reply(heard.data) if isinstance(heard, XmlAnswer) else None
    return reply if reply is not None and reply.method == method else None
