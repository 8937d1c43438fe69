import numpy as np
import pytest
import tones
from hypothesis import given, settings
from hypothesis import strategies as st

from playlists.audio.decode import decode
from playlists.audio.refusals import NotAudio
from playlists.audio.speech.lossless import flac, unpacked

PACKED = flac(tones.tone(440.0, 1.0, -20.0))


@given(st.integers(1, 20_000), st.integers(0, 2**32))
def test_not_a_bit_is_lost_and_the_file_is_always_the_same(length, seed):
    samples = np.random.default_rng(seed).integers(-32_768, 32_768, length).astype(np.int16)
    packed = flac(samples)
    assert np.array_equal(unpacked(packed), samples)
    assert flac(samples) == packed


def test_anybody_can_read_it_and_it_is_small():
    assert np.abs(decode(PACKED).astype(int) - tones.tone(440.0, 1.0, -20.0)).max() <= 1
    assert len(PACKED) < 96_000


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(0, len(PACKED)))
def test_damaged_bytes_are_refused_or_read(junk, cut):
    for data in (junk, PACKED[:cut], PACKED[:cut] + junk, PACKED[:42] + junk):
        try:
            assert len(unpacked(data))
        except NotAudio:
            continue


@pytest.mark.parametrize("data", [b"", tones.as_wav(tones.tone(440.0, 1.0, -20.0))])
def test_what_we_did_not_make_is_refused(data):
    with pytest.raises(NotAudio):
        unpacked(data)
