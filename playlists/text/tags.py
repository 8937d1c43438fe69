"""The tags of the markup: their names in two languages, and the values they take."""

import difflib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum, auto
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from playlists.text.document import (
    Align,
    Effect,
    FieldKind,
)
from playlists.text.frame import BLUE, GREEN, RED, WHITE, YELLOW, Colour
from playlists.text.refusals import (
    BadTagValue,
)

MAX_PAGES: Final = 64
"""Shown for two seconds each, they take two minutes; nobody waits longer."""
MIN_HOLD_S: Final = 0.5
MAX_HOLD_S: Final = 600.0
MAX_SPEED_PX_S: Final = 1_000
"""A wide board is crossed in a quarter of a second; nobody reads faster."""
MAX_TAG_CHARS: Final = 60
"""The longest right tag has 36. Longer ones are not even compared with the known ones."""
LOCAL: Final = ZoneInfo("Asia/Ho_Chi_Minh")

ORANGE: Final = Colour(255, 128, 0)
PURPLE: Final = Colour(160, 0, 255)
PINK: Final = Colour(255, 96, 160)


class Kind(Enum):
    """What a tag does."""

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

    kind: Kind
    names: tuple[str, ...]
    means: Colour | Align | Effect | FieldKind | None = None
    wanted: str = ""
    """What values it takes, told by example or range; "" = none."""


def _tag(
    kind: Kind,
    names: str,
    means: Colour | Align | Effect | FieldKind | None = None,
    wanted: str = "",
) -> Tag:
    return Tag(kind, tuple(names.split("|")), means, wanted)


_SECONDS: Final = "0.5–600 s"
_SPEED: Final = f"1–{MAX_SPEED_PX_S}"
_DATE: Final = "31/12/2026 23:59"

VOCABULARY: Final = (
    _tag(Kind.PAGE, "trang|page", wanted=_SECONDS),
    _tag(Kind.STAY, "giữ|stay", wanted=_SECONDS),
    _tag(Kind.COLOUR, "đỏ|màu đỏ|red", RED),
    _tag(Kind.COLOUR, "xanh|xanh lá|xanh lá cây|màu xanh|lục|green", GREEN),
    _tag(Kind.COLOUR, "vàng|màu vàng|yellow", YELLOW),
    _tag(Kind.COLOUR, "trắng|màu trắng|white", WHITE),
    _tag(Kind.COLOUR, "cam|màu cam|orange", ORANGE),
    _tag(Kind.COLOUR, "tím|màu tím|purple|violet", PURPLE),
    _tag(Kind.COLOUR, "lam|xanh dương|xanh lam|màu lam|blue", BLUE),
    _tag(Kind.COLOUR, "hồng|màu hồng|pink", PINK),
    _tag(Kind.COLOUR, "màu|colour|color", wanted="#ff8800"),
    _tag(Kind.FONT, "phông|font", wanted="0–9"),
    _tag(Kind.BLINK, "nháy|blink"),
    _tag(Kind.ALIGN, "trái|left", Align.LEFT),
    _tag(Kind.ALIGN, "giữa|center|centre", Align.CENTER),
    _tag(Kind.ALIGN, "phải|right", Align.RIGHT),
    _tag(Kind.EFFECT, "đứng|hold", Effect.HOLD, _SECONDS),
    _tag(Kind.SCROLL, "chạy trái|chạy|scroll left|scroll", Effect.SCROLL_LEFT, _SPEED),
    _tag(Kind.SCROLL, "chạy phải|scroll right", Effect.SCROLL_RIGHT, _SPEED),
    _tag(Kind.SCROLL, "chạy lên|scroll up", Effect.SCROLL_UP, _SPEED),
    _tag(Kind.SCROLL, "chạy xuống|scroll down", Effect.SCROLL_DOWN, _SPEED),
    _tag(Kind.EFFECT, "quét|wipe", Effect.WIPE),
    _tag(Kind.EFFECT, "nháy trang|blink page", Effect.BLINK),
    _tag(Kind.EFFECT, "hiện dần|fade", Effect.FADE),
    _tag(Kind.FIELD, "ngày|date", FieldKind.DATE),
    _tag(Kind.FIELD, "giờ|time", FieldKind.TIME),
    _tag(Kind.FIELD, "nhiệt độ|temperature", FieldKind.TEMPERATURE),
    _tag(Kind.COUNTDOWN, "đếm ngược|countdown", FieldKind.COUNTDOWN, _DATE),
)
"""Where two names are alike without accents, the earlier one has it."""


def key_of(name: str) -> str:
    """Return how a name is looked up: without case, spaces or hyphens."""
    return _JOINTS.sub("", name.casefold())


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _index(tags: tuple[Tag, ...]) -> dict[str, Tag]:
    right = {key_of(name): tag for tag in tags for name in tag.names}
    bare: dict[str, Tag] = {}
    for key, tag in right.items():
        bare.setdefault(_without_accents(key), tag)
    return bare | right


_JOINTS: Final = re.compile(r"[\s_-]+")
TAGS: Final = _index(VOCABULARY)
_STYLES: Final = frozenset({Kind.COLOUR, Kind.FONT, Kind.BLINK})
CLOSERS: Final = _index(tuple(tag for tag in VOCABULARY if tag.kind in _STYLES))
_SUGGESTIONS: Final = {name: tag for tag in VOCABULARY for name in tag.names}


def nearest_to(name: str) -> str:
    """Return the known name that looks most like this one; "" if none does."""
    name = name.casefold()[:MAX_TAG_CHARS]
    found = difflib.get_close_matches(name, _SUGGESTIONS, n=1)
    if not found:
        bare = {_without_accents(known): known for known in reversed(_SUGGESTIONS)}
        found = [
            bare[match] for match in difflib.get_close_matches(_without_accents(name), bare, n=1)
        ]
    return found[0] if found else ""


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
class Asked:
    """A tag as it stands in the text; `position` is that of its value where it has one."""

    tag: Tag
    name: str
    value: str
    position: int

    def refuse(self) -> NoReturn:
        """Raise BadTagValue."""
        wanted = self.tag.wanted or f"[{self.tag.names[0]}]"
        raise BadTagValue(
            f"[{self.name}] cannot take {self.value!r}: {wanted}",
            tag=self.name,
            value=self.value,
            wanted=wanted,
            position=self.position,
        )

    def refuse_value(self) -> None:
        """Refuse a value where the tag takes none."""
        if self.value:
            self.refuse()

    def seconds(self) -> float:
        """Return the value as seconds."""
        found = _SECONDS_TEXT.fullmatch(self.value)
        seconds = float(found[1].replace(",", ".")) if found else 0.0
        if not MIN_HOLD_S <= seconds <= MAX_HOLD_S:
            self.refuse()
        return seconds

    def speed_px_s(self) -> int | None:
        """Return the value as a speed; None when there is none."""
        if not self.value:
            return None
        speed_px_s = int(self.value) if _SPEED_TEXT.fullmatch(self.value) else 0
        if not 1 <= speed_px_s <= MAX_SPEED_PX_S:
            self.refuse()
        return speed_px_s

    def font(self) -> int:
        """Return the value as a font slot."""
        if not _FONT_TEXT.fullmatch(self.value):
            self.refuse()
        return int(self.value)

    def colour(self) -> Colour:
        """Return the colour the tag names, or that its value spells."""
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
        """Return the value as an instant, told by the wall clock of a zone."""
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
