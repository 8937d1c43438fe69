"""What is said between a host and Luminator displays, as values.

Source: the Rust project alusch/flipdot (MIT; message.rs, frame.rs, page.rs, sign_type.rs, sign.rs,
serial_sign_bus.rs) and its page "Understanding the Luminator protocol"; both cover displays with
the 7-pin circular connector, MAX3000 and Horizon. Everything is plain data; `codec` turns it into
bytes.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

MAX_ADDRESS: Final = 0xFFFF
CHUNK_BYTES: Final = 16
"""Configurations and pages travel in pieces of this size; both are multiples of it long."""
MAX_DATA_BYTES: Final = 0xFF
"""A record's length is one byte."""


class State(IntEnum):
    """How far a display is."""

    UNCONFIGURED = 0x0F
    """After power on or a reset: it knows neither its size nor a page."""
    CONFIG_IN_PROGRESS = 0x0D
    CONFIG_RECEIVED = 0x07
    CONFIG_FAILED = 0x0C
    PIXELS_IN_PROGRESS = 0x03
    PIXELS_RECEIVED = 0x01
    PIXELS_FAILED = 0x0B
    PAGE_LOAD_IN_PROGRESS = 0x13
    PAGE_LOADED = 0x10
    """A page lies ready and is not shown yet."""
    PAGE_SHOW_IN_PROGRESS = 0x11
    PAGE_SHOWN = 0x12
    SHOWING_PAGES = 0x00
    """It turns its pages by itself, as some displays do; nobody needs to ask for it."""
    READY_TO_RESET = 0x08

    @property
    def words(self) -> str:
        """Return what an operator reads."""
        return self.name.lower().replace("_", " ")


class Operation(Enum):
    """What a display can be asked to do: (the request's byte, the acknowledgement's byte)."""

    RECEIVE_CONFIG = 0xA1, 0x95
    RECEIVE_PIXELS = 0xA2, 0x91
    SHOW_LOADED_PAGE = 0xA9, 0x96
    LOAD_NEXT_PAGE = 0xAA, 0x97
    START_RESET = 0xA6, 0x93
    FINISH_RESET = 0xA7, 0x94

    @property
    def words(self) -> str:
        """Return what an operator reads."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a configuration or a page: for whoever was asked to receive; no answer."""

    offset_bytes: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ChunksSent:
    """So many chunks were sent; no answer."""

    count: int


@dataclass(frozen=True, slots=True)
class Hello:
    """Who is there? Answered by a `Report`."""

    address: int


@dataclass(frozen=True, slots=True)
class Query:
    """How far are you? Answered by a `Report`."""

    address: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Go dark and rest; no answer, and none to anything for 30 s."""

    address: int


@dataclass(frozen=True, slots=True)
class Request:
    """Do this; answered by an `Ack`, or not at all in a state that does not allow it."""

    address: int
    operation: Operation


@dataclass(frozen=True, slots=True)
class PixelsComplete:
    """That were all pages: load the first; no answer."""

    address: int


@dataclass(frozen=True, slots=True)
class Report:
    """A display says how far it is."""

    address: int
    state: State


@dataclass(frozen=True, slots=True)
class Ack:
    """A display says that it will."""

    address: int
    operation: Operation


@dataclass(frozen=True, slots=True)
class Other:
    """A record whose checksum is right but that this code does not read."""

    kind: int
    address: int
    data: bytes


Question = Chunk | ChunksSent | Hello | Query | Goodbye | Request | PixelsComplete
Answer = Report | Ack
Message = Question | Answer | Other
