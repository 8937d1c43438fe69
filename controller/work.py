"""Long work that somebody asked for, while it is done: how far it is, and how it ended.

Who asks names the work with a key of their own, so that a lost connection loses nothing: the work
goes on, and what became of it is told under its key. Kept in memory only; after a restart the work
is gone too, and has to be asked for again.
"""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from controller.clock import Clock
from controller.errors import ControllerError, Invalid, NotFound, WorkRunning
from controller.model import Event, Person
from playlists.audio.progress import Step, Tell, Turns, untold
from playlists.errors import BadBytes, ContentRefused

MAX_KEPT: Final = 200
"""The oldest that has ended goes first; what runs is bounded by the server's threads."""
TELL_EVERY_S: Final = 0.5
"""Between two events of one work that only say that it went on."""

_KEY: Final = re.compile(r"[A-Za-z0-9._~-]{1,64}")


class WorkState(StrEnum):
    """The life of a piece of work."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Work:
    """How far a piece of work is."""

    key: str
    asker: Person
    state: WorkState = WorkState.RUNNING
    step: Step | None = None
    """None = nothing long has begun."""
    turn: int = 0
    """How many times this step has begun, from 1; how often it must, nobody knows before."""
    done: float = 0.0
    """Which share of the step, in this turn, 0 to 1."""
    location: str | None = None
    """Where what was made is, once it is."""
    code: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    """Why it failed, in an error's words; the code is `internal` for what should not have happened.
    The error itself would hold on to all that was sent."""


class Job:
    """One piece of work, for who does it."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.location: str | None = None


class Works:
    """All work that was given a key, until nobody may ask for it any more."""

    def __init__(self, clock: Clock, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Work] = OrderedDict()
        self._turns: dict[tuple[str, str], Turns] = {}
        self._told_s: dict[tuple[str, str], float] = {}
        self.on_change: Callable[[Event], None] = _nobody

    def get(self, asker: Person, key: str) -> Work:
        """Return somebody's own work; NotFound."""
        with self._lock:
            found = self._kept.get((asker.id, key))
        if found is None:
            raise NotFound("work", key[:80])
        return found

    @contextmanager
    def begin(self, asker: Person, key: str | None) -> Iterator[Job]:
        """Do a piece of work under a key, or under none: then nobody can ask for it.

        Raises Invalid for a key that cannot be asked for, WorkRunning while its work is running.
        """
        if key is None:
            yield Job(untold)
            return
        name = self._opened(asker, key)
        job = Job(lambda step, done: self._went_on(name, step, done))
        try:
            yield job
        except (ContentRefused, ControllerError) as exc:
            self._failed(name, exc.code, exc.facts)
            raise
        except BadBytes as exc:
            self._failed(name, "bad-request", {"reason": str(exc)})
            raise
        except BaseException:
            self._failed(name, "internal", {})
            raise
        self._change(
            name,
            lambda work: replace(work, state=WorkState.FINISHED, done=1.0, location=job.location),
        )

    def _opened(self, asker: Person, key: str) -> tuple[str, str]:
        if not _KEY.fullmatch(key):
            reason = "1 to 64 of letters, digits and . _ ~ -"
            raise Invalid("no such key", field="Work-Key", reason=reason)
        name = (asker.id, key)
        with self._lock:
            known = self._kept.pop(name, None)
            if known is not None and known.state is WorkState.RUNNING:
                self._kept[name] = known
                raise WorkRunning(f"{key} is running", key=key)
            self._kept[name] = Work(key, asker)
            self._turns[name] = Turns()
            ended = [one for one, work in self._kept.items() if work.state is not WorkState.RUNNING]
            for old in ended[: max(0, len(self._kept) - MAX_KEPT)]:
                del self._kept[old]
        return name

    def _went_on(self, name: tuple[str, str], step: Step, done: float) -> None:
        turn = self._turns[name].count(step, done)
        self._change(name, lambda work: replace(work, step=step, turn=turn, done=done))

    def _failed(self, name: tuple[str, str], code: str, facts: Mapping[str, object]) -> None:
        self._change(
            name, lambda work: replace(work, state=WorkState.FAILED, code=code, facts=facts)
        )

    def _change(self, name: tuple[str, str], change: Callable[[Work], Work]) -> None:
        with self._lock:
            work = self._kept[name] = change(self._kept[name])
            if work.state is not WorkState.RUNNING:
                del self._turns[name]
            is_due = self._is_due(name, work)
        if is_due:
            self.on_change(self._event(work))

    def _is_due(self, name: tuple[str, str], work: Work) -> bool:
        """Say whether those who watch should hear: at the end, and now and then before."""
        if work.state is not WorkState.RUNNING:
            self._told_s.pop(name, None)
            return True
        now_s = self._monotonic_s()
        if now_s - self._told_s.get(name, -TELL_EVERY_S) < TELL_EVERY_S:
            return False
        self._told_s[name] = now_s
        return True

    def _event(self, work: Work) -> Event:
        facts: dict[str, object] = {
            "key": work.key,
            "by": work.asker.name,
            "state": work.state.value,
            "step": work.step,
            "turn": work.turn,
            "done": round(work.done, 3),
        }
        return Event(0, self._clock.now(), "work", None, facts)


def _nobody(event: Event) -> None:
    """Nobody watches yet."""
