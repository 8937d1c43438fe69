"""What a loudspeaker plays: a recorded sound, or one that is received while it is heard."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from firmware_bridge.player.fade import FADE, faded_in, faded_out
from firmware_bridge.player.lineup import LATE, Current
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.schedule.plan import Item


class Programme(Protocol):
    """Sound that is taken block by block, while it is on."""

    @property
    def position(self) -> int:
        """Index of the sample that is taken next."""

    @property
    def length(self) -> int | None:
        """How many samples there are; None = only its plan knows its end."""

    @property
    def fault(self) -> str:
        """What is wrong with it now, or was when it ended; "" = nothing."""

    @property
    def note(self) -> str:
        """What the as-run log is to say of it."""

    def take(self, count: int) -> Samples:
        """Return the next samples, fewer only at its end, none when it is over."""

    def tail(self) -> Samples:
        """Return the next few samples falling silent, and move on by none."""

    def leave(self) -> None:
        """Be told that it is no longer on."""


class Recorded:
    """A `Programme` of samples that are all there."""

    fault = ""
    note = ""

    def __init__(self, samples: Samples, first: int) -> None:
        self._samples = samples
        self._first = first
        self.position = first

    @property
    def length(self) -> int:
        """Return how many samples there are."""
        return len(self._samples)

    def take(self, count: int) -> Samples:
        """Return the next samples; what begins in the middle comes up gently."""
        block = self._samples[self.position : self.position + count]
        is_middle = self.position == self._first > 0
        self.position += len(block)
        return faded_in(block) if is_middle else block

    def tail(self) -> Samples:
        """Return the next few samples, falling silent."""
        return faded_out(self._samples[self.position : self.position + FADE])

    def leave(self) -> None:
        """Do nothing: it keeps."""


@dataclass(slots=True)
class Playing:
    """The programme that is on."""

    item: Item
    programme: Programme
    mark: int
    began_at: datetime
    """By the clock as it was then."""
    first: int = field(init=False)
    """Index of the sample it began with, this time."""
    next: int = field(init=False)
    """Index of the sample after the last that was handed over."""
    step: timedelta = timedelta()
    """How far the clock was set since."""

    def __post_init__(self) -> None:
        self.first = self.next = self.programme.position

    @property
    def since(self) -> datetime:
        """Return when it began, by the clock as it is now."""
        return self.began_at + self.step

    @property
    def due_end(self) -> datetime:
        """Return when the last sample is due.

        What has no length ends by the plan; a clock that is set back makes it no longer.
        """
        if self.programme.length is None:
            return self.item.end + min(self.step, timedelta())
        rest_s = (self.programme.length - self.first) / SAMPLE_RATE_HZ
        end = self.since + timedelta(seconds=rest_s)
        return end if self.item.is_whole else min(end, self.item.end)

    def notice(self, at: datetime) -> bool:
        """Say whether the clock was set: it is off by more than a slow output is ever late.

        A sound that is on goes by its samples then, and its times stay those of one clock.
        """
        played_s = (self.next - self.first) / SAMPLE_RATE_HZ
        off = at - self.since - timedelta(seconds=played_s)
        if abs(off) <= LATE:
            return False
        self.step += off
        return True

    def ended(self, at: datetime) -> datetime:
        """Return an instant by the clock it began with."""
        return max(at - self.step, self.began_at)

    @property
    def current(self) -> Current:
        """Return what the line-up wants to know; a slow output gets some patience."""
        patience = timedelta() if self.programme.length is None else LATE
        return Current(self.item, self.due_end + patience)
