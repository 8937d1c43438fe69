"""CAP 1.2: alerts of others come in, and who may send them; our own emergencies go out."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.access import App, Asker, address_of, bearer
from api.documented import carries
from api.forms import In, Out
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import Instant, Name, Page
from controller.emergency import outgoing
from controller.emergency.alert import Pair, Status
from controller.emergency.meaning import Policy
from controller.emergency.model import Received, Source

router = APIRouter(prefix="/cap")


class SourceIn(In):
    """Who may send alerts, and what becomes of them."""

    name: Name
    sender: Name
    policy: Policy = Policy.APPROVE
    areas: list[Name] = Field(default=[], max_length=1_000)
    drills: bool = False


class SourceOut(Out):
    """A source of alerts."""

    id: str
    name: str
    sender: str
    policy: Policy
    areas: list[str]
    drills: bool
    created_at: Instant
    created_by: str


class NewSourceOut(SourceOut):
    """A new source, with its token, which is shown this once."""

    token: str

    @classmethod
    def of(cls, source: Source, token: str) -> Self:
        """Show a new source."""
        return cls(**SourceOut.model_validate(source).model_dump(), token=token)


class CodeIn(In):
    """Which area a geocode means."""

    list: Name
    value: Name
    area: Name


class CodesIn(In):
    """Every geocode that means anything."""

    codes: Annotated[list[CodeIn], Field(max_length=20_000)]


class AiringOut(Out):
    """What became of one warning of an alert."""

    number: int
    broadcasts: list[str]
    fault: str
    ended_at: Instant | None


class ReceivedOut(Out):
    """An alert that came."""

    id: str
    source: str
    sender: str
    identifier: str
    sent: Instant
    status: Status
    sha256: str
    created_at: Instant
    airings: list[AiringOut]


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("", status_code=201)
def take(
    app: App, request: Request, response: Response, data: Annotated[bytes, Depends(_body)]
) -> ReceivedOut:
    """Take an alert from a source, whose token comes as a bearer token; the same bytes again are
    answered with 200 and change nothing."""
    received, is_new = app.alerts.take(data, bearer(request) or "", address_of(request))
    response.status_code = 201 if is_new else 200
    return _told(received)


@router.get("/messages")
def messages(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List the alerts that came, newest first, and what became of them."""
    found, after = app.alerts.list(cursor, limit)
    return Page(items=[_told(one) for one in found], next=after)


@router.post("/sources", status_code=201)
def add_source(app: App, asker: Asker, source: SourceIn) -> NewSourceOut:
    """Let somebody send alerts."""
    told = source.model_dump()
    return NewSourceOut.of(*app.alerts.add_source(**told, person=asker))


@router.get("/sources")
def sources(app: App, _asker: Asker) -> Page:
    """List who may send alerts."""
    return Page(items=[SourceOut.model_validate(one) for one in app.alerts.sources()])


@router.delete("/sources/{name}", status_code=204)
def close_source(app: App, asker: Asker, name: str) -> None:
    """Take nothing more from a source."""
    app.alerts.close_source(name, asker)


@router.get("/codes")
def codes(app: App, _asker: Asker) -> CodesIn:
    """Tell which area each geocode means."""
    known = app.alerts.codes().items()
    return CodesIn(codes=[CodeIn(list=p.name, value=p.value, area=area) for p, area in known])


@router.put("/codes")
def set_codes(app: App, asker: Asker, codes: CodesIn) -> CodesIn:
    """Say which area each geocode means, all of them at once."""
    app.alerts.set_codes({Pair(it.list, it.value): it.area for it in codes.codes}, asker)
    return codes


@router.get("/feed", response_class=Response, responses=carries("application/atom+xml"))
def feed(app: App, _asker: Asker, request: Request) -> Response:
    """Return our own emergencies and drills as an Atom feed of alerts, newest first."""
    found, _ = app.emergencies.list(None, outgoing.MAX_IN_FEED)
    base = str(request.base_url).rstrip("/") + "/api/v1/cap"
    data = outgoing.feed(found, app.settings.tenant, base, app.clock.now())
    return Response(data, media_type="application/atom+xml")


@router.get("/{name}.xml", response_class=Response, responses=carries("application/cap+xml"))
def alert(app: App, _asker: Asker, name: str) -> Response:
    """Return one of our emergencies as an alert; `{name}-clear` is what ended it."""
    emergency = app.emergencies.get(name.removesuffix(outgoing.CLEAR))
    data = outgoing.document(emergency, name, app.settings.tenant, app.district.areas())
    return Response(data, media_type="application/cap+xml")


def _told(received: Received) -> ReceivedOut:
    return ReceivedOut.model_validate(received)
