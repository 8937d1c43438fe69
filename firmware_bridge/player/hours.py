"""The hours policy on the unit, which believes no plan: each sound is judged when it is due, and
what is on is judged again as long as it is on.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from firmware_bridge.link.messages import EndReason
from playlists.schedule.arbiter import is_bound
from playlists.schedule.plan import Item
from playlists.schedule.policy import HoursPolicy, HoursRule, judge
from playlists.schedule.sessions import Airing

GRACE: Final = timedelta(seconds=30)
"""How late a sound may start, and so how much longer a session may get than it was planned."""
_TOUCH: Final = timedelta(milliseconds=1)
_OF_SESSIONS: Final = frozenset({HoursRule.SESSIONS, HoursRule.LENGTH})


def refused(
    item: Item, hours: HoursPolicy | None, aired: Iterable[Airing], now: datetime, *, begun: bool
) -> tuple[EndReason, str] | None:
    """Return what the as-run log says when the policy forbids a sound now, or None.

    What has not begun is refused when there is no room for all of it; what has begun, and a stream,
    goes on for as long as it may.
    """
    if hours is None or not is_bound(item, hours):
        return None
    # A stream has no whole that would be spoilt: it begins, and is cut when the hours say so.
    length = _TOUCH if begun or item.asset.live is not None else max(item.length, _TOUCH)
    so_far = _until(aired, now) if begun else aired
    airing = Airing(now, now + length, item.broadcast_class)
    ruling = judge(hours, so_far, airing, GRACE)
    if ruling.rule is None:
        return None
    limit = f" ({ruling.limit:g})" if ruling.limit else ""
    reason = EndReason.REFUSED if ruling.rule in _OF_SESSIONS else EndReason.OUT_OF_HOURS
    return reason, f"{ruling.rule}{limit}: {hours.name}"


def cut_at(
    item: Item, hours: HoursPolicy | None, aired: Iterable[Airing], now: datetime
) -> datetime | None:
    """Return when the session of what is on will have lasted as long as it may; None = never."""
    if hours is None or not is_bound(item, hours):
        return None
    return hours.session_limit(aired, now, GRACE)


def _until(aired: Iterable[Airing], now: datetime) -> list[Airing]:
    """Leave out claims on the time to come; what a clock that jumped put there stays."""
    return [replace(one, end=now) if one.start <= now < one.end else one for one in aired]
