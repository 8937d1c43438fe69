"""Every asset at its target, measured on what comes out of the codec."""

import numpy as np
import pytest
import tones

from playlists.audio import loudness, render
from playlists.audio.decode import decode
from playlists.audio.levels import MAX_TRUE_PEAK_DBTP, MUSIC_LUFS, SPEECH_LUFS, Levels, SoundKind
from playlists.audio.progress import Step
from playlists.audio.recipe import Bed, Cue, Recipe, single
from playlists.audio.refusals import SoundTooLong
from playlists.audio.sound import SAMPLE_RATE_HZ, Codec

SPEECH, MUSIC = SoundKind.SPEECH, SoundKind.MUSIC
VOICE = tones.voice(4.0, -9.0)
CLIPPED = np.clip(VOICE.astype(int) * 12, -32_768, 32_767).astype(np.int16)
SPIKED = np.where(np.arange(len(VOICE)) % 16_000 < 12, 32_767, VOICE // 4).astype(np.int16)
SOUNDS = {
    "voice": tones.as_wav(VOICE),
    "voice in mp3": tones.as_mp3(VOICE),
    "voice in m4a, 44.1 kHz": tones.packed([VOICE], "mp4", "aac", 44_100),
    "voice in opus": tones.packed([VOICE], "ogg", "libopus"),
    "dual mono": tones.packed([VOICE, VOICE], "flac", "flac"),
    "one side only": tones.packed([VOICE, np.zeros_like(VOICE)], "flac", "flac"),
    "stereo": tones.packed([VOICE, tones.voice(4.0, -20.0, seed=5)], "mp3", "libmp3lame"),
    "clipped": tones.as_wav(CLIPPED),
    "spiked": tones.as_wav(SPIKED),
    "far too quiet": tones.as_wav(tones.voice(6.0, -52.0)),
    "hiss": tones.as_wav(tones.noise(4.0, -30.0)),
    "half a second": tones.as_wav(tones.voice(0.5, -12.0)),
    "whistle at full scale": tones.as_wav(tones.tone(1_000.0, 3.0, 0.0)),
}


@pytest.mark.parametrize(
    ("kind", "codec"), [*((SPEECH, codec) for codec in Codec), (MUSIC, Codec.OPUS)]
)
@pytest.mark.parametrize("name", SOUNDS)
def test_every_sound_is_heard_at_its_target(name, kind, codec):
    sound = render.render(single(kind, Levels(), codec), [decode(SOUNDS[name])])
    assert sound.codec is codec
    assert sound.target_lufs == {SPEECH: SPEECH_LUFS, MUSIC: MUSIC_LUFS}[kind]
    heard = loudness.measure(decode(sound.data))
    assert heard.integrated_lufs == pytest.approx(sound.target_lufs, abs=0.5)
    assert heard.true_peak_dbtp <= MAX_TRUE_PEAK_DBTP
    assert sound.loudness_lufs == pytest.approx(heard.integrated_lufs, abs=0.01)
    assert sound.true_peak_dbtp == pytest.approx(heard.true_peak_dbtp, abs=0.01)


def test_a_site_has_levels_of_its_own():
    levels = Levels(speech_lufs=-23.0, max_true_peak_dbtp=-6.0)
    sound = render.render(single(SPEECH, levels), [VOICE])
    assert sound.loudness_lufs == pytest.approx(-23.0, abs=0.5)
    assert sound.true_peak_dbtp <= -6.0


@pytest.mark.parametrize("wrong", [{"speech_lufs": 0.0}, {"high_pass_hz": -1.0}, {"music_lufs": 1}])
def test_levels_nobody_can_use_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Levels(**wrong)


def test_rumble_goes_and_speech_stays():
    rumble = tones.tone(50.0, 4.0, -6.0) // 2 + tones.tone(1_000.0, 4.0, -20.0)
    heard = decode(render.render(single(SPEECH, Levels()), [rumble]).data)
    assert tones.strongest_hz(heard) == pytest.approx(1_000.0, abs=2)
    flat = decode(render.render(single(SPEECH, Levels(high_pass_hz=0.0)), [rumble]).data)
    assert tones.strongest_hz(flat) == pytest.approx(50.0, abs=2)


def test_silence_and_the_very_short_have_no_loudness_and_say_so():
    silence = render.render(single(SPEECH, Levels()), [np.zeros(SAMPLE_RATE_HZ, np.int16)])
    assert silence.loudness_lufs is None
    assert silence.true_peak_dbtp < -60
    click = render.render(single(SPEECH, Levels()), [tones.tone(900.0, 0.15, -40.0)])
    assert click.loudness_lufs is None
    assert -15 < click.true_peak_dbtp <= MAX_TRUE_PEAK_DBTP


def test_what_cannot_be_loud_is_told_as_it_is():
    clicks = np.zeros(5 * SAMPLE_RATE_HZ, np.int16)
    clicks[:: SAMPLE_RATE_HZ // 2] = 20_000
    sound = render.render(single(SPEECH, Levels()), [clicks])
    assert sound.loudness_lufs is None or sound.loudness_lufs < SPEECH_LUFS - 0.5
    assert sound.true_peak_dbtp <= MAX_TRUE_PEAK_DBTP


def test_a_playlist_becomes_one_even_asset():
    parts = [tones.tone(440.0, 1.5, -30.0), tones.tone(1250.0, 1.5, -6.0)]
    recipe = Recipe((SPEECH, SPEECH), (Cue(0), Cue(1)), gap_s=0.8, chime="gong")
    sound = render.render(recipe, parts)
    assert sound.loudness_lufs == pytest.approx(SPEECH_LUFS, abs=0.5)
    assert sound.true_peak_dbtp <= MAX_TRUE_PEAK_DBTP
    heard = decode(sound.data)
    assert abs(len(heard) * 1000 / SAMPLE_RATE_HZ - sound.duration_ms) < 30
    (low,), (high,) = tones.find_tone(heard, 440.0), tones.find_tone(heard, 1250.0)
    assert low[1] < high[0]


def test_with_music_between_the_whole_has_the_loudness_of_its_items():
    recipe = Recipe((SPEECH, MUSIC), (Cue(0), Cue(1)), gap_s=0.2)
    music = tones.noise(6.0, -20.0)
    sound = render.render(recipe, [VOICE, music])
    assert MUSIC_LUFS + 1 < sound.target_lufs < SPEECH_LUFS - 1
    assert sound.loudness_lufs == pytest.approx(sound.target_lufs, abs=0.5)
    heard = decode(sound.data)
    speech = loudness.integrated_lufs(heard[: 3 * SAMPLE_RATE_HZ])
    later = loudness.integrated_lufs(heard[-5 * SAMPLE_RATE_HZ :])
    assert speech - later == pytest.approx(SPEECH_LUFS - MUSIC_LUFS, abs=1.0)


def test_speech_on_a_bed_is_at_the_target_of_speech():
    recipe = Recipe((SPEECH, MUSIC), (Cue(0),), bed=Bed(1))
    sound = render.render(recipe, [VOICE, tones.noise(3.0, -20.0)])
    assert sound.target_lufs == SPEECH_LUFS
    assert sound.loudness_lufs == pytest.approx(SPEECH_LUFS, abs=0.5)


def test_a_long_sound_is_tasted_and_meets_its_target():
    voice = np.concatenate([tones.voice(8.0, -9.0, seed=seed) for seed in range(9)])
    sound = render.render(single(SPEECH, Levels()), [voice])
    assert sound.loudness_lufs == pytest.approx(SPEECH_LUFS, abs=0.5)
    assert sound.true_peak_dbtp <= MAX_TRUE_PEAK_DBTP


def test_every_step_tells_how_far_it_is_and_begins_at_0():
    told: list[tuple[Step, float]] = []
    data = tones.as_mp3(np.tile(VOICE, 3))
    source = decode(data, lambda *progress: told.append(progress))
    render.render(single(SPEECH, Levels()), [source], lambda *progress: told.append(progress))
    for step in (Step.DECODE, Step.LEVEL, Step.ENCODE, Step.CHECK):
        shares = [done for one, done in told if one is step]
        assert shares[0] == 0.0, step
        assert all(0 <= done <= 1 for done in shares), step
        assert any(0.1 < done < 0.95 for done in shares), step
        rounds = "".join("0" if done == 0 else "+" for done in shares).split("0")
        assert all(len(one) > 1 for one in rounds[1:]), step
    decoded = [done for step, done in told if step is Step.DECODE]
    assert decoded == sorted(decoded)
    assert decoded[-1] == pytest.approx(1.0, abs=0.02)


def test_what_is_rendered_can_be_decoded_by_a_gateway(monkeypatch):
    monkeypatch.setattr(render, "MAX_PROGRAMME_S", 3)
    exact = [tones.tone(440.0, 3.0, -20.0)]
    assert render.render(single(SPEECH, Levels()), exact).duration_ms == 3_000
    with pytest.raises(SoundTooLong):
        render.render(Recipe((SPEECH,), (Cue(0),), chime="gong"), exact)


def test_a_playlist_without_end_is_refused_before_it_is_mixed():
    recipe = Recipe((SPEECH,), (Cue(0, repeats=5_000),), gap_s=1.0)
    with pytest.raises(SoundTooLong):
        render.render(recipe, [tones.tone(440.0, 0.5, -20.0)])
