import numpy as np
import tones
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from playlists.audio import limiter, waveform
from playlists.audio.limiter import HARD_MS, SMOOTH_MS
from playlists.audio.trim import MARGIN_S, trim
from playlists.audio.waveform import Waveform, fewer

SOUNDS = arrays.arrays(np.int16, st.integers(0, 3_000))


@settings(max_examples=200)
@given(SOUNDS, st.floats(0.001, 1_000), st.floats(0.05, 1.0), st.sampled_from([SMOOTH_MS, HARD_MS]))
def test_no_sample_comes_out_above_the_ceiling(samples, gain, ceiling, reach_ms):
    made = limiter.louder(samples, gain, ceiling, reach_ms=reach_ms)
    assert len(made) == len(samples)
    assert np.abs(made.astype(int)).max(initial=0) <= ceiling * 32_767 + 1


@given(SOUNDS, st.floats(0.001, 0.9))
def test_below_the_ceiling_it_is_only_a_gain(samples, gain):
    made = limiter.louder(samples, gain, 1.0)
    assert np.abs(made - samples * gain).max(initial=0) <= 0.51


def test_only_what_is_near_a_peak_is_turned_down():
    tone = tones.tone(500.0, 2.0, -20.0)
    tone[48_000:48_010] = 32_767
    made = limiter.louder(tone, 1.0, 0.3)
    changed = np.flatnonzero(made != tone)
    assert changed.min() >= 48_000 - 2 * SMOOTH_MS * 48
    assert changed.max() <= 48_010 + 2 * SMOOTH_MS * 48


def test_gain_never_jumps():
    loud = np.full(48_000, 2_000, np.int16)
    loud[24_000] = 32_767
    steps = np.abs(np.diff(limiter.louder(loud, 1.0, 0.1).astype(int)))
    assert np.sort(steps)[:-2].max() < 60


def test_silence_goes_at_the_ends_and_stays_inside():
    tone, quiet = tones.tone(600.0, 0.5, -12.0), np.zeros(96_000, np.int16)
    trimmed = trim(np.concatenate([quiet, tone, quiet, tone, quiet]))
    assert len(trimmed) / 48_000 == 0.5 + 2.0 + 0.5 + 2 * MARGIN_S
    assert trim(quiet) is quiet
    assert len(trim(tone)) == len(tone)
    assert not len(trim(quiet[:0]))


def test_hiss_of_a_room_is_silence_and_a_soft_beginning_is_not():
    voice = tones.voice(2.0, -6.0)
    hiss = (np.random.default_rng(1).normal(0, 20, 96_000)).astype(np.int16)
    assert len(trim(np.concatenate([hiss, voice]))) <= len(voice) + MARGIN_S * 48_000 + 480
    soft = tones.tone(4_000.0, 0.3, -40.0)
    assert len(trim(np.concatenate([soft, voice]))) > len(voice) + 0.29 * 48_000


@given(st.lists(SOUNDS, max_size=8), st.integers(1, 50))
def test_a_waveform_has_bounded_points_and_the_true_peak_whatever_the_blocks(blocks, most):
    drawn = Waveform()
    for block in blocks:
        drawn.add(block)
    points = drawn.points(most)
    whole = np.concatenate([np.zeros(0, np.int16), *blocks])
    peak = min(int(np.abs(whole.astype(int)).max(initial=0)) // 128, 255)
    assert len(points) <= most
    assert max(points, default=0) == peak
    assert max(fewer(points, 1), default=0) == peak


def test_a_waveform_shows_where_it_is_loud():
    quiet, loud = tones.tone(500.0, 1.0, -40.0), tones.tone(500.0, 1.0, -1.0)
    drawn = Waveform()
    drawn.add(np.concatenate([quiet, loud]))
    points = drawn.points(waveform.MAX_POINTS)
    assert len(points) == 200
    assert max(points[:99]) < 5
    assert min(points[101:]) > 200
