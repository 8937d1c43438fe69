"""Calendars: what a device or an area is to say as an .ics file, and .ics files as rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from controller.areas import DEFAULT_TZ, below, line_of, zone_of
from controller.clock import Clock
from controller.errors import NotFound
from controller.model import Area, Broadcast, BroadcastDraft, ContentKind, Device, Message
from controller.planning import Planner, rule_of
from controller.store import announcements, broadcasts, contents, live, places
from controller.store.broadcasts import Booking
from controller.store.store import Store, Tx
from playlists.errors import ContentRefused
from playlists.schedule import calendar_in, calendar_out, instant, rules, wording
from playlists.schedule.calendar_out import Entry
from playlists.schedule.draft import RuleDraft
from playlists.schedule.refusals import WindowTooLong
from playlists.schedule.rules import Rule
from playlists.schedule.wording import Sentence

MAX_WINDOW: Final = timedelta(days=400)
"""Of dates that are written one by one."""
NEXT: Final = 5
"""Occurrences that are told with a rule."""
_ANY_LENGTH_S: Final = 1.0
"""For a rule whose content is not chosen yet, and may be a sound with a length of its own."""
_UNREADABLE: Final = Sentence(
    "quy tắc này không còn đọc được: buổi, ngày lễ hoặc múi giờ trong đó đã bị bỏ",
    "this rule cannot be read any more: a part of a day, a holiday or a zone in it is gone",
)


@dataclass(frozen=True, slots=True)
class ToldRule:
    """A rule with its sentence, and its next starts on the area's clocks."""

    rule: RuleDraft
    said: Sentence
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event of a calendar file: what it would be here, or why it cannot be."""

    uid: str
    title: str
    told: ToldRule | None
    refusal: ContentRefused | None


class Calendars:
    """Rules in words, and calendars in and out."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner

    def said(self, broadcast: Broadcast) -> Sentence:
        """Say when a broadcast is, as approvers read it."""
        try:
            return self._said(broadcast.draft.rule, DEFAULT_TZ)
        except ContentRefused:
            return _UNREADABLE

    def tell(self, draft: RuleDraft, area: str | None) -> ToldRule:
        """Check a rule for an area, and say it; ContentRefused, NotFound."""
        return self._tell(draft, self._zone(area))

    def read(self, data: bytes, area: str | None) -> list[ToldEvent]:
        """Read a calendar file for an area, event by event, and keep nothing.

        Raises NotACalendar, CalendarTooLarge, NotFound.
        """
        tz = self._zone(area)
        return [self._told(event, tz) for event in calendar_in.read(data, tz)]

    def of_device(self, name: str, after: datetime, before: datetime) -> bytes:
        """Return what is approved for a device as an .ics file; dates that no recurrence can say
        are written from `after` to `before`. Raises NotFound, WindowTooLong, ExplodingRrule."""
        with self._store.read() as tx:
            found = places.devices(tx, [name])
            if not found:
                raise NotFound("device", name[:80])
            return self._written(tx, found[0].name, found, after, before)

    def of_area(self, name: str, after: datetime, before: datetime) -> bytes:
        """Return the same for everything in an area, each broadcast once."""
        with self._store.read() as tx:
            areas = places.areas(tx)
            inside = below(name, areas)
            if not inside:
                raise NotFound("area", name[:80])
            devices = [one for one in places.devices(tx) if one.area in inside]
            title = next(area.name for area in areas if area.id == name)
            return self._written(tx, title, devices, after, before)

    def _written(
        self, tx: Tx, title: str, devices: Iterable[Device], after: datetime, before: datetime
    ) -> bytes:
        if before - after > MAX_WINDOW:
            days = MAX_WINDOW.days
            raise WindowTooLong(f"more than {days} days at once", limit_days=days)
        return calendar_out.write(title, self._entries(tx, devices, after), after, before)

    def _entries(self, tx: Tx, devices: Iterable[Device], after: datetime) -> Iterator[Entry]:
        """Yield each broadcast once; more often where devices of other zones or lengths differ."""
        areas = places.areas(tx)
        seen: dict[str, set[tuple[str, timedelta | None]]] = {}
        for device in devices:
            tz = zone_of(line_of(device.area, areas))
            for booking in broadcasts.booked(tx, device.id, after):
                rule = self._rule(booking, tz)
                if rule is None:
                    continue
                kind = (rule.pattern.zone.key, rule.pattern.duration)
                same = seen.setdefault(booking.broadcast.id, set())
                if kind not in same:
                    same.add(kind)
                    yield self._entry(tx, booking.broadcast, rule, len(same))

    def _rule(self, booking: Booking, tz: str) -> Rule | None:
        broadcast, asset = booking.broadcast, booking.asset
        zoned = bool(broadcast.draft.zones_meant)
        try:
            return rule_of(
                broadcast.draft.rule,
                tz,
                self._planner.almanac,
                asset,
                broadcast.asked_at,
                zoned=zoned,
            )
        except ContentRefused:
            return None

    def _entry(self, tx: Tx, broadcast: Broadcast, rule: Rule, number: int) -> Entry:
        draft = _resolved(broadcast, rule)
        said = self._said(draft, rule.pattern.zone.key)
        return Entry(
            uid=broadcast.id if number == 1 else f"{broadcast.id}-{number}",
            title=title_of(tx, broadcast.draft),
            description=f"{said.vi}.\n{said.en}.",
            draft=draft,
            rule=rule,
            changed_at=broadcast.created_at,
        )

    def _told(self, event: calendar_in.ReadEvent, tz: str) -> ToldEvent:
        if event.rule is None:
            return ToldEvent(event.uid, event.title, None, event.refusal)
        try:
            return ToldEvent(event.uid, event.title, self._tell(event.rule, tz), None)
        except ContentRefused as exc:
            return ToldEvent(event.uid, event.title, None, exc)

    def _tell(self, draft: RuleDraft, tz: str) -> ToldRule:
        now = self._clock.now()
        almanac = self._planner.almanac
        rule = rules.parse(draft, tz, almanac, now=now, default_duration_s=_ANY_LENGTH_S)
        coming = rule.occurrences(now, max(now, rule.first) + MAX_WINDOW)
        zone = ZoneInfo(tz)
        starts = (instant.to_local_text(start, zone) for start, _ in coming)
        return ToldRule(draft, self._said(draft, tz), tuple(islice(starts, NEXT)))

    def _said(self, draft: RuleDraft, tz: str) -> Sentence:
        return wording.describe(draft, tz, self._planner.almanac)

    def _zone(self, area: str | None) -> str:
        if area is None:
            return DEFAULT_TZ
        with self._store.read() as tx:
            areas: list[Area] = places.areas(tx)
        if all(one.id != area for one in areas):
            raise NotFound("area", area[:80])
        return zone_of(line_of(area, areas))


def _resolved(broadcast: Broadcast, rule: Rule) -> RuleDraft:
    """Return a rule that means the same whenever and wherever it is read."""
    draft, zone, length = broadcast.draft.rule, rule.pattern.zone, rule.pattern.duration
    start = draft.start
    if start is None:
        asked = broadcast.asked_at
        today = instant.to_wall(asked, zone).date().isoformat()
        start = instant.to_text(asked) if draft.times is None else today
    duration_s = None if length is None or draft.end is not None else length.total_seconds()
    return replace(draft, start=start, duration_s=duration_s, tz=zone.key)


def title_of(tx: Tx, draft: BroadcastDraft) -> str:
    """Return what content is called: a message by its words, everything else by its name."""
    find = _SHELVES.get(draft.content_kind)
    found = None if find is None else find(tx, draft.content_id)
    if isinstance(found, Message):
        return found.text
    return str(getattr(found, "name", draft.content_kind.value))


_SHELVES: Final[Mapping[ContentKind, Callable[[Tx, str], object]]] = {
    ContentKind.MESSAGE: contents.message,
    ContentKind.IMAGE: contents.image,
    ContentKind.CLIP: contents.clip,
    ContentKind.ANNOUNCEMENT: announcements.find,
    ContentKind.PLAYLIST: contents.playlist,
    ContentKind.RELAY: live.relay,
}
