"""Data use: what each device took of its SIM card in a month, and what it will take."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.access import App, Asker
from api.datause import AllowanceIn, AllowanceOut, DataUseOut, table
from api.documented import carries
from api.schemas import Page

Month = Annotated[str | None, Query(max_length=40)]
"""Such as `2026-11`; the present one when nothing is said."""

router = APIRouter()


@router.get("/devices/{name}/data-use")
def data_use(app: App, _asker: Asker, name: str, month: Month = None) -> DataUseOut:
    """Tell what a device used in a month, what the rest of it will take, and what causes it."""
    return DataUseOut.of(app.usage.of(name, month))


@router.get("/data-use")
def all_data_use(app: App, _asker: Asker, month: Month = None, area: str | None = None) -> Page:
    """Tell the same of every device, or of those below an area, on one page, the biggest first."""
    return Page(items=[DataUseOut.of(use) for use in app.usage.all(month, area)])


@router.get("/data-use.csv", response_class=Response, responses=carries("text/csv"))
def data_use_table(
    app: App, _asker: Asker, month: Month = None, area: str | None = None
) -> Response:
    """Return the same as a table, one line for each device."""
    headers = {"Content-Disposition": 'attachment; filename="data-use.csv"'}
    return Response(table(app.usage.all(month, area)), media_type="text/csv", headers=headers)


@router.put("/areas/{name}/data-allowance")
def set_allowance(app: App, asker: Asker, name: str, allowance: AllowanceIn) -> AllowanceOut:
    """Say how much each device of an area may take in a month; areas below inherit it."""
    holds = app.usage.allow(name, allowance.mb_per_month, asker)
    return AllowanceOut(area=name, mb_per_month=holds)
