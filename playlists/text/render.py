"""From a text to what a board shows: markup, layout and raster, one after the other."""

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from playlists.text import layout, markup, raster
from playlists.text.fontbook import BUILT_IN, FontBook
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.layout import Style
from playlists.text.moment import readable_ms
from playlists.text.scene import Scene
from playlists.text.setting import Setting

HOME_ZONE: Final = "Asia/Ho_Chi_Minh"
_zone: Final = cache(ZoneInfo)


def lay_out(
    text: str,
    geometry: Geometry,
    style: Style,
    *,
    max_strip_px: int,
    depth: Depth = Depth.MONO,
    zone: str = HOME_ZONE,
    book: FontBook = BUILT_IN,
) -> Setting:
    """Set a text that has passed the intake, markup and all, on a board.

    `zone` is the wall clock of its countdowns and clocks. Raises leaves of ContentRefused.
    """
    document = markup.parse(text, _zone(zone))
    return layout.lay_out(
        document, geometry, style, max_strip_px=max_strip_px, depth=depth, zone=zone, book=book
    )


def scene(
    text: str,
    geometry: Geometry,
    style: Style,
    *,
    max_strip_px: int,
    depth: Depth = Depth.MONO,
    zone: str = HOME_ZONE,
    book: FontBook = BUILT_IN,
) -> Scene:
    """Return the asset: see `lay_out`."""
    return raster.scene(
        lay_out(text, geometry, style, max_strip_px=max_strip_px, depth=depth, zone=zone, book=book)
    )


def glimpse(
    text: str,
    geometry: Geometry,
    style: Style,
    *,
    max_strip_px: int,
    depth: Depth = Depth.MONO,
    zone: str = HOME_ZONE,
    book: FontBook = BUILT_IN,
) -> Frame:
    """Return the picture that tells most: the first page, a scroll where its text begins."""
    document = markup.parse(text, _zone(zone))
    if depth is Depth.MONO:
        opening = layout.opening(document, geometry, style, max_strip_px=max_strip_px, book=book)
        if opening is not None:
            return raster.opening(*opening, geometry)
    setting = layout.lay_out(
        document, geometry, style, max_strip_px=max_strip_px, depth=depth, zone=zone, book=book
    )
    first = raster.scene(setting._replace(plates=setting.plates[:1]))
    return first.frame_at(readable_ms(first))
