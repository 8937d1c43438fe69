"""The arithmetic of data use: months in zones, what is fetched again, sums that add up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.datause import (
    BULK,
    FILES,
    TRANSFER_BYTES,
    Cause,
    Kind,
    Traffic,
    by_cause,
    live_bytes,
    summed,
    wire_bytes,
)
from controller.months import Month, day_of
from controller.outlook import (
    USUAL_DAY,
    Need,
    Outlook,
    length_within,
    steady,
    stretches,
    usual_day,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOME = "Asia/Ho_Chi_Minh"
ZONES = [HOME, "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
T0 = datetime(2026, 10, 31, 17, tzinfo=UTC)
"""When November begins in Việt Nam."""
LEASE = 5 * HOUR


def hour(number):
    return T0 + number * HOUR


def need(file, start, end, size_bytes=1_000, kind=Kind.SOUND):
    return Need(file, kind, size_bytes, hour(start), hour(end))


def outlook(*needs, now=0, **more):
    facts = {
        "month": Month(2026, 11, HOME),
        "now": hour(now),
        "lease": LEASE,
        "needs": needs,
        "streams": (),
        "firmware": (),
        "planned_until": hour(now) + LEASE,
        "complete": True,
        "fetched": {},
        "usual": {},
        "plan_bytes": 0,
    }
    return Outlook(**facts | more)


# Months


@given(
    st.integers(0, 4 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(ZONES),
)
def test_every_instant_lies_in_one_month_and_months_leave_no_gap(at, tz):
    month = Month.of(at, tz)
    assert month.start <= at < month.end
    following = Month.of(month.end, tz)
    assert following.start == month.end
    assert (following.year * 12 + following.month) - (month.year * 12 + month.month) == 1
    assert month.first_day <= day_of(at, tz) <= month.last_day
    assert Month.read(str(month), tz) == month


@pytest.mark.parametrize(
    ("text", "tz", "start", "hours"),
    [
        ("2026-11", HOME, "2026-10-31T17:00+00:00", 30 * 24),
        ("2028-02", HOME, "2028-01-31T17:00+00:00", 29 * 24),
        ("2027-02", HOME, "2027-01-31T17:00+00:00", 28 * 24),
        ("2026-03", "Europe/Berlin", "2026-02-28T23:00+00:00", 31 * 24 - 1),
        ("2026-10", "Europe/Berlin", "2026-09-30T22:00+00:00", 31 * 24 + 1),
        ("2026-12", "UTC", "2026-12-01T00:00+00:00", 31 * 24),
        # Clocks jump over the midnight with which this month begins.
        ("2016-04", "Asia/Amman", "2016-03-31T22:00+00:00", 30 * 24 - 1),
        # This December has no 30th.
        ("2011-12", "Pacific/Apia", "2011-12-01T10:00+00:00", 30 * 24),
    ],
)
def test_months_that_are_special(text, tz, start, hours):
    month = Month.read(text, tz)
    assert month.start == datetime.fromisoformat(start)
    assert (month.end - month.start) / HOUR == hours


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "２０２６-11", "-2026-1"],
)
def test_what_is_no_month(text):
    with pytest.raises(ValueError):  # noqa: PT011 -- whatever it says, nobody reads it
        Month.read(text, HOME)


# Files


NEEDS = st.lists(
    st.builds(
        lambda file, start, length: need(file, start, start + length),
        st.sampled_from("abc"),
        st.integers(-40, 60),
        st.integers(1, 9),
    ),
    max_size=14,
)


def slow_fetches(needs, now, has_all):
    """Walk by half hours as a gateway that gets a fresh plan all the time; return how often it
    fetches each file from `now` until the month ends, 48 hours after it began."""
    held, times = set(), dict.fromkeys("abc", 0)
    for half_hours in range(-120, 2 * 48):
        at = hour(half_hours / 2)
        named = {one.file for one in needs if one.end > at and one.start < at + LEASE}
        if at == hour(now) and not has_all:
            held = set()  # nothing has come yet
        for file in named - held if at > hour(now) or not has_all else ():
            times[file] += at >= hour(now)
        held = named
    return times


class TwoDays(Month):
    """A month that is over soon."""

    @property
    def end(self):
        return hour(48)


@given(NEEDS, st.integers(0, 47), st.booleans())
def test_files_are_fetched_as_by_a_gateway_that_is_watched(needs, now, has_all):
    seen = [one for one in needs if one.end > Outlook.look_back(hour(now), LEASE)]
    told = outlook(*seen, now=now, month=TwoDays(2026, 11, HOME), complete=has_all).files()
    times = dict.fromkeys("abc", 0) | {file: one.items for (file, _), one in told.items()}
    assert times == slow_fetches(needs, now, has_all)
    assert all(one.payload_bytes == 1_000 * one.items for one in told.values())


def test_repeats_are_free_while_the_gateway_holds_the_file():
    daily = [need("a", at, at + 1) for at in range(10, 40, 4)]
    assert outlook(*daily).files() == {("a", Kind.SOUND): Traffic(1_000, 1)}
    rests = [need("a", 10, 11), need("a", 15, 16), need("a", 21, 22)]
    (first, second) = stretches(rests, LEASE)
    assert (first.needed_at, first.until, second.needed_at) == (hour(10), hour(16), hour(21))
    assert outlook(*rests).files() == {("a", Kind.SOUND): Traffic(2_000, 2)}


@given(st.integers(0, 47), st.lists(st.integers(1, 8), min_size=60, max_size=60))
def test_what_is_held_since_long_ago_is_known_from_what_is_planned_lately(now, steps):
    """An hour long each, a pause shorter than a lease between them: fetched once, days ago."""
    starts = [-100]
    for step in steps:
        starts.append(starts[-1] + 1 + step % 5)
    needs = [need("a", at, at + 1) for at in starts]
    seen = [one for one in needs if one.end > Outlook.look_back(hour(now), LEASE)]
    fetched = {"a": {day_of(hour(-100) - LEASE, HOME): 1_000}}
    told = outlook(*seen, now=now, complete=False, fetched=fetched)
    assert told.files() == {}


def test_what_a_plan_names_is_on_its_way_until_the_device_says_that_it_is_there():
    soon = need("a", 1, 2)
    assert outlook(soon).files() == {}
    waiting = outlook(soon, complete=False)
    assert waiting.files() == {("a", Kind.SOUND): Traffic(1_000, 1)}
    part = replace(waiting, fetched={"a": {date(2026, 11, 1): 300}})
    assert part.files() == {("a", Kind.SOUND): Traffic(700, 1)}
    assert replace(waiting, fetched={"a": {date(2026, 11, 1): 1_000}}).files() == {}
    long_ago = replace(waiting, fetched={"a": {date(2026, 9, 1): 1_000}})
    assert long_ago.files() == {("a", Kind.SOUND): Traffic(1_000, 1)}
    held_since_then = outlook(
        need("a", -9, -8),
        need("a", -5, 9),
        complete=False,
        fetched={"a": {date(2026, 9, 1): 1_000}},
    )
    assert held_since_then.files() == {}


def test_firmware_that_is_ordered_is_still_to_come():
    order = need("f", -1, -1, 50_000, Kind.FIRMWARE)
    assert outlook(firmware=[order]).files() == {("f", Kind.FIRMWARE): Traffic(50_000, 1)}
    some = outlook(firmware=[order], fetched={"f": {date(2026, 10, 3): 20_000}})
    assert some.files() == {("f", Kind.FIRMWARE): Traffic(30_000, 1)}


def test_a_month_to_come_and_one_that_is_over():
    december = Month(2026, 12, HOME)
    in_december = (december.start - T0) // HOUR
    needs = [need("a", 1, 2), need("b", in_december + 1, in_december + 2),
             need("c", in_december + 50, in_december + 51)]  # fmt: skip
    ahead = outlook(*needs, month=december, complete=False)
    assert ahead.files() == {("c", Kind.SOUND): Traffic(1_000, 1)}, "b is fetched in November"
    over = outlook(*needs, month=Month(2026, 10, HOME), complete=False, usual=USUAL_DAY)
    assert over.files() == {}
    assert set(over.expected(over.files()).values()) == {0}


# Streams


SPANS = st.lists(
    st.tuples(st.integers(-30, 60), st.integers(0, 20)).map(
        lambda pair: (hour(pair[0]), hour(pair[0] + pair[1]))
    ),
    max_size=8,
)


@given(SPANS, st.integers(0, 40), st.integers(0, 40))
def test_the_length_of_streams_is_counted_once_hour_by_hour(spans, start, length):
    slow = sum(
        any(begin <= hour(at) < end for begin, end in spans) for at in range(start, start + length)
    )
    assert length_within(spans, hour(start), hour(start + length)) == slow * HOUR


def test_two_hours_a_day_of_streaming_are_what_the_field_notes_say():
    """648 MB for 30 days of two hours at 24 kb/s, without what is put around it."""
    spans = [(hour(24 * day + 6), hour(24 * day + 8)) for day in range(30)]
    expected = outlook(streams=spans).expected({})[Cause.LIVE]
    assert expected == pytest.approx(648_000_000 * BULK, rel=1e-6)
    playing = outlook(streams=spans, now=7).expected({})[Cause.LIVE]
    assert playing == expected, "what plays now is told when it is over"
    assert outlook(streams=spans, now=8).expected({})[Cause.LIVE] < expected


# Sums


TRAFFIC = st.builds(Traffic, st.integers(0, 10**9), st.integers(0, 10**5))
COUNTED = st.dictionaries(st.sampled_from(Kind), TRAFFIC)


@given(NEEDS, SPANS, COUNTED, st.integers(0, 10**6), st.integers(-100, 900), st.booleans())
def test_nothing_is_negative_and_causes_are_all_there_is(
    needs, streams, usual, plan_bytes, now, complete
):
    usual = {kind: traffic for kind, traffic in usual.items() if kind not in FILES}
    told = outlook(
        *needs, now=now, streams=streams, usual=usual, plan_bytes=plan_bytes, complete=complete
    )
    expected = told.expected(told.files())
    assert set(expected) == set(Cause)
    assert min(expected.values()) >= 0
    sounds = sum(wire_bytes(kind, traffic) for (_, kind), traffic in told.files().items())
    assert expected[Cause.SOUNDS] == pytest.approx(sounds, abs=1)
    if now >= 720:
        assert sum(expected.values()) == 0


@given(st.lists(COUNTED, max_size=4))
def test_counts_add_up_cause_by_cause(many):
    together = by_cause(summed(many))
    apart = [by_cause(one) for one in many]
    assert set(together) == set(Cause)
    for cause in Cause:
        assert together[cause] == pytest.approx(sum(one[cause] for one in apart), abs=4)
    carried = sum(traffic.payload_bytes for one in many for traffic in one.values())
    assert sum(together.values()) >= carried


def test_thirty_minutes_a_day_of_speech_are_what_the_field_notes_say():
    """174 MB a month for 30 new minutes a day at 25.8 kb/s, without what is put around them."""
    sounds = Traffic(30 * 30 * 60 * 25_800 / 8, 30)
    wire = wire_bytes(Kind.SOUND, sounds)
    assert sounds.payload_bytes == pytest.approx(174e6, rel=0.01)
    assert wire == pytest.approx(sounds.payload_bytes * BULK + 30 * TRANSFER_BYTES)
    assert 1.05 < BULK < 1.06


def test_a_stream_of_nothing_takes_nothing():
    assert live_bytes(timedelta(0)) == 0


# The usual day


TODAY = date(2026, 11, 20)


def day(ago, states):
    return {TODAY - ago * DAY: {Kind.STATE: Traffic(states * 100, states)}}


def test_the_usual_day_is_the_average_of_whole_days():
    assert usual_day({}, None, TODAY) == USUAL_DAY
    assert usual_day(day(0, 5), TODAY, TODAY) == USUAL_DAY, "today is not over"
    history = day(0, 999) | day(1, 10) | day(3, 20) | day(4, 999)
    first = TODAY - 4 * DAY
    assert usual_day(history, first, TODAY)[Kind.STATE] == Traffic(1_000, 10)
    long_known = day(0, 999) | day(1, 70) | day(8, 999)
    assert usual_day(long_known, TODAY - 90 * DAY, TODAY)[Kind.STATE] == Traffic(1_000, 10)
    assert usual_day({}, TODAY - 90 * DAY, TODAY) == {}, "switched off for a week"
    fetched = {TODAY - DAY: {Kind.SOUND: Traffic(1_000_000, 1)}}
    assert usual_day(fetched, TODAY - 90 * DAY, TODAY) == {}, "sounds are planned, not usual"


def test_plans_are_sent_anew_even_when_nobody_changes_anything():
    expected = steady({}, 9 * DAY, 5_000, 4 * DAY)
    assert expected[Kind.PLAN] == Traffic(10_000, 2)
    busy = {Kind.PLAN: Traffic(20_000, 4)}
    assert steady(busy, 9 * DAY, 5_000, 4 * DAY)[Kind.PLAN] == Traffic(180_000, 36)


def test_the_zone_decides_in_which_month_a_night_counts():
    night = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert str(Month.of(night, "Europe/Berlin")) == "2026-12"
    assert str(Month.of(night, HOME)) == "2027-01"
