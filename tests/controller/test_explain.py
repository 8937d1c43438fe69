"""Why is this on? Asked of real plans, with what devices say of themselves."""

from datetime import timedelta

import pytest
from drafts import CHIEF, CLERK, draft

from controller.errors import Invalid, NotFound
from controller.explain import Gap
from controller.model import RuleDraft
from controller.store import plans, proof
from firmware_bridge.link.messages import Ack, Stage, State
from playlists.schedule.explain import Reason, Standing


def create(services, *targets, **fields):
    return services.broadcasts.create(draft(services, *targets, **fields), CHIEF)


def told(services, broadcast=None, **fields):
    """Let bang-1 tell what it shows, and that it follows its newest plan."""
    with services.store.write() as tx:
        plan = plans.current(tx, "bang-1")
        occurrence = None if broadcast is None else f"{broadcast.id}@2026-11-24T05:00:00.000Z"
        version = plan.version if plan else 0
        plans.acknowledge(
            tx, "bang-1", Ack(version, plan.sha256, Stage.ACTIVE, services.clock.now())
        )
        proof.set_state(
            tx,
            "bang-1",
            State(
                "s",
                online=True,
                at=services.clock.now(),
                plan_version=version,
                broadcast=None if broadcast is None else broadcast.id,
                occurrence=occurrence,
                **fields,
            ),
        )


def test_a_loser_is_told_what_it_lost_to_and_a_title_is_given(services):
    weak = create(services, "device:bang-1", text="Họp tổ", priority=1)
    strong = create(services, "device:bang-1", text="Bão", priority=9)
    answer = services.explainer.of("bang-1")
    assert [one.item.broadcast for one in answer.explanation.on] == [strong.id]
    (loser,) = answer.explanation.off
    assert (loser.item.broadcast, loser.reason) == (weak.id, Reason.LOWER_PRIORITY)
    assert answer.titles == {weak.id: "Họp tổ", strong.id: "Bão"}


def test_what_nobody_approved_or_somebody_cancelled_is_listed(services):
    waiting = services.broadcasts.create(draft(services, "device:bang-1"), CLERK)
    stopped = create(services, "device:bang-1", text="Thôi")
    services.broadcasts.cancel(stopped.id, CHIEF)
    answer = services.explainer.of("bang-1")
    assert answer.explanation.standing is Standing.NOTHING
    assert {one.broadcast: one.state.value for one in answer.withheld} == {
        waiting.id: "submitted",
        stopped.id: "cancelled",
    }


def test_an_instant_beyond_the_lease_is_answered(services, clock):
    far = clock.at + timedelta(days=40)
    later = create(services, "device:bang-1", rule=RuleDraft(start=far.isoformat(), duration_s=60))
    answer = services.explainer.of("bang-1", far)
    assert [one.item.broadcast for one in answer.explanation.on] == [later.id]
    assert answer.leased_until is not None
    assert answer.leased_until < far
    assert answer.said is None
    with pytest.raises(Invalid):
        services.explainer.of("bang-1", clock.at + timedelta(days=4_000))
    with pytest.raises(NotFound):
        services.explainer.of("bang-9")


def test_the_strip_joins_what_does_not_change(services, clock):
    shown = create(services, "device:bang-1", rule=RuleDraft(duration_s=600))
    strip = services.explainer.of("bang-1").strip
    assert [one.broadcasts for one in strip] == [(), (shown.id,), ()]
    assert (strip[1].start, strip[1].end) == (clock.at, clock.at + timedelta(seconds=600))


def test_a_device_that_shows_something_else_is_explained(services, clock):
    def gap():
        return services.explainer.of("bang-1").said.gap

    shown = create(services, "device:bang-1")
    assert gap() is Gap.NEVER_HEARD
    told(services, shown)
    assert gap() is Gap.AGREES
    told(services, shown, fault="nguồn yếu")
    assert gap() is Gap.FAULT
    told(services)
    assert gap() is Gap.SETTLING
    clock.turn(seconds=11)
    assert gap() is Gap.DIFFERS
    create(services, "device:bang-1", priority=99)
    assert gap() is Gap.OLDER_PLAN
    with services.store.write() as tx:
        proof.set_state(tx, "bang-1", State("s", online=False, at=None))
    assert gap() is Gap.OFFLINE
