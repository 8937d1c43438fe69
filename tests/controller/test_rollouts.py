"""Rollouts on a real database: orders, reports, waves, stopping."""

import pytest
from district_of_five import board
from firmware import KEY, image

from controller.errors import BadFirmware, Conflict, Forbidden, Invalid, NotFound, UnknownTarget
from controller.fitting import RolloutDraft, RolloutState
from controller.model import Person
from controller.store import firmware as orders
from controller.store import proof
from firmware_bridge.link.envelope import Domain, key_id, open_sealed, trusted
from firmware_bridge.link.messages import FirmwareOrder, FirmwareReport, FirmwareStage
from firmware_bridge.link.topics import Channel

CHIEF = Person("1", "Chị Hà", may_approve_alone=True)
CLERK = Person("2", "Anh Nam", may_approve_alone=False)
NEW = image("1.1.0")


@pytest.fixture
def firmware(services):
    return services.firmware.add(NEW.file, CHIEF)


def begin(services, firmware, *targets, waves=(1, 1), **how):
    draft = RolloutDraft(firmware.id, targets or ("area:quan",), waves, **how)
    return services.rollouts.create(draft, CHIEF)


def published(services):
    """Return the orders that wait for the broker, opened, by device."""
    keys = trusted(services.plan_key)
    with services.store.read() as tx:
        waiting = orders.outgoing(tx)
    assert {one.channel for one in waiting} <= {Channel.FIRMWARE}
    return {
        one.device: FirmwareOrder.decode(open_sealed(one.envelope, Domain.FIRMWARE, keys))
        for one in waiting
    }


def say(services, rollout, device, stage, *, number=None, **facts):
    """Let a device report on its newest order."""
    if number is None:
        number = next(
            one.number for one in state(services, rollout).devices if one.device == device
        )
    with services.store.write() as tx:
        report = FirmwareReport(number, "1.1.0", FirmwareStage(stage), **facts)
        services.rollouts.take(tx, device, report)


def state(services, rollout):
    return services.rollouts.get(rollout.id)


def stages(services, rollout):
    return {one.device: one.stage for one in state(services, rollout).devices}


def open_orders(services):
    return [name for name, order in published(services).items() if order.sha256]


def test_a_file_is_kept_once_and_served_by_its_hash(services, firmware):
    assert (firmware.version, firmware.hardware) == ("1.1.0", "p10-32x16-r2")
    assert firmware.key_id == key_id(KEY.public_key()).hex()
    assert services.assets.read(firmware.sha256) == NEW.file
    assert services.firmware.add(NEW.file, CHIEF) == firmware
    assert services.firmware.list(None, 10) == ([firmware], None)
    assert services.firmware.get(firmware.id) == firmware


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", "bad-manifest"),
        (b"MZ" * 500, "bad-manifest"),
        (NEW.file[:-1], "damaged"),
        (NEW.file[:-1] + b"x", "damaged"),
    ],
)
def test_what_is_no_firmware_is_not_kept(services, file, reason):
    with pytest.raises(BadFirmware) as caught:
        services.firmware.add(file, CHIEF)
    assert caught.value.facts["reason"] == reason
    assert services.firmware.list(None, 10) == ([], None)


def test_only_administrators_touch_firmware(services, firmware):
    rollout = begin(services, firmware)
    for deed in (
        lambda: services.firmware.add(NEW.file, CLERK),
        lambda: services.rollouts.create(RolloutDraft(firmware.id, ("area:quan",)), CLERK),
        lambda: services.rollouts.stop(rollout.id, CLERK),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_the_first_wave_is_ordered_at_once(services, firmware):
    rollout = begin(services, firmware)
    assert [(one.device, one.wave) for one in rollout.devices] == [
        ("bang-1", 0),
        ("bang-2", 1),
        ("bang-3", 2),
    ]
    order = published(services)["bang-1"]
    assert list(published(services)) == ["bang-1"]
    assert (order.tenant, order.version, order.sha256) == ("thu", "1.1.0", firmware.sha256)
    assert order.size_bytes == len(NEW.file)
    assert order.number == rollout.devices[0].number


def test_waves_follow_each_other_when_confirmed(services, firmware):
    rollout = begin(services, firmware)
    for stage in ("fetching", "staged", "writing", "trial"):
        say(services, rollout, "bang-1", stage)
        assert open_orders(services) == ["bang-1"]
    say(services, rollout, "bang-1", "confirmed")
    assert open_orders(services) == ["bang-1", "bang-2"]
    say(services, rollout, "bang-2", "confirmed")
    say(services, rollout, "bang-3", "confirmed")
    assert state(services, rollout).state is RolloutState.FINISHED
    assert all(order.sha256 for order in published(services).values())  # they stand


def test_a_rollout_halts_by_itself(services, firmware):
    rollout = begin(services, firmware, share_pct=50)
    say(services, rollout, "bang-1", "confirmed")
    say(services, rollout, "bang-2", "failed", reason="trial-time", detail="x")
    found = state(services, rollout)
    assert (found.state, found.reason) == (RolloutState.HALTED, "1 of 2 devices failed")
    assert found.devices[1].reason == "trial-time"
    assert stages(services, rollout) == {"bang-1": "confirmed", "bang-2": "failed", "bang-3": None}
    assert "bang-3" not in published(services)


def test_below_the_share_it_goes_on(services, firmware):
    rollout = begin(services, firmware, share_pct=51)
    say(services, rollout, "bang-1", "confirmed")
    say(services, rollout, "bang-2", "failed", reason="trial-time")
    assert state(services, rollout).state is RolloutState.RUNNING
    say(services, rollout, "bang-3", "confirmed")
    assert state(services, rollout).state is RolloutState.FINISHED


def test_halting_withdraws_what_is_open(services, firmware):
    rollout = begin(services, firmware, waves=(3,), share_pct=33)
    before = published(services)
    say(services, rollout, "bang-1", "writing", done=3, total=5)
    say(services, rollout, "bang-2", "confirmed")
    say(services, rollout, "bang-3", "failed", reason="wrong-hardware")
    after = published(services)
    assert after["bang-1"].sha256 is None
    assert after["bang-1"].number > before["bang-1"].number
    assert (after["bang-2"], after["bang-3"]) == (before["bang-2"], before["bang-3"])
    say(services, rollout, "bang-1", "withdrawn")
    assert stages(services, rollout)["bang-1"] == "withdrawn"


def test_a_board_that_was_too_far_to_be_withdrawn_says_so(services, firmware):
    rollout = begin(services, firmware)
    say(services, rollout, "bang-1", "trial")
    services.rollouts.stop(rollout.id, CHIEF)
    say(services, rollout, "bang-1", "confirmed")
    assert stages(services, rollout)["bang-1"] == "confirmed"
    assert state(services, rollout).state is RolloutState.STOPPED


def test_somebody_may_stop_it_once(services, firmware):
    rollout = begin(services, firmware)
    say(services, rollout, "bang-1", "confirmed")
    stopped = services.rollouts.stop(rollout.id, CHIEF)
    assert (stopped.state, stopped.stopped_by) == (RolloutState.STOPPED, "Chị Hà")
    assert services.rollouts.stop(rollout.id, CHIEF) == stopped
    assert open_orders(services) == ["bang-1"]
    say(services, rollout, "bang-2", "confirmed")
    assert "bang-3" not in published(services)


def test_reports_of_other_orders_say_nothing(services, firmware):
    rollout = begin(services, firmware)
    for number in (0, rollout.devices[0].number - 1, rollout.devices[0].number + 1):
        say(services, rollout, "bang-1", "confirmed", number=number)
    assert stages(services, rollout)["bang-1"] is None


def test_a_device_that_says_nothing_counts_as_failed(services, firmware, clock):
    rollout = begin(services, firmware, patience_s=3_600)
    clock.turn(seconds=3_599)
    look(services)
    assert state(services, rollout).state is RolloutState.RUNNING
    clock.turn(seconds=1)
    look(services)
    found = state(services, rollout)
    assert (found.state, found.devices[0].reason) == (RolloutState.HALTED, "timeout")
    assert published(services)["bang-1"].sha256 is None
    say(services, rollout, "bang-1", "writing")
    assert stages(services, rollout)["bang-1"] == "failed"
    say(services, rollout, "bang-1", "confirmed")
    assert stages(services, rollout)["bang-1"] == "confirmed"


def look(services):
    with services.store.write() as tx:
        services.rollouts.look(tx)


def test_one_device_is_in_one_running_rollout(services, firmware):
    rollout = begin(services, firmware, "device:bang-1")
    with pytest.raises(Conflict) as caught:
        begin(services, firmware, "area:quan")
    assert "bang-1" in str(caught.value.facts["reason"])
    begin(services, firmware, "device:bang-2")
    services.rollouts.stop(rollout.id, CHIEF)
    again = begin(services, firmware, "device:bang-1")
    assert again.devices[0].number > rollout.devices[0].number


def test_numbers_grow_also_after_an_old_backup(services, firmware, clock):
    first = begin(services, firmware, "device:bang-1").devices[0].number
    assert first == int(clock.now().timestamp() * 1_000)


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"share_pct": 0}, "share_pct"),
        ({"share_pct": 101}, "share_pct"),
        ({"patience_s": 59}, "patience_s"),
        ({"patience_s": 1 << 40}, "patience_s"),
        ({"waves": (0,)}, "waves"),
        ({"waves": (-1,)}, "waves"),
        ({"waves": (1.5,)}, "waves"),
        ({"waves": (1,) * 21}, "waves"),
    ],
    ids=str,
)
def test_nonsense_is_refused(services, firmware, how, field):
    with pytest.raises(Invalid) as caught:
        begin(services, firmware, **how)
    assert caught.value.facts["field"] == field


def test_what_is_not_there_is_not_found(services, firmware):
    with pytest.raises(NotFound):
        services.rollouts.create(RolloutDraft("nothing", ("area:quan",)), CHIEF)
    with pytest.raises(UnknownTarget):
        begin(services, firmware, "device:loa-1")
    for ask in (services.rollouts.get, services.firmware.get):
        with pytest.raises(NotFound):
            ask("nothing")
    with pytest.raises(NotFound):
        services.rollouts.stop("nothing", CHIEF)


def test_what_happens_can_be_watched(services, firmware):
    with services.store.read() as tx:
        before = proof.last_event(tx)
    rollout = begin(services, firmware, "device:bang-1")
    say(services, rollout, "bang-1", "writing", done=1, total=5)
    say(services, rollout, "bang-1", "writing", done=1, total=5)
    say(services, rollout, "bang-1", "confirmed")
    with services.store.read() as tx:
        events = proof.events(tx, before, 50)
    assert [(one.kind, one.data.get("state") or one.data.get("stage")) for one in events] == [
        ("rollout", "running"),
        ("firmware", "writing"),
        ("firmware", "confirmed"),
        ("rollout", "finished"),
    ]


def test_a_broker_that_lost_everything_gets_every_order_again(services, firmware):
    begin(services, firmware, "device:bang-1")
    with services.store.write() as tx:
        (one,) = orders.outgoing(tx)
        orders.sent(tx, one.device, one.id - 1)
        assert orders.outgoing(tx) == [one]
        orders.sent(tx, one.device, one.id)
        assert orders.outgoing(tx) == []
        orders.queue_all(tx)
        assert orders.outgoing(tx) == [one]


def test_many_devices(services, firmware):
    for number in range(10, 30):
        services.district.enrol(board(f"bang-{number}", "quan", (64, 16)), thin=False)
    rollout = begin(services, firmware, waves=(1, 0.1))
    waves = [one.wave for one in rollout.devices]
    assert [waves.count(wave) for wave in range(3)] == [1, 2, 20]
