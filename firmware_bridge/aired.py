"""What one loudspeaker has said of late: what its hours policy counts. Lives in the journal.

Each sound claims the time that the plan gives it as soon as it begins, so that a power cut cannot
make its session vanish. It gives the rest back when it ends, unless it was broken off and may go
on: what comes next in the same planned session is no session of its own.

What a truck says in a zone counts in that zone only, for nobody else hears it.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from firmware_bridge.link.messages import EndReason
from playlists.schedule import instant
from playlists.schedule.hearing import EVERYWHERE
from playlists.schedule.plan import Item
from playlists.schedule.sessions import Airing
from playlists.schedule.urgency import BroadcastClass

MAX_KEPT: Final = 512
"""By number and not by age: a clock that jumped to another year and back must forget nothing."""
SLOW: Final = timedelta(minutes=1)
"""A sound that seems to have taken so much longer than itself did not: the clock has jumped."""
_BROKEN_OFF: Final = frozenset(
    {EndReason.INTERRUPTED, EndReason.FAULT, EndReason.POWER_LOST, EndReason.STOPPED}
)


def facts_of(item: Item) -> dict[str, str]:
    """Return what the journal notes of a sound for this; nothing for what no policy counts."""
    if not item.asset.is_heard or item.broadcast_class is BroadcastClass.EMERGENCY:
        return {}
    length = item.length
    return {
        "class": item.broadcast_class.value,
        "sound_end": instant.to_text(item.start + length),
        "sound_ms": str(length // timedelta(milliseconds=1)),
        "zone": zone_of(item),
    }


def zone_of(item: Item) -> str:
    """Return the zone in which a truck says it; EVERYWHERE = wherever the loudspeaker is."""
    return item.zones[0] if item.zones else EVERYWHERE


@dataclass(frozen=True, slots=True)
class _Heard:
    """An airing, and where."""

    airing: Airing
    zone: str


class Aired:
    """The newest airings, whatever the clock said when they were heard."""

    def __init__(self) -> None:
        self._over: deque[_Heard] = deque(maxlen=MAX_KEPT)
        self._on: dict[int, tuple[_Heard, timedelta]] = {}

    def airings(self, zone: str) -> list[Airing]:
        """Return what was heard in a zone, or is on now, with all the time it claims; sounds of no
        zone are heard in each."""
        heard = [*self._over, *(one for one, _ in self._on.values())]
        return [one.airing for one in heard if one.zone in {zone, EVERYWHERE}]

    def begin(self, mark: int, facts: Mapping[str, str], at: datetime) -> None:
        """Note that something is on; what `facts_of` says nothing of does not count."""
        if "class" in facts:
            planned_end = instant.from_text(facts["sound_end"])
            length = timedelta(milliseconds=int(facts["sound_ms"]))
            end = min(planned_end, at + length) if planned_end > at else at + length
            airing = Airing(at, end, BroadcastClass(facts["class"]))
            self._on[mark] = _Heard(airing, facts.get("zone", EVERYWHERE)), length

    def end(self, mark: int, at: datetime, reason: EndReason) -> None:
        """Note that it is over."""
        if mark in self._on:
            heard, length = self._on.pop(mark)
            airing = heard.airing
            earliest = airing.end if reason in _BROKEN_OFF else airing.start
            end = min(max(at, earliest), airing.start + length + SLOW)
            self._over.append(replace(heard, airing=replace(airing, end=end)))

    def to_json(self) -> list[dict[str, str]]:
        """Return what is over, for the top of a journal that is written anew."""
        return [
            {
                "start": instant.to_text(one.airing.start),
                "end": instant.to_text(one.airing.end),
                "class": one.airing.broadcast_class.value,
                "zone": one.zone,
            }
            for one in self._over
        ]

    def restore(self, document: list[Mapping[str, Any]]) -> None:
        """Take what is over from the top of a journal."""
        self._over.extend(
            _Heard(
                Airing(
                    instant.from_text(one["start"]),
                    instant.from_text(one["end"]),
                    BroadcastClass(one["class"]),
                ),
                str(one.get("zone", EVERYWHERE)),
            )
            for one in document
        )
