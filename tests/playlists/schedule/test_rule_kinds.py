"""Rules of every kind: parts of days, every so often, the sun, holidays, ranges, no end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import timerules
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playlists.errors import BadBytes, ContentRefused
from playlists.schedule import draft as form
from playlists.schedule import instant, rules
from playlists.schedule.almanac import BUILT_IN
from playlists.schedule.draft import OnHolidays, RuleDraft, TimesDraft
from playlists.schedule.sun import SunEvent

HANOI = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
FROM = "2026-11-25"
MINUTE = timedelta(minutes=1)


def parse(draft, tz=HANOI, **more):
    return rules.parse(draft, tz, BUILT_IN, **{"now": NOW, **more})


def local(draft, tz=HANOI, days=3, since=FROM, *, length=False, **more):
    """Occurrences as the clocks there say, as text."""
    zone = ZoneInfo(tz)
    low = datetime.fromisoformat(since).replace(tzinfo=zone)
    found = parse(draft, tz, **more).occurrences(low, low + timedelta(days=days))
    starts = [
        (f"{a.astimezone(zone):%d/%m %H:%M}", f"-{b.astimezone(zone):%H:%M}") for a, b in found
    ]
    return [start + end * length for start, end in starts]


def refusal(draft, tz=HANOI):
    with pytest.raises(ContentRefused) as caught:
        parse(draft, tz)
    return caught.value


def parsed_or(draft, *codes):
    """The rule, or None when it is refused for one of these reasons."""
    try:
        return parse(draft)
    except ContentRefused as refused:
        if refused.code not in codes:
            raise
        return None


def test_until_further_notice():
    rule = parse(RuleDraft(f"{FROM}T17:00", duration_s=60, rrule="FREQ=DAILY"))
    assert rule.endless
    assert rule.last_end() == rules.FOR_EVER
    day = datetime(2199, 3, 1, tzinfo=UTC)
    assert [*rule.occurrences(day, day + timedelta(days=1))] == [
        (day + timedelta(hours=10), day + timedelta(hours=10, minutes=1))
    ]
    with pytest.raises(ContentRefused) as caught:
        [*rule.occurrences(NOW, NOW + timedelta(days=4_000))]
    assert caught.value.code == "window-too-long"
    dense = parse(
        RuleDraft(FROM, times=TimesDraft(every_min=10, since="00:00", until="00:00"), duration_s=60)
    )
    with pytest.raises(ContentRefused) as caught:
        [*dense.occurrences(NOW, NOW + timedelta(days=900))]
    assert caught.value.code == "exploding-rrule"


def test_a_part_of_the_day_also_over_midnight():
    night = RuleDraft(FROM, times=TimesDraft(part="đêm"), last_day="2026-11-26")
    assert local(night, length=True) == ["25/11 22:00-05:00", "26/11 22:00-05:00"]
    inside = local(night, since="2026-11-27", length=True)
    assert inside == ["26/11 22:00-05:00"]  # it began yesterday and is on
    noon = RuleDraft(times=TimesDraft(part="Buổi trưa"), duration_s=60)
    assert local(noon, days=1, length=True) == ["25/11 11:00-11:01"]


def test_a_night_lasts_as_long_as_the_clock_says():
    night = RuleDraft("2027-03-27", times=TimesDraft(part="đêm"), last_day="2027-03-28")
    found = [*parse(night, "Europe/Berlin").occurrences(NOW, NOW + timedelta(days=400))]
    assert [end - start for start, end in found] == [timedelta(hours=6), timedelta(hours=7)]


def test_every_so_many_minutes():
    chime = RuleDraft(
        FROM, times=TimesDraft(every_min=20, since="05:00", until="06:00"), duration_s=30
    )
    assert local(chime, days=1) == ["25/11 05:00", "25/11 05:20", "25/11 05:40"]
    late = RuleDraft(
        FROM, times=TimesDraft(every_min=60, since="22:30", until="01:00"), duration_s=30
    )
    assert local(late, days=2) == [
        "25/11 22:30",
        "25/11 23:30",
        "26/11 00:30",
        "26/11 22:30",
        "26/11 23:30",
    ]


def test_every_so_many_minutes_through_a_night_of_twenty_three_and_of_twenty_five_hours():
    every = TimesDraft(every_min=30, since="01:00", until="04:00")
    spring = RuleDraft("2027-03-28", times=every, last_day="2027-03-28", duration_s=30)
    assert local(spring, "Europe/Berlin", since="2027-03-28", days=1) == [
        "28/03 01:00",
        "28/03 01:30",
        "28/03 03:00",
        "28/03 03:30",
    ]
    autumn = RuleDraft("2027-10-31", times=every, last_day="2027-10-31", duration_s=30)
    assert local(autumn, "Europe/Berlin", since="2027-10-31", days=1) == [
        "31/10 01:00",
        "31/10 01:30",
        "31/10 02:00",
        "31/10 02:30",
        "31/10 02:00",
        "31/10 02:30",
        "31/10 03:00",
        "31/10 03:30",
    ]


def test_by_the_sun():
    lamps = RuleDraft(FROM, times=TimesDraft(sun=SunEvent.SET, offset_min=-15), duration_s=60)
    assert local(lamps, days=1) == ["25/11 16:59"]  # Hà Nội: 17:14
    dawn = RuleDraft(FROM, times=TimesDraft(sun=SunEvent.RISE), duration_s=60)
    assert local(dawn, days=1) == ["25/11 06:13"]


@pytest.mark.parametrize(
    ("how", "names", "expected"),
    [
        (OnHolidays.ONLY, (), ["30/04 06:00", "01/05 06:00"]),
        (OnHolidays.ONLY, ("Quốc tế Lao động",), ["01/05 06:00"]),
        (OnHolidays.EXCEPT, (), ["27/04 06:00", "28/04 06:00", "29/04 06:00", "02/05 06:00"]),
        (OnHolidays.EVE, (), ["29/04 06:00", "30/04 06:00"]),
        (OnHolidays.EVE, ("Giỗ Tổ Hùng Vương",), []),
    ],
)
def test_holidays(how, names, expected):
    rule = RuleDraft(f"{FROM}T06:00", duration_s=60, holidays=how, holiday_names=names)
    assert local(rule, since="2027-04-27", days=6) == expected


def test_the_eve_of_a_span_is_one_day():
    eve = RuleDraft(
        f"{FROM}T06:00", duration_s=60, holidays=OnHolidays.EVE, holiday_names=("Tết Nguyên Đán",)
    )
    assert local(eve, since="2027-01-01", days=800) == ["04/02 06:00", "24/01 06:00", "11/02 06:00"]


def test_dates_are_added_and_taken_away():
    rule = RuleDraft(
        f"{FROM}T06:00",
        duration_s=60,
        rrule="FREQ=DAILY;COUNT=5",
        exdates=("2026-11-26", "2026-11-27T06:00", "2026-11-28T05:00"),
        rdates=("2026-11-26T07:00", "2026-12-24T23:00:00Z", "2026-11-25T06:00"),
    )
    assert local(rule, days=60) == [
        "25/11 06:00",
        "26/11 07:00",
        "28/11 06:00",
        "29/11 06:00",
        "25/12 06:00",
    ]


def test_a_range_of_days():
    rule = RuleDraft(f"{FROM}T06:00", duration_s=60, last_day="2026-11-27", rrule="FREQ=DAILY")
    assert local(rule, days=60) == ["25/11 06:00", "26/11 06:00", "27/11 06:00"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"times": TimesDraft()}, "rule-parts-clash"),
        ({"times": TimesDraft(part="tối", sun=SunEvent.SET)}, "rule-parts-clash"),
        ({"times": TimesDraft(part="tối", offset_min=5)}, "rule-parts-clash"),
        ({"times": TimesDraft(part="tối", since="05:00")}, "rule-parts-clash"),
        ({"times": TimesDraft(every_min=1, since="05:00", until="06:00")}, "rule-parts-clash"),
        ({"times": TimesDraft(every_min=10, since="05:00")}, "rule-parts-clash"),
        ({"times": TimesDraft(every_min=10, since="5h", until="06:00")}, "rule-parts-clash"),
        (
            {"times": TimesDraft(every_min=5, since="00:00", until="00:00"), "duration_s": 5},
            "exploding-rrule",
        ),
        ({"times": TimesDraft(sun=SunEvent.SET, offset_min=10**9)}, "rule-parts-clash"),
        ({"times": TimesDraft(part="khuya")}, "unknown-part"),
        ({"times": TimesDraft(part="tối"), "start": f"{FROM}T05:00"}, "rule-parts-clash"),
        ({"times": TimesDraft(part="tối"), "rrule": "FREQ=HOURLY"}, "rule-parts-clash"),
        ({"times": TimesDraft(part="tối"), "rrule": "FREQ=DAILY;BYHOUR=3"}, "rule-parts-clash"),
        ({"times": TimesDraft(sun=SunEvent.SET)}, "no-duration"),
        (
            {"holidays": OnHolidays.ONLY, "holiday_names": ("Lễ",), "duration_s": 5},
            "unknown-holiday",
        ),
        ({"holiday_names": ("Quốc khánh",), "duration_s": 5}, "rule-parts-clash"),
        ({"last_day": "2026-11-24", "start": f"{FROM}T05:00", "duration_s": 5}, "end-before-start"),
        ({"last_day": "mai", "duration_s": 5}, "bad-time"),
        ({"last_day": "2050-01-01", "start": f"{FROM}T05:00", "duration_s": 5}, "exploding-rrule"),
        ({"rdates": ("mai",), "duration_s": 5}, "bad-time"),
        ({"rdates": ("2026-11-26T05:00",) * 1_001, "duration_s": 5}, "rule-parts-clash"),
        ({"rdates": ("2499-11-26T05:00",), "duration_s": 5}, "exploding-rrule"),
        ({"exdates": ("2026-02-30",), "duration_s": 5}, "bad-time"),
        (
            {"start": f"{FROM}T05:00", "exdates": (f"{FROM}T05:00",), "duration_s": 5},
            "never-happens",
        ),
        (
            {
                "start": f"{FROM}T05:00",
                "rrule": "FREQ=DAILY;COUNT=1",
                "exdates": (FROM,),
                "duration_s": 5,
            },
            "never-happens",
        ),
        (
            {
                "start": f"{FROM}T05:00",
                "last_day": FROM,
                "holidays": OnHolidays.ONLY,
                "duration_s": 5,
            },
            "never-happens",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(rule, code):
    assert refusal(RuleDraft(**rule)).code == code


def test_midnights_that_do_not_exist_are_days_all_the_same():
    beirut = RuleDraft("2027-03-28", times=TimesDraft(part="sáng"), exdates=("2027-03-29",))
    assert local(beirut, "Asia/Beirut", since="2027-03-28") == ["28/03 05:00", "30/03 05:00"]


TABLE = [
    # zone, instant, what the clocks there say: by hand from the zones' published changes
    ("Europe/Berlin", "2027-10-31T00:30:00.000Z", "2027-10-31T02:30:00+02:00"),
    ("Europe/Berlin", "2027-10-31T01:30:00.000Z", "2027-10-31T02:30:00+01:00"),
    ("Europe/Berlin", "2027-03-28T00:59:00.000Z", "2027-03-28T01:59:00+01:00"),
    ("Europe/Berlin", "2027-03-28T01:00:00.000Z", "2027-03-28T03:00:00+02:00"),
    ("Australia/Lord_Howe", "2027-04-03T14:45:00.000Z", "2027-04-04T01:45:00+11:00"),
    ("Australia/Lord_Howe", "2027-04-03T15:15:00.000Z", "2027-04-04T01:45:00+10:30"),
    ("Australia/Lord_Howe", "2027-10-02T15:29:00.000Z", "2027-10-03T01:59:00+10:30"),
    ("Australia/Lord_Howe", "2027-10-02T15:30:00.000Z", "2027-10-03T02:30:00+11:00"),
    ("Pacific/Apia", "2011-12-30T09:59:00.000Z", "2011-12-29T23:59:00-10:00"),
    ("Pacific/Apia", "2011-12-30T10:00:00.000Z", "2011-12-31T00:00:00+14:00"),
    ("Asia/Ho_Chi_Minh", "2026-11-24T17:00:00.000Z", "2026-11-25T00:00:00+07:00"),
]


@pytest.mark.parametrize(("tz", "at", "there"), TABLE)
def test_instants_and_local_texts_mean_the_same_in_both_directions(tz, at, there):
    assert instant.to_local_text(instant.from_text(at), ZoneInfo(tz)) == there
    assert instant.to_text(instant.from_text(there)) == at
    rule = parse(RuleDraft(there, duration_s=60), tz, now=instant.from_text(at) - MINUTE)
    assert instant.to_text(rule.first_start()) == at


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    draft=timerules.drafts(),
    since=st.integers(-10, 700),
    span=st.integers(0, 40),
    cut=st.tuples(st.integers(0, 960), st.integers(0, 960)),
)
def test_a_window_holds_what_a_bigger_one_holds_there_in_order_and_once(draft, since, span, cut):
    rule = parsed_or(draft, "never-happens", "end-before-start", "exploding-rrule")
    if rule is None:
        return
    low, high = NOW + timedelta(days=since), NOW + timedelta(days=since + span)
    whole = [*rule.occurrences(low, high)]
    after, before = low + timedelta(hours=min(cut)), low + timedelta(hours=max(cut))
    before = min(before, high)
    part = [*rule.occurrences(after, before)]
    assert part == [(a, b) for a, b in whole if b > after and a < before]
    starts = [a for a, _ in whole]
    assert starts == sorted(set(starts))
    assert all(rule.first_start() <= a and b <= rule.last_end() for a, b in whole)
    assert len(whole) <= 200 * (span + 3)


@given(draft=timerules.drafts())
def test_nothing_outside_the_range_of_days_but_dates_that_were_added(draft):
    rule = parsed_or(draft, "never-happens", "end-before-start", "exploding-rrule")
    if rule is None:
        return
    zone = ZoneInfo(draft.tz)
    added = {rules.read_time("", text, zone) for text in draft.rdates}
    first = date.fromisoformat(draft.start[:10])
    last = date.max if draft.last_day is None else date.fromisoformat(draft.last_day)
    begins = {start for start, _ in rule.occurrences(NOW, NOW + timedelta(days=1_000))} - added
    days = [start.astimezone(zone).date() for start in begins]
    slack = timedelta(days=draft.times is not None)  # hours of a day may lie after midnight
    assert all(first - slack <= day for day in days)
    assert last == date.max or all(day <= last + slack + timedelta(days=1) for day in days)


@given(draft=timerules.drafts())
def test_the_json_form_means_the_same(draft):
    assert form.from_json(form.to_json(draft)) == draft


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from([FROM, f"{FROM}T05:00", "FREQ=DAILY", "sáng", "sunset", "only", HANOI]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["part", "every_min", "since", "until", "sun", "offset_min", "x"]),
            inner,
        ),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*form._RULE, "x"]), JSON))
def test_any_json_is_a_rule_or_refused(document):
    try:
        rule = parse(form.from_json(document), default_duration_s=60)
    except (ContentRefused, BadBytes):
        return
    assert rule.last_end() > NOW
