"""Planned against aired: against a slow account that looks at every second by itself."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from controller.airing import Cause, Planned, Ran, Standing, outcomes
from firmware_bridge.link.messages import EndReason

ZERO = datetime(2026, 11, 1, tzinfo=UTC)
LONG = 60
SECOND = timedelta(seconds=1)


def at(second):
    return ZERO + second * SECOND


def planned(broadcast, start, end, *, length=None, due=None):
    length = None if length is None else length * SECOND
    return Planned("d", broadcast, at(start), at(start if due is None else due), at(end), length)


def ran(one, begin, end, reason=EndReason.INTERRUPTED):
    begun = None if begin is None else at(begin)
    return Ran(one.broadcast, one.occurrence, one.start, begun, at(end), reason)


def became(plans, entries, *, period=(0, LONG), now=LONG, heard=None):
    heard_until = None if heard is None else at(heard)
    span = at(period[0]), at(period[1])
    return list(outcomes("d", plans, entries, span, now=at(now), heard_until=heard_until))


reasons = st.sampled_from(list(EndReason))
seconds = st.integers(0, LONG)


@st.composite
def logs(draw):
    """Draw planned pictures, and what a board says of them: entries of one do not overlap."""
    plans, entries = [], []
    for name in draw(st.sampled_from(["a", "ab", "abc"])):
        start, end = sorted(draw(st.sets(seconds, min_size=2, max_size=2)))
        one = planned(name, start, end)
        plans.append(one)
        edges = sorted(draw(st.sets(seconds, max_size=6)))
        for begin, finish in zip(edges[::2], edges[1::2], strict=False):
            entries.append(ran(one, begin, finish, draw(reasons)))
        if len(edges) < 2 and draw(st.booleans()):
            entries.append(ran(one, None, draw(seconds), draw(reasons)))
    return plans, draw(st.permutations(entries))


def slowly(one, entries, period, heard):
    """Look at each second by itself: was it on, with what share, and if not, why not?"""
    its = [entry for entry in entries if entry.occurrence == one.occurrence]
    aired, shown, missing = 0, 0.0, Counter()
    for second in range(LONG):
        moment = at(second)
        if not (max(one.due_at, period[0]) <= moment < min(one.end, period[1])):
            continue
        on = {e.occurrence for e in entries if _covers(e, moment)}
        if one.occurrence in on:
            aired += 1
            shown += 1 / len(on)
        else:
            missing[_why(one, its, moment, heard)] += 1
    return aired, shown, missing


def _covers(entry, moment):
    return entry.started_at is not None and entry.started_at <= moment < entry.ended_at


def _why(one, its, moment, heard):
    played = [entry for entry in its if entry.started_at is not None]
    past = [entry for entry in played if entry.ended_at <= moment]
    if past:
        return _named(max(past, key=lambda entry: entry.ended_at))
    if played:
        return "late"
    if its:
        return _named(max(its, key=lambda entry: entry.ended_at))
    return "unheld" if heard is not None and heard >= one.end else "unreported"


def _named(entry):
    return "missed" if entry.end_reason is EndReason.FINISHED else entry.end_reason.value


@given(logs(), st.tuples(seconds, seconds), st.none() | seconds)
def test_pictures_agree_with_an_account_of_every_second(log, edges, heard):
    plans, entries = log
    period = min(edges), max(edges) + 1
    found = {one.broadcast: one for one in became(plans, entries, period=period, heard=heard)}
    span = at(period[0]), at(period[1])
    for one in plans:
        heard_until = None if heard is None else at(heard)
        aired, shown, missing = slowly(one, entries, span, heard_until)
        if one.broadcast not in found:
            assert aired == 0
            assert not missing
            continue
        outcome = found[one.broadcast]
        assert outcome.aired == aired * SECOND
        assert abs(outcome.shown.total_seconds() - shown) < 0.001
        told = {cause.value: time / SECOND for cause, time in outcome.missing.items()}
        assert told == missing
        assert outcome.planned == outcome.aired + sum(outcome.missing.values(), timedelta(0))


@given(logs(), seconds)
def test_parts_of_a_period_are_the_period(log, cut):
    plans, entries = log
    halves = [
        *became(plans, entries, period=(0, cut)),
        *became(plans, entries, period=(cut, LONG)),
    ]
    for one in became(plans, entries):
        parts = [part for part in halves if part.broadcast == one.broadcast]
        for name in ("planned", "aired", "shown"):
            sums = sum((getattr(part, name) for part in parts), timedelta(0))
            assert abs(sums - getattr(one, name)) < timedelta(milliseconds=1), name


def test_three_in_rotation_have_a_third_each():
    plans = [planned(name, 0, 60) for name in "abc"]
    found = became(plans, [ran(one, 0, 60, EndReason.FINISHED) for one in plans])
    assert [one.aired for one in found] == [60 * SECOND] * 3
    assert [one.shown for one in found] == [20 * SECOND] * 3
    assert {one.standing for one in found} == {Standing.WHOLE}


def test_a_sound_counts_by_what_was_heard_of_it_also_after_its_time():
    one = planned("a", 0, 20, length=15)
    pieces = [ran(one, 2, 8), ran(one, 30, 39, EndReason.FINISHED)]
    (found,) = became([one], pieces)
    assert (found.standing, found.aired, found.late_by) == (
        Standing.WHOLE,
        15 * SECOND,
        2 * SECOND,
    )
    (found,) = became([one], pieces[:1])
    assert found.missing == {Cause.INTERRUPTED: 9 * SECOND}
    assert found.standing is Standing.PARTLY


def test_a_sound_that_was_refused_is_missing_whole_and_says_why():
    one = planned("a", 0, 20, length=15)
    (found,) = became([one], [ran(one, None, 0, EndReason.OUT_OF_HOURS)])
    assert found.missing == {Cause.OUT_OF_HOURS: 15 * SECOND}
    assert (found.standing, found.late_by) == (Standing.SILENT, None)


def test_a_sound_belongs_to_the_period_it_starts_in():
    one = planned("a", 10, 30, length=15)
    its = [ran(one, 10, 25, EndReason.FINISHED)]
    assert became([one], its, period=(0, 11))[0].aired == 15 * SECOND
    assert became([one], its, period=(11, 60)) == []


def test_what_is_short_and_never_came_is_silent_all_the_same():
    (found,) = became([planned("a", 0, 4)], [])
    assert found.standing is Standing.SILENT


def test_nothing_is_missing_of_what_is_not_over():
    one = planned("a", 0, 50)
    (found,) = became([one], [ran(one, 0, 10)], now=20)
    assert (found.standing, found.missing) == (Standing.ONGOING, {})
    assert found.aired == 10 * SECOND


def test_what_no_plan_foresaw_is_counted_as_aired():
    one = planned("a", 5, 30)
    (found,) = became([], [ran(one, 5, 15, EndReason.FINISHED)])
    assert (found.standing, found.aired, found.planned) == (
        Standing.UNPLANNED,
        10 * SECOND,
        timedelta(0),
    )


def test_every_end_has_its_cause():
    assert {reason.value for reason in EndReason} - {"finished"} <= {one.value for one in Cause}
