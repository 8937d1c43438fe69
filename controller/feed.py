"""The feed for citizens: what was announced in an area, as anybody may read it.

Anybody may ask, so an answer is made once a minute at most, one at a time.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from controller.areas import below, line_of, zone_of
from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import Forbidden, NotFound
from controller.model import Announcement, Area, ContentKind, Message, Person
from controller.store import announcements, contents, live, places
from controller.store import feed as rows
from controller.store.feed import Announced
from controller.store.store import Store, Tx
from playlists.errors import ContentRefused
from playlists.schedule.urgency import BroadcastClass
from playlists.text import markup
from playlists.text.document import Words

REACH: Final = timedelta(days=30)
MOST: Final = 50
"""Entries of a feed."""
LOOK_AT: Final = 200
"""Broadcasts that are looked at for them."""
FRESH_FOR: Final = timedelta(minutes=1)
TITLE_CHARS: Final = 80
LIVE: Final = "Thông báo trực tiếp"
"""Who speaks is nobody's business but the ward's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One announcement."""

    id: str
    title: str
    text: str
    broadcast_class: BroadcastClass
    areas: tuple[str, ...]
    first_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """What was announced in an area and below, the newest first."""

    area: Area
    tz: str
    entries: tuple[Entry, ...]


class Feeds:
    """Feeds of areas. An area has one unless it, or one above it, says that it has none."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._made: dict[str, tuple[datetime, Feed]] = {}
        self._making = threading.Lock()

    def of(self, area: str) -> Feed:
        """Return the feed of an area; NotFound where there is none."""
        if not self.is_on(area):
            raise NotFound("feed", area[:80])
        with self._making:
            now = self._clock.now()
            known = self._made.get(area)
            if known is None or not known[0] <= now < known[0] + FRESH_FOR:
                known = self._made[area] = now, self._make(area, now)
        return known[1]

    def is_on(self, area: str) -> bool:
        """Say whether an area has a feed; NotFound when there is no such area."""
        with self._store.read() as tx:
            return _is_on(_line(tx, area), rows.switches(tx))

    def switch(self, area: str, person: Person, *, on: bool | None) -> bool:
        """Switch an area's feed, with those below it, on or off; None = as the area above says.

        Return what holds now. Raises NotFound, Forbidden.
        """
        if not person.may_approve_alone:
            raise Forbidden("a feed is for everybody", action="switch a feed")
        with self._store.write() as tx:
            line = _line(tx, area)
            before = rows.switches(tx).get(area)
            rows.set_switch(tx, area, on)
            holds = _is_on(line, rows.switches(tx))
            was, becomes = content_of(before), content_of(on)
            thing, now = f"area:{area}", self._clock.now()
            record(tx, now, person, "switch-feed", thing, before=was, after=becomes)
        return holds

    def _make(self, area: str, now: datetime) -> Feed:
        with self._store.read() as tx:
            line, switches = _line(tx, area), rows.switches(tx)
            areas = places.areas(tx)
            inside = {name for name in below(area, areas) if _is_on(line_of(name, areas), switches)}
            found = rows.announced(tx, inside, now - REACH, now, LOOK_AT)[:MOST]
            entries = tuple(_entry(tx, one, inside) for one in found)
        return Feed(line[0], zone_of(line), entries)


def _line(tx: Tx, area: str) -> list[Area]:
    areas = places.areas(tx)
    if all(one.id != area for one in areas):
        raise NotFound("area", area[:80])
    return line_of(area, areas)


def _is_on(line: Iterable[Area], switches: Mapping[str, bool]) -> bool:
    return next((switches[one.id] for one in line if one.id in switches), True)


def _entry(tx: Tx, one: Announced, inside: Iterable[str]) -> Entry:
    draft = one.broadcast.draft
    title, text = _told(tx, draft.content_kind, draft.content_id)
    return Entry(
        id=one.broadcast.id,
        title=title if len(title) <= TITLE_CHARS else title[: TITLE_CHARS - 1].rstrip() + "…",
        text=text,
        broadcast_class=draft.broadcast_class,
        areas=tuple(rows.areas_of(tx, one.broadcast.id, inside)),
        first_at=one.first_at,
    )


def _told(tx: Tx, kind: ContentKind, name: str) -> tuple[str, str]:
    """Return a title and a text for people."""
    if kind is ContentKind.PAGE:
        return LIVE, LIVE
    found: object = {
        ContentKind.MESSAGE: contents.message,
        ContentKind.IMAGE: contents.image,
        ContentKind.CLIP: contents.clip,
        ContentKind.ANNOUNCEMENT: announcements.find,
        ContentKind.PLAYLIST: contents.playlist,
        ContentKind.RELAY: live.relay,
    }[kind](tx, name)
    if isinstance(found, Message):
        text = _plain(found.text)
        return text.partition("\n")[0] or "(bảng chữ)", text
    title = str(getattr(found, "name", ""))
    if isinstance(found, Announcement):
        spoken = "\n".join(part.text or part.spoken for part in found.parts)
        return title or spoken.partition("\n")[0], spoken
    return title, title


def _plain(text: str) -> str:
    """Return the words of a message, without its markup and what only a board can fill in."""
    try:
        document = markup.parse(text)
    except ContentRefused:
        return text
    lines = (line for sheet in document.sheets for line in sheet.lines)
    told = ("".join(one.text for one in line.parts if isinstance(one, Words)) for line in lines)
    return "\n".join(" ".join(line.split()) for line in told if line.strip())
