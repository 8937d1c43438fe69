"""Areas, devices, groups; what is on a device now, and what is planned there."""

import base64
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.access import App, Asker
from api.schemas import (
    AreaIn,
    AreaOut,
    DeviceIn,
    DeviceOut,
    EnrolmentOut,
    GroupIn,
    GroupOut,
    NowOut,
    Page,
    SlotOut,
)
from api.times import asked_instant
from controller.errors import Forbidden, Invalid
from controller.model import Area

MAX_TIMELINE = timedelta(days=92)

router = APIRouter()


@router.get("/areas")
def areas(app: App, _asker: Asker) -> Page:
    """List areas."""
    return Page(items=[AreaOut.of(area) for area in app.district.areas()])


@router.post("/areas", status_code=201)
def create_area(app: App, asker: Asker, area: AreaIn) -> AreaOut:
    """Add an area."""
    return AreaOut.of(app.district.create_area(Area(**area.model_dump()), asker))


@router.get("/devices")
def devices(app: App, _asker: Asker) -> Page:
    """List boards and speakers."""
    return Page(items=[DeviceOut.of(device) for device in app.district.devices()])


@router.post("/devices", status_code=201)
def enrol(app: App, asker: Asker, device: DeviceIn) -> EnrolmentOut:
    """Enrol a device; its secrets are in this answer and nowhere else."""
    if not asker.may_approve_alone:
        raise Forbidden("enrolling gives out secrets", action="enrol a device")
    given = app.district.enrol(device.to_device(), thin=device.thin, person=asker)
    return EnrolmentOut(
        device=DeviceOut.of(app.district.device(given.device)),
        secret=given.secret,
        panel_secret=given.panel_secret,
        tenant=app.settings.tenant,
        mqtt_url=app.mqtt_url,
        plan_keys=[base64.b64encode(app.plan_key).decode()],
    )


@router.get("/devices/{name}")
def device(app: App, _asker: Asker, name: str) -> DeviceOut:
    """Return one device."""
    return DeviceOut.of(app.district.device(name))


@router.get("/devices/{name}/now")
def now(app: App, _asker: Asker, name: str) -> NowOut:
    """Return what a device says it shows or plays now, and which plan it confirmed."""
    return NowOut.model_validate(app.field.now(name))


@router.get("/devices/{name}/timeline")
def timeline(
    app: App,
    _asker: Asker,
    name: str,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
) -> Page:
    """List what is planned on a device; by default the coming day."""
    begin = asked_instant("from", start) or app.clock.now()
    finish = asked_instant("to", end) or begin + timedelta(days=1)
    _check_span(begin, finish)
    slots = app.field.timeline(name, begin, finish)
    return Page(items=[SlotOut.model_validate(slot) for slot in slots])


@router.get("/groups")
def groups(app: App, _asker: Asker) -> Page:
    """List groups."""
    return Page(items=[GroupOut.model_validate(group) for group in app.district.groups()])


@router.post("/groups", status_code=201)
def create_group(app: App, asker: Asker, group: GroupIn) -> GroupOut:
    """Add a group."""
    made = app.district.create_group(group.id, group.name, group.devices, asker)
    return GroupOut.model_validate(made)


def _check_span(begin: datetime, finish: datetime) -> None:
    if not timedelta(0) < finish - begin <= MAX_TIMELINE:
        reason = f"after 'from', at most {MAX_TIMELINE.days} days later"
        raise Invalid("no such span", field="to", reason=reason)
