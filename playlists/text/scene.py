"""Scenes: the board asset. Strips and motion rather than frames.

A scene is a cycle of pages for one geometry. Each page has a strip (a picture as tall as the
board, any width) and a motion. The bytes are documented in docs/protocols/scene.md; the asset's
name is their SHA-256.
"""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np

from playlists.errors import BadBytes
from playlists.text.frame import Frame, Geometry

MAGIC: Final = b"SGNS"
VERSION: Final = 1
MAX_SCENE_BYTES: Final = 1 << 20
"""A scene travels over SIM cards and is held in memory by small gateways."""
MAX_PAGES: Final = 64
MAX_PAGE_DURATION_MS: Final = 600_000
MAX_SPEED_PX_S: Final = 1_000

_HEADER: Final = struct.Struct("<4sBBHH")
_PAGE: Final = struct.Struct("<BHIH")


class Motion(IntEnum):
    """How a page's strip moves through the board's window."""

    HOLD = 0
    """The strip is exactly as wide as the board and stands still."""
    SCROLL_LEFT = 1
    """The strip enters at the right edge and leaves at the left edge."""


@dataclass(frozen=True, slots=True)
class Page:
    """One strip with its motion.

    `speed_px_s` is 0 for HOLD. `duration_ms` of a scrolling page is the time for a full pass:
    see `scroll_duration_ms`.
    """

    strip: Frame
    motion: Motion
    duration_ms: int
    speed_px_s: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.duration_ms <= MAX_PAGE_DURATION_MS:
            raise BadBytes("scene", f"page duration {self.duration_ms} ms")
        if self.motion is Motion.HOLD and self.speed_px_s:
            raise BadBytes("scene", "a standing page has no speed")
        if self.motion is not Motion.HOLD and not 0 < self.speed_px_s <= MAX_SPEED_PX_S:
            raise BadBytes("scene", f"speed {self.speed_px_s} px/s")

    def frame_at(self, at_ms: int, geometry: Geometry) -> Frame:
        """Return what the board shows `at_ms` after the page began."""
        if self.motion is Motion.HOLD:
            return self.strip
        left_px = at_ms * self.speed_px_s // 1000 - geometry.width_px
        return _window(self.strip, left_px, geometry.width_px)


def scroll_duration_ms(strip_px: int, board_px: int, speed_px_s: int) -> int:
    """Return the time from the strip's first column entering to its last column leaving."""
    return -(-(strip_px + board_px) * 1000 // speed_px_s)


@dataclass(frozen=True)
class Scene:
    """A cycle of pages, all for one geometry."""

    geometry: Geometry
    pages: tuple[Page, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.pages) <= MAX_PAGES:
            raise BadBytes("scene", f"{len(self.pages)} pages")
        for page in self.pages:
            if page.strip.height_px != self.geometry.height_px:
                raise BadBytes("scene", "a strip is not as tall as the board")
            if page.motion is Motion.HOLD and page.strip.width_px != self.geometry.width_px:
                raise BadBytes("scene", "a standing page is not as wide as the board")

    @property
    def duration_ms(self) -> int:
        """Return the time of one cycle."""
        return sum(page.duration_ms for page in self.pages)

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
        for page in self.pages:
            if into_ms < page.duration_ms:
                return page, into_ms
            into_ms -= page.duration_ms
        raise AssertionError("unreachable: into_ms is below the sum of durations")

    def frame_at(self, at_ms: int) -> Frame:
        """Return what the board shows `at_ms` after the scene began."""
        page, into_ms = self.page_at(at_ms)
        return page.frame_at(into_ms, self.geometry)


def still(frame: Frame, duration_ms: int = 5_000) -> Page:
    """Return a page on which one frame stands."""
    return Page(frame, Motion.HOLD, duration_ms)


def size_bytes(height_px: int, strips_px: Iterable[int]) -> int:
    """Return how long the bytes of a scene are, from the widths of its strips alone."""
    return _HEADER.size + sum(
        _PAGE.size + _stride_bytes(strip_px) * height_px for strip_px in strips_px
    )


def encode(scene: Scene) -> bytes:
    """Return the bytes of a scene; BadBytes when it would exceed MAX_SCENE_BYTES."""
    size = scene.geometry
    parts = [_HEADER.pack(MAGIC, VERSION, len(scene.pages), size.width_px, size.height_px)]
    for page in scene.pages:
        strip_px = page.strip.width_px
        parts.append(_PAGE.pack(page.motion, page.speed_px_s, page.duration_ms, strip_px))
        parts.append(page.strip.data)
    data = b"".join(parts)
    if len(data) > MAX_SCENE_BYTES:
        raise BadBytes("scene", f"{len(data)} bytes, at most {MAX_SCENE_BYTES}")
    return data


def decode(data: bytes) -> Scene:
    """Read a scene from bytes of any origin; BadBytes unless they are exactly one scene."""
    if len(data) > MAX_SCENE_BYTES:
        raise BadBytes("scene", f"{len(data)} bytes, at most {MAX_SCENE_BYTES}")
    try:
        magic, version, count, width_px, height_px = _HEADER.unpack_from(data)
    except struct.error as exc:
        raise BadBytes("scene", "cut short") from exc
    if magic != MAGIC or version != VERSION:
        raise BadBytes("scene", "unknown magic or version")
    geometry = Geometry(width_px, height_px)
    pages = []
    offset = _HEADER.size
    for _ in range(count):
        page, offset = _decode_page(data, offset, height_px)
        pages.append(page)
    if offset != len(data):
        raise BadBytes("scene", "bytes after the last page")
    return Scene(geometry, tuple(pages))


def _decode_page(data: bytes, offset: int, height_px: int) -> tuple[Page, int]:
    try:
        motion, speed_px_s, duration_ms, strip_px = _PAGE.unpack_from(data, offset)
    except struct.error as exc:
        raise BadBytes("scene", "cut short") from exc
    if motion not in Motion.__members__.values() or strip_px == 0:
        raise BadBytes("scene", f"motion {motion}, strip {strip_px} px")
    start = offset + _PAGE.size
    end = start + _stride_bytes(strip_px) * height_px
    strip = Frame(strip_px, height_px, data[start:end])
    _check_padding(strip)
    return Page(strip, Motion(motion), duration_ms, speed_px_s), end


def _check_padding(strip: Frame) -> None:
    """Refuse lit bits beyond a row's end: two spellings of one picture would be two assets."""
    beyond = (1 << -strip.width_px % 8) - 1
    if any(last & beyond for last in strip.data[strip.stride_bytes - 1 :: strip.stride_bytes]):
        raise BadBytes("scene", "a row's padding is lit")


def _stride_bytes(width_px: int) -> int:
    return -(-width_px // 8)


def _window(strip: Frame, left_px: int, width_px: int) -> Frame:
    """Cut the columns left_px .. left_px + width_px; what lies outside the strip is dark.

    Only the bytes under the window are unpacked: the cost does not grow with the strip.
    """
    window = np.zeros((strip.height_px, width_px), np.bool_)
    first, last = max(left_px, 0), min(left_px + width_px, strip.width_px)
    if first < last:
        rows = np.frombuffer(strip.data, np.uint8).reshape(strip.height_px, strip.stride_bytes)
        under = np.unpackbits(rows[:, first // 8 : -(-last // 8)], axis=1)
        skip = first % 8
        window[:, first - left_px : last - left_px] = under[:, skip : skip + last - first]
    return Frame.from_bitmap(window)
