"""How far long work is: each step says which share of what it has to do is done.

Only what is known is told. How often a step has to be done again nobody knows before, so shares are
those of one step, and a step that begins anew begins at 0.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from playlists.audio.sound import Samples


class Step(StrEnum):
    """What is being done."""

    WAIT = "wait"
    """Others' work comes first."""
    SPEAK = "speak"
    """Words become speech, part by part."""
    DECODE = "decode"
    """Files become samples: seconds decoded of the seconds that the files say they have."""
    LEVEL = "level"
    """Loudness is measured and set, once or in several passes."""
    MIX = "mix"
    """Items, gaps, chime and bed become one sound."""
    ENCODE = "encode"
    """Once, and once more whenever what came out missed its target."""
    CHECK = "check"
    """What was encoded is decoded and measured."""


Tell = Callable[[Step, float], None]
"""Takes a step and the share of it that is done, 0 to 1; 0 whenever it begins, each time anew."""


def untold(step: Step, done: float) -> None:
    """Tell nobody."""


class Turns:
    """Counts how many times each step has begun."""

    def __init__(self) -> None:
        self._begun: dict[Step, int] = {}

    def count(self, step: Step, done: float) -> int:
        """Take what was told and return the step's turn, from 1."""
        begins = not done or step not in self._begun
        self._begun[step] = self._begun.get(step, 0) + begins
        return self._begun[step]


def watched(blocks: Iterable[Samples], total: int, step: Step, tell: Tell) -> Iterator[Samples]:
    """Pass a sound on block by block and tell how many of its samples went by."""
    tell(step, 0.0)
    passed = 0
    for block in blocks:
        yield block
        passed += len(block)
        tell(step, min(1.0, passed / max(1, total)))
    tell(step, 1.0)
