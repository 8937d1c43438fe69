"""Zones: geometry on WGS84, and what is no zone."""

import contextlib
import math

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from playlists.errors import BadBytes, ContentRefused
from playlists.schedule import refusals, zones
from playlists.schedule.zones import Place, Polygon, Zone, zones_from_json

MIDDLES = st.builds(Place, st.floats(-80, 80), st.floats(-180, 180))
DEG_M = 111_000.0


@st.composite
def convex(draw):
    """Corners in order on an ellipse, which is always convex."""
    middle = draw(MIDDLES)
    angles = sorted(draw(st.sets(st.integers(0, 359), min_size=3, max_size=20)))
    north_m, east_m = draw(st.floats(200, 10_000)), draw(st.floats(200, 10_000))
    east_deg = east_m / (DEG_M * math.cos(math.radians(middle.lat_deg)))
    corners = [
        Place(
            middle.lat_deg + north_m / DEG_M * math.sin(math.radians(angle)),
            (middle.lon_deg + east_deg * math.cos(math.radians(angle)) + 180) % 360 - 180,
        )
        for angle in angles
    ]
    try:
        return Polygon(tuple(corners))
    except refusals.ZonePoints:  # three corners nearly in a line make no area
        return reject()


def mean(corners, weights):
    """The weighted mean, on the side of the date line where the first corner is."""
    total, first = sum(weights), corners[0].lon_deg
    pairs = list(zip(corners, weights, strict=True))
    lat = sum(one.lat_deg * weight for one, weight in pairs) / total
    east = sum(((one.lon_deg - first + 180) % 360 - 180) * weight for one, weight in pairs)
    return Place(lat, (first + east / total + 180) % 360 - 180)


@given(convex(), st.data())
def test_a_convex_polygon_contains_the_weighted_means_of_its_corners(polygon, data):
    count = len(polygon.corners)
    weights = data.draw(st.lists(st.floats(0.001, 1), min_size=count, max_size=count))
    assert polygon.contains(mean(polygon.corners, weights))


@given(convex(), st.integers(0, 20), st.floats(-20_000, 20_000), st.floats(-20_000, 20_000))
def test_direction_and_first_corner_do_not_matter(polygon, first, east_m, north_m):
    corners = polygon.corners
    first %= len(corners)
    turned = Polygon(corners[first:] + corners[:first])
    reverse = Polygon(corners[::-1])
    near = Place(corners[0].lat_deg + north_m / DEG_M, corners[0].lon_deg + east_m / DEG_M)
    depth_m = polygon.depth_m(near)
    assert turned.depth_m(near) == pytest.approx(depth_m, abs=1e-4)
    assert reverse.depth_m(near) == pytest.approx(depth_m, abs=1e-4)
    assert polygon.contains(near) == (depth_m >= -zones.EDGE_M)


@given(convex(), st.floats(-20_000, 20_000), st.floats(-20_000, 20_000), st.floats(1, 500))
def test_whoever_goes_so_far_comes_no_nearer_than_that(polygon, east_m, north_m, step_m):
    """The depth never changes faster than one drives."""
    corner = polygon.corners[0]
    start = Place(corner.lat_deg + north_m / DEG_M, corner.lon_deg + east_m / DEG_M)
    end = Place(start.lat_deg + step_m / DEG_M, start.lon_deg)
    gone_m = start.metres_to(end)
    changed_m = abs(polygon.depth_m(start) - polygon.depth_m(end))
    assert changed_m <= gone_m * 1.01 + 0.01


@given(convex())
def test_its_corners_lie_on_the_edge(polygon):
    for corner in polygon.corners:
        assert abs(polygon.depth_m(corner)) < 0.001
        assert polygon.contains(corner)


@given(convex(), MIDDLES)
def test_far_places_are_outside_and_not_near(polygon, place):
    assume(place.metres_to(polygon.corners[0]) > 200_000)
    assert not polygon.contains(place)
    assert polygon.depth_m(place) < 0


@pytest.mark.parametrize(
    ("lat_deg", "north_m", "east_m"),
    [(0, 110_574.3, 111_319.5), (45, 111_131.8, 78_846.8), (60, 111_412.2, 55_800.3)],
)
def test_degrees_are_as_long_as_the_ellipsoid_has_them(lat_deg, north_m, east_m):
    """The figures of a degree of WGS84, as tables of geodesy have them."""
    here = Place(lat_deg, 105.0)
    assert Place(lat_deg - 0.5, 105).metres_to(Place(lat_deg + 0.5, 105)) == pytest.approx(
        north_m, rel=1e-2
    )
    assert here.metres_to(Place(lat_deg + 0.001, 105.0)) == pytest.approx(north_m / 1000, rel=1e-4)
    assert here.metres_to(Place(lat_deg, 105.001)) == pytest.approx(east_m / 1000, rel=1e-4)


def square(**more):
    return Polygon.of([(21.0, 105.0), (21.0, 105.004), (21.004, 105.004), (21.004, 105.0)], **more)


def test_depth_is_in_metres_and_negative_outside():
    width_m = 0.004 * 103_970  # a degree east at 21 degrees north
    assert square().depth_m(Place(21.002, 105.002)) == pytest.approx(width_m / 2, rel=1e-3)
    assert square().depth_m(Place(21.002, 105.005)) == pytest.approx(-width_m / 4, rel=1e-3)
    assert square().depth_m(Place(21.005, 105.002)) == pytest.approx(-110.7, rel=1e-3)


def test_a_bay_is_outside():
    horseshoe = Polygon.of(
        [(21.0, 105.0), (21.0, 105.03), (21.03, 105.03), (21.03, 105.02), (21.01, 105.02),
         (21.01, 105.01), (21.03, 105.01), (21.03, 105.0)]
    )  # fmt: skip
    assert not horseshoe.contains(Place(21.02, 105.015))
    assert horseshoe.contains(Place(21.005, 105.015))
    assert horseshoe.contains(Place(21.02, 105.005))


def test_a_zone_may_lie_on_the_date_line():
    fiji = Polygon.of([(-17.0, 179.95), (-17.0, -179.95), (-16.9, -179.95), (-16.9, 179.95)])
    assert fiji.contains(Place(-16.95, 180.0))
    assert fiji.contains(Place(-16.95, -179.99))
    assert not fiji.contains(Place(-16.95, 0.0))


def test_a_ring_that_ends_where_it_began_is_the_same_zone():
    corners = [(one.lat_deg, one.lon_deg) for one in square().corners]
    assert Polygon.of([*corners, corners[0]]) == square()


@pytest.mark.parametrize(
    ("corners", "error"),
    [
        ([(21, 105), (21, 105.01)], refusals.ZonePoints),
        ([(21, 105), (21, 105.01), (21, 105.02)], refusals.ZonePoints),
        ([(21, 105)] * 4, refusals.ZonePoints),
        ([(21, 105 + n / 1000) for n in range(61)], refusals.ZonePoints),
        ([(21, 105), (21.01, 105.01), (21.01, 105), (21, 105.01)], refusals.ZoneCrossesItself),
        ([(21, 105), (21, 106), (22, 106)], refusals.ZoneSize),
        ([(105, 21), (105, 21.01), (105.01, 21)], refusals.ZoneBadPlace),
        ([(21, 105), (21, 105.01), (math.nan, 105)], refusals.ZoneBadPlace),
        ([(21, 105), (21, 105.01), (21, math.inf)], refusals.ZoneBadPlace),
    ],
)
def test_what_is_no_zone_is_refused_by_name(corners, error):
    with pytest.raises(error):
        Polygon.of(corners)


@given(convex(), st.floats(-60, 0), st.booleans())
def test_zones_come_back_as_they_were(polygon, cap_db, quiet):
    zone = Zone("chợ", polygon, cap_db, quiet)
    assert Zone.from_json(zone.to_json()) == zone


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)
LOOKS_RIGHT = st.fixed_dictionaries(
    {
        "id": st.text(max_size=70) | JSON,
        "polygon": st.lists(st.lists(st.integers(-200, 200) | st.floats(), max_size=3)) | JSON,
        "cap_db": st.floats() | JSON,
        "quiet": st.booleans() | JSON,
    }
)


@given(st.lists(LOOKS_RIGHT | JSON, max_size=4) | JSON)
def test_documents_of_any_origin_are_zones_or_bad_bytes(document):
    with contextlib.suppress(BadBytes):
        zones_from_json(document)


def test_two_zones_of_one_name_and_too_many_are_refused():
    one = Zone("cho", square()).to_json()
    with pytest.raises(BadBytes):
        zones_from_json([one, one])
    with pytest.raises(BadBytes):
        zones_from_json([{**one, "id": str(n)} for n in range(zones.MAX_ZONES + 1)])


def test_refusals_are_what_an_operator_can_be_told():
    with pytest.raises(ContentRefused) as caught:
        Polygon.of([(math.nan, 1)] * 3)
    assert caught.value.facts == {"lat": "nan", "lon": 1}
