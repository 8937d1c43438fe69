"""Calendars out and in: a foreign reader sees the same, we read back what we wrote, and no file
surprises us."""

import base64
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import timerules
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from playlists.errors import ContentRefused
from playlists.schedule import calendar_in, calendar_out, instant, rules
from playlists.schedule.almanac import BUILT_IN
from playlists.schedule.calendar_out import Entry
from playlists.schedule.draft import RuleDraft, TimesDraft

HANOI = "Asia/Ho_Chi_Minh"
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
YEAR = NOW + timedelta(days=366)


def parse(draft, tz=HANOI):
    return rules.parse(draft, tz, BUILT_IN, now=NOW, default_duration_s=60)


def written(draft, uid="a1", title="Chào; bạn, nhé\\"):
    rule = parse(draft)
    return calendar_out.write("Loa", [Entry(uid, title, "…", draft, rule, NOW)], NOW, YEAR), rule


def foreign(data, low, high):
    """What another program makes of a calendar, between two instants."""
    calendar = IcsCalendarStream.calendar_from_ics(data.decode())
    found = calendar.timeline_tz(UTC).overlapping(low, high)
    return sorted((one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in found)


def ics(*lines, head=("BEGIN:VCALENDAR", "VERSION:2.0")):
    event = ["BEGIN:VEVENT", "UID:x", "SUMMARY:Họp", *lines, "END:VEVENT"] if lines else []
    return "\r\n".join([*head, *event, "END:VCALENDAR", ""]).encode()


def read_one(*lines, tz=HANOI):
    (event,) = calendar_in.read(ics(*lines), tz)
    return event


def read_rule(*lines, tz=HANOI):
    event = read_one(*lines, tz=tz)
    assert event.refusal is None, event.refusal
    return event.rule


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(draft=timerules.drafts())
def test_another_program_sees_the_same_and_we_read_back_what_we_wrote(draft):
    try:
        data, rule = written(draft)
    except ContentRefused:
        assume(False)  # noqa: FBT003 -- Hypothesis' word
    assert foreign(data, NOW, YEAR) == [*rule.occurrences(NOW, YEAR)]
    (event,) = calendar_in.read(data, HANOI)
    assert event.refusal is None
    assert (event.uid, event.title, event.rule) == ("a1", "Chào; bạn, nhé\\", draft)


def test_a_rule_without_an_end_stays_one_in_other_programs():
    data, rule = written(
        RuleDraft(
            "2026-11-25T17:00",
            duration_s=900,
            tz="Europe/Berlin",
            rrule="FREQ=WEEKLY;BYDAY=MO,FR",
            exdates=("2026-12-04",),
        )
    )
    assert b"RRULE:FREQ=WEEKLY;BYDAY=MO,FR\r\n" in data
    assert b"EXDATE;TZID=Europe/Berlin:20261204T170000\r\n" in data
    low, high = NOW + timedelta(days=3_000), NOW + timedelta(days=3_060)
    assert foreign(data, low, high) == [*rule.occurrences(low, high)]


def test_more_dates_than_an_event_may_have_are_several_events_and_one_rule():
    chime = RuleDraft(
        "2026-11-25",
        duration_s=30,
        tz=HANOI,
        times=TimesDraft(every_min=10, since="05:00", until="06:00"),
    )
    data, rule = written(chime)
    assert data.count(b"BEGIN:VEVENT") == 3
    assert foreign(data, NOW, YEAR) == [*rule.occurrences(NOW, YEAR)]
    assert [event.rule for event in calendar_in.read(data, HANOI)] == [chime]
    edited = calendar_in.read(data.replace(b"DURATION:PT30S", b"DURATION:PT10S", 1), HANOI)
    assert [event.rule.duration_s for event in edited] == [10, 30, 30]


def test_a_note_of_ours_counts_only_while_nobody_edits_the_event():
    data, _ = written(
        RuleDraft("2026-11-25", times=TimesDraft(part="tối"), tz=HANOI, last_day="2026-11-27")
    )
    edited = data.replace(b"DURATION:PT1M", b"DURATION:PT1H")
    (event,) = calendar_in.read(edited, HANOI)
    assert event.rule == RuleDraft(
        "2026-11-25T11:00:00",
        duration_s=3_600,
        tz="UTC",
        rdates=("2026-11-25T11:00:00", "2026-11-26T11:00:00", "2026-11-27T11:00:00"),
    )
    title = data.replace(b"SUMMARY:", b"SUMMARY:X ")
    assert calendar_in.read(title, HANOI)[0].rule.times == TimesDraft(part="tối")


@pytest.mark.parametrize("note", [b"?", b"AAAA", b"bnVsbA==", base64.b64encode(b"[" * 100_000)])
def test_a_broken_note_is_no_note(note):
    begins = "DTSTART:20261125T100000Z"
    rule = read_rule(begins, f"X-SIGNCAST-RULE:{note.decode()[:90_000]}")
    assert rule == RuleDraft("2026-11-25T10:00:00", tz="UTC")


def test_a_forged_note_is_judged_like_every_rule():
    plain = read_rule("DTSTART:20261125T100000Z")
    of = calendar_in._hash(plain, ZoneInfo("UTC"))
    for rule in ({"x": 1}, {"rrule": 5}, {"rdates": ["a"] * 5_000}, [], None):
        note = base64.b64encode(json.dumps({"of": of, "rule": rule}).encode()).decode()
        assert read_rule("DTSTART:20261125T100000Z", f"X-SIGNCAST-RULE:{note}") == plain


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["DTSTART:20261125T170000", "DTEND:20261125T171500"],
            RuleDraft("2026-11-25T17:00:00", duration_s=900),
        ),
        (
            ["DTSTART:20261125T100000Z", "DURATION:PT15M"],
            RuleDraft("2026-11-25T10:00:00", duration_s=900, tz="UTC"),
        ),
        (
            [
                "DTSTART;TZID=Europe/Berlin:20261125T170000",
                "DTEND;TZID=Asia/Ho_Chi_Minh:20261125T231500",
            ],
            RuleDraft("2026-11-25T17:00:00", duration_s=900, tz="Europe/Berlin"),
        ),
        (
            [
                "DTSTART;TZID=Asia/Ho_Chi_Minh:20261125T170000",
                "DURATION:PT15M",
                "RRULE:FREQ=DAILY;COUNT=3",
            ],
            RuleDraft("2026-11-25T17:00:00", duration_s=900, rrule="FREQ=DAILY;COUNT=3"),
        ),
        (
            ["DTSTART;TZID=SE Asia Standard Time:20261125T170000"],
            RuleDraft("2026-11-25T17:00:00", tz="Asia/Bangkok"),
        ),
        (
            ["DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261125T170000"],
            RuleDraft("2026-11-25T17:00:00", tz="Europe/Berlin"),
        ),
        (["DTSTART;VALUE=DATE:20261125"], RuleDraft("2026-11-25T00:00:00", duration_s=86_400)),
        (
            [
                "DTSTART;VALUE=DATE:20261125",
                "DTEND;VALUE=DATE:20261128",
                "RRULE:FREQ=YEARLY",
                "EXDATE;VALUE=DATE:20271125",
            ],
            RuleDraft(
                "2026-11-25T00:00:00",
                duration_s=3 * 86_400,
                rrule="FREQ=YEARLY",
                exdates=("2027-11-25",),
            ),
        ),
        (
            [
                "DTSTART:20261125T170000",
                "RRULE:FREQ=DAILY",
                "EXDATE:20261126T170000,20261127T170000",
                "EXDATE;TZID=Europe/Berlin:20261128T110000",
                "RDATE:20261201T080000",
            ],
            RuleDraft(
                "2026-11-25T17:00:00",
                rrule="FREQ=DAILY",
                rdates=("2026-12-01T08:00:00",),
                exdates=("2026-11-26T17:00:00", "2026-11-27T17:00:00", "2026-11-28T10:00:00.000Z"),
            ),
        ),
        (
            ["DTSTART:20261125T170000", "RRULE:FREQ=WEEKLY;BYDAY=MO"],  # a Wednesday, and it counts
            RuleDraft(
                "2026-11-25T17:00:00", rrule="FREQ=WEEKLY;BYDAY=MO", rdates=("2026-11-25T17:00:00",)
            ),
        ),
        (
            ["DTSTART;TZID=Europe/Berlin:20270328T023000"],  # in the gap: the offset before it
            RuleDraft("2027-03-28T01:30:00.000Z", tz="Europe/Berlin"),
        ),
    ],
)
def test_what_calendars_say(lines, expected):
    assert read_rule(*lines) == expected


def test_zones_that_a_file_describes_itself():
    block = [
        "BEGIN:VTIMEZONE",
        "TZID:Giờ ta",
        "BEGIN:STANDARD",
        "DTSTART:16010101T000000",
        "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0700",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]
    located = [*block[:2], "X-LIC-LOCATION:Europe/Berlin", *block[2:]]
    event = ["DTSTART;TZID=Giờ ta:20261125T170000"]
    for zone, expected in ((block, "Etc/GMT-7"), (located, "Europe/Berlin")):
        head = ("BEGIN:VCALENDAR", *zone)
        (found,) = calendar_in.read(ics(*event, head=head), HANOI)
        assert found.rule.tz == expected


def test_single_events_that_were_moved_or_cancelled():
    data = ics(
        "DTSTART:20261125T170000",
        "RRULE:FREQ=DAILY;COUNT=4",
        "DURATION:PT5M",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:x",
        "RECURRENCE-ID:20261126T170000",
        "DTSTART:20261126T180000",
        "DURATION:PT5M",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:x",
        "RECURRENCE-ID:20261127T170000",
        "DTSTART:20261127T170000",
        "STATUS:CANCELLED",
    )
    daily, moved = calendar_in.read(data, HANOI)
    assert daily.rule.exdates == ("2026-11-26T17:00:00", "2026-11-27T17:00:00")
    assert moved.rule.start == "2026-11-26T18:00:00"


@pytest.mark.parametrize(
    ("lines", "code", "facts"),
    [
        (["DTEND:20261125T170000"], "calendar-unsupported", {"what": "no DTSTART"}),
        (["DTSTART:20261125T170000", "DTSTART:20261126T170000"], "calendar-unsupported", {}),
        (["DTSTART:20269925T170000"], "calendar-unsupported", {}),
        (["DTSTART:00010101T000000"], "calendar-unsupported", {"what": "DTSTART in that form"}),
        (
            ["DTSTART:20261125T170000", "EXRULE:FREQ=DAILY"],
            "calendar-unsupported",
            {"what": "EXRULE"},
        ),
        (
            ["DTSTART:20261125T170000", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"],
            "calendar-unsupported",
            {"what": "more than one RRULE"},
        ),
        (
            ["DTSTART:20261125T170000", "RDATE;VALUE=PERIOD:20261126T170000Z/PT1H"],
            "calendar-unsupported",
            {"what": "RDATE in that form"},
        ),
        (
            ["DTSTART:20261125T170000", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"],
            "calendar-unsupported",
            {},
        ),
        (
            ["DTSTART:20261125T170000", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261125T170000"],
            "calendar-unsupported",
            {"what": "RECURRENCE-ID with RANGE"},
        ),
        (["DTSTART:20261125T170000", "DTEND;VALUE=DATE:20261126"], "calendar-unsupported", {}),
        (
            ["DTSTART:20261125T170000", "RRULE:FREQ=SECONDLY;COUNT=1000000000"],
            "exploding-rrule",
            {},
        ),
        (["DTSTART:20261125T170000", "RRULE:FREQ=DAILY;COUNT=1000000000"], "exploding-rrule", {}),
        (["DTSTART:20261125T170000", "RRULE:BỊA"], "bad-rrule", {}),
        (["DTSTART;TZID=Asia/Hanoi:20261125T170000"], "unknown-zone", {"tz": "Asia/Hanoi"}),
        (["DTSTART;TZID=../../etc/passwd:20261125T170000"], "unknown-zone", {}),
        (
            ["DTSTART;TZID=Europe/Berlin:20270328T023000", "RRULE:FREQ=DAILY"],
            "nonexistent-time",
            {},
        ),
        (
            ["DTSTART:20261125T170000", "RDATE:" + ",".join(["20261125T170000"] * 1_001)],
            "calendar-too-large",
            {"limit": 1_000},
        ),
    ],
)
def test_an_event_that_no_rule_can_say_is_refused_by_name(lines, code, facts):
    refused = read_one(*lines).refusal
    assert refused is not None
    assert refused.code == code, refused
    assert facts.items() <= refused.facts.items()


def test_an_end_beyond_every_calendar_is_refused_where_rules_are():
    rule = read_rule("DTSTART:20261125T170000", "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z")
    with pytest.raises(ContentRefused) as caught:
        parse(rule)
    assert caught.value.code == "exploding-rrule"


DEEP = "BEGIN:VCALENDAR\r\n" + "BEGIN:X\r\n" * 50_000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-a-calendar"),
        (b"hello", "not-a-calendar"),
        (b"\xff\xfe\x00", "not-a-calendar"),
        (ics("DTSTART:20261125T170000\0"), "not-a-calendar"),
        (ics("SUMMARY:\x1b[2J"), "not-a-calendar"),
        (ics("DTSTART:20261125T170000")[:-20], "not-a-calendar"),
        (ics("DTSTART:20261125T170000", "END:VALARM"), "not-a-calendar"),
        (DEEP.encode(), "calendar-too-large"),
        (ics("X-A:" + "x" * 200_000), "calendar-too-large"),
        (ics(*["END:VEVENT", "BEGIN:VEVENT"] * 501), "calendar-too-large"),
        (ics(*["EXDATE:20261126T170000"] * 1_101), "calendar-too-large"),
        (b"BEGIN:VCALENDAR\r\n" + b" " * (3 << 20), "calendar-too-large"),
    ],
)
def test_a_file_that_is_no_calendar_or_too_large_is_refused_whole(data, code):
    with pytest.raises(ContentRefused) as caught:
        calendar_in.read(data, HANOI)
    assert caught.value.code == code


def test_what_a_file_says_of_clock_changes_is_never_expanded():
    head = (
        "BEGIN:VCALENDAR",
        "BEGIN:VTIMEZONE",
        "TZID:X",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700101T000000",
        "RRULE:FREQ=SECONDLY",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    )
    (event,) = calendar_in.read(ics("DTSTART;TZID=X:20261125T170000", head=head), HANOI)
    assert event.refusal.code == "unknown-zone"


NAMES = [
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "EXRULE",
    "STATUS",
    "SUMMARY",
    "UID",
    "X-SIGNCAST-RULE",
    "X-SIGNCAST-PART-OF",
]
PARAMS = ["", "", ";VALUE=DATE", ";TZID=Europe/Berlin", ";VALUE=PERIOD", ";TZID=X", ';TZID="', ";X"]
VALUES = [
    "20261125T170000",
    "20261125",
    "20261125T170000Z",
    "PT1H",
    "-P1D",
    "P99999999D",
    "99991231T235959Z",
    "00010101T000000",
    "FREQ=DAILY",
    "FREQ=DAILY;COUNT=2",
    "FREQ=WEEKLY;BYDAY=MO;UNTIL=20270101",
    "20261125T170000/PT1H",
    "CANCELLED",
    "",
    "\\",
    "a,b",
    "20261126,20261127T170000",
]
LINES = st.builds(
    lambda name, params, value: f"{name}{params}:{value}",
    st.sampled_from(NAMES),
    st.sampled_from(PARAMS),
    st.one_of(st.sampled_from(VALUES), st.text(max_size=20)),
)


@settings(max_examples=200)
@given(st.lists(LINES, max_size=8), st.sampled_from([HANOI, "Europe/Berlin", "Pacific/Apia"]))
def test_any_event_is_a_rule_or_refused(lines, tz):
    try:
        events = calendar_in.read(ics(*lines), tz)
    except ContentRefused:
        return
    for event in events:
        assert (event.rule is None) == (event.refusal is not None)
        if event.rule is not None:
            try:
                parse(event.rule, tz)
            except ContentRefused:
                continue


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_a_calendar_or_refused(data):
    for one in (data, b"BEGIN:VCALENDAR\r\n" + data, ics("DTSTART:20261125T170000") + data):
        try:
            calendar_in.read(one, HANOI)
        except ContentRefused:
            continue
    assert instant.to_text(NOW)
