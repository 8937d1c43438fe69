"""What stands in a line of a page (4.2.2.7), as values and as bytes.

Letters stand for themselves; everything else is a tag in angle brackets. A `<` or `>` that is
meant as a letter travels as `<UBC>` or `<UBE>` (not in the document; a public host found it).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.errors import PeerWireError

GRAPHIC_PAGES: Final = "ABCDEFGHIJKLMNOP"
BLOCKS_PER_PAGE: Final = 8
BLOCK_WIDTH_PX: Final = 32
BLOCK_BYTES: Final = 64
"""32x8 pixels at 2 bits."""
LONGEST_BELL_S: Final = 13
MAX_EUROPEAN: Final = 0x7F
MAX_COLUMN: Final = 255


class Face(Enum):
    """The sign's own fonts (4.2.2.7.1)."""

    NORMAL = "A"
    """5x7"""
    BOLD = "B"
    """6x7"""
    NARROW = "C"
    """4x7"""
    LARGE = "D"
    """7x13, on signs of 16 rows or more"""
    LONG = "E"
    """5x8"""


class Colour(Enum):
    """Colours of letters (4.2.2.7.3); there is no O."""

    DIM_RED = "A"
    RED = "B"
    BRIGHT_RED = "C"
    DIM_GREEN = "D"
    GREEN = "E"
    BRIGHT_GREEN = "F"
    DIM_ORANGE = "G"
    ORANGE = "H"
    BRIGHT_ORANGE = "I"
    YELLOW = "J"
    LIME = "K"
    INVERSED_RED = "L"
    INVERSED_GREEN = "M"
    INVERSED_ORANGE = "N"
    RED_ON_DIM_GREEN = "P"
    GREEN_ON_DIM_RED = "Q"
    RED_YELLOW_GREEN = "R"
    RAINBOW = "S"


class Moment(Enum):
    """What the sign writes from its own clock (4.2.2.7.5)."""

    DATE = "D"
    """DD/MM/YY"""
    TIME = "T"
    """hh:mm"""


@dataclass(frozen=True, slots=True)
class Words:
    """Letters from 20H to 7FH, at least one."""

    text: str


@dataclass(frozen=True, slots=True)
class European:
    """A character of the sign's European table, 00 to 7F (4.2.2.7.6)."""

    number: int


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """The place of one graphic block of 32x8 pixels (4.2.2.7.4): page A to P, number 1 to 8."""

    page: str
    number: int


@dataclass(frozen=True, slots=True)
class Bell:
    """A sound when the line comes (4.2.2.7.2): 0.5 to 13 s in steps of 0.5 s."""

    duration_s: float


@dataclass(frozen=True, slots=True)
class Column:
    """Where the next letter begins, counted from 0 at the left."""

    at_px: int


Part = Words | European | Block | Face | Colour | Moment | Bell | Column


def encode(contents: tuple[Part, ...]) -> bytes:
    """Return the bytes of a line's contents; PeerWireError for what the dialect cannot say."""
    return b"".join(_BY_KIND[type(part)].write(part) for part in contents)


def decode(data: bytes) -> tuple[Part, ...]:
    """Read a line's contents; PeerWireError for a tag or letter that is not in the document."""
    parts = []
    at = 0
    while at < len(data):
        part, at = _next(data, at)
        parts.append(part)
    return tuple(parts)


def block_tag(block: Block) -> bytes:
    """Return the tag that names a block, in a line and before the block's pixels."""
    check(one_of(block.page, GRAPHIC_PAGES) and 1 <= block.number <= BLOCKS_PER_PAGE, "block")
    return f"<G{block.page}{block.number}>".encode()


def check(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as a sentence where used
    """Raise PeerWireError unless it holds."""
    if not holds:
        raise PeerWireError("am03127", f"no such {what}")


def one_of(letter: str, letters: str) -> bool:
    """Say whether it is one letter out of these; `in` alone takes "" and "AB"."""
    return len(letter) == 1 and letter in letters


def _next(data: bytes, at: int) -> tuple[Part, int]:
    for form in _FORMS:
        match = form.pattern.match(data, at)
        if match is not None:
            return form.read(match[1].decode("ascii")), match.end()
    raise PeerWireError("am03127", f"no such contents: {data[at : at + 8]!r}")


def _read_words(text: str) -> Words:
    return Words(text.replace("<UBC>", "<").replace("<UBE>", ">"))


def _write_words(part: Words) -> bytes:
    check(bool(part.text) and all(" " <= letter <= "\x7f" for letter in part.text), "letter")
    escaped = ({"<": "<UBC>", ">": "<UBE>"}.get(letter, letter) for letter in part.text)
    return "".join(escaped).encode("ascii")


def _write_european(part: European) -> bytes:
    check(0 <= part.number <= MAX_EUROPEAN, "European character")
    return b"<U%02X>" % part.number


def _read_bell(letter: str) -> Bell:
    return Bell((ord(letter) - ord("A") + 1) / 2)


def _write_bell(part: Bell) -> bytes:
    halves = part.duration_s * 2
    check(halves == int(halves) and 1 <= halves <= LONGEST_BELL_S * 2, "bell")
    return b"<B%c>" % (ord("A") + int(halves) - 1)


def _write_column(part: Column) -> bytes:
    check(0 <= part.at_px <= MAX_COLUMN, "column")
    return b"<N%02X>" % part.at_px


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of part is read and written; the pattern's group is what `read` is given."""

    kind: type
    pattern: re.Pattern[bytes]
    read: Callable[[str], Part]
    write: Callable[..., bytes]


_FORMS: Final = (
    _Form(Words, re.compile(rb"((?:[\x20-\x3b=\x3f-\x7f]|<UB[CE]>)+)"), _read_words, _write_words),
    _Form(
        European,
        re.compile(rb"<U([0-7][0-9A-F])>"),
        lambda text: European(int(text, 16)),
        _write_european,
    ),
    _Form(
        Block,
        re.compile(rb"<G([A-P][1-8])>"),
        lambda text: Block(text[0], int(text[1])),
        block_tag,
    ),
    _Form(Face, re.compile(rb"<A([A-E])>"), Face, lambda face: f"<A{face.value}>".encode()),
    _Form(
        Colour,
        re.compile(rb"<C([A-NP-S])>"),
        Colour,
        lambda colour: f"<C{colour.value}>".encode(),
    ),
    _Form(Moment, re.compile(rb"<K([DT])>"), Moment, lambda moment: f"<K{moment.value}>".encode()),
    _Form(Bell, re.compile(rb"<B([A-Z])>"), _read_bell, _write_bell),
    _Form(
        Column,
        re.compile(rb"<N([0-9A-F]{2})>"),
        lambda text: Column(int(text, 16)),
        _write_column,
    ),
)
"""One table for both roles."""
_BY_KIND: Final = {form.kind: form for form in _FORMS}
