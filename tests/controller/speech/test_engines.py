"""Which voice speaks, and that it says each thing once."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tones
from hypothesis import given, settings
from hypothesis import strategies as st
from waiting import until

from controller.errors import SpeechFailed, SpeechMissing
from controller.speech import engines as engines_module
from controller.speech.cache import Cache
from controller.speech.engines import Engines
from playlists.audio.refusals import UnknownVoice
from playlists.audio.speech.engine import EngineFault, EngineMissing, Utterance, Voice

SPEECH = tones.tone(440.0, 1.0, -20.0)


class Whistle:
    """An engine that whistles and counts; `fault` is what it raises instead."""

    def __init__(self, name, *languages):
        self.name = name
        self.version = "1"
        self.asked = []
        self.fault = None
        self.gate = threading.Event()
        self.gate.set()
        self._voices = tuple(Voice(f"{name}:{one}", one, one) for one in languages)

    def voices(self):
        return self._voices

    def speak(self, utterance):
        self.asked.append(utterance)
        assert self.gate.wait(10)
        if self.fault is not None:
            raise self.fault
        return SPEECH


@pytest.fixture
def whistle():
    return Whistle("whistle", "vi", "en")


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def said(name="whistle", words="Chào", speed_pct=100, language="vi"):
    return Utterance(words, f"{name}:{language}", speed_pct)


def test_the_wanted_voice_the_sites_voice_or_the_first(whistle, cache):
    other = Whistle("other", "vi", "km")
    engines = Engines([whistle, other], cache, {"vi": "other:vi"})
    assert engines.voice("vi", "whistle:vi").id == "whistle:vi"
    assert engines.voice("vi", None).id == "other:vi"
    assert engines.voice("en", None).id == "whistle:en"
    assert engines.voice("km", None).id == "other:km"


@pytest.mark.parametrize(
    ("language", "wanted", "known"),
    [
        ("vi", "whistle:nobody", ["whistle:vi"]),
        ("vi", "whistle:en", ["whistle:vi"]),
        ("tlh", None, ["en", "vi"]),
    ],
)
def test_a_voice_that_is_not_there_is_told_with_those_that_are(
    whistle, cache, language, wanted, known
):
    with pytest.raises(UnknownVoice) as caught:
        Engines([whistle], cache, {}).voice(language, wanted)
    assert caught.value.facts == {"name": wanted or language, "known": known}


def test_without_any_voice_the_remedy_is_told(cache):
    with pytest.raises(SpeechMissing) as caught:
        Engines([Whistle("silent")], cache, {}).voice("vi", None)
    assert "speech-gpl" in caught.value.facts["remedy"]


def test_the_same_is_said_once_also_by_another_controller(whistle, cache):
    for _ in range(2):
        engines = Engines([whistle], cache, {})
        for _ in range(2):
            assert np.array_equal(engines.speak(said()), SPEECH)
    assert len(whistle.asked) == 1


@pytest.mark.parametrize("other", [said(words="Chào."), said(speed_pct=101), said(language="en")])
def test_anything_else_is_said_anew(whistle, cache, other):
    engines = Engines([whistle], cache, {})
    engines.speak(said())
    engines.speak(other)
    assert whistle.asked == [said(), other]


def test_another_version_of_an_engine_speaks_anew(whistle, cache):
    engines = Engines([whistle], cache, {})
    engines.speak(said())
    whistle.version = "2"
    engines.speak(said())
    assert len(whistle.asked) == 2


def test_many_who_ask_at_once_wait_for_one(whistle, cache):
    engines = Engines([whistle], cache, {})
    whistle.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(engines.speak, said()) for _ in range(8)]
        whistle.gate.set()
        assert all(np.array_equal(one.result(10), SPEECH) for one in waiting)
    assert len(whistle.asked) == 1


def test_an_engine_that_hangs_holds_up_neither_others_nor_everybody(whistle, cache, monkeypatch):
    monkeypatch.setattr(engines_module, "MAX_WAIT_S", 0.1)
    other = Whistle("other", "vi")
    engines = Engines([whistle, other], cache, {})
    engines.speak(said(words="Trước"))
    whistle.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        stuck = [pool.submit(engines.speak, said(words=f"Câu {n}")) for n in range(4)]
        until(lambda: len(whistle.asked) == 5, why="four are being spoken")
        for words in ("Câu 0", "Câu mới"):
            with pytest.raises(SpeechFailed, match="too many wait"):
                engines.speak(said(words=words))
        assert len(engines.speak(said("other")))
        assert len(engines.speak(said(words="Trước"))), "what is kept needs no turn"
        whistle.gate.set()
        assert all(len(one.result(10)) for one in stuck)
    assert len(engines.speak(said(words="Câu mới")))


def test_a_fault_is_told_and_not_remembered(whistle, cache):
    engines = Engines([whistle], cache, {})
    whistle.fault = EngineFault("whistle", "out of breath")
    with pytest.raises(SpeechFailed) as caught:
        engines.speak(said())
    assert caught.value.facts == {"engine": "whistle", "reason": "out of breath"}
    whistle.fault = EngineMissing("whistle", "buy one")
    with pytest.raises(SpeechMissing) as caught:
        engines.speak(said())
    assert caught.value.facts == {"engine": "whistle", "remedy": "buy one"}
    whistle.fault = None
    assert len(engines.speak(said()))


@settings(max_examples=20)
@given(st.binary(max_size=300))
def test_a_damaged_cache_is_spoken_over(tmp_path_factory, junk):
    folder = tmp_path_factory.mktemp("cache")
    whistle = Whistle("whistle", "vi")
    engines = Engines([whistle], Cache(folder), {})
    engines.speak(said())
    (file,) = folder.iterdir()
    file.write_bytes(junk)
    assert np.array_equal(engines.speak(said()), SPEECH)
    assert np.array_equal(engines.speak(said()), SPEECH)
    assert len(whistle.asked) == 2


def test_the_cache_forgets_what_was_not_used_for_longest(tmp_path):
    cache = Cache(tmp_path / "cache", max_bytes=25)
    for at, key in enumerate("abc"):
        cache.put(key, bytes(10))
        file = tmp_path / "cache" / key
        if file.exists():
            os.utime(file, (at, at))
    assert cache.get("a") is None
    assert cache.get("b") == bytes(10)
    cache.put("d", bytes(10))
    assert cache.get("b") == bytes(10), "it was used since"
    assert cache.get("c") is None


def test_a_cache_that_cannot_be_written_is_no_fault(whistle, tmp_path):
    cache = Cache(tmp_path / "cache")
    (tmp_path / "cache").rmdir()
    engines = Engines([whistle], cache, {})
    assert np.array_equal(engines.speak(said()), SPEECH)
