"""Rows of areas, devices and groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from controller.model import Area, Device, DeviceKind, Group
from controller.store import schema
from playlists.audio.sound import Codec
from playlists.schedule import policyjson
from playlists.schedule.passes import DEFAULT_RULES, PassRules
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.windows import Place
from playlists.text.frame import Depth

_area, _device = schema.area, schema.device
_group, _member = schema.device_group, schema.group_member


@dataclass(frozen=True, slots=True)
class Post:
    """A device, and what of it stands in its plan."""

    device: Device
    idle_asset: str | None
    plan_version: int
    asrun_stored: int


def areas(tx: Connection) -> list[Area]:
    """Return every area, parents before children where ids allow, by id."""
    return [_to_area(row) for row in tx.execute(select(_area).order_by(_area.c.id)).mappings()]


def add_area(tx: Connection, area: Area) -> None:
    """Remember a new area."""
    tx.execute(
        insert(_area).values(
            id=area.id,
            name=area.name,
            parent=area.parent,
            tz=area.tz,
            hours_preset=area.hours_preset,
            hours=None if area.hours is None else policyjson.to_json(area.hours),
            approvals=area.approvals,
        )
    )


def set_approvals(tx: Connection, area: str, approvals: int | None) -> None:
    """Remember how many persons a broadcast takes in an area; None = as inherited."""
    tx.execute(update(_area).where(_area.c.id == area).values(approvals=approvals))


def set_hours(tx: Connection, area: str, hours: HoursPolicy | None) -> None:
    """Remember an area's own hours; None = those of its preset, or inherited ones."""
    document = None if hours is None else policyjson.to_json(hours)
    tx.execute(update(_area).where(_area.c.id == area).values(hours=document))


def devices(tx: Connection, ids: Iterable[str] | None = None) -> list[Device]:
    """Return all devices, or those named, by id."""
    query = select(_device).order_by(_device.c.id)
    if ids is not None:
        query = query.where(_device.c.id.in_(list(ids)))
    return [_to_device(row) for row in tx.execute(query).mappings()]


def posts(tx: Connection, ids: Iterable[str]) -> list[Post]:
    """Return the devices named, by id, with what of them stands in their plans."""
    query = select(_device).where(_device.c.id.in_(list(ids))).order_by(_device.c.id)
    return [
        Post(_to_device(row), row["idle_asset"], row["plan_version"], row["asrun_stored"])
        for row in tx.execute(query).mappings()
    ]


def add_device(
    tx: Connection,
    device: Device,
    *,
    idle_asset: str | None,
    broker_hash: str,
    panel_hash: str | None,
    secret_sha256: str,
) -> None:
    """Remember a new device and the hashes of its secrets."""
    tx.execute(
        insert(_device).values(
            id=device.id,
            name=device.name,
            kind=device.kind.value,
            area=device.area,
            width_px=device.width_px,
            height_px=device.height_px,
            max_strip_px=device.max_strip_px,
            depth=device.depth.word,
            idle_text=device.idle_text,
            idle_asset=idle_asset,
            broker_hash=broker_hash,
            panel_hash=panel_hash,
            secret_sha256=secret_sha256,
            plan_version=0,
            asrun_stored=0,
            near=list(device.near) or None,
            **_truck(mobile=device.mobile, rules=device.pass_rules),
            codec=device.codec.value,
        )
    )


def set_near(tx: Connection, device: str, near: Iterable[Place]) -> None:
    """Remember what a loudspeaker stands near."""
    kept = [place.value for place in near] or None
    tx.execute(update(_device).where(_device.c.id == device).values(near=kept))


def set_truck(tx: Connection, device: str, *, mobile: bool, rules: PassRules) -> None:
    """Remember whether a loudspeaker is on a truck, and the rules of its passes."""
    values = _truck(mobile=mobile, rules=rules)
    tx.execute(update(_device).where(_device.c.id == device).values(values))


def device_by_secret(tx: Connection, secret_sha256: str) -> str | None:
    """Return the device whose secret has this hash."""
    return tx.scalar(select(_device.c.id).where(_device.c.secret_sha256 == secret_sha256))


def broker_users(tx: Connection) -> Sequence[RowMapping]:
    """Return id, broker_hash and panel_hash (None for most) of every device."""
    query = select(_device.c.id, _device.c.broker_hash, _device.c.panel_hash)
    return tx.execute(query.order_by(_device.c.id)).mappings().all()


def idle_asset(tx: Connection, device: str) -> str | None:
    """Return the scene a board shows when nothing is on."""
    return tx.scalar(select(_device.c.idle_asset).where(_device.c.id == device))


def set_idle_asset(tx: Connection, device: str, sha256: str) -> None:
    """Remember another scene for when nothing is on."""
    tx.execute(update(_device).where(_device.c.id == device).values(idle_asset=sha256))


def set_plan_versions(tx: Connection, versions: Mapping[str, int]) -> None:
    """Remember the newest plan version of each of these devices."""
    if not versions:
        return
    statement = (
        update(_device)
        .where(_device.c.id == bindparam("named"))
        .values(plan_version=bindparam("newest"))
    )
    tx.execute(statement, [{"named": one, "newest": newest} for one, newest in versions.items()])


def asrun_stored(tx: Connection, device: str) -> int:
    """Return the sequence number up to which the as-run log is complete."""
    return int(tx.scalars(select(_device.c.asrun_stored).where(_device.c.id == device)).one())


def set_asrun_stored(tx: Connection, device: str, seq: int) -> None:
    """Remember up to which sequence number the as-run log is complete."""
    tx.execute(update(_device).where(_device.c.id == device).values(asrun_stored=seq))


def groups(tx: Connection) -> list[Group]:
    """Return every group with its members."""
    members: dict[str, list[str]] = {}
    for row in tx.execute(select(_member).order_by(_member.c.device)):
        members.setdefault(row.group, []).append(row.device)
    found = tx.execute(select(_group).order_by(_group.c.id))
    return [Group(row.id, row.name, tuple(members.get(row.id, ()))) for row in found]


def add_group(tx: Connection, group: Group) -> None:
    """Remember a new group."""
    tx.execute(insert(_group).values(id=group.id, name=group.name))
    for device in group.devices:
        tx.execute(insert(_member).values(group=group.id, device=device))


def _to_area(row: RowMapping) -> Area:
    hours = row["hours"]
    return Area(
        id=row["id"],
        name=row["name"],
        parent=row["parent"],
        tz=row["tz"],
        hours_preset=row["hours_preset"],
        hours=None if hours is None else policyjson.from_json(hours),
        approvals=row["approvals"],
    )


def _truck(*, mobile: bool, rules: PassRules) -> dict[str, object]:
    return {"mobile": mobile, "pass_rules": None if rules == DEFAULT_RULES else rules.to_json()}


def _to_device(row: RowMapping) -> Device:
    rules = row["pass_rules"]
    return Device(
        id=row["id"],
        name=row["name"],
        kind=DeviceKind(row["kind"]),
        area=row["area"],
        width_px=row["width_px"],
        height_px=row["height_px"],
        max_strip_px=row["max_strip_px"],
        idle_text=row["idle_text"],
        depth=Depth.of(row["depth"]),
        near=tuple(map(Place, row["near"] or ())),
        mobile=row["mobile"],
        pass_rules=DEFAULT_RULES if rules is None else PassRules.from_json(rules),
        codec=Codec(row["codec"]),
    )
