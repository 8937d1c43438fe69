"""Layout: which words stand where on a board of a given size, and what moves.

A page that fits after word wrap stands still. One that does not scrolls as one line, unless the
operator wished it to stand: then it becomes several pages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playlists.errors import BadBytes
from playlists.text import lines
from playlists.text.document import PLAIN, Align, Document, Effect, Line, Sheet, Words
from playlists.text.font import Font
from playlists.text.fontbook import BUILT_IN, FontBook
from playlists.text.frame import MAX_SIDE_PX, Colour, Depth, Geometry
from playlists.text.lines import Row, Word
from playlists.text.refusals import (
    EmptyText,
    GlyphMissing,
    TextTooLong,
    TextTooTall,
    TextTooWide,
    TooManyFields,
)
from playlists.text.scene import (
    MAX_FIELDS,
    MAX_LETTERS,
    MAX_PAGE_DURATION_MS,
    MAX_PAGES,
    MAX_SCENE_BYTES,
    Entry,
    Motion,
    page_bytes,
    scroll_duration_ms,
    size_bytes,
)
from playlists.text.setting import Box, Plate, Run, Setting
from playlists.text.stack import Level, Stack

DEFAULT_SPEED_PX_S: Final = 40
UPWARD_SLOWDOWN: Final = 4
"""Lines that rise are read one after the other: at the speed of a sideways scroll none could be."""
SHORTEST_HOLD_S: Final = 5.0
READ_ALOUD_PER_S: Final = 3.3
"""Syllables; 200 a minute is the pace of Vietnamese news readers."""
AUTO_SLOTS: Final = (9, 8, 7, 4, 6, 3, 2, 1, 0)
"""Tried in this order. The bold 16-row font is for those who ask for it."""
LEGIBLE_ROWS: Final = 12
"""Smaller letters are chosen only where no larger ones fit the board: they are misread too often
(`make bench` prints how often)."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set where its markup does not say.

    `font` None = the largest that lets it stand still. `hold_s` None = as long as it takes to read.
    """

    font: int | None = None
    align: Align = Align.CENTER
    speed_px_s: int = DEFAULT_SPEED_PX_S
    hold_s: float | None = None
    colour: Colour | None = None
    effect: Effect | None = None


class _Board:
    """What one page is set on."""

    def __init__(
        self,
        geometry: Geometry,
        depth: Depth,
        style: Style,
        max_strip_px: int,
        book: FontBook,
    ) -> None:
        self.geometry = geometry
        self.depth = depth
        self.style = style
        self.max_strip_px = max_strip_px
        self.book = book


def lay_out(
    document: Document,
    geometry: Geometry,
    style: Style,
    *,
    max_strip_px: int,
    depth: Depth = Depth.MONO,
    zone: str = "",
    book: FontBook = BUILT_IN,
) -> Setting:
    """Set a document on a board.

    `max_strip_px` is the widest strip the board takes; a longer line becomes several pages, cut
    between words, or inside a word that is wider than that. Raises leaves of ContentRefused:
    EmptyText, TextTooTall, TextTooWide, GlyphMissing, UnknownFont, TextTooLong, TooManyFields;
    BadBytes for a board too large for any scene.
    """
    leds = geometry.width_px * geometry.height_px
    if leds > MAX_SCENE_BYTES and page_bytes(geometry.width_px, geometry.height_px) > (
        MAX_SCENE_BYTES
    ):
        raise BadBytes("geometry", f"one picture of {geometry} LEDs is too large for a scene")
    board = _Board(geometry, depth, style, max_strip_px, book)
    plates = [plate for sheet in document.sheets for plate in _plates(sheet, board)]
    if not any(plate.runs or plate.boxes for plate in plates):
        raise EmptyText("there is no text to show")
    for plate in plates:
        if plate.boxes:
            _refuse_many_fields(plate)
    if len(plates) > 1 or plates[0].width_px * plates[0].height_px > MAX_SCENE_BYTES:
        _refuse_too_long(plates)
    return Setting(geometry, depth, zone, tuple(plates))


def opening(
    document: Document, geometry: Geometry, style: Style, *, max_strip_px: int, book: FontBook
) -> tuple[str, Font] | None:
    """Return the text and font of one plain line that is certainly too long to stand.

    For previews: nothing beside the board is set. None when only setting it all can tell, and
    when that would refuse something.
    """
    sheet = document.sheets[0]
    if sheet.effect is not None or style.effect is not None or style.font is None:
        return None
    text, font = _only_text(document), book.load(style.font)
    if font.rows > geometry.height_px or not font.drawn.issuperset(text):
        return None
    longest_px = _longest_px(geometry, max_strip_px, style.speed_px_s)
    is_one_strip = len(text) * font.widest_px <= longest_px
    if is_one_strip and len(text) * font.narrowest_px > _most_px(font, geometry):
        return text, font
    return None


def _only_text(document: Document) -> str:
    """Return the text of a document that is one plain line spaced as it will be drawn, or ""."""
    sheet = document.sheets[0]
    if len(document.sheets) == 1 and len(sheet.lines) == 1 and len(sheet.lines[0].parts) == 1:
        (part,) = sheet.lines[0].parts
        if isinstance(part, Words) and part.look is PLAIN:
            text = part.text
            return text if "  " not in text and text.strip() == text else ""
    return ""


def _refuse_many_fields(plate: Plate) -> None:
    if len(plate.boxes) > MAX_FIELDS or len({box.font.slot for box in plate.boxes}) > MAX_LETTERS:
        raise TooManyFields(
            f"at most {MAX_FIELDS} live fields in {MAX_LETTERS} fonts on a page",
            limit=MAX_FIELDS,
            font_limit=MAX_LETTERS,
        )


def _plates(sheet: Sheet, board: _Board) -> list[Plate]:
    effect = board.style.effect if sheet.effect is None else sheet.effect
    fonts = candidates(board.geometry, board.style, board.book)
    match effect:
        case None:
            standing = _standing(sheet, fonts, board, Effect.HOLD)
            return [standing] if standing else _sideways(sheet, fonts[0], board, Motion.SCROLL_LEFT)
        case Effect.SCROLL_LEFT:
            return _sideways(sheet, fonts[0], board, Motion.SCROLL_LEFT)
        case Effect.SCROLL_RIGHT:
            return _sideways(sheet, fonts[0], board, Motion.SCROLL_RIGHT)
        case Effect.SCROLL_UP:
            return _upright(sheet, fonts, board, Motion.SCROLL_UP)
        case Effect.SCROLL_DOWN:
            return _upright(sheet, fonts, board, Motion.SCROLL_DOWN)
        case _:
            standing = _standing(sheet, fonts, board, effect)
            return [standing] if standing else _paged(sheet, fonts, board, effect)


def candidates(geometry: Geometry, style: Style, book: FontBook) -> list[Font]:
    """Return the fonts to try, the largest first; TextTooTall when the wished one cannot stand."""
    height_px = geometry.height_px
    if style.font is not None:
        wished = [book.load(style.font)]
    else:
        wished = [book.load(slot) for slot in AUTO_SLOTS]
    usable = [font for font in wished if font.rows <= height_px]
    if not usable:
        _refuse_too_tall(min(wished, key=lambda font: font.rows), geometry, book)
    return [font for font in usable if font.rows >= LEGIBLE_ROWS] or usable


def _refuse_too_tall(font: Font, geometry: Geometry, book: FontBook) -> None:
    fitting = [slot for slot in book.slots() if book.load(slot).rows <= geometry.height_px]
    raise TextTooTall(
        f"font {font.slot} has {font.rows} rows, the board {geometry.height_px}",
        rows=font.rows,
        height_px=geometry.height_px,
        font=font.slot,
        fitting=fitting,
    )


def _standing(sheet: Sheet, fonts: Sequence[Font], board: _Board, effect: Effect) -> Plate | None:
    """Return the page in the largest font in which it stands on the board; None when none does."""
    for font in fonts:
        if _certainly_too_long(sheet, font, board):
            continue
        stack = Stack(_wrapped(sheet, font, board))
        if stack.fits(board.geometry):
            return _still(stack, sheet, board, effect)
    return None


def _certainly_too_long(sheet: Sheet, font: Font, board: _Board) -> bool:
    """Say so from the letters' advances alone: breaking lines costs ten times as much."""
    plain_px = 0
    for line in sheet.lines:
        for part in line.parts:
            if not isinstance(part, Words) or part.look.font is not None:
                return False
            plain_px += _advance_px(part, font)
    return plain_px > _most_px(font, board.geometry)


def _most_px(font: Font, geometry: Geometry) -> int:
    """Return what all lines of a board hold, with the spaces at their ends, which are not drawn."""
    lines_of_board = (geometry.height_px + font.gap_px) // (font.rows + font.gap_px)
    return lines_of_board * (geometry.width_px + font.advance_px(" "))


def _advance_px(part: Words, font: Font) -> int:
    """Return a part's width; the letter that is missing has its place in the whole text."""
    try:
        return font.advance_px(part.text)
    except GlyphMissing as exc:
        raise font.missing(part.text, str(exc.facts["letter"]), part.position) from None


def _wrapped(sheet: Sheet, font: Font, board: _Board, *, cut: bool = False) -> list[Level]:
    levels: list[Level] = []
    limit_px = board.geometry.width_px
    for line in sheet.lines:
        words: Iterable[Word] = lines.words_of(line, font, board.book)
        rows = lines.rows_of(lines.cut_to(words, limit_px) if cut else words, limit_px)
        align = board.style.align if line.align is None else line.align
        levels.extend(Level(row, align) for row in rows)
        if not rows:
            levels.append(Level(None, align))
    return levels


def _still(stack: Stack, sheet: Sheet, board: _Board, effect: Effect) -> Plate:
    geometry, depth = board.geometry, board.depth
    top_px = (geometry.height_px - stack.height_px) // 2
    runs, boxes = stack.placed(top_px, geometry.width_px, board.style.colour)
    if effect is Effect.BLINK:
        runs = [run._replace(blink=True) for run in runs]
        boxes = [box._replace(blink=True) for box in boxes]
    entry = Entry.WIPE if effect is Effect.WIPE else Entry.CUT
    if effect is Effect.FADE and depth is Depth.RGB:
        entry = Entry.FADE
    words = " ".join(run.text for run in runs)
    return Plate(
        geometry.width_px,
        geometry.height_px,
        tuple(runs),
        tuple(boxes),
        Motion.HOLD,
        _hold_ms(words, sheet, board.style),
        entry=entry,
    )


def _hold_ms(words: str, sheet: Sheet, style: Style) -> int:
    wished_s = style.hold_s if sheet.hold_s is None else sheet.hold_s
    if wished_s is None:
        wished_s = max(SHORTEST_HOLD_S, read_aloud_s(words))
    return min(round(wished_s * 1000), MAX_PAGE_DURATION_MS)


def read_aloud_s(words: str) -> float:
    """Return how long somebody needs to read a text aloud; digits are said one by one."""
    syllables = sum(max(1, sum(map(str.isdigit, word))) for word in words.split())
    return syllables / READ_ALOUD_PER_S


def _paged(sheet: Sheet, fonts: Sequence[Font], board: _Board, effect: Effect) -> list[Plate]:
    """Return as many standing pages as the lines need."""
    font = _wide_enough(sheet, fonts, board)
    pages: list[list[Level]] = []
    for level in _wrapped(sheet, font, board, cut=True):
        _refuse_misfit(level.row, board)
        if not pages or Stack([*pages[-1], level]).height_px > board.geometry.height_px:
            pages.append([])
        pages[-1].append(level)
    return [_still(Stack(levels), sheet, board, effect) for levels in pages]


def _wide_enough(sheet: Sheet, fonts: Sequence[Font], board: _Board) -> Font:
    """Return the largest font in which no word need be cut, or else the smallest."""
    limit_px = board.geometry.width_px
    for font in fonts:
        words = (word for line in sheet.lines for word in lines.words_of(line, font, board.book))
        if all(lines.width_px(word) <= limit_px for word in words):
            return font
    return fonts[-1]


def _refuse_misfit(row: Row | None, board: _Board) -> None:
    """Refuse a row that stands out of the board though its words were cut to it."""
    if row is None:
        return
    pieces = [piece for word in row.words for piece in word]
    if row.height_px > board.geometry.height_px:
        tallest = max((piece.font for piece in pieces), key=lambda font: font.rows)
        _refuse_too_tall(tallest, board.geometry, board.book)
    if row.width_px > board.geometry.width_px:
        widest = max(pieces, key=lambda piece: piece.width_px)
        what = widest.field.kind.value if widest.field else widest.text
        raise TextTooWide(
            f"{what} is {widest.width_px} LEDs wide, the board {board.geometry.width_px}",
            what=what,
            width_px=widest.width_px,
            board_px=board.geometry.width_px,
        )


def _upright(sheet: Sheet, fonts: Sequence[Font], board: _Board, motion: Motion) -> list[Plate]:
    """Return one strip as wide as the board, on which all lines stand below each other."""
    geometry = board.geometry
    stack = Stack(_wrapped(sheet, _wide_enough(sheet, fonts, board), board, cut=True))
    rows = [level.row for level in stack.levels]
    for row in rows:
        _refuse_misfit(row, board)
    height_px = stack.height_px
    speed_px_s = sheet.speed_px_s or max(board.style.speed_px_s // UPWARD_SLOWDOWN, 1)
    duration_ms = scroll_duration_ms(height_px, geometry.height_px, speed_px_s)
    if duration_ms > MAX_PAGE_DURATION_MS or height_px > MAX_SIDE_PX:
        raise _too_long(sheet, len(rows) * MAX_PAGE_DURATION_MS // duration_ms, rows)
    runs, boxes = stack.placed(0, geometry.width_px, board.style.colour)
    return [
        Plate(
            geometry.width_px,
            height_px,
            tuple(runs),
            tuple(boxes),
            motion,
            duration_ms,
            speed_px_s,
        )
    ]


def _sideways(sheet: Sheet, font: Font, board: _Board, motion: Motion) -> list[Plate]:
    """Return one strip, or several where the board or the page's longest time needs them."""
    speed_px_s = sheet.speed_px_s or board.style.speed_px_s
    longest_px = _longest_px(board.geometry, board.max_strip_px, speed_px_s)
    words = [word for line in sheet.lines for word in lines.words_of(line, font, board.book)]
    rows = lines.rows_of(lines.cut_to(words, longest_px), longest_px)
    plates = []
    for number, row in enumerate(rows):
        if row.height_px > board.geometry.height_px:
            _refuse_misfit(row, board)
        if row.width_px > longest_px:  # a single letter takes longer than a page may
            raise _too_long(sheet, number, rows)
        stack = Stack([Level(row, Align.LEFT)])
        top_px = (board.geometry.height_px - stack.height_px) // 2
        runs, boxes = stack.placed(top_px, row.width_px, board.style.colour)
        plates.append(_passing(row.width_px, tuple(runs), tuple(boxes), board, motion, speed_px_s))
    return plates or [_still(Stack([]), sheet, board, Effect.HOLD)]


def _longest_px(geometry: Geometry, max_strip_px: int, speed_px_s: int) -> int:
    """Return the widest strip the board takes and a page has the time for."""
    in_time_px = MAX_PAGE_DURATION_MS * speed_px_s // 1000 - geometry.width_px
    return min(max_strip_px, MAX_SIDE_PX, in_time_px)


def _passing(  # noqa: PLR0917 -- on the way of every message
    width_px: int,
    runs: tuple[Run, ...],
    boxes: tuple[Box, ...],
    board: _Board,
    motion: Motion,
    speed_px_s: int,
) -> Plate:
    geometry = board.geometry
    duration_ms = scroll_duration_ms(width_px, geometry.width_px, speed_px_s)
    return Plate(width_px, geometry.height_px, runs, boxes, motion, duration_ms, speed_px_s)


def _too_long(sheet: Sheet, fitting: int, rows: Sequence[Row | None]) -> TextTooLong:
    said = [_said(row) for row in rows]
    length = sum(len(part.text) for line in sheet.lines for part in _words(line))
    return _refusal(length, len(" ".join(said[:fitting])))


def _words(line: Line) -> Iterator[Words]:
    return (part for part in line.parts if isinstance(part, Words))


def _said(row: Row | None) -> str:
    words = row.words if row is not None else ()
    return " ".join("".join(piece.text for piece in word) for word in words)


def _refusal(length: int, limit: int) -> TextTooLong:
    return TextTooLong(
        f"{length} characters; this board takes {limit} at this size and speed",
        length=length,
        limit=limit,
    )


def _refuse_too_long(plates: Sequence[Plate]) -> None:
    """Refuse more pages, or more bytes, than one scene holds, with the length that would do."""
    fitting = 0
    sizes = [page_bytes(plate.width_px, plate.height_px) for plate in plates]
    for count in range(min(len(plates), MAX_PAGES), 0, -1):
        if size_bytes(sizes[:count]) <= MAX_SCENE_BYTES:
            fitting = count
            break
    if fitting < len(plates):
        said = [" ".join(run.text for run in plate.runs) for plate in plates]
        raise _refusal(len(" ".join(said)), len(" ".join(said[:fitting])))
