r"""`signcast firmware`: make keys, sign images, look into them, write one into one board.

Modules are imported inside their command, as in `app`. A `\b` in a help text keeps its lines.
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Firmware of boards: keys, signed images, writing. See docs/protocols/bootloader.md.",
    no_args_is_help=True,
)

Image = Annotated[Path, typer.Argument(help="A signed image.", exists=True, dir_okay=False)]


@app.command()
def keys(
    file: Annotated[Path, typer.Argument(help="Where to write the secret key; not overwritten.")],
) -> None:
    """Make a key to sign firmware with, and print its public half.

    Keep the secret key away from controllers and gateways. The public half belongs into boards
    and into `firmware_keys` of each gateway's file.

    \b
    signcast firmware keys maker.key
    """  # noqa: D301 -- keeps lines
    from api.cli import foundry  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(foundry.make_key(file))


@app.command()
def sign(
    binary: Annotated[
        Path, typer.Argument(help="What the board runs.", exists=True, dir_okay=False)
    ],
    *,
    key: Annotated[Path, typer.Option(help="The secret key.", exists=True, dir_okay=False)],
    version: Annotated[str, typer.Option(help="Three numbers, such as 1.12.0.")],
    hardware: Annotated[str, typer.Option(help="Which boards it is for, as they say themselves.")],
    out: Annotated[Path, typer.Option(help="The signed image to write.")],
) -> None:
    """Sign a binary for one kind of board.

    \b
    signcast firmware sign p10.bin --key maker.key --version 1.2.0 --hardware p10-r2 --out p10.scfw
    """  # noqa: D301 -- keeps lines
    from api.cli import foundry  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(foundry.sign(binary, key, version, hardware, out))


@app.command()
def show(
    image: Image,
    key: Annotated[
        list[str] | None, typer.Option(help="A public key to check with; may be repeated.")
    ] = None,
) -> None:
    """Say what an image is; exit status 1 when it is damaged, or by none of the keys given."""
    from api.cli import foundry  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(foundry.show(image, key or []))


@app.command()
def ask(
    port: Annotated[str, typer.Argument(help="/dev/ttyUSB0, tcp://host:port or rfc2217://…")],
    address: Annotated[int, typer.Option(min=0, max=65_535, help="The board's address.")] = 0,
    baud: Annotated[int, typer.Option(help="Speed of a serial line.")] = 9_600,
) -> None:
    """Ask a board's bootloader what the board is and runs; changes nothing."""
    from api.cli import foundry  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(foundry.ask(port, address, baud))


@app.command()
def write(
    port: Annotated[str, typer.Argument(help="/dev/ttyUSB0, tcp://host:port or rfc2217://…")],
    image: Image,
    address: Annotated[int, typer.Option(min=0, max=65_535, help="The board's address.")] = 0,
    baud: Annotated[int, typer.Option(help="Speed of a serial line.")] = 9_600,
) -> None:
    """Write an image into one board, try it and keep it. Broken off, it goes on where it was.

    The board itself refuses what is damaged, older, for other hardware or not by its maker's key.

    \b
    signcast firmware write /dev/ttyUSB0 p10.scfw --address 3
    """  # noqa: D301 -- keeps lines
    from api.cli import foundry  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(foundry.write(port, image, address, baud))
