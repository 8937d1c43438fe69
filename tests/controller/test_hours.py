"""Hours in planning: what is refused before anybody approves it, rules of an area's own, and the
report of how they were kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import tones
from district_of_five import speaker
from drafts import CHIEF, CLERK
from plans import asset

from controller import compliance
from controller.errors import Forbidden, Invalid, NotFound
from controller.model import (
    Broadcast,
    BroadcastDraft,
    BroadcastState,
    ContentKind,
    RuleDraft,
)
from controller.planning import rule_of
from controller.store import broadcasts as rows
from controller.store import contents, plans, proof
from firmware_bridge.link.messages import AsRun, EndReason
from playlists.errors import BadBytes
from playlists.schedule import plan
from playlists.schedule.almanac import BUILT_IN
from playlists.schedule.plan import AssetKind, BroadcastClass
from playlists.schedule.refusals import (
    DayForbidden,
    OutOfHours,
    SessionTooLong,
    TooManySessions,
    UnknownPreset,
)
from playlists.schedule.windows import Place

LIEN_CHIEU = {"preset": "lien-chieu"}
NORMAL, PRIORITY, EMERGENCY = BroadcastClass


def submitted(
    services, name, start, minutes=1, rrule=None, urgency=NORMAL, zones=(), device="loa-2"
):
    """Put a sound among what waits for approval, as if it had been rendered. Loa-2 is bound, and
    xe-1 is what says things in zones."""
    device = "xe-1" if zones else device
    sound = asset(f"{name} {minutes}".encode(), AssetKind.SOUND, round(minutes * 60_000))
    rule = RuleDraft(start=start, rrule=rrule, duration_s=7_200 if zones else None)
    draft = BroadcastDraft(
        ContentKind.CLIP, "x", (f"device:{device}",), rule, urgency, zones=tuple(zones)
    )
    now = services.clock.now()
    expanded = rule_of(rule, "Asia/Ho_Chi_Minh", BUILT_IN, sound, now)
    broadcast = Broadcast(
        id=name,
        draft=draft,
        state=BroadcastState.SUBMITTED,
        content_sha256="",
        devices=(device,),
        first_start=expanded.first_start(),
        last_end=expanded.last_end(),
        asked_at=now,
        created_at=now,
        created_by="Cán bộ",
        authors=("Cán bộ",),
        approved_by=None,
    )
    with services.store.write() as tx:
        contents.add_asset(tx, sound)
        rows.add(tx, broadcast, assets={device: sound})
    return name


def approve(services, *args, **fields):
    return services.broadcasts.approve(submitted(services, *args, **fields), CHIEF)


def held(services, device):
    with services.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload)


def test_a_third_session_is_refused_and_nothing_of_it_is_kept(services):
    approve(services, "a", "2026-11-25T05:30", 60)
    approve(services, "b", "2026-11-25T17:00", 60)
    with pytest.raises(TooManySessions) as caught:
        approve(services, "c", "2026-11-25T07:00")
    assert caught.value.facts["local"] == "07:00 25/11/2026"
    assert caught.value.facts["rule"] == "sessions-per-day"
    assert services.broadcasts.get("c").state is BroadcastState.SUBMITTED
    assert [item.broadcast for item in held(services, "loa-2").items] == ["a", "b"]
    approve(services, "d", "2026-11-26T07:00")
    approve(services, "e", "2026-11-25T07:00", urgency=EMERGENCY)


def test_a_clerk_is_refused_before_anybody_is_asked_to_approve(services):
    clip = services.library.create_clip("t", tones.as_wav(tones.tone(500.0, 1.0, -20.0)), CHIEF)

    def ask(start):
        rule = RuleDraft(start=start)
        draft = BroadcastDraft(ContentKind.CLIP, clip.id, ("device:loa-2",), rule)
        return services.broadcasts.create(draft, CLERK)

    with pytest.raises(OutOfHours) as caught:
        ask("2026-11-25T03:15")
    assert caught.value.facts["rule"] == "earliest-start"
    assert services.broadcasts.list(None, 10) == ([], None)
    assert ask("2026-11-25T05:30").state is BroadcastState.SUBMITTED


def test_what_was_approved_meanwhile_counts_and_what_was_cancelled_does_not(services):
    approve(services, "a", "2026-11-25T05:30", 40)
    submitted(services, "b", "2026-11-25T06:13", 30)
    with pytest.raises(SessionTooLong) as caught:
        services.broadcasts.approve("b", CHIEF)
    assert caught.value.facts["session"] == "05:30 25/11/2026"
    services.broadcasts.cancel("a", CHIEF)
    assert services.broadcasts.approve("b", CHIEF).state is BroadcastState.APPROVED


def test_every_day_of_a_series_is_judged(services):
    for name, start in (("a", "2026-11-27T05:30"), ("b", "2026-11-27T17:00")):
        approve(services, name, start, 10)
    with pytest.raises(TooManySessions) as caught:
        approve(services, "c", "2026-11-25T07:00", rrule="FREQ=DAILY;COUNT=30")
    assert caught.value.facts["local"] == "07:00 27/11/2026"
    with pytest.raises(OutOfHours) as caught:
        approve(services, "d", "2026-11-25T03:15", rrule="FREQ=DAILY;COUNT=30")
    assert caught.value.facts["allowed"] == ["05:30–08:00", "17:00–19:30"]


def test_what_was_heard_earlier_today_still_counts(services, clock):
    approve(services, "a", "2026-11-25T05:30", 10)
    approve(services, "b", "2026-11-25T07:30", 10)
    clock.at = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    with pytest.raises(TooManySessions):
        approve(services, "c", "2026-11-25T17:00")


def test_an_area_may_have_hours_of_its_own_and_lose_them_again(services):
    sunday = {"preset": "ha-noi-noi-thanh", "extra_days": ["2026-11-29"]}
    services.hours.change("phuong", sunday, CHIEF)
    assert services.hours.of("phuong").sessions_per_day == 2
    assert held(services, "loa-2").hours == services.hours.of("phuong")
    approve(services, "a", "2026-11-29T07:00", 15)
    with pytest.raises(DayForbidden) as caught:
        approve(services, "b", "2026-11-28T07:00")
    assert caught.value.facts["rule"] == "weekday"
    services.hours.change("phuong", None, CHIEF)
    assert services.hours.of("phuong").name == "Liên Chiểu, Đà Nẵng"
    assert held(services, "loa-2").hours.name == "Liên Chiểu, Đà Nẵng"


def test_stricter_hours_tell_what_will_be_refused(services):
    approve(services, "a", "2026-11-25T05:30", 40)
    approve(services, "b", "2026-11-28T05:30", 10, rrule="FREQ=DAILY;COUNT=3")
    approve(services, "c", "2026-11-25T17:00", 15)
    approve(services, "d", "2026-11-29T03:15", urgency=EMERGENCY)
    found = services.hours.change("phuong", {"preset": "ha-noi-noi-thanh"}, CHIEF)
    assert [(one.broadcast, one.device, one.ruling.rule.value) for one in found] == [
        ("a", "loa-2", "window"),
        ("b", "loa-2", "weekday"),
    ]
    assert services.hours.change("phuong", None, CHIEF) == []


def test_hours_are_inherited_and_read_in_the_nearest_zone(services):
    services.hours.change("quan", {"windows": [], "name": "lặng"}, CHIEF)
    assert services.hours.of("berlin").tz == "Europe/Berlin"
    assert services.hours.of("phuong").name == "Liên Chiểu, Đà Nẵng"
    assert held(services, "loa-1").hours.name == "lặng"
    assert held(services, "bang-1").hours is None


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"preset": "hue"}, UnknownPreset),
        ({"preset": {"x": 1}}, UnknownPreset),
        ({"windows": "x"}, BadBytes),
        ({"preset": "lien-chieu", "sessions_per_day": -1}, BadBytes),
        ({"preset": "lien-chieu", "name": "\ud800"}, BadBytes),
    ],
)
def test_hours_that_make_no_sense_change_nothing(services, document, error):
    before = services.hours.of("phuong")
    with pytest.raises(error):
        services.hours.change("phuong", document, CHIEF)
    assert services.hours.of("phuong") == before


def test_who_may_not_approve_alone_may_not_bend_the_rules(services):
    with pytest.raises(Forbidden):
        services.hours.change("phuong", None, CLERK)
    with pytest.raises(Forbidden):
        services.hours.stand_near("loa-2", [Place.SCHOOL], CLERK)
    with pytest.raises(NotFound):
        services.hours.change("x", None, CHIEF)
    with pytest.raises(NotFound):
        services.hours.stand_near("x", [], CHIEF)
    with pytest.raises(Invalid):
        services.hours.stand_near("bang-1", [Place.SCHOOL], CHIEF)


def test_a_loudspeaker_near_a_school_gets_the_cap_for_schools_and_no_other(services):
    night = {"start": "00:00", "end": "00:00"}
    caps = [
        {**night, "cap_db": -12, "place": "school"},
        {**night, "cap_db": -20, "place": "hospital"},
        {**night, "cap_db": -3},
    ]
    services.hours.change("quan", {**LIEN_CHIEU, "caps": caps}, CHIEF)
    at = datetime(2026, 11, 25, tzinfo=UTC)
    assert held(services, "loa-1").hours.cap_db(at) == -3
    services.hours.stand_near("loa-1", [Place.SCHOOL, Place.SCHOOL], CHIEF)
    assert held(services, "loa-1").hours.cap_db(at) == -12
    assert services.district.device("loa-1").near == (Place.SCHOOL,)
    services.hours.stand_near("loa-1", [], CHIEF)
    assert held(services, "loa-1").hours.cap_db(at) == -3


@pytest.fixture
def truck(services):
    services.district.enrol(replace(speaker("xe-1", "phuong"), mobile=True), thin=False)


def test_each_zone_of_a_truck_hears_its_own_sessions(services, truck):
    for hour, zone in (("05:30", "cho"), ("06:30", "cho"), ("17:00", "ben-xe")):
        approve(services, f"{zone}{hour}", f"2026-11-25T{hour}", zones=[zone])
    with pytest.raises(TooManySessions):
        approve(services, "third", "2026-11-25T17:00", zones=["cho", "cau"])
    with pytest.raises(OutOfHours):
        approve(services, "night", "2026-11-25T03:15", zones=["cau"])
    assert len(held(services, "xe-1").items) == 3
    assert services.hours.change("phuong", LIEN_CHIEU, CHIEF) == []
    once = services.hours.change("phuong", {**LIEN_CHIEU, "sessions_per_day": 1}, CHIEF)
    assert {one.broadcast for one in once} == {"cho05:30", "cho06:30"}
    assert {one.ruling.rule for one in once} == {"sessions-per-day"}


def test_what_a_truck_says_everywhere_is_heard_in_every_zone(services, truck):
    approve(services, "a", "2026-11-25T05:30", zones=["cho"])
    approve(services, "b", "2026-11-25T17:00", device="xe-1")
    with pytest.raises(TooManySessions):
        approve(services, "c", "2026-11-25T18:00", device="xe-1")
    with pytest.raises(TooManySessions):
        approve(services, "d", "2026-11-25T18:00", zones=["cho"])
    approve(services, "e", "2026-11-25T18:00", zones=["cau"])
    approve(services, "f", "2026-11-25T17:03", zones=["cho"])  # joined to what is said everywhere


def test_what_waits_for_one_pass_is_one_session_and_may_be_too_long(services, truck):
    approve(services, "a", "2026-11-25T05:30", 40, zones=["cho"])
    with pytest.raises(SessionTooLong):
        approve(services, "b", "2026-11-25T05:45", 40, zones=["cho"])
    approve(services, "b-later", "2026-11-25T06:30", 40, zones=["cho"])


def test_loudspeakers_that_say_the_same_are_judged_in_no_time(services):
    services.hours.change("phuong", {**LIEN_CHIEU, "sessions_per_day": 3}, CHIEF)
    approve(services, "a", "2026-11-25T05:30", 10, rrule="FREQ=DAILY;COUNT=366")
    approve(services, "b", "2026-11-25T17:00", 10, rrule="FREQ=DAILY;COUNT=366")
    approve(services, "c", "2026-11-25T19:00", 10, rrule="FREQ=DAILY;COUNT=366")
    with pytest.raises(TooManySessions):
        approve(services, "d", "2027-11-01T07:00")


# -- the report ---------------------------------------------------------------------------------


def log(
    services, seq, broadcast, start, minutes, reason=EndReason.FINISHED, device="loa-2", zone=""
):
    begins = datetime.fromisoformat(f"2026-11-{start}+07:00").astimezone(UTC)
    entry = AsRun(
        seq=seq,
        broadcast=broadcast,
        occurrence=f"{broadcast}@{start}" + (f"/{zone}/{start}" if zone else ""),
        asset="",
        planned_at=begins,
        started_at=begins,
        ended_at=begins + timedelta(minutes=minutes),
        end_reason=reason,
    )
    if minutes == 0:
        entry = replace(entry, started_at=None)
    with services.store.write() as tx:
        proof.add_asrun(tx, device, entry)


def test_the_report_of_a_truck_has_a_line_for_each_zone(services, truck):
    log(services, 1, "a", "25T05:30", 5, device="xe-1", zone="cho")
    log(services, 2, "a", "25T05:50", 5, device="xe-1", zone="ben-xe")
    log(services, 3, "a", "25T06:30", 5, device="xe-1", zone="cho")
    log(services, 4, "a", "25T06:50", 5, device="xe-1", zone="ben-xe")
    log(services, 5, "b", "25T17:00", 5, device="xe-1")
    log(services, 6, "a", "25T18:00", 0, EndReason.REFUSED, device="xe-1", zone="ben-xe")
    log(services, 7, "a", "26T05:30", 5, device="xe-1", zone="cho")
    start = datetime(2026, 11, 24, 17, tzinfo=UTC)
    lines = compliance.report(services.store, "quan", start, start + timedelta(days=7))
    assert [
        (line.zone, line.heard.day.day, line.heard.sessions, line.heard.refused, line.heard.kept)
        for line in lines
    ] == [
        ("", 25, 1, 0, True),
        ("ben-xe", 25, 3, 1, False),
        ("cho", 25, 3, 0, False),
        ("cho", 26, 1, 0, True),
    ]


def test_the_report_holds_what_was_heard_against_the_rules(services):
    submitted(services, "siren", "2026-11-30T03:15", urgency=EMERGENCY)
    log(services, 1, "a", "25T05:30", 40)
    log(services, 2, "b", "25T06:12", 18)
    log(services, 3, "c", "25T17:00", 30)
    log(services, 4, "siren", "25T03:15", 20)
    log(services, 5, "d", "25T12:00", 0, EndReason.REFUSED)
    log(services, 6, "a", "26T04:45", 10)
    log(services, 7, "a", "27T05:30", 61)
    log(services, 8, "a", "28T03:15", 0, EndReason.OUT_OF_HOURS)
    log(services, 9, "a", "29T07:50", 10.5)
    log(services, 10, "a", "30T07:50", 11)
    for seq, start in enumerate(("05:30", "07:00", "17:00"), start=11):
        log(services, seq, "a", f"24T{start}", 5)
    start = datetime(2026, 11, 23, 17, tzinfo=UTC)
    lines = compliance.report(services.store, "quan", start, start + timedelta(days=7))
    told = [
        (
            line.heard.day.day,
            line.heard.sessions,
            line.heard.minutes,
            line.heard.longest_min,
            line.heard.outside,
            line.heard.refused,
            line.heard.exempt_min,
            line.heard.kept,
        )
        for line in lines
    ]
    assert told == [
        (24, 3, 15, 5, 0, 0, 0, False),
        (25, 2, 90, 60, 0, 1, 20, True),
        (26, 1, 10, 10, 1, 0, 0, False),
        (27, 1, 61, 61, 0, 0, 0, False),
        (28, 0, 0, 0, 0, 1, 0, True),
        (29, 1, 10.5, 10.5, 0, 0, 0, True),
        (30, 1, 11, 11, 1, 0, 0, False),
    ]
    assert {(line.device, line.policy.name) for line in lines} == {("loa-2", "Liên Chiểu, Đà Nẵng")}
    assert compliance.report(services.store, "berlin", start, start + timedelta(days=7)) == []


def test_a_report_has_an_area_and_a_span(services):
    now = services.clock.now()
    with pytest.raises(NotFound):
        compliance.report(services.store, "x", now, now + timedelta(days=1))
    for days in (0, -1, 93):
        with pytest.raises(Invalid):
            compliance.report(services.store, "quan", now, now + timedelta(days=days))
