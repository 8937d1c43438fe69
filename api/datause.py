"""The JSON of data use, and the table that spreadsheets open."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Self

from pydantic import BaseModel, Field

from api.forms import In, Out
from api.schemas import Instant
from api.sheets import inert
from controller.datause import Cause, Kind
from controller.usage import MAX_ALLOWANCE_MB, DeviceUse


class AllowanceIn(In):
    """How much each device of an area may take in a month; null = as the area above."""

    mb_per_month: int | None = Field(json_schema_extra={"maximum": MAX_ALLOWANCE_MB})


class AllowanceOut(BaseModel):
    """What holds in an area, its own or inherited; null = nobody said."""

    area: str
    mb_per_month: int | None


class CauseOut(Out):
    """What one cause took and will take, in bytes of a bill."""

    cause: Cause
    used_bytes: int
    expected_bytes: int


class FileOut(Out):
    """One of the files that take most."""

    sha256: str
    kind: Kind
    used_bytes: int
    expected_bytes: int
    broadcasts: list[str]


class DataUseOut(BaseModel):
    """One device in one month."""

    device: str
    name: str
    area: str
    month: str
    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")
    used_bytes: int
    """So far."""
    expected_bytes: int
    """From now to the end of the month."""
    total_bytes: int
    allowance_bytes: int | None
    share_pct: float | None
    """Of the allowance, by the total."""
    causes: list[CauseOut]
    files: list[FileOut]

    @classmethod
    def of(cls, use: DeviceUse) -> Self:
        """Show a device's use."""
        return cls(
            device=use.device.id,
            name=use.device.name,
            area=use.device.area,
            month=str(use.month),
            start=use.month.start,
            end=use.month.end,
            used_bytes=use.used_bytes,
            expected_bytes=use.expected_bytes,
            total_bytes=use.total_bytes,
            allowance_bytes=use.allowance_bytes,
            share_pct=use.share_pct,
            causes=[CauseOut.model_validate(one) for one in use.causes],
            files=[FileOut.model_validate(one) for one in use.files],
        )


def table(uses: Iterable[DeviceUse]) -> bytes:
    """Return CSV in UTF-8 with a mark, by which spreadsheets know it; bytes are plain numbers."""
    text = StringIO()
    writer = csv.writer(text)
    facts = ("device", "name", "area", "month", "used_bytes", "expected_bytes", "total_bytes")
    causes = [f"{cause}_bytes" for cause in Cause]
    writer.writerow([*facts, "allowance_bytes", "share_pct", *causes])
    for use in uses:
        device = use.device
        names = (device.id, inert(device.name), device.area, str(use.month))
        sums = (use.used_bytes, use.expected_bytes, use.total_bytes)
        shares = (use.allowance_bytes, use.share_pct)
        by_cause = [one.used_bytes + one.expected_bytes for one in use.causes]
        writer.writerow([*names, *sums, *shares, *by_cause])
    return text.getvalue().encode("utf-8-sig")
