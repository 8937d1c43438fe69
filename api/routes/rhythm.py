"""The rhythm of a place: so many items a day, a week or a month, and how that stands."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import App, Asker
from api.rhythm import QuotaIn, QuotaOut, StandingOut
from api.schemas import Page

Text = Annotated[str | None, Query(max_length=63)]

router = APIRouter(prefix="/rhythm")


@router.get("")
def rhythm(app: App, _asker: Asker, area: Text = None, month: Text = None) -> Page:
    """Tell how every quota stands now, or how it stood in each turn of a month, such as 2026-11."""
    found = app.quotas.now(area) if month is None else app.quotas.of_month(month, area)
    return Page(items=[StandingOut.of(one) for one in found])


@router.post("", status_code=201)
def create(app: App, asker: Asker, quota: QuotaIn) -> QuotaOut:
    """Ask for so many items a day, a week or a month, from now on."""
    made = app.quotas.create(quota.to_draft(), asker)
    return QuotaOut.of(made)


@router.delete("/{name}", status_code=204)
def end(app: App, asker: Asker, name: str) -> None:
    """Ask no longer; what was before stays in the months."""
    app.quotas.end(name, asker)
