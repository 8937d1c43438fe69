"""Passes: coming in, leaving, leaps, and what is kept."""

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.schedule.passes import (
    CAR_M_S,
    DEFAULT_RULES,
    Ending,
    Fix,
    PassRules,
    Side,
    Track,
    strictest,
)
from playlists.schedule.zones import Place, Polygon, Zone

T0 = datetime(2026, 11, 25, 5, tzinfo=UTC)
DEG_M = 110_720.0
"""Metres in a degree of latitude at 21 degrees north."""
ZONE = Zone("cho", Polygon.of([(21.0, 105.0), (21.0, 105.01), (21.01, 105.01), (21.01, 105.0)]))
"""Its southern edge is the 21st parallel."""


def at(seconds):
    return T0 + timedelta(seconds=seconds)


def deep(metres):
    """A place so deep inside, as seen from the southern edge."""
    return Place(21.0 + metres / DEG_M, 105.005)


def driven(depths_m, rules=DEFAULT_RULES, track=None, begin_s=0, every_s=1, **fix):
    """A track, one fix a second."""
    track = track or Track()
    for second, depth_m in enumerate(depths_m):
        told = Fix(deep(depth_m), **fix)
        track = track.moved(told, [ZONE], rules, at(begin_s + second * every_s))
    return track


def passes(depths_m, rules=DEFAULT_RULES, every_s=1):
    """How many passes begin."""
    track, begun = Track(), set()
    for second, depth_m in enumerate(depths_m):
        track = track.moved(Fix(deep(depth_m)), [ZONE], rules, at(second * every_s))
        begun.add(track.entered_at("cho"))
    return len(begun - {None})


def test_it_is_in_after_some_seconds_near_the_edge():
    assert driven([5] * 30).entered_at("cho") is None
    assert driven([5] * 31).entered_at("cho") == at(30)


def test_it_is_in_at_once_when_it_is_deep_but_not_by_one_fix_alone():
    assert driven([-20, 45]).entered_at("cho") is None
    assert driven([-20, 10, 45]).entered_at("cho") == at(2)


def test_it_is_out_as_late_as_it_is_in():
    inside = driven([50, 60])
    assert driven([-5] * 30, track=inside, begin_s=10).entered_at("cho") == at(1)
    assert driven([-5] * 31, track=inside, begin_s=10).entered_at("cho") is None
    assert driven([-10, -45], track=inside, begin_s=10).entered_at("cho") is None


@given(st.lists(st.floats(-39, 39), min_size=1, max_size=300))
def test_no_jitter_near_the_edge_makes_two_passes(depths_m):
    """Never beyond settle_m; so only staying on one side for settle_s counts, and it must stay."""
    begun = passes(depths_m)
    runs, longest = 1, 1
    for one, other in pairwise(depths_m):
        runs = runs + 1 if (one >= 0) == (other >= 0) else 1
        longest = max(longest, runs)
    assert begun <= 1 + len(depths_m) // 60
    if longest <= 29:
        assert begun == 0


@settings(max_examples=50)
@given(st.integers(1, 6), st.floats(3, 12), st.integers(60, 100))
def test_each_drive_through_is_one_pass(rounds, speed_m_s, far_m):
    there = [step * speed_m_s - far_m for step in range(int(2 * far_m / speed_m_s) + 1)]
    assert passes((there + there[::-1]) * rounds) == rounds


@given(st.lists(st.floats(-60, 60), min_size=1, max_size=200))
def test_passes_are_named_by_when_they_began_and_never_twice(depths_m):
    track, last = Track(), None
    for second, depth_m in enumerate(depths_m):
        before = track.entered_at("cho")
        track = track.moved(Fix(deep(depth_m)), [ZONE], DEFAULT_RULES, at(second))
        now = track.entered_at("cho")
        if now is not None and now != before:
            assert before is None
            assert now == at(second)
            assert last is None or now > last
            last = now


def test_a_gap_begins_the_settling_anew():
    track = driven([5] * 29)
    assert driven([5], track=track, begin_s=40).entered_at("cho") == at(40)
    late = driven([5], track=track, begin_s=100)
    assert late.entered_at("cho") is None, "who knows where it was meanwhile"
    assert driven([5] * 31, track=late, begin_s=101).entered_at("cho") == at(130)


def test_a_leap_is_bridged_and_a_leap_that_lasts_is_believed():
    track = driven([100] * 5)
    away = driven([3_000] * 9, track=track, begin_s=5)
    assert away.place == deep(100)
    assert away.entered_at("cho") == at(1)
    back = driven([100], track=away, begin_s=14)
    assert (back.place, back.leap) == (deep(100), None)
    lasting = driven([-3_000] * 14, track=track, begin_s=5)
    assert lasting.place == deep(-3_000)


def test_leaps_to_ever_other_places_are_never_believed():
    track = driven([100] * 5)
    there = [3_000 * (-1) ** number for number in range(30)]
    assert driven(there, track=track, begin_s=5).place == deep(100)


@given(st.lists(st.integers(-3_000, 3_000), min_size=2, max_size=60))
def test_the_believed_place_moves_no_faster_than_a_car_unless_a_leap_lasted(depths_m):
    track = Track()
    for second, depth_m in enumerate(depths_m):
        before = track
        track = track.moved(Fix(deep(depth_m)), [ZONE], DEFAULT_RULES, at(second))
        if before.seen_at is None or track.place == before.place:
            continue
        gone_s = (at(second) - before.seen_at).total_seconds()
        is_possible = before.place.metres_to(track.place) <= 50 + CAR_M_S * gone_s
        assert is_possible or (before.leap is not None and before.leap.fixes >= 2)


def test_what_is_said_again_is_no_news():
    stamp = at(0)
    track = driven([100] * 5, stamp=stamp)
    assert track.seen_at == at(0)
    assert track.is_lost(DEFAULT_RULES, at(16))


def test_a_receiver_that_goes_nowhere_at_speed_is_frozen_and_one_that_stands_is_not():
    assert driven([100] * 30, speed_m_s=8.0).seen_at == at(0)
    assert driven([100] * 30, speed_m_s=0.1).seen_at == at(29)


def test_lost_is_never_seen_long_unseen_or_seen_in_the_future():
    assert Track().is_lost(DEFAULT_RULES, at(0))
    seen = driven([100])
    assert not seen.is_lost(DEFAULT_RULES, at(15))
    assert seen.lost_at(DEFAULT_RULES) == at(15)
    assert seen.is_lost(DEFAULT_RULES, at(15.001))
    assert seen.is_lost(DEFAULT_RULES, at(-1))


def test_speed_is_worked_out_where_it_is_not_told():
    assert driven([0, 10, 20]).speed_m_s == pytest.approx(10, rel=1e-3)
    assert driven([0, 10], speed_m_s=3.0).speed_m_s == 3
    assert Track().moved(Fix(deep(0)), [ZONE], DEFAULT_RULES, at(0)).speed_m_s == 0


def test_caps_hold_from_the_edge_to_the_end_of_the_pass():
    loud, soft = Zone("to", ZONE.polygon, -3.0), Zone("nho", ZONE.polygon, -9.0)
    assert strictest(driven([1]).bound_by([loud, soft])) == soft
    assert strictest(driven([-1]).bound_by([loud, soft])) is None
    leaving = driven([-10] * 5, track=driven([50, 60]), begin_s=2)
    assert [zone.id for zone in leaving.bound_by([ZONE])] == ["cho"]


def test_what_is_kept_is_what_names_the_passes():
    track = driven([50, 60])
    again = Track.from_json(track.to_json())
    assert again.inside == track.inside == {"cho": at(1)}
    assert (again.place, again.seen_at) == (track.place, track.seen_at)
    assert Track.from_json(Track().to_json()) == Track()


def test_a_kept_pass_goes_on_and_ends_after_a_power_cut():
    again = Track.from_json(driven([50, 60]).to_json())
    assert driven([50], track=again, begin_s=3_600).entered_at("cho") == at(1)
    assert driven([-50, -60], track=again, begin_s=3_600).entered_at("cho") is None


RULES = st.builds(
    PassRules,
    st.floats(0, 3_600),
    st.floats(0, 1_000),
    st.floats(0, 50),
    st.floats(0, 3_600),
    st.sampled_from(Ending),
    st.sampled_from(Ending),
)


@given(RULES)
def test_rules_come_back_as_they_were(rules):
    assert PassRules.from_json(rules.to_json()) == rules


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=10,
)
TRACKS = st.fixed_dictionaries(dict.fromkeys(("place", "seen_at", "inside"), JSON)) | JSON


@given(TRACKS)
def test_documents_of_any_origin_are_a_track_or_bad_bytes(document):
    for read in (Track.from_json, PassRules.from_json):
        with contextlib.suppress(BadBytes):
            read(document)


def test_only_sides_that_say_something_are_kept():
    assert driven([-500]).sides == {}
    assert driven([-5, 5]).sides == {"cho": Side(None, at(1))}
