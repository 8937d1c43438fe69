"""Documents: what a text says and how it shall look, before any board is known.

`markup` reads one from what an operator typed; `layout` sets one on a board. All of it is tuples:
immutable, hashable, and made in half the time that frozen dataclasses take.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from playlists.text.frame import Colour


class Align(StrEnum):
    """Where lines stand on the board."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Effect(StrEnum):
    """How a page comes, stands and goes. Speeds in LEDs per second go with the scrolls."""

    HOLD = "hold"
    SCROLL_LEFT = "scroll-left"
    SCROLL_RIGHT = "scroll-right"
    SCROLL_UP = "scroll-up"
    SCROLL_DOWN = "scroll-down"
    WIPE = "wipe"
    BLINK = "blink"
    FADE = "fade"


class FieldKind(StrEnum):
    """What a board fills in by itself when it shows the page."""

    DATE = "date"
    TIME = "time"
    COUNTDOWN = "countdown"
    TEMPERATURE = "temperature"


class Look(NamedTuple):
    """How a stretch of text is drawn. None = as the message says."""

    font: int | None = None
    colour: Colour | None = None
    blink: bool = False


PLAIN: Final = Look()


class Words(NamedTuple):
    """A stretch of text without line ends. `position` is that of its first letter, from 1."""

    text: str
    look: Look = PLAIN
    position: int = 1


class LiveField(NamedTuple):
    """A place for a date, a time, a countdown or a temperature. `target` only for countdowns."""

    kind: FieldKind
    look: Look = PLAIN
    target: datetime | None = None
    position: int = 1


Part = Words | LiveField


class Line(NamedTuple):
    """Parts side by side; ends where the operator ended it. `align` None = as the message says."""

    parts: tuple[Part, ...] = ()
    align: Align | None = None


class Sheet(NamedTuple):
    """One page as the operator wrote it. None = as the message says, or as the board needs."""

    lines: tuple[Line, ...] = (Line(),)
    hold_s: float | None = None
    effect: Effect | None = None
    speed_px_s: int | None = None


class Document(NamedTuple):
    """What is to be set."""

    sheets: tuple[Sheet, ...] = (Sheet(),)
