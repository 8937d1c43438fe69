"""Files that mean harm, and files that are only odd."""

import struct

import numpy as np
import pytest
import tones
from hypothesis import given, settings
from hypothesis import strategies as st

from playlists.audio import decode as decode_module
from playlists.audio.decode import MAX_DURATION_S, decode
from playlists.audio.refusals import NotAudio, SoundTooLong
from playlists.audio.survey import survey
from playlists.errors import ContentRefused

VOICE = tones.voice(1.0, -12.0)
KINDS = {
    "wav": tones.as_wav(VOICE),
    "mp3": tones.as_mp3(VOICE),
    "opus": tones.packed([VOICE], "ogg", "libopus"),
    "flac": tones.packed([VOICE], "flac", "flac"),
    "aac": tones.packed([VOICE], "adts", "aac"),
    "m4a": tones.packed([VOICE, VOICE], "mp4", "aac", 44_100),
    "webm": tones.packed([VOICE], "webm", "libopus"),
    "wma": tones.packed([VOICE], "asf", "wmav2", 44_100),
    "aiff": tones.packed([VOICE], "aiff", "pcm_s16be"),
    "caf": tones.packed([VOICE], "caf", "pcm_s16le"),
    "au": tones.packed([VOICE], "au", "pcm_s16be"),
}


def wav(rate_hz: int, channels: int, frames: int, *, kind: int = 1, fill: bytes = b"") -> bytes:
    width = 4 if kind == 3 else 2
    body = (fill or bytes(width)) * channels * frames
    form = struct.pack(
        "<HHIIHH", kind, channels, rate_hz, rate_hz * channels * width, channels * width, 8 * width
    )
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize("kind", KINDS)
def test_every_usual_kind_is_heard(kind):
    heard = survey(KINDS[kind])
    assert heard.duration_ms == pytest.approx(1_000, abs=120)
    assert heard.loudness_lufs == pytest.approx(survey(KINDS["wav"]).loudness_lufs, abs=0.6)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_damaged_files_are_heard_or_refused(kind, data):
    whole = KINDS[kind]
    broken = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for at, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(broken) - 1), st.integers(0, 255)), max_size=20)
    ):
        broken[at] = byte
    try:
        samples = decode(bytes(broken))
    except ContentRefused:
        return
    assert 0 < len(samples) <= MAX_DURATION_S * tones.RATE_HZ


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (wav(1, 1, 4_000), "1 samples a second"),
        (wav(3_000_000, 1, 4_000), "3000000 samples a second"),
        (wav(48_000, 60, 100), "60 channels"),
        (wav(48_000, 1, 100, kind=0x4242), "unknown codec"),
    ],
)
def test_a_file_that_would_blow_up_is_refused_before_it_does(data, reason):
    with pytest.raises(NotAudio) as refused:
        decode(data)
    assert refused.value.facts["reason"] == reason


def test_a_small_file_that_lasts_long_is_refused_at_the_limit(monkeypatch):
    monkeypatch.setattr(decode_module, "MAX_DURATION_S", 20)
    with pytest.raises(SoundTooLong) as refused:
        survey(wav(4_000, 1, 4_000 * 3_600))
    assert refused.value.facts == {"limit_s": 20}


def test_a_codec_nobody_needs_is_not_opened():
    with pytest.raises(NotAudio):
        decode(tones.packed([VOICE], "wav", "adpcm_yamaha"))


def test_numbers_that_are_none_become_silence():
    nothing = wav(48_000, 1, 4_800, kind=3, fill=struct.pack("<f", float("nan")))
    assert not decode(nothing).any()
    endless = wav(48_000, 1, 4_800, kind=3, fill=struct.pack("<f", float("inf")))
    assert decode(endless).max() == 32_767


def test_a_film_is_listened_to_and_never_looked_at():
    import io  # noqa: PLC0415 -- one test

    import av  # noqa: PLC0415

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as file:
        picture = file.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        sound = file.add_stream("aac", rate=48_000, layout="mono")
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number, np.uint8), "rgb24")
            file.mux(picture.encode(frame))
        file.mux(picture.encode(None))
        frame = av.AudioFrame.from_ndarray(VOICE.reshape(1, -1), "s16p", "mono")
        frame.sample_rate = 48_000
        file.mux(sound.encode(frame))
        file.mux(sound.encode(None))
    assert len(decode(buffer.getvalue())) == pytest.approx(48_000, abs=4_000)


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n",
        b"<?xml version='1.0'?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
        b"[playlist]\nFile1=/etc/passwd\n",
        b"RIFF\x00\x00\x00\x00WAVE#EXTM3U\nfile:///etc/passwd\n",
    ],
)
def test_lists_that_point_elsewhere_are_no_sound(data):
    with pytest.raises(NotAudio):
        decode(data)
