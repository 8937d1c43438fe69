"""Vietnamese as it is written becomes Vietnamese as it is said, before any engine sees it.

A passage is read once, from the left. At every place the first rule that matches says its words;
what has been said is the only thing that rules know of the past, so that reading what came out
changes nothing. Every pattern has a longest match, so the time is linear in the length.
"""

from dataclasses import dataclass
from typing import Final

from playlists.audio.speech import (
    clock,
    codes,
    dates,
    documents,
    intake,
    marks,
    quantities,
    web,
    words,
)
from playlists.audio.speech.dictionary import Dictionary
from playlists.audio.speech.passage import Passage, Rule, Said, Why

MAX_DOUBTS: Final = 200
"""An operator looks at no more; the text wants another writer."""

_FOR_DIGITS: Final[tuple[Rule, ...]] = (
    *quantities.LIST_MARKS,
    *web.RULES,
    *documents.RULES,
    *dates.RULES,
    *clock.RULES,
    *codes.RULES,
    *quantities.RULES,
    *quantities.LETTER_CODES,
    *quantities.BARE,
)
_FOR_LETTERS: Final[tuple[Rule, ...]] = (
    *web.RULES,
    *documents.STANDARDS,
    *codes.RULES,
    *words.FIRST,
    *words.LISTED,
    *words.RULES,
)
_FOR_SIGNS: Final[tuple[Rule, ...]] = (*codes.RULES, *quantities.DOLLARS, *marks.RULES)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place to look at: where in what was typed, what stands there, what is said, and why."""

    at: int
    written: str
    said: str
    why: Why


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said for a text, and what the reader was unsure of, in order."""

    spoken: str
    doubts: tuple[Doubt, ...]


def spoken(text: str, dictionary: Dictionary) -> str:
    """Return a text as it is said: words and pauses, no digit left. Never raises."""
    return read(text, dictionary).spoken


def read(text: str, dictionary: Dictionary) -> Reading:
    """Return a text as it is said, and the doubts. Of more than MAX_TEXT_CHARS the rest is left."""
    taken = intake.clean(text)
    passage = Passage(taken.text, dictionary)
    doubts: list[Doubt] = []
    at = 0
    while at < len(taken.text):
        said, end = _next(passage, at)
        at_word = len(passage.tokens)
        if taken.text[at] == "\n":
            passage.end_line()
        else:
            passage.say(said.words)
        if said.is_amount:
            passage.amount_end = end
        if said.why is not None and len(doubts) < MAX_DOUBTS:
            told = passage.rendered(at_word)
            doubts.append(Doubt(taken.place(at), taken.text[at:end].strip(), told, said.why))
        at = end
    if taken.is_cut:
        doubts.append(Doubt(intake.MAX_TEXT_CHARS, "", "", Why.TOO_LONG))
    return Reading(passage.rendered(), tuple(doubts))


def _next(passage: Passage, at: int) -> tuple[Said, int]:
    """Return what is said at a place, and where reading goes on; always further on."""
    for rule in _rules(passage.text[at]):
        match = rule.pattern.match(passage.text, at)
        if match is None:
            continue
        said = rule.say(match, passage)
        if said is not None:
            return said, match.end() if said.end is None else said.end
    return Said(""), at + 1


def _rules(char: str) -> tuple[Rule, ...]:
    if char.isdigit():
        return _FOR_DIGITS
    return _FOR_LETTERS if char.isalpha() else _FOR_SIGNS
