"""Text intake: whatever an operator typed or pasted becomes one spelling, or is refused.

Three Unicode spellings of Vietnamese are in the wild: precomposed, decomposed, and Unikey's "tổ
hợp" (precomposed vowel, combining tone). NFC makes them one. Nothing visible is ever dropped.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Intake:
    """A text as boards get it, beside what was typed."""

    text: str
    original: str


def normalise(original: str) -> Intake:
    """Return the text in NFC with plain spaces and line ends.

    A refusal names the position in what was typed. The length counted is that of the result, so
    one text has one length in every spelling. Idempotent: normalising the result changes nothing.
    """
    _refuse_length(len(original), _MAX_TYPED_CHARS)
    _refuse_control(original)
    text = original.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS)
    text = "".join(_space_or_self(char) for char in text)
    text = text.translate(_INVISIBLE).translate(_LOOK_ALIKES)
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise EmptyText("there is no text to show")
    _refuse_length(len(text), MAX_TEXT_CHARS)
    return Intake(text, original)


def _refuse_length(length: int, limit: int) -> None:
    if length > limit:
        raise TextTooLong(
            f"{length} characters, at most {MAX_TEXT_CHARS}", length=length, limit=MAX_TEXT_CHARS
        )


def _space_or_self(char: str) -> str:
    return " " if char == "\t" or unicodedata.category(char) == "Zs" else char


def _refuse_control(text: str) -> None:
    for position, char in enumerate(text, start=1):
        if char in _LINE_OR_TAB or ord(char) in _INVISIBLE:
            continue
        # Cc control, Cf bidi and other steering, Cs surrogate, Co private, Cn unassigned.
        if unicodedata.category(char).startswith("C"):
            code_point = f"U+{ord(char):04X}"
            raise ControlCharacter(
                f"character {position} is {code_point}, which cannot be shown",
                position=position,
                code_point=code_point,
            )
