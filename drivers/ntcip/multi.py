"""MULTI, the markup of messages: the part that pictures and plain texts need.

Source: iris, docs/multi.md, and mnit-rtmc/ntcip, src/dms/multi.rs. A tag stands in brackets, in
either case; a bracket in a text is doubled. Tags not listed here are refused, as by any sign that
does not support them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from drivers.errors import PeerWireError
from drivers.ntcip.objects import MultiError

LEFT: Final = 2
CENTRE: Final = 3
RIGHT: Final = 4
TOP: Final = 2
MIDDLE: Final = 3
BOTTOM: Final = 4


class MultiRefused(PeerWireError):
    """A message that is no MULTI, or more of it than we read; `position` counts from 0."""

    def __init__(self, code: MultiError, position: int) -> None:
        super().__init__("ntcip", f"MULTI: {code.name.lower()} at {position}")
        self.code = code
        self.position = position


@dataclass(frozen=True, slots=True)
class Text:
    """Characters of the current font, one byte each."""

    text: bytes
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class NewLine:
    """`[nl]`: the next line; the rows between are the font's unless they are named."""

    spacing_px: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class NewPage:
    """`[np]`: the next page."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class JustifyLine:
    """`[jl]`: 2 left, 3 centre, 4 right; None = the sign's default."""

    where: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class JustifyPage:
    """`[jp]`: 2 top, 3 middle, 4 bottom; None = the sign's default."""

    where: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CharSpacing:
    """`[sc]`: columns between characters; None, written `[/sc]`, = the font's own."""

    spacing_px: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TextArea:
    """`[tr]`: where the texts that follow go; the corner counts from 1, a size of 0 is the rest."""

    x: int
    y: int
    width_px: int
    height_px: int
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """`[g]`: a graphic, its upper left corner from 1, and the dmsGraphicID it must have."""

    number: int
    x: int = 1
    y: int = 1
    ident: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class UseFont:
    """`[fo]`: a font, and the fontVersionID it must have; None = the sign's default."""

    number: int | None = None
    version: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PageTime:
    """`[pt]`: how long pages stand and are dark between; None = the sign's default."""

    on_ds: int | None = None
    off_ds: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Foreground:
    """`[cf]`: the colour of texts, red, green, blue; empty = the sign's default."""

    colour: tuple[int, ...] = ()
    at: int = field(default=0, compare=False)


Item = (
    Text
    | NewLine
    | NewPage
    | JustifyLine
    | JustifyPage
    | CharSpacing
    | TextArea
    | Picture
    | UseFont
    | PageTime
    | Foreground
)

_PIECE: Final = re.compile(rb"(?P<text>(?:[^\[\]]|\[\[|\]\])+)|\[(?P<tag>[^\[\]]*)\]")


def parse(message: bytes) -> list[Item]:
    """Read a message; MultiRefused says what is wrong and where."""
    return list(_items(message))


def pictures_in(message: bytes) -> frozenset[int]:
    """Return the numbers of all graphics a message names, whatever else stands in it."""
    return frozenset(map(int, re.findall(rb"\[g(\d{1,5})", message.lower())))


def write(items: Iterable[Item]) -> bytes:
    """Return a message's bytes."""
    return b"".join(map(_written, items))


def _items(message: bytes) -> Iterator[Item]:
    at = 0
    while at < len(message):
        piece = _PIECE.match(message, at)
        if piece is None:
            raise MultiRefused(MultiError.OTHER, at)
        text = piece["text"]
        if text is None:
            yield _tag(piece["tag"], at)
        else:
            yield Text(text.replace(b"[[", b"[").replace(b"]]", b"]"), at)
        at = piece.end()


def _tag(tag: bytes, at: int) -> Item:
    tag = tag.lower()
    known = [(pattern, make) for name, pattern, make in _TAGS if tag.startswith(name)]
    if not known:
        raise MultiRefused(MultiError.UNSUPPORTED_TAG, at)
    for pattern, make in known:
        if found := pattern.fullmatch(tag):
            return make(found, at)
    raise MultiRefused(MultiError.UNSUPPORTED_TAG_VALUE, at)


def _number(digits: bytes | None) -> int | None:
    return int(digits) if digits else None


def _hex(digits: bytes | None) -> int | None:
    return int(digits, 16) if digits else None


def _area(found: re.Match[bytes], at: int) -> Item:
    x, y, width_px, height_px = map(int, found.groups())
    return TextArea(x, y, width_px, height_px, at)


def _picture(found: re.Match[bytes], at: int) -> Item:
    return Picture(int(found[1]), int(found[2] or 1), int(found[3] or 1), _hex(found[4]), at)


def _foreground(found: re.Match[bytes], at: int) -> Item:
    colour = tuple(map(int, found[1].split(b","))) if found[1] else ()
    if max(colour, default=0) > 255:  # noqa: PLR2004 -- a channel at its brightest
        raise MultiRefused(MultiError.UNSUPPORTED_TAG_VALUE, at)
    return Foreground(colour, at)


_BYTE: Final = rb"0*[1-9]\d{0,2}"
_PLACE: Final = rb"(\d{1,5})"
_TAGS: Final[
    tuple[tuple[bytes, re.Pattern[bytes], Callable[[re.Match[bytes], int], Item]], ...]
] = (
    (b"nl", re.compile(rb"nl(\d{0,2})"), lambda found, at: NewLine(_number(found[1]), at)),
    (b"np", re.compile(rb"np"), lambda _found, at: NewPage(at)),
    (b"jl", re.compile(rb"jl([2-5]?)"), lambda found, at: JustifyLine(_number(found[1]), at)),
    (b"jp", re.compile(rb"jp([2-4]?)"), lambda found, at: JustifyPage(_number(found[1]), at)),
    (b"sc", re.compile(rb"sc(\d{1,2})"), lambda found, at: CharSpacing(_number(found[1]), at)),
    (b"/sc", re.compile(rb"/sc"), lambda _found, at: CharSpacing(None, at)),
    (b"tr", re.compile(rb"tr" + rb",".join([_PLACE] * 4)), _area),
    (
        b"g",
        re.compile(rb"g(" + _BYTE + rb")(?:,(\d{1,5}),(\d{1,5})(?:,([0-9a-f]{1,4}))?)?"),
        _picture,
    ),
    (
        b"fo",
        re.compile(rb"fo(?:(" + _BYTE + rb")(?:,([0-9a-f]{1,4}))?)?"),
        lambda found, at: UseFont(_number(found[1]), _hex(found[2]), at),
    ),
    (
        b"pt",
        re.compile(rb"pt(\d{0,3})(?:o(\d{1,3}))?"),
        lambda found, at: PageTime(_number(found[1]), _number(found[2]), at),
    ),
    (b"cf", re.compile(rb"cf(\d{1,3},\d{1,3},\d{1,3}|\d{1,3})?"), _foreground),
)
"""A tag's letters, its whole form, and what it makes."""


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _identity(crc: int | None) -> str:
    return "" if crc is None else f",{crc:04X}"


def _place(item: Picture) -> str:
    return "" if (item.x, item.y, item.ident) == (1, 1, None) else f",{item.x},{item.y}"


_WRITERS: Final[dict[type, Callable[..., str]]] = {
    NewLine: lambda item: f"[nl{_shown(item.spacing_px)}]",
    NewPage: lambda _item: "[np]",
    JustifyLine: lambda item: f"[jl{_shown(item.where)}]",
    JustifyPage: lambda item: f"[jp{_shown(item.where)}]",
    CharSpacing: lambda item: "[/sc]" if item.spacing_px is None else f"[sc{item.spacing_px}]",
    TextArea: lambda item: f"[tr{item.x},{item.y},{item.width_px},{item.height_px}]",
    Picture: lambda item: f"[g{item.number}{_place(item)}{_identity(item.ident)}]",
    UseFont: lambda item: f"[fo{_shown(item.number)}{_identity(item.version)}]",
    PageTime: lambda item: (
        f"[pt{_shown(item.on_ds)}{'' if item.off_ds is None else f'o{item.off_ds}'}]"
    ),
    Foreground: lambda item: f"[cf{','.join(map(str, item.colour))}]",
}


def _written(item: Item) -> bytes:
    if isinstance(item, Text):
        return item.text.replace(b"[", b"[[").replace(b"]", b"]]")
    return _WRITERS[type(item)](item).encode()
