"""Which alerts stand: updates, cancels, expiry, in whatever order they come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.emergency.alert import (
    Alert,
    Category,
    Certainty,
    Info,
    Kind,
    Reference,
    Scope,
    Severity,
    Status,
    Urgency,
)
from controller.emergency.standing import (
    DEFAULT_LIFE,
    SKEW,
    Refusal,
    next_change,
    refusal,
    standing,
    taken,
)

T0 = datetime(2026, 11, 24, 5, tzinfo=UTC)
SENDER = "pctt@example.vn"


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def info(expires=120.0, effective=None):
    return Info(
        categories=(Category.MET,),
        event="Bão",
        urgency=Urgency.IMMEDIATE,
        severity=Severity.EXTREME,
        certainty=Certainty.OBSERVED,
        effective=None if effective is None else at(effective),
        expires=None if expires is None else at(expires),
    )


USUAL = (info(),)


def message(name, minute, kind=Kind.ALERT, *names, infos=USUAL, **fields):
    """Return a message; `names` are those it ends, each `(identifier, minute)`."""
    sender = fields.pop("sender", SENDER)
    return Alert(
        identifier=name,
        sender=sender,
        sent=at(minute),
        status=fields.pop("status", Status.ACTUAL),
        kind=kind,
        scope=Scope.PUBLIC,
        references=tuple(Reference(sender, other, at(sent)) for other, sent in names),
        infos=infos,
        **fields,
    )


def names(messages, minute):
    return [one.alert.identifier for one in standing(taken(messages), at(minute))]


FIRST = message("a", 0)
SECOND = message("b", 10, Kind.UPDATE, ("a", 0))
OVER = message("c", 20, Kind.CANCEL, ("b", 10))


def test_an_alert_is_updated_cancelled_and_gone():
    story = [FIRST, SECOND, OVER]
    assert names(story[:1], 1) == ["a"]
    assert names(story[:2], 11) == ["b"]
    assert names(story, 21) == []
    assert [names(story, minute) for minute in (-9, 1, 11, 21)] == [[], ["a"], ["b"], []]


def test_an_alert_expires_to_the_second():
    assert names([FIRST], 120 - 1 / 60) == ["a"]
    assert names([FIRST], 120) == []
    forever = message("a", 0, infos=(info(expires=None),))
    life_min = DEFAULT_LIFE.total_seconds() / 60
    assert names([forever], life_min - 1) == ["a"]
    assert names([forever], life_min) == []


def test_what_is_effective_later_stands_later():
    later = message("a", 0, infos=(info(effective=60), info(expires=30)))
    assert [len(standing([later], at(minute))[0].infos) for minute in (1, 70)] == [1, 1]
    assert names([later], 40) == []
    assert names([message("a", 0, infos=())], 1) == []


def test_a_senders_clock_may_be_a_little_ahead():
    skew_min = SKEW.total_seconds() / 60
    assert names([FIRST], -skew_min) == ["a"]
    assert names([FIRST], -skew_min - 1) == []


def test_a_cancel_that_comes_first_counts():
    assert names([OVER, SECOND, FIRST], 21) == []
    assert names([SECOND, FIRST], 11) == ["b"]


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST, Status.DRAFT, Status.SYSTEM])
def test_an_exercise_ends_nothing_real(status):
    for kind in (Kind.CANCEL, Kind.UPDATE):
        drill = message("b", 10, kind, ("a", 0), status=status, infos=())
        assert names([FIRST, drill], 11) == ["a"]
    same = message("a", 10, status=status, infos=())
    assert names([FIRST, same], 11) == ["a"]


def test_acknowledgements_and_errors_change_nothing():
    for kind in (Kind.ACK, Kind.ERROR):
        assert names([FIRST, message("b", 10, kind, ("a", 0))], 11) == ["a"]


def test_what_is_refused():
    assert refusal(FIRST, []) is None
    assert refusal(FIRST, [FIRST]) is Refusal.REPLAY
    assert refusal(message("a", 0, infos=()), [FIRST]) is Refusal.REPLAY
    newer = message("a", 5)
    assert refusal(FIRST, [newer]) is Refusal.OLDER
    assert refusal(newer, [FIRST]) is None
    assert refusal(message("a", 0, sender="other@example.vn"), [newer]) is None
    theirs = Reference("other@example.vn", "a", T0)
    for kind in (Kind.CANCEL, Kind.UPDATE):
        foreign = Alert("b", SENDER, at(1), Status.ACTUAL, kind, Scope.PUBLIC, references=(theirs,))
        assert refusal(foreign, []) is Refusal.FOREIGN
        assert refusal(message("b", 1, kind, ("a", 2)), []) is Refusal.BACKWARDS
        assert refusal(message("b", 1, kind, ("b", 1)), []) is Refusal.BACKWARDS


def test_another_sender_cannot_end_it():
    foe = message("x", 10, Kind.CANCEL, ("a", 0), sender="foe@example.vn")
    assert names([FIRST, foe], 11) == ["a"]


def test_of_one_identifier_the_last_counts_for_all_it_says():
    cancels = message("u", 10, Kind.CANCEL, ("a", 0))
    instead = message("u", 11)
    assert names([FIRST, cancels], 12) == ["a"][:0]
    assert names([FIRST, cancels, instead], 12) == ["a", "u"]
    assert names([FIRST, instead, cancels], 12) == ["a", "u"]


NAME = st.tuples(st.sampled_from("abcd"), st.integers(0, 6))
MESSAGE = st.builds(
    lambda name, kind, ended, status, sender, expires: message(
        name[0], name[1] * 10, kind, *((one, sent * 10) for one, sent in ended),
        status=status, sender=sender, infos=(info(expires=name[1] * 10 + expires),),
    ),
    NAME,
    st.sampled_from(Kind),
    st.lists(NAME, min_size=1, max_size=2),
    st.sampled_from([Status.ACTUAL, Status.ACTUAL, Status.EXERCISE]),
    st.sampled_from([SENDER, SENDER, "other@example.vn"]),
    st.integers(1, 60),
)  # fmt: skip
STORY = st.lists(MESSAGE, max_size=8, unique_by=lambda one: (one.status, one.name))


@given(STORY, st.integers(-10, 130), st.data())
@settings(max_examples=100)
def test_the_order_of_arrival_is_irrelevant(story, minute, data):
    shuffled = data.draw(st.permutations(story))
    assert standing(taken(story), at(minute)) == standing(taken(shuffled), at(minute))


@given(STORY, st.data())
def test_replays_change_nothing(story, data):
    replayed = [*story, *data.draw(st.lists(st.sampled_from(story), max_size=3) if story
                                   else st.just([]))]  # fmt: skip
    assert taken(replayed) == taken(story)


@given(STORY)
@settings(max_examples=50)
def test_nothing_changes_before_the_next_change(story):
    kept = taken(story)
    now = at(-10)
    while (then := next_change(kept, now)) is not None:
        before = standing(kept, now)
        assert standing(kept, then - timedelta(milliseconds=1)) == before
        assert standing(kept, now + (then - now) / 2) == before
        now = then
    assert standing(kept, now) == standing(kept, now + timedelta(days=400)) == []
