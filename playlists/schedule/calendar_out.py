"""Rules as an iCalendar file (RFC 5545) that calendar programs show, and that we read back.

What RRULE can say is written so. Everything else (holidays, the sun, parts of days) is written as
the dates it means within a window, with the rule itself noted beside them.
"""

import base64
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from playlists.schedule import draft as form
from playlists.schedule import instant, recurrence
from playlists.schedule.calendar_in import PART_OF, RULE, fingerprint
from playlists.schedule.draft import MAX_DATES, RuleDraft
from playlists.schedule.recurrence import Recurrence
from playlists.schedule.refusals import ExplodingRrule
from playlists.schedule.rules import Rule

PRODUCT: Final = "-//Signcast//Signcast 1//VI"
MAX_WRITTEN: Final = 50_000
"""Dates in one calendar that are written one by one: more than programs show."""
_A_BIT: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What becomes an event. The draft says its start and its zone; `rule` is what it means."""

    uid: str
    title: str
    description: str
    draft: RuleDraft
    rule: Rule
    changed_at: datetime


def write(name: str, entries: Iterable[Entry], after: datetime, before: datetime) -> bytes:
    """Return a calendar of that name; dates between two instants where dates are written.

    Times have whole seconds there. Raises what `Rule.occurrences` raises for such a window, and
    ExplodingRrule for more than MAX_WRITTEN dates.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    written = 0
    for entry in entries:
        for event in _events(entry, after, before):
            calendar.add_component(event)
            written += len(event["RDATE"].dts) if "RDATE" in event else 0
            if written > MAX_WRITTEN:
                what = "dates in one calendar"
                raise ExplodingRrule("too many dates", reason=what, limit=MAX_WRITTEN)
    calendar.add_missing_timezones()
    return calendar.to_ical()  # type: ignore[no-any-return]


def _events(entry: Entry, after: datetime, before: datetime) -> Iterator[Any]:
    days = entry.rule.pattern.days
    if days is not None and _is_plain(entry.draft):
        events = [_recurring(entry, days.recurrence)]
    else:
        events = [*_dated(entry, after, before)]
    noted = {"of": fingerprint(events[0]), "rule": form.to_json(entry.draft)}
    events[0].add(RULE, base64.b64encode(json.dumps(noted).encode()).decode())
    for event in events[1:]:
        event.add(PART_OF, entry.uid)
    yield from events


def _is_plain(draft: RuleDraft) -> bool:
    """Say whether RRULE, RDATE and EXDATE say all of a rule, in every program alike."""
    if draft.times is not None or draft.holidays is not None:
        return False
    fields = recurrence.split(draft.rrule or "FREQ=DAILY")
    counted = "COUNT" in fields and draft.last_day is not None
    return fields["FREQ"] != "HOURLY" and not counted


def _recurring(entry: Entry, found: Recurrence) -> Any:
    pattern = entry.rule.pattern
    zone = pattern.zone
    start = next(found.between(found.start, found.start + recurrence.MAX_SPAN))
    event = _event(entry, entry.uid, pattern.duration or timedelta(0))
    event.add("dtstart", start.replace(tzinfo=zone))
    event["RRULE"] = _rrule(entry, found, zone)
    out = {instant.to_wall(at, zone) for at in pattern.left_out}
    for day in sorted(pattern.days_out):
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 -- wall time
        out |= {*found.between(midnight, midnight + timedelta(days=1, microseconds=-1))}
    if out:
        event.add("exdate", [wall.replace(tzinfo=zone) for wall in sorted(out)])
    if pattern.extra:
        event.add("rdate", sorted(pattern.extra))
    return event


def _rrule(entry: Entry, found: Recurrence, zone: ZoneInfo) -> object:
    """Return the recurrence with one end: COUNT, or UNTIL as an instant."""
    parts = [f"{name}={value}" for name, value in found.fields.items() if name != "UNTIL"]
    days = entry.rule.pattern.days
    ends = [] if days is None else days.ends()
    if ends and "COUNT" not in found.fields:
        until = instant.of_wall(min(ends), zone)
        parts.append(f"UNTIL={until:%Y%m%dT%H%M%SZ}")
    return vRecur.from_ical(";".join(parts))


def _dated(entry: Entry, after: datetime, before: datetime) -> Iterator[Any]:
    """Yield events of at most MAX_DATES dates each, one length to an event."""
    rule = entry.rule
    if rule.pattern.days is None:
        after, before = rule.first - _A_BIT, rule.last
    found = [*rule.occurrences(after, before)]
    if not found:
        found = rule.pattern.between(rule.first - _A_BIT, rule.first + _A_BIT)
    found.sort(key=lambda one: (one[1] - one[0], one[0]))
    number = 0
    for length, group in groupby(found, key=lambda one: one[1] - one[0]):
        starts = [start for start, _ in group]
        for first in range(0, len(starts), MAX_DATES):
            some = starts[first : first + MAX_DATES]
            event = _event(entry, f"{entry.uid}-{number}" if number else entry.uid, length)
            event.add("dtstart", some[0].astimezone(UTC))
            if len(some) > 1:  # with the first: programs differ about whether it counts
                event.add("rdate", [at.astimezone(UTC) for at in some])
            yield event
            number += 1


def _event(entry: Entry, uid: str, length: timedelta) -> Any:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("summary", entry.title)
    event.add("description", entry.description)
    event.add("duration", timedelta(seconds=math.ceil(length.total_seconds())))
    event.add("transp", "TRANSPARENT")
    return event
