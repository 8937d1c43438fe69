import numpy as np
import pytest
import tones
from hypothesis import given, settings
from hypothesis import strategies as st

from playlists.audio import chime, decode, encode, loudness
from playlists.audio.refusals import FileTooLarge, NotAudio, SoundTooLong, UnknownChime
from playlists.audio.sound import SAMPLE_RATE_HZ, Codec

TONE = tones.tone(440.0, 1.0, -20.0)
WAV, MP3 = tones.as_wav(TONE), tones.as_mp3(TONE)


def test_a_wav_is_decoded_sample_for_sample():
    decoded = decode.decode(WAV)
    assert decoded.dtype == np.int16
    assert np.abs(decoded.astype(int) - TONE).max() <= 1


def test_an_mp3_is_decoded_to_the_same_tone():
    decoded = decode.decode(MP3)
    assert abs(len(decoded) - len(TONE)) < SAMPLE_RATE_HZ // 10
    assert tones.strongest_hz(decoded) == pytest.approx(440.0, abs=2)


def test_stereo_is_averaged_before_anything_else():
    import io  # noqa: PLC0415 -- one test
    import wave  # noqa: PLC0415

    left, right = TONE, np.zeros_like(TONE)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(np.stack([left, right], axis=1).astype("<i2").tobytes())
    assert np.abs(decode.decode(buffer.getvalue()).astype(int) - TONE // 2).max() <= 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"OggS" + bytes(100),
        WAV[:44],
        b"\x89PNG\r\n\x1a\n" + bytes(64),
    ],
)
def test_what_is_not_audio_is_refused(data):
    with pytest.raises(NotAudio):
        decode.decode(data)


@settings(max_examples=60)
@given(
    st.binary(max_size=400), st.sampled_from([b"", b"RIFF", b"OggS", b"fLaC", b"ID3", b"\xff\xfb"])
)
def test_any_bytes_are_audio_or_not(data, magic):
    try:
        assert len(decode.decode(magic + data))
    except NotAudio:
        return


@settings(max_examples=40)
@given(st.integers(0, len(MP3)))
def test_a_cut_file_is_decoded_as_far_as_it_goes_or_refused(cut):
    try:
        decoded = decode.decode(MP3[:cut])
    except NotAudio:
        return
    assert 0 < len(decoded) <= len(TONE) + SAMPLE_RATE_HZ // 10


def test_limits_are_told(monkeypatch):
    monkeypatch.setattr(decode, "MAX_DURATION_S", 0.5)
    with pytest.raises(SoundTooLong):
        decode.decode(WAV)
    monkeypatch.setattr(decode, "MAX_UPLOAD_BYTES", 100)
    with pytest.raises(FileTooLarge):
        decode.decode(WAV)


def test_loudness_agrees_with_the_definition():
    # BS.1770: a 997 Hz sine at 0 dBFS in one channel reads -3.01 LUFS
    measured = loudness.measure(tones.tone(997.0, 3.0, -20.0))
    assert measured.integrated_lufs == pytest.approx(-23.0, abs=0.2)
    assert measured.true_peak_dbtp == pytest.approx(-20.0, abs=0.3)


@pytest.mark.parametrize("level_dbfs", [-50.0, -30.0, -12.0, -1.0])
def test_every_level_comes_out_at_the_target(level_dbfs):
    even = loudness.normalise(tones.tone(700.0, 2.0, level_dbfs), loudness.SPEECH_LUFS)
    measured = loudness.measure(even)
    assert measured.integrated_lufs == pytest.approx(loudness.SPEECH_LUFS, abs=0.3)
    assert measured.true_peak_dbtp <= loudness.MAX_TRUE_PEAK_DBTP


def test_peaks_are_limited_and_loudness_is_kept():
    chance = np.random.default_rng(1)
    speech = tones.tone(300.0, 4.0, -30.0).astype(float)
    speech[:: SAMPLE_RATE_HZ // 3] = 30_000 * chance.choice([-1, 1], 12)
    even = loudness.normalise(np.rint(speech).astype(np.int16), loudness.SPEECH_LUFS)
    measured = loudness.measure(even)
    assert measured.integrated_lufs == pytest.approx(loudness.SPEECH_LUFS, abs=0.5)
    assert measured.true_peak_dbtp <= loudness.MAX_TRUE_PEAK_DBTP + 0.1


def test_silence_stays_silent_and_short_sounds_are_levelled_by_their_peak():
    silence = np.zeros(SAMPLE_RATE_HZ, np.int16)
    assert not loudness.normalise(silence, -16.0).any()
    assert loudness.measure(silence).integrated_lufs is None
    click = loudness.normalise(tones.tone(900.0, 0.1, -40.0), -16.0)
    assert 5_000 < np.abs(click.astype(int)).max() < 30_000


@pytest.mark.parametrize("name", chime.names())
def test_chimes_are_heard_and_begin_and_end_softly(name):
    samples = chime.chime(name)
    assert 0.4 < len(samples) / SAMPLE_RATE_HZ < 4
    assert np.abs(samples.astype(int)).max() > 10_000
    assert abs(int(samples[0])) < 300
    assert abs(int(samples[-1])) < 300


def test_an_unknown_chime_is_refused():
    with pytest.raises(UnknownChime):
        chime.chime("bells")


def test_the_same_sound_has_the_same_name():
    first, second = (encode.opus(TONE) for _ in range(2))
    assert first.data == second.data
    assert first.sha256 != encode.opus(TONE[:-960]).sha256


@pytest.mark.parametrize("codec", Codec)
def test_every_codec_is_packed_and_decoded_again(codec):
    sound = encode.encode(TONE, codec)
    heard = decode.decode(sound.data)
    assert sound.codec is codec
    assert tones.strongest_hz(heard) == pytest.approx(440.0, abs=2)
    assert len(heard) == pytest.approx(len(TONE), abs=SAMPLE_RATE_HZ // 10)
