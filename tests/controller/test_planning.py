"""Planning for many: the same plans as one by one, and no more of them than a change concerns."""

from datetime import timedelta
from itertools import pairwise

import pytest
from crowd import Size, settle
from drafts import CHIEF, draft
from slow_planner import canonical, compiled

from controller.bootstrap import prepare
from controller.model import RuleDraft
from controller.settings import Settings
from controller.store import places, plans
from playlists.schedule import plan
from playlists.schedule.draft import TimesDraft

SMALL = Size(wards=45, devices=300, broadcasts=92)
"""More devices than are planned together."""


@pytest.fixture
def services(tmp_path, clock):
    with prepare(Settings(data_dir=tmp_path / "dữ liệu", tenant="thu"), clock) as services:
        names = settle(services, SMALL)
        with services.store.write() as tx:
            services.planner.replan(tx, names)
        yield services


def versions(tx):
    return {one.id: plans.current(tx, one.id).version for one in places.devices(tx)}


def drain(services):
    """Empty the outbox; return whose plans waited."""
    with services.store.write() as tx:
        waiting = plans.outgoing(tx)
        plans.sent(tx, [one.id for one in waiting])
    return [one.device for one in waiting]


def check_all(services, now):
    items = 0
    with services.store.read() as tx:
        for device in places.devices(tx):
            held = plans.current(tx, device.id)
            said = plan.decode(held.payload)
            assert said == compiled(services, tx, device, held.version, now)
            assert held.payload == canonical(held.payload)
            items += len(said.items)
    return items


def test_plans_say_what_planning_one_by_one_says(services, clock):
    assert check_all(services, clock.now()) > 10 * SMALL.devices
    clock.turn(days=4, hours=5, minutes=7)
    with services.store.write() as tx:
        services.planner.replan(tx, [one.id for one in places.devices(tx)])
        assert set(versions(tx).values()) == {2}, "half of every lease is gone"
    check_all(services, clock.now())


def test_what_changes_nothing_writes_nothing(services):
    assert len(drain(services)) == SMALL.devices
    with services.store.write() as tx:
        before = tx.connection.total_changes
        services.planner.replan(tx, [one.id for one in places.devices(tx)])
        assert tx.connection.total_changes == before
    assert drain(services) == []


def test_a_change_touches_only_the_plans_it_concerns(services):
    for target, number in {"one": 68, "group": 46, "ward": 30, "district": 35}.items():
        with services.store.read() as tx:
            before = versions(tx)
        drain(services)
        changed = services.broadcasts.cancel(f"{number:016x}", CHIEF)
        touched = set(drain(services))
        with services.store.read() as tx:
            after = versions(tx)
        assert touched == set(changed.devices), target
        assert 0 < len(touched) < SMALL.devices / 2
        assert after == {one: before[one] + (one in touched) for one in before}


def test_what_is_too_much_for_one_plan_is_planned_from_its_start(services):
    times = TimesDraft(every_min=10, since="00:00", until="00:00")
    often = RuleDraft(start="2026-11-25", times=times, duration_s=60)
    ours = {
        services.broadcasts.create(draft(services, "device:tb-1", rule=often), CHIEF).id
        for _ in range(2)
    }
    with services.store.read() as tx:
        payload = plans.current(tx, "tb-1").payload
    starts = {one.start for one in plan.decode(payload).items if one.broadcast in ours}
    gaps = {later - earlier for earlier, later in pairwise(sorted(starts))}
    assert gaps == {timedelta(minutes=10)}, "the first ones, none left out"
    assert plan.MAX_PLAN_BYTES // 2 < len(payload) < plan.MAX_PLAN_BYTES
    assert len(starts) > 3 * 144, "three days at least"
