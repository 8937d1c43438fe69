"""What the place where a loudspeaker is has to say to its player."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from playlists.schedule.hearing import EVERYWHERE
from playlists.schedule.plan import Item
from playlists.schedule.sessions import Airing


@dataclass(frozen=True, slots=True)
class Hearers:
    """People who would hear a sound."""

    place: str = EVERYWHERE
    """Their zone."""
    kept: Sequence[Airing] = ()
    """What is planned for them and has the right of way: to be heard once, before others twice."""


class Ground(Protocol):
    """Where a loudspeaker stands, or drives."""

    def gate(self, item: Item) -> str:
        """Say why a sound may not be heard here and now; "" = it may."""

    def hearers(self, item: Item, now: datetime) -> Sequence[Hearers]:
        """Return who would hear a sound that began now: the hours are asked for each."""

    def note(self) -> str:
        """Say what made the sound that ends now quieter here; "" = nothing did."""


class FixedGround:
    """Of most loudspeakers. A `Ground`."""

    def gate(self, _item: Item) -> str:
        """Let everything be heard."""
        return ""

    def hearers(self, _item: Item, _now: datetime) -> Sequence[Hearers]:
        """Return the neighbours."""
        return (Hearers(),)

    def note(self) -> str:
        """Say nothing."""
        return ""
