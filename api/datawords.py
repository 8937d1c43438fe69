"""What refusals of data use say."""

from collections.abc import Mapping
from typing import Final

from api.wording import Wording

DATA_WORDINGS: Final[Mapping[str, Wording]] = {
    "bad-month": Wording(
        422,
        "Không đọc được tháng",
        "“{month}” không phải là tháng xem được. Hãy ghi năm rồi tháng, ví dụ 2026-11; từ năm "
        "{first} đến {ahead} tháng sau tháng này.",
        "No such month",
        "“{month}” is no month that can be told. Write the year and the month, such as 2026-11; "
        "from {first} to {ahead} months ahead.",
    ),
}
