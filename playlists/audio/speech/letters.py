"""Letters by name, and which runs of letters are words."""

import re
from typing import Final

from playlists.syllables import is_bare_syllable, is_syllable

NAMES: Final = {
    "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "e": "e", "ê": "ê",
    "f": "ép", "g": "giê", "h": "hát", "i": "i", "j": "gi", "k": "ca", "l": "e lờ", "m": "em mờ",
    "n": "en nờ", "o": "o", "ô": "ô", "ơ": "ơ", "p": "pê", "q": "quy", "r": "e rờ", "s": "ét xì",
    "t": "tê", "u": "u", "ư": "ư", "v": "vê", "w": "vê kép", "x": "ích xì", "y": "i dài",
    "z": "dét",
}  # fmt: skip
"""The names that Vietnamese schools teach; f, j, w and z as they are commonly called."""
_GREEK: Final = {
    "α": "an pha", "β": "bê ta", "γ": "ga ma", "δ": "đen ta", "λ": "lam đa", "μ": "muy",
    "π": "pi", "σ": "xích ma", "ω": "ô mê ga", "ø": "phi",
}  # fmt: skip
_ONSET: Final = "(?:[bcdđfghjklmnpqrstvwxz]|[bcdfgkpst][hlr]|s[chklmnpqt]|ng|kw|qu|th)?"
_CORE: Final = "[aăâeêioôơuưyáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵ]{1,2}"
_PIECE: Final = f"(?:{_ONSET}{_CORE}(?:[bcdfgklmnprstvxz](?=[^aeiouy]|$))?)"
_PRONOUNCEABLE: Final = re.compile(f"{_PIECE}{{2,8}}(?:n[kdtg]|st|ch|ck|rd|rt|s|x)?")
_VOWEL: Final = re.compile(
    "[aeiouy]|[ăâêôơư]|[àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]"
)
_LATIN: Final = re.compile("[A-Za-zÀ-ɏḀ-ỿ]+")
MAX_ADDRESS_WORD_CHARS: Final = 30
_LONGEST_SOUNDED: Final = 16
_LONGEST_SYLLABLE: Final = 7
_FEWEST_SOUNDED: Final = 4


def spelled(word: str) -> str:
    """Return the names of the letters of a word; a letter without a name stays as it is."""
    return " ".join(name_of(letter) for letter in word)


def name_of(letter: str) -> str:
    """Return the name of one letter; letters with tones are said as they are."""
    small = letter.lower()
    return NAMES.get(small) or _GREEK.get(small) or small


def is_latin(word: str) -> bool:
    """Tell whether a word is written in Latin letters."""
    return _LATIN.fullmatch(word) is not None


def is_greek_sign(word: str) -> bool:
    """Tell whether a word is one Greek letter that has a name here."""
    return word.lower() in _GREEK


def has_vowel(word: str) -> bool:
    """Tell whether a word could be said at all."""
    return _VOWEL.search(word.lower()) is not None


def is_sounded(word: str) -> bool:
    """Tell whether an unknown word in capitals is said as a word: ASEAN, UNICEF; not BIDV."""
    word = word.lower()
    if not _FEWEST_SOUNDED <= len(word) <= _LONGEST_SOUNDED:
        return is_syllable(word)
    return is_syllable(word) or _PRONOUNCEABLE.fullmatch(word) is not None


def in_syllables(word: str) -> list[str] | None:
    """Cut small letters of an address into syllables: "binhtan" → binh, tan; None if they are none.

    As few as possible, and of those with the longest among them: da nang, not dan ang.
    """
    if len(word) > MAX_ADDRESS_WORD_CHARS:
        return None
    best: list[list[str] | None] = [[], *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before, known = best[start], best[end]
            if before is None or not _is_piece(word[start:end]):
                continue
            pieces = [*before, word[start:end]]
            if known is None or _cost(pieces) < _cost(known):
                best[end] = pieces
    return best[-1]


def _cost(pieces: list[str]) -> tuple[int, int]:
    return len(pieces), -sum(len(piece) ** 2 for piece in pieces)


def _is_piece(piece: str) -> bool:
    return len(piece) > 1 and is_bare_syllable(piece)
