"""`signcast render`: a text as a board would show it."""

import re
import sys
from pathlib import Path

from playlists.errors import PlaylistsError
from playlists.text.frame import MAX_SIDE_PX, Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Style, compose
from playlists.text.picture import gif, png

_SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")


def run(text: str, out: Path, *, board: str, font: int | None, strip: bool) -> int:
    """Write the picture; return the exit status, having said what was wrong."""
    size = _SIZE.fullmatch(board)
    if size is None:
        return _fail(f"--board {board}: write it as WIDTHxHEIGHT in LEDs, such as 192x32")
    if out.suffix not in {".png", ".gif"}:
        return _fail(f"--out {out}: the name must end in .png or .gif")
    try:
        _draw(text, out, Geometry(int(size[1]), int(size[2])), font, strip=strip)
    except (PlaylistsError, OSError) as exc:
        return _fail(str(exc))
    return 0


def _draw(text: str, out: Path, geometry: Geometry, font: int | None, *, strip: bool) -> None:
    line = normalise(text).text
    if strip:
        line = line.replace("\n", " ")
        geometry = Geometry(1, geometry.height_px)  # nothing fits, so the line stays whole
    scene = compose(line, geometry, Style(font=font), max_strip_px=MAX_SIDE_PX)
    if out.suffix == ".gif":
        out.write_bytes(gif(scene))
        return
    first = scene.pages[0]
    out.write_bytes(png(first.strip if strip else scene.frame_at(_readable_ms(scene))))


def _readable_ms(scene: "object") -> int:
    raise NotImplementedError


def _fail(reason: str) -> int:
    print(reason, file=sys.stderr)  # noqa: T201 -- the command line's answer
    return 2
