"""A station of any loudness comes out near ours, and no peak is too high."""

import numpy as np
import pytest
import tones
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.live import packets
from firmware_bridge.live.leveller import MAX_GAIN_DB, levelled, untouched
from playlists.audio.loudness import measure

VOICE = tones.voice(8, -1.0)


def out_of(samples):
    got, rest = packets.unpacked(b"".join(levelled([samples])))
    assert rest == b""
    return got["samples"].reshape(-1), got["level_db"]


def quieter(by_db):
    return np.rint(VOICE * 10 ** (-by_db / 20)).astype(np.int16)


@pytest.mark.parametrize("by_db", [0, 12])
def test_any_loudness_is_brought_near_ours(by_db):
    heard, _ = out_of(quieter(by_db))
    loudness = measure(heard)
    assert loudness.integrated_lufs == pytest.approx(-16, abs=2.5)
    assert loudness.true_peak_dbtp <= -1.5


def test_a_loud_station_is_turned_down():
    clipped = np.clip(VOICE.astype(int) * 12, -32_000, 32_000).astype(np.int16)
    heard, _ = out_of(clipped)
    assert measure(clipped).integrated_lufs > -9
    assert measure(heard).integrated_lufs == pytest.approx(-16, abs=1)


def test_the_gain_is_bounded_so_that_hiss_stays_hiss():
    quiet = quieter(30)
    heard, _ = out_of(quiet)
    gain_db = measure(heard).integrated_lufs - measure(quiet).integrated_lufs
    assert gain_db == pytest.approx(MAX_GAIN_DB, abs=0.5)


def test_the_gain_follows_slowly():
    loud, quiet = tones.tone(500.0, 6, -12.0), tones.tone(500.0, 6, -24.0)
    heard, _ = out_of(np.concatenate([loud, quiet]))
    size = 4_800
    levels = [packets.level_db(heard[at : at + size]) for at in range(0, len(heard), size)]
    step_db = levels[62] - levels[58]
    assert step_db == pytest.approx(-12, abs=1), "what becomes quiet is heard to become quiet"
    assert 2 < levels[-1] - levels[62] < 11, "and is brought up over the next seconds"
    assert np.abs(np.diff(levels[64:])).max() < 0.5


def test_peaks_between_samples_are_limited_too():
    at = np.arange(tones.RATE_HZ * 4)
    quarter = np.sin(2 * np.pi * at / 4 + np.pi / 4)  # its samples never are its peaks
    bursts = quarter * np.where(at % 19_200 < 240, 0.9, 0.001)
    heard, _ = out_of(np.rint(bursts * 32_767).astype(np.int16))
    assert measure(heard).true_peak_dbtp <= -1.5


def test_levels_are_told_as_they_came():
    _, levels = out_of(tones.tone(500.0, 2, -40.0))
    assert np.median(levels) == pytest.approx(-43, abs=0.1)


def test_silence_stays_silence_and_comes_through():
    heard, levels = out_of(np.zeros(4 * tones.RATE_HZ, np.int16))
    assert len(heard) > 3.9 * tones.RATE_HZ
    assert not heard.any()
    assert levels.max() == packets.QUIETEST_DB


@settings(max_examples=30)
@given(st.lists(st.integers(0, 5_000), max_size=12))
def test_packets_do_not_depend_on_how_a_stream_was_cut(lengths):
    whole = tones.tone(500.0, 0.5, -6.0)
    cuts = np.cumsum(lengths)
    blocks = np.split(whole, cuts[cuts < len(whole)])
    assert b"".join(untouched(blocks)) == b"".join(untouched([whole]))
