"""What counts as a session: sounds that follow each other with less than a gap between them.

Overlapping sounds are one session, and so are sounds with a pause shorter than the gap; the pause
belongs to it. A session belongs to the day on which it begins, also when it runs over midnight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from playlists.schedule.urgency import BroadcastClass


@dataclass(frozen=True, slots=True)
class Airing:
    """A stretch of one sound on one loudspeaker, planned or heard."""

    start: datetime
    end: datetime
    broadcast_class: BroadcastClass


@dataclass(frozen=True, slots=True)
class Session:
    """From the first sound's start to the last one's end."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Return how long it takes, pauses included."""
        return self.end - self.start


def sessions(airings: Iterable[Airing], gap: timedelta) -> list[Session]:
    """Return the sessions that airings make, by start; their order does not matter."""
    found: list[Session] = []
    for one in sorted(airings, key=lambda airing: airing.start):
        if found and one.start < found[-1].end + gap:
            found[-1] = Session(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(Session(one.start, max(one.start, one.end)))
    return found
