"""Huidu packets to bytes and back, for both roles; no input, no output, no clock.

A packet is its own length (16 bits), a command (16 bits) and a payload; numbers are little-endian.
A document travels in pieces, each with the whole length and its offset. There is no checksum: TCP
has one, and files carry their MD5.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final

from drivers.errors import PeerWireError
from drivers.huidu.packets import (
    CHUNK_BYTES,
    MAX_FILE_BYTES,
    MAX_NAME_BYTES,
    MAX_PACKET_BYTES,
    MAX_XML_BYTES,
    MD5_CHARACTERS,
    Answer,
    Ask,
    Code,
    Command,
    Error,
    FileContent,
    FileEnd,
    FileEndAnswer,
    FileStart,
    FileStartAnswer,
    Garbled,
    HeartbeatAnswer,
    HeartbeatAsk,
    VersionAnswer,
    VersionAsk,
    XmlAnswer,
    XmlAsk,
)

_HEAD: Final = struct.Struct("<HH")
_VERSION: Final = struct.Struct("<I")
_VERSION_ANSWER: Final = struct.Struct("<IH")
_PIECE: Final = struct.Struct("<II")
_CODE: Final = struct.Struct("<H")
_FILE_START: Final = struct.Struct(f"<{MD5_CHARACTERS + 1}sqh")
_FILE_START_ANSWER: Final = struct.Struct("<Hq")
_MOST: Final = MAX_PACKET_BYTES - _HEAD.size


def encode(message: Ask | Answer) -> bytes:
    """Return the bytes of a message; PeerWireError for values the dialect cannot carry."""
    if isinstance(message, XmlAsk | XmlAnswer):
        command = Command.XML_ASK if isinstance(message, XmlAsk) else Command.XML_ANSWER
        return b"".join(_packet(command, piece) for piece in _pieces(message.data))
    command, write = _WRITERS[type(message)]
    try:
        return _packet(command, write(message))
    except (struct.error, UnicodeEncodeError) as exc:
        raise PeerWireError("huidu", f"cannot say {message}") from exc


def file_contents(data: bytes) -> bytes:
    """Return the packets that carry what is left of a file."""
    starts = range(0, len(data), CHUNK_BYTES)
    return b"".join(encode(FileContent(data[at : at + CHUNK_BYTES])) for at in starts)


def _packet(command: Command, payload: bytes) -> bytes:
    length_bytes = _HEAD.size + len(payload)
    if length_bytes > MAX_PACKET_BYTES:
        raise PeerWireError("huidu", f"a packet of {length_bytes} bytes")
    return _HEAD.pack(length_bytes, command) + payload


def _pieces(document: bytes) -> Iterator[bytes]:
    if not 0 < len(document) <= MAX_XML_BYTES:
        raise PeerWireError("huidu", f"a document of {len(document)} bytes")
    for offset in range(0, len(document), CHUNK_BYTES):
        yield _PIECE.pack(len(document), offset) + document[offset : offset + CHUNK_BYTES]


def _write_file_start(message: FileStart) -> bytes:
    name = message.name.encode("ascii")
    if len(message.md5) != MD5_CHARACTERS or not _is_name(message.name):
        raise PeerWireError("huidu", f"no such file: {message}")
    if not 0 < message.size_bytes <= MAX_FILE_BYTES:
        raise PeerWireError("huidu", f"a file of {message.size_bytes} bytes")
    fields = _FILE_START.pack(message.md5.encode("ascii"), message.size_bytes, message.kind)
    return fields + name + b"\0"


def _read_file_start(payload: bytes) -> FileStart:
    md5, size_bytes, kind = _FILE_START.unpack_from(payload)
    raw, end, rest = payload[_FILE_START.size :].partition(b"\0")
    name, text = raw.decode("ascii"), md5[:MD5_CHARACTERS].decode("ascii")
    whole = end and not rest and md5.endswith(b"\0") and "\0" not in text
    if not whole or not _is_name(name) or not 0 < size_bytes <= MAX_FILE_BYTES:
        raise PeerWireError("huidu", "a file that cannot be")
    return FileStart(name, text, size_bytes, kind)


def _is_name(name: str) -> bool:
    """Return whether a file can be called so, and stand in a list of files."""
    return name.isascii() and name.isprintable() and 0 < len(name) <= MAX_NAME_BYTES


_WRITERS: Final[dict[type, tuple[Command, Callable[..., bytes]]]] = {
    VersionAsk: (Command.VERSION_ASK, lambda one: _VERSION.pack(one.version)),
    VersionAnswer: (
        Command.VERSION_ANSWER,
        lambda one: _VERSION_ANSWER.pack(one.version, one.code),
    ),
    HeartbeatAsk: (Command.HEARTBEAT_ASK, lambda _one: b""),
    HeartbeatAnswer: (Command.HEARTBEAT_ANSWER, lambda _one: b""),
    Error: (Command.ERROR, lambda one: _CODE.pack(one.code)),
    FileStart: (Command.FILE_START_ASK, _write_file_start),
    FileStartAnswer: (
        Command.FILE_START_ANSWER,
        lambda one: _FILE_START_ANSWER.pack(one.code, one.held_bytes),
    ),
    FileContent: (Command.FILE_CONTENT_ASK, lambda one: one.data),
    FileEnd: (Command.FILE_END_ASK, lambda _one: b""),
    FileEndAnswer: (Command.FILE_END_ANSWER, lambda one: _CODE.pack(one.code)),
}

_ASKS: Final[dict[Command, tuple[range, Callable[[bytes], Ask]]]] = {
    Command.VERSION_ASK: (
        range(_VERSION.size, _VERSION.size + 1),
        lambda payload: VersionAsk(*_VERSION.unpack(payload)),
    ),
    Command.HEARTBEAT_ASK: (range(1), lambda _payload: HeartbeatAsk()),
    Command.FILE_START_ASK: (
        range(_FILE_START.size + 2, _FILE_START.size + MAX_NAME_BYTES + 2),
        _read_file_start,
    ),
    Command.FILE_CONTENT_ASK: (range(1, _MOST + 1), FileContent),
    Command.FILE_END_ASK: (range(1), lambda _payload: FileEnd()),
}
_ANSWERS: Final[dict[Command, tuple[range, Callable[[bytes], Answer]]]] = {
    Command.VERSION_ANSWER: (
        range(_VERSION_ANSWER.size, _VERSION_ANSWER.size + 1),
        lambda payload: VersionAnswer(*_VERSION_ANSWER.unpack(payload)),
    ),
    Command.HEARTBEAT_ANSWER: (range(1), lambda _payload: HeartbeatAnswer()),
    Command.ERROR: (
        range(_CODE.size, _CODE.size + 1),
        lambda payload: Error(*_CODE.unpack(payload)),
    ),
    Command.FILE_START_ANSWER: (
        range(_FILE_START_ANSWER.size, _FILE_START_ANSWER.size + 1),
        lambda payload: FileStartAnswer(*_FILE_START_ANSWER.unpack(payload)),
    ),
    Command.FILE_END_ANSWER: (
        range(_CODE.size, _CODE.size + 1),
        lambda payload: FileEndAnswer(*_CODE.unpack(payload)),
    ),
}
"""What each role hears: how long a payload can be, and how it is read."""


class _Document:
    """The pieces of one document."""

    def __init__(self) -> None:
        self._held = b""
        self._total_bytes = 0

    def add(self, payload: bytes) -> bytes | None:
        """Add a piece; return the document once it is whole. PeerWireError if nothing fits."""
        total_bytes, offset = _PIECE.unpack_from(payload)
        if offset == 0:
            self._held, self._total_bytes = b"", total_bytes
        fits = total_bytes == self._total_bytes and offset == len(self._held)
        piece = payload[_PIECE.size :]
        self._held += piece if fits and total_bytes <= MAX_XML_BYTES else b""
        if not fits or not 0 < total_bytes <= MAX_XML_BYTES or len(self._held) > total_bytes:
            self._held, self._total_bytes = b"", 0
            raise PeerWireError("huidu", f"{len(piece)} bytes at {offset} of {total_bytes}")
        if len(self._held) < total_bytes:
            return None
        document, self._held, self._total_bytes = self._held, b"", 0
        return document


class SignDecoder:
    """The card's ear: bytes in any pieces come in, whole messages come out."""

    def __init__(self) -> None:
        self._buffer = b""
        self._document = _Document()

    def receive(self, data: bytes) -> list[Ask | Garbled]:
        """Take bytes; return the messages they complete. Never raises; noise is skipped."""
        self._buffer += data
        return list(self._messages())

    def _messages(self) -> Iterator[Ask | Garbled]:
        while len(self._buffer) >= _HEAD.size:
            length_bytes, command = _HEAD.unpack_from(self._buffer)
            if not _may_be_ask(command, length_bytes - _HEAD.size):
                self._buffer = self._buffer[1:]
                continue
            if len(self._buffer) < length_bytes:
                return
            payload = self._buffer[_HEAD.size : length_bytes]
            self._buffer = self._buffer[length_bytes:]
            yield from self._read(Command(command), payload)

    def _read(self, command: Command, payload: bytes) -> Iterator[Ask | Garbled]:
        try:
            if command is Command.XML_ASK:
                document = self._document.add(payload)
                if document is not None:
                    yield XmlAsk(document)
            else:
                yield _ASKS[command][1](payload)
        except PeerWireError:
            is_xml = command is Command.XML_ASK
            yield Garbled(Code.INVALID_XML_INDEX if is_xml else Code.INVALID_PARAMETER)
        except UnicodeDecodeError:
            yield Garbled(Code.INVALID_PARAMETER)


class HostDecoder:
    """The host's ear: answers out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = b""
        self._document = _Document()

    def receive(self, data: bytes) -> list[Answer]:
        """Take bytes in any pieces; return the answers they complete, PeerWireError for nonsense.

        Packets that no host asks for, such as positions from a GPS receiver, are skipped.
        """
        self._buffer += data
        answers = []
        while len(self._buffer) >= _HEAD.size:
            length_bytes, command = _HEAD.unpack_from(self._buffer)
            if not _HEAD.size <= length_bytes <= MAX_PACKET_BYTES:
                self._buffer = b""
                raise PeerWireError("huidu", f"a packet of {length_bytes} bytes")
            if len(self._buffer) < length_bytes:
                break
            payload = self._buffer[_HEAD.size : length_bytes]
            self._buffer = self._buffer[length_bytes:]
            answer = self._read(command, payload)
            if answer is not None:
                answers.append(answer)
        return answers

    def _read(self, command: int, payload: bytes) -> Answer | None:
        if command == Command.XML_ANSWER:
            if len(payload) <= _PIECE.size:
                raise PeerWireError("huidu", f"{len(payload)} bytes of a document")
            document = self._document.add(payload)
            return None if document is None else XmlAnswer(document)
        if command not in set(_ANSWERS):
            return None
        lengths, read = _ANSWERS[Command(command)]
        if len(payload) not in lengths:
            raise PeerWireError("huidu", f"{len(payload)} bytes with command {command:04X}")
        return read(payload)


def _may_be_ask(command: int, payload_bytes: int) -> bool:
    """Return whether a packet to a card can begin so."""
    if command == Command.XML_ASK:
        return _PIECE.size < payload_bytes <= _MOST
    return command in set(_ASKS) and payload_bytes in _ASKS[Command(command)][0]
