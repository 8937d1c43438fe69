"""What has been said so far, and what the rules that read on may ask about it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from playlists.audio.speech.dictionary import Dictionary

_TOKENS: Final = re.compile(r"[,.?!]|[^\s,.?!]+")
_STRENGTH: Final = {",": 1, ".": 2, "?": 3, "!": 3}
_BEFORE_MARK: Final = re.compile(r" ([,.?!])")
_LINE_END: Final = re.compile(r"(?<![.?!]),? \n ")
_RECENT_WORDS: Final = 12
_LONGEST_ITEM: Final = 3
_SENTENCE: Final = re.compile(r"[^\n.!?;]+")


class Why(StrEnum):
    """Why somebody should look at a place before it is heard."""

    SPELLED = "spelled"
    """Unknown capitals, said letter by letter."""
    SOUNDED = "sounded"
    """Unknown capitals, said as a word."""
    FOREIGN = "foreign"
    """A word that is no Vietnamese syllable and not in the dictionary; the engine guesses."""
    FOREIGN_SCRIPT = "foreign-script"
    """Letters that no Vietnamese voice can say."""
    DATE_OR_SHARE = "date-or-share"
    """25/11 or a fraction; 10-12 or a range."""
    NUMBER = "number"
    """A number that can be read in two ways, such as 1,500."""
    PHONE_OR_NUMBER = "phone-or-number"
    """Digits one by one, or a number."""
    ROMAN = "roman"
    """Capitals taken for a Roman numeral."""
    ADDRESS = "address"
    """A web or e-mail address: nobody remembers it from hearing."""
    TOO_LONG = "too-long"
    """The text goes on behind what is read."""


class Said(NamedTuple):
    """What a rule says for what it matched; `is_amount` when a dash may now mean "đến"."""

    words: str
    why: Why | None = None
    is_amount: bool = False
    end: int | None = None
    """Where reading goes on, if not behind the match."""


@dataclass(slots=True)
class Passage:
    """The text being read, and the words and pauses said so far."""

    text: str
    dictionary: Dictionary
    tokens: list[str] = field(default_factory=list)
    amount_end: int = -1
    """Where the last number, date or time ended in the text."""
    shouted: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find the sentences that are written in capitals throughout."""
        for match in _SENTENCE.finditer(self.text):
            sentence = match.group()
            if sentence.isupper() and len(re.findall(r"[^\W\d_]{2,}", sentence)) > 1:
                self.shouted.append(match.span())
        self.shouted.reverse()

    def is_shouted(self, at: int) -> bool:
        """Tell whether a place lies in a sentence of capitals; places must be asked in order."""
        while self.shouted and self.shouted[-1][1] <= at:
            self.shouted.pop()
        return bool(self.shouted) and self.shouted[-1][0] <= at

    @property
    def before(self) -> str:
        """The last word in small letters; empty behind a pause."""
        last = self.tokens[-1] if self.tokens else ","
        return "" if last in _STRENGTH or last == "\n" else last.lower()

    @property
    def at_line_start(self) -> bool:
        """Whether nothing has been said on this line yet."""
        return not self.tokens or self.tokens[-1] == "\n"

    def recent(self, count: int = _RECENT_WORDS) -> str:
        """Return the last words and pauses of this sentence in small letters, between spaces."""
        found: list[str] = []
        for word in reversed(self.tokens[-count:]):
            if word in "\n.?!":
                break
            found.append(word.lower())
        return f" {' '.join(reversed(found))} "

    def follows(self, pattern: re.Pattern[str]) -> bool:
        """Tell whether the recent words end in a pattern."""
        return pattern.search(self.recent()) is not None

    def say(self, words: str) -> None:
        """Add words, and the pauses between them."""
        for token in _TOKENS.findall(words):
            if token in _STRENGTH:
                self.pause(token)
            else:
                self.tokens.append(token)

    def pause(self, mark: str) -> None:
        """Add a pause: at the beginning of a line none, and of two the longer one.

        Behind a single letter that begins a line, a full stop only marks an item of a list.
        """
        if self.at_line_start:
            return
        mark = "," if mark == "." and self._is_item() else mark
        last = self.tokens[-1]
        if last not in _STRENGTH:
            self.tokens.append(mark)
        elif _STRENGTH[mark] > _STRENGTH[last]:
            self.tokens[-1] = mark

    def end_line(self) -> None:
        """End a line: it is a sentence of its own."""
        if not self.at_line_start:
            self.tokens.append("\n")

    def _is_item(self) -> bool:
        words = [word for word in self.tokens[-_LONGEST_ITEM:] if word != ","]
        before = words[-2] if len(words) > 1 else "\n"
        return before == "\n" and len(words[-1]) == 1

    def rendered(self, start: int = 0) -> str:
        """Return what was said from a token on: words between single spaces, then their pauses.

        A line that goes on to another ends like a sentence; a pause at the very end is silent.
        """
        text = _BEFORE_MARK.sub(r"\1", " ".join(self.tokens[start:])).rstrip(" \n,")
        return _LINE_END.sub(".\n", text).replace(" \n ", "\n")


class Rule(NamedTuple):
    """One way to read: what it looks like, and what is said; None if it is not that after all."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str], Passage], Said | None]
