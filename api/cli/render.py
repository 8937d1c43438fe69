"""`signcast render`: a text as a board would show it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import typer

from api.cli import sizes
from playlists.errors import PlaylistsError
from playlists.text import fit, markup, picture, raster, render
from playlists.text.document import Effect
from playlists.text.fields import Moment
from playlists.text.fontbook import FontBook, read_folder
from playlists.text.frame import MAX_SIDE_PX, Depth, Frame, Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Style, candidates
from playlists.text.moment import readable_ms
from playlists.text.scene import MAX_SPEED_PX_S

DEPTHS: Final = {depth.name.lower(): depth for depth in Depth}


class Wish(NamedTuple):
    """What the command line asked for."""

    text: str
    out: Path
    board: str
    depth: str
    font: int | None
    strip: bool
    data: Path | None


def run(wish: Wish) -> int:
    """Write the picture; return the exit status, having said what was wrong."""
    if wish.out.suffix not in {".png", ".gif"}:
        return _refuse(f"--out {wish.out}: the name must end in .png or .gif")
    if wish.depth not in DEPTHS:
        return _refuse(f"--depth {wish.depth}: one of {', '.join(DEPTHS)}")
    try:
        book = FontBook() if wish.data is None else read_folder(wish.data / "fonts")
        text = normalise(wish.text).text
        geometry = sizes.read_size(wish.board)
        if geometry is None:
            return _refuse(f"--board {wish.board}: {sizes.WRITTEN}")
        wish.out.write_bytes(_drawn(text, geometry, wish, book))
        if not wish.strip:
            _say_whether_it_fits(text, geometry, wish, book)
    except (PlaylistsError, OSError) as exc:
        return _refuse(str(exc))
    return 0


def _drawn(text: str, geometry: Geometry, wish: Wish, book: FontBook) -> bytes:
    if wish.strip:
        return picture.png(_whole_line(text, geometry, wish, book))
    scene = render.scene(
        text,
        geometry,
        Style(font=wish.font),
        max_strip_px=MAX_SIDE_PX,
        depth=DEPTHS[wish.depth],
        book=book,
    )
    moment = Moment(datetime.now(UTC))
    if wish.out.suffix == ".gif":
        return picture.gif(scene, moment=moment)
    return picture.png(scene.frame_at(readable_ms(scene), moment))


def _whole_line(text: str, geometry: Geometry, wish: Wish, book: FontBook) -> Frame:
    """Draw the text as one line, on a strip as tall as the board or as the font, if that is more.

    Without a wish it is drawn in the tallest font the board can hold.
    """
    style = Style(font=wish.font, speed_px_s=MAX_SPEED_PX_S)
    if wish.font is None:
        style = replace(style, font=candidates(geometry, style, book)[0].slot)
    rows = max(geometry.height_px, book.load(style.font or 0).rows)
    depth = DEPTHS[wish.depth]
    setting = render.lay_out(
        text,
        Geometry(geometry.width_px, rows),
        replace(style, effect=Effect.SCROLL_LEFT),
        max_strip_px=MAX_SIDE_PX,
        depth=depth,
        book=book,
    )
    return raster.scene(setting).pages[0].strip.to_frame(depth)


def _say_whether_it_fits(text: str, geometry: Geometry, wish: Wish, book: FontBook) -> None:
    """Tell what would stand still, if this does not."""
    style = Style(font=wish.font)
    answer = fit.fit(markup.parse(text), geometry, style, max_strip_px=MAX_SIDE_PX, book=book)
    seconds = answer.read_aloud_s
    if answer.stands:
        typer.echo(
            f"It stands in font {answer.font}. Read aloud it takes {seconds:.0f} s.", err=True
        )
        return
    ways = [
        f"{one.way} (font {one.font}, {one.pages} page{'s' * (one.pages > 1)}, "
        f"{one.duration_ms / 1000:.0f} s)"
        for one in answer.suggestions
    ]
    said = f"It does not stand on {geometry} in font {answer.font}."
    typer.echo(
        f"{said} Possible: {'; '.join(ways)}. Read aloud it takes {seconds:.0f} s.", err=True
    )


def _refuse(reason: str) -> int:
    typer.echo(f"signcast: {reason}", err=True)
    return 2
