"""Numbers of documents: 49/2024/NĐ-CP, 266-KH/QU, 135/QĐ-TTg, QCVN 26:2025/BNNMT.

Strokes and dashes are silent. The kind of document is said unless it has just been said, and the
office unless the text itself goes on to name it ("… ngày … của …"); see decision 0017.
"""

import re
from typing import Final

from playlists.audio.speech import numbers
from playlists.audio.speech.dictionary import Dictionary
from playlists.audio.speech.letters import name_of
from playlists.audio.speech.passage import Passage, Rule, Said, Why

MAX_PARTS: Final = 6
_PART: Final = r"[A-ZĐƯ][A-Za-zĐđƯư&]{0,14}\d{0,3}"
_NUMBER: Final = r"(?P<n>\d{1,6})(?P<letter>[a-z]?)"
_YEAR: Final = r"(?P<y>(?:19|20)\d\d)"
_OFFICE_FOLLOWS: Final = re.compile(r",?\s(?:ngày\s[^.;\n]{1,40}?\s)?của\s")
_DATE_FOLLOWS: Final = re.compile(r" ngày \d")
_OFFICE: Final = re.compile("[A-ZĐƯ]{2}")
_PART_SPLIT: Final = re.compile(r"[-/]")
_PARLIAMENT: Final = re.compile(r"([A-ZĐƯ]+)(\d+)")


def _say(match: re.Match[str], passage: Passage) -> Said | None:
    parts = _PART_SPLIT.split(match["parts"])
    if len(parts) > MAX_PARTS:
        return None
    number = numbers.code(match["n"]) + (f" {name_of(match['letter'])}" if match["letter"] else "")
    year = match.groupdict().get("y")
    words = number + (f" năm {numbers.plain(year)}" if year else "")
    kind, offices = _kind(parts, passage.dictionary, is_party=match["sep"] == "-")
    if kind is None and (match["sep"] == "-" or not _OFFICE.match(parts[0])):
        return None
    is_named = kind is not None and _was_said(kind, passage)
    if kind is not None and not is_named:
        words += f", {kind}"
    known = [_office(part, passage.dictionary) for part in offices]
    if offices and not _OFFICE_FOLLOWS.match(passage.text, match.end()):
        words += (" của " if kind else ", ") + ", ".join(name for name, _ in known)
    if _DATE_FOLLOWS.match(passage.text, match.end()):
        words += ","
    is_guessed = not all(is_known for _, is_known in known)
    return Said(words, Why.SPELLED if is_guessed else None)


def _kind(
    parts: list[str], dictionary: Dictionary, *, is_party: bool
) -> tuple[str | None, list[str]]:
    """Return the kind of document and the parts that name offices."""
    first = parts[0]
    if is_party and first == "TT":
        return "thông tri", parts[1:]
    if first in dictionary.kinds:
        return dictionary.kinds[first], parts[1:]
    return None, parts


def _was_said(kind: str, passage: Passage) -> bool:
    said = passage.recent().replace(" số ", " ").replace(" , ", " ").replace(" liên tịch ", " ")
    plain = kind.replace(" liên tịch", "")
    return said.rstrip().endswith(f" {plain}")


def _office(part: str, dictionary: Dictionary) -> tuple[str, bool]:
    """Return how an office is said, and whether it was known."""
    known = dictionary.issuers.get(part) or dictionary.abbreviations.get(part)
    if known:
        return known, True
    term = _PARLIAMENT.fullmatch(part)
    if term and (term[1] in dictionary.issuers or term[1] in dictionary.abbreviations):
        name, _ = _office(term[1], dictionary)
        return f"{name} khóa {numbers.plain(term[2])}", True
    letters = re.sub(r"[\d&]", "", part)
    digits = "".join(char for char in part if char.isdigit())
    spelled = dictionary.letter_by_letter(letters)
    return (f"{spelled} {numbers.plain(digits)}" if digits else spelled), False


def _say_standard(match: re.Match[str], passage: Passage) -> Said:
    """Read QCVN 26:2025/BNNMT and TCVN 5687:2010."""
    words = f"{passage.dictionary.letter_by_letter(match['kind'])} {numbers.code(match['n'])}"
    if match["sub"]:
        words += f" gạch {numbers.plain(match['sub'])}"
    if match["y"]:
        words += f" năm {numbers.plain(match['y'])}"
    if match["parts"]:
        words += ", " + ", ".join(
            _office(part, passage.dictionary)[0] for part in _PART_SPLIT.split(match["parts"])
        )
    return Said(words)


_PARTS: Final = rf"(?P<parts>{_PART}(?:[-/]{_PART}){{0,{MAX_PARTS}}})(?!\w)"
RULES: Final = (
    Rule(re.compile(rf"{_NUMBER} ?/ ?{_YEAR} ?(?P<sep>[/-]) ?{_PARTS}"), _say),
    Rule(re.compile(rf"{_NUMBER}(?P<sep>-|/) ?{_PARTS}"), _say),
)
STANDARDS: Final = (
    Rule(
        re.compile(
            r"(?P<kind>QCVN|TCVN|TCXDVN) (?P<n>\d{1,6})(?:-(?P<sub>\d{1,2}))?"
            rf"(?::(?P<y>\d{{4}}))?(?:/{_PARTS})?(?![\w])"
        ),
        _say_standard,
    ),
)
