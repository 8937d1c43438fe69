"""How the values of an alert are written in XML: one small form for each, both directions. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol

from lxml import etree

from controller.emergency.alert import Circle, Pair, Reference
from playlists.schedule.zones import MAX_LON_DEG, Place

NOT_IN_NAMES: Final = frozenset(",<&")
"""Nor white space: references are lists of names."""
MAX_POINTS: Final = 10_000
MAX_REFERENCES: Final = 200
MIN_CORNERS: Final = 4
"""A triangle, closed."""
MAX_RADIUS_KM: Final = 20_038.0
"""Half of the equator."""
_MAX_LAT_DEG: Final = 90.0
_MAX_DIGITS: Final = 18
_NUMBER: Final = r"[+-]?(?:\d{1,6}(?:\.\d{0,20})?|\.\d{1,20})"
_POINT: Final = re.compile(rf"({_NUMBER}),({_NUMBER})", re.ASCII)
_CIRCLE: Final = re.compile(rf"({_NUMBER}),({_NUMBER})\s+({_NUMBER})", re.ASCII)


class Unreadable(Exception):
    """A value that the standard does not allow; the text says which, and why."""


class Shape(Protocol):
    """Something that an element holds."""

    def read(self, element: Any) -> Any:
        """Return the value of an element; Unreadable."""

    def fill(self, element: Any, value: Any) -> None:
        """Write a value into a new element."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that is a text."""

    parse: Callable[[str], Any]
    spell: Callable[[Any], str]

    def read(self, element: Any) -> Any:
        """Return the value of an element; Unreadable."""
        return self.parse(element.text or "")

    def fill(self, element: Any, value: Any) -> None:
        """Write a value into a new element."""
        element.text = self.spell(value)


@dataclass(frozen=True, slots=True)
class Slot:
    """An element inside another: its tag, which field it is, what it holds."""

    tag: str
    field: str
    shape: Shape
    many: bool = False
    needed: bool = False
    """It stands also when it is empty."""

    def values(self, whole: Any) -> Iterable[Any]:
        """Return what of a whole is to be written here."""
        value = getattr(whole, self.field)
        if self.many:
            return tuple(value)
        return (value,) if self.needed or value not in {None, "", ()} else ()


class Form:
    """An element that holds others: a dataclass, field by field."""

    def __init__(self, makes: Callable[..., Any], *slots: Slot) -> None:
        self._makes = makes
        self._slots = {slot.tag: slot for slot in slots}

    def fields(self, element: Any) -> dict[str, Any]:
        """Return the fields that an element has; Unreadable."""
        found: dict[str, Any] = {}
        for child in element:
            name = etree.QName(child).localname
            slot = self._slots.get(name) if etree.QName(child).namespace == _of(element) else None
            if slot is None:
                continue
            value = slot.shape.read(child)
            found[slot.field] = (*found.get(slot.field, ()), value) if slot.many else value
        return found

    def read(self, element: Any) -> Any:
        """Return the value of an element; Unreadable."""
        return self._makes(**self.fields(element))

    def fill(self, element: Any, value: Any) -> None:
        """Write a value into a new element."""
        for slot in self._slots.values():
            for one in slot.values(value):
                child = etree.SubElement(element, f"{{{_of(element)}}}{slot.tag}")
                slot.shape.fill(child, one)


def one_of(words: type[StrEnum]) -> Leaf:
    """Return the form of a word from a list; the schema has seen that it is one."""
    return Leaf(words, str)


def spell_time(at: datetime) -> str:
    """Spell an instant as the standard wants it: whole seconds, and UTC as -00:00."""
    spelled = at.replace(microsecond=0).isoformat()
    return spelled.removesuffix("+00:00") + "-00:00" if spelled.endswith("+00:00") else spelled


def _parse_time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
        at.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise Unreadable(f"{text[:40]} is no time") from exc
    if at.tzinfo is None:
        raise Unreadable(f"{text[:40]} has no time zone")
    return at


def _line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> str:
    return "\n".join(map(_line, text.splitlines())).strip("\n")


def _parse_decimal(text: str) -> Decimal:
    text = text.strip()
    if len(text) > _MAX_DIGITS:
        raise Unreadable(f"{text[:40]} is too long a number")
    return Decimal(text)


def _parse_size(text: str) -> int:
    text = text.strip()
    if len(text) > _MAX_DIGITS:
        raise Unreadable(f"{text[:40]} is too long a number")
    return int(text)


def _parse_polygon(text: str) -> tuple[Place, ...]:
    words = text.split()
    if len(words) > MAX_POINTS:
        raise Unreadable(f"{len(words)} corners, at most {MAX_POINTS}")
    corners = tuple(_place(_POINT.fullmatch(word), word) for word in words)
    if len(corners) < MIN_CORNERS or corners[0] != corners[-1]:
        raise Unreadable("a polygon has four corners at least, and its last is its first")
    return corners


def _parse_circle(text: str) -> Circle:
    found = _CIRCLE.fullmatch(text.strip())
    middle = _place(found, text)
    radius_km = float(found[3]) if found else -1.0
    if not 0 <= radius_km <= MAX_RADIUS_KM:
        raise Unreadable(f"{text[:40]} is no circle")
    return Circle(middle, radius_km)


def _place(found: re.Match[str] | None, text: str) -> Place:
    if found is not None:
        place = Place(float(found[1]), float(found[2]))
        if abs(place.lat_deg) <= _MAX_LAT_DEG and abs(place.lon_deg) <= MAX_LON_DEG:
            return place
    raise Unreadable(f"{text[:40]} is no place on earth")


def _spell_place(place: Place) -> str:
    return f"{_number(place.lat_deg)},{_number(place.lon_deg)}"


def _number(value: float) -> str:
    return f"{value:.7f}".rstrip("0").rstrip(".")


def _parse_references(text: str) -> tuple[Reference, ...]:
    words = text.split()
    if len(words) > MAX_REFERENCES:
        raise Unreadable(f"{len(words)} references, at most {MAX_REFERENCES}")
    return tuple(map(_reference, words))


def _reference(word: str) -> Reference:
    parts = word.split(",")
    if len(parts) != len(Reference._fields) or not all(parts):
        raise Unreadable(f"{word[:80]} is no reference: sender,identifier,sent")
    return Reference(parts[0], parts[1], _parse_time(parts[2]))


def _spell_references(references: Iterable[Reference]) -> str:
    return " ".join(f"{one.sender},{one.identifier},{spell_time(one.sent)}" for one in references)


TEXT: Final = Leaf(_line, str)
LINES: Final = Leaf(_lines, str)
TIME: Final = Leaf(_parse_time, spell_time)
DECIMAL: Final = Leaf(_parse_decimal, lambda value: format(value, "f"))
SIZE: Final = Leaf(_parse_size, str)
POLYGON: Final = Leaf(_parse_polygon, lambda corners: " ".join(map(_spell_place, corners)))
CIRCLE: Final = Leaf(
    _parse_circle, lambda circle: f"{_spell_place(circle.middle)} {_number(circle.radius_km)}"
)
REFERENCES: Final = Leaf(_parse_references, _spell_references)
PAIR: Final = Form(
    Pair,
    Slot("valueName", "name", TEXT, needed=True),
    Slot("value", "value", TEXT, needed=True),
)


def _of(element: Any) -> str | None:
    return etree.QName(element).namespace
