r"""`signcast board`: talk to one board over its line, without a controller or a plan.

Modules are imported inside their command, as in `app`. A `\b` in a help text keeps its lines.
"""

from typing import Annotated

import typer

app = typer.Typer(
    help="Talk to one board: who is there, show, clear, brightness, clock. See docs/protocols/.",
    no_args_is_help=True,
)

Port = Annotated[
    str,
    typer.Argument(help="/dev/ttyUSB0, tcp://host:port, udp://host:port or rfc2217://host:port."),
]
Dialect = Annotated[
    str, typer.Option("--dialect", "-d", help="What it speaks; `signcast board dialects`.")
]
Size = Annotated[str, typer.Option(help="The board's size in LEDs.")]
Depth = Annotated[str | None, typer.Option(help="Colours: mono, tricolour or rgb.")]
Address = Annotated[
    int | None, typer.Option(help="The board's address on its line; the first there is.")
]
Baud = Annotated[int | None, typer.Option(help="Speed of a serial line; what is usual.")]
Community = Annotated[
    str, typer.Option(envvar="SIGNCAST_COMMUNITY", help="An NTCIP sign's password.")
]


@app.command()
def dialects() -> None:
    """List the dialects: what they travel over, and what their boards can do."""
    from api.cli import workbench  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(workbench.list_dialects())


@app.command()
def probe(
    port: Port,
    dialect: Annotated[str | None, typer.Option("--dialect", "-d", help="Only this one.")] = None,
    addresses: Annotated[
        str | None, typer.Option(help="Which to try, such as 1-16; the first four.")
    ] = None,
    baud: Baud = None,
    community: Community = "",
) -> None:
    """Ask in every dialect who is there; changes nothing on any board.

    Exit status 1 when nobody answers. Boards that never answer cannot be found.

    \b
    signcast board probe /dev/ttyUSB0
    signcast board probe tcp://192.168.1.250 -d onbon-bx6
    """  # noqa: D301 -- keeps lines
    from api.cli import workbench  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(workbench.probe(port, dialect, addresses, baud, community))


@app.command()
def show(  # noqa: PLR0917 -- Typer hands options over by name
    port: Port,
    text: Annotated[str, typer.Argument(help="What it shall say, until told otherwise.")],
    dialect: Dialect,
    size: Size,
    depth: Depth = None,
    address: Address = None,
    baud: Baud = None,
    community: Community = "",
    font: Annotated[int | None, typer.Option(help="Font slot; the largest that fits.")] = None,
) -> None:
    """Show a text that stands on the board.

    \b
    signcast board show /dev/ttyUSB0 "Họp tổ dân phố 19g30" -d am03127 --size 192x16
    """  # noqa: D301 -- keeps lines
    from api.cli import workbench  # noqa: PLC0415 -- see the module's docstring

    wanted = workbench.Wanted(port, dialect, size, depth, address, baud, community)
    raise typer.Exit(workbench.show(wanted, text, font))


@app.command()
def clear(  # noqa: PLR0917 -- Typer hands options over by name
    port: Port,
    dialect: Dialect,
    size: Size,
    depth: Depth = None,
    address: Address = None,
    baud: Baud = None,
    community: Community = "",
) -> None:
    """Darken every LED."""
    from api.cli import workbench  # noqa: PLC0415 -- see the module's docstring

    wanted = workbench.Wanted(port, dialect, size, depth, address, baud, community)
    raise typer.Exit(workbench.clear(wanted))


@app.command()
def status(  # noqa: PLR0917 -- Typer hands options over by name
    port: Port,
    dialect: Dialect,
    size: Size = "64x16",
    depth: Depth = None,
    address: Address = None,
    baud: Baud = None,
    community: Community = "",
) -> None:
    """Ask the board how it is. Exit status 1 when it is not well."""
    from api.cli import workbench  # noqa: PLC0415 -- see the module's docstring

    wanted = workbench.Wanted(port, dialect, size, depth, address, baud, community)
    raise typer.Exit(workbench.status(wanted))


@app.command()
def brightness(  # noqa: PLR0917 -- Typer hands options over by name
    port: Port,
    percent: Annotated[int, typer.Argument(min=0, max=100, help="The nearest it has is set.")],
    dialect: Dialect,
    size: Size = "64x16",
    depth: Depth = None,
    address: Address = None,
    baud: Baud = None,
    community: Community = "",
) -> None:
    """Set the brightness."""
    from api.cli import workbench  # noqa: PLC0415 -- see the module's docstring

    wanted = workbench.Wanted(port, dialect, size, depth, address, baud, community)
    raise typer.Exit(workbench.set_brightness(wanted, percent))


@app.command()
def clock(  # noqa: PLR0917 -- Typer hands options over by name
    port: Port,
    dialect: Dialect,
    size: Size = "64x16",
    depth: Depth = None,
    address: Address = None,
    baud: Baud = None,
    community: Community = "",
    zone: Annotated[str, typer.Option(help="Whose wall clock to set.")] = "Asia/Ho_Chi_Minh",
) -> None:
    """Set the board's own clock to this machine's time."""
    from api.cli import workbench  # noqa: PLC0415 -- see the module's docstring

    wanted = workbench.Wanted(port, dialect, size, depth, address, baud, community)
    raise typer.Exit(workbench.set_clock(wanted, zone))
