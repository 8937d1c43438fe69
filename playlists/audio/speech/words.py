"""Words: abbreviations, Roman numerals, capitals, single letters, foreign words."""

import re
from typing import Final

from playlists.audio.speech import letters, numbers
from playlists.audio.speech.passage import Passage, Rule, Said, Why
from playlists.syllables import is_syllable

_LAST_LIST_MARK: Final = 39
_ROMAN_BEFORE: Final = re.compile(
    r" (?:khóa|khoá|kỷ|quý|chương|phần|mục|phụ lục|tập|quyển|đoạn|cấp|loại|hạng|bậc|thứ|lần|đợt"
    r"|vùng|kỳ|chiến|nhóm|đại hội|vua|bảng|sê ri|chuyên khoa|tuyến|tầng|khối|vòng|lớp)"
    r"(?: (?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)(?: ,| và| đến| hoặc| hay)){0,4} $"
)
_BIG_ROMAN: Final = frozenset("LCDM")


def _say_listed(match: re.Match[str], passage: Passage) -> Said | None:
    """Read an abbreviation of the dictionary; a word of a shouted sentence is no abbreviation."""
    found = passage.dictionary.find(passage.text, match.start())
    if found is None:
        return None
    spoken, end = found
    written = passage.text[match.start() : end]
    if written.isupper() and is_syllable(written) and passage.is_shouted(match.start()):
        return None
    return Said(spoken, end=end)


def _say_numbered_place(match: re.Match[str], passage: Passage) -> Said | None:
    """Read P5 and Q1: wards and districts with their numbers."""
    spoken = passage.dictionary.abbreviations.get(f"{match.group()}.")
    return Said(spoken) if spoken else None


def _say_road(_match: re.Match[str], _passage: Passage) -> Said:
    return Said("đường tỉnh")


def _say_weekday(match: re.Match[str], _passage: Passage) -> Said:
    """Read T2 to T7: days of the week, as on a door."""
    return Said(f"thứ {numbers.ordinal(int(match['n']))}", Why.NUMBER, is_amount=True)


def _say_roman(match: re.Match[str], passage: Passage) -> Said | None:
    """Read XV as fifteen behind "khóa" and the like, or where it can be nothing else."""
    written = match.group()
    value = numbers.roman(written)
    if value is None:
        return None
    is_small = not _BIG_ROMAN & set(written)
    is_listed = passage.at_line_start and _LIST_MARK_FOLLOWS.match(passage.text, match.end())
    if is_listed and is_small and value <= _LAST_LIST_MARK:
        return Said(f"{numbers.cardinal(value)},", end=match.end() + 1)
    if passage.follows(_ROMAN_BEFORE) and (is_small or len(written) > 1):
        said = numbers.ordinal(value) if passage.before == "thứ" else numbers.cardinal(value)
        return Said(said, is_amount=True)
    if not is_small or len(written) == 1:
        return None
    if is_syllable(written) and passage.is_shouted(match.start()):
        return None
    return Said(numbers.cardinal(value), Why.ROMAN, is_amount=True)


_LIST_MARK_FOLLOWS: Final = re.compile(r"[.)/:-](?= )")


def _say_list_letter(match: re.Match[str], passage: Passage) -> Said | None:
    """Read "a)" and "A." at the beginning of a line, with a pause behind it."""
    if not passage.at_line_start:
        return None
    number = f" {numbers.plain(match['n'])}" if match["n"] else ""
    return Said(f"{letters.name_of(match['letter'])}{number},")


def _say_times(match: re.Match[str], passage: Passage) -> Said | None:
    """Read the x between two measures."""
    gap = match.start() - passage.amount_end
    return Said("nhân") if gap in {0, 1} and passage.amount_end > 0 else None


def _say_word(match: re.Match[str], passage: Passage) -> Said:
    word = match.group()
    if len(word) == 1:
        return _letter(word)
    if not letters.is_latin(word):
        return Said(word, Why.FOREIGN_SCRIPT)
    if word.isupper():
        return _capitals(word, is_shouted=passage.is_shouted(match.start()))
    if not letters.has_vowel(word):
        return Said(passage.dictionary.letter_by_letter(word), Why.SPELLED)
    return Said(word, None if is_syllable(word) else Why.FOREIGN)


def _letter(letter: str) -> Said:
    """Say a consonant or a sign by its name; a vowel is a word as it stands."""
    if letters.is_greek_sign(letter):
        return Said(letters.name_of(letter))
    if not letters.is_latin(letter):
        return Said(letter, Why.FOREIGN_SCRIPT)
    if letters.has_vowel(letter):
        return Said(letter)
    return Said(letters.name_of(letter))


def _capitals(word: str, *, is_shouted: bool) -> Said:
    small = word.lower()
    if is_syllable(word):
        is_sure = is_shouted or not word.isascii()
        return Said(small, None if is_sure else Why.SOUNDED)
    if letters.is_sounded(word):
        return Said(small, Why.SOUNDED)
    return Said(letters.spelled(word), Why.SPELLED)


FIRST: Final = (Rule(re.compile(r"[xX×](?= | ?\d)"), _say_times),)
LISTED: Final = (
    Rule(re.compile(r"ĐT\.?(?= ?\d{3}[A-Z]?(?![\d.-]))"), _say_road),
    Rule(re.compile(r"[^\W\d_]"), _say_listed),
    Rule(re.compile(r"T(?P<n>[2-7])(?![\w/])"), _say_weekday),
    Rule(re.compile(r"[PQ](?=\d{1,2}(?!\w))"), _say_numbered_place),
)
RULES: Final = (
    Rule(re.compile(r"[IVXLCDM]{1,12}(?![^\W_])"), _say_roman),
    Rule(re.compile(r"(?P<letter>[A-Za-zĐđ])(?:\.?(?P<n>\d{1,2}))?[.)/](?= )"), _say_list_letter),
    Rule(re.compile(r"[^\W\d_]+"), _say_word),
)
