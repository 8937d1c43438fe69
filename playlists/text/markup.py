"""Markup: small tags in square brackets say how a text looks, in Vietnamese or in English.

`docs/operator/danh-dau.md` teaches it to operators. Case, spaces and hyphens inside a tag do not
matter, and accents may be left out altogether; `[trang]` is then a page, not white. A line that
holds nothing but tags is no line of the message.
"""

import difflib
import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum, auto
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from playlists.text.document import (
    PLAIN,
    Align,
    Document,
    Effect,
    FieldKind,
    Line,
    LiveField,
    Look,
    Part,
    Sheet,
    Words,
)
from playlists.text.frame import BLUE, GREEN, RED, WHITE, YELLOW, Colour
from playlists.text.refusals import (
    BadTagValue,
    TagNotOpen,
    TooManyPages,
    UnclosedTag,
    UnknownTag,
)

MAX_PAGES: Final = 64
"""Shown for two seconds each, they take two minutes; nobody waits longer."""
MIN_HOLD_S: Final = 0.5
MAX_HOLD_S: Final = 600.0
MAX_SPEED_PX_S: Final = 1_000
"""A wide board is crossed in a quarter of a second; nobody reads faster."""
_MAX_TAG_CHARS: Final = 60
"""The longest right tag has 36. Longer ones are not even compared with the known ones."""
_LOCAL: Final = ZoneInfo("Asia/Ho_Chi_Minh")

ORANGE: Final = Colour(255, 128, 0)
PURPLE: Final = Colour(160, 0, 255)
PINK: Final = Colour(255, 96, 160)


class _Kind(Enum):
    COLOUR = auto()
    FONT = auto()
    BLINK = auto()
    PAGE = auto()
    STAY = auto()
    ALIGN = auto()
    EFFECT = auto()
    SCROLL = auto()
    FIELD = auto()
    COUNTDOWN = auto()


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry of the vocabulary; `names` begin with the one that is suggested."""

    kind: _Kind
    names: tuple[str, ...]
    means: Colour | Align | Effect | FieldKind | None = None
    wanted: str = ""
    """What values it takes, told by example or range; "" = none."""


def _tag(
    kind: _Kind,
    names: str,
    means: Colour | Align | Effect | FieldKind | None = None,
    wanted: str = "",
) -> Tag:
    return Tag(kind, tuple(names.split("|")), means, wanted)


_SECONDS: Final = "0.5–600 s"
_SPEED: Final = f"1–{MAX_SPEED_PX_S}"
_DATE: Final = "31/12/2026 23:59"

VOCABULARY: Final = (
    _tag(_Kind.PAGE, "trang|page", wanted=_SECONDS),
    _tag(_Kind.STAY, "giữ|stay", wanted=_SECONDS),
    _tag(_Kind.COLOUR, "đỏ|màu đỏ|red", RED),
    _tag(_Kind.COLOUR, "xanh|xanh lá|xanh lá cây|màu xanh|lục|green", GREEN),
    _tag(_Kind.COLOUR, "vàng|màu vàng|yellow", YELLOW),
    _tag(_Kind.COLOUR, "trắng|màu trắng|white", WHITE),
    _tag(_Kind.COLOUR, "cam|màu cam|orange", ORANGE),
    _tag(_Kind.COLOUR, "tím|màu tím|purple|violet", PURPLE),
    _tag(_Kind.COLOUR, "lam|xanh dương|xanh lam|màu lam|blue", BLUE),
    _tag(_Kind.COLOUR, "hồng|màu hồng|pink", PINK),
    _tag(_Kind.COLOUR, "màu|colour|color", wanted="#ff8800"),
    _tag(_Kind.FONT, "phông|font", wanted="0–9"),
    _tag(_Kind.BLINK, "nháy|blink"),
    _tag(_Kind.ALIGN, "trái|left", Align.LEFT),
    _tag(_Kind.ALIGN, "giữa|center|centre", Align.CENTER),
    _tag(_Kind.ALIGN, "phải|right", Align.RIGHT),
    _tag(_Kind.EFFECT, "đứng|hold", Effect.HOLD, _SECONDS),
    _tag(_Kind.SCROLL, "chạy trái|chạy|scroll left|scroll", Effect.SCROLL_LEFT, _SPEED),
    _tag(_Kind.SCROLL, "chạy phải|scroll right", Effect.SCROLL_RIGHT, _SPEED),
    _tag(_Kind.SCROLL, "chạy lên|scroll up", Effect.SCROLL_UP, _SPEED),
    _tag(_Kind.SCROLL, "chạy xuống|scroll down", Effect.SCROLL_DOWN, _SPEED),
    _tag(_Kind.EFFECT, "quét|wipe", Effect.WIPE),
    _tag(_Kind.EFFECT, "nháy trang|blink page", Effect.BLINK),
    _tag(_Kind.EFFECT, "hiện dần|fade", Effect.FADE),
    _tag(_Kind.FIELD, "ngày|date", FieldKind.DATE),
    _tag(_Kind.FIELD, "giờ|time", FieldKind.TIME),
    _tag(_Kind.FIELD, "nhiệt độ|temperature", FieldKind.TEMPERATURE),
    _tag(_Kind.COUNTDOWN, "đếm ngược|countdown", FieldKind.COUNTDOWN, _DATE),
)
"""Where two names are alike without accents, the earlier one has it."""


def parse(text: str, zone: tzinfo = _LOCAL) -> Document:
    """Read a text that has passed the intake.

    `zone` is the wall clock that countdowns are written in. Positions count from 1 in `text`.
    Raises UnknownTag, BadTagValue, UnclosedTag, TagNotOpen, TooManyPages.
    """
    if "[" in text or "]" in text:
        return _Reader(text, zone).document()
    if "\n" in text:
        return Document((Sheet(tuple(_plain_lines(text))),))
    return Document((Sheet((Line((Words(text),)),)),)) if text else Document()


def escape(text: str) -> str:
    """Return markup that shows a text as it is, brackets and all."""
    return text.replace("[", "[[").replace("]", "]]")


def _plain_lines(text: str) -> Iterator[Line]:
    position = 1
    for line in text.split("\n"):
        yield Line((Words(line, position=position),)) if line else Line()
        position += len(line) + 1


# --- names -------------------------------------------------------------------------------------


def _key(name: str) -> str:
    return _JOINTS.sub("", name.casefold())


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _index(tags: tuple[Tag, ...]) -> dict[str, Tag]:
    right = {_key(name): tag for tag in tags for name in tag.names}
    bare: dict[str, Tag] = {}
    for key, tag in right.items():
        bare.setdefault(_without_accents(key), tag)
    return bare | right


_JOINTS: Final = re.compile(r"[\s_-]+")
_TAGS: Final = _index(VOCABULARY)
_STYLES: Final = frozenset({_Kind.COLOUR, _Kind.FONT, _Kind.BLINK})
_CLOSERS: Final = _index(tuple(tag for tag in VOCABULARY if tag.kind in _STYLES))
_SUGGESTIONS: Final = {name: tag for tag in VOCABULARY for name in tag.names}


def _nearest(name: str) -> str:
    """Return the known name that looks most like this one; "" if none does."""
    name = name.casefold()[:_MAX_TAG_CHARS]
    found = difflib.get_close_matches(name, _SUGGESTIONS, n=1)
    if not found:
        bare = {_without_accents(known): known for known in reversed(_SUGGESTIONS)}
        found = [
            bare[match] for match in difflib.get_close_matches(_without_accents(name), bare, n=1)
        ]
    return found[0] if found else ""


# --- tags --------------------------------------------------------------------------------------

_TOKEN: Final = re.compile(r"\[\[|\]\]|\[([^\[\]\n]*)\]|[\[\]\n]|[^\[\]\n]+")
_TAG: Final = re.compile(r"\s*(/?)\s*([^0-9#+.,]*?)\s*([-+]?[0-9#.,].*)?\s*")
_HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_SECONDS_TEXT: Final = re.compile(
    r"([0-9]{1,3}(?:[.,][0-9]{1,3})?)\s*(?:s|giây|giay|sec|seconds?)?", re.IGNORECASE
)
_SPEED_TEXT: Final = re.compile("[0-9]{1,4}")
_FONT_TEXT: Final = re.compile("[0-9]")
_CLOCK_TEXT: Final = r"(?:\s+([0-9]{1,2})[:hH]([0-9]{2})?(?::([0-9]{2}))?)?"
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-](20[0-9]{2})" + _CLOCK_TEXT)
_YEAR_FIRST: Final = re.compile(r"(20[0-9]{2})-([0-9]{1,2})-([0-9]{1,2})" + _CLOCK_TEXT)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A tag as it stands in the text; `position` is that of its value where it has one."""

    tag: Tag
    name: str
    value: str
    position: int

    def refuse(self) -> NoReturn:
        wanted = self.tag.wanted or f"[{self.tag.names[0]}]"
        raise BadTagValue(
            f"[{self.name}] cannot take {self.value!r}: {wanted}",
            tag=self.name,
            value=self.value,
            wanted=wanted,
            position=self.position,
        )

    def refuse_value(self) -> None:
        if self.value:
            self.refuse()

    def seconds(self) -> float:
        found = _SECONDS_TEXT.fullmatch(self.value)
        seconds = float(found[1].replace(",", ".")) if found else 0.0
        if not MIN_HOLD_S <= seconds <= MAX_HOLD_S:
            self.refuse()
        return seconds

    def speed_px_s(self) -> int | None:
        if not self.value:
            return None
        speed_px_s = int(self.value) if _SPEED_TEXT.fullmatch(self.value) else 0
        if not 1 <= speed_px_s <= MAX_SPEED_PX_S:
            self.refuse()
        return speed_px_s

    def font(self) -> int:
        if not _FONT_TEXT.fullmatch(self.value):
            self.refuse()
        return int(self.value)

    def colour(self) -> Colour:
        if isinstance(self.tag.means, Colour):
            self.refuse_value()
            return self.tag.means
        if not _HEX.fullmatch(self.value):
            self.refuse()
        digits = self.value[1:]
        if len(digits) == len("rgb"):
            digits = "".join(digit * 2 for digit in digits)
        return Colour(*bytes.fromhex(digits))

    def target(self, zone: tzinfo) -> datetime:
        if found := _DAY_FIRST.fullmatch(self.value):
            day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        elif found := _YEAR_FIRST.fullmatch(self.value):
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        else:
            self.refuse()
        try:
            target = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        except ValueError:
            self.refuse()
        # A time that the clock jumps over comes back as another one.
        if target.astimezone(UTC).astimezone(zone).replace(tzinfo=zone) != target:
            self.refuse()
        return target


# --- the reader --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Open:
    """A style that holds until it is closed."""

    tag: Tag
    colour: Colour | None = None
    font: int | None = None

    def over(self, look: Look) -> Look:
        """Return the look inside."""
        return Look(
            look.font if self.font is None else self.font,
            self.colour or look.colour,
            look.blink or self.tag.kind is _Kind.BLINK,
        )


def _over(look: Look, style: _Open) -> Look:
    return style.over(look)


class _Reader:
    """Goes through a text once; every method is one thing that can stand in it."""

    def __init__(self, text: str, zone: tzinfo) -> None:
        self._text = text
        self._zone = zone
        self._open: list[_Open] = []
        self._look = PLAIN
        self._sheets: list[Sheet] = []
        self._is_page_begun = False
        self._actions: Mapping[_Kind, Callable[[_Asked, int], None]] = {
            _Kind.COLOUR: self._colour,
            _Kind.FONT: self._font,
            _Kind.BLINK: self._blink,
            _Kind.PAGE: self._page,
            _Kind.STAY: self._stay,
            _Kind.ALIGN: self._alignment,
            _Kind.EFFECT: self._page_effect,
            _Kind.SCROLL: self._scroll,
            _Kind.FIELD: self._field,
            _Kind.COUNTDOWN: self._countdown,
        }
        self._begin_sheet()
        self._begin_line()

    def _begin_sheet(self) -> None:
        self._lines: list[Line] = []
        self._align: Align | None = None
        self._hold_s: float | None = None
        self._effect: Effect | None = None
        self._speed_px_s: int | None = None

    def _begin_line(self) -> None:
        self._parts: list[Part] = []
        self._has_tags = False

    def document(self) -> Document:
        """Read it all."""
        for token in _TOKEN.finditer(self._text):
            position = token.start() + 1
            content = token[1]
            if content is not None:
                self._has_tags = True
                self._read_tag(content, position)
            elif token[0] == "\n":
                self._end_line()
                self._begin_line()
            elif token[0] == "[":
                self._refuse_unclosed(position)
            else:
                literal = token[0][:1] if token[0] in {"[[", "]]"} else token[0]
                self._add_words(literal, position)
        self._end_sheet()
        return Document(tuple(self._sheets))

    def _refuse_unclosed(self, position: int) -> NoReturn:
        rest = self._text[position : position + _MAX_TAG_CHARS]
        name = re.split(r"[\[\]\n]", rest, maxsplit=1)[0].strip()
        raise UnclosedTag(
            f"the bracket at {position} is not closed",
            tag=name,
            position=position,
            nearest=_nearest(name) or _nearest(name.partition(" ")[0]),
        )

    def _add_words(self, text: str, position: int) -> None:
        last = self._parts[-1] if self._parts else None
        if isinstance(last, Words) and last.look == self._look:
            self._parts[-1] = Words(last.text + text, self._look, last.position)
        else:
            self._parts.append(Words(text, self._look, position))

    def _is_line_blank(self) -> bool:
        return all(isinstance(part, Words) and part.text.isspace() for part in self._parts)

    def _end_line(self) -> None:
        if not (self._has_tags and self._is_line_blank()):
            self._lines.append(Line(tuple(self._parts), self._align))

    def _end_sheet(self) -> None:
        self._end_line()
        lines = tuple(self._lines) or (Line(),)
        self._sheets.append(Sheet(lines, self._hold_s, self._effect, self._speed_px_s))

    # --- tags

    def _read_tag(self, content: str, position: int) -> None:
        found = _TAG.fullmatch(content) if len(content) <= _MAX_TAG_CHARS else None
        if found is None:
            self._refuse_unknown(content.strip(), position)
        slash, name, value = found[1], found[2], (found[3] or "").strip()
        if slash and (name or not value):
            self._close(name, position)
            return
        value_position = position + 1 + found.start(3) if value else position
        asked = self._asked(name, value, value_position)
        if slash or asked is None:
            self._refuse_unknown(content.strip(), position)
        self._actions[asked.tag.kind](asked, position)

    def _asked(self, name: str, value: str, position: int) -> _Asked | None:
        key = _key(name)
        if key == "time" and value:  # the clock takes none, so this is how long the page stays
            return _Asked(_TAGS["stay"], name, value, position)
        if tag := _TAGS.get(key):
            return _Asked(tag, name, value, position)
        return None

    def _refuse_unknown(self, tag: str, position: int) -> NoReturn:
        tag = tag[:_MAX_TAG_CHARS]
        slash = tag[:1] if tag.startswith("/") else ""
        nearest = _nearest(tag.removeprefix("/").strip())
        raise UnknownTag(
            f"no tag is called [{tag}]",
            tag=tag,
            position=position,
            nearest=slash + nearest if nearest else "",
        )

    def _colour(self, asked: _Asked, _: int) -> None:
        self._begin_style(_Open(asked.tag, colour=asked.colour()))

    def _font(self, asked: _Asked, _: int) -> None:
        self._begin_style(_Open(asked.tag, font=asked.font()))

    def _blink(self, asked: _Asked, _: int) -> None:
        asked.refuse_value()
        self._begin_style(_Open(asked.tag))

    def _page(self, asked: _Asked, position: int) -> None:
        hold_s = asked.seconds() if asked.value else None
        if self._is_page_begun or self._lines or not self._is_line_blank():
            self._turn_page(position)
        self._is_page_begun = True
        self._hold_s = hold_s or self._hold_s

    def _turn_page(self, position: int) -> None:
        self._end_sheet()
        if len(self._sheets) >= MAX_PAGES:
            raise TooManyPages(f"more than {MAX_PAGES} pages", limit=MAX_PAGES, position=position)
        self._begin_sheet()
        self._begin_line()
        self._has_tags = True

    def _stay(self, asked: _Asked, _: int) -> None:
        self._hold_s = asked.seconds()

    def _alignment(self, asked: _Asked, _: int) -> None:
        asked.refuse_value()
        if isinstance(asked.tag.means, Align):
            self._align = asked.tag.means

    def _page_effect(self, asked: _Asked, _: int) -> None:
        if asked.tag.wanted and asked.value:
            self._hold_s = asked.seconds()
        else:
            asked.refuse_value()
        self._set_effect(asked, None)

    def _scroll(self, asked: _Asked, _: int) -> None:
        self._set_effect(asked, asked.speed_px_s())

    def _set_effect(self, asked: _Asked, speed_px_s: int | None) -> None:
        if isinstance(asked.tag.means, Effect):
            self._effect = asked.tag.means
            self._speed_px_s = speed_px_s

    def _field(self, asked: _Asked, position: int) -> None:
        asked.refuse_value()
        self._add_field(asked, None, position)

    def _countdown(self, asked: _Asked, position: int) -> None:
        self._add_field(asked, asked.target(self._zone), position)

    def _add_field(self, asked: _Asked, target: datetime | None, position: int) -> None:
        if isinstance(asked.tag.means, FieldKind):
            self._parts.append(LiveField(asked.tag.means, self._look, target, position))

    # --- styles, which nest

    def _begin_style(self, style: _Open) -> None:
        self._open.append(style)
        self._look = style.over(self._look)

    def _close(self, name: str, position: int) -> None:
        tag = _CLOSERS.get(_key(name)) if name else None
        if name and tag is None and _key(name) not in _TAGS:
            self._refuse_unknown(f"/{name}", position)
        for place in range(len(self._open) - 1, -1, -1):
            if not name or (tag and _closes(tag, self._open[place])):
                del self._open[place]
                self._look = functools.reduce(_over, self._open, PLAIN)
                return
        raise TagNotOpen(
            f"[/{name}] closes what is not open",
            tag=name,
            position=position,
            nearest=self._open[-1].tag.names[0] if self._open else "",
        )


def _closes(closer: Tag, style: _Open) -> bool:
    """`[/đỏ]` closes red however it was begun, `[/màu]` any colour."""
    if closer.kind is _Kind.COLOUR:
        return style.colour is not None and closer.means in {None, style.colour}
    return style.tag.kind is closer.kind
