"""`signcast`: each command is a few lines here and a module of its own beside.

Modules are imported inside their command, so that `--help` answers at once and the gateway does
not load the web server.
"""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import board, doctor, firmware, fonts

app = typer.Typer(
    help="One place decides what a district's LED boards and loudspeakers say, and when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
)
app.add_typer(board.app, name="board")
app.add_typer(doctor.app, name="doctor")
app.add_typer(firmware.app, name="firmware")
app.add_typer(fonts.app, name="fonts")

DataDir = Annotated[Path, typer.Option("--data", help="Folder that holds everything remembered.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="Port of the web console and API.")]
MqttPort = Annotated[int, typer.Option(min=1, max=65_535, help="Port of the embedded broker.")]
Tenant = Annotated[str, typer.Option(help="Name of this installation in MQTT topics.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Config = Annotated[Path, typer.Argument(help="A TOML file.", exists=True, dir_okay=False)]


@app.callback()
def _log(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more while working.")
    ] = False,
) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    for chatty in ("httpx", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@app.command()
def demo(data: DataDir = Path("demo-data"), port: Port = 8000) -> None:
    """Run a whole district on this machine: controller, broker, gateway and simulated hardware."""
    from api.cli.demo import run  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(run(data, port))


@app.command()
def serve(
    data: DataDir,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    mqtt_port: MqttPort = 1883,
    tenant: Tenant = "signcast",
) -> None:
    """Run the controller: store, planner, embedded broker, API and console."""
    from api.cli.serve import run  # noqa: PLC0415 -- see the module's docstring

    _until_stopped(run(data, host=host, port=port, mqtt_port=mqtt_port, tenant=tenant))


@app.command()
def gateway(config: Config) -> None:
    """Run the field process that plays plans on boards and loudspeakers."""
    from firmware_bridge.gateway import run  # noqa: PLC0415 -- see the module's docstring

    _until_stopped(run(config))


@app.command()
def simulate(config: Config) -> None:
    """Run make-believe boards and loudspeakers that speak the real protocols."""
    from simulator.web import run  # noqa: PLC0415 -- see the module's docstring

    _until_stopped(run(config))


@app.command()
def render(  # noqa: PLR0917 -- Typer hands options over by name
    text: Annotated[str, typer.Argument(help="What the board shall say; markup such as [đỏ]…[/].")],
    out: Annotated[Path, typer.Option(help="Picture to write: .png, or .gif for motion.")],
    board: Annotated[str, typer.Option(help="The board's size in LEDs.")] = "192x32",
    depth: Annotated[str, typer.Option(help="Colours: mono, tricolour or rgb.")] = "mono",
    font: Annotated[int | None, typer.Option(help="Font slot; the largest that fits.")] = None,
    strip: Annotated[bool, typer.Option("--strip", help="The whole line, not wrapped.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder with a site's imported fonts.")] = None,
) -> None:
    """Draw a text as a board would show it: a PNG with one pixel per LED, a GIF of glowing LEDs."""
    from api.cli.render import Wish, run  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(run(Wish(text, out, board, depth, font, strip, data)))


@app.command()
def speak(  # noqa: PLR0917 -- Typer hands options over by name
    text: Annotated[str, typer.Argument(help="What shall be said.")],
    out: Annotated[Path | None, typer.Option(help="Sound to write: .wav or .ogg.")] = None,
    voice: Annotated[
        str | None, typer.Option(help="A voice, such as espeak:vi-vn-x-south.")
    ] = None,
    language: Annotated[str, typer.Option(help="The text's language.")] = "vi",
    speed: Annotated[int, typer.Option(help="Reading speed in percent, 50 to 200.")] = 100,
    spoken: Annotated[bool, typer.Option("--spoken", help="Print what is said, in words.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of a site with its voices.")] = None,
) -> None:
    """Say a text as a loudspeaker would: numbers and abbreviations written out, levelled."""
    from api.cli.speak import Wish, run  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(run(Wish(text, out, language, voice, speed, spoken, data)))


@app.command()
def page(  # noqa: PLR0917 -- Typer hands options over by name
    file: Annotated[str, typer.Argument(help="A sound file of any usual kind; - reads stdin.")],
    to: Annotated[
        list[str],
        typer.Option(help="Where: area:…, group:… or device:…, as in the API; may be repeated."),
    ],
    broadcast_class: Annotated[
        str, typer.Option("--class", help="normal, priority or emergency.")
    ] = "normal",
    priority: Annotated[int, typer.Option(help="0 to 100, within the class.")] = 50,
    max_s: Annotated[
        int | None, typer.Option(help="Silence after so many seconds, whatever happens.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What it is called; the file's name.")] = None,
    url: Annotated[
        str, typer.Option(envvar="SIGNCAST_URL", help="The controller's address.")
    ] = "http://127.0.0.1:8000",
    token: Annotated[
        str,
        typer.Option(
            envvar="SIGNCAST_TOKEN", help="Of who may approve alone, as in a demo's demo.json."
        ),
    ] = "",
) -> None:
    """Speak a sound file live to loudspeakers, now, as the console's microphone does.

    It begins when the loudspeakers listen, or after five seconds without those that are missing.
    Ctrl-C releases: they fall silent. The hours hold as for every sound; only emergencies pass.
    Exit status 1: refused, or ended before the sound did.

    \b
    export SIGNCAST_URL=http://127.0.0.1:8000 SIGNCAST_TOKEN=…
    signcast page lu-ve.mp3 --to area:phuong-1 --class emergency
    ffmpeg -i film.mkv -t 60 -f wav - | signcast page - --to device:loa-cho --max-s 90
    """  # noqa: D301 -- keeps lines
    from api.cli.page import Wish, run  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(run(Wish(file, to, broadcast_class, priority, max_s, name, url, token)))


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end; what is wrong with a file, a port or a broker is said in one line."""
    from controller.errors import ControllerError  # noqa: PLC0415 -- see the module's docstring
    from firmware_bridge.errors import BridgeError  # noqa: PLC0415
    from simulator.errors import SimulatorError  # noqa: PLC0415

    # A polite kill unwinds like Ctrl-C, so that children and lines are given back in order. The
    # web server takes signals over while it serves and raises them again when it has stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(work)
    except (ControllerError, BridgeError, SimulatorError, OSError) as exc:
        typer.echo(f"signcast: {exc}", err=True)
        raise typer.Exit(1) from exc
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
