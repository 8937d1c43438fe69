"""Scenes: the board asset. Strips and motion rather than frames.

A scene is a cycle of pages for one geometry and depth. Each page has a strip (a picture in a
palette, as tall or as wide as the board), a motion, and places that the board fills in by itself.
The bytes are documented in docs/protocols/scene.md; the asset's name is their SHA-256.
"""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from typing import Any, Final

import numpy as np

from playlists.errors import BadBytes
from playlists.text import fields as live
from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters, Moment
from playlists.text.frame import Depth, Frame, Geometry, data_bytes
from playlists.text.strip import DARK_INK, MAX_PLANES, Indices, Ink, Strip, inked

MAGIC: Final = b"SGNS"
VERSION: Final = 2
MAX_SCENE_BYTES: Final = 1 << 20
"""A scene travels over SIM cards and is held in memory by small gateways."""
MAX_PAGES: Final = 64
MAX_PAGE_DURATION_MS: Final = 600_000
MAX_SPEED_PX_S: Final = 1_000
MAX_FIELDS: Final = 16
"""More clocks than anybody reads."""
MAX_LETTERS: Final = 4
BLINK_PERIOD_MS: Final = 1_000
"""What blinks is lit in the first half of each period from its page's start."""
BLINK_LIT_MS: Final = BLINK_PERIOD_MS // 2

_HEADER: Final = struct.Struct("<4sBBBBHH")
_PAGE: Final = struct.Struct("<BBHIIHHBBB")
_INK: Final = struct.Struct("<BBBB")
_LETTERS: Final = struct.Struct("<BB")
_GLYPH: Final = struct.Struct("<HB")
_FIELD: Final = struct.Struct("<BBBHHHI")
_KINDS: Final = (FieldKind.DATE, FieldKind.TIME, FieldKind.COUNTDOWN, FieldKind.TEMPERATURE)
"""A kind's place is its number in the bytes."""


class Motion(IntEnum):
    """How a page's strip moves through the board's window."""

    HOLD = 0
    """The strip is exactly as large as the board and stands still."""
    SCROLL_LEFT = 1
    """The strip enters at the right edge and leaves at the left edge."""
    SCROLL_RIGHT = 2
    """It enters at the left edge, its last column first, and leaves at the right edge."""
    SCROLL_UP = 3
    """It enters at the bottom and leaves at the top."""
    SCROLL_DOWN = 4
    """It enters at the top, its last row first, and leaves at the bottom."""


UPRIGHT: Final = frozenset({Motion.SCROLL_UP, Motion.SCROLL_DOWN})
"""Motions whose strip is as wide as the board; for the others it is as tall."""


class Entry(IntEnum):
    """How a standing page comes."""

    CUT = 0
    """Whole, at once."""
    WIPE = 1
    """Column by column from the left; what has not come is dark."""
    FADE = 2
    """Out of the dark; only RGB boards can."""


@dataclass(frozen=True, slots=True)
class Page:
    """One strip with its motion.

    `speed_px_s` is 0 for HOLD. `duration_ms` of a scrolling page is the time for a full pass:
    see `scroll_duration_ms`. Only standing pages have an entry other than CUT.
    """

    strip: Strip
    motion: Motion
    duration_ms: int
    speed_px_s: int = 0
    entry: Entry = Entry.CUT
    entry_ms: int = 0
    fields: tuple[Field, ...] = ()
    letters: tuple[Letters, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.duration_ms <= MAX_PAGE_DURATION_MS:
            raise BadBytes("scene", f"page duration {self.duration_ms} ms")
        if self.motion is Motion.HOLD and self.speed_px_s:
            raise BadBytes("scene", "a standing page has no speed")
        if self.motion is not Motion.HOLD and not 0 < self.speed_px_s <= MAX_SPEED_PX_S:
            raise BadBytes("scene", f"speed {self.speed_px_s} px/s")
        if self.entry is not Entry.CUT or self.entry_ms:
            self._check_entry()
        if self.fields or self.letters:
            self._check_fields()

    @property
    def is_plain(self) -> bool:
        """Say whether it is a picture and a motion and nothing else."""
        return self.entry is Entry.CUT and not self.fields and not self.strip.blinks

    def frame_at(
        self,
        at_ms: int,
        geometry: Geometry,
        depth: Depth = Depth.MONO,
        *,
        moment: Moment | None = None,
        where: tzinfo = UTC,
    ) -> Frame:
        """Return what the board shows `at_ms` after the page began."""
        left_px, top_px = self._corner(at_ms, geometry)
        strip = self.strip
        if self.motion is not Motion.HOLD:
            strip = strip.window(left_px, top_px, geometry)
        blink_on = at_ms % BLINK_PERIOD_MS < BLINK_LIT_MS
        if self.fields:
            indices = strip.to_indices()
            for field in self.fields:
                text = live.field_text(field.kind, field.target_s, moment, where)
                self._write(field, text, left_px, top_px, indices)
            frame = inked(indices, strip.palette, depth, blink_on=blink_on)
        else:
            frame = strip.to_frame(depth, blink_on=blink_on)
        return self._entering(frame, at_ms) if at_ms < self.entry_ms else frame

    def _corner(self, at_ms: int, geometry: Geometry) -> tuple[int, int]:
        """Return where in the strip the window's left upper corner lies."""
        moved_px = at_ms * self.speed_px_s // 1000
        match self.motion:
            case Motion.SCROLL_LEFT:
                return moved_px - geometry.width_px, 0
            case Motion.SCROLL_RIGHT:
                return self.strip.width_px - moved_px, 0
            case Motion.SCROLL_UP:
                return 0, moved_px - geometry.height_px
            case Motion.SCROLL_DOWN:
                return 0, self.strip.height_px - moved_px
            case _:
                return 0, 0

    def _write(self, field: Field, text: str, left_px: int, top_px: int, window: Indices) -> None:
        """Write a field into the window whose corner lies at left_px, top_px of the strip."""
        letters = self.letters[field.letters]
        x_px, y_px = field.x_px - left_px, field.y_px - top_px
        height_px, width_px = window.shape
        from_x, from_y = max(-x_px, 0), max(-y_px, 0)
        to_x, to_y = min(field.width_px, width_px - x_px), min(letters.rows_px, height_px - y_px)
        if from_x < to_x and from_y < to_y:
            drawn = letters.draw(text, to_x)[from_y:to_y, from_x:]
            window[y_px + from_y : y_px + to_y, x_px + from_x : x_px + to_x][drawn] = field.ink

    def _entering(self, frame: Frame, at_ms: int) -> Frame:
        colours = frame.to_colours()
        if self.entry is Entry.FADE:
            faded = colours.astype(np.uint32) * at_ms // self.entry_ms
            return Frame.from_colours(faded.astype(np.uint8), frame.depth)
        colours = colours.copy()
        colours[:, frame.width_px * at_ms // self.entry_ms :] = 0
        return Frame.from_colours(colours, frame.depth)

    def _check_entry(self) -> None:
        if self.motion is not Motion.HOLD:
            raise BadBytes("scene", "a moving page has no entry")
        shortest_ms, longest_ms = (0, 0) if self.entry is Entry.CUT else (1, self.duration_ms)
        if not shortest_ms <= self.entry_ms <= longest_ms:
            raise BadBytes("scene", f"entry {self.entry.name} in {self.entry_ms} ms")

    def _check_fields(self) -> None:
        if len(self.fields) > MAX_FIELDS or len(self.letters) > MAX_LETTERS:
            raise BadBytes("scene", f"{len(self.fields)} fields, {len(self.letters)} letters")
        if {field.letters for field in self.fields} != set(range(len(self.letters))):
            raise BadBytes("scene", "fields and letters do not belong together")
        for field in self.fields:
            right_px = field.x_px + field.width_px
            bottom_px = field.y_px + self.letters[field.letters].rows_px
            if right_px > self.strip.width_px or bottom_px > self.strip.height_px:
                raise BadBytes("scene", "a field reaches beyond its strip")
            if not 0 < field.ink < len(self.strip.palette):
                raise BadBytes("scene", f"a field in ink {field.ink}")


def scroll_duration_ms(strip_px: int, board_px: int, speed_px_s: int) -> int:
    """Return the time a strip takes to enter, pass and leave, both sizes along the motion."""
    return -(-(strip_px + board_px) * 1000 // speed_px_s)


@dataclass(frozen=True)
class Scene:
    """A cycle of pages, all for one geometry and depth. `zone` is where live fields tell time."""

    geometry: Geometry
    pages: tuple[Page, ...]
    depth: Depth = Depth.MONO
    zone: str = ""
    """IANA name; empty = UTC."""

    def __post_init__(self) -> None:
        if not 0 < len(self.pages) <= MAX_PAGES:
            raise BadBytes("scene", f"{len(self.pages)} pages")
        board = self.geometry
        if data_bytes(board.width_px, board.height_px, Depth.MONO) > MAX_SCENE_BYTES:
            raise BadBytes("scene", f"one picture of {board} LEDs is too large for a scene")
        for page in self.pages:
            strip = page.strip
            if page.motion in UPRIGHT:
                if strip.width_px != board.width_px:
                    raise BadBytes("scene", "a strip is not as wide as the board")
            elif strip.height_px != board.height_px:
                raise BadBytes("scene", "a strip is not as tall as the board")
            if page.motion is Motion.HOLD and strip.width_px != board.width_px:
                raise BadBytes("scene", "a standing page is not as wide as the board")
            if page.entry is Entry.FADE and self.depth is not Depth.RGB:
                raise BadBytes("scene", "only an RGB board can fade")
        if self.zone:
            live.zone(self.zone)

    @property
    def duration_ms(self) -> int:
        """Return the time of one cycle."""
        return self._ends_ms[-1]

    @cached_property
    def data(self) -> bytes:
        """Return the scene's bytes."""
        return encode(self)

    @cached_property
    def sha256(self) -> str:
        """Return the asset name: the SHA-256 of the bytes, in lower-case hex."""
        return hashlib.sha256(self.data).hexdigest()

    def page_at(self, at_ms: int) -> tuple[Page, int]:
        """Return the page on show `at_ms` after the scene began, and the time into that page."""
        into_ms = at_ms % self.duration_ms
        at = bisect_right(self._ends_ms, into_ms)
        page = self.pages[at]
        return page, into_ms - (self._ends_ms[at] - page.duration_ms)

    def frame_at(self, at_ms: int, moment: Moment | None = None) -> Frame:
        """Return what the board shows `at_ms` after the scene began, which is at this moment."""
        page, into_ms = self.page_at(at_ms)
        return page.frame_at(into_ms, self.geometry, self.depth, moment=moment, where=self.where)

    @cached_property
    def where(self) -> tzinfo:
        """Return the zone in which live fields tell the time."""
        return live.zone(self.zone)

    @cached_property
    def _ends_ms(self) -> tuple[int, ...]:
        return tuple(accumulate(page.duration_ms for page in self.pages))


def still(frame: Frame, duration_ms: int = 5_000) -> Page:
    """Return a page on which one mono or tricolour frame stands."""
    return Page(Strip.of(frame), Motion.HOLD, duration_ms)


def page_bytes(
    width_px: int,
    height_px: int,
    planes: int = 1,
    *,
    fields: int = 0,
    letters: Iterable[Letters] = (),
) -> int:
    """Return how long the bytes of a page are, from the size of its strip."""
    palette_bytes = _INK.size * ((1 << planes) - 1)
    strip_bytes = planes * data_bytes(width_px, height_px, Depth.MONO)
    letters_bytes = sum(len(_write_letters(one)) for one in letters)
    return _PAGE.size + palette_bytes + strip_bytes + letters_bytes + fields * _FIELD.size


def size_bytes(pages: Iterable[int], zone: str = "") -> int:
    """Return how long the bytes of a scene are, from the `page_bytes` of its pages."""
    return _HEADER.size + len(zone) + sum(pages)


def encode(scene: Scene) -> bytes:
    """Return the bytes of a scene; BadBytes when it would exceed MAX_SCENE_BYTES."""
    size, zone = scene.geometry, scene.zone.encode("ascii")
    head = _HEADER.pack(
        MAGIC, VERSION, scene.depth, len(scene.pages), len(zone), size.width_px, size.height_px
    )
    data = b"".join([head, zone, *(part for page in scene.pages for part in _write_page(page))])
    if len(data) > MAX_SCENE_BYTES:
        raise BadBytes("scene", f"{len(data)} bytes, at most {MAX_SCENE_BYTES}")
    return data


def _write_page(page: Page) -> Iterable[bytes]:
    strip = page.strip
    yield _PAGE.pack(
        page.motion,
        page.entry,
        page.speed_px_s,
        page.duration_ms,
        page.entry_ms,
        strip.width_px,
        strip.height_px,
        len(strip.planes),
        len(page.letters),
        len(page.fields),
    )
    yield from (_INK.pack(*ink) for ink in strip.palette[1:])
    yield from strip.planes
    yield from map(_write_letters, page.letters)
    for one in page.fields:
        yield _FIELD.pack(
            _KINDS.index(one.kind),
            one.letters,
            one.ink,
            one.x_px,
            one.y_px,
            one.width_px,
            one.target_s,
        )


def _write_letters(letters: Letters) -> bytes:
    parts = [_LETTERS.pack(letters.rows_px, len(letters.glyphs))]
    for letter, glyph in sorted(letters.glyphs.items()):
        parts += [_GLYPH.pack(ord(letter), glyph.width_px), glyph.data]
    return b"".join(parts)


def decode(data: bytes) -> Scene:
    """Read a scene from bytes of any origin; BadBytes unless they are exactly one scene."""
    if len(data) > MAX_SCENE_BYTES:
        raise BadBytes("scene", f"{len(data)} bytes, at most {MAX_SCENE_BYTES}")
    reader = _Reader(data)
    magic, version, depth, count, zone_bytes, width_px, height_px = reader.unpack(_HEADER)
    if magic != MAGIC or version != VERSION:
        raise BadBytes("scene", "unknown magic or version")
    if depth not in Depth.__members__.values():
        raise BadBytes("scene", f"depth {depth}")
    zone = reader.take(zone_bytes).decode("ascii", "replace")  # what is no ASCII is no zone
    geometry = Geometry(width_px, height_px)
    pages = tuple(_read_page(reader) for _ in range(count))
    reader.end()
    return Scene(geometry, pages, Depth(depth), zone)


class _Reader:
    """Bytes from outside, taken from the front."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        taken = self._data[self._at : self._at + count]
        self._at += count
        if len(taken) != count:
            raise BadBytes("scene", "cut short")
        return taken

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        """Return the next record."""
        return layout.unpack(self.take(layout.size))

    def plane(self, width_px: int, height_px: int) -> bytes:
        """Return the next plane. Lit padding is refused: one picture has one spelling."""
        stride_bytes = -(-width_px // 8)
        plane = self.take(stride_bytes * height_px)
        beyond = (1 << -width_px % 8) - 1
        if beyond and any(last & beyond for last in plane[stride_bytes - 1 :: stride_bytes]):
            raise BadBytes("scene", "a row's padding is lit")
        return plane

    def end(self) -> None:
        """Refuse what is left."""
        if self._at != len(self._data):
            raise BadBytes("scene", "bytes after the last page")


def _read_page(reader: _Reader) -> Page:
    (motion, entry, speed_px_s, duration_ms, entry_ms, width_px, height_px, planes, *counts) = (
        reader.unpack(_PAGE)
    )
    if motion not in Motion.__members__.values() or entry not in Entry.__members__.values():
        raise BadBytes("scene", f"motion {motion}, entry {entry}")
    if not 0 < planes <= MAX_PLANES:
        raise BadBytes("scene", f"{planes} planes")
    if not (width_px and height_px):
        raise BadBytes("scene", f"a strip of {width_px}x{height_px} LEDs")
    letters_count, fields_count = counts
    palette = (DARK_INK, *(_read_ink(reader) for _ in range((1 << planes) - 1)))
    strip = Strip(
        width_px,
        height_px,
        tuple(reader.plane(width_px, height_px) for _ in range(planes)),
        palette,
    )
    letters = tuple(_read_letters(reader) for _ in range(letters_count))
    fields = tuple(_read_field(reader) for _ in range(fields_count))
    return Page(
        strip, Motion(motion), duration_ms, speed_px_s, Entry(entry), entry_ms, fields, letters
    )


def _read_ink(reader: _Reader) -> Ink:
    red, green, blue, flags = reader.unpack(_INK)
    if flags not in {0, 1}:
        raise BadBytes("scene", f"an ink with the flags {flags}")
    return Ink(red, green, blue, blink=bool(flags))


def _read_letters(reader: _Reader) -> Letters:
    rows_px, count = reader.unpack(_LETTERS)
    if not rows_px:
        raise BadBytes("scene", "letters without rows")
    glyphs: dict[str, Frame] = {}
    before = 0
    for _ in range(count):
        code, width_px = reader.unpack(_GLYPH)
        if code <= before or not width_px:
            raise BadBytes("scene", "letters out of order, or without width")
        glyphs[chr(code)] = Frame(width_px, rows_px, reader.plane(width_px, rows_px))
        before = code
    return Letters(rows_px, glyphs)


def _read_field(reader: _Reader) -> Field:
    kind, letters, ink, x_px, y_px, width_px, target_s = reader.unpack(_FIELD)
    if kind >= len(_KINDS):
        raise BadBytes("scene", f"a field of kind {kind}")
    return Field(_KINDS[kind], x_px, y_px, width_px, letters, ink, target_s)
