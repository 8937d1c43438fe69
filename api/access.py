"""Who asks, at the web's edge: a bearer token, or the console's session cookie."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import Depends
from fastapi.requests import HTTPConnection

from controller.bootstrap import Controller
from controller.errors import ControllerError, NotAuthenticated
from controller.model import Person

SESSION_COOKIE: Final = "signcast_session"
MAX_ADDRESS_CHARS: Final = 64
"""The longest IPv6 address with a zone is shorter."""
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(ControllerError):
    """A change was asked for with a cookie, but not from our own page."""

    code = "cross-site"


def controller_of(request: HTTPConnection) -> Controller:
    """Return the controller behind this application."""
    controller: Controller = request.app.state.controller
    return controller


def person(request: HTTPConnection) -> Person:
    """Return who asks; NotAuthenticated when nobody known."""
    access = controller_of(request).access
    token = bearer(request)
    if token is not None:
        return replace(access.authenticate(token), address=address_of(request))
    session = request.cookies.get(SESSION_COOKIE)
    if session is None:
        raise NotAuthenticated("neither a token nor a session came with the request")
    known = access.session(session)
    check_same_site(request)
    return replace(known, address=address_of(request))


def address_of(request: HTTPConnection) -> str:
    """Return where a request came from, for the audit log; empty when the server cannot tell."""
    return "" if request.client is None else request.client.host[:MAX_ADDRESS_CHARS]


def reader(request: HTTPConnection) -> str | None:
    """Return which device fetches a file; None when a person does."""
    token = bearer(request)
    if token is None:
        person(request)
        return None
    access = controller_of(request).access
    try:
        return access.authenticate_device(token)
    except NotAuthenticated:
        access.authenticate(token)
        return None


def bearer(request: HTTPConnection) -> str | None:
    """Return the request's bearer token, if it has one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def check_same_site(request: HTTPConnection) -> None:
    """Refuse a change that another site made the browser send.

    The cookie is SameSite=Strict already; the Origin check holds where a browser is older than
    that, and costs nothing.
    """
    if request.scope.get("method") in _SAFE_METHODS:  # a WebSocket has no method, and is a change
        return
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise CrossSite("the request comes from another site")


App = Annotated[Controller, Depends(controller_of)]
Asker = Annotated[Person, Depends(person)]
Reader = Annotated[str | None, Depends(reader)]
