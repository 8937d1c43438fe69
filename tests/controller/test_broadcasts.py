from datetime import timedelta

import pytest
import tones
from drafts import CHIEF, CLERK, draft, message

from controller.errors import Conflict, Forbidden, Invalid, NotFound, UnknownTarget
from controller.model import BroadcastDraft, BroadcastState, ContentKind, RuleDraft
from controller.store import plans
from firmware_bridge.link import envelope
from playlists.errors import ContentRefused
from playlists.schedule import plan
from playlists.schedule.plan import BroadcastClass
from playlists.schedule.refusals import InThePast, NonexistentTime, OutOfHours


def held(services, device):
    """Return the plan a device should hold, verified as its gateway would."""
    with services.store.read() as tx:
        stored = plans.current(tx, device)
    keys = envelope.trusted(services.plan_key)
    payload = envelope.open_sealed(stored.envelope, envelope.Domain.PLAN, keys)
    assert payload == stored.payload
    return plan.decode(payload)


def waiting(services):
    with services.store.read() as tx:
        return [one.device for one in plans.outgoing(tx)]


def settle(services):
    """Pretend the broker took everything."""
    with services.store.write() as tx:
        for one in plans.outgoing(tx):
            plans.sent(tx, [one.id])


def test_an_accepted_broadcast_is_in_the_plan_and_the_outbox(services):
    settle(services)
    before = held(services, "bang-1").version
    broadcast = services.broadcasts.create(draft(services, "device:bang-1"), CHIEF)
    assert broadcast.state is BroadcastState.APPROVED
    after = held(services, "bang-1")
    assert [item.broadcast for item in after.items] == [broadcast.id]
    assert after.version == before + 1
    assert waiting(services) == ["bang-1"]
    assert services.assets.path(after.items[0].asset.sha256).stat().st_size


def test_targets_mean_every_device_that_can_take_it_once(services):
    services.district.create_group("nhom", "Nhóm", ["bang-1", "loa-1"])
    targets = ("area:quan", "device:bang-1", "group:nhom")
    broadcast = services.broadcasts.create(draft(services, *targets), CHIEF)
    assert sorted(broadcast.devices) == ["bang-1", "bang-2", "bang-3"]
    assert held(services, "bang-2").items[0].asset == held(services, "bang-1").items[0].asset
    assert held(services, "bang-3").items[0].asset != held(services, "bang-1").items[0].asset


@pytest.mark.parametrize("target", ["device:x", "area:x", "group:x", "x", "device:loa-1", ""])
def test_targets_that_mean_nothing_are_named(services, target):
    with pytest.raises(UnknownTarget) as caught:
        services.broadcasts.create(draft(services, "device:bang-1", target), CHIEF)
    assert caught.value.facts["target"] == target


def test_all_targets_that_mean_nothing_are_named_at_once(services):
    wrong = [f"{kind}:x{number}" for kind in ("area", "group", "zone") for number in range(3_000)]
    with pytest.raises(UnknownTarget) as caught:
        services.broadcasts.create(draft(services, "device:bang-1", *wrong), CHIEF)
    assert caught.value.facts["count"] == 9_000
    assert caught.value.facts["targets"] == wrong[:100]


def test_ten_thousand_targets_twice_are_each_one_target(services):
    targets = ("device:bang-1", "area:quan", "area:phuong", "device:bang-2") * 5_000
    broadcast = services.broadcasts.create(draft(services, *targets), CHIEF)
    assert sorted(broadcast.devices) == ["bang-1", "bang-2", "bang-3"]
    assert broadcast.draft.targets == targets[:4]


def test_groups_hold_devices_only_so_that_none_can_hold_itself(services):
    services.district.create_group("nhom", "Nhóm", ["bang-1"])
    for member in ("nhom", "group:nhom"):
        with pytest.raises(NotFound):
            services.district.create_group("vong", "Vòng", [member])


@pytest.mark.parametrize("targets", [(), tuple(f"device:{n}" for n in range(10_001))])
def test_no_targets_and_too_many_are_refused(services, targets):
    with pytest.raises(Invalid):
        services.broadcasts.create(draft(services, *targets), CHIEF)


def test_a_refused_broadcast_changes_nothing(services):
    settle(services)
    with pytest.raises(ContentRefused):
        services.broadcasts.create(draft(services, "device:bang-1", text="漢"), CHIEF)
    assert services.broadcasts.list(None, 10) == ([], None)
    assert waiting(services) == []


def test_who_may_not_approve_alone_waits_for_somebody_else(services):
    broadcast = services.broadcasts.create(draft(services, "device:bang-1"), CLERK)
    assert broadcast.state is BroadcastState.SUBMITTED
    assert held(services, "bang-1").items == ()
    with pytest.raises(Forbidden):
        services.broadcasts.approve(broadcast.id, CLERK)
    approved = services.broadcasts.approve(broadcast.id, CHIEF)
    assert (approved.state, approved.approved_by) == (BroadcastState.APPROVED, "Chủ tịch")
    assert services.broadcasts.approve(broadcast.id, CHIEF) == approved
    assert len(held(services, "bang-1").items) == 1


def test_cancel_takes_it_out_of_every_plan_for_good(services):
    broadcast = services.broadcasts.create(draft(services, "area:quan"), CHIEF)
    versions = {name: held(services, name).version for name in broadcast.devices}
    assert services.broadcasts.cancel(broadcast.id, CHIEF).state is BroadcastState.CANCELLED
    for name, version in versions.items():
        assert held(services, name).items == ()
        assert held(services, name).version == version + 1
    services.broadcasts.cancel(broadcast.id, CHIEF)
    assert held(services, "bang-1").version == versions["bang-1"] + 1
    with pytest.raises(Conflict):
        services.broadcasts.approve(broadcast.id, CHIEF)
    with pytest.raises(NotFound):
        services.broadcasts.cancel("nowhere", CHIEF)


def test_the_same_key_is_the_same_broadcast(services):
    asked = draft(services, "device:bang-1")
    first = services.broadcasts.create(asked, CHIEF, idempotency_key="k1")
    assert services.broadcasts.create(asked, CHIEF, idempotency_key="k1").id == first.id
    with pytest.raises(Conflict):
        services.broadcasts.create(draft(services, "device:bang-2"), CHIEF, idempotency_key="k1")


def test_each_device_counts_in_its_own_zone(services):
    rule = RuleDraft(start="2026-11-25T08:00", duration_s=60, rrule="FREQ=DAILY;COUNT=2")
    services.broadcasts.create(draft(services, "area:quan", rule=rule), CHIEF)
    assert [item.start.hour for item in held(services, "bang-1").items] == [1, 1]
    assert [item.start.hour for item in held(services, "bang-3").items] == [7, 7]


def test_impossible_and_past_times_are_refused(services):
    gap = RuleDraft(start="2027-03-28T02:30", duration_s=60)
    services.broadcasts.create(draft(services, "device:bang-1", rule=gap), CHIEF)
    skipped = draft(services, "device:bang-3", rule=gap)
    with pytest.raises(NonexistentTime):
        services.broadcasts.create(skipped, CHIEF)
    past = RuleDraft(start="2026-11-24T04:00:00Z", duration_s=60)
    late = draft(services, "device:bang-1", rule=past)
    with pytest.raises(InThePast):
        services.broadcasts.create(late, CHIEF)


def test_sound_keeps_to_the_hours_and_emergencies_pass(services):
    clip = services.library.create_clip("t", tones.as_wav(tones.tone(500.0, 1.0, -20.0)), CHIEF)
    night = RuleDraft(start="2026-11-25T03:15")

    def asked(**fields):
        return BroadcastDraft(ContentKind.CLIP, clip.id, ("device:loa-2",), night, **fields)

    with pytest.raises(OutOfHours) as caught:
        services.broadcasts.create(asked(), CHIEF)
    assert "Liên Chiểu" in caught.value.facts["policy"]
    services.broadcasts.create(asked(broadcast_class=BroadcastClass.EMERGENCY), CHIEF)
    (item,) = held(services, "loa-2").items
    assert item.end - item.start == timedelta(seconds=1 + 30)
    assert held(services, "loa-2").hours is not None
    assert held(services, "bang-2").hours is None


def test_a_sound_that_may_go_on_stays_an_hour_after_its_end_unless_cancelled(services, clock):
    clip = services.library.create_clip("t", tones.as_wav(tones.tone(500.0, 1.0, -20.0)), CHIEF)
    now = BroadcastDraft(ContentKind.CLIP, clip.id, ("device:loa-1",), RuleDraft())
    sound = services.broadcasts.create(now, CHIEF)
    services.broadcasts.create(draft(services, "device:bang-1"), CHIEF)

    def planned(device):
        with services.store.write() as tx:
            services.planner.replan(tx, [device])
        return [item.broadcast for item in held(services, device).items]

    clock.turn(minutes=59)
    assert planned("loa-1") == [sound.id]
    assert planned("bang-1") == []
    services.broadcasts.cancel(sound.id, CHIEF)
    assert planned("loa-1") == []
    services.broadcasts.create(now, CHIEF)
    clock.turn(minutes=62)
    assert planned("loa-1") == []


def test_an_unchanged_plan_keeps_its_version_until_half_its_lease(services, clock):
    services.broadcasts.create(draft(services, "device:bang-1"), CHIEF)
    version = held(services, "bang-1").version
    with services.store.write() as tx:
        services.planner.replan(tx, ["bang-1"])
    assert held(services, "bang-1").version == version
    clock.turn(days=4)
    with services.store.write() as tx:
        assert "bang-1" in plans.due(tx, clock.now())
        services.planner.replan(tx, ["bang-1"])
    renewed = held(services, "bang-1")
    assert renewed.version == version + 1
    assert renewed.not_after == clock.now() + services.settings.lease
    assert renewed.items == ()


def test_lists_come_in_pages_newest_first(services, clock):
    made = []
    for number in range(5):
        clock.turn(seconds=1)
        made.append(message(services, f"Tin {number}").id)
    seen, cursor = [], None
    for _ in range(3):
        page, cursor = services.library.messages(cursor, 2)
        seen += [one.id for one in page]
    assert cursor is None
    assert seen == made[::-1]
    for bad in ("rubbish", "W10=", "é"):
        with pytest.raises(Invalid):
            services.library.messages(bad, 2)
    with pytest.raises(Invalid):
        services.library.messages(None, 0)
