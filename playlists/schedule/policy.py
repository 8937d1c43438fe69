"""Hours policy: when loudspeakers of an area may speak, how often, how long, how loud. Pure.

Everything is wall clock in the area's zone. `judge` is asked in planning and again on the unit,
about the same rules by the same names. Emergencies pass always; what else passes is the policy's.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo

from playlists.schedule.sessions import Airing, Session, sessions
from playlists.schedule.urgency import BroadcastClass
from playlists.schedule.windows import Place, VolumeCap, Window

SESSION_GAP: Final = timedelta(minutes=5)
"""Sounds with less than this between them are one session, unless the policy names another gap:
long enough for an emergency in between, too short for a neighbour to call it quiet again."""
EMERGENCY_ONLY: Final = frozenset({BroadcastClass.EMERGENCY})
_SEARCH_DAYS: Final = 17
"""A weekly pattern repeats after 7 days; a spring gap can swallow a window once."""
_INSTANT: Final = timedelta(milliseconds=1)
_NO_TIME: Final = timedelta(0)


class HoursRule(StrEnum):
    """The rules of a policy by name: what refusals and the as-run log quote."""

    FORBIDDEN_DAY = "forbidden-day"
    WEEKDAY = "weekday"
    EARLIEST = "earliest-start"
    LATEST = "latest-end"
    WINDOW = "window"
    LENGTH = "longest-session"
    SESSIONS = "sessions-per-day"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What `judge` says; `rule` None = allowed."""

    rule: HoursRule | None = None
    at: datetime | None = None
    """The first instant that the rule forbids, or the start of the session that is too much."""
    found: float = 0
    """LENGTH: the session's minutes, and SESSIONS: the day's sessions, this sound included."""
    limit: float = 0

    @property
    def allowed(self) -> bool:
        """Say whether it may be heard."""
        return self.rule is None


ALLOWED: Final = Ruling()


@dataclass(frozen=True, slots=True)
class HoursPolicy:
    """The rules of one area, in its time zone; `name` is what a refusal quotes."""

    name: str
    tz: str
    windows: tuple[Window, ...]
    earliest: time | None = None
    """No sound before, on any day."""
    latest: time | None = None
    """No sound from then on, on any day."""
    weekdays: frozenset[int] | None = None
    """Days on which sessions may begin (0 = Monday); None = those of the windows."""
    extra_days: frozenset[date] = frozenset()
    """Days on which every window holds whatever its weekdays: Tết, elections."""
    forbidden_days: frozenset[date] = frozenset()
    """Days of silence; stronger than `extra_days`."""
    sessions_per_day: int | None = None
    longest_session_min: float | None = None
    session_gap: timedelta = SESSION_GAP
    exempt: frozenset[BroadcastClass] = EMERGENCY_ONLY
    """Classes that no rule of hours binds; emergencies are always among them."""
    caps: tuple[VolumeCap, ...] = ()
    """They bind every class but emergencies."""

    def binds(self, broadcast_class: BroadcastClass) -> bool:
        """Say whether sounds of a class must keep to the hours."""
        return broadcast_class not in self.exempt | EMERGENCY_ONLY

    def allows(self, at: datetime) -> bool:
        """Say whether bound sound may be heard at this instant."""
        return self.forbidding(at) is None

    def forbidding(self, at: datetime) -> HoursRule | None:
        """Return the rule of the calendar and the clock that forbids an instant, or None."""
        local = at.astimezone(ZoneInfo(self.tz))
        today, now = local.date(), local.time()
        if today in self.forbidden_days:
            return HoursRule.FORBIDDEN_DAY
        if self.earliest is not None and now < self.earliest:
            return HoursRule.EARLIEST
        if self.latest is not None and now >= self.latest:
            return HoursRule.LATEST
        if any(self._opens(window, today, now) for window in self.windows):
            return None
        return HoursRule.WINDOW if self._is_speaking_day(today) else HoursRule.WEEKDAY

    def next_change(self, at: datetime) -> datetime | None:
        """Return the first instant after `at` when `allows` changes; None when it never does."""
        zone, walls = ZoneInfo(self.tz), self._walls()
        allowed_now = self.allows(at)
        for day in self._days_from(at.astimezone(zone).date()):
            for edge in _edges(day, walls, self.tz):
                if edge > at and self.allows(edge) != allowed_now:
                    return edge
        return None

    def allows_all(self, start: datetime, end: datetime) -> bool:
        """Say whether bound sound may be heard all the way from `start` to `end`."""
        return _forbidden_within(self, start, end) is None

    def cap_db(self, at: datetime) -> float:
        """Return how much quieter than rendered sound must be at an instant: 0 or less, in dB."""
        if not self.caps:
            return 0.0
        local = at.astimezone(ZoneInfo(self.tz))
        today, now = local.date(), local.time()
        return min((cap.cap_db for cap in self.caps if cap.window.holds(today, now)), default=0.0)

    def next_cap(self, at: datetime) -> datetime | None:
        """Return the first instant after `at` when `cap_db` may change; None when it never does."""
        walls = {wall for cap in self.caps for wall in (cap.window.start, cap.window.end)}
        if not walls:
            return None
        today = at.astimezone(ZoneInfo(self.tz)).date()
        days = (today, today + timedelta(days=1), today + timedelta(days=2))
        edges = (edge for day in days for edge in _edges(day, walls | {time.min}, self.tz))
        return next((edge for edge in edges if edge > at), None)

    def near(self, places: Collection[Place]) -> Self:
        """Return the policy of a loudspeaker near these places: caps of other places do not
        concern it."""
        kept = tuple(cap for cap in self.caps if cap.place is None or cap.place in places)
        return replace(self, caps=kept)

    def day_of(self, session: Session) -> date:
        """Return the day a session counts for: where it begins."""
        return session.start.astimezone(ZoneInfo(self.tz)).date()

    def sessions(self, airings: Iterable[Airing]) -> list[Session]:
        """Return the sessions that airings make under this policy; exempt ones do not count."""
        bound = [one for one in airings if self.binds(one.broadcast_class)]
        return sessions(bound, self.session_gap)

    def session_limit(
        self, so_far: Iterable[Airing], at: datetime, grace: timedelta = _NO_TIME
    ) -> datetime | None:
        """Return when the session of an instant has lasted as long as it may; None = any length."""
        if self.longest_session_min is None:
            return None
        bound = [one for one in so_far if self.binds(one.broadcast_class)]
        touch = Airing(at, at + _INSTANT, BroadcastClass.NORMAL)
        mine = _session_at(sessions([*bound, touch], self.session_gap), at)
        return mine.start + timedelta(minutes=self.longest_session_min) + grace

    def _is_speaking_day(self, day: date) -> bool:
        """Say whether any window may begin on a day."""
        return any(self._may_begin(window, day) for window in self.windows)

    def _opens(self, window: Window, today: date, now: time) -> bool:
        return any(self._may_begin(window, day) for day in window.begun_on(today, now))

    def _may_begin(self, window: Window, day: date) -> bool:
        if day in self.forbidden_days or day in self.extra_days:
            return day not in self.forbidden_days
        allowed = window.weekdays if self.weekdays is None else window.weekdays & self.weekdays
        return day.weekday() in allowed

    def _days_from(self, first: date) -> list[date]:
        """Return the days on which `allows` may change, in order: the next weeks, and the time
        around special days."""
        days = {first + timedelta(days=ahead) for ahead in range(_SEARCH_DAYS)}
        for special in self.extra_days | self.forbidden_days:
            if special > first:
                days |= {special + timedelta(days=ahead) for ahead in range(_SEARCH_DAYS)}
        return sorted(days)

    def _walls(self) -> set[time]:
        """Return every time of day at which the answer may change."""
        walls = {wall for window in self.windows for wall in (window.start, window.end)}
        return walls | {wall for wall in (self.earliest, self.latest, time.min) if wall is not None}


def judge(
    policy: HoursPolicy, so_far: Iterable[Airing], airing: Airing, grace: timedelta = _NO_TIME
) -> Ruling:
    """Say whether one more sound may be heard, besides what is planned or was heard so far.

    Their order does not matter. `grace`: how much a session may be longer than allowed, and a
    sound may reach beyond its window (where it is cut); units have some, for sounds may begin
    late. Total: any instants and any overlap have an answer.
    """
    (ruling,) = judge_all(policy, so_far, [airing], grace)
    return ruling


def judge_all(
    policy: HoursPolicy,
    so_far: Iterable[Airing],
    wanted: Sequence[Airing],
    grace: timedelta = _NO_TIME,
) -> Iterator[Ruling]:
    """Yield a ruling for each of several sounds that are wanted together, besides others."""
    ledger = _Ledger.of(policy, [*so_far, *wanted])
    for airing in wanted:
        if not policy.binds(airing.broadcast_class):
            yield ALLOWED
            continue
        at = _forbidden_within(policy, airing.start, airing.end - grace)
        if at is None:
            yield ledger.ruling(airing, grace)
        else:
            yield Ruling(policy.forbidding(at), at)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """All sessions, and how many each day has."""

    policy: HoursPolicy
    formed: list[Session]
    per_day: Mapping[date, int]

    @classmethod
    def of(cls, policy: HoursPolicy, airings: Iterable[Airing]) -> Self:
        formed = policy.sessions(airings)
        return cls(policy, formed, Counter(map(policy.day_of, formed)))

    def ruling(self, airing: Airing, grace: timedelta) -> Ruling:
        """Return what the rules of sessions say of a sound that is among the airings."""
        mine = _session_at(self.formed, airing.start)
        longest_min, most = self.policy.longest_session_min, self.policy.sessions_per_day
        if longest_min is not None and mine.length > timedelta(minutes=longest_min) + grace:
            minutes = round(mine.length.total_seconds() / 60, 1)
            return Ruling(HoursRule.LENGTH, mine.start, minutes, longest_min)
        count = self.per_day[self.policy.day_of(mine)]
        if most is not None and count > most:
            return Ruling(HoursRule.SESSIONS, mine.start, count, most)
        return ALLOWED


def _session_at(formed: Sequence[Session], at: datetime) -> Session:
    return formed[bisect_right(formed, at, key=lambda session: session.start) - 1]


def _forbidden_within(policy: HoursPolicy, start: datetime, end: datetime) -> datetime | None:
    """Return the first instant from `start` to before `end` that the clock forbids, or None."""
    if not policy.allows(start):
        return start
    change = policy.next_change(start)
    return change if change is not None and change < end else None


def _edges(day: date, walls: Iterable[time], tz: str) -> list[datetime]:
    """Return the instants of these times on a local day, and of clock changes, in order."""
    zone = ZoneInfo(tz)
    edges = {
        datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC)
        for wall in walls
        for fold in (0, 1)
    }
    return sorted(edges | _clock_changes(day, tz))


@lru_cache(maxsize=1_024)
def _clock_changes(day: date, tz: str) -> frozenset[datetime]:
    """Return the instant at which the zone's offset changes on a local day, if it does."""
    zone = ZoneInfo(tz)
    low = datetime.combine(day, time.min, zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
    offset = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == offset:
        return frozenset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return frozenset({high})
