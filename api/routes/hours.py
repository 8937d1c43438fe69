"""Hours: the rules of areas, what loudspeakers stand near, and the report of how they were kept."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Query

from api.access import App, Asker
from api.schemas import HoursLineOut, HoursOut, MisfitOut, NearIn, Page
from api.times import asked_instant
from controller import compliance
from controller.admission import Misfit
from playlists.schedule import policyjson
from playlists.schedule.policy import HoursPolicy

USUAL_SPAN: Final = timedelta(days=7)

router = APIRouter()


@router.get("/areas/{name}/hours")
def hours(app: App, _asker: Asker, name: str) -> HoursOut:
    """Return the rules that hold in an area, its own or inherited."""
    return _told(name, app.hours.of(name))


@router.put("/areas/{name}/hours")
def set_hours(
    app: App, asker: Asker, name: str, document: Annotated[dict[str, Any], Body()]
) -> HoursOut:
    """Give an area rules of its own; loudspeakers are planned anew.

    `{"preset": "ha-noi-noi-thanh", "extra_days": ["2027-02-06"]}` says only what differs.
    """
    found = app.hours.change(name, document, asker)
    return _told(name, app.hours.of(name), found)


@router.delete("/areas/{name}/hours")
def drop_hours(app: App, asker: Asker, name: str) -> HoursOut:
    """Take an area's own rules away: those of its preset, or inherited ones, hold again."""
    found = app.hours.change(name, None, asker)
    return _told(name, app.hours.of(name), found)


@router.put("/devices/{name}/near")
def set_near(app: App, asker: Asker, name: str, near: NearIn) -> NearIn:
    """Say what a loudspeaker stands near: volume caps for such places bind it."""
    app.hours.stand_near(name, near.near, asker)
    return near


@router.get("/reports/hours")
def report(
    app: App,
    _asker: Asker,
    area: str,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
) -> Page:
    """Tell sessions and minutes per day and loudspeaker against the rules in force now.

    By start of what was heard; the last seven days when nothing is said.
    """
    upto = asked_instant("to", end) or app.clock.now()
    since = asked_instant("from", start) or upto - USUAL_SPAN
    lines = compliance.report(app.store, area, since, upto)
    return Page(items=[HoursLineOut.of(line) for line in lines])


def _told(area: str, policy: HoursPolicy | None, found: Sequence[Misfit] = ()) -> HoursOut:
    return HoursOut(
        area=area,
        hours=None if policy is None else policyjson.to_json(policy),
        misfits=[MisfitOut.of(one) for one in found],
    )
