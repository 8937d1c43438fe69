"""The page "Phát trực tiếp": somebody speaks to loudspeakers now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from api.access import App, person
from api.console.pages import page
from api.wordings import WORDINGS
from controller.areas import below
from controller.bootstrap import Controller
from controller.errors import NotAuthenticated
from controller.live.pages import MayNotPage
from controller.model import Area, Device, DeviceKind, Group

LENGTHS_MIN: Final = (1, 2, 5, 10, 15, 30)
USUAL_MIN: Final = 5

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that can be spoken to."""

    target: str
    name: str
    kind: str
    depth: int
    """How far it stands to the right."""
    speakers: tuple[str, ...]


@router.get("/page")
def live(request: Request, app: App) -> Response:
    """Let somebody choose where to speak; all that follows is page.js and `api/routes/live.py`."""
    try:
        asker = person(request)
    except NotAuthenticated:
        return page("welcome.html", 401)
    return page(
        "page.html",
        places=list(_places(app)),
        lengths_min=LENGTHS_MIN,
        usual_min=USUAL_MIN,
        refusal="" if asker.may_approve_alone else WORDINGS[MayNotPage.code].detail_vi,
    )


def _places(app: Controller) -> Iterator[Place]:
    """Yield the tree with its loudspeakers, then groups; nothing without a loudspeaker."""
    areas = sorted(app.district.areas(), key=lambda area: area.name)
    speakers = [one for one in app.district.devices() if one.kind is DeviceKind.SPEAKER]
    yield from _inside(None, areas, speakers, 0)
    names = {one.id for one in speakers}
    for group in sorted(app.district.groups(), key=lambda group: group.name):
        yield from _group(group, names)


def _inside(
    parent: str | None, areas: list[Area], speakers: list[Device], depth: int
) -> Iterator[Place]:
    for area in (one for one in areas if one.parent == parent):
        inside = below(area.id, areas)
        here = _names(one for one in speakers if one.area in inside)
        if not here:
            continue
        yield Place(f"area:{area.id}", area.name, "area", depth, here)
        for one in sorted(speakers, key=lambda speaker: speaker.name):
            if one.area == area.id:
                yield Place(f"device:{one.id}", one.name, "device", depth + 1, (one.id,))
        yield from _inside(area.id, areas, speakers, depth + 1)


def _group(group: Group, speakers: set[str]) -> Iterator[Place]:
    here = tuple(one for one in group.devices if one in speakers)
    if here:
        yield Place(f"group:{group.id}", group.name, "group", 0, here)


def _names(devices: Iterable[Device]) -> tuple[str, ...]:
    return tuple(one.id for one in devices)
