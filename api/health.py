"""Health: is it alive, is it ready, and the figures a monitor collects."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from api.access import App
from api.documented import carries

router = APIRouter()


@router.get("/livez")
async def livez() -> dict[str, bool]:
    """Answer at all."""
    return {"alive": True}


@router.get("/readyz")
def readyz(app: App) -> JSONResponse:
    """Say whether everything the controller cannot work without is well; 503 otherwise."""
    health = app.health()
    return JSONResponse(health, 200 if all(health.values()) else 503)


@router.get("/metrics", response_class=Response, responses=carries(CONTENT_TYPE_LATEST))
def metrics(app: App) -> Response:
    """Return figures for Prometheus; no label has more values than there are kinds of things."""
    registry = CollectorRegistry()
    well = Gauge("signcast_healthy", "1 = well", ["part"], registry=registry)
    for part, value in app.health().items():
        well.labels(part).set(value)
    nows = app.field.all_now()
    devices = Gauge("signcast_devices", "Devices", ["state"], registry=registry)
    devices.labels("online").set(sum(now.online for now in nows))
    devices.labels("offline").set(sum(not now.online for now in nows))
    lagging = Gauge("signcast_devices_lagging", "Devices on an old plan", registry=registry)
    lagging.set(sum(now.delivery.confirmed_version != now.delivery.desired_version for now in nows))
    faulty = Gauge("signcast_devices_faulty", "Devices with a fault", registry=registry)
    faulty.set(sum(bool(now.fault) for now in nows))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
