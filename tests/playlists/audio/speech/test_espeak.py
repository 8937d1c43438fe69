"""The library itself, in a process of its own for each test module: it keeps state."""

import importlib.util
import json
import subprocess
import sys

import parts
import pytest

from playlists.audio.speech import espeak
from playlists.audio.speech.engine import EngineMissing

WORDS = "Mời bà con nhân dân ra nhà văn hóa họp tổ dân phố"
SPEAKER = """
import json, sys
from playlists.audio.speech.engine import EngineFault, Utterance
from playlists.audio.speech.espeak import Espeak
engine = Espeak()
for words, voice, speed_pct in json.load(sys.stdin):
    try:
        samples = engine.speak(Utterance(words, voice, speed_pct))
        print(json.dumps([len(samples), int(abs(samples.astype(int)).max()), None]))
    except EngineFault as fault:
        print(json.dumps([0, 0, fault.reason]))
"""


@pytest.fixture(scope="module")
def spoken():
    """Say many things at once: return (samples, peak, fault) of each."""
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")

    def say(*asked):
        done = subprocess.run(
            [sys.executable, "-c", SPEAKER],
            input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        return [json.loads(line) for line in done.stdout.decode().strip().split("\n")]

    return say


def test_every_voice_speaks_and_none_is_driven_to_full_scale(spoken):
    said = spoken(*[(WORDS, voice.id, 100) for voice in espeak.VOICES])
    assert len(said) == len(espeak.VOICES)
    for voice, (count, peak, fault) in zip(espeak.VOICES, said, strict=True):
        assert fault is None, voice
        assert 1 < count / 48_000 < 30, voice
        assert 3_000 < peak < 30_000, voice


def test_the_three_vietnamese_voices_differ(spoken):
    lengths = [one[0] for one in spoken(*[(WORDS, one.id, 100) for one in espeak.VOICES[:3]])]
    assert len(set(lengths)) == 3
    assert {one.language for one in espeak.VOICES[:3]} == {"vi"}


def test_reading_speed_is_a_speed(spoken):
    lengths = [one[0] for one in spoken(*[(WORDS, "espeak:vi", pct) for pct in (50, 100, 200)])]
    assert lengths[0] > 1.5 * lengths[1] > 1.5 * 1.5 * lengths[2]


def test_nonsense_is_a_fault_and_no_crash(spoken):
    said = spoken(
        ("Chào", "espeak:klingon-none", 100),
        ("", "espeak:vi", 100),
        ("\0\0", "espeak:vi", 100),
        ("[[h@'loU]] <speak> &lt; ./etc/passwd \U0001f600", "espeak:vi", 100),
        ("Chào", "espeak:vi", 100),
    )
    assert "no voice" in said[0][2]
    assert said[1][1] < 104, "what an engine's caller takes for silence"
    assert said[2][1] < 104
    assert said[3][0] > 48_000
    assert said[4][2] is None


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert espeak.version() is None
    with pytest.raises(EngineMissing, match="speech-gpl"):
        espeak.Espeak()


def test_a_loader_without_its_library_is_told(tmp_path):
    class Loader:
        def get_library_path(self):
            return str(tmp_path / "libespeak-ng.so")

    with pytest.raises(EngineMissing, match="cannot be loaded"):
        espeak._loaded(Loader())
