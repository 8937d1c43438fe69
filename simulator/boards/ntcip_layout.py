"""How an NTCIP sign sets a MULTI message: pages of lines of spans, and graphics below them.

The rules are those of NTCIP 1203 section 6 as mnit-rtmc/ntcip renders them (src/dms/render.rs,
whose layout examples are in the tests): what is justified alike, in the same rectangle, belongs
together; between lines lies what `[nl]` names, or the average of the fonts' spacings, rounded up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from drivers.ntcip import multi
from drivers.ntcip.fonts import Character, Font
from drivers.ntcip.graphics import Graphic
from drivers.ntcip.multi import MultiRefused
from drivers.ntcip.objects import ColourScheme, MultiError
from playlists.text.frame import Bitmap, Colours, Depth, Frame, Geometry


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a message gets that does not say otherwise."""

    font: int = 1
    line: int = multi.CENTRE
    page: int = multi.MIDDLE
    on_ds: int = 30
    off_ds: int = 0
    colour: tuple[int, ...] = (255, 176, 0)


@dataclass(frozen=True, slots=True)
class Face:
    """A sign's LEDs, and what messages can refer to."""

    geometry: Geometry
    depth: Depth
    fonts: Mapping[int, Font]
    graphics: Mapping[int, Graphic]
    defaults: Defaults = Defaults()


@dataclass(frozen=True, slots=True)
class Page:
    """One picture of a message, and how long it stands and is dark."""

    frame: Frame
    on_ds: int
    off_ds: int


@dataclass(frozen=True, slots=True)
class _State:
    """What the tags so far make of the next text."""

    area: multi.TextArea
    font: Font
    page: int
    line: int
    colour: tuple[int, ...]
    char_spacing_px: int | None = None
    line_number: int = 0
    line_spacing_px: int | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """A text of one state, on one line."""

    state: _State
    letters: tuple[Character, ...] = ()

    @property
    def gap_px(self) -> int:
        own = self.state.char_spacing_px
        return self.state.font.char_spacing_px if own is None else own

    @property
    def width_px(self) -> int:
        gaps_px = self.gap_px * max(0, len(self.letters) - 1)
        return sum(letter.width_px for letter in self.letters) + gaps_px


def pages(message: bytes, face: Face) -> list[Page]:
    """Return what a message shows, page after page; MultiRefused says why a sign will not."""
    items = multi.parse(message)
    setter = _Setter(face)
    return [setter.page(page) for page in _split(items)]


def _split(items: Sequence[multi.Item]) -> Iterator[list[multi.Item]]:
    page: list[multi.Item] = []
    for item in items:
        if isinstance(item, multi.NewPage):
            yield page
            page = []
        else:
            page.append(item)
    yield page


class _Setter:
    """Sets page after page: colours, fonts and times last until they are changed."""

    def __init__(self, face: Face) -> None:
        self._face = face
        size, defaults = face.geometry, face.defaults
        self._whole = multi.TextArea(1, 1, size.width_px, size.height_px)
        font = _font(face, multi.UseFont())
        self._state = _State(self._whole, font, defaults.page, defaults.line, defaults.colour)
        self._on_ds, self._off_ds = defaults.on_ds, defaults.off_ds

    def page(self, items: Iterable[multi.Item]) -> Page:
        """Set one page."""
        size = self._face.geometry
        leds = np.zeros((size.height_px, size.width_px, 3), np.uint8)
        self._state = replace(self._state, area=self._whole, line_number=0, line_spacing_px=None)
        spans: list[_Span] = []
        for item in items:
            self._take(item, spans, leds)
        for _, block in groupby(spans, key=lambda span: (span.state.area, span.state.page)):
            _draw_block(list(block), leds)
        return Page(Frame.from_colours(leds, self._face.depth), self._on_ds, self._off_ds)

    def _take(  # noqa: C901 -- one case for each tag
        self, item: multi.Item, spans: list[_Span], leds: Colours
    ) -> None:
        state, defaults = self._state, self._face.defaults
        match item:
            case multi.Text():
                spans.append(_Span(state, _letters(item, state.font)))
            case multi.NewLine(spacing_px):
                self._new_line(spacing_px, spans)
            case multi.JustifyLine(where):
                if where not in {None, multi.LEFT, multi.CENTRE, multi.RIGHT}:
                    raise MultiRefused(MultiError.UNSUPPORTED_TAG_VALUE, item.at)
                self._state = replace(state, line=where or defaults.line)
            case multi.JustifyPage(where):
                self._state = replace(state, page=where or defaults.page, line_number=0)
            case multi.CharSpacing(spacing_px):
                self._state = replace(state, char_spacing_px=spacing_px)
            case multi.TextArea():
                self._state = replace(state, area=self._fitted(item), line_number=0)
            case multi.Picture():
                _draw_graphic(item, self._face, leds)
            case multi.UseFont():
                self._state = replace(state, font=_font(self._face, item))
            case multi.PageTime(on_ds, off_ds):
                self._on_ds = defaults.on_ds if on_ds is None else on_ds
                self._off_ds = defaults.off_ds if off_ds is None else off_ds
            case multi.Foreground(colour):
                self._state = replace(state, colour=_colour(item, colour or defaults.colour))

    def _new_line(self, spacing_px: int | None, spans: list[_Span]) -> None:
        state = self._state
        if not any(_same_line(span.state, state) for span in spans):
            spans.append(_Span(state))  # an empty line is as tall as its font
        self._state = replace(state, line_number=state.line_number + 1, line_spacing_px=spacing_px)

    def _fitted(self, area: multi.TextArea) -> multi.TextArea:
        size = self._face.geometry
        width_px = area.width_px or size.width_px - area.x + 1
        height_px = area.height_px or size.height_px - area.y + 1
        fits = area.x + width_px - 1 <= size.width_px and area.y + height_px - 1 <= size.height_px
        if min(area.x, area.y, width_px, height_px) < 1 or not fits:
            raise MultiRefused(MultiError.UNSUPPORTED_TAG_VALUE, area.at)
        return multi.TextArea(area.x, area.y, width_px, height_px)


def _same_line(one: _State, other: _State) -> bool:
    return (one.area, one.page, one.line_number) == (other.area, other.page, other.line_number)


def _font(face: Face, wanted: multi.UseFont) -> Font:
    font = face.fonts.get(wanted.number or face.defaults.font)
    if font is None:
        raise MultiRefused(MultiError.FONT_NOT_DEFINED, wanted.at)
    if wanted.version not in {None, font.version}:
        raise MultiRefused(MultiError.FONT_VERSION_ID, wanted.at)
    return font


def _letters(text: multi.Text, font: Font) -> tuple[Character, ...]:
    letters = []
    for place, number in enumerate(text.text):
        letter = font.character(number)
        if letter is None:
            raise MultiRefused(MultiError.CHARACTER_NOT_DEFINED, text.at + place)
        letters.append(letter)
    return tuple(letters)


def _colour(item: multi.Foreground, colour: tuple[int, ...]) -> tuple[int, ...]:
    channels = 3
    if len(colour) != channels:  # the ten colours of version 1 are not shown here
        raise MultiRefused(MultiError.UNSUPPORTED_TAG_VALUE, item.at)
    return colour


def _draw_graphic(item: multi.Picture, face: Face, leds: Colours) -> None:
    graphic = face.graphics.get(item.number)
    if graphic is None:
        raise MultiRefused(MultiError.GRAPHIC_NOT_DEFINED, item.at)
    if item.ident not in {None, graphic.ident}:
        raise MultiRefused(MultiError.GRAPHIC_ID, item.at)
    picture = graphic.frame().to_colours()
    rows, columns, _ = picture.shape
    top, left = item.y - 1, item.x - 1
    if min(top, left) < 0 or top + rows > leds.shape[0] or left + columns > leds.shape[1]:
        raise MultiRefused(MultiError.OTHER, item.at)  # there is no word for a graphic too big
    drawn = _drawn(graphic, picture)
    leds[top : top + rows, left : left + columns][drawn] = picture[drawn]


def _drawn(graphic: Graphic, picture: Colours) -> Bitmap:
    """Return which pixels of a graphic hide what lies below them."""
    if graphic.transparent is None:
        return np.ones(picture.shape[:2], np.bool_)
    if graphic.scheme == ColourScheme.RGB_24_BIT:
        clear = np.frombuffer(graphic.transparent.ljust(3, b"\0"), np.uint8)
        return np.asarray(np.any(picture != clear, axis=2))
    return np.asarray(np.any(picture, axis=2) != bool(graphic.transparent[0]))


def _draw_block(spans: list[_Span], leds: Colours) -> None:
    """Draw the lines that share a rectangle and a page justification."""
    area, page = spans[0].state.area, spans[0].state.page
    lines = [list(line) for _, line in groupby(spans, key=lambda span: span.state.line_number)]
    heights_px = [max(span.state.font.height_px for span in line) for line in lines]
    gaps_px = [0, *(_line_gap_px(above, below) for above, below in pairwise(lines))]
    free_px = area.height_px - sum(heights_px) - sum(gaps_px)
    if free_px < 0:
        raise MultiRefused(MultiError.TEXT_TOO_BIG, 0)
    y = area.y - 1 + {multi.TOP: 0, multi.MIDDLE: free_px // 2, multi.BOTTOM: free_px}[page]
    for line, height_px, gap_px in zip(lines, heights_px, gaps_px, strict=True):
        y += gap_px + height_px
        for _, group in groupby(line, key=lambda span: span.state.line):
            _draw_group(list(group), y, leds)


def _line_gap_px(above: list[_Span], below: list[_Span]) -> int:
    named_px = below[0].state.line_spacing_px
    if named_px is not None:
        return named_px
    own_px = [max(span.state.font.line_spacing_px for span in line) for line in (above, below)]
    return -(-sum(own_px) // 2)


def _draw_group(spans: list[_Span], base_y: int, leds: Colours) -> None:
    """Draw the spans of a line that are justified alike; `base_y` is the row below them."""
    area, line = spans[0].state.area, spans[0].state.line
    gaps_px = [0, *(_span_gap_px(before, after) for before, after in pairwise(spans))]
    free_px = area.width_px - sum(span.width_px for span in spans) - sum(gaps_px)
    if free_px < 0:
        raise MultiRefused(MultiError.TEXT_TOO_BIG, 0)
    x = area.x - 1 + {multi.LEFT: 0, multi.CENTRE: free_px // 2, multi.RIGHT: free_px}[line]
    for span, gap_px in zip(spans, gaps_px, strict=True):
        x += gap_px
        _draw_span(span, x, base_y, leds)
        x += span.width_px


def _span_gap_px(before: _Span, after: _Span) -> int:
    named_px = after.state.char_spacing_px
    return -(-(before.gap_px + after.gap_px) // 2) if named_px is None else named_px


def _draw_span(span: _Span, x: int, base_y: int, leds: Colours) -> None:
    height_px = span.state.font.height_px
    for letter in span.letters:
        place = leds[base_y - height_px : base_y, x : x + letter.width_px]
        place[letter.leds(height_px)] = span.state.colour
        x += letter.width_px + span.gap_px
