"""Who asks, at the web's edge: a bearer token, or the console's session cookie."""

from typing import Annotated, Final

from fastapi import Depends, Request

from controller.bootstrap import Controller
from controller.errors import ControllerError, NotAuthenticated
from controller.model import Person

SESSION_COOKIE: Final = "signcast_session"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(ControllerError):
    """A change was asked for with a cookie, but not from our own page."""

    code = "cross-site"


def controller_of(request: Request) -> Controller:
    """Return the controller behind this application."""
    controller: Controller = request.app.state.controller
    return controller


def person(request: Request) -> Person:
    """Return who asks; NotAuthenticated when nobody known."""
    access = controller_of(request).access
    token = bearer(request)
    if token is not None:
        return access.authenticate(token)
    session = request.cookies.get(SESSION_COOKIE)
    if session is None:
        raise NotAuthenticated("neither a token nor a session came with the request")
    known = access.session(session)
    check_same_site(request)
    return known


def reader(request: Request) -> str:
    """Return who fetches a file: a person's name or a device's."""
    token = bearer(request)
    if token is None:
        return person(request).name
    access = controller_of(request).access
    try:
        return access.authenticate_device(token)
    except NotAuthenticated:
        return access.authenticate(token).name


def bearer(request: Request) -> str | None:
    """Return the request's bearer token, if it has one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def check_same_site(request: Request) -> None:
    """Refuse a change that another site made the browser send.

    The cookie is SameSite=Strict already; the Origin check holds where a browser is older than
    that, and costs nothing.
    """
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise CrossSite("the request comes from another site")


App = Annotated[Controller, Depends(controller_of)]
Asker = Annotated[Person, Depends(person)]
Reader = Annotated[str, Depends(reader)]
