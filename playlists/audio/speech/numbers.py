"""Numbers as words: cardinals, digits one by one, decimals, Roman numerals.

One choice of words for all: "lẻ" (not "linh"), "nghìn" (not "ngàn"), "tỷ", "phẩy" for the comma.
"""

import re
from typing import Final

MAX_CARDINAL_DIGITS: Final = 18
"""Longer numbers are said digit by digit; nobody follows "tỷ tỷ"."""

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS: Final = ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn"))
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN: Final = re.compile(
    "(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.ASCII
)
_PHONE_GROUP: Final = 3
_LONGEST_UNGROUPED: Final = 6
_FRACTION_AS_NUMBER: Final = 2


def cardinal(value: int) -> str:
    """Return a whole number of at most MAX_CARDINAL_DIGITS digits as words; negatives as "âm"."""
    if value < 0:
        return f"âm {cardinal(-value)}"
    return " ".join(_whole(value)) or _DIGITS[0]


def ordinal(value: int) -> str:
    """Return what follows "thứ": nhất, hai, ba, tư, năm and so on."""
    return {1: "nhất", 4: "tư"}.get(value) or cardinal(value)


def _whole(value: int) -> list[str]:
    """Say a number from the left; zero is silence, and a group below 100 says "không trăm"."""
    for size, name in _GROUPS:
        if value >= size:
            head, rest = divmod(value, size)
            return [*_whole(head), name, *_following(rest)]
    return _below_1000(value, is_first=True)


def _following(rest: int) -> list[str]:
    for size, name in _GROUPS[1:]:
        if rest >= size:
            head, below = divmod(rest, size)
            return [*_below_1000(head, is_first=False), name, *_following(below)]
    return _below_1000(rest, is_first=False) if rest else []


def _below_1000(value: int, *, is_first: bool) -> list[str]:
    hundreds, rest = divmod(value, 100)
    if hundreds or not is_first:
        head = [_DIGITS[hundreds], "trăm"]
        if not rest:
            return head
        return [*head, "lẻ", _DIGITS[rest]] if rest < 10 else [*head, *_tens(rest)]  # noqa: PLR2004
    return _tens(rest) if rest else []


def _tens(value: int) -> list[str]:
    tens, ones = divmod(value, 10)
    if tens == 0:
        return [_DIGITS[ones]]
    head = ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if not ones:
        return head
    if tens == 1:
        return [*head, "lăm" if ones == 5 else _DIGITS[ones]]  # noqa: PLR2004
    return [*head, {1: "mốt", 4: "tư", 5: "lăm"}.get(ones, _DIGITS[ones])]


def digits(text: str) -> str:
    """Return ASCII digits one by one; whatever is no digit is left out."""
    return " ".join(_DIGITS[int(digit)] for digit in text if digit.isdigit())


def grouped(text: str) -> str:
    """Return a telephone number or code digit by digit, with a pause between its written groups.

    A number written without a gap is cut into threes from the right, as it is dictated.
    """
    groups = re.findall("[0-9]+", text)
    if len(groups) == 1 and len(groups[0]) > _LONGEST_UNGROUPED:
        groups = _in_threes(groups[0])
    return ", ".join(digits(group) for group in groups)


def _in_threes(text: str) -> list[str]:
    first = len(text) % _PHONE_GROUP
    first += _PHONE_GROUP if first == 1 else 0
    head = [text[:first]] if first else []
    return head + [text[at : at + _PHONE_GROUP] for at in range(first, len(text), _PHONE_GROUP)]


def plain(text: str) -> str:
    """Return a run of digits: as a number; digit by digit if it is long or begins like a code."""
    is_padded = text.startswith("0") and len(text) > 2  # noqa: PLR2004 -- "05 người" is padded
    if len(text) > MAX_CARDINAL_DIGITS or (is_padded and text.strip("0")):
        return digits(text)
    return cardinal(int(text))


def code(text: str) -> str:
    """Return the number of a document or a chapter: a zero in front is said."""
    return digits(text) if text.startswith("0") else plain(text)


def decimal(whole: str, fraction: str, point: str = "phẩy") -> str:
    """Return a decimal number: two digits after the comma as a number, others one by one."""
    is_number = len(fraction) == _FRACTION_AS_NUMBER and fraction[0] != "0"
    tail = cardinal(int(fraction)) if is_number else digits(fraction)
    return f"{plain(whole)} {point} {tail}"


def roman(text: str) -> int | None:
    """Return the value of a Roman numeral in capitals, written as it should be; None for others."""
    if not _ROMAN.fullmatch(text):
        return None
    values = [_ROMAN_VALUES[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(-now if now < then else now for now, then in zip(values, following, strict=True))
