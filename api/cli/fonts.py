r"""`signcast fonts`: look at fonts, check them, import others.

Modules are imported inside their command, as in `app`. A `\b` in a help text keeps its lines.
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Look at the boards' fonts, check them, import others. See docs/fonts.md.",
    no_args_is_help=True,
)

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The controller's folder; its fonts/ holds imported fonts."),
]


@app.command(name="list")
def list_fonts(data: Data = None) -> None:
    """List the fonts: slot, size, how many letters, how wide, where from.

    Without --data only the built-in ones.
    """
    from api.cli import fontshelf  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(fontshelf.show_list(data))


@app.command()
def show(
    slot: Annotated[int | None, typer.Argument(help="Which font; none: all, with --out.")] = None,
    text: Annotated[str | None, typer.Argument(help="What to draw; a pangram.")] = None,
    out: Annotated[Path | None, typer.Option(help="A .png to write instead.")] = None,
    data: Data = None,
) -> None:
    """Draw a text in one font, or a specimen sheet of all fonts.

    \b
    signcast fonts show 4 "Họp tổ dân phố 19g30"
    signcast fonts show 4 "Họp tổ dân phố 19g30" --out notice.png
    signcast fonts show --out sheet.png
    """  # noqa: D301 -- keeps lines
    from api.cli import fontshelf  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(fontshelf.show(slot, text, out, data))


@app.command()
def check(
    wished: Annotated[
        list[str] | None, typer.Argument(metavar="[SLOT|FILE]...", help="Which; all slots.")
    ] = None,
    data: Data = None,
) -> None:
    """Check that fonts draw all of Vietnamese, ASCII and official punctuation, and well.

    No two Vietnamese letters alike, digits equally wide, a dark column on the right of all but
    dashes and arrows. Exit status 1 when something is wrong.

    \b
    signcast fonts check
    signcast fonts check 3 my-own.font
    """  # noqa: D301 -- keeps lines
    from api.cli import fontshelf  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(fontshelf.check(wished or [], data))


@app.command(name="import")
def import_font(
    file: Annotated[Path, typer.Argument(help="BDF, PCF, TTF or OTF; BDF and PCF also gzipped.")],
    *,
    slot: Annotated[int, typer.Option(min=0, max=99, help="Number to call the font by.")],
    rows: Annotated[int, typer.Option(min=1, max=64, help="Height of its letters, with marks.")],
    name: Annotated[str, typer.Option(help="What to call it; its own name.")] = "",
    licence: Annotated[str, typer.Option(help="Under which licence it comes; kept in it.")] = "",
    every: Annotated[
        bool, typer.Option("--all", help="Also CJK and other scripts, not only European ones.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of an imported font.")
    ] = False,
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="A .font file to write, to edit by hand.")
    ] = None,
) -> None:
    """Import a bitmap or outline font; say which of its letters were left out.

    A bitmap font keeps its pixels, in its tallest size that fits. An outline font is drawn as
    large as its letters fit. Imported letters also fill in for those a built-in font lacks.

    \b
    signcast fonts import ter-u16n.bdf --slot 20 --rows 16 --data /var/lib/signcast
    signcast fonts check 20 --data /var/lib/signcast
    """  # noqa: D301 -- keeps lines
    from api.cli import fontshelf  # noqa: PLC0415 -- see the module's docstring

    status = fontshelf.bring_in(
        file,
        slot=slot,
        rows=rows,
        name=name,
        licence=licence,
        every_letter=every,
        replace=replace,
        data=data,
        out=out,
    )
    raise typer.Exit(status)
