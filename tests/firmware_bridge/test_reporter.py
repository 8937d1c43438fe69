"""The journal: survives a cut at any byte, forgets what is confirmed, repeats nothing."""

import itertools
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from plans import asset, at, item

from firmware_bridge import reporter as reporters
from firmware_bridge.link.messages import EndReason
from firmware_bridge.reporter import Reporter

SCENE = asset(b"scene")


def one(name, start=0, end=60):
    return item(name, SCENE, start, end)


def journal(tmp_path):
    return Reporter(tmp_path / "asrun.log")


def brief(entries):
    return [(entry.seq, entry.broadcast, entry.end_reason.value) for entry in entries]


def test_an_entry_says_what_was_planned_and_what_was(tmp_path):
    reporter = journal(tmp_path)
    mark = reporter.begin(one("a", 10, 20), at(10.5))
    assert reporter.pending() == []
    entry = reporter.end(mark, at(20.25), EndReason.INTERRUPTED, "b is on")
    assert reporter.pending() == [entry]
    assert (entry.seq, entry.broadcast, entry.occurrence) == (1, "a", "a@10")
    assert (entry.planned_at, entry.started_at, entry.ended_at) == (at(10), at(10.5), at(20.25))
    assert (entry.asset, entry.detail) == (SCENE.sha256, "b is on")


def test_numbers_have_no_holes_while_something_long_is_on(tmp_path):
    reporter = journal(tmp_path)
    long = reporter.begin(one("a"), at(0))
    reporter.end(reporter.begin(one("b"), at(1)), at(2), EndReason.FINISHED)
    reporter.never(one("c"), at(3), EndReason.MISSED)
    reporter.end(long, at(9), EndReason.FINISHED)
    expected = [(1, "b", "finished"), (2, "c", "missed"), (3, "a", "finished")]
    assert brief(reporter.pending()) == expected
    assert brief(journal(tmp_path).pending()) == expected


def test_after_a_power_cut_the_open_ends_at_the_last_known_instant(tmp_path):
    reporter = journal(tmp_path)
    reporter.begin(one("a"), at(0))
    for second in range(35):
        reporter.alive(at(second))
    (entry,) = journal(tmp_path).pending()
    assert (entry.end_reason, entry.ended_at) == (EndReason.POWER_LOST, at(30))
    assert brief(journal(tmp_path).pending()) == [(1, "a", "power_lost")], "closed once"


def test_what_the_controller_holds_is_forgotten_and_its_numbers_never_come_back(tmp_path):
    reporter = journal(tmp_path)
    for name in "abc":
        reporter.never(one(name), at(0), EndReason.MISSED)
    reporter.stored(2)
    reporter.stored(99)  # nobody can hold what was never sent
    assert brief(reporter.pending()) == [(3, "c", "missed")]
    again = journal(tmp_path)
    assert brief(again.pending()) == [(3, "c", "missed")]
    again.stored(3)
    assert journal(tmp_path).never(one("d"), at(1), EndReason.MISSED).seq == 4


def test_a_wiped_disk_goes_on_after_what_the_controller_holds(tmp_path):
    reporter = journal(tmp_path)
    reporter.continue_after(41)
    assert reporter.never(one("a"), at(0), EndReason.MISSED).seq == 42
    reporter.continue_after(7)
    assert journal(tmp_path).never(one("b"), at(0), EndReason.MISSED).seq == 43


def test_what_was_started_stays_known_until_it_cannot_start_again(tmp_path):
    reporter = journal(tmp_path)
    reporter.end(reporter.begin(one("a"), at(0)), at(1), EndReason.FINISHED)
    reporter.never(one("b"), at(1), EndReason.MISSED)
    reporter.stored(2)
    again = journal(tmp_path)
    assert again.started("a@0")
    assert again.started("b@0")
    assert not again.started("c@0")
    much_later = at(60) + reporters.REMEMBER_FOR + timedelta(seconds=1)
    again.never(one("c", 200_000, 200_060), much_later, EndReason.MISSED)
    assert not journal(tmp_path).started("a@0")


def test_a_long_life_does_not_fill_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(reporters, "MAX_JOURNAL_BYTES", 4_000)
    reporter = journal(tmp_path)
    long = reporter.begin(one("long", 0, 10**7), at(0))
    for number in range(200):
        start = number * 100_000
        entry = reporter.never(one(f"x{number}", start, start + 60), at(start), EndReason.MISSED)
        reporter.stored(entry.seq)
    assert (tmp_path / "asrun.log").stat().st_size < 6_000
    assert reporter.end(long, at(10**7), EndReason.FINISHED).seq == 201


def test_a_disk_that_fails_silences_nobody(tmp_path, caplog):
    reporter = journal(tmp_path)
    (tmp_path / "asrun.log").unlink()
    (tmp_path / "asrun.log").mkdir()
    entry = reporter.end(reporter.begin(one("a"), at(0)), at(1), EndReason.FINISHED)
    assert reporter.pending() == [entry]
    assert "may be lost" in caplog.text


def life(path):
    """A life with everything in it; yields after every step."""
    reporter = Reporter(path)
    first = reporter.begin(one("a"), at(0))
    yield reporter
    second = reporter.begin(one("b"), at(1))
    yield reporter
    reporter.alive(at(20))
    yield reporter
    reporter.end(first, at(21), EndReason.FINISHED)
    yield reporter
    reporter.never(one("c"), at(22), EndReason.OUT_OF_HOURS, "đêm")
    yield reporter
    reporter.stored(1)
    yield reporter
    reporter.end(second, at(23), EndReason.INTERRUPTED, 'vì \\ " \n lý do')
    yield reporter


def test_a_cut_at_any_byte_leaves_a_journal_that_can_be_used(tmp_path):
    path = tmp_path / "whole.jsonl"
    *_, reporter = life(path)
    whole = path.read_bytes()
    cut = tmp_path / "cut.jsonl"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        check_usable(cut, reporter)


def check_usable(path, reporter):
    after = Reporter(path)
    numbers = [entry.seq for entry in after.pending()]
    assert numbers == sorted(set(numbers))
    new = after.end(after.begin(one("new"), at(30)), at(31), EndReason.FINISHED)
    assert new.seq > max(numbers, default=0)
    again = Reporter(path)
    assert again.started("new@0")
    assert again.pending()[-1] == new
    finished_before = {entry.occurrence: entry for entry in reporter.pending()}
    for entry in after.pending():
        same = finished_before.get(entry.occurrence)
        if same is not None and same.seq == entry.seq and entry.end_reason is same.end_reason:
            assert entry == same


@given(st.data())
def test_rot_in_the_middle_is_passed_over(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("rot")
    path = folder / "asrun.log"
    for _ in itertools.islice(life(path), 8):
        pass
    bytes_ = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        position = data.draw(st.integers(0, len(bytes_) - 1))
        bytes_[position] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(bytes_))
    after = Reporter(path)
    numbers = [entry.seq for entry in after.pending()]
    assert len(numbers) == len(set(numbers))
    after.never(one("z"), at(99), EndReason.MISSED)


def test_a_line_that_rotted_into_sense_is_not_believed(tmp_path):
    reporter = journal(tmp_path)
    reporter.never(one("a"), at(0), EndReason.MISSED)
    path = tmp_path / "asrun.log"
    path.write_bytes(path.read_bytes().replace(b'"broadcast":"a"', b'"broadcast":"b"'))
    assert journal(tmp_path).pending() == []


@given(st.binary(max_size=400))
def test_any_bytes_are_a_journal(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("garbage") / "asrun.log"
    path.write_bytes(data)
    reporter = Reporter(path)
    assert reporter.never(one("z"), at(0), EndReason.MISSED).seq >= 1


def test_a_truck_says_where_it_was_also_after_a_power_cut(tmp_path):
    reporter = journal(tmp_path)
    places = [(21.0285111, 105.8541667), None, (21.03, 105.86), (21.04, 105.87)]
    reporter.tell_where(lambda: places.pop(0))
    first = reporter.end(reporter.begin(one("a"), at(0)), at(9), EndReason.FINISHED)
    assert (first.started_where, first.ended_where) == ((21.028511, 105.854167), None)
    second = reporter.never(one("b"), at(10), EndReason.MISSED)
    assert (second.started_where, second.ended_where) == (None, (21.03, 105.86))
    reporter.begin(one("c"), at(11))
    *kept, cut = journal(tmp_path).pending()
    assert kept == [first, second]
    assert (cut.started_where, cut.ended_where) == ((21.04, 105.87), None)


def test_any_occurrence_of_a_kind_is_known_by_its_beginning(tmp_path):
    reporter = journal(tmp_path)
    reporter.never(one("a/cho"), at(0), EndReason.MISSED)
    assert reporter.started_any("a/")
    assert not reporter.started_any("b/")
