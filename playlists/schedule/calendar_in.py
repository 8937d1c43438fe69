"""iCalendar files (RFC 5545) to titles and rules, bounded whatever the file says.

What no rule can say is refused event by event, by name; a file that is no calendar at all is
refused whole. Zones are looked up by name: a file's own tables of clock changes are not believed,
for they may hold anything.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from icalendar import Event
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from playlists.errors import BadBytes, ContentRefused
from playlists.schedule import draft as form
from playlists.schedule import instant, recurrence
from playlists.schedule.draft import MAX_DATES, RuleDraft
from playlists.schedule.refusals import (
    CalendarTooLarge,
    CalendarUnsupported,
    NonexistentTime,
    NotACalendar,
    UnknownZone,
)
from playlists.schedule.rules import YEARS, find_zone, read_time

MAX_BYTES: Final = 1 << 20
MAX_EVENTS: Final = 500
MAX_DEPTH: Final = 4
"""VCALENDAR, VTIMEZONE or VEVENT, DAYLIGHT or VALARM: three."""
MAX_LINE_CHARS: Final = 100_000
"""Of an unfolded line: a thousand dates are a fifth of that."""
MAX_LINES_PER_EVENT: Final = 1_100
"""Of those that are looked at: each date may have one of its own."""
MAX_TITLE_CHARS: Final = 200

RULE: Final = "X-SIGNCAST-RULE"
"""Our own rule, beside what other programs understand of it; it holds while nobody edits that."""
PART_OF: Final = "X-SIGNCAST-PART-OF"
"""Further dates of the event of that UID."""

_Event: TypeAlias = Any
"""The library's event; it types every property as a union of thirty kinds."""

_FOLD: Final = re.compile(r"\r?\n[ \t]")
_BREAK: Final = re.compile(r"\r?\n")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_UTC_OFFSET: Final = re.compile(r"([+-])(\d{2})00")
_ZONE: Final = "X-ZONE"
"""What the library is told instead of TZID."""
_MEANT: Final = ("DTSTART", "DTEND", "DURATION", "RDATE", "EXDATE", "RECURRENCE-ID")
_KEPT: Final = frozenset({*_MEANT, "RRULE", "EXRULE", "STATUS", "SUMMARY", "UID", RULE, PART_OF})


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event: a rule, or why there is none."""

    uid: str
    title: str
    rule: RuleDraft | None
    refusal: ContentRefused | None = None


@dataclass(slots=True)
class _Clocks:
    """What a file says of one of its zones."""

    tzid: str = ""
    location: str = ""
    offsets: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Found:
    """An event as it stands in the file."""

    uid: str
    title: str
    event: _Event
    rrules: tuple[str, ...]


def read(data: bytes, tz: str) -> tuple[ReadEvent, ...]:
    """Read a file; times of no zone, and whole days, are the wall clock of `tz`.

    Raises NotACalendar, CalendarTooLarge.
    """
    blocks, clocks = _split(_lines(data))
    found = [_parse(block) for block in blocks]
    moved: dict[str, list[_Found]] = {}
    for one in found:
        if "RECURRENCE-ID" in one.event:
            moved.setdefault(one.uid, []).append(one)
    reader = _Reader(tz, {one.tzid: one for one in clocks})
    taken = [one for one in found if _words(one.event, "STATUS").upper() != "CANCELLED"]
    told = [(one, *reader.told(one, moved.get(one.uid, ()))) for one in taken]
    whole = {one.uid for one, _, ours in told if ours}
    return tuple(event for one, event, _ in told if _words(one.event, PART_OF) not in whole)


def fingerprint(event: _Event) -> str:
    """Hash what other programs understand of an event that we write: its times, not its words."""
    lines = _BREAK.split(_FOLD.sub("", event.to_ical().decode()))
    rule = _Reader("UTC", {}).plain(_parse(lines[1:-2]), ())
    return _hash(rule, find_zone(rule.tz or "UTC"))


def _hash(rule: RuleDraft, zone: ZoneInfo) -> str:
    def instants(texts: Iterable[str | None]) -> list[str]:
        return sorted(instant.to_text(read_time("", text, zone)) for text in texts if text)

    seen = (
        instants([rule.start]),
        rule.duration_s,
        sorted((rule.rrule or "").upper().split(";")),
        instants(rule.rdates),
        instants(rule.exdates),
    )
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _lines(data: bytes) -> list[str]:
    """Return the unfolded lines; NotACalendar, CalendarTooLarge."""
    if len(data) > MAX_BYTES:
        raise CalendarTooLarge("the file is too large", what="bytes", limit=MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise _no_calendar("it is not UTF-8") from exc
    if (strange := _CONTROL.search(text)) is not None:
        raise _no_calendar(f"a control character, U+{ord(strange[0]):04X}, at {strange.start()}")
    lines = [line for line in _BREAK.split(_FOLD.sub("", text)) if line]
    if any(len(line) > MAX_LINE_CHARS for line in lines):
        raise CalendarTooLarge("a line is too long", what="characters a line", limit=MAX_LINE_CHARS)
    if not lines or lines[0].upper() != "BEGIN:VCALENDAR":
        raise _no_calendar("it does not begin with BEGIN:VCALENDAR")
    return lines


def _split(lines: Iterable[str]) -> tuple[list[list[str]], list[_Clocks]]:
    """Return the lines of each event, without what is nested in it, and what zones say."""
    events: list[list[str]] = []
    clocks: list[_Clocks] = []
    stack: list[str] = []
    for line in lines:
        name, value = _name(line), line.partition(":")[2].strip()
        if name == "BEGIN":
            stack.append(value.upper())
            _open(stack, events, clocks)
        elif name == "END":
            if not stack or stack.pop() != value.upper():
                raise _no_calendar(f"END:{value[:40]} closes what is not open")
        elif stack[-1:] == ["VEVENT"] and name in _KEPT:
            events[-1].append(line)
            if len(events[-1]) > MAX_LINES_PER_EVENT:
                what, limit = "lines in an event", MAX_LINES_PER_EVENT
                raise CalendarTooLarge("an event is too long", what=what, limit=limit)
        elif "VTIMEZONE" in stack:
            _note(clocks[-1], name, value)
    if stack:
        raise _no_calendar(f"{stack[-1][:40]} has no end")
    return events, clocks


def _open(stack: Sequence[str], events: list[list[str]], clocks: list[_Clocks]) -> None:
    if len(stack) > MAX_DEPTH:
        raise CalendarTooLarge("nested too deeply", what="levels", limit=MAX_DEPTH)
    if stack[-1] == "VEVENT":
        events.append([])
        if len(events) > MAX_EVENTS:
            raise CalendarTooLarge("too many events", what="events", limit=MAX_EVENTS)
    elif stack[-1] == "VTIMEZONE":
        clocks.append(_Clocks())


def _note(clocks: _Clocks, name: str, value: str) -> None:
    if name == "TZID":
        clocks.tzid = value
    elif name == "X-LIC-LOCATION":
        clocks.location = value
    elif name in {"TZOFFSETFROM", "TZOFFSETTO"}:
        clocks.offsets.add(value)


def _parse(lines: Sequence[str]) -> _Found:
    """Let the library read an event, all but its recurrence and its zones, of which we are the
    judges; NotACalendar when even its form is wrong."""
    rrules = tuple(line.partition(":")[2] for line in lines if _name(line) == "RRULE")
    kept = [_unzoned(line) for line in lines if _name(line) != "RRULE"]
    text = "\r\n".join(["BEGIN:VEVENT", *kept, "END:VEVENT", ""])
    try:
        event = Event.from_ical(text)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as exc:
        raise _no_calendar(f"an event cannot be read: {exc}"[:200]) from exc
    if not isinstance(event, Event):
        raise _no_calendar("an event cannot be read")
    title = " ".join(_words(event, "SUMMARY").split())[:MAX_TITLE_CHARS]
    return _Found(_words(event, "UID")[:MAX_TITLE_CHARS], title, event, rrules)


def _unzoned(line: str) -> str:
    """Return a line of dates so that the library takes its zone for a note."""
    if _name(line) not in _MEANT:
        return line
    return re.sub(";TZID=", f";{_ZONE}=", line, flags=re.IGNORECASE)


def _words(event: _Event, name: str) -> str:
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Events to rules, in the zones of one file."""

    tz: str
    clocks: dict[str, _Clocks]

    def told(self, found: _Found, moved: Sequence[_Found]) -> tuple[ReadEvent, bool]:
        """Return the rule of an event, or why there is none, and whether it is the one that we
        noted beside it."""
        try:
            rule = self.plain(found, () if "RECURRENCE-ID" in found.event else moved)
            ours = None if moved else self._ours(found, rule)
            return ReadEvent(found.uid, found.title, ours or rule), ours is not None
        except ContentRefused as exc:
            return ReadEvent(found.uid, found.title, None, exc), False

    def plain(self, found: _Found, moved: Sequence[_Found]) -> RuleDraft:
        """Return the rule of an event as every program understands it; ContentRefused."""
        event = found.event
        _check(found)
        begins = event["DTSTART"]
        zone, tz = self._zone_of(begins)
        wall = _wall(begins.dt)
        exdates = [*_dates(event, "EXDATE"), *(one.event["RECURRENCE-ID"] for one in moved)]
        rule = RuleDraft(
            start=self._text(begins, zone, recurring=bool(found.rrules)),
            duration_s=self._duration_s(event, zone),
            rrule=found.rrules[0].upper() if found.rrules else None,
            tz=tz,
            rdates=tuple(self._text(one, zone) for one in _dates(event, "RDATE")),
            exdates=tuple(self._day_or_text(one, zone) for one in exdates),
        )
        return rule if rule.rrule is None else _synchronised(rule, wall)

    def _ours(self, found: _Found, rule: RuleDraft) -> RuleDraft | None:
        """Return the rule that we wrote beside an event, if nobody changed the event since."""
        try:
            noted = json.loads(base64.b64decode(_words(found.event, RULE)))
            if noted["of"] == _hash(rule, find_zone(rule.tz or self.tz)):
                return form.from_json(noted["rule"])
        except (ValueError, KeyError, TypeError, RecursionError, BadBytes):
            pass  # it is a note for ourselves; the event says all that others need
        return None

    def _duration_s(self, event: _Event, zone: ZoneInfo) -> float | None:
        """Return how long an event lasts; None = it does not say, or is a mere point in time."""
        begins = event["DTSTART"].dt
        if "DURATION" in event:
            return _seconds(event["DURATION"].td)
        if "DTEND" not in event:
            return None if isinstance(begins, datetime) else 86_400.0
        ends = event["DTEND"]
        if isinstance(begins, datetime) != isinstance(ends.dt, datetime):
            raise _unsupported("DTEND and DTSTART, one a date, one a time")
        if not isinstance(begins, datetime):
            return _seconds(ends.dt - begins)
        until = instant.of_wall(_wall(ends.dt), self._zone_of(ends)[0])
        return _seconds(until - instant.of_wall(_wall(begins), zone))

    def _text(self, one: Any, zone: ZoneInfo, *, recurring: bool = False) -> str:
        """Return a date or time as rules write it: wall clock of the zone, or an instant."""
        wall, its_zone = _wall(one.dt), self._zone_of(one)[0]
        at = instant.of_wall(wall, its_zone)
        if its_zone.key != zone.key:
            return instant.to_text(at)
        if instant.to_wall(at, zone) == wall:
            return wall.isoformat(timespec="seconds")
        if recurring:
            text = wall.isoformat(timespec="minutes")
            raise NonexistentTime(f"{text} does not exist", time=text, tz=zone.key)
        return instant.to_text(at)

    def _day_or_text(self, one: Any, zone: ZoneInfo) -> str:
        """Return what an event leaves out: a whole day where the file says a date."""
        return self._text(one, zone) if isinstance(one.dt, datetime) else one.dt.isoformat()

    def _zone_of(self, one: Any) -> tuple[ZoneInfo, str | None]:
        """Return the zone of a time, and its name unless it is the reader's own."""
        tzid = one.params.get(_ZONE)
        if tzid is not None:
            zone = self._named(str(tzid))
            return zone, None if zone.key == self.tz else zone.key
        if isinstance(one.dt, datetime) and one.dt.tzinfo is not None:
            return find_zone("UTC"), None if self.tz == "UTC" else "UTC"
        return find_zone(self.tz), None

    def _named(self, tzid: str) -> ZoneInfo:
        """Return the zone that a file calls so: by its own name, by Windows' name, by what the
        file says of it, or by its offset where that never changes; UnknownZone."""
        clocks = self.clocks.get(tzid, _Clocks())
        tail = "/".join(tzid.split("/")[-2:])
        names = (tzid, WINDOWS_TO_OLSON.get(tzid, ""), clocks.location, tail, _fixed(clocks))
        for name in filter(None, names):
            try:
                return find_zone(name)
            except UnknownZone:
                continue
        raise UnknownZone(f"no time zone is called {tzid!r}"[:120], tz=tzid[:60])


def _synchronised(rule: RuleDraft, wall: datetime) -> RuleDraft:
    """Return a rule whose start counts even where the recurrence passes it by, as calendars
    count; refused where COUNT makes the meaning depend on the program."""
    found = recurrence.without_end(rule.rrule or "", wall)
    if next(found.between(wall, wall), None) is not None:
        return rule
    if "COUNT" in found.fields:
        raise _unsupported("DTSTART that RRULE with COUNT does not match")
    return replace(rule, rdates=(rule.start or "", *rule.rdates))


def _check(found: _Found) -> None:
    """Raise CalendarUnsupported for what no rule can say, or the library could not read."""
    event = found.event
    for name, _ in event.errors:
        if name in _MEANT:
            raise _unsupported(f"{name} that cannot be read")
    for name in _MEANT:
        if not _has_form(event, name):
            raise _unsupported(f"{name} in that form")
    moved = event.get("RECURRENCE-ID")
    for wrong, what in (
        ("DTSTART" not in event, "no DTSTART"),
        ("EXRULE" in event, "EXRULE"),
        (len(found.rrules) > 1, "more than one RRULE"),
        (moved is not None and "RANGE" in moved.params, "RECURRENCE-ID with RANGE"),
    ):
        if wrong:
            raise _unsupported(what)


def _has_form(event: _Event, name: str) -> bool:
    """Say whether a property is what rules are made from: one date or time, one length, or lists
    of dates and times (not of periods)."""
    value = event.get(name)
    if value is None:
        return True
    if name in {"RDATE", "EXDATE"}:
        return all(_is_date(one.dt) for one in _dates(event, name))
    if name == "DURATION":
        return isinstance(getattr(value, "td", None), timedelta)
    return _is_date(getattr(value, "dt", None))


def _is_date(value: object) -> bool:
    return isinstance(value, date) and value.year in YEARS


@dataclass(frozen=True, slots=True)
class _Date:
    """One of a list of dates, with the parameters of the list."""

    dt: Any
    params: Any


def _dates(event: _Event, name: str) -> list[_Date]:
    """Return the dates of every property of that name; CalendarTooLarge."""
    value = event.get(name, [])
    found = list(chain.from_iterable(_spread(one) for one in _listed(value)))
    if len(found) > MAX_DATES:
        raise CalendarTooLarge("too many dates", what=f"dates in {name}", limit=MAX_DATES)
    return found


def _spread(one: Any) -> Iterator[_Date]:
    for each in getattr(one, "dts", ()):
        yield _Date(each.dt, one.params)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _wall(at: date) -> datetime:
    """Return what a date or a time says on its own clock, without the zone."""
    if isinstance(at, datetime):
        return at.replace(tzinfo=None, microsecond=0, fold=0)
    return datetime.combine(at, time.min)


def _seconds(length: timedelta) -> float | None:
    return length.total_seconds() or None


def _fixed(clocks: _Clocks) -> str:
    """Return the name of the zone of whole hours that a file describes without any change."""
    match = _UTC_OFFSET.fullmatch("".join(clocks.offsets))
    if match is None:
        return ""
    return f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}"


def _name(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].upper()


def _no_calendar(reason: str) -> NotACalendar:
    return NotACalendar(f"no iCalendar file: {reason}", reason=reason)


def _unsupported(what: str) -> CalendarUnsupported:
    return CalendarUnsupported(f"no rule can say {what}", what=what)
