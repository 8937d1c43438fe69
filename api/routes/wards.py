"""What a place says of broadcasts: how many persons one takes, which of equals comes first; and the
tokens of stations of higher levels."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.access import App, Asker
from api.forms import In
from api.schemas import Name
from controller.errors import Forbidden
from controller.model import Level, Station

router = APIRouter()


class ApprovalsIn(In):
    """How many persons a broadcast takes; None = as inherited."""

    approvals: Literal[1, 2] | None


class ApprovalsOut(BaseModel):
    """How many persons a broadcast takes in an area, by its own rule or an inherited one."""

    area: str
    approvals: int


class OrderIn(In):
    """Broadcasts, the first one first."""

    broadcasts: Annotated[list[Name], Field(max_length=1_000)]


class OrderOut(BaseModel):
    """The order an area has given."""

    area: str
    broadcasts: list[str]


class StationIn(In):
    """A station of a higher level that is to relay here."""

    level: Level
    name: Name


class StationOut(BaseModel):
    """A station, and its token, which is shown once."""

    level: Level
    name: str
    token: str


@router.get("/areas/{name}/approvals")
def approvals(app: App, _asker: Asker, name: str) -> ApprovalsOut:
    """Return how many persons a broadcast takes in an area."""
    return ApprovalsOut(area=name, approvals=app.wards.approvals(name))


@router.put("/areas/{name}/approvals")
def set_approvals(app: App, asker: Asker, name: str, wanted: ApprovalsIn) -> ApprovalsOut:
    """Say how many persons a broadcast takes in an area and below; 2 = nobody approves his own."""
    app.wards.ask_for(name, wanted.approvals, asker)
    return ApprovalsOut(area=name, approvals=app.wards.approvals(name))


@router.get("/areas/{name}/order")
def order(app: App, _asker: Asker, name: str) -> OrderOut:
    """Return the order an area has given."""
    return OrderOut(area=name, broadcasts=app.wards.order(name))


@router.post("/areas/{name}/order")
def set_order(app: App, asker: Asker, name: str, wanted: OrderIn) -> OrderOut:
    """Say which comes first of broadcasts of equal class and priority on the devices of an area; an
    empty list takes the order away."""
    ordered = app.wards.bring_in_order(name, wanted.broadcasts, asker)
    return OrderOut(area=name, broadcasts=ordered)


@router.post("/stations", status_code=201)
def create_station(app: App, asker: Asker, station: StationIn) -> StationOut:
    """Give a station of a higher level a token to relay with; it is in this answer and nowhere
    else."""
    if not asker.may_approve_alone:
        raise Forbidden("tokens are given out by who may approve alone", action="create a station")
    token = app.access.create_station_token(Station(station.level, station.name), asker)
    return StationOut(level=station.level, name=station.name, token=token)
