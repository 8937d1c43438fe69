"""What must hold for whatever plan and whatever rule: 100 examples here, 10,000 in `make nightly`.

That the order of input is irrelevant to a verdict, and that nothing changes before it says so, is
tried beside the arbiter itself (`tests/playlists/schedule/test_arbiter.py`).
"""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.schedule import rules
from playlists.schedule.almanac import BUILT_IN
from playlists.schedule.arbiter import decide, rotation
from playlists.schedule.draft import RuleDraft
from playlists.schedule.plan import Asset, AssetKind, BroadcastClass, Item, Plan
from playlists.schedule.policy import HoursPolicy, Window

T0 = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LEASE_MINUTES = 400
ZONES = ["Asia/Ho_Chi_Minh", "Europe/Berlin", "Pacific/Apia", "America/St_Johns"]


def at(minutes):
    return T0 + timedelta(minutes=minutes)


@st.composite
def items(draw):
    start = draw(st.integers(-60, LEASE_MINUTES + 60))
    kind = draw(st.sampled_from([AssetKind.SCENE, AssetKind.SOUND]))
    return Item(
        occurrence="",
        broadcast=draw(st.sampled_from("abcd")),
        asset=Asset("a" * 64, kind, 100, draw(st.integers(1, 9_000))),
        broadcast_class=draw(st.sampled_from(list(BroadcastClass))),
        priority=draw(st.integers(0, 3)),
        start=at(start),
        end=at(start + draw(st.integers(1, 90))),
        rank=draw(st.integers(0, 2)),
    )


@st.composite
def plans(draw):
    drawn = draw(st.lists(items(), max_size=8))
    begin, length_h = draw(st.integers(0, 23)), draw(st.integers(1, 23))
    window = Window(frozenset(range(7)), time(begin), time((begin + length_h) % 24))
    hours = HoursPolicy("giờ", "Asia/Ho_Chi_Minh", (window,))
    return Plan(
        tenant="demo",
        device="loa",
        version=1,
        issued_at=T0,
        not_before=T0,
        not_after=at(LEASE_MINUTES),
        items=tuple(replace(one, occurrence=f"o{n}") for n, one in enumerate(drawn)),
        hours=draw(st.sampled_from([None, hours])),
    )


def life(plan, *, exclusive, done=frozenset()):
    """Return (since, until, verdict) from one change to the next, before the lease and beyond."""
    told, now = [], plan.not_before - timedelta(minutes=1)
    while now is not None:
        verdict = decide(plan, now, exclusive=exclusive, done=done)
        told.append((now, verdict.until, verdict))
        now = verdict.until
    return told


@given(plans(), st.booleans())
def test_no_instant_is_without_a_state(plan, exclusive):
    told = life(plan, exclusive=exclusive)
    assert [until for _, until, _ in told[:-1]] == [since for since, _, _ in told[1:]]
    assert all(since < until for since, until, _ in told[:-1])
    assert told[-1][0] == plan.not_after
    for since, _, verdict in told:
        assert verdict.why
        assert bool(verdict.on) == (rotation(verdict, since) is not None)


@given(plans())
def test_a_loudspeaker_never_has_two_winners_and_each_instant_has_the_strongest(plan):
    for since, until, verdict in life(plan, exclusive=True):
        assert len(verdict.on) <= 1
        if not plan.not_before <= since < plan.not_after:
            assert not verdict.on
            continue
        middle = since + (until - since) / 2
        allowed = [
            one for one in plan.items if one.start <= middle < one.end and may(plan, one, middle)
        ]
        assert bool(verdict.on) == bool(allowed)
        if allowed:
            (winner,) = verdict.on
            assert strength(winner) == max(map(strength, allowed))


def may(plan, one, now):
    """Say whether the hours let an item be heard, told from the wall clock by hand."""
    bound = plan.hours and one.asset.kind is AssetKind.SOUND
    if not bound or one.broadcast_class is BroadcastClass.EMERGENCY:
        return True
    wall = (now + timedelta(hours=7)).time()
    (window,) = plan.hours.windows
    if window.start < window.end:
        return window.start <= wall < window.end
    return wall >= window.start or wall < window.end


def strength(one):
    return list(BroadcastClass).index(one.broadcast_class), one.priority, one.rank


@given(plans(), st.booleans(), st.data())
def test_what_is_cancelled_is_as_if_it_had_never_been(plan, exclusive, data):
    """A cancel takes it out of the plan; the player's memory of it says the same."""
    gone = data.draw(st.sets(st.sampled_from([one.occurrence for one in plan.items] or [""])))
    left = replace(plan, items=tuple(one for one in plan.items if one.occurrence not in gone))
    edges = [at(minutes) for minutes in range(0, LEASE_MINUTES, 7)]
    for now in edges:
        with_memory = decide(plan, now, exclusive=exclusive, done=gone)
        without = decide(left, now, exclusive=exclusive)
        assert not {one.occurrence for one in with_memory.on} & gone
        assert (with_memory.on, with_memory.lost, with_memory.until) == (
            without.on,
            without.lost,
            without.until,
        )


@st.composite
def drafts(draw):
    start = date(2027, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
    hour, minute = draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30]))
    rrule = draw(
        st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE,SU", "FREQ=DAILY;INTERVAL=3"])
    )
    times = st.lists(
        st.integers(0, 60).map(
            lambda days: f"{start + timedelta(days=days)}T{hour:02}:{minute:02}"
        ),
        max_size=4,
        unique=True,
    )
    return RuleDraft(
        start=f"{start}T{hour:02}:{minute:02}",
        rrule=f"{rrule};COUNT={draw(st.integers(1, 40))}",
        exdates=tuple(draw(times)),
        duration_s=draw(st.sampled_from([1, 60, 3_600, 90_000])),
    )


def parse(draft, tz):
    try:
        return rules.parse(draft, tz, BUILT_IN, now=T0)
    except ContentRefused:
        return None


@given(drafts(), st.sampled_from(ZONES), st.integers(0, 500), st.randoms(use_true_random=False))
def test_a_rule_means_the_same_however_it_is_asked(draft, tz, days, chance: random.Random):
    """Two windows side by side hold what one holds, and the order of exceptions is irrelevant."""
    rule = parse(draft, tz)
    shuffled = list(draft.exdates)
    chance.shuffle(shuffled)
    other = parse(replace(draft, exdates=tuple(shuffled)), tz)
    assert (rule is None) == (other is None)
    if rule is None:
        return
    begin, cut, end = T0, T0 + timedelta(days=days), T0 + timedelta(days=900)
    whole = list(rule.occurrences(begin, end))
    assert list(other.occurrences(begin, end)) == whole
    assert len({start for start, _ in whole}) == len(whole)
    first, second = rule.occurrences(begin, cut), rule.occurrences(cut, end)
    assert sorted({*first, *second}) == whole
    walls = set(draft.exdates)
    zone = rules.find_zone(tz)
    for start, stop in whole:
        assert stop - start == timedelta(seconds=draft.duration_s)
        assert f"{start.astimezone(zone):%Y-%m-%dT%H:%M}" not in walls
