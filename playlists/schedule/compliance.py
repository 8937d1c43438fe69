"""What was heard, day by day, against the rules: the report an area owes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from playlists.schedule.policy import HoursPolicy
from playlists.schedule.sessions import Airing, Session

TOLERANCE: Final = timedelta(seconds=30)
"""Units begin up to so much late; a session may be as much longer than it was planned."""


@dataclass(frozen=True, slots=True)
class DayHeard:
    """One day of one loudspeaker. Sounds that no rule binds are told apart, and count for none."""

    day: date
    sessions: int
    minutes: float
    """From the first to the last sound of each session, pauses included."""
    longest_min: float
    outside: int
    """Sounds heard when the clock or the calendar forbids it."""
    exempt_min: float
    refused: int
    """Sounds that the unit did not play, or cut, because of the rules."""
    kept: bool
    """Whether the rules were kept."""


def heard(
    policy: HoursPolicy, airings: Iterable[Airing], refused_at: Iterable[datetime] = ()
) -> list[DayHeard]:
    """Return every day on which something was heard or refused, in order."""
    told = _Told(policy, policy.sessions(airings := [*airings]), airings, [*refused_at])
    instants = [*(one.start for one in airings), *told.refused_at]
    days = {policy.day_of(session) for session in told.formed}
    return [told.on(day) for day in sorted(days | {_day(policy, at) for at in instants})]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the log says, and the sessions it makes."""

    policy: HoursPolicy
    formed: list[Session]
    airings: list[Airing]
    refused_at: list[datetime]

    def on(self, day: date) -> DayHeard:
        policy = self.policy
        lengths = [one.length for one in self.formed if policy.day_of(one) == day]
        longest = max(lengths, default=timedelta(0))
        today = [one for one in self.airings if _day(policy, one.start) == day]
        bound = [one for one in today if policy.binds(one.broadcast_class)]
        exempt = [one.end - one.start for one in today if not policy.binds(one.broadcast_class)]
        outside = sum(not policy.allows_all(one.start, one.end - TOLERANCE) for one in bound)
        return DayHeard(
            day=day,
            sessions=len(lengths),
            minutes=_minutes(sum(lengths, timedelta(0))),
            longest_min=_minutes(longest),
            outside=outside,
            exempt_min=_minutes(sum(exempt, timedelta(0))),
            refused=sum(_day(policy, at) == day for at in self.refused_at),
            kept=not outside and _has_room(policy, len(lengths), longest),
        )


def _has_room(policy: HoursPolicy, sessions: int, longest: timedelta) -> bool:
    most, longest_min = policy.sessions_per_day, policy.longest_session_min
    fits = longest_min is None or longest <= timedelta(minutes=longest_min) + TOLERANCE
    return fits and (most is None or sessions <= most)


def _day(policy: HoursPolicy, at: datetime) -> date:
    return at.astimezone(ZoneInfo(policy.tz)).date()


def _minutes(length: timedelta) -> float:
    return round(length.total_seconds() / 60, 1)
