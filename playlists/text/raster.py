"""The raster: what was laid out becomes lit and dark LEDs.

A line is its letters' columns one after the other, one byte per LED. Eight columns make one column
of packed bytes: the bytes of the first times 128, of the second times 64, and so on, added. Eight
rows stand in one 64-bit word, so one product of a weight vector with all words packs the whole
line; no step depends on what lies beside the window.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters
from playlists.text.font import WORD_PX, Font
from playlists.text.frame import AMBER, WHITE, Bitmap, Colour, Depth, Frame, Geometry
from playlists.text.scene import Entry, Page, Scene
from playlists.text.setting import Box, Plate, Run, Setting
from playlists.text.strip import DARK_INK, Indices, Ink, Strip

_WEIGHTS: Final = np.array([128, 64, 32, 16, 8, 4, 2, 1], np.uint64)
_WORD: Final = np.dtype(np.uint64)
_BYTE: Final = np.dtype(np.uint8)
MAX_PRESSES: Final = 64
"""Ten fonts on the handful of sizes that a district's boards have."""
_SPARE_LETTERS: Final = 4
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
    drawn = Press(font, width_px, height_px).packed(columns)
    return Frame(width_px, height_px, drawn)


class Press:
    """One font on boards of one size: all that is known before a text is.

    A line stands vertically centred, its first letter at the left edge.
    """

    def __init__(self, font: Font, width_px: int, height_px: int) -> None:
        self._font = font
        self._column_of = font.column_of
        self._letters = int(width_px / font.average_px) + _SPARE_LETTERS
        self._spare_bits = -width_px % 8
        self._stride_bytes = stride_bytes = -(-width_px // 8)
        column_bytes = font.column_bytes
        self._words = stride_bytes, WORD_PX, column_bytes // WORD_PX
        self._packed_bytes = stride_bytes * WORD_PX * column_bytes
        self._drawn = font.rows, stride_bytes
        self._turn = 1, column_bytes
        above = (height_px - font.rows) // 2
        self._above = bytes(above * stride_bytes)
        self._below = bytes((height_px - font.rows - above) * stride_bytes)

    def window(self, text: str) -> bytes:
        """Return the bytes of the frame that shows the beginning of a line.

        Only letters under the window are looked at. GlyphMissing names one that is not drawn.
        """
        count = self._letters
        try:
            columns = b"".join(map(self._column_of, text[:count]))
            while len(columns) < self._packed_bytes and count < len(text):
                count *= 2  # narrow letters stand in front
                columns = b"".join(map(self._column_of, text[:count]))
        except KeyError as exc:
            raise self._font.missing(text, exc.args[0]) from None
        return self.packed(columns)

    def packed(self, columns: bytes) -> bytes:
        """Pack columns into the bytes of a frame; what is missing is dark, the rest is cut off."""
        missing_bytes = self._packed_bytes - len(columns)
        if missing_bytes > 0:
            columns += bytes(missing_bytes)
        packed = _product(_WEIGHTS, _array(self._words, _WORD, columns))
        drawn = _array(self._drawn, _BYTE, packed, 0, self._turn).tobytes()
        if missing_bytes < 0 and self._spare_bits:
            drawn = _trimmed(drawn, self._stride_bytes, self._spare_bits)
        return self._above + drawn + self._below


@lru_cache(maxsize=MAX_PRESSES)
def press(font: Font, width_px: int, height_px: int) -> Press:
    """Return the press of a font for boards of a size, made once."""
    return Press(font, width_px, height_px)


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


def opening(text: str, font: Font, geometry: Geometry) -> Frame:
    """Draw what a board shows of a line whose first letter has come to its left edge."""
    width_px, height_px = geometry.width_px, geometry.height_px
    drawn = press(font, width_px, height_px).window(text)
    return Frame(width_px, height_px, drawn)


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
