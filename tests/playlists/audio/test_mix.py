import json

import numpy as np
import pytest
import tones
from hypothesis import given
from hypothesis import strategies as st

from playlists.audio import mix
from playlists.audio.levels import Levels, SoundKind
from playlists.audio.recipe import Bed, Cue, Recipe
from playlists.audio.sound import SAMPLE_RATE_HZ, Codec

SPEECH, MUSIC = SoundKind.SPEECH, SoundKind.MUSIC
LOW, HIGH = tones.tone(440.0, 1.0, -12.0), tones.tone(1250.0, 1.0, -12.0)
HUM = tones.tone(3_000.0, 1.0, -20.0)


def level_db(samples: np.ndarray, freq_hz: float) -> float:
    """How loud one tone is in a piece of sound, dBFS peak."""
    at_s = np.arange(len(samples)) / SAMPLE_RATE_HZ
    part = np.abs(samples @ np.exp(-2j * np.pi * freq_hz * at_s)) * 2 / len(samples)
    return float(20 * np.log10(max(part, 1e-3) / 32_767))


def cut(samples: np.ndarray, start_s: float, end_s: float) -> np.ndarray:
    return samples[int(start_s * SAMPLE_RATE_HZ) : int(end_s * SAMPLE_RATE_HZ)].astype(float)


def test_items_stand_in_order_with_gaps_between():
    recipe = Recipe((SPEECH, SPEECH), (Cue(0), Cue(1)), gap_s=0.5)
    mixed = mix.assemble(recipe, {0: LOW, 1: HIGH}, None)
    assert len(mixed) == int(2.5 * SAMPLE_RATE_HZ)
    (low,), (high,) = tones.find_tone(mixed, 440.0), tones.find_tone(mixed, 1250.0)
    assert high[0] - low[1] == pytest.approx(0.5, abs=0.06)


def test_an_item_is_repeated_with_the_same_gap():
    recipe = Recipe((SPEECH, SPEECH), (Cue(0, repeats=3), Cue(1)), gap_s=0.5)
    mixed = mix.assemble(recipe, {0: LOW, 1: HIGH}, None)
    assert [start for start, _ in tones.find_tone(mixed, 440.0)] == [0.0, 1.5, 3.0]
    assert len(tones.find_tone(mixed, 1250.0)) == 1


def test_items_fade_in_and_out():
    recipe = Recipe((MUSIC,), (Cue(0, fade_in_s=0.4, fade_out_s=0.3),))
    mixed = np.abs(mix.assemble(recipe, {0: LOW}, None).astype(int))
    middle = mixed[24_000:28_800].max()
    assert mixed[:2_400].max() < middle / 4
    assert mixed[9_000:10_000].max() < 0.75 * middle
    assert mixed[-2_400:].max() < middle / 4
    assert len(mixed) == len(LOW)


def test_a_fade_longer_than_the_item_is_cut_to_its_half():
    recipe = Recipe((MUSIC,), (Cue(0, fade_in_s=60, fade_out_s=60),))
    assert np.abs(mix.assemble(recipe, {0: LOW}, None)[24_000:24_500]).max() > 6_000


def test_the_chime_comes_first():
    bell = tones.tone(2_000.0, 0.5, -12.0)
    mixed = mix.assemble(Recipe((SPEECH,), (Cue(0),)), {0: LOW}, bell)
    (ring,), (low,) = tones.find_tone(mixed, 2_000.0), tones.find_tone(mixed, 440.0)
    assert low[0] - ring[1] == pytest.approx(mix.CHIME_GAP_S, abs=0.06)


def test_a_bed_lies_under_speech_and_rises_in_the_gap():
    recipe = Recipe((SPEECH, MUSIC), (Cue(0), Cue(0)), gap_s=3.0, bed=Bed(1, duck_db=14.0))
    mixed = mix.assemble(recipe, {0: LOW, 1: HUM}, None)
    # 1.5 s lead, 1 s speech, 3 s gap, 1 s speech, 1.5 s tail
    assert len(mixed) == 8 * SAMPLE_RATE_HZ
    alone, under, between = (
        level_db(cut(mixed, *at), 3_000.0) for at in ((0.9, 1.05), (1.6, 2.4), (3.2, 4.8))
    )
    assert between - under == pytest.approx(14.0, abs=0.5)
    assert alone < between
    assert level_db(cut(mixed, 1.6, 2.4), 440.0) > -20
    assert np.abs(mixed[:2_400]).max() < 300


def test_in_a_short_gap_the_bed_stays_down():
    recipe = Recipe((SPEECH, MUSIC), (Cue(0, repeats=3),), gap_s=0.3, bed=Bed(1, duck_db=14.0))
    mixed = mix.assemble(recipe, {0: LOW, 1: HUM}, None)
    under, gap = (level_db(cut(mixed, *at), 3_000.0) for at in ((1.6, 2.4), (2.52, 2.78)))
    assert gap == pytest.approx(under, abs=0.5)


def test_under_music_the_bed_is_silent():
    recipe = Recipe((MUSIC, MUSIC), (Cue(0),), bed=Bed(1))
    mixed = mix.assemble(recipe, {0: LOW, 1: HUM}, None)
    assert level_db(cut(mixed, 1.6, 2.4), 3_000.0) < -70


def test_full_scale_on_full_scale_does_not_clip():
    loud = tones.tone(440.0, 1.0, 0.0), tones.tone(3_000.0, 1.0, 0.0)
    recipe = Recipe((SPEECH, MUSIC), (Cue(0),), bed=Bed(1, duck_db=0.0))
    mixed = mix.assemble(recipe, dict(enumerate(loud)), None)
    piece = cut(mixed, 1.6, 2.4)
    assert level_db(piece, 440.0) == pytest.approx(level_db(piece, 3_000.0), abs=0.1)
    assert level_db(piece, 440.0 * 3) < -60


SECONDS = st.floats(0, 60, allow_nan=False)


@given(
    st.lists(st.sampled_from(SoundKind), min_size=1, max_size=5),
    st.lists(st.builds(Cue, st.integers(0, 4), st.integers(1, 9), SECONDS, SECONDS), max_size=5),
    SECONDS,
    st.sampled_from([None, "gong"]),
    st.none() | st.builds(Bed, st.integers(0, 4), SECONDS),
    st.sampled_from(Codec),
)
def test_a_recipe_travels_as_json(kinds, cues, gap_s, chime, bed, codec):
    levels = Levels(speech_lufs=-18.0, high_pass_hz=0.0)
    recipe = Recipe(tuple(kinds), tuple(cues), gap_s, chime, bed, levels, codec)
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe
