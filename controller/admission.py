"""May this broadcast be planned? Asked before it is kept, and again before it is approved.

Every loudspeaker is judged with what is approved for it already: the rules are about what is heard
in one place.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from controller.areas import hours_near, line_of, zone_of
from controller.model import Area, Broadcast, Device, DeviceKind
from controller.planning import items_of
from controller.store import broadcasts, places
from controller.store.store import Tx
from playlists.schedule import admission
from playlists.schedule.plan import Item
from playlists.schedule.policy import HoursPolicy, Ruling, judge_all
from playlists.schedule.sessions import Airing

LOOK_BACK: Final = timedelta(days=2)
"""A day of any zone that has begun is not over: its sessions count."""
_AROUND: Final = timedelta(days=1)
_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Misfit:
    """An approved broadcast that the unit will refuse by the rules that hold now."""

    broadcast: str
    device: str
    start: datetime
    ruling: Ruling


def admit(tx: Tx, broadcast: Broadcast, areas: Sequence[Area], now: datetime) -> None:
    """Return when every loudspeaker's hours have room for all of a broadcast that is still to
    come; else raise the refusal of the first that has not (see `playlists.schedule.admission`)."""
    judged = set()
    for device, policy, tz in _binding(places.devices(tx, broadcast.devices), areas):
        if not policy.binds(broadcast.draft.broadcast_class):
            continue
        bookings = broadcasts.booked(tx, device.id, now - LOOK_BACK, besides=broadcast.id)
        said = tuple((one.broadcast.id, one.asset) for one in bookings)
        if (case := (policy, tz, device.mobile, said)) not in judged:
            judged.add(case)  # loudspeakers that say the same need one answer
            mine = [one for one in bookings if one.broadcast.id == broadcast.id]
            others = [one for one in bookings if one.broadcast.id != broadcast.id]
            wanted = [*items_of(mine, tz, now, _FOR_EVER, mobile=device.mobile)]
            _admit_one(policy, wanted, partial(items_of, others, tz, mobile=device.mobile))


def misfits(
    tx: Tx, devices: Iterable[Device], areas: Sequence[Area], now: datetime
) -> list[Misfit]:
    """Return the approved broadcasts that the hours of these devices no longer allow, each once."""
    found: dict[str, Misfit] = {}
    for device, policy, tz in _binding(devices, areas):
        bookings = broadcasts.booked(tx, device.id, now - LOOK_BACK)
        found_there = items_of(bookings, tz, now - LOOK_BACK, _FOR_EVER, mobile=device.mobile)
        items = [item for item in found_there if not item.zones]
        past = [_airing(item) for item in items if item.end <= now]
        coming = [item for item in items if item.end > now]
        rulings = judge_all(policy, past, [_airing(item) for item in coming])
        for item, ruling in zip(coming, rulings, strict=True):
            if not ruling.allowed:
                misfit = Misfit(item.broadcast, device.id, item.start, ruling)
                found.setdefault(item.broadcast, misfit)
    return sorted(found.values(), key=lambda one: (one.start, one.broadcast))


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

    What a truck says in zones it says once per pass: nobody knows when, and each zone hears its
    own. It must be allowed at its start; the truck judges every pass.
    """
    for item in wanted:
        if item.zones:
            admission.admit(policy, (), [_airing(item)])
    here = [_airing(item) for item in wanted if not item.zones]
    if here:
        after = min(one.start for one in here) - _AROUND
        before = max(one.end for one in here) + _AROUND
        so_far = [_airing(item) for item in others(after, before) if not item.zones]
        admission.admit(policy, so_far, here)


def _airing(item: Item) -> Airing:
    """Return when a sound is heard: for its length, or until the plan cuts it."""
    return Airing(item.start, item.start + item.length, item.broadcast_class)
