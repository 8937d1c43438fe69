"""What an engine hands over is not believed."""

import numpy as np
import pytest
import tones
from hypothesis import given
from hypothesis import strategies as st

from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.audio.speech.engine import EngineFault, Utterance, checked

WORDS = Utterance("Mời bà con ra nhà văn hóa họp tổ dân phố", "espeak:vi")


def test_speech_is_handed_on_as_it_is():
    said = tones.tone(300.0, 4.0, -20.0)
    assert checked(said, WORDS, "x") is said


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (np.zeros(0, np.int16), "nothing"),
        (np.zeros(SAMPLE_RATE_HZ, np.int16), "nothing"),
        (tones.tone(300.0, 2.0, -60.0), "nothing"),
        (tones.tone(300.0, 0.1, -20.0), "only 0.1 s"),
        (tones.tone(300.0, 95.0, -20.0), "95 s of sound"),
    ],
)
def test_silence_and_impossible_lengths_are_refused(said, reason):
    with pytest.raises(EngineFault, match=reason) as caught:
        checked(said, WORDS, "x")
    assert caught.value.engine == "x"


@given(st.text(max_size=200), st.integers(0, 4 * SAMPLE_RATE_HZ), st.integers(-32_768, 32_767))
def test_any_samples_are_speech_or_not(words, length, level):
    samples = np.full(length, level, np.int16)
    try:
        assert checked(samples, Utterance(words, "x:y"), "x") is samples
    except EngineFault:
        return


def test_a_voice_knows_what_its_engine_calls_it():
    assert Utterance("a", "http:lan:2").voice_name == "lan:2"
