"""Who hears what a loudspeaker says: what the rules of sessions count on a truck. Pure.

People in one place hear what a truck says there and what it says everywhere. So each zone is judged
by itself, as though a loudspeaker stood in it. A fixed loudspeaker is heard in one place.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from playlists.schedule.plan import Item
from playlists.schedule.sessions import Airing

EVERYWHERE: Final = ""
"""The place of those who are in no zone, and hear only what is said everywhere."""
_MARK: Final = "/"


def heard_at(place: str, item: Item) -> bool:
    """Say whether an item is for those in a place."""
    return not item.zones or place in item.zones


def places(items: Iterable[Item]) -> list[str]:
    """Return every place in which something is heard, in order."""
    return sorted({place for item in items for place in item.zones or (EVERYWHERE,)})


def laid_out(items: Sequence[Item], free_at: datetime | None = None) -> list[Airing]:
    """Return when items are heard where a truck stands, each at its place in the list.

    What has an instant has its instant. What waits for the truck finds it there, and is heard
    after what began before it; nothing of that before `free_at`.
    """
    found: dict[int, Airing] = {}
    for index in sorted(range(len(items)), key=lambda index: _order(items[index])):
        item = items[index]
        start = item.start if not item.zones or free_at is None else max(item.start, free_at)
        found[index] = Airing(start, start + item.length, item.broadcast_class)
        free_at = start + item.length if free_at is None else max(free_at, start + item.length)
    return [found[index] for index in range(len(items))]


def pass_name(occurrence: str, zone: str, entered: str) -> str:
    """Return the name of what is heard in one pass through a zone that began at an instant."""
    return _MARK.join((occurrence, zone, entered))


def pass_prefix(occurrence: str, zone: str | None = None) -> str:
    """Return how the names begin of what is heard of a planned item in passes, or in a zone's."""
    return occurrence + _MARK if zone is None else _MARK.join((occurrence, zone, ""))


def planned_name(name: str) -> str:
    """Return the planned occurrence that a pass's is made of."""
    return name.rsplit(_MARK, 2)[0]


def zone_of(name: str) -> str:
    """Return the zone of an occurrence that is a pass's; EVERYWHERE of any other."""
    parts = name.rsplit(_MARK, 2)
    return parts[1] if len(parts) == 3 else EVERYWHERE  # noqa: PLR2004 -- what pass_name joins


def _order(item: Item) -> tuple[datetime, str]:
    return item.start, item.occurrence
