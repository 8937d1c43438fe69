"""What refusals of trucks and their zones say."""

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
    "pass-rule-bounds": Wording(
        422,
        "Quy tắc của xe không hợp lý",
        "Mục “{field}” là {value} {unit}. Hãy chọn từ {least} đến {limit} {unit}.",
        "A rule that makes no sense",
        "“{field}” is {value} {unit}. Choose {least} to {limit} {unit}.",
    ),
    "not-a-speaker": Wording(
        422,
        "Thiết bị này không phải loa",
        "Chỉ loa mới đi theo xe được; {device} là bảng. Hãy chọn một loa.",
        "Not a loudspeaker",
        "Only loudspeakers are on trucks; {device} is a board. Choose a loudspeaker.",
    ),
    "not-a-truck": Wording(
        422,
        "Loa này không ở trên xe",
        "{device} là loa cố định nên không có lần qua vùng. Hãy khai nó là xe loa trước "
        "(PUT /devices/{device}/mobile).",
        "Not on a truck",
        "{device} is a fixed loudspeaker, so it passes through no zone. First say that it is on a "
        "truck (PUT /devices/{device}/mobile).",
    ),
    "truck-in-use": Wording(
        409,
        "Còn lịch phát vào vùng đang chờ xe này",
        "Lịch {broadcast} còn chờ {device} đi qua vùng. Hãy hủy lịch ấy, hoặc đợi nó hết hạn, rồi "
        "mới khai là loa cố định.",
        "A broadcast into zones waits for this truck",
        "The broadcast {broadcast} still waits for {device} to pass through a zone. Cancel it, or "
        "let it end, before this becomes a fixed loudspeaker.",
    ),
}
