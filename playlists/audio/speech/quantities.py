"""Numbers in running text with what is counted: 3.500.000đ, 1,5 km, -5°C, 75%, 10-15 ngày."""

import re
from typing import Final

from playlists.audio.speech import dates, numbers
from playlists.audio.speech.passage import Passage, Rule, Said, Why

_MONEY: Final = {
    "đ": "đồng", "Đ": "đồng", "₫": "đồng", "VNĐ": "đồng", "VND": "đồng", "vnđ": "đồng",
    "vnd": "đồng", "đồng": "đồng", "USD": "đô la Mỹ", "$": "đô la Mỹ", "EUR": "ơ rô", "€": "ơ rô",
    "tr": "triệu", "trđ": "triệu đồng", "tr.đ": "triệu đồng", "tr đ": "triệu đồng",
    "k": "nghìn", "K": "nghìn", "JPY": "yên", "¥": "yên", "£": "bảng Anh",
}  # fmt: skip
_UNITS: Final = {
    "km": "ki lô mét", "Km": "ki lô mét", "KM": "ki lô mét", "hm": "héc tô mét", "m": "mét",
    "dm": "đề xi mét", "cm": "xen ti mét", "mm": "mi li mét", "km2": "ki lô mét vuông",
    "m2": "mét vuông", "cm2": "xen ti mét vuông", "m3": "mét khối", "cm3": "xen ti mét khối",
    "dm3": "đề xi mét khối", "ha": "héc ta", "Ha": "héc ta", "kg": "ki lô gam", "Kg": "ki lô gam",
    "KG": "ki lô gam", "g": "gam", "gr": "gam", "mg": "mi li gam", "μg": "mi crô gam",
    "l": "lít", "L": "lít", "ml": "mi li lít", "mL": "mi li lít", "lít": "lít", "tấn": "tấn",
    "°C": "độ xê", "oC": "độ xê", "° C": "độ xê", "°F": "độ ép", "°": "độ", "kW": "ki lô oát",
    "KW": "ki lô oát", "kWh": "ki lô oát giờ", "KWh": "ki lô oát giờ", "kwh": "ki lô oát giờ",
    "MW": "mê ga oát", "MWh": "mê ga oát giờ", "W": "oát", "V": "vôn", "kV": "ki lô vôn",
    "KV": "ki lô vôn", "kVA": "ki lô vôn am pe", "Hz": "héc", "kHz": "ki lô héc",
    "MHz": "mê ga héc", "GHz": "gi ga héc", "MB": "mê ga bai", "GB": "gi ga bai",
    "TB": "tê ra bai", "Mbps": "mê ga bít trên giây", "Mb": "mê ga bít", "dB": "đề xi ben",
    "dBA": "đề xi ben a", "h": "giờ", "ph": "phút", "p": "phút", "s": "giây", "ms": "mi li giây",
    "%": "phần trăm", "‰": "phần nghìn", "phút": "phút", "giờ": "giờ", "giây": "giây",
    "bar": "ba", "mmHg": "mi li mét thủy ngân", "ppm": "phần triệu", "MPa": "mê ga pát can",
    "CV": "mã lực", "HP": "mã lực", "lux": "lúc", "mol": "mon", "cal": "ca lo",
    "kcal": "ki lô ca lo", "inch": "in",
}  # fmt: skip
_ATTACHED_ONLY: Final = frozenset(
    {"tr", "k", "K", "p", "s", "Đ", "L", "CV", "TB", "V", "W", "'", "ms", "Mb"}
)
"""Behind a space these may be words or abbreviations of their own."""
_PER: Final = {
    **{key: name for key, name in _UNITS.items() if key.isalpha() or key[-1] in "23"},
    "hộ": "hộ", "người": "người", "ngày": "ngày", "tháng": "tháng", "năm": "năm", "tuần": "tuần",
    "lần": "lần", "em": "em", "cháu": "cháu", "suất": "suất", "giờ": "giờ", "phút": "phút",
    "quý": "quý", "tấn": "tấn", "lít": "lít", "xe": "xe", "lượt": "lượt", "buổi": "buổi",
    "học sinh": "học sinh", "phòng": "phòng", "căn": "căn", "cái": "cái", "chai": "chai",
    "bao": "bao", "vụ": "vụ", "khóa": "khóa", "đêm": "đêm", "bộ": "bộ", "con": "con", "cây": "cây",
    "kỳ": "kỳ", "trẻ": "trẻ", "ca": "ca", "suất ăn": "suất ăn", "vé": "vé", "chỗ": "chỗ",
    "tàu": "tàu", "thửa": "thửa", "đơn vị": "đơn vị", "gia đình": "gia đình",
    "ngày đêm": "ngày đêm",
    "hồ sơ": "hồ sơ", "trường hợp": "trường hợp", "đồng": "đồng",
}  # fmt: skip


def _either(table: dict[str, str]) -> str:
    return "|".join(re.escape(key) for key in sorted(table, key=len, reverse=True))


_UNIT: Final = (
    rf"(?P<unit> ?(?:(?:triệu|tỷ|tỉ|nghìn|ngàn) )?(?:{_either(_MONEY | _UNITS)})(?![^\W_]|/c\b))"
)
_PER_UNIT: Final = re.compile(rf"/ ?({_either(_PER)})(?![^\W_])")
_PRICED: Final = re.compile(rf"(?:^| )(?:{_either(_MONEY)}|%)$")
_SCALE: Final = re.compile(r" ?(?:triệu|tỷ|tỉ|nghìn|ngàn|vạn|trăm|%|phần|điểm|độ|lần|tuổi)\b|%")
_NUMBER: Final = (
    r"(?:(?P<dotted>\d{1,3}(?:\.\d{3}){1,6})(?:,(?P<dottedfraction>\d{1,9}))?(?![.,]?\d)"
    r"|(?P<english>\d{1,3}(?:,\d{3}){2,6})(?:\.(?P<englishfraction>\d{1,9}))?(?![.,]?\d)"
    r"|(?P<spaced>\d{1,3}(?: \d{3}){2,5})(?!\d)"
    r"|(?P<whole>\d{1,18})(?P<point>[.,])(?P<fraction>\d{1,9})(?!\d)(?![.,]\d)"
    r"|(?P<plain>\d{1,18}))"
)
_GOES_ON: Final = re.compile(r"[.,]?\d|(?![xX] ?\d)[^\W\d_]")
"""Behind a number: it is part of a code or a version."""
_LONG_CODE_DIGITS: Final = 8
_THOUSANDS: Final = 3


def _say(match: re.Match[str], passage: Passage) -> Said | None:
    """Read a number, its unit, and what it is counted by: 50.000 đồng/người."""
    unit = _unit(match)
    end = match.start("unit") if unit is None and match["unit"] else match.end()
    if unit is None and _GOES_ON.match(passage.text, end):
        return None
    return _measured(match, passage, unit, end)


def _say_bare(match: re.Match[str], _passage: Passage) -> Said:
    """Read digits that no other rule wants."""
    return Said(numbers.plain(match.group()), is_amount=True)


def _measured(match: re.Match[str], passage: Passage, unit: str | None, end: int) -> Said:
    per = _PER_UNIT.match(passage.text, end) if unit else None
    words, why = _number(match, passage, has_unit=unit is not None)
    if unit:
        words += f" {unit}"
    if per:
        is_rate = per[1] in _UNITS and not _PRICED.search(match["unit"])
        words += f" {'trên' if is_rate else 'một'} {_PER[per[1]]}"
        end = per.end()
    return Said(words, why, is_amount=True, end=end)


def _unit(match: re.Match[str]) -> str | None:
    """Return the words of the unit; None if what stands there is no unit after all."""
    written = match["unit"]
    if not written:
        return None
    scale, _, name = written.strip().rpartition(" ")
    if written.strip() in _MONEY | _UNITS:
        scale, name = "", written.strip()
    is_apart = written.startswith(" ") and not scale
    if is_apart and name in _ATTACHED_ONLY:
        return None
    return f"{scale} {(_MONEY | _UNITS)[name]}".strip()


def _number(match: re.Match[str], passage: Passage, *, has_unit: bool) -> tuple[str, Why | None]:
    if match["dotted"]:
        whole = match["dotted"].replace(".", "")
        return _grouped(whole, match["dottedfraction"]), None
    if match["english"]:
        whole = match["english"].replace(",", "")
        return _grouped(whole, match["englishfraction"]), Why.NUMBER
    if match["spaced"]:
        return _grouped(match["spaced"].replace(" ", ""), None), None
    if match["whole"]:
        return _decimal(match, passage, has_unit=has_unit)
    return _plain(match, passage, has_unit=has_unit)


def _grouped(whole: str, fraction: str | None) -> str:
    if len(whole) > numbers.MAX_CARDINAL_DIGITS:
        return numbers.digits(whole)
    if fraction:
        return numbers.decimal(str(int(whole)), fraction)
    return numbers.cardinal(int(whole))


def _decimal(match: re.Match[str], passage: Passage, *, has_unit: bool) -> tuple[str, Why | None]:
    """Read 1,5 and 2.5 triệu with "phẩy", 1.2 of a version or clause with "chấm"."""
    is_amount = has_unit or _SCALE.match(passage.text, match.end("fraction"))
    point = "phẩy" if match["point"] == "," or is_amount else "chấm"
    words = numbers.decimal(match["whole"], match["fraction"], point)
    is_doubtful = match["point"] == "," and len(match["fraction"]) == _THOUSANDS
    return words, Why.NUMBER if is_doubtful else None


def _plain(match: re.Match[str], passage: Passage, *, has_unit: bool) -> tuple[str, Why | None]:
    written, before = match["plain"], passage.before
    if before == "thứ" and len(written) < _THOUSANDS:
        return numbers.ordinal(int(written)), None
    if before == "tháng" and len(written) < _THOUSANDS:
        return dates.month_name(int(written)), None
    if before == "ngày" and _MONTH_FOLLOWS.match(passage.text, match.end("plain")):
        return dates.early(int(written)) + numbers.cardinal(int(written)), None
    if before in _NAMED_BY_CODE:
        return numbers.code(written), None
    if len(written) >= _LONG_CODE_DIGITS and not has_unit and not written.endswith("000"):
        return numbers.grouped(written), Why.PHONE_OR_NUMBER
    return numbers.plain(written), None


_MONTH_FOLLOWS: Final = re.compile(
    r"(?: ?(?:-|,|và|đến) ?\d{1,2}){0,4} tháng \d|(?: ?(?:-|,|và|đến) ?\d{1,2}){1,4}/\d"
    r"| (?:đến|và) (?:hết )?ngày \d"
)
_NAMED_BY_CODE: Final = frozenset({"nghị quyết", "thị", "quyết", "định", "tư", "hoạch"})


def _say_list_mark(match: re.Match[str], passage: Passage) -> Said | None:
    """Read "1." or "2.1)" at the beginning of a line, with a pause behind it."""
    if not passage.at_line_start:
        return None
    return Said(" chấm ".join(numbers.plain(part) for part in match["marks"].split(".")) + ",")


def _say_version(match: re.Match[str], _passage: Passage) -> Said:
    """Read 1.2.3 and 192.168.1.1: every part with "chấm" between."""
    parts = re.split("[.,]", match.group())
    return Said(" chấm ".join(numbers.plain(part) for part in parts))


def _say_dollars(match: re.Match[str], _passage: Passage) -> Said:
    number = match["n"].replace(",", "")
    whole, _, fraction = number.partition(".")
    words = numbers.decimal(whole, fraction) if fraction else numbers.plain(whole)
    return Said(f"{words} đô la Mỹ", Why.NUMBER, is_amount=True)


_SPLIT_NAMES: Final = {"tr": "triệu", "triệu": "triệu", "k": "nghìn", "m": "mét"}


def _say_split(match: re.Match[str], _passage: Passage) -> Said | None:
    """Read 3tr5, 1k5 and 1m75: three million five, one metre seventy-five; 3m2 is an area."""
    name = _SPLIT_NAMES[match["unit"]]
    if name == "mét" and match["b"] in {"2", "3"}:
        return None
    return Said(f"{numbers.plain(match['a'])} {name} {numbers.plain(match['b'])}", is_amount=True)


def _say_letter_code(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 3A, 12B, 10A1, 4G: the number, then the letters by name."""
    following = match["letters"]
    if len(following) > 1 and not following.isupper():
        return None
    words = f"{numbers.plain(match['n'])} {passage.dictionary.letter_by_letter(following)}"
    if match["rest"]:
        words += f" {numbers.plain(match['rest'])}"
    return Said(words, is_amount=True)


LIST_MARKS: Final = (
    Rule(re.compile(r"(?P<marks>\d{1,3}(?:\.\d{1,3}){0,4})\.?[.)/](?= |$)"), _say_list_mark),
    Rule(re.compile(r"(?P<marks>\d{1,2}(?:\.\d{1,2}){1,4})(?= [^\W\d_a-z])"), _say_list_mark),
)
RULES: Final = (
    Rule(re.compile(r"(?P<a>\d{1,4})(?P<unit>tr|triệu|k|m)(?P<b>\d{1,3})(?!\w)"), _say_split),
    Rule(re.compile(rf"{_NUMBER}{_UNIT}?"), _say),
    Rule(re.compile(r"\d{1,18}(?:[.,]\d{1,18}){2,8}"), _say_version),
)
BARE: Final = (Rule(re.compile(r"\d{1,18}"), _say_bare),)
LETTER_CODES: Final = (
    Rule(
        re.compile(r"(?P<n>\d{1,4})(?P<letters>[A-Za-zĐđ]{1,3})(?P<rest>\d{0,3})(?!\w)"),
        _say_letter_code,
    ),
)
DOLLARS: Final = (
    Rule(re.compile(r"(?:\$|US\$|€) ?(?P<n>\d{1,9}(?:[.,]\d{1,3}){0,4})"), _say_dollars),
)


def per(text: str, at: int) -> tuple[str, int] | None:
    """Return what is said for "/ngày" behind a counted word, and where it ends."""
    match = _PER_UNIT.match(text, at)
    return (f"một {_PER[match[1]]}", match.end()) if match else None
