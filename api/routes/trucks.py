"""Loudspeaker trucks: who is one, their rules and zones, and a map of what was said where."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from api.access import App, Asker
from api.documented import carries
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import DeviceOut, Page
from api.times import asked_instant
from api.trucks import MobileIn, PassesIn, PassesOut, ZoneIn, ZoneOut, ZoneShapeIn, said_where
from controller.model import Person, TruckZone

GEOJSON = "application/geo+json"

router = APIRouter()


@router.get("/zones")
def zones(app: App, _asker: Asker) -> Page:
    """List zones."""
    return Page(items=[ZoneOut.of(entry) for entry in app.zones.list()])


@router.post("/zones", status_code=201)
def create_zone(app: App, asker: Asker, zone: ZoneIn, response: Response) -> ZoneOut:
    """Add a zone; trucks are planned anew."""
    kept = app.zones.create(_entry(app, zone.id, zone, asker), asker)
    response.headers["Location"] = f"/api/v1/zones/{zone.id}"
    return ZoneOut.of(kept)


@router.get("/zones/{name}")
def zone(app: App, _asker: Asker, name: str) -> ZoneOut:
    """Return one zone."""
    return ZoneOut.of(app.zones.get(name))


@router.put("/zones/{name}")
def change_zone(app: App, asker: Asker, name: str, shape: ZoneShapeIn) -> ZoneOut:
    """Give a zone another name, shape, cap or silence; trucks are planned anew."""
    return ZoneOut.of(app.zones.change(_entry(app, name, shape, asker), asker))


@router.delete("/zones/{name}", status_code=204)
def delete_zone(app: App, asker: Asker, name: str) -> None:
    """Forget a zone, unless a broadcast that is not over names it."""
    app.zones.delete(name, asker)


@router.get("/devices/{name}/passes")
def passes(app: App, _asker: Asker, name: str) -> PassesOut:
    """Return how sure a truck must be of a pass, and what holds when it is not."""
    return PassesOut.model_validate(app.trucks.rules(name))


@router.put("/devices/{name}/passes")
def change_passes(app: App, asker: Asker, name: str, asked: PassesIn) -> PassesOut:
    """Give a truck other rules; what is left out is as usual. It is planned anew."""
    app.trucks.change_rules(name, asked.to_rules(), asker)
    return PassesOut.model_validate(app.trucks.rules(name))


@router.put("/devices/{name}/mobile")
def change_mobile(app: App, asker: Asker, name: str, asked: MobileIn) -> DeviceOut:
    """Put a loudspeaker on a truck, or take it off; it is planned anew."""
    return DeviceOut.of(app.trucks.put(name, asker, mobile=asked.mobile))


@router.get("/asrun.geojson", response_class=Response, responses=carries(GEOJSON))
def said(  # noqa: PLR0917 -- one filter each
    app: App,
    _asker: Asker,
    device: str | None = None,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> JSONResponse:
    """Return what trucks really said and where, as GeoJSON for any map, in order of arrival."""
    found, after = app.field.asrun(
        device,
        asked_instant("from", start),
        asked_instant("to", end),
        cursor,
        limit,
        located=True,
    )
    return JSONResponse(said_where(found, after), media_type=GEOJSON)


def _entry(app: App, name: str, shape: ZoneShapeIn, asker: Person) -> TruckZone:
    return app.zones.draft(name, shape.name, shape.polygon, shape.cap_db, shape.quiet, asker)
