"""Text intake: whatever an operator typed or pasted becomes one spelling, or is refused.

Three Unicode spellings of Vietnamese are in the wild: precomposed, decomposed, and Unikey's "tổ
hợp" (precomposed vowel, combining tone). NFC makes them one. Texts from before Unicode are read by
`legacy`. Nothing visible is ever dropped.
"""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from playlists.text import legacy
from playlists.text.legacy import Encoding
from playlists.text.refusals import ControlCharacter, EmptyText, TextTooLong

MAX_TEXT_CHARS: Final = 2_000
"""Read aloud this takes two minutes; nobody stands before a board that long."""
_MAX_TYPED_CHARS: Final = 4 * MAX_TEXT_CHARS
"""A letter is at most three code points before NFC; beyond that nothing is even looked at."""

_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
"""Soft hyphen, zero-width spaces and joiners, byte order mark: no ink, no meaning on a board."""
_LOOK_ALIKES: Final = {ord("ð"): "đ", ord("Ð"): "Đ", ord("Ɖ"): "Đ"}
"""Left over from legacy code pages: eth and African D drawn like the Vietnamese letter."""
_LINE_OR_TAB: Final = "\n\r\t\u0085"
_LINE_ENDS: Final = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\u0085": "\n"})

_PLAIN_INK: Final = (
    "!-~ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9“”‘’–—…•№°²³₫€×÷±→←↑↓½«»§"
)
_PLAIN: Final = re.compile(f"[{_PLAIN_INK}](?:[{_PLAIN_INK} \n]*[{_PLAIN_INK}])?")
"""What nearly every message is: nothing in it that intake would change."""
_MAX_READINGS: Final = 4
"""Real texts need one. Every further one makes more words Vietnamese, so it would end by itself."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A text as boards get it, beside what was typed and what that was written in."""

    text: str
    original: str
    encoding: Encoding = Encoding.UNICODE


def normalise(original: str) -> Intake:
    """Return the text in NFC with plain spaces and line ends.

    A refusal names the position in what was typed. The length counted is that of the result, so
    one text has one length in every spelling. Idempotent: normalising the result changes nothing.
    """
    if (
        len(original) <= MAX_TEXT_CHARS
        and _PLAIN.fullmatch(original)
        and (legacy.UNICODE_ONLY.search(original) or original.isascii())
    ):
        return Intake(original, original)
    return _normalise_thoroughly(original)


def _normalise_thoroughly(original: str) -> Intake:
    _refuse_length(len(original), _MAX_TYPED_CHARS)
    # Before cleaning: soft hyphens, fixed spaces and control characters are letters in some.
    text = unicodedata.normalize("NFC", original)
    page = legacy.recognise(text)
    _refuse_control(original, letters=page.codes if page else "")
    encoding = Encoding.UNICODE
    for _ in range(_MAX_READINGS):
        if page:
            encoding = page.encoding
        before, text = text, _cleaned(page.read(text) if page else text)
        if text == before:
            break
        page = legacy.recognise(text)
    if not text:
        raise EmptyText("there is no text to show")
    _refuse_length(len(text), MAX_TEXT_CHARS)
    return Intake(text, original, encoding)


def _cleaned(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS)
    text = "".join(_space_or_self(char) for char in text)
    text = text.translate(_INVISIBLE).translate(_LOOK_ALIKES)
    return unicodedata.normalize("NFC", text).strip()


def _refuse_length(length: int, limit: int) -> None:
    if length > limit:
        raise TextTooLong(
            f"{length} characters, at most {MAX_TEXT_CHARS}", length=length, limit=MAX_TEXT_CHARS
        )


def _space_or_self(char: str) -> str:
    return " " if char == "\t" or unicodedata.category(char) == "Zs" else char


def _refuse_control(text: str, *, letters: Container[str]) -> None:
    for position, char in enumerate(text, start=1):
        if char in _LINE_OR_TAB or ord(char) in _INVISIBLE or char in letters:
            continue
        # Cc control, Cf bidi and other steering, Cs surrogate, Co private, Cn unassigned.
        if unicodedata.category(char).startswith("C"):
            code_point = f"U+{ord(char):04X}"
            raise ControlCharacter(
                f"character {position} is {code_point}, which cannot be shown",
                position=position,
                code_point=code_point,
            )
