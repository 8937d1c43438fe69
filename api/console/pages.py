"""Pages of the console: signing in, and "Đang phát"."""

from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.access import SESSION_COOKIE, App, address_of, check_same_site, person
from controller.areas import hours_of, line_of
from controller.bootstrap import Controller
from controller.errors import NotAuthenticated
from controller.model import Area, Device, DeviceKind, Now
from playlists.schedule import instant

_templates: Final = Environment(
    loader=PackageLoader("api.console", "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

_templates.globals["instant"] = lambda at: "" if at is None else instant.to_text(at)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Card:
    """One device on the page."""

    device: Device
    now: Now

    @property
    def confirmed(self) -> bool:
        """Say whether the device follows the plan it should."""
        return self.now.delivery.confirmed_version == self.now.delivery.desired_version

    @property
    def said(self) -> str:
        """Say what is on in one sentence; on_air.js says the same of later reports."""
        if self.now.reported_at is None:
            return "chưa có báo cáo"
        if self.now.occurrence is None:
            idle = self.device.kind is DeviceKind.BOARD and self.now.asset is not None
            return "không có lịch lúc này, hiện nội dung nền" if idle else "không có lịch lúc này"
        return f"theo lịch {self.now.broadcast}"


@dataclass(frozen=True, slots=True)
class Section:
    """One area with its devices."""

    area: Area
    hours: str | None
    boards: list[Card]
    speakers: list[Card]


@router.get("/")
def on_air(request: Request, app: App) -> Response:
    """Show every board and speaker as it is now."""
    try:
        asker = person(request)
    except NotAuthenticated:
        return page("welcome.html", 401)
    after = app.hub.last_id()  # before all else: what happens meanwhile comes as an event
    return page("on_air.html", after=after, sections=_sections(app), person=asker)


@router.get("/sign-in")
def sign_in_page(code: str = "") -> HTMLResponse:
    """Ask for one click: a link alone could be used up by a program that only looks at it."""
    return page("sign_in.html", code=code)


@router.post("/sign-in")
def sign_in(request: Request, app: App, code: Annotated[str, Form(max_length=200)]) -> Response:
    """Turn the one-time code into a session."""
    check_same_site(request)
    try:
        session = app.access.sign_in(code, address_of(request))
    except NotAuthenticated:
        return page("welcome.html", 401)
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        session,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/sign-out")
def sign_out(request: Request, app: App) -> Response:
    """End the session."""
    check_same_site(request)
    app.access.sign_out(request.cookies.get(SESSION_COOKIE, ""), address_of(request))
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.get("/favicon.ico")
def icon() -> Response:
    """Return the icon browsers ask for."""
    drawing = resources.files("api.console").joinpath("static/icon.svg").read_bytes()
    return Response(drawing, media_type="image/svg+xml")


def _sections(app: Controller) -> list[Section]:
    areas, devices = app.district.areas(), app.district.devices()
    nows = {now.device: now for now in app.field.all_now()}
    cards = [Card(device, nows[device.id]) for device in devices]
    sections = []
    for area in areas:
        here = [card for card in cards if card.device.area == area.id]
        if here:
            hours = _hours_name(area.id, areas)
            boards = [card for card in here if card.device.kind is DeviceKind.BOARD]
            speakers = [card for card in here if card.device.kind is DeviceKind.SPEAKER]
            sections.append(Section(area, hours, boards, speakers))
    return sorted(sections, key=lambda section: (section.hours is not None, section.area.name))


def _hours_name(area: str, areas: list[Area]) -> str | None:
    policy = hours_of(line_of(area, areas))
    return None if policy is None else policy.name


def page(name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """Draw a page of the console; no browser keeps it."""
    html = _templates.get_template(name).render(**values)
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})
