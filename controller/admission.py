"""May this broadcast be planned? Asked before it is kept, and again before it is approved.

Every loudspeaker is judged with what is approved for it already: the rules are about what is heard
in one place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from controller.areas import hours_near, line_of, zone_of
from controller.model import Area, Broadcast, Device, DeviceKind
from controller.planning import items_of
from controller.store import broadcasts, places
from controller.store.broadcasts import Booking
from controller.store.store import Tx
from playlists.schedule import admission, hearing
from playlists.schedule.almanac import Almanac
from playlists.schedule.plan import Asset, Item
from playlists.schedule.policy import HoursPolicy, Ruling, judge_all

LOOK_BACK: Final = timedelta(days=2)
"""A day of any zone that has begun is not over: its sessions count."""
_AROUND: Final = timedelta(days=1)
AHEAD: Final = timedelta(days=400)
"""How far a rule is judged: its next year with all feasts. Units judge every day again."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """An approved broadcast that the unit will refuse by the rules that hold now."""

    broadcast: str
    device: str
    start: datetime
    ruling: Ruling


def admit(
    tx: Tx,
    broadcast: Broadcast,
    areas: Sequence[Area],
    almanac: Almanac,
    now: datetime,
    *,
    unkept: Mapping[str, Asset] | None = None,
) -> None:
    """Return when every loudspeaker's hours have room for all of a broadcast that is to come within
    AHEAD of now, or of its start; else raise the refusal of the first that has not (see
    `playlists.schedule.admission`). `unkept` are the assets of a broadcast that is not kept yet."""
    judged, upto = set(), max(now, broadcast.first_start) + AHEAD
    for device, policy, tz in _binding(places.devices(tx, broadcast.devices), areas):
        if not policy.binds(broadcast.draft.broadcast_class):
            continue
        bookings = broadcasts.booked(tx, device.id, now - LOOK_BACK, besides=broadcast.id)
        if unkept is not None:
            bookings.append(Booking(broadcast, unkept[device.id]))
        said = tuple((one.broadcast.id, one.asset) for one in bookings)
        if (case := (policy, tz, device.mobile, said)) not in judged:
            judged.add(case)  # loudspeakers that say the same need one answer
            mine = [one for one in bookings if one.broadcast.id == broadcast.id]
            others = [one for one in bookings if one.broadcast.id != broadcast.id]
            wanted = [*items_of(mine, tz, almanac, now, upto, mobile=device.mobile)]
            besides = partial(items_of, others, tz, almanac, mobile=device.mobile)
            _admit_one(policy, wanted, besides)


def misfits(
    tx: Tx,
    devices: Iterable[Device],
    areas: Sequence[Area],
    almanac: Almanac,
    now: datetime,
) -> list[Misfit]:
    """Return the approved broadcasts that the hours of these devices no longer allow within AHEAD,
    each once."""
    found: dict[str, Misfit] = {}
    for device, policy, tz in _binding(devices, areas):
        bookings = broadcasts.booked(tx, device.id, now - LOOK_BACK)
        since, upto = now - LOOK_BACK, now + AHEAD
        found_there = items_of(bookings, tz, almanac, since, upto, mobile=device.mobile)
        for item, ruling in _rulings(policy, [*found_there], now):
            if not ruling.allowed:
                misfit = Misfit(item.broadcast, device.id, item.start, ruling)
                found.setdefault(item.broadcast, misfit)
    return sorted(found.values(), key=lambda one: (one.start, one.broadcast))


def _rulings(
    policy: HoursPolicy, items: Sequence[Item], now: datetime
) -> Iterator[tuple[Item, Ruling]]:
    """Yield what the hours say of each item that is still to come, in each place that hears it."""
    for place in hearing.places(items):
        there = [item for item in items if hearing.heard_at(place, item)]
        heard = [*zip(there, hearing.laid_out(there), strict=True)]
        past = [airing for item, airing in heard if item.end <= now]
        coming = [(item, airing) for item, airing in heard if item.end > now]
        rulings = judge_all(policy, past, [airing for _, airing in coming])
        yield from zip((item for item, _ in coming), rulings, strict=True)


def _binding(
    devices: Iterable[Device], areas: Sequence[Area]
) -> Iterator[tuple[Device, HoursPolicy, str]]:
    """Yield every loudspeaker that has hours to keep, with them and its time zone."""
    for device in devices:
        line = line_of(device.area, areas)
        policy = hours_near(device, line)
        if device.kind is DeviceKind.SPEAKER and policy is not None:
            yield device, policy, zone_of(line)


def _admit_one(
    policy: HoursPolicy,
    wanted: Sequence[Item],
    others: Callable[[datetime, datetime], Iterable[Item]],
) -> None:
    """Judge what one loudspeaker is to say; `others` are what it says besides, between instants.

    What a truck says in zones is judged where it is heard, as though a loudspeaker stood there:
    decision 0013. The truck judges every pass, and lets nobody hear it twice at the cost of this.
    """
    if not wanted:
        return
    after = min(one.start for one in wanted) - _AROUND
    before = max(one.end for one in wanted) + _AROUND
    besides = [*others(after, before)]
    for place in hearing.places([*wanted, *besides]):
        mine = [one for one in wanted if hearing.heard_at(place, one)]
        theirs = [one for one in besides if hearing.heard_at(place, one)]
        airings = hearing.laid_out([*mine, *theirs])
        admission.admit(policy, airings[len(mine) :], airings[: len(mine)])
