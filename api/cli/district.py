"""The demo's district: read from district.toml, enrolled once, its secrets kept in one file."""

import base64
import json
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from api.cli.files import write_private
from controller.bootstrap import Services, prepare
from controller.model import Area, Device, DeviceKind
from controller.settings import Settings
from drivers.am03127.driver import max_strip_px

Record = dict[str, Any]

TENANT: Final = "demo"
ADMINISTRATOR: Final = "Quản trị viên"
THIN_STRIP_PX: Final = 20_000
"""A thin board's strip is held by its hosted gateway, which has memory enough."""


@dataclass(frozen=True)
class Demo:
    """The district's records as written in district.toml, and what enrolment gave out."""

    areas: list[Record]
    boards: list[Record]
    speakers: list[Record]
    token: str
    plan_key: str
    """The controller's public plan key: raw 32 bytes in Base64."""
    secrets: dict[str, str]
    panel_secrets: dict[str, str]

    @property
    def open_devices(self) -> list[str]:
        """Return the devices of areas without an hours policy."""
        free = {area["id"] for area in self.areas if area.get("open")}
        return [record["id"] for record in self.boards + self.speakers if record["area"] in free]


def enrolled(home: Path) -> Demo:
    """Return the demo's district, creating and enrolling it when `home` holds none yet.

    The controller's folder is built beside and renamed into place: a first start that was cut
    short is simply begun again.
    """
    plan = tomllib.loads(resources.files("api.cli").joinpath("district.toml").read_text("utf-8"))
    if not (home / "enrolment.json").exists():
        fresh = home.with_name(home.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        write_private(fresh / "enrolment.json", json.dumps(_enrol(fresh, plan), indent=1))
        shutil.rmtree(home, ignore_errors=True)
        fresh.rename(home)
    issued = json.loads((home / "enrolment.json").read_text("utf-8"))
    return Demo(areas=plan["area"], boards=plan["board"], speakers=plan["speaker"], **issued)


def sign_in_code(home: Path) -> str:
    """Return a code that signs the demo's administrator in, once."""
    with _services(home) as services:
        return services.access.create_sign_in_code(ADMINISTRATOR)


@contextmanager
def _services(home: Path) -> Iterator[Services]:
    with prepare(Settings(data_dir=home, tenant=TENANT)) as services:
        yield services


def _enrol(home: Path, plan: dict[str, list[Record]]) -> Record:
    with _services(home) as services:
        for area in plan["area"]:
            services.district.create_area(_area(area))
        given = [
            *(services.district.enrol(_board(it), thin=_thin(it)) for it in plan["board"]),
            *(services.district.enrol(_speaker(it), thin=False) for it in plan["speaker"]),
        ]
        return {
            "token": services.access.create_token(ADMINISTRATOR, may_approve_alone=True),
            "plan_key": base64.b64encode(services.plan_key).decode(),
            "secrets": {one.device: one.secret for one in given},
            "panel_secrets": {one.device: one.panel_secret for one in given if one.panel_secret},
        }


def _area(record: Record) -> Area:
    return Area(
        id=record["id"],
        name=record["name"],
        parent=record.get("parent"),
        tz=record.get("tz"),
        hours_preset=record.get("hours"),
    )


def _board(record: Record) -> Device:
    height_px = record["height_px"]
    return Device(
        id=record["id"],
        name=record["name"],
        kind=DeviceKind.BOARD,
        area=record["area"],
        width_px=record["width_px"],
        height_px=height_px,
        max_strip_px=THIN_STRIP_PX if _thin(record) else max_strip_px(height_px),
        idle_text=record["idle"],
    )


def _speaker(record: Record) -> Device:
    return Device(
        id=record["id"],
        name=record["name"],
        kind=DeviceKind.SPEAKER,
        area=record["area"],
        width_px=None,
        height_px=None,
        max_strip_px=None,
        idle_text="",
    )


def _thin(record: Record) -> bool:
    return bool(record["dialect"] == "thin")
