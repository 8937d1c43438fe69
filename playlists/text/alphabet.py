"""Alphabet: the letters every font of ours must draw."""

import unicodedata
from itertools import product
from typing import Final

_TONES: Final = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")


def _in_all_tones(vowels: str) -> str:
    spelled = (vowel + tone for vowel, tone in product(vowels, _TONES))
    return "".join(unicodedata.normalize("NFC", letter) for letter in spelled)


LOWER: Final = _in_all_tones("aăâ") + "đ" + _in_all_tones("eêioôơuưy")
UPPER: Final = LOWER.upper()
VIETNAMESE: Final = LOWER + UPPER
"""The 146 letters that differ from English ones or carry a tone: vowels in six tones, and đ."""
DIGITS: Final = "0123456789"
ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))
OFFICIAL: Final = "“”‘’–—…•№°²³₫€×÷±→←↑↓½"
"""Punctuation and signs of official prose beyond ASCII."""
EVERY: Final = ASCII + "".join(letter for letter in VIETNAMESE if letter not in ASCII) + OFFICIAL
"""All of these, each once."""
