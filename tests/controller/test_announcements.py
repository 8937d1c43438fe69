"""Announcements on a real store, spoken by the real espeak."""

import numpy as np
import parts
import pytest
import tones
from drafts import CHIEF

from controller.errors import Invalid, NotFound, SpeechFailed
from controller.model import (
    AnnouncementPartDraft,
    BroadcastDraft,
    ContentKind,
    RuleDraft,
)
from controller.speech.workshop import EspeakProcess
from playlists.audio import loudness
from playlists.audio.decode import decode
from playlists.audio.refusals import NothingToSay, UnknownPhrase, UnknownVoice
from playlists.audio.speech import espeak
from playlists.audio.speech.lossless import unpacked
from playlists.errors import ContentRefused

TEXT = "Mời bà con nhân dân ra nhà văn hóa họp tổ dân phố"


@pytest.fixture(autouse=True)
def _installed():
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")


def announce(services, *drafts, name=None, gap_s=0.5):
    return services.announcements.create(drafts, name=name, gap_s=gap_s, person=CHIEF)


def said(text=TEXT, **fields):
    return AnnouncementPartDraft(text, **fields)


def test_an_announcement_is_spoken_once_and_kept(services):
    made = announce(services, said())
    assert services.announcements.get(made.id) == made
    assert services.announcements.list(None, 10) == ([made], None)
    (part,) = made.parts
    assert (part.text, part.language, part.voice, part.speed_pct) == (TEXT, "vi", "espeak:vi", 100)
    assert made.name.startswith(part.spoken[:20])
    assert made.created_by == CHIEF.name
    data = services.assets.read(made.sound_sha256)
    assert len(data) == made.size_bytes
    measured = loudness.measure(decode(data))
    assert measured.integrated_lufs == pytest.approx(loudness.SPEECH_LUFS, abs=0.5)
    assert measured.true_peak_dbtp <= loudness.MAX_TRUE_PEAK_DBTP + 0.05
    assert made.loudness_lufs == pytest.approx(measured.integrated_lufs, abs=0.05)
    assert 2_000 < made.duration_ms < 6_000


def test_the_same_words_are_the_same_sound_and_are_rendered_once(services, monkeypatch):
    first = announce(services, said())

    def never(*_):
        raise AssertionError("it was said before")

    monkeypatch.setattr(EspeakProcess, "speak", never)
    again = announce(services, said(), name="Lần nữa")
    assert again.id != first.id
    assert again.sound_sha256 == first.sound_sha256
    with pytest.raises(AssertionError):
        announce(services, said("Khác"))


def test_languages_stand_one_after_the_other_each_with_its_voice(services):
    vi, en = said("Xin mời lên tàu"), said("Please board the train.", language="en", speed_pct=80)
    south = said("Xin mời lên tàu", voice="espeak:vi-vn-x-south")
    alone = [announce(services, one).duration_ms for one in (vi, en, south)]
    whole = announce(services, vi, en, south, gap_s=2.0)
    voices = [part.voice for part in whole.parts]
    assert voices == ["espeak:vi", "espeak:en-us", "espeak:vi-vn-x-south"]
    assert whole.parts[1].spoken == "Please board the train."
    assert whole.duration_ms == pytest.approx(sum(alone) + 4_000, abs=900)


def test_reading_speed_is_heard(services):
    slow, fast = (announce(services, said(speed_pct=pct)).duration_ms for pct in (60, 180))
    assert slow > 2 * fast


def test_recorded_phrases_are_spliced_between_words(services):
    folder = services.settings.data_dir / "phrases"
    (folder / "so-tan.wav").write_bytes(tones.as_wav(tones.tone(880.0, 1.5, -30.0)))
    (folder / "so-tan.txt").write_text("Sơ tán ngay", "utf-8")
    siren = AnnouncementPartDraft(phrases=("so-tan", "so-tan"))
    made = announce(services, siren, said("Lũ quét"), siren, gap_s=0.3)
    assert [part.spoken for part in made.parts][::2] == ["Sơ tán ngay Sơ tán ngay"] * 2
    assert made.parts[0].voice == "phrases"
    heard = tones.find_tone(decode(services.assets.read(made.sound_sha256)), 880.0)
    assert len(heard) == 4
    with pytest.raises(UnknownPhrase):
        announce(services, AnnouncementPartDraft(phrases=("so-tan", "gone")))


@pytest.mark.parametrize(
    ("drafts", "error"),
    [
        ([], Invalid),
        ([said()] * 21, Invalid),
        ([said(speed_pct=49)], Invalid),
        ([said(speed_pct=201)], Invalid),
        ([said(phrases=("x",))], Invalid),
        (
            [
                said(
                    phrases=("x",) * 101,
                )
            ],
            Invalid,
        ),
        ([said("")], ContentRefused),
        ([said("!!! … ???")], NothingToSay),
        ([said("a\0b")], ContentRefused),
        ([said("a" * 9_000)], ContentRefused),
        ([said(voice="espeak:vi-vn-x-moon")], UnknownVoice),
        ([said(voice="espeak:en-us")], UnknownVoice),
        ([said(language="tlh")], UnknownVoice),
        ([said(), AnnouncementPartDraft(phrases=("gone",))], UnknownPhrase),
    ],
)
def test_what_cannot_be_spoken_is_refused_and_nothing_is_kept(services, drafts, error):
    with pytest.raises(error):
        announce(services, *drafts)
    assert services.announcements.list(None, 10) == ([], None)


@pytest.mark.parametrize("gap_s", [-1.0, 11.0, float("nan")])
def test_gaps_have_a_limit(services, gap_s):
    with pytest.raises(Invalid):
        announce(services, said(), gap_s=gap_s)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_names_have_a_limit(services, name):
    with pytest.raises(Invalid):
        announce(services, said(), name=name)


def test_an_engine_that_crashes_leaves_everything_as_it_was(services, monkeypatch):
    init = EspeakProcess.speak

    def crashed(self, utterance):
        import sys  # noqa: PLC0415 -- one test

        self._command = (sys.executable, "-c", "import ctypes; ctypes.string_at(0)")
        return init(self, utterance)

    monkeypatch.setattr(EspeakProcess, "speak", crashed)
    with pytest.raises(SpeechFailed) as caught:
        announce(services, said())
    assert "SIGSEGV" in caught.value.facts["reason"]
    assert services.announcements.list(None, 10) == ([], None)


def test_a_broadcast_plays_what_was_listened_to(services):
    made = announce(services, said())
    draft = BroadcastDraft(
        ContentKind.ANNOUNCEMENT, made.id, ("area:quan",), RuleDraft(start="2026-11-25T17:30")
    )
    broadcast = services.broadcasts.create(draft, CHIEF)
    assert set(broadcast.devices) == {"loa-1", "loa-2"}
    asset = services.announcements.asset(made.id)
    assert asset.sha256 == made.sound_sha256
    assert services.assets.path(asset.sha256).is_file()


def test_there_is_no_other(services):
    with pytest.raises(NotFound):
        services.announcements.get("none")


def test_the_speech_for_playlists_is_whole(services):
    made = announce(services, said())
    speech = unpacked(services.announcements.speech(made.id).read_bytes())
    assert abs(len(speech) / 48 - made.duration_ms) < 300
    assert np.abs(speech.astype(int)).max() > 3_000
