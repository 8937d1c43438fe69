"""What refusals of zones say."""

from collections.abc import Mapping
from typing import Final

from api.wording import Wording

TRUCK_WORDINGS: Final[Mapping[str, Wording]] = {
    "zone-points": Wording(
        422,
        "Vùng không đúng hình",
        "Vùng có {count} điểm và không thành một khu vực. Hãy vẽ từ {least} đến {limit} điểm, "
        "không thẳng hàng.",
        "A zone of no shape",
        "The zone has {count} corners and makes no area. Draw {least} to {limit} corners that do "
        "not lie in one line.",
    ),
    "zone-bad-place": Wording(
        422,
        "Tọa độ không đúng",
        "Điểm ({lat}, {lon}) không phải nơi xe chạy được. Hãy ghi vĩ độ trước, kinh độ sau, ví dụ "
        "21.0285, 105.8542.",
        "A corner nowhere",
        "No truck drives at ({lat}, {lon}). Write latitude first, then longitude, such as 21.0285, "
        "105.8542.",
    ),
    "zone-size": Wording(
        422,
        "Vùng quá rộng",
        "Vùng rộng hơn {limit_km} km. Có thể một điểm bị gõ nhầm.",
        "The zone is too large",
        "The zone is wider than {limit_km} km. Perhaps one corner is a slip.",
    ),
    "zone-crosses-itself": Wording(
        422,
        "Cạnh của vùng cắt nhau",
        "Hai cạnh của vùng cắt nhau. Hãy vẽ các điểm lần lượt theo đường bao.",
        "The zone crosses itself",
        "Two edges of the zone cross. Give its corners in order along the edge.",
    ),
}
