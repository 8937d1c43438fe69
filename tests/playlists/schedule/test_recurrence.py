"""Recurrences far from their start: the same as stepping there from the start."""
# ruff: noqa: DTZ001 -- wall times

from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.schedule import recurrence

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def numbers(low, high, most=3):
    return st.lists(st.integers(low, high), min_size=1, max_size=most, unique=True).map(
        lambda found: ",".join(map(str, found))
    )


WEEKDAYS = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True
).map(",".join)
NUMBERED = st.lists(
    st.sampled_from(["1MO", "-1FR", "2WE", "SU"]), min_size=1, max_size=2, unique=True
).map(",".join)
PARTS = {
    "YEARLY": {
        "BYMONTH": numbers(1, 12),
        "BYMONTHDAY": numbers(-31, -1),
        "BYYEARDAY": numbers(1, 366),
        "BYWEEKNO": numbers(1, 53),
        "BYDAY": WEEKDAYS,
    },
    "MONTHLY": {"BYMONTH": numbers(1, 12), "BYMONTHDAY": numbers(1, 31), "BYDAY": NUMBERED},
    "WEEKLY": {"BYMONTH": numbers(1, 12), "BYDAY": WEEKDAYS, "WKST": st.sampled_from(["MO", "SU"])},
    "DAILY": {
        "BYMONTH": numbers(1, 12),
        "BYMONTHDAY": numbers(1, 31),
        "BYDAY": WEEKDAYS,
        "BYHOUR": numbers(0, 23),
        "BYMINUTE": numbers(0, 59),
    },
    "HOURLY": {"BYHOUR": numbers(0, 23, 5), "BYDAY": WEEKDAYS, "BYMINUTE": numbers(0, 59)},
}


@st.composite
def rrules(draw):
    frequency = draw(st.sampled_from([*PARTS]))
    interval = draw(st.integers(1, 5))
    names = draw(st.lists(st.sampled_from([*PARTS[frequency]]), max_size=2, unique=True))
    said = [f"{name}={draw(PARTS[frequency][name])}" for name in names]
    if names and "WKST" not in names and frequency in {"YEARLY", "MONTHLY"}:
        said += draw(st.sampled_from([[], ["BYSETPOS=1"], ["BYSETPOS=-1"]]))
    return ";".join([f"FREQ={frequency}", f"INTERVAL={interval}", *said])


@given(
    text=rrules(),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)),
    ahead_days=st.integers(-30, 1_500),
    span_days=st.integers(0, 200),
)
def test_a_far_window_holds_what_stepping_from_the_start_finds(text, start, ahead_days, span_days):
    start = start.replace(microsecond=0)
    low = start + timedelta(days=ahead_days)
    high = low + timedelta(days=span_days)
    try:
        found = [*recurrence.read(text, start, HANOI).between(low, high)]
    except ContentRefused:
        return
    slow = takewhile(lambda at: at <= high, rrulestr(f"{text};UNTIL=20320101", dtstart=start))
    assert found == [at for at in slow if at >= low]


def test_a_set_position_counts_in_the_whole_week_also_when_the_start_lies_within_it():
    wednesday = datetime(2026, 11, 25, 8)
    rule = recurrence.read("FREQ=WEEKLY;BYDAY=MO,TH,FR;BYSETPOS=2", wednesday, HANOI)
    found = rule.between(wednesday, wednesday + timedelta(days=10))
    assert [at.day for at in found] == [26, 3]


@pytest.mark.parametrize(
    ("text", "window", "expected"),
    [
        ("FREQ=DAILY", "2499-06-01", ["2499-06-01T08:00", "2499-06-02T08:00"]),
        ("FREQ=HOURLY;INTERVAL=23", "2499-06-01", ["2499-06-01T17:00", "2499-06-02T16:00"]),
        ("FREQ=YEARLY;INTERVAL=4", "2498-11-25", ["2498-11-25T08:00"]),
    ],
)
def test_centuries_ahead_cost_nothing(text, window, expected, monkeypatch):
    start, low = datetime(2026, 11, 25, 8), datetime.fromisoformat(window)
    rule = recurrence.read(text, start, HANOI)
    steps = []
    step = recurrence.rrule.rrule._iter
    monkeypatch.setattr(
        recurrence.rrule.rrule, "_iter", lambda self: (steps.append(at) or at for at in step(self))
    )
    found = [*rule.between(low, low + timedelta(days=2, seconds=-1))]
    assert [at.isoformat(timespec="minutes") for at in found] == expected
    assert len(steps) < 60
