"""A whole district from one TOML file: boards on lines and MQTT, loudspeakers on TCP."""

import asyncio
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.catalogue import DIALECTS
from drivers.dialect import Carrier, Site
from drivers.errors import DriverError
from drivers.gps.driver import SCHEME
from playlists.errors import BadBytes
from playlists.text.frame import Depth, Geometry
from simulator.boards.board import SimulatedBoard
from simulator.boards.catalogue import SIGNS
from simulator.boards.equipped import equip
from simulator.boards.thin import ThinPanel
from simulator.boards.wired import WiredBoard
from simulator.errors import BadDistrict
from simulator.lines import Line, PtyLine, TcpLine, UdpLine
from simulator.receivers import GpsdReceiver, NmeaReceiver, SimulatedReceiver
from simulator.speakers.amplifier import Amplifier
from simulator.speakers.relays import RelayBoard
from simulator.speakers.speaker import SimulatedSpeaker
from simulator.trucks import Truck, truck_of


@dataclass(frozen=True)
class District:
    """Everything that is simulated, by name, and where the simulator's own face is."""

    host: str
    port: int
    boards: dict[str, SimulatedBoard] = field(default_factory=dict)
    speakers: dict[str, SimulatedSpeaker] = field(default_factory=dict)
    relays: dict[str, RelayBoard] = field(default_factory=dict)
    """Relay boards by their lines."""
    trucks: dict[str, SimulatedReceiver] = field(default_factory=dict)
    """Receivers of loudspeaker trucks; what such a truck says is heard at its speaker."""

    async def live(self) -> None:
        """Let every device live until cancelled."""
        try:
            async with asyncio.TaskGroup() as lives:
                for speaker in self.speakers.values():
                    await speaker.start()
                for line, relays in self.relays.items():
                    lives.create_task(relays.run(), name=line)
                for board in self.boards.values():
                    lives.create_task(board.run(), name=board.id)
                for name, receiver in self.trucks.items():
                    lives.create_task(receiver.run(), name=name)
        finally:
            for speaker in self.speakers.values():
                await speaker.stop()


def read(path: Path) -> District:
    """Build the district of a file; BadDistrict says what to change in it."""
    try:
        return _district(tomllib.loads(path.read_text("utf-8")), path.parent)
    except OSError as exc:
        raise BadDistrict(f"{path} cannot be read: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadDistrict(f"{path} is not TOML: {exc}") from exc
    except KeyError as exc:
        raise BadDistrict(f"{path}: a table lacks {exc}") from exc
    except (TypeError, ValueError, AttributeError, BadBytes, DriverError) as exc:
        raise BadDistrict(f"{path}: {exc}") from exc


def _district(document: Mapping[str, Any], folder: Path) -> District:
    face = document["simulator"]
    district = District(str(face["host"]), int(face["port"]))
    lines: dict[str, Line] = {}
    for table in document.get("board", ()):
        district.boards[table["id"]] = _board(table, face, folder, lines)
    for table in document.get("speaker", ()):
        name = str(table["id"])
        amplifier = _amplifier(table, folder, district.relays)
        port = int(table["port"])
        speaker = SimulatedSpeaker(name, district.host, port, amplifier=amplifier)
        district.speakers[name] = speaker
    for table in document.get("truck", ()):
        truck = truck_of(table)
        district.trucks[truck.id] = _receiver(truck, str(table["gps"]), folder)
    return district


def _receiver(truck: Truck, gps: str, folder: Path) -> SimulatedReceiver:
    """Put a truck's receiver on a serial line, or behind a gpsd."""
    if not gps.startswith(SCHEME):
        return NmeaReceiver(truck, PtyLine(folder / gps))
    host, _, port = gps.removeprefix(SCHEME).rpartition(":")
    return GpsdReceiver(truck, host, int(port))


def _amplifier(
    table: Mapping[str, Any], folder: Path, relays: dict[str, RelayBoard]
) -> Amplifier | None:
    """Put an amplifier behind a channel of a relay board, if the loudspeaker has one."""
    if "relay" not in table:
        return None
    amplifier = Amplifier(int(table.get("wake_ms", 0)), time.monotonic)
    link = str(table["relay"])
    if link not in relays:
        relays[link] = RelayBoard(_line(link, folder))
    relays[link].amplifiers[int(table.get("relay_channel", 1))] = amplifier
    return amplifier


def _board(
    table: Mapping[str, Any], face: Mapping[str, Any], folder: Path, lines: dict[str, Line]
) -> SimulatedBoard:
    name, dialect = str(table["id"]), str(table["dialect"])
    geometry = Geometry(table["width_px"], table["height_px"])
    depth = Depth.of(table.get("depth", "mono"))
    if dialect == "thin":
        return ThinPanel(
            name,
            geometry,
            depth,
            mqtt_url=str(face["mqtt_url"]),
            tenant=str(face["tenant"]),
            secret=str(table["secret"]),
        )
    if dialect not in SIGNS:
        raise BadDistrict(f"{name}: no dialect is called {dialect!r}")
    if depth not in DIALECTS[dialect].depths:
        raise BadDistrict(f"{name}: {DIALECTS[dialect].title} is never {depth.word}")
    link = str(table["link"])
    site = Site(
        geometry,
        depth,
        int(table.get("address", 0)),
        str(table.get("community", "")),
        Carrier.of(link),
    )
    line = lines.setdefault(link, _line(link, folder))
    sign = SIGNS[dialect](site, time.monotonic)
    if "hardware" in table:
        sign = equip(sign, site, str(table["hardware"]), table.get("firmware_keys", ()))
    return WiredBoard(name, dialect, sign, line)


def _line(link: str, folder: Path) -> Line:
    carrier = Carrier.of(link)
    if carrier is Carrier.SERIAL:
        return PtyLine(folder / link)
    host, _, port = link.partition("://")[2].rpartition(":")
    return TcpLine(host, int(port)) if carrier is Carrier.TCP else UdpLine(host, int(port))
