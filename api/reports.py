"""The JSON of reports, and their tables in Vietnamese."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, Self

from pydantic import BaseModel, Field

from api.schemas import Instant
from api.sheets import Cell
from controller.airing import Cause, Outcome, Standing
from controller.model import Device
from controller.reports import Grouping, Line, Report
from playlists.schedule import instant

CAUSES: Final[Mapping[Cause, str]] = {
    Cause.LATE: "bắt đầu muộn",
    Cause.INTERRUPTED: "nhường nội dung khẩn hơn",
    Cause.CANCELLED: "lịch bị hủy giữa chừng",
    Cause.LEASE_ENDED: "lịch trên thiết bị hết hạn",
    Cause.FAULT: "thiết bị hỏng",
    Cause.STOPPED: "bộ điều khiển tại chỗ được tắt",
    Cause.POWER_LOST: "mất điện",
    Cause.MISSED: "quá muộn hoặc thiếu tệp",
    Cause.OUT_OF_HOURS: "ngoài giờ cho phép",
    Cause.REFUSED: "quá số buổi cho phép",
    Cause.UNREPORTED: "thiết bị chưa báo về",
    Cause.UNHELD: "thiết bị không nhận được lịch",
}
GROUPS: Final[Mapping[Grouping, str]] = {
    Grouping.DEVICE: "Thiết bị",
    Grouping.AREA: "Địa bàn",
    Grouping.CAMPAIGN: "Chiến dịch",
    Grouping.MONTH: "Tháng",
}
STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.WHOLE: "đủ",
    Standing.PARTLY: "thiếu một phần",
    Standing.SILENT: "không phát",
    Standing.ONGOING: "đang trong lịch",
    Standing.UNPLANNED: "ngoài lịch",
}
NO_CAMPAIGN: Final = "(không thuộc chiến dịch)"


class MissingOut(BaseModel):
    """What is missing for one reason."""

    cause: Cause
    occurrences: int
    seconds: int


class LineOut(BaseModel):
    """One line of a report."""

    key: str
    name: str
    devices: int
    occurrences: int
    whole: int
    partly: int
    silent: int
    ongoing: int
    unplanned: int
    planned_s: int
    aired_s: int
    """On, on boards perhaps in turn with others."""
    shown_s: int
    """Its share of that."""
    missing_s: int
    kept_pct: float | None
    """Of what was planned."""
    share_pct: float | None
    """Of the time of its devices."""
    latest_s: int
    """How late anything began at most."""
    missing: list[MissingOut]

    @classmethod
    def of(cls, line: Line) -> Self:
        """Show a line."""
        return cls(
            key=line.key,
            name=line.name,
            devices=len(line.devices),
            occurrences=sum(line.counts.values()),
            **{standing.value: count for standing, count in line.counts.items()},
            planned_s=seconds(line.planned),
            aired_s=seconds(line.aired),
            shown_s=seconds(line.shown),
            missing_s=seconds(line.missed),
            kept_pct=_tenths(line.kept_pct),
            share_pct=_tenths(line.share_pct),
            latest_s=seconds(line.latest),
            missing=[
                MissingOut(cause=cause, occurrences=one.occurrences, seconds=seconds(one.time))
                for cause, one in sorted(line.missing.items())
            ],
        )


class ReportOut(BaseModel):
    """Planned against played."""

    group: Grouping
    start: date = Field(serialization_alias="from")
    """The first day, on the wall clock of `tz`."""
    end: date = Field(serialization_alias="to")
    """The last one, included."""
    tz: str
    area: str | None
    made_at: Instant
    items: list[LineOut]
    total: LineOut

    @classmethod
    def of(cls, report: Report) -> Self:
        """Show a report."""
        return cls(
            group=report.grouping,
            start=report.period.first,
            end=report.period.last,
            tz=report.period.tz,
            area=None if report.area is None else report.area.id,
            made_at=report.made_at,
            items=[LineOut.of(line) for line in report.lines],
            total=LineOut.of(report.total),
        )


def header(grouping: Grouping) -> list[str]:
    """Return the heads of a report's columns."""
    return [
        "Mã" if grouping is not Grouping.CAMPAIGN else "Chiến dịch",
        GROUPS[grouping],
        "Số thiết bị",
        *(f"Lượt {word}" for word in STANDINGS.values()),
        "Theo lịch (giây)",
        "Đã phát (giây)",
        "Thời lượng riêng (giây)",
        "Thiếu (giây)",
        "Muộn nhất (giây)",
        *(f"Thiếu: {word} (giây)" for word in CAUSES.values()),
    ]


def rows(report: Report) -> Iterator[list[Cell]]:
    """Yield a report's lines as cells; numbers are whole, so that no comma is taken for another."""
    for line in report.lines:
        missing = (line.missing.get(cause) for cause in CAUSES)
        yield [
            line.key,
            named(line, report.grouping),
            len(line.devices),
            *(line.counts[standing] for standing in STANDINGS),
            *map(seconds, (line.planned, line.aired, line.shown, line.missed, line.latest)),
            *(0 if one is None else seconds(one.time) for one in missing),
        ]


OCCURRENCES: Final = [
    "Thiết bị",
    "Tên thiết bị",
    "Địa bàn",
    "Chiến dịch",
    "Lịch phát",
    "Bắt đầu theo lịch (UTC)",
    "Kết quả",
    "Theo lịch (giây)",
    "Đã phát (giây)",
    "Thời lượng riêng (giây)",
    "Muộn (giây)",
    "Thiếu (giây)",
    "Lý do thiếu",
]


def occurrence_rows(found: Iterator[tuple[Device, str, Outcome]]) -> Iterator[list[Cell]]:
    """Yield one line of cells for every occurrence."""
    for device, campaign, one in found:
        yield [
            device.id,
            device.name,
            device.area,
            campaign,
            one.broadcast,
            instant.to_text(one.start),
            STANDINGS[one.standing],
            *map(seconds, (one.planned, one.aired, one.shown)),
            None if one.late_by is None else seconds(one.late_by),
            seconds(sum(one.missing.values(), timedelta(0))),
            ", ".join(CAUSES[cause] for cause in one.missing),
        ]


def named(line: Line, grouping: Grouping) -> str:
    """Return what people call a line."""
    return line.name or (NO_CAMPAIGN if grouping is Grouping.CAMPAIGN else line.key)


def seconds(time: timedelta) -> int:
    """Return whole seconds."""
    return round(time.total_seconds())


def _tenths(share: float | None) -> float | None:
    return None if share is None else round(share, 1)
