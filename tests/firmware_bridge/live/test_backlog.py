"""A backlog neither grows nor dwindles, whatever the clock of a station says."""

import numpy as np
import pytest
import tones

from firmware_bridge.live.backlog import BEND, Backlog, Drift, drawn
from firmware_bridge.live.listening import MOST, PAGE_BEGINS, Listening
from firmware_bridge.live.packets import LENGTH, PACKET
from playlists.schedule.asset import Live

SECOND = 48_000


def some(count, level_db=-20.0, value=1_000):
    packets = np.zeros(count, PACKET)
    packets["level_db"], packets["samples"] = level_db, value
    return packets


@pytest.mark.parametrize("parts_per_million", [-300, 0, 100, 300])
def test_a_station_with_another_clock_is_followed_for_two_hours(parts_per_million):
    drift, waiting, lows = Drift(), 6.0 * SECOND, []
    arriving = 6 * SECOND * (1 + parts_per_million / 1e6)  # segments of six seconds
    for segment in range(1_200):
        waiting += arriving
        for _ in range(300):
            waiting -= drift.wanted(int(waiting), LENGTH)
        lows.append(waiting)
        assert waiting > 0, segment
    assert abs(lows[-1] - lows[0]) < 1.2 * SECOND, "2.2 s if nothing were done"


def test_what_is_drawn_keeps_its_tone():
    sent = tones.tone(1_000.0, 2, -12.0)
    pieces = [drawn(sent[at : at + BEND + 1], BEND) for at in range(0, len(sent) - BEND, BEND + 1)]
    assert all(len(piece) == BEND for piece in pieces)
    heard = np.concatenate(pieces)
    assert tones.strongest_hz(heard) == pytest.approx(1_001, abs=1)
    assert np.abs(np.diff(heard.astype(int))).max() < 1_300, "no click at any seam"


def test_a_page_that_is_late_catches_up_in_pauses_and_loses_no_word():
    page = Listening(Live("/x", 5_000, ends=True), lambda: None)
    word, pause = some(20), some(20, -60.0, 1)
    for _ in range(8):
        page.put(word)
        page.put(pause)
    late_ms = page.latency_ms
    heard = []
    while page.latency_ms > 300:
        heard.append(page.take(LENGTH))
    words = sum(int((block == 1_000).sum()) for block in heard)
    assert late_ms == 6_400
    assert page.latency_ms <= PAGE_BEGINS * 1_000 // SECOND
    assert len(heard) * 20 < 3_600, "6.1 s were caught up with in little more than half of it"
    assert words >= 7 * 20 * LENGTH - 3_000, "every word is heard"


def test_a_page_in_noise_is_left_as_it_is():
    page = Listening(Live("/x", 5_000, ends=True), lambda: None)
    page.put(some(100))
    for _ in range(50):
        page.take(LENGTH)
    assert page.latency_ms == 1_000


def test_nothing_grows():
    relay = Listening(Live("http://x/", 5_000, ends=False), lambda: None)
    while not relay.is_full:
        relay.put(some(50))
    assert relay.latency_ms <= MOST * 1_000 // SECOND + 1_000


def test_taking_is_exact_whatever_the_size():
    backlog, sent = Backlog(), np.arange(LENGTH * 7, dtype=np.int16)
    packets = np.zeros(7, PACKET)
    packets["samples"] = sent.reshape(7, LENGTH)
    backlog.put(packets)
    taken = [backlog.take(size)[0] for size in (1, 959, 961, 3_000, 10_000)]
    assert np.array_equal(np.concatenate(taken), sent)
    assert backlog.count == 0
