"""What refusals of time rules, holidays and calendar files say."""

from collections.abc import Mapping
from typing import Final

from api.wording import Wording

TIME_WORDINGS: Final[Mapping[str, Wording]] = {
    "never-happens": Wording(
        422,
        "Không bao giờ phát",
        "Trong mười năm tới không có ngày giờ nào hợp với mọi điều kiện của lịch. Hãy bỏ bớt điều "
        "kiện (ngày lễ, ngày trừ, thứ, ngày cuối).",
        "It would never play",
        "Within ten years no day and hour fits all that the rule says. Take something away "
        "(holidays, dates left out, weekdays, the last day).",
    ),
    "rule-parts-clash": Wording(
        422,
        "Các phần của lịch không đi với nhau",
        "Lịch phát tự mâu thuẫn: {reason}. Hãy bỏ hoặc sửa một phần.",
        "Parts of the rule do not go together",
        "The rule contradicts itself: {reason}. Take one part away or change it.",
    ),
    "unknown-part": Wording(
        422,
        "Không có buổi này",
        "Không có buổi “{name}”. Hãy chọn một trong: {known}; hoặc thêm vào tệp lich.txt.",
        "No such part of the day",
        "No part of the day is called “{name}”. Choose one of: {known}; or add it to lich.txt.",
    ),
    "unknown-holiday": Wording(
        422,
        "Không có ngày lễ này",
        "Không có ngày lễ “{name}”. Hãy chọn trong: {known}; hoặc thêm vào tệp lich.txt.",
        "No such holiday",
        "No holiday is called “{name}”. Choose among: {known}; or add it to lich.txt.",
    ),
    "window-too-long": Wording(
        422,
        "Khoảng thời gian quá dài",
        "Mỗi lần chỉ xem được tối đa {limit_days} ngày. Hãy chọn khoảng ngắn hơn.",
        "Too many days at once",
        "At most {limit_days} days can be told at once. Ask for fewer.",
    ),
    "not-a-calendar": Wording(
        422,
        "Không phải tệp lịch",
        "Không đọc được tệp lịch này ({reason}). Hãy xuất lại tệp .ics từ chương trình lịch.",
        "Not a calendar file",
        "This calendar cannot be read ({reason}). Export the .ics file from your calendar again.",
    ),
    "calendar-too-large": Wording(
        422,
        "Tệp lịch quá lớn",
        "Tệp lịch vượt giới hạn ({what}: tối đa {limit}). Hãy xuất ít sự kiện hơn.",
        "The calendar is too large",
        "The calendar is over a limit ({what}: at most {limit}). Export fewer events.",
    ),
    "calendar-unsupported": Wording(
        422,
        "Sự kiện không chuyển thành lịch phát được",
        "Không quy tắc giờ nào diễn tả được: {what}. Hãy sửa sự kiện này rồi xuất lại, hoặc nhập "
        "tay.",
        "An event that cannot become a rule",
        "No time rule can say: {what}. Change the event and export it again, or type the rule.",
    ),
    "broken-almanac": Wording(
        500,
        "Tệp ngày lễ bị hỏng",
        "Không đọc được tệp ngày lễ và buổi: {reason}. Hãy sửa dòng đó.",
        "Broken almanac",
        "What this site says of its days and hours cannot be read: {reason}. Repair that line.",
    ),
}
