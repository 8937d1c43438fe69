"""Sessions: what counts as one, how many and how long, by presets of Hà Nội and Liên Chiểu."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.schedule.admission import admit
from playlists.schedule.policy import HoursPolicy, HoursRule, judge, judge_all
from playlists.schedule.presets import preset
from playlists.schedule.refusals import DayForbidden, OutOfHours, SessionTooLong, TooManySessions
from playlists.schedule.sessions import Airing, sessions
from playlists.schedule.urgency import BroadcastClass
from playlists.schedule.windows import Window

HANOI = "Asia/Ho_Chi_Minh"
WEEK = frozenset(range(7))
NORMAL, PRIORITY, EMERGENCY = BroadcastClass
MINUTE = timedelta(minutes=1)


def airing(start, minutes, urgency=NORMAL):
    """A sound from a wall time in Việt Nam; a bare time is on Tuesday 24 November 2026."""
    text = start if "T" in start else f"2026-11-24T{start}"
    begins = datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)
    return Airing(begins, begins + minutes * MINUTE, urgency)


def hours(sessions_per_day=None, longest_min=None, **more):
    windows = (Window(WEEK, time(0), time(0)),)
    return HoursPolicy(
        "thử",
        more.pop("tz", HANOI),
        windows,
        sessions_per_day=sessions_per_day,
        longest_session_min=longest_min,
        **more,
    )


def told(policy, so_far, one, **more):
    ruling = judge(policy, so_far, one, **more)
    return ruling.rule


def test_a_pause_shorter_than_the_gap_does_not_end_a_session():
    gap = timedelta(minutes=5)
    first, soon, late = airing("06:00", 10), airing("06:14", 1), airing("06:20", 1)
    assert len(sessions([first, soon], gap)) == 1
    assert len(sessions([first, soon, late], gap)) == 2
    assert sessions([late, soon, first], gap)[0].length == 15 * MINUTE


def test_a_third_session_is_refused_but_a_sound_that_joins_one_is_not():
    two = [airing("06:00", 10), airing("17:00", 10)]
    assert told(hours(2), two, airing("12:00", 1)) is HoursRule.SESSIONS
    assert told(hours(2), two, airing("17:12", 1)) is None
    assert told(hours(3), two, airing("12:00", 1)) is None
    assert told(hours(2), two, airing("2026-11-25T06:00", 1)) is None, "another day"


def test_a_session_too_long_is_refused_also_when_many_short_sounds_make_it():
    assert told(hours(None, 15), [], airing("06:00", 15)) is None
    assert told(hours(None, 15), [], airing("06:00", 16)) is HoursRule.LENGTH
    row = [airing("06:00", 5), airing("06:07", 5)]
    assert told(hours(None, 15), row, airing("06:13", 1)) is None
    ruling = judge(hours(None, 15), row, airing("06:13", 3))
    assert (ruling.rule, ruling.found, ruling.limit) == (HoursRule.LENGTH, 16, 15)
    assert told(hours(None, 15), row, airing("06:13", 2.3), grace=MINUTE / 2) is None


def test_a_sound_between_two_sessions_that_joins_them_is_judged_as_one_long_session():
    two = [airing("06:00", 10), airing("06:20", 10)]
    assert told(hours(2, 30), two, airing("06:12", 6)) is None
    assert told(hours(2, 25), two, airing("06:12", 6)) is HoursRule.LENGTH


def test_emergencies_pass_and_count_for_nothing_and_exempt_classes_likewise():
    strict = hours(1, 5)
    busy = [airing("06:00", 5), airing("07:00", 60, EMERGENCY)]
    assert told(strict, busy, airing("03:15", 90, EMERGENCY)) is None
    assert told(strict, busy, airing("06:05", 0.1, PRIORITY)) is HoursRule.LENGTH
    lenient = hours(1, 5, exempt=frozenset({PRIORITY}))
    assert told(lenient, busy, airing("09:00", 60, PRIORITY)) is None
    assert told(lenient, [airing("09:00", 5, PRIORITY)], airing("12:00", 5)) is None


def test_nobody_can_bind_emergencies():
    assert told(hours(1, 1, exempt=frozenset()), [], airing("03:15", 90, EMERGENCY)) is None


def test_grace_is_how_far_a_sound_may_reach_beyond_its_window():
    morning = HoursPolicy("thử", HANOI, (Window(WEEK, time(7), time(8)),))
    late, later = airing("07:50", 10.5), airing("07:50", 10.6)
    assert told(morning, [], late) is HoursRule.WINDOW
    assert told(morning, [], late, grace=MINUTE / 2) is None
    assert told(morning, [], later, grace=MINUTE / 2) is HoursRule.WINDOW


def test_a_session_over_midnight_counts_for_the_day_it_begins():
    night = airing("2026-11-24T23:50", 20)
    assert told(hours(1), [night], airing("2026-11-25T06:00", 5)) is None
    assert told(hours(1), [night], airing("2026-11-24T06:00", 5)) is HoursRule.SESSIONS


def test_a_day_is_a_day_of_the_area_also_when_it_has_25_hours():
    berlin = hours(1, tz="Europe/Berlin")
    first = Airing(*[datetime(2026, 10, 24, 22, minute, tzinfo=UTC) for minute in (5, 10)], NORMAL)
    last = Airing(*[datetime(2026, 10, 25, 22, minute, tzinfo=UTC) for minute in (50, 55)], NORMAL)
    assert told(berlin, [first], last) is HoursRule.SESSIONS
    after = Airing(*[datetime(2026, 10, 25, 23, minute, tzinfo=UTC) for minute in (5, 10)], NORMAL)
    assert told(berlin, [first], after) is None


# The rules in force, as cases: what may be planned on top of what is planned, and what may not.
TWO_SHORT = [airing("07:00", 15), airing("17:00", 15)]
TWO_RURAL = [airing("06:00", 45), airing("17:00", 45)]
TWO_LONG = [airing("05:30", 60), airing("17:00", 60)]


@pytest.mark.parametrize(
    ("name", "so_far", "one", "error"),
    [
        ("ha-noi-noi-thanh", [], airing("07:00", 15), None),
        ("ha-noi-noi-thanh", TWO_SHORT[:1], TWO_SHORT[1], None),
        ("ha-noi-noi-thanh", [], airing("07:00", 15.1), SessionTooLong),
        ("ha-noi-noi-thanh", TWO_SHORT[:1], airing("07:16", 1), SessionTooLong),
        ("ha-noi-noi-thanh", TWO_SHORT, airing("07:40", 5), TooManySessions),
        ("ha-noi-noi-thanh", [], airing("03:15", 1), OutOfHours),
        ("ha-noi-noi-thanh", [], airing("07:50", 15), OutOfHours),
        ("ha-noi-noi-thanh", TWO_SHORT, airing("2026-11-25T07:00", 15), None),
        ("ha-noi-noi-thanh", [], airing("2026-11-28T07:00", 1), DayForbidden),
        ("ha-noi-noi-thanh", [], airing("2026-11-29T07:00", 1), DayForbidden),
        ("ha-noi-noi-thanh", TWO_SHORT, airing("2026-11-28T03:15", 90, EMERGENCY), None),
        ("ha-noi-noi-thanh", [], airing("2026-11-28T07:00", 1, PRIORITY), DayForbidden),
        ("ha-noi-ngoai-thanh", [], airing("06:00", 45), None),
        ("ha-noi-ngoai-thanh", [], airing("06:00", 46), SessionTooLong),
        ("ha-noi-ngoai-thanh", TWO_RURAL, airing("07:00", 5), TooManySessions),
        ("ha-noi-ngoai-thanh", [], airing("2026-11-29T06:00", 5), DayForbidden),
        ("lien-chieu", TWO_LONG[:1], TWO_LONG[1], None),
        ("lien-chieu", [], airing("04:45", 10), OutOfHours),
        ("lien-chieu", [], airing("06:15", 60), None),
        ("lien-chieu", [], airing("05:30", 61), SessionTooLong),
        ("lien-chieu", TWO_LONG, airing("19:00", 10), TooManySessions),
        ("lien-chieu", TWO_LONG[:1], airing("2026-11-29T17:00", 60), None),
    ],
)
def test_the_rules_of_ha_noi_and_lien_chieu(name, so_far, one, error):
    policy = preset(name, HANOI)
    if error is None:
        admit(policy, so_far, [one])
        return
    with pytest.raises(error) as caught:
        admit(policy, so_far, [one])
    assert caught.value.facts["policy"] == policy.name
    assert caught.value.facts["rule"] in set(HoursRule)


def test_an_election_on_a_sunday_is_an_extra_day():
    urban = preset("ha-noi-noi-thanh", HANOI)
    sunday = airing("2026-11-29T07:00", 15)
    assert told(urban, [], sunday) is HoursRule.WEEKDAY
    special = HoursPolicy(
        urban.name,
        HANOI,
        urban.windows,
        weekdays=urban.weekdays,
        extra_days=frozenset({date(2026, 11, 29)}),
    )
    assert told(special, [], sunday) is None


def test_a_refusal_says_what_to_change_on_the_areas_clocks():
    with pytest.raises(OutOfHours) as caught:
        admit(preset("lien-chieu", HANOI), [], [airing("2026-11-29T08:01", 1)])
    assert caught.value.facts == {
        "policy": "Liên Chiểu, Đà Nẵng",
        "rule": "window",
        "start": "2026-11-29T01:01:00.000Z",
        "local": "08:01 29/11/2026",
        "allowed": ["05:30–08:00", "17:00–19:30"],
    }
    with pytest.raises(SessionTooLong) as caught:
        admit(preset("lien-chieu", HANOI), [airing("06:00", 50)], [airing("06:52", 20)])
    facts = caught.value.facts
    assert (facts["session"], facts["found_min"], facts["limit_min"]) == (
        "06:00 24/11/2026",
        72,
        60,
    )


def test_what_is_wanted_together_is_judged_together():
    three = [airing("06:00", 5), airing("12:00", 5), airing("17:00", 5)]
    with pytest.raises(TooManySessions) as caught:
        admit(hours(2), [], three)
    assert caught.value.facts["local"] == "06:00 24/11/2026"
    admit(hours(3), [], three)
    admit(None, [], three)


# -- for any policy, any day --------------------------------------------------------------------

ZONES = st.sampled_from([HANOI, "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"])
POLICIES = st.builds(
    HoursPolicy,
    st.just("thử"),
    ZONES,
    st.lists(
        st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), st.times(), st.times()),
        max_size=3,
    ).map(tuple),
    sessions_per_day=st.one_of(st.none(), st.integers(1, 3)),
    longest_session_min=st.one_of(st.none(), st.integers(1, 90)),
    session_gap=st.integers(1, 3_600).map(lambda s: timedelta(seconds=s)),
    forbidden_days=st.frozensets(st.dates(date(2026, 10, 23), date(2026, 10, 27)), max_size=2),
)
STARTS = st.integers(0, 4 * 86_400).map(
    lambda s: datetime(2026, 10, 23, tzinfo=UTC) + timedelta(seconds=s)
)
AIRINGS = st.builds(
    lambda start, length_s, urgency: Airing(start, start + timedelta(seconds=length_s), urgency),
    STARTS,
    st.integers(0, 7_200),
    st.sampled_from(BroadcastClass),
)


@given(POLICIES, st.lists(AIRINGS, max_size=8), AIRINGS, st.lists(st.floats(0, 0.999), max_size=5))
def test_the_judge_never_allows_what_the_windows_forbid(policy, so_far, one, fractions):
    ruling = judge(policy, so_far, one)
    if one.broadcast_class is EMERGENCY:
        assert ruling.allowed
    elif ruling.allowed:
        for fraction in [0, *fractions]:
            assert policy.allows(one.start + (one.end - one.start) * fraction)
    elif ruling.rule not in {HoursRule.LENGTH, HoursRule.SESSIONS}:
        assert one.start <= ruling.at
        assert not policy.allows(ruling.at)


@given(POLICIES, st.lists(AIRINGS, max_size=8), AIRINGS, st.randoms())
def test_order_does_not_matter(policy, so_far, one, random):
    shuffled = [*so_far]
    random.shuffle(shuffled)
    assert judge(policy, so_far, one) == judge(policy, shuffled, one)


@given(POLICIES, st.lists(AIRINGS, max_size=10))
def test_what_was_allowed_one_by_one_keeps_the_rules_as_a_whole(policy, asked):
    played = []
    for one in asked:
        if judge(policy, played, one).allowed:
            played.append(one)
    bound = [one for one in played if one.broadcast_class is not EMERGENCY]
    formed = sessions(bound, policy.session_gap)
    assert all(one.end + policy.session_gap <= two.start for one, two in pairwise(formed))
    if policy.longest_session_min is not None:
        assert all(one.length <= policy.longest_session_min * MINUTE for one in formed)
    if policy.sessions_per_day is not None:
        days = [policy.day_of(one) for one in formed]
        assert all(days.count(day) <= policy.sessions_per_day for day in days)


@given(POLICIES, st.lists(AIRINGS, max_size=5), st.lists(AIRINGS, max_size=3))
def test_judging_together_is_judging_each_besides_the_others(policy, so_far, wanted):
    for index, ruling in enumerate(judge_all(policy, so_far, wanted)):
        others = [*so_far, *wanted[:index], *wanted[index + 1 :]]
        assert ruling == judge(policy, others, wanted[index])


@given(POLICIES, st.lists(AIRINGS, max_size=8), STARTS)
def test_up_to_its_limit_a_session_may_go_on_and_not_beyond(policy, so_far, at):
    limit = policy.session_limit(so_far, at)
    if limit is None:
        assert policy.longest_session_min is None
        return
    over = Airing(at, max(limit, at) + MINUTE, NORMAL)
    assert not judge(policy, so_far, over).allowed
