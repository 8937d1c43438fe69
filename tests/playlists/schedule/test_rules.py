"""Rules: texts to occurrences, DST tables, refusals, and no input that hangs or surprises."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.schedule import rules
from playlists.schedule.almanac import BUILT_IN
from playlists.schedule.draft import RuleDraft
from playlists.schedule.recurrence import MAX_OCCURRENCES, MAX_OCCURRENCES_PER_DAY

HANOI = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
FOREVER = datetime(2500, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


def parse(start="2026-11-25T08:00", rrule=None, tz=HANOI, *, now=NOW, **ends):
    ends = ends or {"duration_s": 60}
    default_duration_s = ends.pop("default_duration_s", None)
    draft = RuleDraft(start=start, rrule=rrule, **ends)
    return rules.parse(draft, tz, BUILT_IN, now=now, default_duration_s=default_duration_s)


def starts(rule, after=LONG_AGO, before=FOREVER):
    return [start for start, _ in rule.occurrences(after, before)]


def spelled(rule, tz):
    """Each start as UTC and as the wall clock that people there read."""
    zone = ZoneInfo(tz)
    return [f"{at:%m-%dT%H:%M}Z {at.astimezone(zone):%m-%dT%H:%M%z}" for at in starts(rule)]


def refusal(**rule):
    with pytest.raises(ContentRefused) as caught:
        parse(**rule)
    return caught.value


def test_a_one_off_in_wall_time():
    rule = parse(end="2026-11-25T09:30")
    assert starts(rule) == [datetime(2026, 11, 25, 1, 0, tzinfo=UTC)]
    assert rule.last_end() == datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


def test_an_offset_wins_over_the_zone():
    assert parse("2026-11-25T08:00+09:00").first_start() == datetime(2026, 11, 24, 23, tzinfo=UTC)


def test_no_start_means_now_to_the_millisecond():
    now = NOW.replace(microsecond=123_456)
    assert parse(None, now=now).first_start() == NOW.replace(microsecond=123_000)


def test_a_sound_ends_by_itself():
    rule = parse(default_duration_s=12.345)
    assert rule.last_end() - rule.first_start() == timedelta(milliseconds=12_345)
    rule = parse(None, duration_s=5, default_duration_s=60)
    assert rule.last_end() - rule.first_start() == timedelta(seconds=5)


def test_occurrences_between_two_instants_include_the_one_that_runs():
    rule = parse(rrule="FREQ=DAILY;COUNT=5", duration_s=3600)
    first = rule.first_start()
    inside = first + timedelta(days=1, minutes=30)
    seen = list(rule.occurrences(inside, inside + timedelta(days=1)))
    assert [start for start, _ in seen] == [first + timedelta(days=1), first + timedelta(days=2)]
    at_the_end = first + timedelta(hours=1)
    assert next(rule.occurrences(at_the_end, FOREVER))[0] == first + timedelta(days=1)


@pytest.mark.parametrize(
    ("tz", "start", "rrule", "expected"),
    [
        (
            "Europe/Berlin",  # spring: 02:00 to 03:00 does not exist on 28 March 2027
            "2027-03-27T02:30",
            "FREQ=DAILY;COUNT=3",
            ["03-27T01:30Z 03-27T02:30+0100", "03-28T01:30Z 03-28T03:30+0200",
             "03-29T00:30Z 03-29T02:30+0200"],
        ),
        (
            "Europe/Berlin",  # autumn: 02:30 comes twice on 31 October 2027
            "2027-10-30T02:30",
            "FREQ=DAILY;COUNT=3",
            ["10-30T00:30Z 10-30T02:30+0200", "10-31T00:30Z 10-31T02:30+0200",
             "11-01T01:30Z 11-01T02:30+0100"],
        ),
        (
            "Australia/Lord_Howe",  # half an hour: 02:00 to 02:30 does not exist on 3 October 2027
            "2027-10-02T02:15",
            "FREQ=DAILY;COUNT=3",
            ["10-01T15:45Z 10-02T02:15+1030", "10-02T15:45Z 10-03T02:45+1100",
             "10-03T15:15Z 10-04T02:15+1100"],
        ),
        (
            "Australia/Lord_Howe",  # 01:30 to 02:00 comes twice on 4 April 2027
            "2027-04-03T01:45",
            "FREQ=DAILY;COUNT=3",
            ["04-02T14:45Z 04-03T01:45+1100", "04-03T14:45Z 04-04T01:45+1100",
             "04-04T15:15Z 04-05T01:45+1030"],
        ),
        (
            HANOI,
            "2027-03-27T02:30",
            "FREQ=DAILY;COUNT=2",
            ["03-26T19:30Z 03-27T02:30+0700", "03-27T19:30Z 03-28T02:30+0700"],
        ),
    ],
)  # fmt: skip
def test_wall_time_across_clock_changes(tz, start, rrule, expected):
    assert spelled(parse(start, rrule, tz), tz) == expected


def test_the_day_that_samoa_skipped_happens_at_the_offset_before():
    now = datetime(2011, 12, 1, tzinfo=UTC)
    rule = parse("2011-12-29T09:00", "FREQ=DAILY;COUNT=3", "Pacific/Apia", now=now)
    assert spelled(rule, "Pacific/Apia") == [
        "12-29T19:00Z 12-29T09:00-1000",
        "12-30T19:00Z 12-31T09:00+1400",  # 30 December did not exist; 31 December is the same
    ]
    assert refusal(start="2011-12-30T09:00", tz="Pacific/Apia", now=now).code == "nonexistent-time"


def test_hourly_rules_never_repeat_an_instant_across_clock_changes():
    for start in ("2027-03-28T00:00", "2027-10-31T00:00"):
        rule = parse(start, "FREQ=HOURLY;BYMINUTE=0,30;COUNT=12", "Europe/Berlin")
        assert starts(rule) == sorted(set(starts(rule)))


@pytest.mark.parametrize(
    ("rule", "code", "facts"),
    [
        ({"tz": "Asia/Hanoi"}, "unknown-zone", {"tz": "Asia/Hanoi"}),
        ({"tz": "../../etc/passwd"}, "unknown-zone", {}),
        ({"tz": "Europe"}, "unknown-zone", {}),
        ({"tz": "a\0b"}, "unknown-zone", {}),
        ({"start": "tomorrow"}, "bad-time", {"field": "start", "value": "tomorrow"}),
        ({"start": "0001-01-01T00:00"}, "bad-time", {}),
        ({"start": "9999-12-31T23:59-12:00"}, "bad-time", {}),
        ({"end": "soon"}, "bad-time", {"field": "end"}),
        (
            {"start": "2027-03-28T02:30", "tz": "Europe/Berlin"},
            "nonexistent-time",
            {"time": "2027-03-28T02:30", "tz": "Europe/Berlin"},
        ),
        (
            {"start": "2027-03-28T01:30", "end": "2027-03-28T02:30", "tz": "Europe/Berlin"},
            "nonexistent-time",
            {"time": "2027-03-28T02:30"},
        ),
        ({"end": "2026-11-25T08:00"}, "end-before-start", {}),
        ({"end": "2026-11-26T08:00", "duration_s": 5}, "two-ends", {}),
        ({"default_duration_s": None}, "no-duration", {}),
        ({"duration_s": 0}, "bad-duration", {"limit_s": 31 * 86_400}),
        ({"duration_s": -5}, "bad-duration", {}),
        ({"duration_s": 1e300}, "bad-duration", {}),
        ({"duration_s": float("nan")}, "bad-duration", {}),
        ({"end": "2026-12-31T08:00"}, "bad-duration", {}),
        (
            {"start": "2026-11-24T11:58:59"},
            "in-the-past",
            {"start": "2026-11-24T04:58:59.000Z", "now": "2026-11-24T05:00:00.000Z"},
        ),
        ({"start": "2026-11-24T11:59:30", "duration_s": 10}, "in-the-past", {}),
        ({"start": "2026-10-01T08:00", "rrule": "FREQ=DAILY;COUNT=5"}, "in-the-past", {}),
        ({"start": "2040-01-01T00:00"}, "too-far-ahead", {"limit_years": 5}),
        ({"rrule": "FREQ=SECONDLY;COUNT=1000000000"}, "exploding-rrule", {}),
        ({"rrule": "FREQ=MINUTELY;COUNT=2"}, "exploding-rrule", {}),
        ({"rrule": "FREQ=HOURLY;COUNT=999999999"}, "exploding-rrule", {"limit": MAX_OCCURRENCES}),
        ({"rrule": "FREQ=DAILY;UNTIL=99991231"}, "exploding-rrule", {}),
        ({"rrule": "FREQ=DAILY;UNTIL=50000101"}, "exploding-rrule", {}),
        ({"rrule": "FREQ=YEARLY;COUNT=12"}, "exploding-rrule", {}),
        ({"rrule": "FREQ=HOURLY;UNTIL=20290101"}, "exploding-rrule", {"limit": MAX_OCCURRENCES}),
        (
            {"rrule": f"FREQ=HOURLY;COUNT=999;BYMINUTE={','.join(map(str, range(10)))}"},
            "exploding-rrule",
            {"limit": MAX_OCCURRENCES_PER_DAY},
        ),
        ({"rrule": ""}, "bad-rrule", {}),
        ({"rrule": "FREQ=NEVER"}, "bad-rrule", {}),
        ({"rrule": "DROP TABLE"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=1\nRDATE:20300101T000000"}, "bad-rrule", {}),
        ({"rrule": "DTSTART:20200101T000000 FREQ=DAILY;COUNT=1"}, "bad-rrule", {}),
        ({"rrule": "EXDATE=20200101;FREQ=DAILY;COUNT=1"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=1;UNTIL=20300101"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=1;COUNT=2"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=0"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=1;INTERVAL=0"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=" + "9" * 200}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;UNTIL=20261332"}, "bad-rrule", {}),
        ({"rrule": "FREQ=WEEKLY;BYDAY=2MO;COUNT=1"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=1;BYEASTER=1"}, "bad-rrule", {}),
        ({"rrule": "FREQ=DAILY;COUNT=1;" + "X" * 400}, "bad-rrule", {}),
    ],
)  # fmt: skip
def test_what_is_refused_and_with_which_facts(rule, code, facts):
    refused = refusal(**rule)
    assert refused.code == code
    assert facts.items() <= refused.facts.items()


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31;UNTIL=20991231",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=3",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3;COUNT=3",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2;COUNT=3",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9;BYSETPOS=" + ",".join(map(str, range(1, 70))),
    ],
)
def test_rules_that_never_come_true_are_answered(rrule):
    for ended in (rrule, rrule.replace(";COUNT=3", "").replace(";COUNT=9", "")):
        assert refusal(rrule=ended).code in {"never-happens", "bad-rrule"}


def test_until_is_inclusive_in_all_three_spellings():
    for until in ("20261127", "20261127T080000", "20261127T010000Z"):
        assert len(starts(parse(rrule=f"RRULE:FREQ=DAILY;UNTIL={until}"))) == 3, until


def test_a_leap_day_and_the_fifth_friday():
    now = datetime(2027, 1, 1, tzinfo=UTC)
    leap = parse("2028-02-29T08:00", "FREQ=YEARLY;UNTIL=20340101", now=now)
    assert [at.year for at in starts(leap)] == [2028, 2032]
    fridays = parse("2027-01-29T08:00", "FREQ=MONTHLY;BYDAY=5FR;COUNT=3", now=now)
    assert [(at.month, at.day) for at in starts(fridays)] == [(1, 29), (4, 30), (7, 30)]


NUMBERS = st.integers(-400, 12_000).map(str)
VALUES = st.one_of(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "SECONDLY", "MO", "-1SU",
                     "5FR", "20270101", "20270101T000000Z", "99991231", "99960229", ""]),
    st.lists(NUMBERS, min_size=1, max_size=6).map(",".join),
)  # fmt: skip
NAMES = st.sampled_from(
    ["FREQ", "COUNT", "UNTIL", "INTERVAL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY",
     "BYWEEKNO", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS", "BYEASTER", "DTSTART"]
)  # fmt: skip
FREQUENCIES = st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"])
RRULES = st.builds(
    lambda frequency, count, parts: ";".join(
        [f"FREQ={frequency}", *count, *(f"{name}={value}" for name, value in parts)]
    ),
    FREQUENCIES,
    st.one_of(st.just([]), st.integers(0, 12_000).map(lambda count: [f"COUNT={count}"])),
    st.lists(st.tuples(NAMES, VALUES), max_size=4),
)


@given(rrule=st.one_of(RRULES, st.text(max_size=80), st.binary(max_size=80).map(repr)))
@example(rrule="FREQ=DAILY;UNTIL=99960229")
def test_any_recurrence_text_is_expanded_or_refused(rrule):
    try:
        rule = parse(rrule=rrule)
    except ContentRefused:
        return
    assert rule.last_end() > NOW
    if rule.endless:
        return
    found = starts(rule)
    assert 0 < len(found) <= MAX_OCCURRENCES
    assert found == sorted(set(found))
    assert list(rule.occurrences(LONG_AGO, FOREVER))[-1][1] == rule.last_end()


@given(
    start=st.one_of(st.none(), st.text(max_size=30), st.datetimes().map(datetime.isoformat)),
    end=st.one_of(st.none(), st.text(max_size=30), st.datetimes().map(datetime.isoformat)),
    duration_s=st.one_of(st.none(), st.floats()),
    tz=st.one_of(st.text(max_size=20), st.sampled_from([HANOI, "Europe/Berlin", "Pacific/Apia"])),
)
def test_any_texts_are_a_rule_or_refused(start, end, duration_s, tz):
    try:
        rule = parse(start, tz=tz, end=end, duration_s=duration_s)
    except ContentRefused:
        return
    assert rule.last_end() > rule.first_start() > NOW - timedelta(minutes=2)
