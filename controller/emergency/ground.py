"""Whether a place lies in the area of an alert. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from controller.emergency.alert import Area
from playlists.schedule.zones import Place

_M_PER_KM = 1_000.0
_CIRCLE_DEG = 360.0


def covers(area: Area, place: Place) -> bool:
    """Say whether a place is in one of the area's shapes."""
    in_circle = any(
        place.metres_to(circle.middle) <= circle.radius_km * _M_PER_KM for circle in area.circles
    )
    return in_circle or any(_is_inside(place, polygon) for polygon in area.polygons)


def _is_inside(place: Place, corners: Sequence[Place]) -> bool:
    """Count the edges that a line from here to the east crosses.

    In degrees, not metres: an edge is a straight line between two latitudes and longitudes, as the
    maps draw it on which alerts are made. That serves an ocean as well as a village.
    """
    inside = False
    east_deg = _turned(corners[0].lon_deg - place.lon_deg)
    for one, other in pairwise(corners):
        x1, y1, y2 = east_deg, one.lat_deg - place.lat_deg, other.lat_deg - place.lat_deg
        x2 = east_deg = east_deg + _turned(other.lon_deg - one.lon_deg)
        if (y1 > 0) != (y2 > 0) and x1 - y1 * (x2 - x1) / (y2 - y1) > 0:
            inside = not inside
    return inside


def _turned(lon_deg: float) -> float:
    """Return how far east that is, the shorter way around."""
    half_deg = _CIRCLE_DEG / 2
    return (lon_deg + half_deg) % _CIRCLE_DEG - half_deg
