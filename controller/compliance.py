"""The report of hours: what was heard per day and loudspeaker, against the rules in force now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from controller.areas import below, hours_near, line_of, zone_of
from controller.errors import Invalid, NotFound
from controller.model import DeviceKind
from controller.store import places, proof
from controller.store.proof import Heard
from controller.store.store import Store
from firmware_bridge.link.messages import EndReason
from playlists.schedule import compliance
from playlists.schedule.compliance import DayHeard
from playlists.schedule.hearing import EVERYWHERE
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.sessions import Airing
from playlists.schedule.windows import WEEK, Window

MAX_SPAN: Final = timedelta(days=92)
"""A quarter at a time; a province has thousands of loudspeakers."""
_ANY_HOUR: Final = (Window(WEEK, time(0), time(0)),)
_REFUSALS: Final = frozenset({EndReason.REFUSED, EndReason.OUT_OF_HOURS})


@dataclass(frozen=True, slots=True)
class HoursLine:
    """One day of one loudspeaker, and the rules it is held against."""

    device: str
    zone: str
    """Of a truck: who heard it; EVERYWHERE = who heard only what it says everywhere."""
    policy: HoursPolicy | None
    """None = no limits there."""
    heard: DayHeard


def report(store: Store, area: str, start: datetime, end: datetime) -> list[HoursLine]:
    """Return a line for each day and loudspeaker below an area with something to tell, in order.

    Raises NotFound for the area, Invalid for a span that is none or longer than MAX_SPAN.
    """
    if not start < end <= start + MAX_SPAN:
        reason = f"at most {MAX_SPAN.days} days, the end after the start"
        raise Invalid("no such span", field="from", reason=reason)
    lines: list[HoursLine] = []
    with store.read() as tx:
        areas = places.areas(tx)
        inside = below(area, areas)
        if not inside:
            raise NotFound("area", area[:80])
        for device in places.devices(tx):
            if device.kind is DeviceKind.SPEAKER and device.area in inside:
                line = line_of(device.area, areas)
                entries = proof.heard(tx, device.id, start, end)
                lines += _lines(device.id, hours_near(device, line), zone_of(line), entries)
    return sorted(lines, key=lambda line: (line.heard.day, line.device, line.zone))


def _lines(
    device: str, policy: HoursPolicy | None, tz: str, entries: Sequence[Heard]
) -> list[HoursLine]:
    rules = policy or HoursPolicy("", tz, _ANY_HOUR)
    found: list[HoursLine] = []
    for zone in {one.zone for one in entries}:
        there = [one for one in entries if one.zone in {zone, EVERYWHERE}]
        airings = [
            Airing(one.started_at, max(one.started_at, one.ended_at), one.broadcast_class)
            for one in there
            if one.started_at is not None
        ]
        refused_at = [one.ended_at for one in there if one.end_reason in _REFUSALS]
        days = compliance.heard(rules, airings, refused_at)
        found += [HoursLine(device, zone, policy, day) for day in days]
    return found
