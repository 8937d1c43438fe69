from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.errors import BrokenSpeechSettings
from controller.speech import settings
from controller.speech.settings import PiperSettings, SpeechSettings, WebSettings, WebVoice
from playlists.audio.speech.dictionary import BUILT_IN
from playlists.audio.speech.normalise import spoken

WHOLE = """
[defaults]
vi = "http:lan"

[piper]
program = "/usr/bin/piper"
voices = "/var/lib/giọng"

[http]
url = "https://noi.example/say"
token = "s3cret"
timeout_s = 12.5
version = "2026-11"
[[http.voices]]
id = "lan"
language = "vi"
name = "Lan, miền Bắc"
"""


def read(folder, text):
    path = folder / "speech.toml"
    path.write_text(text, "utf-8")
    return settings.read(path)


def test_a_site_says_who_speaks(tmp_path):
    assert read(tmp_path, WHOLE) == SpeechSettings(
        defaults={"vi": "http:lan"},
        piper=PiperSettings(Path("/usr/bin/piper"), Path("/var/lib/giọng")),
        web=WebSettings(
            "https://noi.example/say",
            (WebVoice("lan", "vi", "Lan, miền Bắc"),),
            token="s3cret",
            timeout_s=12.5,
            version="2026-11",
        ),
    )
    assert settings.read(tmp_path / "gone.toml") == SpeechSettings() == read(tmp_path, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[http", "speech.toml"),
        ("[pipper]\n", "nothing is called pipper"),
        ("[piper]\nprogram = 'x'", "voices"),
        ("[http]\nurl = 'ftp://x'\nvoices = []", "http://"),
        ("[http]\nurl = 'http://x'", "voices"),
        ("[http]\nurl = 'http://x'\nvoices = []\ntimeout_s = 0", "timeout_s"),
        ("[http]\nurl = 'http://x'\nvoices = []\ntimeout_s = nan", "timeout_s"),
        ("[http]\nurl = 'http://x'\nvoices = ['lan']", "speech.toml"),
        ("[defaults]\nvi = 3", "texts"),
        ("defaults = 'x'", "texts"),
        ("piper = 3", "speech.toml"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(tmp_path, text, reason):
    with pytest.raises(BrokenSpeechSettings) as caught:
        read(tmp_path, text)
    assert reason in caught.value.facts["reason"]
    assert "speech.toml" in caught.value.facts["reason"]


@given(st.binary(max_size=200), st.sampled_from([b"", b"[http]\n", b"[piper]\n", b"defaults."]))
def test_any_file_is_settings_or_not(tmp_path_factory, junk, start):
    path = tmp_path_factory.mktemp("site") / "speech.toml"
    path.write_bytes(start + junk)
    try:
        assert isinstance(settings.read(path), SpeechSettings)
    except BrokenSpeechSettings:
        return


def test_a_site_adds_abbreviations(tmp_path):
    path = tmp_path / "chu-tat.txt"
    assert settings.read_dictionary(path) is BUILT_IN
    path.write_text("\ufeffKDCVH = khu dân cư văn hóa\n", "utf-8")
    assert spoken("KDCVH", settings.read_dictionary(path)) == "khu dân cư văn hóa"


@pytest.mark.parametrize("data", [b"KDC", b"KDC = 3", b"\xff\xfe", b"= a"])
def test_a_broken_list_of_abbreviations_names_its_file(tmp_path, data):
    path = tmp_path / "chu-tat.txt"
    path.write_bytes(data)
    with pytest.raises(BrokenSpeechSettings, match=r"chu-tat\.txt"):
        settings.read_dictionary(path)
