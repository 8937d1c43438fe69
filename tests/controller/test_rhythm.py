"""The rhythm of a place: pure, against a slow account; and in a real store."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from drafts import CHIEF, CLERK, draft
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert

from controller.errors import Forbidden, Invalid, NotFound
from controller.model import Area, ContentKind, RuleDraft
from controller.months import DAY, Month
from controller.quotas import MAX_QUOTAS, LongRhythm, QuotaOfNothing, QuotasFull
from controller.rhythm import (
    PATIENCE,
    Every,
    Item,
    Mark,
    Quota,
    QuotaDraft,
    in_view,
    tally,
    turn_at,
    turns_of,
)
from controller.store import alarms, proof
from firmware_bridge.link.messages import AsRun, EndReason
from playlists.schedule import instant
from playlists.schedule.urgency import BroadcastClass

HOUR = timedelta(hours=1)
ZONES = st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"])
ZERO = datetime(2009, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 22 * 366 * 24 * 4).map(lambda quarters: ZERO + quarters * HOUR / 4)


def asked(every=Every.DAY, day=None, minute=20 * 60, number=1, warn=4 * HOUR):
    return QuotaDraft(
        name="Tin",
        area="quan",
        each=False,
        campaign="tot",
        kind=None,
        number=number,
        every=every,
        deadline_day=day,
        deadline_min=minute,
        warn_ahead=warn,
    )


@st.composite
def quotas(draw):
    every = draw(st.sampled_from(Every))
    last = {Every.DAY: None, Every.WEEK: 7, Every.MONTH: 31}[every]
    day = None if last is None else draw(st.integers(1, last))
    number, warn = draw(st.integers(1, 3)), draw(st.integers(0, 72)) * HOUR
    return asked(every, day, draw(st.integers(0, 1_440)), number, warn)


@given(quotas(), INSTANTS, ZONES)
@example(asked(), datetime(2010, 11, 7, 2, 45, tzinfo=UTC), "America/St_Johns")  # midnight twice
@example(asked(), datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia")  # a day left out
def test_every_instant_lies_in_one_turn_and_its_neighbours_touch_it(quota, at, tz):
    turn = turn_at(quota, at, tz)
    assert turn.start <= at < turn.end
    assert turn.start <= turn.deadline <= turn.end
    tick = timedelta(milliseconds=1)
    assert turn_at(quota, turn.start, tz) == turn == turn_at(quota, turn.end - tick, tz)
    assert turn_at(quota, turn.end, tz).start == turn.end
    assert turn_at(quota, turn.start - tick, tz).end == turn.start


@given(quotas(), st.dates(date(2009, 1, 1), date(2031, 1, 1)), ZONES)
def test_every_turn_belongs_to_one_month(quota, day, tz):
    middle = datetime(day.year, day.month, 15, tzinfo=UTC)
    months = dict.fromkeys(Month.of(middle + n * 30 * DAY, tz) for n in range(3))
    found = [turn for month in months for turn in turns_of(quota, month)]
    days = [turn.day for turn in found]
    assert days == sorted(set(days))
    for one, following in pairwise(found):
        assert one.end == following.start, "none is left out"


def test_edges_of_months_and_clocks():
    last = asked(Every.MONTH, 31, 24 * 60)
    (turn,) = turns_of(last, Month(2026, 2, "Asia/Ho_Chi_Minh"))
    assert turn.day == date(2026, 2, 28)
    assert turn.deadline == turn.end == datetime(2026, 2, 28, 17, tzinfo=UTC)
    friday = asked(Every.WEEK, 5, 17 * 60)
    days = [turn.day.day for turn in turns_of(friday, Month(2026, 10, "Europe/Berlin"))]
    assert days == [2, 9, 16, 23, 30]
    *_, before, after = turns_of(friday, Month(2026, 10, "Europe/Berlin"))
    assert after.deadline - before.deadline == 7 * DAY + HOUR, "summer time ended"
    assert after.deadline.astimezone(ZoneInfo("Europe/Berlin")).hour == 17


@st.composite
def scenes(draw):
    """Draw a quota, its turn, items around it, and an instant."""
    quota = draw(quotas())
    turn = turn_at(quota, draw(INSTANTS), draw(ZONES))
    hours = st.integers(-30, int((turn.end - turn.start) / HOUR) + 30).map(lambda n: n * HOUR)
    items = []
    for name in draw(st.lists(st.sampled_from("abcd"), max_size=6)):
        start = turn.start + draw(hours)
        late = draw(st.none() | st.integers(0, 30))
        began = None if late is None else start + late * HOUR
        items.append(Item(name, start, start + draw(st.integers(1, 9)) * HOUR, began))
    return quota, turn, items, turn.start + draw(hours)


def slowly(quota, turn, items, now):
    """Ask of each broadcast by itself what it is."""
    told = {"done": 0, "after": 0, "planned": 0}
    for name in "abcd":
        its = [i for i in items if i.broadcast == name and not i.start < turn.start]
        its = [i for i in its if i.start < turn.end]
        if any(i.began is not None and not i.began > turn.deadline for i in its):
            told["done"] += 1
        elif any(i.began is not None for i in its):
            told["after"] += 1
        elif any(not i.start > turn.deadline and i.end + PATIENCE > now for i in its):
            told["planned"] += 1
    return told


@given(scenes(), st.randoms())
def test_it_counts_as_a_slow_account_does_in_any_order(scene, chance):
    quota, turn, items, now = scene
    found = tally(quota, turn, items, now)
    told = slowly(quota, turn, items, now)
    assert {name: getattr(found, name) for name in told} == told
    mixed = [*items, *items]
    chance.shuffle(mixed)
    assert tally(quota, turn, mixed, now) == found
    enough = told["done"] + told["planned"] >= quota.number
    assert (found.lacking == 0) == enough
    assert (found.mark is Mark.FULFILLED) == (told["done"] >= quota.number)
    assert (found.mark in {Mark.MISSING, Mark.LATE}) == (not enough)


@given(scenes())
def test_what_is_missing_shows_before_it_is_late(scene):
    quota, turn, items, now = scene
    found = tally(quota, turn, items, now)
    if found.mark is Mark.LATE:
        assert now >= turn.deadline
    if found.is_alarming:
        assert found.mark is Mark.MISSING
        assert turn.deadline - quota.warn_ahead <= now < turn.deadline
    if found.mark is Mark.MISSING and quota.warn_ahead:
        moment = max(now, turn.deadline - timedelta(milliseconds=1))
        assert tally(quota, turn, items, moment).is_alarming


@given(quotas(), INSTANTS, ZONES)
def test_no_warning_is_out_of_view(quota, now, tz):
    length = {Every.DAY: DAY, Every.WEEK: 7 * DAY, Every.MONTH: 28 * DAY}[quota.every]
    draft = replace(quota, warn_ahead=min(quota.warn_ahead, length))
    kept = Quota(**asdict(draft), id="q", created_at=ZERO - 60 * DAY, created_by="", ended_at=None)
    seen = in_view(kept, now, tz)
    assert seen[0] == turn_at(kept, now, tz)
    for n in range(-3, 4):
        turn = turn_at(kept, now + n * length, tz)
        if turn.deadline - kept.warn_ahead <= now < turn.deadline:
            assert turn in seen
    fresh = replace(kept, created_at=now)
    assert in_view(fresh, now, tz)[0].deadline > now, "nothing is late when it is asked for"


# In a real store: it is 12:00 on Tuesday 24 November in the district


def daily(services, **fields):
    return services.quotas.create(replace(asked(), **fields), CHIEF)


def made(services, *targets, at="2026-11-24T18:00", text="Gương tốt", **fields):
    rule = RuleDraft(start=at, duration_s=600)
    wish = draft(services, *targets, text=text, rule=rule, campaign="tot", **fields)
    return services.broadcasts.create(wish, CHIEF)


def report(services, device, seq, broadcast, late_s=0):
    start = broadcast.first_start
    entry = AsRun(
        seq=seq,
        broadcast=broadcast.id,
        occurrence=f"{broadcast.id}@{instant.to_text(start)}",
        asset="0" * 64,
        planned_at=start,
        started_at=start + timedelta(seconds=late_s),
        ended_at=start + timedelta(seconds=late_s + 600),
        end_reason=EndReason.FINISHED,
    )
    with services.store.write() as tx:
        proof.add_asrun(tx, device, entry)


def marks(services, **asked_for):
    return {one.area.id: one.tally.mark for one in services.quotas.now(**asked_for)}


def told(services):
    services.quotas.look()
    with services.store.read() as tx:
        found = proof.events(tx, 0, 1_000)
    return [one.data for one in found if one.kind == "rhythm"]


def test_an_item_is_missing_then_planned_then_fulfilled(services, clock):
    daily(services)
    assert marks(services) == {"quan": Mark.MISSING}
    wish = made(services, "device:bang-2")
    assert marks(services) == {"quan": Mark.PLANNED}
    clock.turn(hours=6, minutes=12)
    assert marks(services) == {"quan": Mark.PLANNED}, "it has not reported yet"
    report(services, "bang-2", 1, wish)
    assert marks(services) == {"quan": Mark.FULFILLED}
    services.broadcasts.cancel(wish.id, CHIEF)
    assert marks(services) == {"quan": Mark.FULFILLED}, "what was on was on"
    clock.turn(days=1)
    assert marks(services) == {"quan": Mark.MISSING}, "of the next day"


def test_what_is_missing_is_told_once_before_it_is_late_and_again_when_it_is_again(services, clock):
    quota = daily(services)
    clock.turn(hours=3, minutes=59)
    assert told(services) == []
    clock.turn(minutes=1)
    (first,) = told(services)
    assert first == {
        "id": quota.id,
        "name": "Tin",
        "area": "quan",
        "lacking": 1,
        "deadline": "2026-11-24T13:00:00.000Z",
    }
    assert told(services) == [first]
    wish = made(services, "device:bang-1", at="2026-11-24T19:00")
    assert told(services) == [first]
    services.broadcasts.cancel(wish.id, CHIEF)
    assert told(services) == [first, first]
    clock.turn(hours=4)
    assert marks(services) == {"quan": Mark.LATE}
    assert len(told(services)) == 2


def test_another_warning_does_not_repeat_the_first(services, clock):
    daily(services, each=True)
    clock.turn(hours=5)
    assert [one["area"] for one in told(services)] == ["phuong"]
    daily(services, area="quan")
    assert [one["area"] for one in told(services)] == ["phuong", "quan"]


def test_a_drill_is_no_news(services, clock):
    daily(services)
    wish = made(services, "device:bang-1")
    with services.store.write() as tx:
        source = {"id": "s", "name": "S", "sender": "s", "policy": "hold", "areas": [], "drills": 1}
        by = {"created_at": clock.now(), "created_by": "S"}
        tx.execute(insert(alarms.cap_source).values(**source, **by))
        got = {"id": "m", "source": "s", "sender": "s", "identifier": "m", "sha256": "0" * 64}
        got |= {"status": "Exercise", "data": b"", "sent": clock.now(), "until": clock.now()}
        tx.execute(insert(alarms.cap_message).values(**got, **by))
        airing = {"message": "m", "number": 1, "broadcasts": [wish.id], "fault": ""}
        tx.execute(insert(alarms.cap_airing).values(**airing))
    assert marks(services) == {"quan": Mark.MISSING}


def test_each_ward_is_counted_by_itself_on_its_own_clocks(services, clock):
    daily(services, each=True)
    made(services, "device:bang-2")
    made(services, "device:bang-1")
    assert marks(services) == {"phuong": Mark.PLANNED, "berlin": Mark.MISSING}
    assert marks(services, area="berlin") == {"berlin": Mark.MISSING}
    ends = {one.area.id: one.turn.deadline.hour for one in services.quotas.now()}
    assert ends == {"phuong": 13, "berlin": 19}


def test_only_what_was_asked_for_counts(services, clock):
    daily(services, kind=ContentKind.CLIP)
    daily(services, campaign="khac")
    daily(services, campaign="", kind=ContentKind.MESSAGE, number=2)
    made(services, "device:bang-1", "device:bang-2")
    made(services, "device:bang-1", broadcast_class=BroadcastClass.EMERGENCY)
    made(services, "device:bang-1", at="2026-11-24T20:00:01")
    now = services.quotas.now()
    each = [(one.quota, one.tally) for one in now]
    found = {(quota.campaign, quota.kind, its.planned, its.lacking) for quota, its in each}
    assert found == {
        ("tot", ContentKind.CLIP, 0, 1),
        ("khac", None, 0, 1),
        ("", ContentKind.MESSAGE, 1, 1),
    }


def test_a_month_tells_what_became_of_each_turn_while_it_was_asked_for(services, clock):
    quota = daily(services)
    wish = made(services, "device:bang-1", at="2026-11-24T19:59")
    report(services, "bang-1", 1, wish, late_s=61)
    clock.turn(days=2)
    wish = made(services, "device:bang-1", at="2026-11-26T13:00")
    report(services, "bang-1", 2, wish)
    clock.turn(hours=2)
    month = services.quotas.of_month("2026-11")
    days = [(one.turn.day.day, one.tally.mark, one.tally.after) for one in month]
    assert days == [(24, Mark.LATE, 1), (25, Mark.LATE, 0), (26, Mark.FULFILLED, 0)]
    services.quotas.end(quota.id, CHIEF)
    assert services.quotas.now() == []
    assert [one.turn.day.day for one in services.quotas.of_month("2026-11", "quan")] == [24, 25]
    assert services.quotas.of_month("2026-10") == []


def test_a_quota_that_makes_no_sense_is_refused(services):
    for field, wrong in (
        ("deadline_day", {"deadline_day": 1}),
        ("deadline_day", {"every": Every.WEEK, "deadline_day": 8}),
        ("deadline_time", {"deadline_min": 1_441}),
        ("warn_ahead_s", {"warn_ahead": DAY + HOUR}),
        ("each", {"area": "phuong", "each": True}),
    ):
        with pytest.raises(Invalid) as refused:
            daily(services, **wrong)
        assert refused.value.facts["field"] == field
    with pytest.raises(QuotaOfNothing):
        daily(services, campaign="")
    with pytest.raises(NotFound):
        daily(services, area="nowhere")
    with pytest.raises(Forbidden):
        services.quotas.create(asked(), CLERK)
    with pytest.raises(NotFound):
        services.quotas.end("q", CHIEF)
    for month in ("2026-13", "1999-01", "thang"):
        with pytest.raises(Invalid):
            services.quotas.of_month(month)


def test_there_is_an_end_to_quotas_and_to_answers(services, clock):
    for _ in range(MAX_QUOTAS):
        daily(services, each=True)
    with pytest.raises(QuotasFull):
        daily(services)
    clock.turn(days=60)
    for number in range(10):
        services.district.create_area(Area(f"p-{number}", "P", "quan", None, None))
    with pytest.raises(LongRhythm):
        services.quotas.of_month("2026-12")
