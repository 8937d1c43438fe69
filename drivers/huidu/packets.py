"""What can be said to a Huidu card and what it answers, as values.

Sources, each named in docs/protocols/huidu.md: the vendor's C# and C++ demo programs, and public
projects that drive real cards. Everything is plain data; `codec` turns it into bytes. XML travels
inside `XmlAsk` and `XmlAnswer`; `documents` reads and writes it.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

MAX_PACKET_BYTES: Final = 9 * 1024
"""The vendor's own buffer; a longer packet is noise."""
CHUNK_BYTES: Final = 8_000
"""How much of a document or a file goes into one packet, as public hosts cut them."""
MAX_XML_BYTES: Final = 1 << 18
"""A list of a thousand files has 150 kB; a card that says more is broken."""
MAX_FILE_BYTES: Final = 1 << 24
"""Far more than the picture of any board."""
MAX_NAME_BYTES: Final = 255
VERSION: Final = 0x0100_0005
"""The transport version that the vendor's demo asks for."""
MD5_CHARACTERS: Final = 32


class Command(IntEnum):
    """What a packet is."""

    HEARTBEAT_ASK = 0x005F
    HEARTBEAT_ANSWER = 0x0060
    ERROR = 0x2000
    VERSION_ASK = 0x2001
    VERSION_ANSWER = 0x2002
    XML_ASK = 0x2003
    XML_ANSWER = 0x2004
    FILE_START_ASK = 0x8001
    FILE_START_ANSWER = 0x8002
    FILE_CONTENT_ASK = 0x8003
    FILE_CONTENT_ANSWER = 0x8004
    FILE_END_ASK = 0x8005
    FILE_END_ANSWER = 0x8006


class Code(IntEnum):
    """Error numbers in binary answers. From 34 on the vendor's own lists differ: not named here."""

    SUCCESS = 0
    WRITE_FINISHED = 1
    PROCESS_ERROR = 2
    """Out of order: also what a card says that knows of no session."""
    VERSION_TOO_LOW = 3
    DEVICE_OCCUPIED = 4
    FILE_OCCUPIED = 5
    TOO_MANY_READERS = 6
    INVALID_PACKET_LENGTH = 7
    INVALID_PARAMETER = 8
    NO_SPACE = 9
    CREATE_FILE_FAILED = 10
    WRITE_FILE_FAILED = 11
    READ_FILE_FAILED = 12
    INVALID_FILE_DATA = 13
    FILE_CONTENT_WRONG = 14
    OPEN_FILE_FAILED = 15
    SEEK_FILE_FAILED = 16
    RENAME_FAILED = 17
    FILE_NOT_FOUND = 18
    FILE_NOT_FINISHED = 19
    XML_TOO_LONG = 20
    INVALID_XML_INDEX = 21
    PARSE_XML_FAILED = 22
    INVALID_METHOD = 23
    MEMORY_FAILED = 24
    SYSTEM_ERROR = 25
    UNSUPPORTED_VIDEO = 26
    NOT_MEDIA = 27
    PARSE_VIDEO_FAILED = 28
    UNSUPPORTED_FRAME_RATE = 29
    UNSUPPORTED_RESOLUTION = 30
    UNSUPPORTED_FORMAT = 31
    UNSUPPORTED_DURATION = 32
    DOWNLOAD_FAILED = 33


class FileKind(IntEnum):
    """What a file is to the card."""

    IMAGE = 0


def describe(code: int) -> str:
    """Return an error number in words, as far as it is known."""
    known = [each for each in Code if each == code]
    return known[0].name.lower().replace("_", " ") if known else f"error {code}"


@dataclass(frozen=True, slots=True)
class VersionAsk:
    """Begin to talk."""

    version: int = VERSION


@dataclass(frozen=True, slots=True)
class VersionAnswer:
    """The version the card speaks."""

    version: int
    code: int = Code.SUCCESS


@dataclass(frozen=True, slots=True)
class XmlAsk:
    """A whole document with an order or a question; it may take several packets."""

    data: bytes


@dataclass(frozen=True, slots=True)
class XmlAnswer:
    """A whole document with the answer."""

    data: bytes


@dataclass(frozen=True, slots=True)
class HeartbeatAsk:
    """Sign of life."""


@dataclass(frozen=True, slots=True)
class HeartbeatAnswer:
    """Sign of life; real cards send it unasked, too."""


@dataclass(frozen=True, slots=True)
class Error:
    """The card could make nothing of what it got."""

    code: int


@dataclass(frozen=True, slots=True)
class FileStart:
    """A file is about to come."""

    name: str
    md5: str
    size_bytes: int
    kind: int = FileKind.IMAGE


@dataclass(frozen=True, slots=True)
class FileStartAnswer:
    """Whether it may come, and how much of it the card holds already."""

    code: int
    held_bytes: int = 0


@dataclass(frozen=True, slots=True)
class FileContent:
    """A piece of the file; not answered."""

    data: bytes


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The file is complete."""


@dataclass(frozen=True, slots=True)
class FileEndAnswer:
    """Whether the file has arrived whole."""

    code: int


@dataclass(frozen=True, slots=True)
class Garbled:
    """Pieces of a document that do not fit together: what the card would answer."""

    code: int


Ask = VersionAsk | XmlAsk | HeartbeatAsk | FileStart | FileContent | FileEnd
Answer = VersionAnswer | XmlAnswer | HeartbeatAnswer | Error | FileStartAnswer | FileEndAnswer
