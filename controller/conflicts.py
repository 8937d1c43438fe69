"""What a broadcast would collide with: listed before anybody approves it, and nothing is refused.

Devices that say the same, under the same hours, on the same canvas, need one answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final

from controller.areas import hours_near, line_of, zone_of
from controller.assets import Files
from controller.clock import Clock
from controller.district import District
from controller.errors import NotFound
from controller.explain import titles
from controller.library import Library
from controller.model import (
    Area,
    Broadcast,
    BroadcastDraft,
    BroadcastState,
    ContentKind,
    Device,
    DeviceKind,
)
from controller.planning import Planner, items_of, rule_of
from controller.rendering import canvases
from controller.store import broadcasts, follow, places
from controller.store.bookings import Bookings
from controller.store.broadcasts import Booking
from controller.store.follow import Follower
from controller.store.store import Store
from playlists.errors import ContentRefused
from playlists.schedule.plan import Asset, AssetKind, Item
from playlists.schedule.policy import HoursPolicy

MAX_LISTED: Final = 200
AHEAD: Final = timedelta(days=31)
"""How far conflicts are looked for, from now or from the broadcast's start."""
MAX_OCCURRENCES: Final = 500
"""The first of a broadcast stand for all."""
_SOONEST: Final = timedelta(0)
_UNKNOWN: Final = "0" * 64


class Kind(StrEnum):
    """What is in the way."""

    OVERLAP = "overlap"
    """Another sound wants the same loudspeaker, and is no stronger."""
    SHADOWED = "shadowed"
    """Something stronger is on."""
    OUT_OF_HOURS = "out-of-hours"
    TEXT_TOO_LONG = "text-too-long"
    """It moves or is divided; it does not stand as it is."""
    BOARD_TOO_SMALL = "board-too-small"
    """It cannot be shown there at all."""
    MISSING_ASSET = "missing-asset"
    OFFLINE = "offline"
    NEVER_CONFIRMED = "never-confirmed"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing in the way on one device."""

    kind: Kind
    device: str
    other: str | None = None
    start: datetime | None = None
    """The first instant of it; None = as long as the broadcast goes on."""
    end: datetime | None = None
    """The last instant of it."""
    count: int = 0
    """How many occurrences it touches."""
    whole: bool = False
    """It takes all of the broadcast's time there."""
    rule: str = ""
    """The hours policy."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first conflicts, and how many there are."""

    conflicts: tuple[Conflict, ...]
    total: int
    titles: Mapping[str, str]
    now: datetime


@dataclass(slots=True)
class _Clash:
    """All meetings with one other broadcast."""

    start: datetime
    end: datetime
    length: timedelta = _SOONEST
    met: set[str] = field(default_factory=set)

    def take(self, mine: Item, start: datetime, end: datetime) -> None:
        """Add one meeting."""
        self.start, self.end = min(self.start, start), max(self.end, end)
        self.length += end - start
        self.met.add(mine.occurrence)


class Conflicts:
    """Looks at what is approved, at the hours, the canvases, and at what devices say."""

    def __init__(  # noqa: PLR0917 -- what it looks at
        self,
        store: Store,
        clock: Clock,
        district: District,
        library: Library,
        planner: Planner,
        files: Files,
    ) -> None:
        self._store = store
        self._clock = clock
        self._district = district
        self._library = library
        self._planner = planner
        self._files = files

    def of(self, name: str) -> Found:
        """List the conflicts of a broadcast that is kept; NotFound."""
        with self._store.read() as tx:
            broadcast = broadcasts.find(tx, name)
            if broadcast is None:
                raise NotFound("broadcast", name[:80])
            assets = follow.assets_of(tx, name)
            devices = places.devices(tx, broadcast.devices)
        return self._found(broadcast, devices, assets)

    def check(self, draft: BroadcastDraft) -> Found:
        """List the conflicts of a broadcast that nobody keeps; raises what its rule, targets or
        content raise when it is created."""
        now = self._clock.now()
        devices = self._district.resolve(
            draft.targets, self._library.device_kind(draft.content_kind)
        )
        asset = self._guessed(draft)
        tz = zone_of(line_of(devices[0].area, self._district.areas()))
        zoned = bool(draft.zones_meant)
        rule = rule_of(draft.rule, tz, self._planner.almanac, asset, now, zoned=zoned)
        asked = Broadcast(
            id="",
            draft=draft,
            state=BroadcastState.SUBMITTED,
            content_sha256="",
            devices=tuple(device.id for device in devices),
            first_start=rule.first_start(),
            last_end=rule.last_end(),
            asked_at=now,
            created_at=now,
            created_by="",
            authors=(),
        )
        return self._found(asked, devices, dict.fromkeys(asked.devices, asset))

    def _guessed(self, draft: BroadcastDraft) -> Asset:
        """Return what stands for content that is not rendered: as long as it may become."""
        if self._library.device_kind(draft.content_kind) is DeviceKind.BOARD:
            return Asset(_UNKNOWN, AssetKind.SCENE, 1, 1)
        lengths_ms = self._library.lengths_ms(
            draft.content_kind, draft.content_id, draft.broadcast_class
        )
        return Asset(_UNKNOWN, AssetKind.SOUND, 1, max(1, lengths_ms[0] if lengths_ms else 1))

    def _found(
        self, broadcast: Broadcast, devices: Sequence[Device], assets: Mapping[str, Asset]
    ) -> Found:
        now = self._clock.now()
        names = [device.id for device in devices]
        with self._store.read() as tx:
            areas = places.areas(tx)
            booked = Bookings(tx).of(names, now)
            followers = follow.followers(tx, names)
        look = _Look(broadcast, self._planner, areas, now)
        found = [
            conflict
            for device in devices
            for conflict in look.clashes(device, assets[device.id], booked[device.id])
        ]
        found += self._unfit(broadcast.draft, devices, areas)
        found += self._without_file(assets)
        found += [one for follower in followers for one in _away(follower)]
        found.sort(key=_by_weight)
        listed = tuple(found[:MAX_LISTED])
        with self._store.read() as tx:
            named = titles(tx, {one.other for one in listed if one.other is not None})
        return Found(listed, len(found), named, now)

    def _unfit(
        self, draft: BroadcastDraft, devices: Sequence[Device], areas: Sequence[Area]
    ) -> Iterator[Conflict]:
        """Yield the boards on which a message does not stand, asked once per canvas."""
        if draft.content_kind is not ContentKind.MESSAGE:
            return
        known: dict[object, Kind | None] = {}
        for device, canvas in canvases(devices, areas).items():
            if canvas not in known:
                known[canvas] = self._fit(draft.content_id, device)
            if (kind := known[canvas]) is not None:
                yield Conflict(kind, device)

    def _fit(self, message: str, device: str) -> Kind | None:
        try:
            return None if self._library.fit(message, device).stands else Kind.TEXT_TOO_LONG
        except ContentRefused:
            return Kind.BOARD_TOO_SMALL

    def _without_file(self, assets: Mapping[str, Asset]) -> Iterator[Conflict]:
        files = {one.sha256 for asset in assets.values() for one in asset.files} - {_UNKNOWN}
        missing = {name for name in files if not self._is_there(name)}
        for device, asset in assets.items():
            if missing.intersection(one.sha256 for one in asset.files):
                yield Conflict(Kind.MISSING_ASSET, device)

    def _is_there(self, sha256: str) -> bool:
        try:
            self._files.path(sha256)
        except NotFound:
            return False
        return True


class _Look:
    """One broadcast against what else is on; equal devices are looked at once."""

    def __init__(
        self, broadcast: Broadcast, planner: Planner, areas: Sequence[Area], now: datetime
    ) -> None:
        self._broadcast = broadcast
        self._almanac = planner.almanac
        self._areas = areas
        self._now = now
        self._known: dict[object, list[Conflict]] = {}

    def clashes(
        self, device: Device, asset: Asset, booked: Sequence[Booking]
    ) -> Iterator[Conflict]:
        """Yield what collides on a device."""
        line = line_of(device.area, self._areas)
        hours = hours_near(device, line) if device.kind is DeviceKind.SPEAKER else None
        tz = zone_of(line)
        others = [one for one in booked if one.broadcast.id != self._broadcast.id]
        said = tuple((one.broadcast.id, one.asset.sha256) for one in others)
        case = device.kind, device.mobile, tz, hours, asset, said
        if case not in self._known:
            self._known[case] = [*self._clashes(device, tz, hours, asset, others)]
        for one in self._known[case]:
            yield replace(one, device=device.id)

    def _clashes(
        self,
        device: Device,
        tz: str,
        hours: HoursPolicy | None,
        asset: Asset,
        others: Iterable[Booking],
    ) -> Iterator[Conflict]:
        since = max(self._now, self._broadcast.first_start)
        own = [Booking(self._broadcast, asset)]
        coming = items_of(own, tz, self._almanac, self._now, since + AHEAD, mobile=device.mobile)
        mine = [*islice((one for one in coming if not one.zones), MAX_OCCURRENCES)]
        if not mine:
            return
        end = max(one.end for one in mine)
        theirs = items_of(others, tz, self._almanac, mine[0].start, end, mobile=device.mobile)
        yield from _met(device, mine, [one for one in theirs if not one.zones])
        yield from _silenced(device, mine, hours)


def _met(device: Device, mine: Sequence[Item], theirs: Sequence[Item]) -> Iterator[Conflict]:
    """Yield what wants the same time; on boards, equals take turns."""
    found: dict[tuple[Kind, str], _Clash] = {}
    ordered = sorted(theirs, key=lambda one: one.start)
    open_, next_ = list[Item](), 0
    for one in mine:
        while next_ < len(ordered) and ordered[next_].start < one.end:
            open_.append(ordered[next_])
            next_ += 1
        open_ = [other for other in open_ if _until(other) > one.start]
        for other in open_:
            start, end = max(one.start, other.start), min(_until(one), _until(other))
            kind = _kind(device, one, other)
            if kind is not None and start < end:
                clash = found.setdefault((kind, other.broadcast), _Clash(start, end))
                clash.take(one, start, end)
    total = sum((_until(one) - one.start for one in mine), _SOONEST)
    for (kind, other_name), clash in found.items():
        whole = kind is Kind.SHADOWED and clash.length >= total
        yield Conflict(
            kind, device.id, other_name, clash.start, clash.end, len(clash.met), whole=whole
        )


def _kind(device: Device, mine: Item, other: Item) -> Kind | None:
    if _strength(other) > _strength(mine):
        return Kind.SHADOWED
    return Kind.OVERLAP if device.kind is DeviceKind.SPEAKER else None


def _silenced(
    device: Device, mine: Sequence[Item], hours: HoursPolicy | None
) -> Iterator[Conflict]:
    if hours is None or not hours.binds(mine[0].broadcast_class):
        return
    out = [one for one in mine if not hours.allows_all(one.start, _until(one))]
    if out:
        yield Conflict(
            Kind.OUT_OF_HOURS,
            device.id,
            start=out[0].start,
            end=_until(out[-1]),
            count=len(out),
            whole=len(out) == len(mine),
            rule=hours.name,
        )


def _until(item: Item) -> datetime:
    """Return when a sound is over though its slot goes on; a picture stays for its slot."""
    return item.start + item.length if item.asset.is_heard else item.end


def _strength(item: Item) -> tuple[int, int]:
    return item.broadcast_class.rank, item.priority


def _away(follower: Follower) -> Iterator[Conflict]:
    state = follower.state
    if follower.confirmed_version == 0:
        yield Conflict(Kind.NEVER_CONFIRMED, follower.device)
    elif state is None or not state.online:
        since = None if state is None else state.at
        yield Conflict(Kind.OFFLINE, follower.device, start=since)


def _by_weight(one: Conflict) -> tuple[int, str, str]:
    return list(Kind).index(one.kind), one.device, one.other or ""
