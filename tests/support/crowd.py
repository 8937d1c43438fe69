"""A district of any size, written straight into the store: areas, devices, groups, broadcasts.

Everything but what a whole province is told grows with the number of wards, so that a district
twice as large is twice the work, and a device has as much to say in either. Chance is seeded: the
same size is the same district.
"""

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.bootstrap import Services
from controller.model import (
    Area,
    Broadcast,
    BroadcastDraft,
    BroadcastState,
    ContentKind,
    Device,
    DeviceKind,
    Group,
    RuleDraft,
    TruckZone,
)
from controller.store import broadcasts, contents, places, zones
from controller.store.store import Tx
from playlists.schedule.plan import Asset, AssetKind, BroadcastClass
from playlists.schedule.zones import Place, Polygon, Zone

WARDS_PER_DISTRICT = 20
GROUP_SIZE = 20
PROVINCE_WIDE = 4
HORIZON_H = 9 * 24
"""Broadcasts begin within nine days: some after the lease."""
BOARDS = (192, 32), (128, 16)
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


@dataclass(frozen=True)
class Size:
    """How large a district is."""

    wards: int
    devices: int
    broadcasts: int

    @property
    def areas(self) -> int:
        return 1 + -(-self.wards // WARDS_PER_DISTRICT) + self.wards


STATED = Size(wards=475, devices=10_000, broadcasts=2_000)
"""500 areas."""


def settle(services: Services, size: Size) -> list[str]:
    """Write the district and its broadcasts; return the devices. Nothing is planned yet."""
    chance = random.Random(20_261_125)
    now = services.clock.now()
    with services.store.write() as tx:
        area_of = _areas(tx, size)
        devices = [_device(number, size) for number in range(size.devices)]
        for one in devices:
            idle = _asset(f"idle {one.width_px}", AssetKind.SCENE)
            contents.add_asset(tx, idle)
            _enrol(tx, one, idle)
        for zone in (_zone("cho", quiet=False), _zone("truong", quiet=True)):
            zones.add(tx, TruckZone(zone.id, zone, now, "bench"))
        groups = _groups(tx, devices, chance)
        of_kind = {kind: [one for one in devices if one.kind is kind] for kind in DeviceKind}
        for number in range(size.broadcasts):
            wanted = DeviceKind.BOARD if number % 2 else DeviceKind.SPEAKER
            meant = _meant(number, devices, groups, area_of, chance)
            on = [one for one in meant if one.kind is wanted]
            _book(tx, number, on or [chance.choice(of_kind[wanted])], chance, now)
    return [one.id for one in devices]


def _areas(tx: Tx, size: Size) -> dict[str, str]:
    """Return the district of each ward."""
    places.add_area(tx, Area("tinh", "Tỉnh", None, "Asia/Ho_Chi_Minh", None))
    area_of = {f"xa-{ward}": f"huyen-{ward // WARDS_PER_DISTRICT}" for ward in range(size.wards)}
    for district in dict.fromkeys(area_of.values()):
        places.add_area(tx, Area(district, district, "tinh", None, None))
    for ward, district in area_of.items():
        preset = "lien-chieu" if int(ward[3:]) % 3 == 0 else None
        places.add_area(tx, Area(ward, ward, district, None, preset))
    return area_of


def _device(number: int, size: Size) -> Device:
    name, ward = f"tb-{number}", f"xa-{number % size.wards}"
    if (number // size.wards + number) % 3:
        width_px, height_px = BOARDS[number % 2]
        return Device(name, name, DeviceKind.BOARD, ward, width_px, height_px, 512, "Chào")
    truck = number % 50 == 0
    return Device(name, name, DeviceKind.SPEAKER, ward, None, None, None, "", mobile=truck)


def _enrol(tx: Tx, device: Device, idle: Asset) -> None:
    places.add_device(
        tx,
        device,
        idle_asset=idle.sha256 if device.kind is DeviceKind.BOARD else None,
        broker_hash="-",
        panel_hash=None,
        secret_sha256=hashlib.sha256(device.id.encode()).hexdigest(),
    )


def _zone(name: str, *, quiet: bool) -> Zone:
    corners = Place(16.0, 108.0), Place(16.0, 108.1), Place(16.1, 108.1)
    return Zone(name, Polygon(corners), quiet=quiet)


def _groups(tx: Tx, devices: list[Device], chance: random.Random) -> list[list[Device]]:
    found = []
    for number in range(max(1, len(devices) // 100)):
        members = chance.sample(devices, min(GROUP_SIZE, len(devices)))
        places.add_group(tx, Group(f"nhom-{number}", "Nhóm", tuple(one.id for one in members)))
        found.append(members)
    return found


def _meant(
    number: int,
    devices: list[Device],
    groups: list[list[Device]],
    district_of: dict[str, str],
    chance: random.Random,
) -> list[Device]:
    """Return the devices of a target: of ten broadcasts five are for a ward, one for a district,
    two for a group and two for a single device."""
    if number < PROVINCE_WIDE:
        return devices
    share = number % 10
    near = chance.choice(devices)
    if share < 5:
        return [one for one in devices if one.area == near.area]
    if share == 5:
        district = district_of[near.area]
        return [one for one in devices if district_of[one.area] == district]
    return chance.choice(groups) if share < 8 else [near]


def _book(tx: Tx, number: int, devices: list[Device], chance: random.Random, now: datetime) -> None:
    heard = devices[0].kind is DeviceKind.SPEAKER
    start = now + timedelta(minutes=chance.randrange(HORIZON_H * 60))
    rrule = (None, "FREQ=DAILY", WEEKDAYS)[chance.randrange(3)]
    length_s = chance.choice((300, 900, 3_600))
    draft = BroadcastDraft(
        content_kind=ContentKind.CLIP if heard else ContentKind.MESSAGE,
        content_id=f"noi-dung-{number}",
        targets=("area:tinh",),
        rule=RuleDraft(start=start.isoformat(), duration_s=length_s, rrule=rrule),
        broadcast_class=chance.choice((BroadcastClass.NORMAL, BroadcastClass.PRIORITY)),
        priority=chance.randrange(101),
        zones=("cho",) if heard and rrule is None and number % 7 == 0 else (),
    )
    assets = {one.id: _asset(f"{number} {one.width_px}", _kind(one)) for one in devices}
    for asset in dict.fromkeys(assets.values()):
        contents.add_asset(tx, asset)
    broadcast = Broadcast(
        id=f"{number:016x}",
        draft=draft,
        state=BroadcastState.SUBMITTED if number % 20 == 19 else BroadcastState.APPROVED,
        content_sha256=hashlib.sha256(draft.content_id.encode()).hexdigest(),
        devices=tuple(assets),
        first_start=start,
        last_end=now + timedelta(days=36_500) if rrule else start + timedelta(hours=2),
        asked_at=now,
        created_at=now,
        created_by="bench",
        authors=("bench",),
        approved_by="bench",
    )
    broadcasts.add(tx, broadcast, assets=assets)


def _kind(device: Device) -> AssetKind:
    return AssetKind.SOUND if device.kind is DeviceKind.SPEAKER else AssetKind.SCENE


def _asset(seed: str, kind: AssetKind) -> Asset:
    return Asset(hashlib.sha256(seed.encode()).hexdigest(), kind, 4_000, 60_000)
