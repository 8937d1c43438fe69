"""Who hears what a truck says, and when planning takes it to be heard."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from plans import asset, at, item

from playlists.schedule.hearing import (
    EVERYWHERE,
    heard_at,
    laid_out,
    pass_name,
    pass_prefix,
    places,
    planned_name,
    zone_of,
)
from playlists.schedule.plan import AssetKind


def said(name, start, length_s, *zones, end=3_600):
    sound = asset(name.encode(), AssetKind.SOUND, length_s * 1_000)
    return replace(item(name, sound, start, end), zones=zones)


def spans(airings):
    return [
        tuple((edge - at(0)).total_seconds() for edge in (one.start, one.end)) for one in airings
    ]


def test_what_has_no_zone_is_heard_everywhere_and_what_has_zones_only_there():
    everywhere, market = said("a", 0, 10), said("b", 0, 10, "cho", "cau")
    assert places([everywhere, market]) == [EVERYWHERE, "cau", "cho"]
    assert places([market]) == ["cau", "cho"]
    assert [heard_at("cho", one) for one in (everywhere, market)] == [True, True]
    assert [heard_at("ben-xe", one) for one in (everywhere, market)] == [True, False]
    assert [heard_at(EVERYWHERE, one) for one in (everywhere, market)] == [True, False]


def test_what_waits_for_a_truck_is_heard_after_what_began_before_it():
    items = [
        said("c", 100, 30, "cho"),
        said("a", 0, 60, "cho"),
        said("b", 0, 60, "cho"),
        said("d", 110, 5),
    ]
    assert spans(laid_out(items)) == [(120, 150), (0, 60), (60, 120), (110, 115)]
    assert spans(laid_out(items, at(200))) == [(320, 350), (200, 260), (260, 320), (110, 115)]
    assert laid_out([]) == []


def test_what_has_an_instant_keeps_it_and_is_cut_where_the_plan_cuts_it():
    items = [said("a", 0, 600), said("b", 10, 600, end=20)]
    assert spans(laid_out(items)) == [(0, 600), (10, 20)]


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(1, 100)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_in_one_zone_nothing_overlaps_nothing_is_early_and_order_does_not_matter(asked, chance):
    items = [said(f"i{at_s}-{n}", at_s, s, "cho") for n, (at_s, s) in enumerate(asked)]
    airings = laid_out(items)
    assert all(one.start >= wanted.start for one, wanted in zip(airings, items, strict=True))
    assert all(a.end <= b.start for a, b in pairwise(sorted(airings, key=lambda one: one.start)))
    mixed = chance.sample(items, len(items))
    assert {one.occurrence: when for one, when in zip(mixed, laid_out(mixed), strict=True)} == {
        one.occurrence: when for one, when in zip(items, airings, strict=True)
    }


def test_the_name_of_a_pass_says_what_and_where():
    name = pass_name("b1@2026-11-24T05:00:00.000Z", "cho-hom", "2026-11-24T05:10:00.000Z")
    assert planned_name(name) == "b1@2026-11-24T05:00:00.000Z"
    assert zone_of(name) == "cho-hom"
    assert name.startswith(pass_prefix(planned_name(name)))
    assert name.startswith(pass_prefix(planned_name(name), "cho-hom"))
    assert not name.startswith(pass_prefix(planned_name(name), "cho"))
    assert zone_of(planned_name(name)) == EVERYWHERE
