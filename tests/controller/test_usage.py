"""Counting into a real store, and what is read out of it: batches, days, pieces that broke off."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import tones
from drafts import CHIEF, CLERK, draft
from firmware import image
from sqlalchemy.exc import OperationalError

from controller.datause import BULK, TRANSFER_BYTES, Cause, Kind, Traffic
from controller.errors import BadMonth, Forbidden, Invalid, NotFound
from controller.fitting import RolloutDraft
from controller.live.model import Content, RelayDraft
from controller.model import BroadcastDraft, ContentKind, RuleDraft
from controller.months import Month
from controller.store import broadcasts, plans, proof, schema
from controller.store import datause as rows
from firmware_bridge.link.messages import Ack, AsRun, EndReason, Stage, State
from playlists.schedule.plan import AssetKind

FILE = "ab" * 32
HOME = "Asia/Ho_Chi_Minh"


def counted(services, device="bang-1"):
    with services.store.read() as tx:
        return rows.by_day(tx, device, date(2026, 1, 1), date(2027, 12, 31))


def causes(use):
    return {one.cause: (one.used_bytes, one.expected_bytes) for one in use.causes}


def confirm(services, device):
    """Let a device say that it has every file of its plan."""
    with services.store.write() as tx:
        plan = plans.current(tx, device)
        now = services.clock.now()
        plans.acknowledge(tx, device, Ack(plan.version, plan.sha256, Stage.ACTIVE, now))


def fetch(services, device, sha256, size_bytes, start=0):
    transfer = services.meter.transfer(device, sha256)
    transfer.begin(start)
    transfer.sent(size_bytes - start)


# Counting


def test_counts_wait_for_their_batch_and_are_added_up(services):
    for size in (100, 50):
        services.meter.count("bang-1", Kind.STATE, size)
    assert counted(services) == {}, "nothing is written while it is counted"
    services.meter.flush()
    services.meter.count("bang-1", Kind.STATE, 7)
    services.meter.flush()
    services.meter.flush()
    assert counted(services) == {date(2026, 11, 24): {Kind.STATE: Traffic(157, 3)}}


def test_the_day_is_that_of_the_device_at_the_moment_of_counting(services, clock):
    clock.at = datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC)
    for device in ("bang-1", "bang-3"):  # Việt Nam, Berlin
        services.meter.count(device, Kind.STATE, 1)
    clock.turn(seconds=2)
    for device in ("bang-1", "bang-3"):
        services.meter.count(device, Kind.STATE, 10)
    clock.turn(hours=3)
    services.meter.flush()
    home = counted(services, "bang-1")
    assert home[date(2026, 11, 30)] == {Kind.STATE: Traffic(1, 1)}
    assert home[date(2026, 12, 1)] == {Kind.STATE: Traffic(10, 1)}
    assert counted(services, "bang-3") == {date(2026, 11, 30): {Kind.STATE: Traffic(11, 2)}}


def test_many_threads_count_and_none_is_lost(services):
    def work():
        for _ in range(500):
            services.meter.count("bang-1", Kind.STATE, 3)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    services.meter.flush()
    for thread in threads:
        thread.join()
    services.meter.flush()
    assert counted(services)[date(2026, 11, 24)][Kind.STATE] == Traffic(6_000, 2_000)


def test_a_store_that_fails_costs_nothing_but_time(services):
    services.meter.count("bang-1", Kind.STATE, 5)
    with services.store.write() as tx:
        tx.exec_driver_sql("ALTER TABLE data_use RENAME TO away")
    with pytest.raises(OperationalError):
        services.meter.flush()
    with services.store.write() as tx:
        tx.exec_driver_sql("ALTER TABLE away RENAME TO data_use")
    services.meter.flush()
    assert counted(services)[date(2026, 11, 24)] == {Kind.STATE: Traffic(5, 1)}


def test_what_is_old_is_forgotten(services, clock):
    services.meter.count("bang-1", Kind.STATE, 5)
    services.meter.flush()
    for days in (399, 3):
        clock.turn(days=days)
        with services.store.write() as tx:
            services.meter.forget_old(tx)
        assert bool(counted(services)) == (days == 399)


# Pieces of files


@pytest.mark.parametrize("flushed", [True, False])
def test_a_device_that_goes_on_says_where_the_piece_before_ended(services, flushed):
    """The network had taken 90,000 bytes; 65,000 of them arrived."""
    transfer = services.meter.transfer("bang-1", FILE)
    transfer.begin(0)
    transfer.sent(65_536)
    transfer.sent(24_464)
    if flushed:
        services.meter.flush()
    fetch(services, "bang-1", FILE, 100_000, start=65_000)
    services.meter.flush()
    assert counted(services)[date(2026, 11, 24)] == {Kind.FIRMWARE: Traffic(100_000, 2)}


def test_the_correction_goes_to_the_day_of_the_piece(services, clock):
    clock.at = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
    fetch(services, "bang-1", FILE, 90_000)
    services.meter.flush()
    clock.turn(hours=5)
    fetch(services, "bang-1", FILE, 100_000, start=40_000)
    services.meter.flush()
    days = counted(services)
    assert days[date(2026, 11, 30)][Kind.FIRMWARE] == Traffic(40_000, 1)
    assert days[date(2026, 12, 1)][Kind.FIRMWARE] == Traffic(60_000, 1)


def test_whoever_begins_again_is_counted_again(services):
    for _ in range(2):
        fetch(services, "bang-1", FILE, 100_000)
    fetch(services, "bang-2", FILE, 100_000, start=100)
    services.meter.flush()
    assert counted(services)[date(2026, 11, 24)][Kind.FIRMWARE] == Traffic(200_000, 2)
    assert counted(services, "bang-2")[date(2026, 11, 24)][Kind.FIRMWARE] == Traffic(99_900, 1)


# Reading


def test_used_and_expected_of_a_board(services):
    asked = draft(services, "device:bang-1", text="Họp tổ dân phố", rule=RuleDraft(duration_s=60))
    made = services.broadcasts.create(asked, CHIEF)
    with services.store.read() as tx:
        (booking,) = broadcasts.booked(tx, "bang-1", made.first_start)
    size = booking.asset.size_bytes
    before = services.usage.of("bang-1", None)
    (file,) = [one for one in before.files if one.broadcasts == (made.id,)]
    assert (file.sha256, file.used_bytes) == (booking.asset.sha256, 0)
    assert file.expected_bytes == pytest.approx(size * BULK + TRANSFER_BYTES, abs=1)

    fetch(services, "bang-1", booking.asset.sha256, size)
    partly = services.usage.of("bang-1", "2026-11")
    (file,) = [one for one in partly.files if one.broadcasts == (made.id,)]
    assert file.used_bytes == pytest.approx(size * BULK + TRANSFER_BYTES, abs=1)
    assert file.expected_bytes == 0, "it is here, though the device did not say so yet"
    assert causes(partly)[Cause.SCENES][1] > 0, "its idle scene is not"

    confirm(services, "bang-1")
    after = services.usage.of("bang-1", None)
    assert causes(after)[Cause.SCENES] == (file.used_bytes, 0)
    assert after.total_bytes == sum(sum(both) for both in causes(after).values())


def test_sounds_of_a_month_are_fetched_again_only_after_a_rest(services):
    sound = tones.as_wav(tones.tone(500.0, 2.0, -20.0))
    clip = services.library.create_clip("loa", sound, CHIEF)

    def month_of(rrule):
        rule = RuleDraft(start="2026-12-01T08:00", rrule=rrule)
        asked = BroadcastDraft(ContentKind.CLIP, clip.id, ("device:loa-1",), rule)
        made = services.broadcasts.create(asked, CHIEF)
        use = services.usage.of("loa-1", "2026-12")
        services.broadcasts.cancel(made.id, CHIEF)
        return sum(one.expected_bytes for one in use.files)

    daily = month_of("FREQ=DAILY;COUNT=31")
    # Fetched in November already, for it is needed within the first lease of December.
    assert daily == 0
    once_in_ten_days = month_of("FREQ=DAILY;INTERVAL=10;COUNT=5")
    assert services.usage.of("loa-1", "2026-12").files == (), "it was cancelled"
    with services.store.read() as tx:
        size = tx.execute(schema.asset.select().where(schema.asset.c.kind == "sound")).one()
    # The 1st (in November), the 11th, 21st, 31st of December, and that of 10 January.
    each = size.size_bytes * BULK + TRANSFER_BYTES
    assert once_in_ten_days == pytest.approx(3 * each, abs=3)


def test_a_device_is_expected_to_go_on_as_in_its_last_days(services, clock):
    for _ in range(4):
        clock.turn(days=1)
        for _ in range(10):
            services.meter.count("loa-1", Kind.STATE, 400)
        services.meter.flush()
    use = services.usage.of("loa-1", "2026-11")
    assert str(use.month) == "2026-11"
    (used, expected) = causes(use)[Cause.REPORTS]
    # The 25th to 28th were counted; the first day and today are no whole days.
    rest_days = (Month(2026, 11, HOME).end - clock.now()) / timedelta(days=1)
    assert used == pytest.approx(40 * (400 * BULK + 260), abs=1)
    assert expected == pytest.approx(used / 4 * rest_days, abs=5)
    assert services.usage.of("loa-1", "2026-10").total_bytes == 0
    whole = causes(services.usage.of("loa-1", "2027-01"))[Cause.REPORTS]
    assert whole == (0, pytest.approx(used / 4 * 31, abs=5))


def test_streams_are_told_by_the_as_run_log(services, clock):
    with services.store.write() as tx:
        tx.execute(
            schema.asset.insert().values(
                sha256=FILE, kind=AssetKind.LIVE.value, size_bytes=0, duration_ms=0
            )
        )
        begun = clock.now()
        for seq, started_at in ((1, begun), (2, None)):
            entry = AsRun(
                seq, "b", f"b@{seq}", FILE, begun, started_at, begun + timedelta(minutes=10),
                EndReason.FINISHED,
            )  # fmt: skip
            proof.add_asrun(tx, "loa-1", entry)
    (used, _) = causes(services.usage.of("loa-1", None))[Cause.LIVE]
    assert used == pytest.approx(600 * 3_000 * BULK, abs=1)


def test_a_relay_takes_what_it_lasts_and_what_replaces_it_once(services):
    sound = tones.as_wav(tones.tone(440.0, 1.0, -20.0))
    clip = services.library.create_clip("nền", sound, CHIEF)
    fallback = Content(ContentKind.CLIP, clip.id)
    relay = services.relays.create(RelayDraft("VOV1", "http://vov.vn/1", 10, fallback), CHIEF)
    rule = RuleDraft(start="2026-11-25T05:00", duration_s=1_800, rrule="FREQ=DAILY;COUNT=3")
    asked = BroadcastDraft(ContentKind.RELAY, relay.id, ("device:loa-1",), rule)
    made = services.broadcasts.create(asked, CHIEF)
    use = services.usage.of("loa-1", "2026-11")
    assert causes(use)[Cause.LIVE] == (0, pytest.approx(3 * 1_800 * 3_000 * BULK, abs=1))
    (file,) = use.files
    assert (file.kind, file.broadcasts) == (Kind.SOUND, (made.id,))


def test_firmware_that_is_ordered_is_expected_until_it_has_come(services):
    file = image("1.1.0", 20_000).file
    kept = services.firmware.add(file, CHIEF)
    services.rollouts.create(RolloutDraft(kept.id, ("device:bang-1",)), CHIEF)
    (_, expected) = causes(services.usage.of("bang-1", None))[Cause.FIRMWARE]
    assert expected == pytest.approx(len(file) * BULK + TRANSFER_BYTES, abs=1)
    fetch(services, "bang-1", kept.sha256, len(file))
    assert causes(services.usage.of("bang-1", None))[Cause.FIRMWARE] == (expected, 0)


def test_a_new_session_is_a_connection_and_what_the_broker_kept_came_over_it(services):
    with services.store.write() as tx:
        plan_bytes = len(plans.current(tx, "loa-1").envelope)
        for session in ("a", "a", "b"):
            state = State(session, online=True, at=services.clock.now())
            services.meter.told(tx, "loa-1", state)
            proof.set_state(tx, "loa-1", state)
        services.meter.told(tx, "loa-1", State("c", online=False, at=None))
    services.meter.flush()
    assert counted(services, "loa-1")[date(2026, 11, 24)] == {
        Kind.CONNECT: Traffic(0, 2),
        Kind.PLAN: Traffic(2 * plan_bytes, 2),
    }


def test_a_plan_for_a_device_that_is_away_is_not_counted_before_it_comes(services):
    with services.store.write() as tx:
        (one,) = [one for one in plans.outgoing(tx) if one.device == "loa-1"]
        services.meter.published(tx, [one])
        proof.set_state(tx, "loa-1", State("a", online=True, at=services.clock.now()))
        services.meter.published(tx, [one])
    services.meter.flush()
    size = len(one.envelope)
    assert counted(services, "loa-1")[date(2026, 11, 24)] == {Kind.PLAN: Traffic(size, 1)}


# Lists, allowances, refusals


def test_the_list_is_by_size_and_by_area(services):
    for device, size in (("loa-2", 5_000_000), ("loa-1", 3_000_000)):
        fetch(services, device, FILE, size)
    everybody = services.usage.all(None, None)
    assert [one.device.id for one in everybody[:2]] == ["loa-2", "loa-1"]
    totals = [one.total_bytes for one in everybody]
    assert totals == sorted(totals, reverse=True)
    assert len(totals) == 5
    assert [one.device.id for one in services.usage.all(None, "phuong")] == ["loa-2", "bang-2"]
    assert services.usage.of("loa-2", None) == everybody[0]


def test_an_allowance_is_inherited(services):
    assert services.usage.allow("quan", 500, CHIEF) == 500
    assert services.usage.allow("phuong", 200, CHIEF) == 200
    allowed = {one.device.id: one.allowance_bytes for one in services.usage.all(None, None)}
    assert (allowed["loa-1"], allowed["loa-2"]) == (500_000_000, 200_000_000)
    fetch(services, "loa-2", FILE, 100_000_000)
    use = services.usage.of("loa-2", None)
    assert use.share_pct == pytest.approx(use.total_bytes / 2_000_000, abs=0.06)
    assert services.usage.allow("phuong", None, CHIEF) == 500
    assert services.usage.allow("quan", None, CHIEF) is None
    assert services.usage.of("loa-2", None).share_pct is None


@pytest.mark.parametrize("mb", [0, -1, 10**9])
def test_allowances_that_are_none(services, mb):
    with pytest.raises(Invalid):
        services.usage.allow("quan", mb, CHIEF)


def test_who_may_not_and_what_is_not_there(services):
    with pytest.raises(Forbidden):
        services.usage.allow("quan", 1, CLERK)
    with pytest.raises(NotFound):
        services.usage.allow("xa", 1, CHIEF)
    with pytest.raises(NotFound):
        services.usage.of("nobody", None)
    with pytest.raises(NotFound):
        services.usage.all(None, "xa")


@pytest.mark.parametrize(
    "month", ["", "now", "2026-13", "2019-12", "2027-12", "9999-12", "0000-01"]
)
def test_months_nobody_can_tell(services, month):
    with pytest.raises(BadMonth):
        services.usage.of("loa-1", month)
    with pytest.raises(BadMonth):
        services.usage.all(month, None)
    services.usage.of("loa-1", "2027-11")
