"""The JSON of trucks: their rules, zones, and a map of what was said where."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from api.forms import In, Out
from api.schemas import Instant, Name
from controller.model import AsRunEntry, TruckZone
from playlists.schedule import instant
from playlists.schedule.passes import DEFAULT_RULES, Ending, PassRules
from playlists.schedule.zones import MAX_POINTS

Corner = Annotated[list[float], Field(min_length=2, max_length=2)]
"""Latitude, then longitude: WGS84 degrees, north and east positive."""
MAX_CORNERS = MAX_POINTS + 1
"""The first corner may stand at the end again."""


class ZoneShapeIn(BaseModel):
    """All of a zone but its name for programs."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: Name
    polygon: list[Corner] = Field(max_length=10 * MAX_CORNERS)
    """Corners in order; the zone itself says how many there may be, in the operator's words."""
    cap_db: float = 0.0
    """How much quieter than recorded every sound is here at least: 0 or less."""
    quiet: bool = False
    """Nothing but emergencies is heard here."""


class ZoneIn(ZoneShapeIn):
    """A new zone of trucks."""

    id: Name


class ZoneOut(BaseModel):
    """A zone of trucks."""

    id: str
    name: str
    polygon: list[Corner]
    cap_db: float
    quiet: bool
    created_at: Instant
    created_by: str

    @classmethod
    def of(cls, entry: TruckZone) -> Self:
        """Show a zone."""
        zone = entry.zone
        return cls(
            id=zone.id,
            name=entry.name,
            polygon=[[one.lat_deg, one.lon_deg] for one in zone.polygon.corners],
            cap_db=zone.cap_db,
            quiet=zone.quiet,
            created_at=entry.created_at,
            created_by=entry.created_by,
        )


class PassesIn(In):
    """How sure a truck must be of a pass; what is left out is as usual."""

    settle_s: float = DEFAULT_RULES.settle_s
    """So long inside, or outside, and a pass has begun, or ended."""
    settle_m: float = DEFAULT_RULES.settle_m
    """Or so far."""
    max_speed_kmh: float = DEFAULT_RULES.max_speed_kmh
    """Nothing of a zone starts above it."""
    lost_after_s: float = DEFAULT_RULES.lost_after_s
    """So long without a believable fix, and nobody knows where the truck is."""
    when_lost: Ending = DEFAULT_RULES.when_lost
    """What becomes of the sound that is on."""
    when_left: Ending = DEFAULT_RULES.when_left

    def to_rules(self) -> PassRules:
        """Return the same as the controller takes it; PassRuleBounds."""
        return PassRules.asked(**self.model_dump())


class PassesOut(Out):
    """The rules of a truck's passes."""

    settle_s: float
    settle_m: float
    max_speed_kmh: float
    lost_after_s: float
    when_lost: Ending
    when_left: Ending


class MobileIn(In):
    """Whether a loudspeaker is on a truck."""

    mobile: bool


def said_where(entries: Iterable[AsRunEntry], following: str | None) -> dict[str, object]:
    """Return a page of the as-run log as GeoJSON (RFC 7946: longitude first).

    `next` is the cursor of the following page, as in other lists.
    """
    features = [_feature(entry) for entry in entries]
    return {"type": "FeatureCollection", "features": features, "next": following}


def _feature(entry: AsRunEntry) -> dict[str, object]:
    """Draw an entry as the stretch from where it began to where it ended, or as a point."""
    ends = [
        [lon, lat]
        for lat, lon in (
            (entry.started_lat, entry.started_lon),
            (entry.ended_lat, entry.ended_lon),
        )
        if lat is not None and lon is not None
    ]
    is_point = len(ends) == 1 or ends[0] == ends[-1]
    kind, coordinates = ("Point", ends[0]) if is_point else ("LineString", ends)
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": {
            "device": entry.device,
            "seq": entry.seq,
            "broadcast": entry.broadcast,
            "occurrence": entry.occurrence,
            "asset": entry.asset,
            "started_at": _told(entry.started_at),
            "ended_at": _told(entry.ended_at),
            "end_reason": entry.end_reason,
            "detail": entry.detail,
        },
    }


def _told(at: datetime | None) -> str | None:
    return None if at is None else instant.to_text(at)
