"""Planned against played, in a real store: what was planned stays so, whatever is edited since."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from district_of_five import populate, speaker
from drafts import CHIEF, draft
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.airing import Cause, Standing
from controller.bootstrap import prepare
from controller.errors import Invalid, NotFound
from controller.model import RuleDraft
from controller.reports import Grouping, Period
from controller.settings import Settings
from controller.store import ledger, proof, schema
from firmware_bridge.link.messages import AsRun, EndReason
from playlists.schedule import instant

HOME = "Asia/Ho_Chi_Minh"
DAILY = RuleDraft(start="2026-11-24T13:00", duration_s=600, rrule="FREQ=DAILY;COUNT=5")
"""At 06:00 UTC."""
SIX = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def month(services, grouping=Grouping.DEVICE, area=None):
    period = services.reports.period(None, None, "2026-11", area)
    return services.reports.of(grouping, period, area)


def report(services, device, seq, made, *, begin=0, end=600, day=0, reason=EndReason.FINISHED):
    """Let a device say that it had a broadcast on, so many seconds after six on a day."""
    planned = SIX + timedelta(days=day)
    entry = AsRun(
        seq=seq,
        broadcast=made.id,
        occurrence=f"{made.id}@{instant.to_text(planned)}",
        asset="0" * 64,
        planned_at=planned,
        started_at=None if begin is None else planned + timedelta(seconds=begin),
        ended_at=planned + timedelta(seconds=end),
        end_reason=reason,
    )
    with services.store.write() as tx:
        proof.add_asrun(tx, device, entry)
        proof.complete_up_to(tx, device)
    return entry


def scheduled(services, *targets, rule=DAILY, **fields):
    return services.broadcasts.create(draft(services, *targets, rule=rule, **fields), CHIEF)


def noted(services, device):
    with services.store.read() as tx:
        return ledger.planned(tx, device, SIX - timedelta(days=30), SIX + timedelta(days=30))


def test_what_was_planned_is_written_down_as_its_time_comes(services, clock):
    made = scheduled(services, "device:bang-1")
    services.reports.note()
    assert noted(services, "bang-1") == []
    clock.turn(days=1, hours=2)
    services.reports.note()
    services.reports.note()
    found = noted(services, "bang-1")
    assert [one.start for one in found] == [SIX, SIX + timedelta(days=1)]
    assert {one.broadcast for one in found} == {made.id}
    assert [one.length for one in found] == [None, None]


def test_a_report_is_right_whatever_was_cancelled_since(services, clock):
    made = scheduled(services, "device:bang-1")
    clock.turn(days=1, hours=1, minutes=5)  # in the middle of the second
    services.broadcasts.cancel(made.id, CHIEF)
    report(services, "bang-1", 1, made)
    report(services, "bang-1", 2, made, day=1, end=300, reason=EndReason.CANCELLED)
    clock.turn(days=5)
    services.reports.note()
    (line,) = month(services).lines
    assert line.key == "bang-1"
    assert line.planned == timedelta(seconds=1_200)
    assert line.aired == timedelta(seconds=900)
    assert line.missing[Cause.CANCELLED].time == timedelta(seconds=300)
    assert line.missing[Cause.CANCELLED].occurrences == 1
    assert (line.counts[Standing.WHOLE], line.counts[Standing.PARTLY]) == (1, 1)


def test_what_never_came_to_its_time_was_not_planned(services, clock):
    made = scheduled(services, "device:bang-1")
    clock.turn(minutes=30)
    services.broadcasts.cancel(made.id, CHIEF)
    clock.turn(days=2)
    assert month(services).lines == []


def test_a_silent_device_is_not_heard_of_or_never_had_the_plan(services, clock):
    made = scheduled(services, "device:bang-1")
    clock.turn(days=1)
    (line,) = month(services).lines
    assert list(line.missing) == [Cause.UNREPORTED]
    assert line.kept_pct == 0
    report(services, "bang-1", 1, made, day=1)
    (line,) = month(services).lines
    assert list(line.missing) == [Cause.UNHELD]


def test_what_begins_at_once_is_due_from_then_on(services, clock):
    since = "2026-11-24T11:50"  # ten minutes ago
    rule = RuleDraft(start=since, duration_s=1_200, rrule="FREQ=DAILY;COUNT=5")
    scheduled(services, "device:bang-1", rule=rule)
    clock.turn(hours=1)
    (line,) = month(services).lines
    assert line.planned == timedelta(seconds=600)


def test_lines_of_areas_hold_what_lies_below_and_campaigns_what_names_them(services, clock):
    one = scheduled(services, "area:quan", campaign="Ngày sạch")
    two = scheduled(services, "device:bang-1")
    clock.turn(hours=2)
    report(services, "bang-1", 1, one, end=600)
    report(services, "bang-1", 2, two, end=600)
    lines = {line.key: line for line in month(services, Grouping.AREA).lines}
    devices = {line.key: line for line in month(services).lines}
    assert lines["quan"].devices == set(devices)
    assert lines["quan"].aired == sum((line.aired for line in devices.values()), timedelta(0))
    by_name = {line.key: line for line in month(services, Grouping.CAMPAIGN).lines}
    assert by_name["Ngày sạch"].counts[Standing.WHOLE] == 1
    assert by_name[""].devices == {"bang-1"}
    board = devices["bang-1"]
    assert (board.aired, board.shown) == (timedelta(seconds=1_200), timedelta(seconds=600))


def test_a_period_is_one_of_the_area(services, clock):
    clock.at = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)  # December in Việt Nam
    assert services.reports.period(None, None, None, "quan").first.month == 12
    assert services.reports.period("2026-11-03", "2026-11-03", None, None).span == (
        datetime(2026, 11, 2, 17, tzinfo=UTC),
        datetime(2026, 11, 3, 17, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "asked",
    [
        ("2026-11-02", None, None),
        ("2026-11-02", "2026-11-01", None),
        ("2025-11-02", "2026-12-01", None),
        ("hôm nay", "2026-12-01", None),
        ("2026-11-02", "2026-11-03", "2026-11"),
        (None, None, "2026-13"),
        (None, None, "9999-12"),
    ],
)
def test_no_such_period(services, asked):
    with pytest.raises(Invalid):
        services.reports.period(*asked, None)
    with pytest.raises(NotFound):
        services.reports.period(None, None, None, "không có")


def test_months_of_a_period():
    found = Period(date(2026, 11, 20), date(2027, 1, 3), HOME).months()
    spans = [(str(one.first), str(one.last)) for one in found]
    assert spans == [
        ("2026-11-20", "2026-11-30"),
        ("2026-12-01", "2026-12-31"),
        ("2027-01-01", "2027-01-03"),
    ]


_numbers = count()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where a controller keeps its data, with a district in it."""
    kept = Settings(data_dir=tmp_path_factory.mktemp("sổ"), tenant="thu")
    with prepare(kept) as services:
        populate(services)
    return kept


@settings(max_examples=20, deadline=None)
@given(st.permutations([*range(1, 9)] * 2), st.integers(0, 16))
def test_exactly_once_whatever_repeats_and_in_whatever_order(kept, sent, cut):
    """Every report comes twice, in any order, cut by a restart of the controller in between."""
    device, fresh = f"loa-x{next(_numbers)}", []
    with prepare(kept) as services:
        services.district.enrol(speaker(device, "quan"), thin=False)
    for part in (sent[:cut], sent[cut:]):
        with prepare(kept) as services, services.store.write() as tx:
            for seq in part:
                end = SIX + timedelta(seconds=seq)
                reason = EndReason.FINISHED if seq % 2 else EndReason.FAULT
                entry = AsRun(seq, "b", f"b@{seq}", "0" * 64, SIX, SIX, end, reason)
                fresh.append(proof.add_asrun(tx, device, entry))
                complete = proof.complete_up_to(tx, device)
                held = {one.seq for one in proof.asrun(tx, device, None, None, 0, 100)}
                assert set(range(1, complete + 1)) <= held, "confirmed only what is held"
                assert complete + 1 not in held
    assert fresh.count(True) == 8
    with prepare(kept) as services, services.store.read() as tx:
        found = proof.asrun(tx, device, None, None, 0, 100)
        assert sorted(one.seq for one in found) == [*range(1, 9)]
        assert all(one.ended_at == SIX + timedelta(seconds=one.seq) for one in found)
        aired = ledger.ran(tx, device, SIX, SIX + timedelta(days=1))
        assert sum((one.ended_at - SIX for one in aired), timedelta(0)) == timedelta(seconds=36)


def test_the_ledger_forgets_in_time(services, clock):
    scheduled(services, "device:bang-1")
    clock.turn(days=10)
    services.reports.note()
    assert noted(services, "bang-1")
    clock.turn(days=4 * 366)
    services.reports.forget_old()
    with services.store.read() as tx:
        assert tx.execute(schema.planned.select()).all() == []
