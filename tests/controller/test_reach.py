"""Who may still show what was cancelled: by a device's own word, bounded by its lease."""

from datetime import timedelta

import pytest
from drafts import CHIEF, draft

from controller.errors import NotFound
from controller.model import RuleDraft
from controller.reach import Hold, Lag
from controller.store import plans, proof
from firmware_bridge.link.messages import Ack, Stage, State


@pytest.fixture
def shown(services):
    asked = draft(
        services, "device:bang-1", "device:bang-2", "device:bang-3", rule=RuleDraft(duration_s=3600)
    )
    return services.broadcasts.create(asked, CHIEF)


def confirm(services, device, stage=Stage.ACTIVE):
    with services.store.write() as tx:
        plan = plans.current(tx, device)
        plans.acknowledge(tx, device, Ack(plan.version, plan.sha256, stage, services.clock.now()))


def say(services, device, broadcast=None, *, online=True):
    with services.store.write() as tx:
        at = services.clock.now() if online else None
        proof.set_state(tx, device, State("s", online=online, at=at, broadcast=broadcast))


def holds(services, broadcast):
    return {one.device.id: one.hold for one in services.reach.of(broadcast.id).devices}


def test_until_a_device_confirms_it_may_show_it(services, clock, shown):
    for name in ("bang-1", "bang-2"):
        confirm(services, name)
    say(services, "bang-1", shown.id)
    services.broadcasts.cancel(shown.id, CHIEF)
    assert holds(services, shown) == {
        "bang-1": Hold.SHOWING,
        "bang-2": Hold.MAY_SHOW,
        "bang-3": Hold.GONE,  # it never said that it got that plan
    }
    assert services.reach.of(shown.id).until == clock.at + timedelta(hours=1)
    confirm(services, "bang-1")
    confirm(services, "bang-2")
    say(services, "bang-1")
    assert set(holds(services, shown).values()) == {Hold.GONE}
    assert services.reach.of(shown.id).until is None


def test_a_plan_that_was_received_but_not_confirmed_counts(services, shown):
    confirm(services, "bang-3", Stage.RECEIVED)
    services.broadcasts.cancel(shown.id, CHIEF)
    assert holds(services, shown)["bang-3"] is Hold.MAY_SHOW


def test_no_device_shows_it_after_its_end(services, clock, shown):
    confirm(services, "bang-2")
    services.broadcasts.cancel(shown.id, CHIEF)
    clock.turn(hours=1)
    assert holds(services, shown)["bang-2"] is Hold.GONE


def test_the_lease_ends_what_has_no_near_end(services, clock):
    start = clock.at + timedelta(minutes=1)
    daily = RuleDraft(start=start.isoformat(), duration_s=60, rrule="FREQ=DAILY;COUNT=90")
    asked = services.broadcasts.create(draft(services, "device:bang-1", rule=daily), CHIEF)
    confirm(services, "bang-1")
    services.broadcasts.cancel(asked.id, CHIEF)
    assert services.reach.of(asked.id).until == clock.at + services.settings.lease


def test_what_an_edit_changed_may_be_shown_as_it_was(services, shown):
    confirm(services, "bang-1")
    changed = draft(services, "device:bang-2", text="Khác", rule=RuleDraft(duration_s=3600))
    services.broadcasts.edit(shown.id, changed, CHIEF, seen=shown.content_sha256)
    assert holds(services, shown)["bang-1"] is Hold.MAY_SHOW


def test_what_stands_is_nobodys_leftover(services, shown):
    confirm(services, "bang-1")
    assert set(holds(services, shown).values()) == {Hold.GONE}
    with pytest.raises(NotFound):
        services.reach.of("nichts")


def test_laggards_are_told_with_since_when_and_why(services, clock, shown):
    for name in ("bang-1", "bang-2"):
        say(services, name)
    confirm(services, "bang-1")
    confirm(services, "loa-1")
    clock.turn(minutes=5)
    say(services, "bang-2", online=False)
    lagging = {one.device.id: (one.lag, one.since) for one in services.reach.lagging()}
    assert lagging["bang-2"] == (Lag.OFFLINE, clock.at - timedelta(minutes=5))
    assert lagging["bang-3"] == (Lag.NEVER_HEARD, None)
    assert "bang-1" not in lagging
    services.broadcasts.cancel(shown.id, CHIEF)
    lagging = {one.device.id: (one.lag, one.since) for one in services.reach.lagging()}
    assert lagging["bang-1"] == (Lag.SILENT, clock.at)
