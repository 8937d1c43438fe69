"""The arbiter: who wins, why, and until when nothing can change."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from random_plans import (
    EMERGENCY,
    EXCLUSIVE,
    MINUTES,
    NIGHT_ONLY,
    PLANS,
    PRIORITY,
    T0,
    at,
    item,
    plan,
)

from playlists.schedule.arbiter import MIN_TURN_MS, decide, rotation, turn_ms
from playlists.schedule.plan import AssetKind, Plan


def on(verdict):
    return [item.broadcast for item in verdict.on]


def test_class_beats_priority_beats_start():
    items = [
        item("a", priority=100),
        item("b", urgency=PRIORITY, priority=0),
        item("c", urgency=PRIORITY, priority=1, start=1),
        item("d", start=30, urgency=EMERGENCY, priority=0),
    ]
    for exclusive in (False, True):
        assert on(decide(plan(*items), at(2), exclusive=exclusive)) == ["c"]
        assert on(decide(plan(*items), at(0), exclusive=exclusive)) == ["b"]
        assert on(decide(plan(*items), at(31), exclusive=exclusive)) == ["d"]


def test_losers_are_told_why():
    verdict = decide(
        plan(item("a", priority=1), item("b", urgency=PRIORITY), item("c", priority=1)),
        at(0),
        exclusive=True,
    )
    assert {loser.broadcast: why for loser, why in verdict.lost} == {
        "a": "b is on: priority beats normal",
        "c": "b is on: priority beats normal",
    }
    assert verdict.why == "priority, priority 50, stronger than 2 more"


def test_of_equal_sounds_the_first_to_come_goes_on():
    items = [item("b", start=5, sound=True), item("a", start=0, sound=True)]
    assert on(decide(plan(*items), at(6), exclusive=True)) == ["a"]
    assert on(decide(plan(*items), at(6), exclusive=True, done={"a@0"})) == ["b"]


def test_of_equal_emergencies_the_latest_goes_on():
    items = [item("a", urgency=EMERGENCY), item("b", start=5, urgency=EMERGENCY)]
    assert on(decide(plan(*items), at(6), exclusive=True)) == ["b"]


def test_boards_rotate_the_newest_first():
    items = [item("a", start=0), item("b", start=5), item("c", priority=1)]
    verdict = decide(plan(*items), at(6), exclusive=False)
    assert on(verdict) == ["b", "a"]
    assert verdict.since == at(5)


def test_hours_silence_sounds_but_neither_boards_nor_emergencies():
    loud, shown = item("a", sound=True), item("b")
    siren = item("c", urgency=EMERGENCY, sound=True)
    verdict = decide(plan(loud, hours=NIGHT_ONLY), at(0), exclusive=True)
    assert verdict.on == ()
    assert verdict.lost == ((loud, "outside the hours of ban đêm"),)
    assert on(decide(plan(shown, hours=NIGHT_ONLY), at(0), exclusive=False)) == ["b"]
    assert on(decide(plan(loud, siren, hours=NIGHT_ONLY), at(0), exclusive=True)) == ["c"]


def test_hours_that_end_during_a_sound_are_a_change():
    ten_at_night = 10 * 60  # 22:00 in Việt Nam is 15:00 UTC
    sound = item("a", start=ten_at_night, end=ten_at_night + 90, sound=True)
    verdict = decide(plan(sound, hours=NIGHT_ONLY), at(ten_at_night), exclusive=True)
    assert (on(verdict), verdict.until) == (["a"], at(ten_at_night + 60))


def test_outside_the_lease_nothing_is_on():
    items = plan(item("a", start=-100, end=2_000))
    early = decide(items, at(-61), exclusive=False)
    assert (early.on, early.until) == ((), at(-60))
    late = decide(items, at(1_000), exclusive=False)
    assert (late.on, late.until, late.why) == ((), None, "the plan's lease has ended")
    assert decide(items, at(999), exclusive=False).until == at(1_000)


def test_turns_are_whole_passes_and_whoever_was_shown_least_is_next():
    items = plan(item("a", start=0, pass_ms=4_000), item("b", start=5, pass_ms=300))
    verdict = decide(items, at(6), exclusive=False)
    seen, now = [], at(5)
    for _ in range(4):
        turn = rotation(verdict, now)
        seen.append((turn.item.broadcast, (turn.until - turn.since) // timedelta(milliseconds=1)))
        now = turn.until
    assert seen == [("b", 1_200), ("a", 4_000), ("b", 3_600), ("a", 4_000)]
    assert MIN_TURN_MS <= 1_200


LENGTHS = st.lists(st.integers(1, 120_000), min_size=2, max_size=6)


@given(LENGTHS)
def test_in_an_hour_everybody_is_shown_equally_long_but_for_a_turn(lengths_ms):
    rivals = [item(f"{n:03}", pass_ms=length) for n, length in enumerate(lengths_ms)]
    verdict = decide(plan(*rivals), at(0), exclusive=False)
    shown, now, end = dict.fromkeys(verdict.on, timedelta(0)), verdict.since, at(60)
    while now < end:
        turn = rotation(verdict, now)
        shown[turn.item] += min(turn.until, end) - now
        now = turn.until
    most, least = max(shown.values()), min(shown.values())
    longest_ms = max(turn_ms(length) for length in lengths_ms)
    assert sum(shown.values(), timedelta(0)) == end - at(0)
    assert most - least <= timedelta(milliseconds=longest_ms)


def test_a_single_winner_needs_no_turns():
    verdict = decide(plan(item("a", start=3)), at(10), exclusive=False)
    turn = rotation(verdict, at(10))
    assert (turn.item.broadcast, turn.since, turn.until) == ("a", at(3), None)
    assert rotation(decide(plan(), at(0), exclusive=False), at(0)) is None


@given(PLANS, MINUTES, EXCLUSIVE, st.randoms(use_true_random=False))
def test_order_of_input_is_irrelevant(one, minutes, exclusive, chance: random.Random):
    shuffled = list(one.items)
    chance.shuffle(shuffled)
    other = Plan("demo", "bang", 1, T0, one.not_before, one.not_after, tuple(shuffled),
                 hours=one.hours)  # fmt: skip
    assert decide(one, at(minutes), exclusive=exclusive) == decide(
        other, at(minutes), exclusive=exclusive
    )


@given(PLANS, MINUTES, EXCLUSIVE, st.lists(st.floats(0, 0.999), max_size=8))
def test_nothing_changes_before_until(one, minutes, exclusive, fractions):
    verdict = decide(one, at(minutes), exclusive=exclusive)
    assert verdict.until is None or verdict.until > at(minutes)
    assert verdict.since <= at(minutes)
    span = (verdict.until or at(minutes) + timedelta(days=30)) - at(minutes)
    for fraction in fractions:
        later = decide(one, at(minutes) + span * fraction, exclusive=exclusive)
        assert (later.on, later.lost) == (verdict.on, verdict.lost)


@given(PLANS, MINUTES, EXCLUSIVE)
def test_winners_are_due_allowed_and_the_strongest(one, minutes, exclusive):
    now = at(minutes)
    verdict = decide(one, now, exclusive=exclusive)
    losers = [loser for loser, _ in verdict.lost]
    due = [i for i in one.items if i.start <= now < i.end]
    if one.not_before <= now < one.not_after:
        assert sorted([*verdict.on, *losers], key=repr) == sorted(due, key=repr)
    assert len(verdict.on) <= (1 if exclusive else len(due))
    emergencies = [i for i in due if i.broadcast_class is EMERGENCY]
    if emergencies and verdict.on:
        assert verdict.on[0].broadcast_class is EMERGENCY
    for winner in verdict.on:
        assert winner.start <= now < winner.end
        silent = winner.asset.kind is AssetKind.SCENE or winner.broadcast_class is EMERGENCY
        assert silent or one.hours is None or one.hours.allows(now)


@given(PLANS, MINUTES, st.integers(0, 10**7))
def test_every_instant_belongs_to_exactly_one_turn(one, minutes, ms):
    verdict = decide(one, at(minutes), exclusive=False)
    now = verdict.since + timedelta(milliseconds=ms, microseconds=ms % 1000)
    turn = rotation(verdict, now)
    if turn is not None and turn.until is not None:
        assert turn.since <= now < turn.until
        assert rotation(verdict, turn.since) == turn
        assert rotation(verdict, turn.until).since == turn.until
