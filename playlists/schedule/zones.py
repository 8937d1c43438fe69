"""Zones of loudspeaker trucks: polygons on WGS84, and how far inside or outside a place is. Pure.

A zone is small, so the earth is flat in it: around the middle of its box a degree is so many metres
north and so many east, by the ellipsoid. At the far corner of the largest zone allowed the error is
below one in two hundred, on an edge nearby it is centimetres.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from playlists.errors import BadBytes, ContentRefused
from playlists.schedule.refusals import ZoneBadPlace, ZoneCrossesItself, ZonePoints, ZoneSize

MAX_ZONES: Final = 100
"""In one plan: with MAX_POINTS each they are a third of the largest plan."""
MIN_POINTS: Final = 3
MAX_POINTS: Final = 60
MAX_NAME_CHARS: Final = 63
MAX_LAT_DEG: Final = 85.0
"""Nearer to a pole metres east mean nothing; nobody drives there."""
MAX_LON_DEG: Final = 180.0
MAX_SIDE_M: Final = 50_000.0
"""A commune is smaller; a larger box is most likely a slip in one corner."""
MIN_AREA_M2: Final = 100.0
"""Ten by ten metres: receivers are not better than that."""
MIN_CAP_DB: Final = -60.0
EDGE_M: Final = 0.01
"""So near to its edge a place is in the zone: whose hand drew the edge hit it no better."""
_DECIMALS: Final = 7
"""Of a degree: a centimetre."""

_EQUATOR_M: Final = 6_378_137.0
_FLATTENING: Final = 1 / 298.257223563
_ECCENTRICITY2: Final = _FLATTENING * (2 - _FLATTENING)
_CIRCLE_DEG: Final = 360.0

Vector = tuple[float, float]
"""Metres east and north."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point on earth: WGS84 degrees, north and east positive."""

    lat_deg: float
    lon_deg: float

    def metres_to(self, other: "Place") -> float:
        """Return the distance; right for neighbours, good enough to see a leap."""
        return math.hypot(*_Flat(self).vector(other))


class _Flat:
    """The flat earth around a place."""

    def __init__(self, middle: Place) -> None:
        lat = math.radians(middle.lat_deg)
        bend = 1 - _ECCENTRICITY2 * math.sin(lat) ** 2
        self._middle = middle
        self._north_m = math.radians(_EQUATOR_M * (1 - _ECCENTRICITY2) / bend**1.5)
        self._east_m = math.radians(_EQUATOR_M / math.sqrt(bend) * math.cos(lat))

    def vector(self, place: Place) -> Vector:
        """Return where a place lies from the middle."""
        east_deg = _turned(place.lon_deg - self._middle.lon_deg)
        return east_deg * self._east_m, (place.lat_deg - self._middle.lat_deg) * self._north_m


def _turned(lon_deg: float) -> float:
    """Return the same longitude between -180 and 180."""
    return (lon_deg + MAX_LON_DEG) % _CIRCLE_DEG - MAX_LON_DEG


@dataclass(frozen=True)
class Polygon:
    """An area by its corners, in either direction; the last edge leads back to the first corner.

    ContentRefused says what is wrong with corners that make no area.
    """

    corners: tuple[Place, ...]

    def __post_init__(self) -> None:
        if not MIN_POINTS <= len(self.corners) <= MAX_POINTS:
            raise ZonePoints(
                f"{len(self.corners)} corners",
                count=len(self.corners),
                least=MIN_POINTS,
                limit=MAX_POINTS,
            )
        for one in self.corners:
            if not (abs(one.lat_deg) <= MAX_LAT_DEG and abs(one.lon_deg) <= MAX_LON_DEG):
                raise ZoneBadPlace(
                    f"no place for a zone: {one}", lat=_told(one.lat_deg), lon=_told(one.lon_deg)
                )
        self._check_shape()

    @classmethod
    def of(cls, corners: Sequence[Sequence[float]]) -> Self:
        """Return the polygon of (latitude, longitude) pairs; a repeated first corner may end it."""
        places = [Place(round(lat, _DECIMALS), round(lon, _DECIMALS)) for lat, lon in corners]
        if len(places) > MIN_POINTS and places[0] == places[-1]:
            places.pop()
        return cls(tuple(places))

    def depth_m(self, place: Place) -> float:
        """Return the distance to the edge: positive inside, negative outside."""
        if abs(place.lat_deg) > MAX_LAT_DEG:
            return -math.inf
        at = self._flat.vector(place)
        edge_m = min(_distance_m(at, *edge) for edge in self._edges)
        return edge_m if _is_inside(at, self._edges) else -edge_m

    def contains(self, place: Place) -> bool:
        """Say whether a place is inside, the edge included."""
        return self.is_near(place, EDGE_M) and self.depth_m(place) >= -EDGE_M

    def is_near(self, place: Place, within_m: float) -> bool:
        """Say whether a place is so near to the box around the corners: cheap to ask."""
        x, y = self._flat.vector(place)
        (left, bottom), (right, top) = self._box
        return left - within_m <= x <= right + within_m and bottom - within_m <= y <= top + within_m

    @cached_property
    def _flat(self) -> _Flat:
        lats = [one.lat_deg for one in self.corners]
        first = self.corners[0].lon_deg
        lons = [first + _turned(one.lon_deg - first) for one in self.corners]
        middle_lon = _turned((min(lons) + max(lons)) / 2)
        return _Flat(Place((min(lats) + max(lats)) / 2, middle_lon))

    @cached_property
    def _shape(self) -> tuple[Vector, ...]:
        return tuple(self._flat.vector(one) for one in self.corners)

    @cached_property
    def _edges(self) -> tuple[tuple[Vector, Vector], ...]:
        shape = self._shape
        return tuple(zip(shape, (*shape[1:], shape[0]), strict=True))

    @cached_property
    def _box(self) -> tuple[Vector, Vector]:
        xs, ys = zip(*self._shape, strict=True)
        return (min(xs), min(ys)), (max(xs), max(ys))

    def _check_shape(self) -> None:
        (left, bottom), (right, top) = self._box
        if max(right - left, top - bottom) > MAX_SIDE_M:
            raise ZoneSize("the zone is too large", limit_km=round(MAX_SIDE_M / 1000))
        edges = self._edges
        for number, edge in enumerate(edges):
            for other in edges[number + 1 :]:
                if _cross(edge, other):
                    raise ZoneCrossesItself("two edges of the zone cross")
        area_m2 = abs(sum(_turn((0.0, 0.0), start, end) for start, end in edges)) / 2
        if area_m2 < MIN_AREA_M2:
            raise ZonePoints(
                "the corners make no area", count=len(edges), least=MIN_POINTS, limit=MAX_POINTS
            )


@dataclass(frozen=True)
class Zone:
    """A named area of a truck's plan."""

    id: str
    polygon: Polygon
    cap_db: float = 0.0
    """How much quieter than recorded every sound is here at least; 0 = as loud as it likes."""
    quiet: bool = False
    """Nothing but emergencies is heard here: a hospital, a school."""

    def to_json(self) -> dict[str, object]:
        """Return the JSON form used inside plans: corners are latitude, then longitude."""
        corners = [[one.lat_deg, one.lon_deg] for one in self.polygon.corners]
        return {"id": self.id, "polygon": corners, "cap_db": self.cap_db, "quiet": self.quiet}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read the JSON form; BadBytes for anything else."""
        try:
            return cls(
                _name(document["id"]),
                Polygon(tuple(_place(pair) for pair in _listed(document["polygon"], MAX_POINTS))),
                checked_cap_db(document["cap_db"]),
                _flag(document["quiet"]),
            )
        except BadBytes:
            raise
        except (ContentRefused, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise BadBytes("zone", f"{type(exc).__name__}: {exc}"[:200]) from exc


def zones_from_json(documents: object) -> tuple[Zone, ...]:
    """Read the zones of a plan; BadBytes for anything else."""
    zones = tuple(map(Zone.from_json, _listed(documents, MAX_ZONES)))
    if len({zone.id for zone in zones}) < len(zones):
        raise BadBytes("zone", "two zones of one name")
    return zones


def checked_cap_db(value: object) -> float:
    """Return a cap; BadBytes unless it is a number from MIN_CAP_DB to 0."""
    cap_db = _number(value)
    if not MIN_CAP_DB <= cap_db <= 0:
        raise BadBytes("zone", f"a cap of {cap_db} dB")
    return cap_db


def _is_inside(at: Vector, edges: Sequence[tuple[Vector, Vector]]) -> bool:
    """Count the edges that a line from here to the east crosses."""
    inside = False
    for (x1, y1), (x2, y2) in edges:
        if (y1 > at[1]) != (y2 > at[1]) and at[0] < x1 + (at[1] - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def _distance_m(at: Vector, start: Vector, end: Vector) -> float:
    """Return how far a point is from a stretch."""
    along = end[0] - start[0], end[1] - start[1]
    length2 = along[0] ** 2 + along[1] ** 2
    to = at[0] - start[0], at[1] - start[1]
    share = 0.0
    if length2 > 0:
        share = min(max((to[0] * along[0] + to[1] * along[1]) / length2, 0.0), 1.0)
    return math.hypot(to[0] - share * along[0], to[1] - share * along[1])


def _turn(start: Vector, middle: Vector, end: Vector) -> float:
    """Return twice the area of a triangle: positive when it turns left."""
    return (middle[0] - start[0]) * (end[1] - start[1]) - (middle[1] - start[1]) * (
        end[0] - start[0]
    )


def _cross(one: tuple[Vector, Vector], other: tuple[Vector, Vector]) -> bool:
    """Say whether two stretches cross in earnest; touching at their ends is no crossing."""
    (a, b), (c, d) = one, other
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _listed(value: object, limit: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > limit:
        raise BadBytes("zone", f"not a list of at most {limit}")
    return value


def _place(pair: object) -> Place:
    lat_deg, lon_deg = _listed(pair, 2)
    return Place(_number(lat_deg), _number(lon_deg))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:  # noqa: PLR2004 -- also refuses NaN and infinity, and what no float holds
        raise BadBytes("zone", f"not a number: {value!r}"[:80])
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadBytes("zone", f"not true or false: {value!r}"[:80])
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARS:
        raise BadBytes("zone", "a name is missing or too long")
    value.encode()  # a lone surrogate cannot be stored or sent on: ValueError
    return value


def _told(value: float) -> float | str:
    """Return a number as JSON can carry it."""
    return value if math.isfinite(value) else str(value)
