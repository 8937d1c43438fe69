"""`signcast render`: a text as a board would show it."""

import re
from pathlib import Path
from typing import Final

import typer

from playlists.errors import PlaylistsError
from playlists.text import font as fonts
from playlists.text import raster
from playlists.text.frame import MAX_SIDE_PX, Frame, Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Style, compose
from playlists.text.moment import readable_ms
from playlists.text.picture import gif, png

_SIZE: Final = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")


def run(text: str, out: Path, *, board: str, font: int | None, strip: bool) -> int:
    """Write the picture; return the exit status, having said what was wrong."""
    size = _SIZE.fullmatch(board)
    if size is None:
        return _refuse(f"--board {board}: write it as WIDTHxHEIGHT in LEDs, such as 192x32")
    if out.suffix not in {".png", ".gif"}:
        return _refuse(f"--out {out}: the name must end in .png or .gif")
    try:
        geometry = Geometry(int(size[1]), int(size[2]))
        out.write_bytes(_drawn(normalise(text).text, out.suffix, geometry, font, strip=strip))
    except (PlaylistsError, OSError) as exc:
        return _refuse(str(exc))
    return 0


def _drawn(text: str, suffix: str, geometry: Geometry, font: int | None, *, strip: bool) -> bytes:
    if strip:
        return png(_whole_line(text, geometry.height_px, font))
    scene = compose(text, geometry, Style(font=font), max_strip_px=MAX_SIDE_PX)
    return gif(scene) if suffix == ".gif" else png(scene.frame_at(readable_ms(scene)))


def _whole_line(text: str, height_px: int, font: int | None) -> Frame:
    """Draw the text as one line; without a wish, in the tallest font the board can hold."""
    fitting = [slot for slot in fonts.slots() if fonts.load(slot).rows <= height_px]
    slot = max(fitting or fonts.slots()) if font is None else font
    chosen = fonts.load(slot)
    return raster.strip(" ".join(text.split()), chosen, max(height_px, chosen.rows))


def _refuse(reason: str) -> int:
    typer.echo(f"signcast: {reason}", err=True)
    return 2
