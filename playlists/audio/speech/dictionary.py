"""How abbreviations are read: the built-in list, and what a site adds in a text file.

    # khu phố của phường
    KP = khu phố
    [loại văn bản]
    TTr = tờ trình
    [cơ quan ban hành]
    QU = Quận ủy

A line is what is written, "=", and what is said. Lines without a heading are abbreviations that may
stand anywhere; the two headings hold what only means something inside a document number.
A key in small letters also matches capitals; any other is matched as it is written. A key that ends
in a full stop matches only before a name or a number.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from types import MappingProxyType
from typing import Final

from playlists.audio.refusals import BadDictionary
from playlists.audio.speech import letters

MAX_ENTRIES: Final = 5_000
"""Ten times what the largest office list holds."""
MAX_WRITTEN_CHARS: Final = 40
MAX_SPOKEN_CHARS: Final = 200

_HEADINGS: Final = {
    "chữ tắt": "abbreviations",
    "loại văn bản": "kinds",
    "cơ quan ban hành": "issuers",
}
_NAME_FOLLOWS: Final = re.compile(r" ?[^\W_]")
_WORD: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Written → spoken; `kinds` and `issuers` only inside document numbers."""

    abbreviations: Mapping[str, str]
    kinds: Mapping[str, str]
    issuers: Mapping[str, str]
    _longest: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        longest: dict[str, int] = {}
        for key in self.abbreviations:
            first = key[0].lower()
            longest[first] = max(longest.get(first, 0), len(key))
        object.__setattr__(self, "_longest", longest)

    def extended(self, text: str) -> "Dictionary":
        """Return this dictionary with a site's lines; they win. BadDictionary names a bad line."""
        found: dict[str, dict[str, str]] = {name: {} for name in _HEADINGS.values()}
        section = found["abbreviations"]
        for number, line in enumerate(unicodedata.normalize("NFC", text).splitlines(), start=1):
            content = line.partition("#")[0].strip()
            if content.startswith("[") and content[1:-1].strip().lower() in _HEADINGS:
                section = found[_HEADINGS[content[1:-1].strip().lower()]]
            elif content:
                written, spoken = _entry(content, number)
                section[written] = spoken
            if sum(map(len, found.values())) > MAX_ENTRIES:
                raise BadDictionary("too many entries", line=number, written=content)
        merged = {
            name: MappingProxyType({**getattr(self, name), **added})
            for name, added in found.items()
        }
        return replace(self, **merged)

    def find(self, text: str, at: int) -> tuple[str, int] | None:
        """Return what is said for the longest abbreviation that begins here, and where it ends."""
        longest = self._longest.get(text[at].lower(), 0)
        for end in range(min(at + longest, len(text)), at, -1):
            written = text[at:end]
            spoken = self.abbreviations.get(written) or self.abbreviations.get(written.lower())
            if spoken and _ends_well(text, end):
                return spoken, end
        return None

    def letter_by_letter(self, word: str) -> str:
        """Return what is said for a whole word, spelled if it is not in the list."""
        return self.abbreviations.get(word) or letters.spelled(word)


def _ends_well(text: str, end: int) -> bool:
    """Tell whether a key may end here: no letter goes on, and after a full stop there is a name."""
    if text[end - 1] == ".":
        return _NAME_FOLLOWS.match(text, end) is not None
    following = text[end : end + 1]
    return not (following.isalnum() if text[end - 1].isdigit() else following.isalpha())


def _entry(content: str, number: int) -> tuple[str, str]:
    written, _, spoken = (part.strip() for part in content.partition("="))
    is_short = 0 < len(written) <= MAX_WRITTEN_CHARS and len(spoken) <= MAX_SPOKEN_CHARS
    if not is_short or not written[0].isalpha() or not _can_be_said(spoken):
        raise BadDictionary(
            f"line {number} is no entry", line=number, written=content[:MAX_SPOKEN_CHARS]
        )
    return written, " ".join(spoken.split())


def _can_be_said(spoken: str) -> bool:
    """Only words and commas: no digits, and no abbreviation that would need reading itself."""
    words = _WORD.findall(spoken)
    bare = _WORD.sub("", spoken).replace(",", "").strip()
    return bool(words) and not bare and all(_is_word(word) for word in words)


def _is_word(word: str) -> bool:
    return letters.has_vowel(word) and not (len(word) > 1 and word.isupper())


def _built_in() -> Dictionary:
    empty: Mapping[str, str] = MappingProxyType({})
    folder = resources.files("playlists.audio.speech")
    text = (folder / "chu-tat.txt").read_text(encoding="utf-8")
    return Dictionary(empty, empty, empty).extended(text)


BUILT_IN: Final = _built_in()
"""What public offices of Vietnam write, and a few foreign words that everybody says."""
