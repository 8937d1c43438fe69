"""Hours: windows, special days, midnight, clock changes, caps, and what a gateway believes."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.schedule import policyjson
from playlists.schedule.policy import HoursPolicy, HoursRule
from playlists.schedule.presets import preset, preset_names
from playlists.schedule.refusals import UnknownPreset
from playlists.schedule.urgency import BroadcastClass
from playlists.schedule.windows import Place, VolumeCap, Window

HANOI = "Asia/Ho_Chi_Minh"
WEEK = frozenset(range(7))


def utc(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def policy(*windows, tz=HANOI, **rules):
    return HoursPolicy("thử", tz, tuple(Window(*window) for window in windows), **rules)


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
        utc("2026-11-27T16:30+07:00"),
        utc("2026-11-27T18:00+07:00"),
        utc("2026-11-30T07:00+07:00"),
        utc("2026-11-30T08:00+07:00"),
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
    assert policyjson.from_json(json.loads(json.dumps(policyjson.to_json(hours)))) == hours


def test_the_form_of_older_plans_is_read_as_ever():
    old = {
        "name": "cũ",
        "tz": HANOI,
        "windows": [{"weekdays": [0, 1], "start": "05:30", "end": "06:30"}],
    }
    hours = policyjson.from_json(old)
    assert hours == HoursPolicy("cũ", HANOI, (Window(frozenset({0, 1}), time(5, 30), time(6, 30)),))
    assert policyjson.to_json(hours) == old


def test_earliest_and_latest_bind_every_day():
    hours = policy(
        (WEEK, time(0), time(0)),
        earliest=time(5, 30),
        latest=time(21),
        extra_days={date(2026, 11, 29)},
    )
    told = {
        wall: hours.forbidding(utc(f"2026-11-29T{wall}+07:00"))
        for wall in ("05:29:59", "05:30", "20:59:59", "21:00")
    }
    assert told == {
        "05:29:59": HoursRule.EARLIEST,
        "05:30": None,
        "20:59:59": None,
        "21:00": HoursRule.LATEST,
    }


def test_extra_days_open_every_window_and_forbidden_days_close_them():
    tet, mourning = date(2027, 2, 7), date(2027, 2, 8)  # a Sunday and a Monday
    hours = policy(
        (frozenset(range(5)), time(7), time(8)),
        weekdays=frozenset(range(5)),
        extra_days=frozenset({tet, mourning}),
        forbidden_days=frozenset({mourning}),
    )
    days = {day: hours.forbidding(utc(f"2027-02-{day:02}T07:30+07:00")) for day in range(5, 10)}
    assert days == {
        5: None,
        6: HoursRule.WEEKDAY,
        7: None,
        8: HoursRule.FORBIDDEN_DAY,
        9: None,
    }
    assert hours.forbidding(utc("2027-02-07T09:00+07:00")) is HoursRule.WINDOW
    assert hours.next_change(utc("2027-02-05T12:00+07:00")) == utc("2027-02-07T07:00+07:00")
    assert hours.next_change(utc("2027-02-07T08:00+07:00")) == utc("2027-02-09T07:00+07:00")


def test_a_special_day_months_away_is_a_change():
    tet = date(2027, 2, 7)
    hours = policy((frozenset(), time(7), time(8)), extra_days=frozenset({tet}))
    assert hours.next_change(utc("2026-11-24T00:00Z")) == utc("2027-02-07T07:00+07:00")
    closed = frozenset(date(2027, 1, 1) + timedelta(days=day) for day in range(60))
    always = policy((WEEK, time(0), time(0)), forbidden_days=closed)
    assert always.next_change(utc("2026-11-24T00:00Z")) == utc("2027-01-01T00:00+07:00")
    assert always.next_change(utc("2027-01-01T12:00Z")) == utc("2027-03-02T00:00+07:00")


def test_a_night_window_ends_where_a_forbidden_day_begins():
    nights = policy((WEEK, time(22), time(2)), forbidden_days=frozenset({date(2026, 11, 29)}))
    assert nights.allows(utc("2026-11-28T23:59+07:00"))
    assert not nights.allows(utc("2026-11-29T00:30+07:00"))
    assert not nights.allows(utc("2026-11-30T00:30+07:00")), "it would have begun on the 29th"
    assert nights.allows(utc("2026-11-30T22:30+07:00"))


def test_the_lowest_cap_that_holds_is_the_cap():
    evening, always = Window(WEEK, time(18), time(6)), Window(WEEK, time(0), time(0))
    hours = policy(
        (WEEK, time(0), time(0)),
        caps=(
            VolumeCap(evening, -6),
            VolumeCap(always, -12, Place.SCHOOL),
            VolumeCap(always, -3),
        ),
    )
    noon, night = utc("2026-11-24T12:00+07:00"), utc("2026-11-25T01:00+07:00")
    assert [hours.near(()).cap_db(at) for at in (noon, night)] == [-3, -6]
    assert [hours.near([Place.SCHOOL]).cap_db(at) for at in (noon, night)] == [-12, -12]
    assert policy().cap_db(noon) == 0


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(UnknownPreset) as caught:
        preset("hue", HANOI)
    assert caught.value.facts["known"] == list(preset_names())


WINDOWS = st.builds(Window, st.frozensets(st.integers(0, 6)), st.times(), st.times())
DAYS = st.frozensets(st.dates(date(2027, 1, 1), date(2027, 6, 1)), max_size=4)
INSTANTS = st.integers(1_293_840_000, 2_145_916_800).map(lambda s: datetime.fromtimestamp(s, UTC))
NEAR_DAYS = st.integers(1_795_000_000, 1_815_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
CAPS = st.builds(
    VolumeCap, WINDOWS, st.floats(-60, 0), st.one_of(st.none(), st.sampled_from(Place))
)
POLICIES = st.builds(
    HoursPolicy,
    st.just("thử"),
    st.sampled_from([HANOI, "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.lists(WINDOWS, max_size=4).map(tuple),
    earliest=st.one_of(st.none(), st.times(max_value=time(11))),
    latest=st.one_of(st.none(), st.times(min_value=time(12))),
    weekdays=st.one_of(st.none(), st.frozensets(st.integers(0, 6))),
    extra_days=DAYS,
    forbidden_days=DAYS,
    sessions_per_day=st.one_of(st.none(), st.integers(1, 100)),
    longest_session_min=st.one_of(st.none(), st.integers(1, 1_440)),
    session_gap=st.integers(1, 21_600).map(lambda s: timedelta(seconds=s)),
    exempt=st.sampled_from(
        [
            frozenset({BroadcastClass.EMERGENCY}),
            frozenset({BroadcastClass.EMERGENCY, BroadcastClass.PRIORITY}),
        ]
    ),
    caps=st.lists(CAPS, max_size=3).map(tuple),
)


@given(POLICIES)
def test_every_policy_travels(hours):
    assert policyjson.from_json(json.loads(json.dumps(policyjson.to_json(hours)))) == hours


@given(POLICIES, st.one_of(INSTANTS, NEAR_DAYS), st.lists(st.floats(0, 0.999), max_size=10))
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
WINDOW_FIELD = st.one_of(JSON, st.sampled_from(["05:30", "05:30+07:00", "24:00"]), st.just([0, 6]))
WINDOW = st.fixed_dictionaries(
    {"weekdays": WINDOW_FIELD, "start": WINDOW_FIELD, "end": WINDOW_FIELD},
    optional={"cap_db": st.one_of(JSON, st.just(-6)), "place": st.one_of(JSON, st.just("school"))},
)
DATES = st.lists(st.one_of(JSON, st.sampled_from(["2027-02-07", "9999-01-01"])), max_size=2)


@given(
    st.fixed_dictionaries(
        {
            "name": JSON,
            "tz": st.one_of(JSON, st.just(HANOI)),
            "windows": st.one_of(JSON, st.lists(WINDOW, max_size=2)),
        },
        optional={
            "earliest": WINDOW_FIELD,
            "latest": WINDOW_FIELD,
            "weekdays": WINDOW_FIELD,
            "extra_days": st.one_of(JSON, DATES),
            "forbidden_days": st.one_of(JSON, DATES),
            "sessions_per_day": st.one_of(JSON, st.integers(1, 3)),
            "longest_session_min": st.one_of(JSON, st.integers(1, 60)),
            "session_gap_s": st.one_of(JSON, st.integers(1, 60)),
            "exempt": st.one_of(JSON, st.lists(st.sampled_from(["normal", "priority"]))),
            "caps": st.one_of(JSON, st.lists(WINDOW, max_size=2)),
        },
    )
)
def test_a_policy_from_outside_is_usable_or_refused(document):
    try:
        hours = policyjson.from_json(document)
    except BadBytes:
        return
    at = datetime(2026, 11, 24, tzinfo=UTC)
    hours.allows(at)
    hours.next_change(at)
    assert hours.cap_db(at) <= 0
    assert hours.binds(BroadcastClass.NORMAL)
    assert not hours.binds(BroadcastClass.EMERGENCY)
    assert policyjson.from_json(policyjson.to_json(hours)) == hours


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("earliest", "21:00"),
        ("sessions_per_day", 0),
        ("sessions_per_day", 1.5),
        ("longest_session_min", -1),
        ("longest_session_min", True),
        ("session_gap_s", 0),
        ("extra_days", ["0001-01-01"]),
        ("extra_days", ["2027-01-01"] * 101),
        ("exempt", ["normal"]),
        ("caps", [{"start": "00:00", "end": "00:00", "cap_db": 1}]),
        ("caps", [{"start": "00:00", "end": "00:00", "cap_db": -1, "place": "moon"}]),
        ("weekdays", [7]),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(field, value):
    document = {"name": "thử", "tz": HANOI, "windows": [], "latest": "20:00", field: value}
    with pytest.raises(BadBytes):
        policyjson.from_json(document)
