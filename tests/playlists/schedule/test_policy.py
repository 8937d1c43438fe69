"""Hours: windows, midnight, clock changes, presets, and what a gateway believes of a plan."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.schedule.policy import HoursPolicy, Window, check
from playlists.schedule.presets import preset, preset_names
from playlists.schedule.refusals import OutOfHours, UnknownPreset
from playlists.schedule.urgency import BroadcastClass

HANOI = "Asia/Ho_Chi_Minh"
WEEK = frozenset(range(7))


def utc(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def policy(*windows, tz=HANOI):
    return HoursPolicy("thử", tz, tuple(Window(*window) for window in windows))


def test_start_is_inside_and_end_is_not():
    morning = policy((WEEK, time(5, 30), time(6, 30)))
    assert not morning.allows(utc("2026-11-24T05:29:59.999+07:00"))
    assert morning.allows(utc("2026-11-24T05:30+07:00"))
    assert morning.allows(utc("2026-11-24T06:29:59.999+07:00"))
    assert not morning.allows(utc("2026-11-24T06:30+07:00"))


def test_a_window_over_midnight_belongs_to_its_start_day():
    saturday_night = policy((frozenset({5}), time(23), time(1)))
    assert saturday_night.allows(utc("2026-11-28T23:30+07:00"))
    assert saturday_night.allows(utc("2026-11-29T00:59+07:00"))
    assert not saturday_night.allows(utc("2026-11-28T00:30+07:00"))
    assert not saturday_night.allows(utc("2026-11-29T23:30+07:00"))
    assert saturday_night.allows_all(utc("2026-11-28T23:00+07:00"), utc("2026-11-29T01:00+07:00"))


def test_next_change_walks_through_the_week():
    hours = preset("ha-noi-noi-thanh", HANOI)
    at, seen = utc("2026-11-27T16:00+07:00"), []
    for _ in range(4):
        at = hours.next_change(at)
        seen.append(at)
    assert seen == [
        utc("2026-11-27T17:00+07:00"),
        utc("2026-11-27T17:15+07:00"),
        utc("2026-11-30T07:00+07:00"),
        utc("2026-11-30T07:15+07:00"),
    ]


def test_hours_that_never_change():
    assert policy().next_change(utc("2026-11-24T00:00Z")) is None
    always = policy((WEEK, time(0), time(0)))
    assert always.next_change(utc("2026-11-24T00:00Z")) is None
    assert always.allows(utc("2026-11-24T00:00Z"))


def test_the_clock_jumping_over_an_edge_is_a_change_itself():
    night = policy((WEEK, time(1), time(2, 30)), tz="Europe/Berlin")
    assert night.next_change(utc("2027-03-28T01:30+01:00")) == utc("2027-03-28T01:00Z")
    sunday = policy((frozenset({6}), time(2, 15), time(2, 45)), tz="Europe/Berlin")
    assert sunday.next_change(utc("2027-03-27T12:00Z")) == utc("2027-04-04T02:15+02:00")


@pytest.mark.parametrize("name", preset_names())
def test_presets_travel_in_plans(name):
    hours = preset(name, HANOI)
    assert HoursPolicy.from_json(json.loads(json.dumps(hours.to_json()))) == hours


def test_lien_chieu():
    hours = preset("lien-chieu", HANOI)
    assert hours.name == "Liên Chiểu, Đà Nẵng"
    assert hours.allows_all(utc("2026-11-29T05:30+07:00"), utc("2026-11-29T06:30+07:00"))
    assert not hours.allows(utc("2026-11-29T04:45+07:00"))


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(UnknownPreset) as caught:
        preset("hue", HANOI)
    assert caught.value.facts["known"] == list(preset_names())


def test_planning_refuses_what_the_gateway_would_silence():
    hours = preset("lien-chieu", HANOI)
    start, late = utc("2026-11-29T06:00+07:00"), utc("2026-11-29T06:31+07:00")
    check(hours, start, start + timedelta(minutes=30), BroadcastClass.NORMAL)
    check(hours, start, late, BroadcastClass.EMERGENCY)
    check(None, start, late, BroadcastClass.NORMAL)
    with pytest.raises(OutOfHours) as caught:
        check(hours, start, late, BroadcastClass.PRIORITY)
    facts = {"policy": "Liên Chiểu, Đà Nẵng", "start": "2026-11-28T23:00:00.000Z"}
    assert caught.value.facts == facts


WINDOWS = st.builds(Window, st.frozensets(st.integers(0, 6)), st.times(), st.times())
POLICIES = st.builds(
    HoursPolicy,
    st.just("thử"),
    st.sampled_from([HANOI, "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.lists(WINDOWS, max_size=4).map(tuple),
)
INSTANTS = st.integers(1_293_840_000, 2_145_916_800).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(POLICIES, INSTANTS, st.lists(st.floats(0, 0.999), max_size=10))
def test_nothing_changes_before_the_next_change(hours, at, fractions):
    change = hours.next_change(at)
    assert change is None or (change > at and hours.allows(change) != hours.allows(at))
    span = (change or at + timedelta(days=14)) - at
    for fraction in fractions:
        assert hours.allows(at + span * fraction) == hours.allows(at)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
)
WINDOW_FIELD = st.one_of(JSON, st.sampled_from(["05:30", "05:30+07:00", "24:00"]), st.just([0, 9]))


@given(
    st.fixed_dictionaries(
        {
            "name": JSON,
            "tz": st.one_of(JSON, st.just(HANOI)),
            "windows": st.one_of(
                JSON,
                st.lists(
                    st.fixed_dictionaries(
                        {"weekdays": WINDOW_FIELD, "start": WINDOW_FIELD, "end": WINDOW_FIELD}
                    ),
                    max_size=2,
                ),
            ),
        }
    )
)
def test_a_policy_from_outside_is_usable_or_refused(document):
    try:
        hours = HoursPolicy.from_json(document)
    except BadBytes:
        return
    hours.allows(datetime(2026, 11, 24, tzinfo=UTC))
    assert HoursPolicy.from_json(hours.to_json()).windows is not None
