"""Signs between words: pauses, and what dashes and strokes mean between numbers."""

import re
from typing import Final

from playlists.audio.speech import numbers, quantities
from playlists.audio.speech.passage import Passage, Rule, Said, Why

_NAMES: Final = {
    "%": "phần trăm", "‰": "phần nghìn", "°": "độ", "&": "và", "=": "bằng", "@": "a còng",
    "≤": "nhỏ hơn hoặc bằng", "≥": "lớn hơn hoặc bằng", "<": "nhỏ hơn", ">": "lớn hơn",
    "±": "cộng trừ", "≈": "xấp xỉ", "×": "nhân", "÷": "chia", "$": "đô la Mỹ", "€": "ơ rô",
    "₫": "đồng", "~": "khoảng",
}  # fmt: skip
_PAUSES: Final = {",": ",", ";": ",", ":": ",", "(": ",", ")": ",", ".": ".", "?": "?", "!": "!"}
_NAME_FOLLOWS: Final = re.compile("[A-ZĐ][a-zà-ỹđ]|$")
_WEAKER: Final = frozenset(",;:")
"""Behind a full stop: it only shortened a word."""
_SCORE_BEFORE: Final = re.compile(r" (?:tỷ số|tỉ số|thắng|thua|hòa|kết quả)(?: [^ ]+){1,3} $")
_SCHOOL_YEAR_BEFORE: Final = re.compile(r" (?:năm học|niên khóa)(?: [^ ,]+){3,8} $")
_JOINED_AFTER: Final = re.compile(
    " ?- ?(?:xã hội|thông tin|thể thao|trật tự|an ninh|quốc phòng|thể dục|du lịch|văn nghệ"
    r"|tài chính)(?!\w)"
)
_JOINED_BEFORE: Final = re.compile(
    r" (?:kinh tế|văn hóa|chính trị|an ninh|quốc phòng|thể dục|văn nghệ|văn hóa xã hội|kế hoạch) $"
)
_PLACE_BEFORE: Final = re.compile(
    r" (?:khu phố|phường|quận|tổ|thôn|ấp|đường|hẻm)(?: số)?(?: [^ ,]+){1,3} $"
)
_DIGITS_BEFORE: Final = re.compile(r"(?:^| )(\d{1,9})$")
_DIGITS_AFTER: Final = re.compile(r" ?(\d{1,9})(?![\dhg:/.,%])")
_LOOK_BACK_CHARS: Final = 12
_RANGE_FOLLOWS: Final = re.compile(
    r" ?-+ ?(?=[\d$]|[IVX]{1,5}(?!\w)|[A-Z]\d{1,3}(?![\w/]))"
    r"| - (?=(?:thứ|tháng|ngày|quý|năm) [\dIVX])"
)


def _say_until(match: re.Match[str], passage: Passage) -> Said | None:
    """Read the dash between two amounts: 10-15, 2021 - 2025, 7h - 11h."""
    if passage.amount_end not in {match.start(), match.start() - 1} or passage.amount_end < 1:
        return None
    if passage.follows(_SCORE_BEFORE):
        return Said("")
    if passage.follows(_SCHOOL_YEAR_BEFORE):
        return Said(",")
    is_apart = match.group().startswith(" ")
    if is_apart and (_goes_down(match, passage) or passage.follows(_PLACE_BEFORE)):
        return Said(",", Why.NUMBER)
    return Said("đến")


def _goes_down(match: re.Match[str], passage: Passage) -> bool:
    start = match.start()
    before = _DIGITS_BEFORE.search(passage.text[max(0, start - _LOOK_BACK_CHARS) : start])
    after = _DIGITS_AFTER.match(passage.text, match.end())
    return before is not None and after is not None and int(before[1]) >= int(after[1])


def _say_minus(match: re.Match[str], passage: Passage) -> Said | None:
    before = passage.text[match.start() - 1 : match.start()]
    if before not in {"", " ", "\n", "("} and not match.group().startswith(" "):
        return None
    return Said("âm", Why.NUMBER if passage.at_line_start else None)


def _say_dash(match: re.Match[str], passage: Passage) -> Said:
    """Read any other dash: a pause where it stands apart, nothing inside a word."""
    is_joined = passage.follows(_JOINED_BEFORE) and _JOINED_AFTER.match(passage.text, match.start())
    is_apart = " " in match.group() or _NAME_FOLLOWS.match(passage.text, match.end())
    return Said("," if is_apart and not is_joined else "")


def _say_stroke(match: re.Match[str], passage: Passage) -> Said:
    """Read "/": of a year, of a whole, per day, or between alternatives."""
    at = match.start()
    is_amount = 0 < passage.amount_end == at
    if is_amount and match["year"]:
        return Said(f"năm {numbers.plain(match['year'])}", is_amount=True, end=match.end())
    if is_amount and passage.text[at + 1 : at + 2].isdigit():
        return Said("trên", end=at + 1)
    per = quantities.per(passage.text, at)
    if per and passage.before not in {"", "và"}:
        return Said(per[0], end=per[1])
    if is_amount and passage.before == "đồng":
        return Said("một", end=at + 1)
    is_between = passage.before not in {"", "và"}
    return Said("," if is_between else "", end=at + 1)


def _say_ratio(match: re.Match[str], passage: Passage) -> Said | None:
    if not 0 < passage.amount_end == match.start():
        return None
    return Said("" if passage.follows(_SCORE_BEFORE) else "trên")


def _say_plus(match: re.Match[str], passage: Passage) -> Said:
    is_list_mark = passage.at_line_start and match.group().endswith(" ")
    return Said("" if is_list_mark else "cộng")


def _say_inner_stop(match: re.Match[str], passage: Passage) -> Said:
    """Read a full stop inside a word: a space was forgotten if a small letter comes before."""
    before = passage.text[match.start() - 1 : match.start()]
    if not before.isalpha() and before:
        return Said(".")
    is_forgotten = before.islower() and passage.text[match.end()].isupper()
    return Said("." if is_forgotten else "")


def _say_sign(match: re.Match[str], _passage: Passage) -> Said:
    return Said(_NAMES[match.group()])


def _say_pause(match: re.Match[str], passage: Passage) -> Said:
    is_named = match.group() == ":" and passage.before == "số"
    is_shortened = match.group() == "." and passage.text[match.end() : match.end() + 1] in _WEAKER
    if is_named or is_shortened:
        return Said("")
    return Said(_PAUSES[match.group()])


def _say_ellipsis(_match: re.Match[str], _passage: Passage) -> Said:
    return Said(",")


RULES: Final = (
    Rule(_RANGE_FOLLOWS, _say_until),
    Rule(re.compile(r" ?-(?=\d)"), _say_minus),
    Rule(re.compile(r" ?-+ ?"), _say_dash),
    Rule(re.compile(r"/(?P<year>(?:19|20)\d\d(?!\d))?"), _say_stroke),
    Rule(re.compile(r":(?=\d)"), _say_ratio),
    Rule(re.compile(r"\+ ?"), _say_plus),
    Rule(re.compile(r"\.(?=[^\W_])"), _say_inner_stop),
    Rule(re.compile(r"\.{2,}"), _say_ellipsis),
    Rule(re.compile("[" + re.escape("".join(_NAMES)) + "]"), _say_sign),
    Rule(re.compile("[" + re.escape("".join(_PAUSES)) + "]"), _say_pause),
)
