"""Dates: 25/11/2026, 25-11, 10-12/11, 11/2026, quý IV/2026; and the shares that look like them."""

import re
from typing import Final

from playlists.audio.speech import numbers
from playlists.audio.speech.passage import Passage, Rule, Said, Why

_LAST_DAY: Final = 31
_LAST_MONTH: Final = 12
_LAST_EARLY_DAY: Final = 10
_EDGE: Final = r"(?![\d/])(?!\.\d)(?!,\d)(?![A-Za-zĐđ])"

_NUMERAL: Final = (
    "(?:mùng|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|mốt|tư|lăm|,|và|đến|hoặc|hay)"
)
_ALREADY_DAY: Final = re.compile(
    r" (?:ngày|mùng|mồng|hôm|rằm|lễ|khánh|đường|phố|trường|viên|cầu|chợ) $"
    rf"| ngày(?: {_NUMERAL}){{1,9}} (?:và|đến|,|hoặc|hay) $"
    r"| ngày(?: [^ ,]+){1,5} (?:nam|nữ|giáo|sĩ|binh|đoàn|động|dân|nhi) $"
    r"| lễ(?: [^ ]+){1,8} (?:và|,) $"
)
"""Behind these nobody says "ngày" again; holidays and streets are named by the bare date."""
_ALREADY_EARLY: Final = re.compile(r" (?:mùng|mồng) $")
_DATE_BEFORE: Final = re.compile(
    r" (?:ngày|mùng|mồng|hôm|sáng|trưa|chiều|tối|đêm|khuya|hai|ba|tư|năm|sáu|bảy|nhật|nay|mai|mốt"
    r"|từ|đến|tới|trước|sau|qua|lễ|dịp|hạn|cuối|đầu|giờ|phút|niệm|khánh|đỏ|giáo|phụ nữ) (?:, )?$"
)
_SHARE_BEFORE: Final = re.compile(
    r" (?:chiếm|đạt|khoảng|hơn|gần|được|giảm|tăng|quá|còn|trên|ít nhất|tối thiểu|bằng|tỷ lệ|tỉ lệ"
    r"|có|mới|thu) $"
)
_SHARE_AFTER: Final = re.compile(
    r"\s(?:số|trong|dân|tổng|diện|quãng|chặng|thời gian|hộ|đại biểu|thành viên|trở|cốc|thìa|muỗng"
    r"|chén|ly|lít|kg|ha|giá|mức|lượng|sản|cử tri|nhu|chiều|đoạn|đường|khối)"
)
_AROUND_CLOCK: Final = re.compile(r" (?:trực|vụ|động|trợ|tục|trực ban|cửa|túc) $")
_PLACE_BEFORE: Final = re.compile(
    r" (?:số|số nhà|nhà|hẻm|ngõ|ngách|kiệt|nhà số|lô|thửa|địa chỉ|địa chỉ ,|ấp) $"
)
_RANGE_BEFORE: Final = re.compile(
    r" (?:từ|khoảng|các ngày|những ngày|tầm|chừng|hơn|gần|trong|độ|bảng|lớp|trang|câu|bài|số"
    r"|tuổi|khu phố|phường|quận|tổ|thứ|giai đoạn|điểm|điều|khoản|tháng|tuần|cấp|gió) $"
)
_DAY_RANGE: Final = re.compile(r" (?:từ ngày|các ngày|những ngày|trong ngày|hai ngày|ba ngày) $")


def _say_full(match: re.Match[str], passage: Passage) -> Said | None:
    day, month, year = int(match["d"]), int(match["m"]), match["y"]
    return _date(day, month, year, passage)


def _say_iso(match: re.Match[str], passage: Passage) -> Said | None:
    return _date(int(match["d"]), int(match["m"]), match["y"], passage)


def _date(day: int, month: int, year: str | None, passage: Passage) -> Said | None:
    """Return day, month and year as words, with "ngày" unless it has just been said."""
    if not _is_date(day, month):
        return None
    head = "" if passage.follows(_ALREADY_DAY) else "ngày "
    mung = "" if passage.follows(_ALREADY_EARLY) else early(day)
    tail = f" năm {numbers.plain(year)}" if year else ""
    words = f"{head}{mung}{numbers.cardinal(day)} tháng {month_name(month)}{tail}"
    return Said(words, is_amount=True)


def _is_date(day: int, month: int) -> bool:
    return 1 <= day <= _LAST_DAY and 1 <= month <= _LAST_MONTH


def early(day: int) -> str:
    """Return "mùng " for the first ten days of a month."""
    return "mùng " if day <= _LAST_EARLY_DAY else ""


def month_name(month: int) -> str:
    """Return the number of a month as it is said: the fourth is "tư"."""
    return "tư" if month == 4 else numbers.cardinal(month)  # noqa: PLR2004


def _say_days(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 10-12/11 or 10-12/11/2026: from one day to another."""
    first, day, month = int(match["a"]), int(match["d"]), int(match["m"])
    if not (_is_date(day, month) and 1 <= first < day):
        return None
    head = "" if passage.follows(_ALREADY_DAY) else "ngày "
    tail = f" năm {numbers.plain(match['y'])}" if match["y"] else ""
    until = f"đến {early(day)}{numbers.cardinal(day)} tháng {month_name(month)}{tail}"
    return Said(f"{head}{early(first)}{numbers.cardinal(first)} {until}", is_amount=True)


_COUNTED_IN_YEAR: Final = frozenset({"quý", "đợt", "lần", "kỳ"})


def _say_month(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 11/2026: a month; behind the name of a law, a number and its year."""
    month = int(match["m"])
    if passage.before in _COUNTED_IN_YEAR:
        return Said(f"{numbers.plain(match['m'])} năm {numbers.plain(match['y'])}", is_amount=True)
    if not 1 <= month <= _LAST_MONTH or passage.follows(_NUMBERED):
        return None
    head = "" if passage.before in {"tháng", "kỳ tháng"} else "tháng "
    words = f"{head}{month_name(month)} năm {numbers.plain(match['y'])}"
    return Said(words, is_amount=True)


_NUMBERED: Final = re.compile(
    r" (?:định|quyết|tư|thị|luật|văn|hoạch|cáo|lệnh|trình|dẫn|luật số|số|mã) $"
)


def _say_year_of(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 49/2024 without letters: the number and the year of a law."""
    why = None if passage.follows(_NUMBERED) else Why.NUMBER
    words = f"{numbers.code(match['n'])} năm {numbers.plain(match['y'])}"
    return Said(words, why, is_amount=True)


def _say_day_month(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 25/11, which may be a share (2/3 số hộ) or a house (12/3)."""
    first, second = int(match["d"]), int(match["m"])
    if passage.follows(_AROUND_CLOCK) and match.group() in {"24/7", "24/24"}:
        return Said(f"{numbers.cardinal(first)} trên {numbers.cardinal(second)}")
    if passage.follows(_PLACE_BEFORE):
        return None
    if passage.follows(_DATE_BEFORE) and _is_date(first, second):
        return _date(first, second, None, passage)
    is_share = passage.follows(_SHARE_BEFORE) or _SHARE_AFTER.match(passage.text, match.end())
    if is_share or not _is_date(first, second):
        return _share(first, second)
    said = _date(first, second, None, passage)
    is_doubtful = first < second and match["d"][0] != "0"
    return said._replace(why=Why.DATE_OR_SHARE) if said and is_doubtful else said


def _share(first: int, second: int) -> Said | None:
    """Return "ba phần tư"; of larger numbers "mười lăm trên hai mươi"."""
    if not 0 < first < second:
        return None
    if second <= _LAST_EARLY_DAY and first < second:
        lower = "tư" if second == 4 else numbers.cardinal(second)  # noqa: PLR2004
        return Said(f"{numbers.cardinal(first)} phần {lower}", is_amount=True)
    words = f"{numbers.cardinal(first)} trên {numbers.cardinal(second)}"
    return Said(words, is_amount=True)


def _say_dashed(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 25-11: a date behind "ngày" or where it cannot be a range."""
    first, second = int(match["d"]), int(match["m"])
    if not _is_date(first, second) or passage.follows(_DAY_RANGE):
        return None
    is_dated = passage.follows(_DATE_BEFORE) and not passage.follows(_RANGE_BEFORE)
    if first <= second and not is_dated:
        return None
    if not is_dated and passage.follows(_RANGE_BEFORE) and passage.before != "từ":
        return None
    if not is_dated and passage.follows(_SCORE_BEFORE):
        return None
    said = _date(first, second, None, passage)
    is_doubtful = first <= second or not is_dated
    return said._replace(why=Why.DATE_OR_SHARE) if said and is_doubtful else said


_SCORE_BEFORE: Final = re.compile(r" (?:tỷ số|tỉ số|thắng|thua|hòa|kết quả)(?: [^ ]+){0,2} $")


def _say_dashed_month(match: re.Match[str], passage: Passage) -> Said | None:
    month = int(match["m"])
    if passage.before not in {"tháng", "quý"} or not 1 <= month <= _LAST_MONTH:
        return None
    name = month_name(month) if passage.before == "tháng" else numbers.cardinal(month)
    return Said(f"{name} năm {numbers.plain(match['y'])}", is_amount=True)


_D: Final = r"(?P<d>\d{1,2})"
_M: Final = r"(?P<m>\d{1,2})"
_Y: Final = r"(?P<y>(?:1[6-9]|2[01])\d\d)"

RULES: Final = (
    Rule(re.compile(rf"{_D}(?P<s>[/.]){_M}(?P=s){_Y}{_EDGE}"), _say_full),
    Rule(re.compile(rf"{_D}-{_M}-{_Y}(?!-\d){_EDGE}"), _say_full),
    Rule(re.compile(rf"{_D} / {_M} / {_Y}{_EDGE}"), _say_full),
    Rule(re.compile(rf"{_Y}-{_M}-{_D}{_EDGE}"), _say_iso),
    Rule(re.compile(rf"(?P<a>\d{{1,2}}) ?- ?{_D}/{_M}(?:/{_Y})?{_EDGE}"), _say_days),
    Rule(re.compile(rf"{_M}/{_Y}{_EDGE}"), _say_month),
    Rule(re.compile(rf"{_M}-{_Y}{_EDGE}"), _say_dashed_month),
    Rule(re.compile(rf"(?P<n>\d{{1,6}})/{_Y}{_EDGE}"), _say_year_of),
    Rule(re.compile(rf"{_D}/{_M}{_EDGE}"), _say_day_month),
    Rule(re.compile(rf"{_D}-{_M}(?!-\d){_EDGE}"), _say_dashed),
)
