"""Planning's question to the policy: may these sounds be planned? If not, which rule says so, and
what would help. The unit asks the policy again when the time has come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from playlists.errors import ContentRefused
from playlists.schedule import instant
from playlists.schedule.policy import HoursPolicy, HoursRule, Ruling, judge_all
from playlists.schedule.refusals import DayForbidden, OutOfHours, SessionTooLong, TooManySessions
from playlists.schedule.sessions import Airing
from playlists.schedule.windows import time_to_text

_OF_THE_DAY: Final = frozenset({HoursRule.FORBIDDEN_DAY, HoursRule.WEEKDAY})


def admit(policy: HoursPolicy | None, so_far: Iterable[Airing], wanted: Sequence[Airing]) -> None:
    """Return when all that is wanted may be heard besides what is planned so far; else raise
    DayForbidden, OutOfHours, SessionTooLong or TooManySessions for the first that may not."""
    if policy is None:
        return
    rulings = zip(wanted, judge_all(policy, so_far, wanted), strict=True)
    for airing, ruling in sorted(rulings, key=lambda pair: pair[0].start):
        if not ruling.allowed:
            raise refusal(policy, airing, ruling)


def refusal(policy: HoursPolicy, airing: Airing, ruling: Ruling) -> ContentRefused:
    """Return the refusal that a ruling means, with the facts its words need."""
    rule = ruling.rule or HoursRule.WINDOW
    name, start = policy.name, instant.to_text(airing.start)
    local = _wall(policy, airing.start)
    told = f"{name} does not allow sound at {start}: {rule}"
    if rule is HoursRule.LENGTH:
        return SessionTooLong(
            told,
            policy=name,
            rule=rule,
            start=start,
            local=local,
            limit_min=ruling.limit,
            found_min=ruling.found,
            session=_wall(policy, ruling.at or airing.start),
            gap_s=round(policy.session_gap.total_seconds()),
        )
    if rule is HoursRule.SESSIONS:
        return TooManySessions(
            told,
            policy=name,
            rule=rule,
            start=start,
            local=local,
            limit=ruling.limit,
            gap_s=round(policy.session_gap.total_seconds()),
        )
    if rule in _OF_THE_DAY:
        return DayForbidden(told, policy=name, rule=rule, start=start, local=local)
    return OutOfHours(
        told, policy=name, rule=rule, start=start, local=local, allowed=_windows(policy)
    )


def _wall(policy: HoursPolicy, at: datetime) -> str:
    """Spell an instant as people of the area read it."""
    return f"{at.astimezone(ZoneInfo(policy.tz)):%H:%M %d/%m/%Y}"


def _windows(policy: HoursPolicy) -> list[str]:
    """Spell the times of day that may be chosen, each once."""
    spans = {(window.start, window.end) for window in policy.windows}
    return [f"{time_to_text(start)}–{time_to_text(end)}" for start, end in sorted(spans)]
