"""The raster: what was laid out becomes lit and dark LEDs.

A line is its letters' columns one after the other, one byte per LED. Eight columns make one column
of packed bytes: the bytes of the first times 128, of the second times 64, and so on, added. Eight
rows stand in one 64-bit word, so one product of a weight vector with all words packs the whole
line; no step depends on what lies beside the window.
"""

from typing import Final

import numpy as np

from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters
from playlists.text.font import WORD_PX, Font
from playlists.text.frame import AMBER, WHITE, Bitmap, Colour, Depth, Frame, Geometry
from playlists.text.moment import readable_ms
from playlists.text.scene import Entry, Motion, Page, Scene
from playlists.text.setting import Box, Plate, Run, Setting
from playlists.text.strip import DARK_INK, Indices, Ink, Strip

_WEIGHTS: Final = np.array([128, 64, 32, 16, 8, 4, 2, 1], np.uint64)
_WORD: Final = np.dtype(np.uint64)
_BYTE: Final = np.dtype(np.uint8)
_SPARE_LETTERS: Final = 8
"""More than the average fills a window in nearly every text; a second look-up is rare."""

ENTRY_MS: Final = 600
"""How long a page takes to be wiped or faded in."""
FIELD_LETTERS: Final = "0123456789:/-°C ngày"

# Looked up once: a line of text costs less than ten calls.
_array: Final = np.ndarray
_product: Final = np.dot


def line(text: str, font: Font) -> Bitmap:
    """Draw one line, `font.rows` tall and as wide as its letters; GlyphMissing names a letter.

    Shape (rows, columns). No letter is ever dropped or replaced.
    """
    columns = np.frombuffer(font.columns(text), np.uint8).reshape(-1, font.column_bytes)
    return np.ascontiguousarray(columns[:, : font.rows].T).view(np.bool_)


def strip(text: str, font: Font, height_px: int) -> Frame:
    """Draw one line, vertically centred on a strip as tall as a board."""
    columns = font.columns(text)
    width_px = len(columns) // font.column_bytes
    return Frame(width_px, height_px, _packed(columns, font, width_px, height_px))


def window(text: str, font: Font, width_px: int, geometry: Geometry) -> bytes:
    """Return the bytes of the frame a board shows of a line that begins at its left edge.

    `width_px` is the line's advance, which layout knows. Only letters under the window are looked
    at; the line stands vertically centred.
    """
    board_px = geometry.width_px
    wanted_bytes = board_px * font.column_bytes
    count = board_px * len(text) // (width_px or 1) + _SPARE_LETTERS
    columns = font.columns(text[:count])
    while len(columns) < wanted_bytes and count < len(text):
        count *= 2
        columns = font.columns(text[:count])
    return _packed(columns, font, board_px, geometry.height_px)


def _packed(columns: bytes, font: Font, width_px: int, height_px: int) -> bytes:
    """Pack the first `width_px` columns into a frame's bytes; what is missing is dark."""
    column_bytes, rows = font.column_bytes, font.rows
    stride_bytes = (width_px + 7) // 8
    missing_bytes = stride_bytes * WORD_PX * column_bytes - len(columns)
    if missing_bytes > 0:
        columns += bytes(missing_bytes)
    words = _array((stride_bytes, WORD_PX, column_bytes // WORD_PX), _WORD, columns)
    packed = _product(_WEIGHTS, words)
    drawn = _array((rows, stride_bytes), _BYTE, packed, 0, (1, column_bytes)).tobytes()
    above = (height_px - rows) // 2
    below = height_px - rows - above
    spare_bits = -width_px % 8
    if spare_bits and missing_bytes < 0:
        drawn = _trimmed(drawn, stride_bytes, spare_bits)
    return bytes(above * stride_bytes) + drawn + bytes(below * stride_bytes)


def _trimmed(drawn: bytes, stride_bytes: int, spare_bits: int) -> bytes:
    """Darken what stands beyond the right edge in each row's last byte."""
    rows = np.frombuffer(drawn, np.uint8).reshape(-1, stride_bytes).copy()
    rows[:, -1] &= 0xFF << spare_bits & 0xFF
    return rows.tobytes()


def scene(setting: Setting) -> Scene:
    """Draw all pages of a setting: the asset a board gets."""
    pages = tuple(_page(plate, setting) for plate in setting.plates)
    has_fields = any(plate.boxes for plate in setting.plates)
    zone = setting.zone if has_fields else ""
    return Scene(setting.geometry, pages, setting.depth, zone)


def glimpse(setting: Setting) -> Frame:
    """Draw the one picture that tells most: the first page, a scroll where its text begins."""
    plate = setting.plates[0]
    run = _plain_run(plate, setting.depth)
    if run is not None and plate.motion is Motion.SCROLL_LEFT:
        board = setting.geometry
        drawn = window(run.text, run.font, run.width_px, board)
        return Frame(board.width_px, board.height_px, drawn)
    first = scene(setting._replace(plates=(plate,)))
    return first.frame_at(readable_ms(first))


def _plain_run(plate: Plate, depth: Depth) -> Run | None:
    """Return the only run of a page that needs no palette and stands centred."""
    if depth is not Depth.MONO or len(plate.runs) != 1 or plate.boxes:
        return None
    (run,) = plate.runs
    is_centred = run.y_px == (plate.height_px - run.font.rows) // 2
    return run if is_centred and run.x_px == 0 and not run.blink else None


def _page(plate: Plate, setting: Setting) -> Page:
    run = _plain_run(plate, setting.depth)
    if run is not None and run.width_px == plate.width_px:
        drawn = Strip.of(strip(run.text, run.font, plate.height_px))
        return Page(drawn, plate.motion, plate.duration_ms, plate.speed_px_s)
    palette = _palette(plate, setting.depth)
    fields, letters = _fields(plate.boxes, palette, setting.depth)
    entry_ms = 0 if plate.entry is Entry.CUT else min(ENTRY_MS, plate.duration_ms)
    return Page(
        _strip(plate, palette, setting.depth),
        plate.motion,
        plate.duration_ms,
        plate.speed_px_s,
        plate.entry,
        entry_ms,
        fields,
        letters,
    )


def _palette(plate: Plate, depth: Depth) -> list[Ink]:
    """Return the inks of a page, dark first, each once, in the order in which they are met."""
    placed: list[Run | Box] = [*plate.runs, *plate.boxes]
    inks = dict.fromkeys(_ink(one, depth) for one in placed)
    return [DARK_INK, *(inks or [_ink(None, depth)])]


def _ink(one: Run | Box | None, depth: Depth) -> Ink:
    wished = one.colour if one is not None else None
    colour = (wished or _usual(depth)).on(depth)
    return Ink(colour.red, colour.green, colour.blue, one is not None and one.blink)


def _usual(depth: Depth) -> Colour:
    return WHITE if depth is Depth.MONO else AMBER


def _strip(plate: Plate, palette: list[Ink], depth: Depth) -> Strip:
    indices: Indices = np.zeros((plate.height_px, plate.width_px), np.uint8)
    for run in plate.runs:
        drawn = line(run.text, run.font)
        rows, width_px = drawn.shape
        under = indices[run.y_px : run.y_px + rows, run.x_px : run.x_px + width_px]
        under[drawn[:, : under.shape[1]]] = palette.index(_ink(run, depth))
    if len(palette) == 2 and not palette[1].blink and depth is Depth.MONO:  # noqa: PLR2004 -- one ink
        return Strip.of(Frame.from_bitmap(indices.view(np.bool_)))
    return Strip.from_indices(indices, palette)


def _fields(
    boxes: tuple[Box, ...], palette: list[Ink], depth: Depth
) -> tuple[tuple[Field, ...], tuple[Letters, ...]]:
    fonts = list(dict.fromkeys(box.font.slot for box in boxes))
    by_slot = {box.font.slot: box.font for box in boxes}
    fields = tuple(
        Field(
            kind=box.field.kind,
            x_px=box.x_px,
            y_px=box.y_px,
            width_px=box.width_px,
            letters=fonts.index(box.font.slot),
            ink=palette.index(_ink(box, depth)),
            target_s=_target_s(box),
        )
        for box in boxes
    )
    return fields, tuple(_letters(by_slot[slot]) for slot in fonts)


def _target_s(box: Box) -> int:
    is_countdown = box.field.kind is FieldKind.COUNTDOWN and box.field.target is not None
    return round(box.field.target.timestamp()) if is_countdown and box.field.target else 0


def _letters(font: Font) -> Letters:
    glyphs = {
        letter: Frame.from_bitmap(line(letter, font)) for letter in dict.fromkeys(FIELD_LETTERS)
    }
    return Letters(font.rows, glyphs)
