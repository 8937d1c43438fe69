"""Times of day and lengths of time: 19h30, 7g15, 05:30, 19 giờ 30, 90', 1h30'."""

import re
from typing import Final

from playlists.audio.speech import numbers
from playlists.audio.speech.passage import Passage, Rule, Said

_LAST_HOUR: Final = 24
_MINUTES: Final = 60
_END: Final = r"(?![\w])(?![:.,]\d)"
_RATIO_BEFORE: Final = re.compile(r" (?:tỷ|tỉ) (?:lệ|số)(?: [^ ]+){0,2} $")
_GRAMS_BEFORE: Final = re.compile(r" (?:nặng|cân|gói|khối lượng|chứa|hộp|uống|dùng|liều) $")


def _say(match: re.Match[str], passage: Passage) -> Said | None:
    """Read hours, minutes and seconds; minutes of nought are not said."""
    parts = match.groupdict()
    hour = int(match["h"])
    minute = int(parts.get("m") or 0)
    second = int(parts.get("s") or 0)
    if hour > _LAST_HOUR or minute >= _MINUTES or second >= _MINUTES:
        return None
    if ":" in match.group() and passage.follows(_RATIO_BEFORE):
        return None
    words = f"{numbers.cardinal(hour)} giờ"
    if minute or second:
        words += f" {numbers.cardinal(minute)} phút"
    if second:
        words += f" {numbers.cardinal(second)} giây"
    return Said(words, is_amount=True)


def _say_bare(match: re.Match[str], passage: Passage) -> Said | None:
    """Read 7g: an hour, but 500g and "nặng 7g" are grams."""
    if int(match["h"]) > _LAST_HOUR or passage.follows(_GRAMS_BEFORE):
        return None
    return Said(f"{numbers.cardinal(int(match['h']))} giờ", is_amount=True)


def _say_minutes(match: re.Match[str], _passage: Passage) -> Said:
    words = f"{numbers.plain(match['n'])} phút"
    if match["s"]:
        words += f" {numbers.plain(match['s'])} giây"
    return Said(words, is_amount=True)


_H: Final = r"(?P<h>\d{1,2})"
RULES: Final = (
    Rule(re.compile(rf"{_H} ?[hHgG] ?(?P<m>\d\d)(?: ?(?:phút|ph|p|m|'))?(?P<s>){_END}"), _say),
    Rule(re.compile(rf"{_H} ?[hH:] ?(?P<m>\d\d) ?[:'] ?(?P<s>\d\d)(?:s|\"|'')?{_END}"), _say),
    Rule(re.compile(rf"{_H}[hg](?P<m>\d)(?:p|ph|')?{_END}(?! ?-)"), _say),
    Rule(re.compile(rf"{_H}:(?P<m>\d\d)(?: ?(?:giờ|h|g))?{_END}"), _say),
    Rule(
        re.compile(rf"{_H} giờ (?P<m>\d\d?)(?: phút| ph|'|p)?(?=$|[^\w:/.,-]|[.,:-](?!\d))"), _say
    ),
    Rule(re.compile(rf"{_H}[hH]{_END}"), _say),
    Rule(re.compile(rf"{_H}g{_END}"), _say_bare),
    Rule(re.compile(r"(?P<n>\d{1,4})'(?!')(?: ?(?P<s>\d\d)(?:\"|''))?(?!\w)"), _say_minutes),
)
