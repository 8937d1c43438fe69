"""Markup: small tags in square brackets say how a text looks, in Vietnamese or in English.

`docs/operator/danh-dau.md` teaches it to operators. Case, spaces and hyphens inside a tag do not
matter, and accents may be left out altogether; `[trang]` is then a page, not white. A line that
holds nothing but tags is no line of the message.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, NoReturn

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
from playlists.text.frame import Colour
from playlists.text.refusals import (
    TagNotOpen,
    TooManyPages,
    UnclosedTag,
    UnknownTag,
)
from playlists.text.tags import (
    CLOSERS,
    LOCAL,
    MAX_PAGES,
    MAX_TAG_CHARS,
    TAGS,
    Asked,
    Kind,
    Tag,
    key_of,
    nearest_to,
)


def parse(text: str, zone: tzinfo = LOCAL) -> Document:
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


_TOKEN: Final = re.compile(r"\[\[|\]\]|\[([^\[\]\n]*)\]|[\[\]\n]|[^\[\]\n]+")
_TAG: Final = re.compile(r"\s*(/?)\s*([^0-9#+.,]*?)\s*([-+]?[0-9#.,].*)?\s*")


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
            look.blink or self.tag.kind is Kind.BLINK,
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
        self._actions: Mapping[Kind, Callable[[Asked, int], None]] = {
            Kind.COLOUR: self._colour,
            Kind.FONT: self._font,
            Kind.BLINK: self._blink,
            Kind.PAGE: self._page,
            Kind.STAY: self._stay,
            Kind.ALIGN: self._alignment,
            Kind.EFFECT: self._page_effect,
            Kind.SCROLL: self._scroll,
            Kind.FIELD: self._field,
            Kind.COUNTDOWN: self._countdown,
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
        rest = self._text[position : position + MAX_TAG_CHARS]
        name = re.split(r"[\[\]\n]", rest, maxsplit=1)[0].strip()
        raise UnclosedTag(
            f"the bracket at {position} is not closed",
            tag=name,
            position=position,
            nearest=nearest_to(name) or nearest_to(name.partition(" ")[0]),
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

    def _read_tag(self, content: str, position: int) -> None:
        found = _TAG.fullmatch(content) if len(content) <= MAX_TAG_CHARS else None
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

    def _asked(self, name: str, value: str, position: int) -> Asked | None:
        key = key_of(name)
        if key == "time" and value:  # the clock takes none, so this is how long the page stays
            return Asked(TAGS["stay"], name, value, position)
        if tag := TAGS.get(key):
            return Asked(tag, name, value, position)
        return None

    def _refuse_unknown(self, tag: str, position: int) -> NoReturn:
        tag = tag[:MAX_TAG_CHARS]
        slash = tag[:1] if tag.startswith("/") else ""
        alike = nearest_to(tag.removeprefix("/").strip())
        nearest = slash + alike if alike else ""
        guess = f"; perhaps [{nearest}]" if nearest else ""
        raise UnknownTag(
            f"character {position}: no tag is called [{tag}]{guess}; a bracket is typed twice: [[",
            tag=tag,
            position=position,
            nearest=nearest,
        )

    def _colour(self, asked: Asked, _: int) -> None:
        self._begin_style(_Open(asked.tag, colour=asked.colour()))

    def _font(self, asked: Asked, _: int) -> None:
        self._begin_style(_Open(asked.tag, font=asked.font()))

    def _blink(self, asked: Asked, _: int) -> None:
        asked.refuse_value()
        self._begin_style(_Open(asked.tag))

    def _page(self, asked: Asked, position: int) -> None:
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

    def _stay(self, asked: Asked, _: int) -> None:
        self._hold_s = asked.seconds()

    def _alignment(self, asked: Asked, _: int) -> None:
        asked.refuse_value()
        if isinstance(asked.tag.means, Align):
            self._align = asked.tag.means

    def _page_effect(self, asked: Asked, _: int) -> None:
        if asked.tag.wanted and asked.value:
            self._hold_s = asked.seconds()
        else:
            asked.refuse_value()
        self._set_effect(asked, None)

    def _scroll(self, asked: Asked, _: int) -> None:
        self._set_effect(asked, asked.speed_px_s())

    def _set_effect(self, asked: Asked, speed_px_s: int | None) -> None:
        if isinstance(asked.tag.means, Effect):
            self._effect = asked.tag.means
            self._speed_px_s = speed_px_s

    def _field(self, asked: Asked, position: int) -> None:
        asked.refuse_value()
        self._add_field(asked, None, position)

    def _countdown(self, asked: Asked, position: int) -> None:
        self._add_field(asked, asked.target(self._zone), position)

    def _add_field(self, asked: Asked, target: datetime | None, position: int) -> None:
        if isinstance(asked.tag.means, FieldKind):
            self._parts.append(LiveField(asked.tag.means, self._look, target, position))

    def _begin_style(self, style: _Open) -> None:
        self._open.append(style)
        self._look = style.over(self._look)

    def _close(self, name: str, position: int) -> None:
        tag = CLOSERS.get(key_of(name)) if name else None
        if name and tag is None and key_of(name) not in TAGS:
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
    if closer.kind is Kind.COLOUR:
        return style.colour is not None and closer.means in {None, style.colour}
    return style.tag.kind is closer.kind
