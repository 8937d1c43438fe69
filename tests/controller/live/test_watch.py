"""When a page ends by itself, in virtual seconds; and how fast a microphone may be."""

import pytest

from controller.live.model import ARRIVAL_S, AWAY_S, SILENT_S, Reason
from controller.live.watch import BURST_PACKETS, MAX_BAD, Pace, Watch

LOUD, SOFT = -30.0, -61.0


@pytest.fixture
def watch() -> Watch:
    return Watch(began_s=100.0, ends_s=400.0)


def speak(watch: Watch, from_s: float, to_s: float, level_dbfs: float = LOUD) -> None:
    for number in range(round((to_s - from_s) * 50)):
        at_s = from_s + number / 50
        watch.packet(at_s)
        watch.heard(level_dbfs, at_s, bad=False)


def test_a_page_goes_on_while_somebody_speaks(watch):
    speak(watch, 100, 399.99)
    assert watch.verdict(399.99) is None
    assert watch.left_s(399.99) == pytest.approx(0.01)
    assert watch.verdict(400) is Reason.MAX_DURATION
    assert watch.left_s(500) == 0


def test_a_microphone_that_never_comes_is_waited_for_a_little(watch):
    assert watch.verdict(100 + ARRIVAL_S - 0.1) is None
    assert watch.verdict(100 + ARRIVAL_S) is Reason.AWAY


def test_a_microphone_that_went_away_may_come_back(watch):
    speak(watch, 100, 110)
    assert watch.verdict(109.98 + AWAY_S - 0.1) is None
    speak(watch, 114, 115)
    assert watch.verdict(115 + AWAY_S - 0.1) is None
    assert watch.verdict(115 + AWAY_S) is Reason.AWAY


def test_silence_ends_a_page_and_speech_forgives_it(watch):
    speak(watch, 100, 100 + SILENT_S - 1, SOFT)
    assert watch.verdict(100 + SILENT_S - 1) is None
    speak(watch, 159, 160)
    speak(watch, 160, 160 + SILENT_S, SOFT)
    assert watch.verdict(159.9 + SILENT_S) is None
    assert watch.verdict(160 + SILENT_S) is Reason.SILENT


def test_a_second_of_garbage_ends_a_page_and_a_little_of_it_does_not(watch):
    for number in range(1_000):
        watch.packet(100 + number / 50)
        watch.heard(LOUD, 100 + number / 50, bad=number % 6 == 0)
    assert watch.verdict(120) is None
    for _ in range(round(MAX_BAD)):
        watch.heard(LOUD, 120, bad=True)
    assert watch.verdict(120) is Reason.GARBLED


def test_packets_come_at_the_pace_of_speech_and_what_a_stalled_line_owes_at_once():
    pace = Pace(0.0)
    for number in range(500):
        assert pace.takes((number + 1) / 50)
    owed = sum(pace.takes(10.0) for _ in range(10_000))
    assert owed == pytest.approx(BURST_PACKETS, abs=2)
    assert pace.takes(10.1)
    late = Pace(0.0)
    assert sum(late.takes(1_000.0) for _ in range(10_000)) == BURST_PACKETS


def test_a_sender_at_three_times_the_speed_is_stopped_within_seconds():
    pace = Pace(0.0)
    taken = next(number for number in range(10_000) if not pace.takes(number / 150))
    assert taken / 150 < 3
