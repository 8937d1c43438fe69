"""The demo's district: read from district.toml, enrolled once, its secrets kept in one file."""

import json
import shutil
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from api.cli.files import write_private

Record = dict[str, Any]

TENANT: Final = "demo"
THIN: Final = "thin"
"""The dialect of boards that hang on the broker alone."""
_OF_OLD: Final = {"carrier": "serial", "address": 1}
"""How boards were reached in folders from before they spoke several dialects."""


@dataclass(frozen=True)
class Demo:
    """The district's records as written in district.toml, and what enrolment gave out."""

    areas: list[Record]
    boards: list[Record]
    speakers: list[Record]
    """Those with a `route` are on trucks."""
    zones: list[Record]
    """What trucks say there: `says`."""
    token: str
    plan_key: str
    """The controller's public plan key: raw 32 bytes in Base64."""
    secrets: dict[str, str]
    panel_secrets: dict[str, str]
    reached: dict[str, Record]
    """How each board on a line is found: carrier, and what its dialect asks for."""

    @property
    def trucks(self) -> list[Record]:
        """Return the loudspeakers on trucks."""
        return [speaker for speaker in self.speakers if "route" in speaker]

    @property
    def open_devices(self) -> list[str]:
        """Return the devices of areas without an hours policy."""
        free = {area["id"] for area in self.areas if area.get("open")}
        return [record["id"] for record in self.boards + self.speakers if record["area"] in free]


def enrolled(home: Path, plan_file: Path | None = None) -> Demo:
    """Return the demo's district, creating and enrolling it when `home` holds none yet.

    `plan_file` is another district than the demo's own. The controller's folder is built beside
    and renamed into place: a first start that was cut short is simply begun again.
    """
    file = plan_file or resources.files("api.cli").joinpath("district.toml")
    plan = tomllib.loads(file.read_text("utf-8"))
    if not (home / "enrolment.json").exists():
        # Database and cryptography are slow to load, and only a first start needs them here.
        from api.cli.enrolment import enrol  # noqa: PLC0415

        fresh = home.with_name(home.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        write_private(fresh / "enrolment.json", json.dumps(enrol(fresh, plan), indent=1))
        shutil.rmtree(home, ignore_errors=True)
        fresh.rename(home)
    issued = json.loads((home / "enrolment.json").read_text("utf-8"))
    # A folder from before boards had colours keeps the boards it enrolled.
    was_reached = issued.pop("reached", {})
    depths = issued.pop("depths", {})
    # What joined the demo after this folder was made is not there.
    boards = [
        board | {"depth": depths.get(board["id"], "mono")}
        for board in plan["board"]
        if board["id"] in issued["secrets"]
    ]
    speakers = [it for it in plan.get("speaker", []) if it["id"] in issued["secrets"]]
    zones = plan.get("zone", []) if any("route" in speaker for speaker in speakers) else []
    reached = {board["id"]: was_reached.get(board["id"], _OF_OLD) for board in boards}
    return Demo(
        areas=plan["area"],
        boards=boards,
        speakers=speakers,
        zones=zones,
        reached=reached,
        **issued,
    )
