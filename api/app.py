"""The web application: REST, events, console and health around one controller."""

from importlib import resources
from typing import Final

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import health, problems
from api.console import datause as data_use_page
from api.console import live as live_page
from api.console import pages
from api.console import reports as report_page
from api.console import why as why_page
from api.documented import Token, refusals
from api.limits import BodyLimit
from api.routes import (
    announcements,
    audit,
    broadcasts,
    calendars,
    cap,
    contents,
    datause,
    emergencies,
    feed,
    firmware,
    hours,
    live,
    pictures,
    places,
    proof,
    reports,
    rhythm,
    templates,
    trucks,
    wards,
    why,
    work,
)
from controller.bootstrap import Controller

API: Final = "/api/v1"

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" would make browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
}


def create_app(controller: Controller) -> FastAPI:
    """Return the application of a running controller."""
    app = FastAPI(
        title="Signcast",
        version="1",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        responses=refusals(),
    )
    app.state.controller = controller
    problems.install(app)
    for room in (
        places,
        pictures,
        contents,
        announcements,
        broadcasts,
        calendars,
        firmware,
        proof,
        hours,
        trucks,
        live,
        audit,
        datause,
        templates,
        cap,
        emergencies,
        reports,
        feed,
        rhythm,
        work,
        wards,
        why,
    ):
        app.include_router(room.router, prefix=API, dependencies=[Depends(Token())])
    app.include_router(health.router)
    app.include_router(pages.router)
    app.include_router(live_page.router)
    app.include_router(data_use_page.router)
    app.include_router(report_page.router)
    app.include_router(why_page.router)
    app.include_router(feed.public)
    static = resources.files("api.console").joinpath("static")
    app.mount("/static", StaticFiles(directory=str(static)), name="static")
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    return app


class SecurityHeaders:
    """ASGI middleware: every answer says what a browser may do with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers)
