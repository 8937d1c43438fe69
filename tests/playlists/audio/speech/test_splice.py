import numpy as np
import pytest
import tones
from hypothesis import given
from hypothesis import strategies as st

from playlists.audio import loudness
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.audio.speech.splice import PAUSE_S, faded, joined, spliced, trimmed

SILENCE = np.zeros(SAMPLE_RATE_HZ // 2, np.int16)
LOW, HIGH = tones.tone(440.0, 1.0, -30.0), tones.tone(1250.0, 1.0, -8.0)
PHRASES = {
    "so-tan": np.concatenate([SILENCE, LOW, SILENCE]),
    "ngay": np.concatenate([SILENCE, HIGH]),
}


def test_phrases_stand_in_order_with_a_readers_pause():
    whole = spliced(["so-tan", "ngay", "so-tan"], PHRASES.__getitem__)
    first, second = tones.find_tone(whole, 440.0)
    ((start, end),) = tones.find_tone(whole, 1250.0)
    assert first[1] < start < end < second[0]
    assert start - first[1] == pytest.approx(PAUSE_S, abs=0.1)
    assert len(whole) / SAMPLE_RATE_HZ == pytest.approx(3 + 2 * PAUSE_S, abs=0.1)


def test_phrases_recorded_at_different_places_are_evenly_loud():
    whole = spliced(["so-tan", "ngay"], PHRASES.__getitem__)
    half = len(whole) // 2
    first, second = (
        loudness.measure(part).integrated_lufs for part in (whole[:half], whole[half:])
    )
    assert first == pytest.approx(second, abs=0.5)


def test_no_phrase_is_joined_when_one_is_missing():
    asked = []

    def recording(name):
        asked.append(name)
        return PHRASES[name]

    with pytest.raises(KeyError):
        spliced(["so-tan", "gone", "ngay"], recording)
    assert asked == ["so-tan", "gone"]


def test_no_join_clicks():
    full = np.full(SAMPLE_RATE_HZ, 20_000, np.int16)
    whole = joined([full, full, full], 0.2)
    steps = np.abs(np.diff(whole.astype(int)))
    level = int(np.abs(whole.astype(int)).max())
    assert steps.max() < level / 60
    assert abs(int(whole[0])) <= 1
    assert abs(int(whole[-1])) <= level / 100


@given(st.lists(st.integers(-32_768, 32_767), max_size=2_000), st.integers(0, 3_000))
def test_trimming_and_fading_only_take_away(values, pause):
    samples = np.array([0] * pause + values + [0] * pause, np.int16)
    kept = trimmed(samples)
    assert len(kept) <= len(samples)
    assert np.abs(kept.astype(int)).max(initial=0) == np.abs(samples.astype(int)).max(initial=0)
    soft = faded(kept)
    assert len(soft) == len(kept)
    assert (np.abs(soft.astype(int)) <= np.abs(kept.astype(int))).all()
