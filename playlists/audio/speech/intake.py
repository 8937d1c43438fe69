"""One spelling of what was typed: composed letters, ASCII digits, plain dashes, nothing silent.

Every character remembers its place in what was typed, so that a doubt can point at it.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_TEXT_CHARS: Final = 100_000
"""More than two hours of speech; what follows is not read, and a doubt says so."""
MAX_MARKS: Final = 4
"""A letter has at most two marks in Vietnamese; piles of them are mischief."""

_SEGMENT: Final = re.compile(r"(?s).[̀-ͯ᪰-᫿᷀-᷿⃐-⃰︠-︯]*")
_VIETNAMESE: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzđàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
)
_LOOKALIKES: Final = {
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("•●▪◦‣■□►▶➢➤✓✔✦◆", ";"),
    **dict.fromkeys("→⇒|¦", ";"),
    **dict.fromkeys("“”„«»‹›`´*#^\\[]{}", " "),
    **dict.fromkeys("'’‘′ʹ", "'"),
    **dict.fromkeys('"″', '"'),
    **dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"),
    "⁄": "/", "∕": "/", "º": "°", "˚": "°", "ð": "đ", "Ð": "Đ", "Ɖ": "Đ", "✕": "×", "µ": "μ",
    "ß": "ss", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe",
    "Œ": "OE", "þ": "th", "Þ": "Th", "ı": "i", "½": " một phần hai",
    "¼": " một phần tư", "¾": " ba phần tư",
}  # fmt: skip
_SILENT: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Sk"})
_PICTURES: Final = "So"
_QUOTES: Final = "'\""
_NO_GAP_BEFORE: Final = ",.;:!?)"


@dataclass(frozen=True, slots=True)
class Intake:
    """Cleaned text and, for each of its characters, the place it came from."""

    text: str
    places: tuple[int, ...]
    is_cut: bool

    def place(self, at: int) -> int:
        """Return the place in what was typed; its end for what lies behind the last character."""
        return self.places[at] if at < len(self.places) else self.places[-1] + 1


def clean(typed: str) -> Intake:
    """Read what was typed, whatever it is. Linear in its length."""
    letters: list[tuple[str, int]] = []
    for match in _SEGMENT.finditer(typed[:MAX_TEXT_CHARS].replace("\r\n", " \n")):
        segment = match.group()[: 1 + MAX_MARKS]
        becomes = _letters(segment, letters[-1][0] if letters else "")
        letters.extend((char, match.start()) for char in becomes)
    letters = _without_gaps(letters)
    text = "".join(char for char, _ in letters)
    places = tuple(place for _, place in letters)
    return Intake(text, places, is_cut=len(typed) > MAX_TEXT_CHARS)


def _letters(segment: str, before: str) -> str:
    """Return what one character with its marks becomes."""
    composed = unicodedata.normalize("NFC", segment)
    if composed in _LOOKALIKES:
        return _kept_quote(_LOOKALIKES[composed], before)
    if unicodedata.decomposition(segment[0]).startswith("<super>") and before.isdigit():
        return f" mũ {''.join(map(_plain, unicodedata.normalize('NFKC', composed)))}"
    return "".join(_plain(char) for char in unicodedata.normalize("NFKC", composed))


def _kept_quote(char: str, before: str) -> str:
    """Minutes and seconds keep their strokes; other quotes are silent."""
    return char if char not in _QUOTES or before.isdigit() or before in _QUOTES else ""


def _plain(char: str) -> str:
    if char in _LOOKALIKES:
        return _LOOKALIKES[char] if char not in _QUOTES else ""
    if char.isascii():
        return char if char.isprintable() or char == "\n" else " "
    if char.isdigit():
        return str(unicodedata.digit(char))
    return _letter(char) if char.isalpha() else _sign(char)


def _letter(char: str) -> str:
    """Return a letter of Vietnamese as it is, another Latin one without its marks."""
    if char.lower() in _VIETNAMESE:
        return char
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else char


def _sign(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace() or (category == _PICTURES and char != "°"):
        return " "
    return "" if category in _SILENT else char


def _without_gaps(letters: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Drop doubled spaces and empty lines; a line that only wraps goes on."""
    kept: list[tuple[str, int]] = []
    for char, place in letters:
        last = kept[-1][0] if kept else "\n"
        if char == "\n" and last == " ":
            kept.pop()
            last = kept[-1][0] if kept else "\n"
        if char == "\n" and last == "\n" and len(kept) > 1 and kept[-2][0] != "\n":
            kept.append((char, place))  # one empty line is remembered: no wrapped line
        if char in " \n" and last in " \n":
            continue
        if char in _NO_GAP_BEFORE and last == " ":
            kept.pop()
        kept.append((char, place))
    return _unwrapped(kept)


def _unwrapped(letters: list[tuple[str, int]]) -> list[tuple[str, int]]:
    joined: list[tuple[str, int]] = []
    for at, (char, place) in enumerate(letters):
        if char != "\n":
            joined.append((char, place))
        elif joined and joined[-1][0] != "\n":
            following = letters[at + 1][0] if at + 1 < len(letters) else "\n"
            is_wrapped = following.islower() and (joined[-1][0].isalnum() or joined[-1][0] == ",")
            joined.append((" " if is_wrapped else "\n", place))
    while joined and joined[-1][0] in " \n":
        joined.pop()
    return joined
