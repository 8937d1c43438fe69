"""Explanations: they agree with the arbiter, and give every loser one reason."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from random_plans import (
    EMERGENCY,
    EXCLUSIVE,
    MINUTES,
    NIGHT_ONLY,
    PLANS,
    PRIORITY,
    at,
    item,
    plan,
)

from playlists.schedule.arbiter import decide
from playlists.schedule.explain import Reason, Standing, changes, explain, gone_by


def reasons(explanation):
    return {one.item.broadcast: one.reason for one in (*explanation.on, *explanation.off)}


def test_every_loser_is_told_why():
    rivals = plan(
        item("a", urgency=PRIORITY),
        item("b", urgency=PRIORITY, priority=1),
        item("c"),
        replace(item("d", urgency=EMERGENCY), zones=("cho",)),
        item("e", urgency=PRIORITY),
        item("f", urgency=PRIORITY, start=1),
    )
    told = explain(rivals, at(2), exclusive=True, done={"e@0"})
    assert reasons(told) == {
        "a": Reason.STRONGEST,
        "b": Reason.LOWER_PRIORITY,
        "c": Reason.WEAKER_CLASS,
        "d": Reason.IN_ZONE,
        "e": Reason.OVER,
        "f": Reason.CAME_LATER,
    }
    assert {one.against.broadcast for one in told.off if one.against} == {"a"}


def test_of_equals_people_or_the_instant_decide():
    ordered = plan(replace(item("a", start=0), rank=1), replace(item("b", start=1), rank=2))
    assert reasons(explain(ordered, at(2), exclusive=True))["a"] is Reason.LATER_IN_ORDER
    sirens = plan(item("a", urgency=EMERGENCY), item("b", start=1, urgency=EMERGENCY))
    assert reasons(explain(sirens, at(2), exclusive=True))["a"] is Reason.OLDER_EMERGENCY


def test_hours_are_named_and_a_missing_file_is_told():
    loud = plan(item("a", sound=True), hours=NIGHT_ONLY)
    told = explain(loud, at(2), exclusive=True)
    assert (told.standing, told.off[0].reason) == (Standing.HELD_BACK, Reason.OUT_OF_HOURS)
    assert told.off[0].rule == "ban đêm"
    told = explain(plan(item("a"), item("b")), at(2), exclusive=False, unready={"a@0"})
    assert reasons(told) == {"b": Reason.ALONE, "a": Reason.NO_FILE}


def test_whoever_takes_turns_has_an_equal_share():
    told = explain(
        plan(*(item(name, pass_ms=ord(name)) for name in "abcd")), at(2), exclusive=False
    )
    assert [(one.reason, one.share) for one in told.on] == [(Reason.ROTATION, 0.25)] * 4


def test_outside_the_lease_that_is_the_reason():
    held = plan(item("a"), not_before=0, not_after=10)
    assert explain(held, at(-1), exclusive=False).standing is Standing.NOT_YET
    assert explain(held, at(10), exclusive=False).standing is Standing.LEASE_ENDED


@given(PLANS, MINUTES, EXCLUSIVE, st.data())
def test_it_agrees_with_the_arbiter(one, minutes, exclusive, data):
    names = [it.occurrence for it in one.items]
    done = data.draw(st.sets(st.sampled_from(names))) if names else set()
    unready = data.draw(st.sets(st.sampled_from(names))) if names else set()
    zoned = data.draw(st.sets(st.sampled_from(names))) if names else set()
    there = (replace(it, zones=("cho",) if it.occurrence in zoned else ()) for it in one.items)
    one, now = replace(one, items=tuple(there)), at(minutes)
    told = explain(one, now, exclusive=exclusive, done=done, unready=unready)
    items = tuple(it for it in one.items if not it.zones and it.occurrence not in unready)
    verdict = decide(replace(one, items=items), now, exclusive=exclusive, done=done)
    assert tuple(judged.item for judged in told.on) == verdict.on
    assert (told.standing is Standing.ON, told.until) == (bool(verdict.on), verdict.until)
    if one.not_before <= now < one.not_after:
        due = sorted(it.occurrence for it in one.items if it.start <= now < it.end)
        assert due == sorted(judged.item.occurrence for judged in (*told.on, *told.off))
    lost = {loser.occurrence for loser, _ in verdict.lost}
    assert lost <= {judged.item.occurrence for judged in told.off}


@given(PLANS, EXCLUSIVE)
def test_between_changes_nothing_changes(one, exclusive):
    edges = [at(0), *changes(one, at(0), at(60)), at(60)]
    for since, until in pairwise(edges):
        told = [
            explain(one, moment, exclusive=exclusive, done=gone_by(one.items, moment))
            for moment in (since, since + (until - since) * 0.99)
        ]
        assert reasons(told[0]) == reasons(told[1])
