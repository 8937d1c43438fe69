"""The page that answers "why is this on?" for one device."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from api import whywords
from api.access import App, person
from api.console.pages import page
from controller.errors import NotAuthenticated, NotFound
from controller.explain import AFTER, BEFORE, Explained, Stretch

WHOLE: Final = BEFORE + AFTER

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch as the strip draws it."""

    when: str
    names: list[str]
    share: float
    """Of the strip's length, in percent."""
    begins: float
    """Where, in percent."""
    is_now: bool


@router.get("/devices/{name}/why")
def why(request: Request, app: App, name: str) -> Response:
    """Show why something is on a device now, or nothing is."""
    try:
        person(request)
    except NotAuthenticated:
        return page("welcome.html", 401)
    try:
        explained = app.explainer.of(name)
    except NotFound:
        return page("why.html", 404, explained=None, name=name[:80])
    return page(
        "why.html",
        explained=explained,
        words=whywords,
        pieces=[_piece(explained, stretch) for stretch in explained.strip],
        now_at=100 * (BEFORE / WHOLE),
    )


def _piece(explained: Explained, stretch: Stretch) -> Piece:
    begin = explained.at - BEFORE
    since, until = (
        whywords.clock_time(one, explained.tz, explained.now)
        for one in (stretch.start, stretch.end)
    )
    return Piece(
        when=f"{since} – {until}",
        names=[whywords.title(explained, one) for one in stretch.broadcasts],
        share=100 * ((stretch.end - stretch.start) / WHOLE),
        begins=100 * ((stretch.start - begin) / WHOLE),
        is_now=stretch.start <= explained.at < stretch.end,
    )
