"""Web and e-mail addresses: dots and signs by name, parts as syllables where they are some."""

import re
from typing import Final

from playlists.audio.speech import letters, numbers
from playlists.audio.speech.passage import Passage, Rule, Said, Why

MAX_ADDRESS_CHARS: Final = 300

_SIGNS: Final = {
    ".": "chấm", "@": "a còng", "-": "gạch ngang", "/": "xuyệt", "_": "gạch dưới", "+": "cộng",
    ":": "hai chấm", "?": "hỏi", "=": "bằng", "&": "và", "%": "phần trăm",
}  # fmt: skip
_WORDS: Final = {
    "com": "com", "net": "nét", "vn": "vê en nờ", "gov": "gốp", "org": "o e rờ giê", "edu": "e đu",
    "gmail": "gờ meo", "yahoo": "da hu", "outlook": "ao lúc", "hotmail": "hót meo",
    "facebook": "phây búc", "zalo": "za lô", "youtube": "du túp", "tiktok": "tích tóc",
    "google": "gu gồ", "html": "hát tê em mờ e lờ", "info": "in phô",
}  # fmt: skip
_ENDINGS: Final = {
    "": "",
    "city": "xi ti",
    "mail": "meo",
    "online": "on lai",
    "news": "niu",
    "www": "vê kép vê kép vê kép",
}
_LONGEST_PREFIX: Final = 4
_PARTS: Final = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]")
_TAIL: Final = ".,;:!?)'\"-"


def _say(match: re.Match[str], _passage: Passage) -> Said | None:
    written = match.group().rstrip(_TAIL)
    if not written:
        return None
    bare = re.sub(r"^[a-zA-Z]+://", "", written).rstrip("/")
    words = " ".join(filter(None, map(_part, _PARTS.findall(bare))))
    return Said(words, Why.ADDRESS, end=match.start() + len(written)) if words else None


def _part(part: str) -> str:
    if part.isdigit():
        return numbers.digits(part)
    if not part.isalpha() or not part.isascii():
        return _SIGNS.get(part, "")
    small = part.lower()
    if small in _WORDS:
        return _WORDS[small]
    for ending, said in _ENDINGS.items():
        head = letters.in_syllables(small.removesuffix(ending)) if small.endswith(ending) else None
        if head is not None:
            return " ".join([*head, said]).strip()
    for cut in range(2, _LONGEST_PREFIX + 1):  # "ubnd" and the like, then syllables
        rest = letters.in_syllables(small[cut:]) if len(small) > cut + 1 else None
        if rest:
            return f"{letters.spelled(small[:cut])} {' '.join(rest)}"
    return letters.spelled(small)


_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})"
RULES: Final = (
    Rule(re.compile(rf"(?:https?|ftp)://[!-~]{{1,{MAX_ADDRESS_CHARS}}}", re.IGNORECASE), _say),
    Rule(re.compile(rf"www\.[!-~]{{1,{MAX_ADDRESS_CHARS}}}", re.IGNORECASE), _say),
    Rule(
        re.compile(rf"[A-Za-z0-9][A-Za-z0-9._+-]{{0,63}}@(?:{_NAME}\.){{1,5}}[A-Za-z]{{2,10}}"),
        _say,
    ),
    Rule(
        re.compile(
            rf"(?:{_NAME}\.){{1,5}}(?:vn|com|net|org|edu|gov|info)(?![\w])(?:/[!-~]{{0,200}})?"
        ),
        _say,
    ),
)
