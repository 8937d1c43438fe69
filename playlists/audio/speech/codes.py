"""What is dictated digit by digit: telephone numbers, plates, accounts and cards."""

import re
from typing import Final

from playlists.audio.speech import letters, numbers
from playlists.audio.speech.passage import Passage, Rule, Said, Why

MAX_PHONE_DIGITS: Final = 14
MIN_PHONE_DIGITS: Final = 8

_FREE_PREFIXES: Final = ("1800", "1900")
_GAP: Final = r"(?:[ .\-]{1,2})?"
_DIGIT: Final = "(?:không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín)"
_CALL: Final = (
    "(?:gọi|điện thoại|tổng đài|đường dây nóng|bấm|nhắn|za lô|liên hệ|di động|phản ánh|fax|đầu số"
    "|cứu hỏa|cứu thương|cấp cứu|cảnh sát|khẩn cấp|báo cháy|báo tin|máy)"
)
_CALLED: Final = re.compile(rf" {_CALL}(?: (?:số|theo số|đến số|ngay|ngay số|máy))?(?: ,)? $")
"""Directly before a number: it is dialled, whatever follows."""
_CALL_NEAR: Final = re.compile(rf" (?:{_CALL}|công an)(?: [^ ]+){{0,6}} $")
_CALLED_ALSO: Final = re.compile(
    rf" {_CALL}(?: [^ ]+)* {_DIGIT} {_DIGIT} {_DIGIT} (?:,|và|hoặc|hay) $"
)
_CODE_BEFORE: Final = re.compile(
    r" (?:mã(?: [^ ,]+){0,2}|tài khoản|căn cước công dân|căn cước|chứng minh nhân dân|số hiệu"
    r"|biển số|biển kiểm soát|số sê ri|hộ chiếu|số thẻ)(?: số)?(?: ,)? $"
)
_EMERGENCY: Final = frozenset({"111", "112", "113", "114", "115", "1022", "18001091"})
_COUNTED: Final = re.compile(r" ?[^\W\d_]{2,}")
_NOT_COUNTED: Final = re.compile(
    r" (?:hoặc|và|hay|để|khi|nếu|ngay|là|về|của|trong|gặp|nhé|đến|cho|tại|bất)\b"
)


def _say_phone(match: re.Match[str], _passage: Passage) -> Said | None:
    """Read a telephone number, its groups as they are written."""
    written = match.group()
    count = sum(char.isdigit() for char in written)
    if not MIN_PHONE_DIGITS <= count <= MAX_PHONE_DIGITS or _is_cut(match):
        return None
    if written.startswith(_FREE_PREFIXES):
        written = f"{written[:4]} {written[4:]}"
    head = "cộng " if written.startswith("+") else ""
    return Said(head + numbers.grouped(written))


def _is_cut(match: re.Match[str]) -> bool:
    """Tell whether the number goes on behind what was matched."""
    following = match.string[match.end() : match.end() + 2]
    return following[:1].isalnum() or (following[:1] in {"/", "."} and following[1:].isdigit())


def _say_short(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 114 and the like: digits behind "gọi", or where nothing is counted."""
    written = match.group()
    if passage.follows(_CALLED) or passage.follows(_CALLED_ALSO):
        return Said(numbers.digits(written))
    counts = _COUNTED.match(passage.text, match.end())
    if written not in _EMERGENCY or (counts and not _NOT_COUNTED.match(passage.text, match.end())):
        return None
    if passage.follows(_CALL_NEAR):
        return Said(numbers.digits(written))
    if passage.before:
        return None
    return Said(numbers.digits(written), Why.PHONE_OR_NUMBER)


def _say_code(match: re.Match[str], passage: Passage) -> Said | None:
    """Read what follows "tài khoản", "CCCD", "biển số" sign by sign."""
    if not passage.follows(_CODE_BEFORE):
        return None
    return Said(_signs(match.group()))


def _say_plate(match: re.Match[str], _passage: Passage) -> Said:
    return Said(_signs(match.group()))


def _signs(written: str) -> str:
    """Say digits and letters one by one, with a pause at every gap that is written."""
    groups = re.findall(r"[^\W_]+", written)
    if len(groups) == 1 and groups[0].isdigit():
        return numbers.grouped(groups[0])
    return ", ".join(
        " ".join(numbers.digits(sign) or letters.name_of(sign) for sign in group)
        for group in groups
    )


def _say_long(match: re.Match[str], _passage: Passage) -> Said:
    return Said(numbers.grouped(match.group()), Why.PHONE_OR_NUMBER)


RULES: Final = (
    Rule(re.compile(rf"(?:\+ ?84|0)\d{{0,4}}\)?(?:{_GAP}\d{{1,7}}){{1,6}}(?![\d%])"), _say_phone),
    Rule(re.compile(rf"1[89]00(?:{_GAP}\d{{1,6}}){{1,3}}(?![\d%])"), _say_phone),
    Rule(re.compile(r"\d\d[A-ZĐ]{1,2}\d?[- ]\d{3}\.?\d{2}(?!\w)"), _say_plate),
    Rule(re.compile(r"\d\d[A-ZĐ]{1,2}\d?[- ]\d{4}(?!\w)"), _say_plate),
    Rule(re.compile(r"[A-ZĐ]{0,3}\d[A-Z0-9]{0,30}(?:[.\- ]\d{1,12}){0,6}(?!\w)"), _say_code),
    Rule(re.compile(r"1\d{2,3}(?![\w/%'-])(?![.,:]\d)"), _say_short),
    Rule(re.compile(r"\d{19,}"), _say_long),
)
