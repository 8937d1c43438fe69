"""Live sound: stations to relay, and people who speak now."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Response, WebSocket
from fastapi.requests import HTTPConnection
from fastapi.responses import FileResponse

from api import access, microphone
from api.access import App, Asker
from api.documented import carries
from api.listening import MEDIA_TYPE, Listening
from api.live import PageIn, PageOut, RelayIn, RelayOut
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import Page
from controller.bootstrap import Controller
from controller.errors import ControllerError, Forbidden
from controller.live import model
from controller.live.pages import check_may_steer
from controller.model import Person

router = APIRouter()


@router.post("/relays", status_code=201)
def create_relay(app: App, asker: Asker, relay: RelayIn, response: Response) -> RelayOut:
    """Keep a station; nobody calls it before its time."""
    kept = app.relays.create(relay.to_draft(), asker)
    response.headers["Location"] = f"/api/v1/relays/{kept.id}"
    return RelayOut.model_validate(kept)


@router.get("/relays")
def relays(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List stations, newest first."""
    found, after = app.relays.list(cursor, limit)
    return Page(items=[RelayOut.model_validate(one) for one in found], next=after)


@router.get("/relays/{name}")
def relay(app: App, _asker: Asker, name: str) -> RelayOut:
    """Return one station."""
    return RelayOut.model_validate(app.relays.get(name))


@router.post("/pages", status_code=201)
async def begin(app: App, asker: Asker, page: PageIn, response: Response) -> PageOut:
    """Begin to speak: the loudspeakers are told at once, and wait for the microphone."""
    begun = await app.on_air.begin(page.to_draft(), asker)
    response.headers["Location"] = f"/api/v1/pages/{begun.id}"
    return PageOut.of(begun)


@router.get("/pages")
def pages(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List pages, newest first."""
    found, after = app.pages.list(cursor, limit)
    return Page(items=[PageOut.of(one) for one in found], next=after)


@router.get("/pages/{name}")
def page(app: App, _asker: Asker, name: str) -> PageOut:
    """Return one page."""
    return PageOut.of(app.pages.get(name))


@router.post("/pages/{name}/release")
async def release(app: App, asker: Asker, name: str) -> PageOut:
    """End a page; what was said is still heard to its end."""
    return PageOut.of(await app.on_air.release(name, asker))


@router.get("/pages/{name}/recording", response_class=FileResponse, responses=carries(MEDIA_TYPE))
def recording(app: App, _asker: Asker, name: str) -> FileResponse:
    """Return what was said."""
    return FileResponse(app.pages.recording(name), media_type=MEDIA_TYPE)


def _listener(app: App, connection: HTTPConnection, name: str) -> tuple[model.Page, str | None]:
    """Return a page and which device wants to hear it, None for a person; raise if it may not."""
    device = access.reader(connection)
    page = app.pages.get(name)
    if device is None:
        check_may_steer(page, access.person(connection))
    elif device not in page.devices:
        raise Forbidden("it is not among the targets", action="others' pages")
    return page, device


@router.get("/pages/{name}/sound", response_class=Response, responses=carries(MEDIA_TYPE))
async def sound(
    app: App, listener: Annotated[tuple[model.Page, str | None], Depends(_listener)]
) -> Listening:
    """Stream what is said from now on as Ogg Opus, for the loudspeakers of a page and its owner."""
    page, device = listener
    return Listening((await app.on_air.join(page)).audience, device)


@router.websocket("/pages/{name}/microphone")
async def speak(socket: WebSocket, name: str) -> None:
    """Take the microphone of a page; whatever is refused is told when the socket closes."""
    await socket.accept()
    app = access.controller_of(socket)
    try:
        asker = await asyncio.to_thread(access.person, socket)
        with app.on_air.socket(asker):
            page = await asyncio.to_thread(_own, app, name, asker)
            session = await app.on_air.join(page)
            await microphone.serve(socket, app.on_air, session, asker)
    except ControllerError as refusal:
        await microphone.refuse(socket, refusal)


def _own(app: Controller, name: str, asker: Person) -> model.Page:
    page = app.pages.get(name)
    if page.created_by != asker.name:
        raise Forbidden("only who began it may speak", action="others' pages")
    return page
