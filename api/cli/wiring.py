"""Wiring files of the demo: which device hangs on which line, written anew at each start."""

import contextlib
import json
import random
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.cli.district import TENANT, THIN, Demo, Record
from api.cli.files import write_private

LOOPBACK: Final = "127.0.0.1"
_SERVER_PORTS: Final = range(20_000, 32_000)


@dataclass(frozen=True)
class Ports:
    """The TCP ports of one run, all on the loopback address."""

    console: int
    mqtt: int
    simulator: int
    speakers: dict[str, int]
    boards: dict[str, int]
    """Of the boards that hang on a network."""

    @property
    def url(self) -> str:
        """Return where the console and the API are."""
        return f"http://{LOOPBACK}:{self.console}"

    @property
    def mqtt_url(self) -> str:
        """Return where the embedded broker is."""
        return f"mqtt://{LOOPBACK}:{self.mqtt}"

    @property
    def simulator_url(self) -> str:
        """Return where the simulator's own face is."""
        return f"http://{LOOPBACK}:{self.simulator}"


def free_ports(count: int) -> list[int]:
    """Return TCP ports that nobody listens on now.

    They lie below the range from which the kernel takes ports for outgoing connections: there, a
    client that waits for its server could be given the server's own port.
    """
    found: list[int] = []
    for port in random.sample(_SERVER_PORTS, len(_SERVER_PORTS)):
        with contextlib.suppress(OSError), socket.create_server((LOOPBACK, port)):
            found.append(port)
        if len(found) == count:
            return found
    raise OSError("no free TCP port is left on this machine")


def choose_ports(console: int, demo: Demo) -> Ports:
    """Pick free ports for everything but the console, whose port the operator chose."""
    speakers = [speaker["id"] for speaker in demo.speakers]
    boards = [board["id"] for board in demo.boards if _on_a_network(demo, board)]
    mqtt, simulator, *rest = free_ports(len(speakers) + len(boards) + 2)
    split = len(speakers)
    return Ports(
        console,
        mqtt,
        simulator,
        dict(zip(speakers, rest[:split], strict=True)),
        dict(zip(boards, rest[split:], strict=True)),
    )


def write_simulator(path: Path, demo: Demo, ports: Ports, lines: Path) -> None:
    """Write the simulator's district: its boards on pseudo-terminals below `lines`."""
    tables = [
        _table(
            "simulator",
            host=LOOPBACK,
            port=ports.simulator,
            tenant=TENANT,
            mqtt_url=ports.mqtt_url,
        )
    ]
    for board in demo.boards:
        how: Record = (
            {"secret": demo.panel_secrets[board["id"]]}
            if board["dialect"] == THIN
            else {"link": _where(demo, board, ports, lines)} | _reached(demo, board)
        )
        tables.append(
            _table("[board]", id=board["id"], dialect=board["dialect"], **_leds(board), **how)
        )
    tables += [_table("[speaker]", id=name, port=port) for name, port in ports.speakers.items()]
    for truck in demo.trucks:
        name = truck["id"]
        tables.append(_table("[truck]", id=name, gps=_gps(lines, name), route=truck["route"]))
    write_private(path, "\n".join(tables))


def write_gateway(path: Path, demo: Demo, ports: Ports, lines: Path) -> None:
    """Write the gateway's configuration: every device of the district on one field process."""
    tables = [
        _table(
            "controller",
            url=ports.url,
            mqtt_url=ports.mqtt_url,
            tenant=TENANT,
            plan_keys=[demo.plan_key],
            data=str(path.parent / "field"),
        )
    ]
    for board in demo.boards:
        fields: Record = {"driver": board["dialect"]}
        if board["dialect"] != THIN:
            fields |= {"port": _where(demo, board, ports, lines)} | _reached(demo, board)
        tables.append(_device(demo, board["id"], "board", **fields, **_leds(board)))
    on_trucks = {truck["id"] for truck in demo.trucks}
    for name, port in ports.speakers.items():
        fields = {"driver": "pcm", "port": f"{LOOPBACK}:{port}"}
        if name in on_trucks:
            fields["gps"] = _gps(lines, name)
        tables.append(_device(demo, name, "speaker", **fields))
    write_private(path, "\n".join(tables))


def _on_a_network(demo: Demo, board: Record) -> bool:
    return bool(board["dialect"] != THIN and demo.reached[board["id"]]["carrier"] != "serial")


def _where(demo: Demo, board: Record, ports: Ports, lines: Path) -> str:
    """Return a board's port: its own line or the one it shares, or a port of this machine."""
    if _on_a_network(demo, board):
        carrier = demo.reached[board["id"]]["carrier"]
        return f"{carrier}://{LOOPBACK}:{ports.boards[board['id']]}"
    return str(lines / str(board.get("line", board["id"])))


def _gps(lines: Path, truck: str) -> str:
    return str(lines / f"gps-{truck}")


def _reached(demo: Demo, board: Record) -> Record:
    """Return what else finds a board on its line."""
    found = demo.reached[board["id"]]
    return {key: value for key, value in found.items() if key != "carrier"}


def _leds(board: Record) -> Record:
    return {name: board[name] for name in ("width_px", "height_px", "depth")}


def _device(demo: Demo, name: str, kind: str, **fields: object) -> str:
    return _table("[device]", id=name, kind=kind, secret=demo.secrets[name], **fields)


def _table(header: str, **fields: object) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in fields.items()]
    return "\n".join([f"[{header}]", *lines, ""])


def _value(value: object) -> str:
    """Spell a value in TOML; JSON strings, numbers and arrays of them are TOML as they stand."""
    return json.dumps(value, ensure_ascii=False)
