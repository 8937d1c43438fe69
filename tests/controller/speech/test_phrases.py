import pytest
import tones

from controller.speech.phrases import Phrases
from playlists.audio.refusals import UnknownPhrase
from playlists.audio.speech.engine import EngineFault


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "câu thu sẵn"
    folder.mkdir()
    (folder / "so-tan.wav").write_bytes(tones.as_wav(tones.tone(440.0, 1.0, -20.0)))
    (folder / "so-tan.txt").write_text("Mời bà con\n  sơ tán ngay", "utf-8")
    (folder / "lu-quet.mp3").write_bytes(tones.as_mp3(tones.tone(880.0, 1.0, -20.0)))
    (folder / "hong.wav").write_bytes(b"RIFF broken")
    (folder / "Ghi chú.wav").write_bytes(b"")
    (folder / "readme.md").write_bytes(b"")
    return folder


def test_phrases_are_known_by_their_files(folder):
    words = {"hong": "hong", "lu-quet": "lu-quet", "so-tan": "Mời bà con sơ tán ngay"}
    assert Phrases(folder).known() == words
    assert tones.strongest_hz(Phrases(folder).recording("lu-quet")) == pytest.approx(880, abs=2)


@pytest.mark.parametrize("name", ["gone", "", "../so-tan", "so-tan.wav", "Ghi chú", "x" * 999])
def test_a_missing_phrase_is_told_with_those_that_are_there(folder, name):
    for ask in (Phrases(folder).recording, Phrases(folder).words):
        with pytest.raises(UnknownPhrase) as caught:
            ask(name)
        assert caught.value.facts["known"] == ["hong", "lu-quet", "so-tan"]
        assert caught.value.facts["name"] == name[:80]


def test_a_broken_recording_is_a_fault(folder):
    with pytest.raises(EngineFault, match="no sound"):
        Phrases(folder).recording("hong")


def test_a_site_without_recordings_has_none(tmp_path):
    assert Phrases(tmp_path / "new").known() == {}
