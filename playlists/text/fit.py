"""Does it fit? If not, what would: smaller letters, a scroll, several pages."""

from dataclasses import dataclass, replace
from enum import StrEnum

from playlists.text import layout
from playlists.text.document import Document, Effect, Words
from playlists.text.fontbook import BUILT_IN, FontBook
from playlists.text.frame import Geometry
from playlists.text.layout import Style
from playlists.text.refusals import TextTooLong, TextTooTall
from playlists.text.scene import Motion
from playlists.text.setting import Setting


class Way(StrEnum):
    """How a text that does not stand on a board could be shown."""

    SMALLER = "smaller"
    SCROLL = "scroll"
    PAGES = "pages"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way, in which font, in how many pages, and how long one round takes."""

    way: Way
    font: int
    pages: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether every page stands still as wished; the font it would get; ways out if not."""

    stands: bool
    font: int
    pages: int
    duration_ms: int
    read_aloud_s: float
    suggestions: tuple[Suggestion, ...]


def fit(
    document: Document,
    geometry: Geometry,
    style: Style,
    *,
    max_strip_px: int,
    book: FontBook = BUILT_IN,
) -> Fit:
    """Answer for one board. Raises what layout raises of the text as it is wished."""

    def set_as(wish: Style) -> Setting | None:
        """Set it in another way; None when that way cannot be."""
        try:
            return layout.lay_out(document, geometry, wish, max_strip_px=max_strip_px, book=book)
        except (TextTooLong, TextTooTall):
            return None

    wished = layout.lay_out(document, geometry, style, max_strip_px=max_strip_px, book=book)
    stands = _stands(wished, document)
    others: list[tuple[Way, Setting | None]] = []
    if not stands:
        smaller = (set_as(replace(style, font=slot)) for slot in _smaller(wished, geometry, book))
        standing = (one for one in smaller if one is not None and _stands(one, document))
        others = [
            (Way.SMALLER, next(standing, None)),
            (Way.SCROLL, set_as(replace(style, effect=Effect.SCROLL_LEFT))),
            (Way.PAGES, set_as(replace(style, effect=Effect.HOLD))),
        ]
    return Fit(
        stands=stands,
        font=_font(wished),
        pages=len(wished.plates),
        duration_ms=_duration_ms(wished),
        read_aloud_s=layout.read_aloud_s(_words(document)),
        suggestions=tuple(
            Suggestion(way, _font(one), len(one.plates), _duration_ms(one))
            for way, one in others
            if one is not None
        ),
    )


def _stands(setting: Setting, document: Document) -> bool:
    """Say whether nothing moves and no page had to be divided."""
    is_still = all(plate.motion is Motion.HOLD for plate in setting.plates)
    return is_still and len(setting.plates) == len(document.sheets)


def _smaller(wished: Setting, geometry: Geometry, book: FontBook) -> list[int]:
    """Return the slots with fewer rows than the text would get, the largest first."""
    rows = book.load(_font(wished)).rows
    fitting = [slot for slot in layout.AUTO_SLOTS if book.load(slot).rows <= geometry.height_px]
    return [slot for slot in fitting if book.load(slot).rows < rows]


def _font(setting: Setting) -> int:
    """Return the slot of the largest letters."""
    fonts = [run.font for plate in setting.plates for run in plate.runs]
    fonts += [box.font for plate in setting.plates for box in plate.boxes]
    return max(fonts, key=lambda font: font.rows).slot


def _duration_ms(setting: Setting) -> int:
    return sum(plate.duration_ms for plate in setting.plates)


def _words(document: Document) -> str:
    parts = (part for sheet in document.sheets for line in sheet.lines for part in line.parts)
    return " ".join(part.text for part in parts if isinstance(part, Words))
