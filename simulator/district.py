"""A whole district from one TOML file: boards on pseudo-terminals and MQTT, loudspeakers on TCP."""

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playlists.errors import BadBytes
from playlists.text.frame import Depth, Geometry
from simulator.boards.am03127 import Am03127Board
from simulator.boards.board import SimulatedBoard
from simulator.boards.thin import ThinPanel
from simulator.errors import BadDistrict
from simulator.speakers.speaker import SimulatedSpeaker


@dataclass(frozen=True)
class District:
    """Everything that is simulated, by name, and where the simulator's own face is."""

    host: str
    port: int
    boards: dict[str, SimulatedBoard] = field(default_factory=dict)
    speakers: dict[str, SimulatedSpeaker] = field(default_factory=dict)

    async def live(self) -> None:
        """Let every device live until cancelled."""
        try:
            async with asyncio.TaskGroup() as lives:
                for speaker in self.speakers.values():
                    await speaker.start()
                for board in self.boards.values():
                    lives.create_task(board.run(), name=board.id)
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
    except (TypeError, ValueError, AttributeError, BadBytes) as exc:
        raise BadDistrict(f"{path}: {exc}") from exc


def _district(document: Mapping[str, Any], folder: Path) -> District:
    face = document["simulator"]
    district = District(str(face["host"]), int(face["port"]))
    for table in document.get("board", ()):
        district.boards[table["id"]] = _board(table, face, folder)
    for table in document.get("speaker", ()):
        name = str(table["id"])
        district.speakers[name] = SimulatedSpeaker(name, district.host, int(table["port"]))
    return district


def _board(table: Mapping[str, Any], face: Mapping[str, Any], folder: Path) -> SimulatedBoard:
    name, geometry = str(table["id"]), Geometry(table["width_px"], table["height_px"])
    depth = Depth.of(table.get("depth", "mono"))
    match table["dialect"]:
        case "am03127" if depth is Depth.RGB:
            raise BadDistrict(f"{name}: an AM03127 has no blue LEDs")
        case "am03127":
            path = folder / table["link"]
            return Am03127Board(name, geometry, int(table["address"]), path, depth)
        case "thin":
            return ThinPanel(
                name,
                geometry,
                depth,
                mqtt_url=str(face["mqtt_url"]),
                tenant=str(face["tenant"]),
                secret=str(table["secret"]),
            )
        case other:
            raise BadDistrict(f"{name}: no dialect is called {other!r}")
