"""`signcast board`: the work behind its commands."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from api.cli import sizes
from api.cli.onetry import OneTry
from drivers import ports
from drivers.catalogue import DIALECTS
from drivers.dialect import NO_ADDRESS, Carrier, Dialect, Site
from drivers.errors import DriverError, LinkLost, Unsupported
from drivers.ports import Board, Capabilities, Percent, Status
from drivers.transport.opening import open_link
from playlists.errors import PlaylistsError
from playlists.text import render
from playlists.text.frame import Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Style
from playlists.text.scene import Motion

_ADDRESSES: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
USUAL: Final = Geometry(64, 16)
"""What a board is taken for where its size says nothing."""
USUAL_ADDRESSES: Final = 4
"""How many of a dialect's addresses are tried: installers count from the first."""
OK, FAILED, MISUSED = 0, 1, 2


class Wanted(NamedTuple):
    """What the command line says of a board."""

    port: str
    dialect: str
    size: str
    depth: str | None
    address: int | None
    baud: int | None
    community: str


class _Misuse(Exception):
    """What is wrong with the command line, and what to write instead."""


def list_dialects() -> int:
    """Print the table of dialects."""
    table = Table("Dialect", "Boards", "Over", "Colours", "Pictures as", "Also", box=SIMPLE_HEAD)
    for dialect in DIALECTS.values():
        able = dialect.capabilities(dialect.site(USUAL))
        table.add_row(
            dialect.name,
            dialect.title,
            ", ".join(_over(dialect)),
            ", ".join(depth.word for depth in dialect.depths),
            "none: controls only" if able.route is None else able.route,
            ", ".join(_also(able, dialect)),
        )
    Console().print(table)
    return OK


def probe(
    port: str, dialect: str | None, addresses: str | None, baud: int | None, community: str
) -> int:
    """Print a table of who answers on a port; 1 when nobody does."""
    console = Console()
    try:
        asked = None if addresses is None else _range(addresses)
        tries = list(_tries(port, dialect, asked, community))
        found = _ask_all(port, tries, baud, console)
    except _Misuse as exc:
        return _refuse(str(exc))
    except LinkLost as exc:
        return _refuse(str(exc), FAILED)
    if not found:
        names = sorted({one.name for one, _ in tries})
        return _refuse(f"{port}: nobody answers in {', '.join(names)}", FAILED)
    table = Table(
        "Dialect", "Address", "State", "Model", "Brightness", "Clock", "Says", box=SIMPLE_HEAD
    )
    for one, site, answer in found:
        table.add_row(one.name, str(site.address), *_cells(answer))
    console.print(table)
    return OK


def show(wanted: Wanted, text: str, font: int | None) -> int:
    """Show a text; refuse one that does not stand."""

    def act(board: Board) -> str:
        able = board.capabilities
        scene = render.scene(
            normalise(text).text,
            able.geometry,
            Style(font=font),
            max_strip_px=able.geometry.width_px,
            depth=able.depth,
        )
        page = scene.pages[0]
        if len(scene.pages) > 1 or page.motion is not Motion.HOLD or page.fields:
            raise _Misuse(
                f"the text does not stand still on {able.geometry}: make it shorter, or choose a "
                "smaller --font; a gateway plays texts that move"
            )
        board.show(page.strip.to_frame(able.depth))
        return "shown"

    return _with_board(wanted, act)


def clear(wanted: Wanted) -> int:
    """Darken a board."""

    def act(board: Board) -> str:
        board.blank()
        return "dark"

    return _with_board(wanted, act)


def status(wanted: Wanted) -> int:
    """Print what a board says of itself; 1 when it is not well."""
    answers: list[Status] = []

    def act(board: Board) -> str:
        answers.append(board.status())
        return ""

    exit_status = _with_board(wanted, act)
    for answer in answers:
        table = Table("State", "Model", "Brightness", "Clock", "Says", box=SIMPLE_HEAD)
        table.add_row(*_cells(answer))
        Console().print(table)
        exit_status = OK if answer.ok else FAILED
    return exit_status


def set_brightness(wanted: Wanted, level_pct: int) -> int:
    """Set a board's brightness."""

    def act(board: Board) -> str:
        board.set_brightness(Percent(level_pct))
        return f"brightness {level_pct} %"

    return _with_board(wanted, act)


def set_clock(wanted: Wanted, zone: str) -> int:
    """Set a board's clock to this machine's time in a zone."""
    try:
        local = datetime.now(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ZoneInfoNotFoundError, ValueError):
        return _refuse(f"--zone {zone}: there is no such zone; write it as Asia/Ho_Chi_Minh")

    def act(board: Board) -> str:
        board.set_clock(local)
        return f"clock {local:%Y-%m-%d %H:%M:%S}"

    return _with_board(wanted, act)


def _with_board(wanted: Wanted, act: Callable[[Board], str]) -> int:
    """Open a board, act, and say what was done or what went wrong."""
    try:
        with _open(wanted) as board:
            done = act(board)
    except (_Misuse, PlaylistsError, Unsupported) as exc:
        return _refuse(str(exc))
    except DriverError as exc:
        return _refuse(str(exc), FAILED)  # each names the board or its line
    if done:
        typer.echo(f"{wanted.port}: {done}")
    return OK


@contextlib.contextmanager
def _open(wanted: Wanted) -> Iterator[Board]:
    dialect = _dialect(wanted.dialect)
    site = _site(wanted, dialect)
    if site.over not in dialect.carriers:
        raise _Misuse(f"{dialect.name} travels over {', '.join(_over(dialect))}: see PORT")
    link = _open_link(wanted.port, dialect, wanted.baud)
    try:
        board = dialect.open(link, site)
    except DriverError:
        link.close()
        raise
    try:
        yield board
    finally:
        board.close()


def _open_link(port: str, dialect: Dialect, baud: int | None) -> ports.ByteLink:
    line = dialect.line if baud is None else replace(dialect.line, baud=baud)
    return open_link(port, line, dialect.ip_port)


def _dialect(name: str) -> Dialect:
    if name not in DIALECTS:
        raise _Misuse(f"--dialect {name}: one of {', '.join(DIALECTS)}")
    return DIALECTS[name]


def _site(wanted: Wanted, dialect: Dialect) -> Site:
    geometry = sizes.read_size(wanted.size)
    if geometry is None:
        raise _Misuse(f"--size {wanted.size}: {sizes.WRITTEN}")
    depths = {depth.word: depth for depth in dialect.depths}
    depth = dialect.depths[0] if wanted.depth is None else depths.get(wanted.depth)
    if depth is None:
        raise _Misuse(f"--depth {wanted.depth}: with {dialect.name} one of {', '.join(depths)}")
    addresses = dialect.addresses_over(Carrier.of(wanted.port))
    address = addresses[0] if wanted.address is None else wanted.address
    if address not in addresses:
        raise _Misuse(f"--address {address}: with {dialect.name} {addresses[0]} to {addresses[-1]}")
    if dialect.needs_community and not wanted.community:
        raise _Misuse(f"{dialect.name} needs --community, or SIGNCAST_COMMUNITY: the sign's word")
    return Site(geometry, depth, address, wanted.community, Carrier.of(wanted.port))


def _tries(
    port: str, name: str | None, addresses: range | None, community: str
) -> Iterator[tuple[Dialect, Site]]:
    """Yield whom to ask for: each dialect that can travel over the port, at each address."""
    over = Carrier.of(port)
    chosen = _likely(port, over) if name is None else [_dialect(name)]
    asked = False
    for dialect in chosen:
        if dialect.probe is None or over not in dialect.carriers:
            continue
        if dialect.needs_community and not community:
            continue
        known = dialect.addresses_over(over)
        everywhere = addresses is None or known == NO_ADDRESS
        for address in known[:USUAL_ADDRESSES] if everywhere else addresses or ():
            if address in known:
                asked = True
                yield (
                    dialect,
                    dialect.site(USUAL, address=address, carrier=over, community=community),
                )
    if not asked:
        raise _Misuse(f"{port}: no dialect that answers questions travels over this")


def _likely(port: str, over: Carrier) -> list[Dialect]:
    """Return the dialects that a network port is known for; all, for one that is known for none."""
    known = [one for one in DIALECTS.values() if over in one.carriers and one.ip_port is not None]
    by_port = [one for one in known if port.endswith(f":{one.ip_port}")]
    return by_port or list(DIALECTS.values())


def _ask_all(
    port: str, tries: list[tuple[Dialect, Site]], baud: int | None, console: Console
) -> list[tuple[Dialect, Site, Status]]:
    found = []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Asking", total=len(tries))
        for dialect, site in tries:
            progress.update(task, description=f"{dialect.name} {site.address}")
            answer = _ask(port, dialect, site, baud)
            if answer is not None:
                found.append((dialect, site, answer))
            progress.advance(task)
    return found


def _ask(port: str, dialect: Dialect, site: Site, baud: int | None) -> Status | None:
    link = OneTry(_open_link(port, dialect, baud))
    try:
        return None if dialect.probe is None else dialect.probe(link, site)
    except LinkLost:
        return None  # a TCP peer that hangs up does not speak this dialect
    finally:
        link.close()


def _range(text: str) -> range:
    match = _ADDRESSES.fullmatch(text)
    if match is None:
        raise _Misuse(f"--addresses {text}: write it as 1-16")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


def _cells(answer: Status) -> tuple[str, ...]:
    says = "; ".join(filter(None, (answer.detail, *answer.faults)))
    if answer.temperature_c is not None:
        says = f"{answer.temperature_c:.0f} °C; {says}".removesuffix("; ")
    return (
        "[green]well[/]" if answer.ok else "[red]not well[/]",
        answer.model or "-",
        "-" if answer.brightness is None else f"{answer.brightness} %",
        "-" if answer.local is None else f"{answer.local:%Y-%m-%d %H:%M:%S}",
        says or "-",
    )


def _over(dialect: Dialect) -> list[str]:
    ways = [f"{dialect.line}"] if Carrier.SERIAL in dialect.carriers else []
    port = "" if dialect.ip_port is None else f" {dialect.ip_port}"
    return ways + [f"{one.upper()}{port}" for one in dialect.carriers if one is not Carrier.SERIAL]


def _also(able: Capabilities, dialect: Dialect) -> list[str]:
    words = {
        "answers": able.acknowledges,
        "brightness": able.brightness,
        "clock": able.clock,
        "reads back": able.reads_back,
        "emergency": able.emergency,
        "scrolls": bool(able.motions),
        "can be found": dialect.probe is not None,
    }
    return [word for word, holds in words.items() if holds]


def _refuse(reason: str, status: int = MISUSED) -> int:
    typer.echo(f"signcast: {reason}", err=True)
    return status
