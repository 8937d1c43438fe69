"""Enrolling the demo's district in a new store, and letting its administrator in."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Final

from api.cli.district import TENANT, THIN, Record
from controller.audit import SYSTEM
from controller.bootstrap import Services, prepare
from controller.model import Area, Device, DeviceKind, TruckZone
from controller.settings import Settings
from drivers.catalogue import DIALECTS
from drivers.dialect import NO_ADDRESS
from playlists.text.frame import Depth, Geometry

ADMINISTRATOR: Final = "Quản trị viên"
GATEWAY_STRIP_PX: Final = 20_000
"""What a board does not move by itself is held by its gateway, which has memory enough."""


def sign_in_code(home: Path) -> str:
    """Return a code that signs the demo's administrator in, once."""
    with _services(home) as services:
        return services.access.create_sign_in_code(ADMINISTRATOR)


@contextmanager
def _services(home: Path) -> Iterator[Services]:
    with prepare(Settings(data_dir=home, tenant=TENANT)) as services:
        yield services


def enrol(home: Path, plan: dict[str, list[Record]]) -> Record:
    """Create areas and devices in a new store; return everything that was given out."""
    with _services(home) as services:
        for area in plan["area"]:
            services.district.create_area(_area(area))
        for zone in plan.get("zone", []):
            services.zones.create(_zone(services, zone), SYSTEM)
        given = [
            *(services.district.enrol(_board(it), thin=_thin(it)) for it in plan["board"]),
            *(services.district.enrol(_speaker(it), thin=False) for it in plan.get("speaker", [])),
        ]
        return {
            "token": services.access.create_token(ADMINISTRATOR, may_approve_alone=True),
            "plan_key": base64.b64encode(services.plan_key).decode(),
            "secrets": {one.device: one.secret for one in given},
            "depths": {board["id"]: board["depth"] for board in plan["board"]},
            "panel_secrets": {one.device: one.panel_secret for one in given if one.panel_secret},
            "reached": {it["id"]: _reached(it) for it in plan["board"] if not _thin(it)},
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
    size, depth = Geometry(record["width_px"], record["height_px"]), Depth.of(record["depth"])
    native_px = 0
    if not _thin(record):
        dialect = DIALECTS[record["dialect"]]
        native_px = dialect.capabilities(dialect.site(size, depth=depth)).max_strip_px
    return Device(
        id=record["id"],
        name=record["name"],
        kind=DeviceKind.BOARD,
        area=record["area"],
        width_px=size.width_px,
        height_px=size.height_px,
        max_strip_px=native_px or GATEWAY_STRIP_PX,
        idle_text=record["idle"],
        depth=depth,
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
        mobile="route" in record,
    )


def _zone(services: Services, record: Record) -> TruckZone:
    cap_db, quiet = record.get("cap_db", 0.0), record.get("quiet", False)
    return services.zones.draft(
        record["id"], record["name"], record["polygon"], cap_db, quiet, SYSTEM
    )


def _reached(record: Record) -> Record:
    """Return how a board is found: its carrier, its address, the word it wants to hear."""
    dialect = DIALECTS[record["dialect"]]
    carrier = dialect.carriers[0]
    addresses = dialect.addresses_over(carrier)
    found: Record = {"carrier": str(carrier)}
    if addresses != NO_ADDRESS:
        found["address"] = record.get("address", addresses[0])
    if dialect.needs_community:
        found["community"] = token_hex(8)  # no two alike, none built in
    return found


def _thin(record: Record) -> bool:
    return bool(record["dialect"] == THIN)
