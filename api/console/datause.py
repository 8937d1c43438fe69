"""The page "Dung lượng 4G": what each device took of its SIM card, and what it will take."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.access import App, person
from api.console.pages import page
from api.wordings import WORDINGS
from controller.datause import Cause
from controller.errors import BadMonth, NotAuthenticated, NotFound
from controller.model import Area
from controller.usage import MB, CauseUse, DeviceUse

CAUSES: Final = {
    Cause.SOUNDS: "tải âm thanh",
    Cause.SCENES: "tải hình bảng",
    Cause.LIVE: "phát trực tiếp",
    Cause.PLANS: "lịch phát",
    Cause.REPORTS: "báo cáo",
    Cause.FIRMWARE: "phần mềm bảng",
    Cause.CONNECTION: "giữ kết nối",
}
MOST: Final = 3
"""Causes that are named in a line."""
LEAST_BYTES: Final = MB // 10
"""Less is not worth a word."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One device in the table."""

    use: DeviceUse
    area: Area

    @property
    def causes(self) -> str:
        """Name what takes most."""
        most = sorted(self.use.causes, key=lambda one: -_total(one))[:MOST]
        told = [one for one in most if _total(one) >= LEAST_BYTES]
        return ", ".join(f"{CAUSES[one.cause]} {megabytes(_total(one))}" for one in told)

    @property
    def standing(self) -> str:
        """Say whether the allowance will do: `good`, `near` (above 80 %), `over`, or `none`."""
        share_pct = self.use.share_pct
        if share_pct is None:
            return "none"
        return "over" if share_pct > 100 else "near" if share_pct > 80 else "good"  # noqa: PLR2004

    @property
    def bar(self) -> tuple[float, float, float]:
        """Return where used, expected and allowance end on a bar of 100."""
        allowed = self.use.allowance_bytes or 0
        whole = max(self.use.total_bytes, allowed, 1)
        ends = (self.use.used_bytes, self.use.total_bytes, allowed)
        used, total, limit = (round(100 * one / whole, 2) for one in ends)
        return used, total, limit


@router.get("/data-use")
def data_use(
    request: Request,
    app: App,
    month: Annotated[str | None, Query(max_length=40)] = None,
    area: Annotated[str | None, Query(max_length=63)] = None,
) -> Response:
    """Show one line for each device, the biggest first."""
    try:
        asker = person(request)
    except NotAuthenticated:
        return page("welcome.html", 401)
    areas = {one.id: one for one in app.district.areas()}
    refusal = ""
    uses: list[DeviceUse] = []
    try:
        uses = app.usage.all(month or None, area or None)
    except (BadMonth, NotFound) as exc:
        refusal = WORDINGS[exc.code].detail_vi.format_map(exc.facts)
    lines = [Line(use, areas[use.device.area]) for use in uses]
    shown = month or (str(uses[0].month) if uses else "")
    return page(
        "data_use.html",
        422 if refusal else 200,
        lines=lines,
        areas=sorted(areas.values(), key=lambda one: one.name),
        chosen=area or "",
        month=shown,
        refusal=refusal,
        person=asker,
        total=sum(use.total_bytes for use in uses),
        megabytes=megabytes,
    )


def megabytes(size_bytes: int) -> str:
    """Spell megabytes as Vietnamese does: a point between thousands, a comma before tenths."""
    return f"{size_bytes / MB:,.1f}".translate(str.maketrans(",.", ".,")) + " MB"


def _total(one: CauseUse) -> int:
    return one.used_bytes + one.expected_bytes
