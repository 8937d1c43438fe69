"""espeak and the decoder in processes of their own."""

import contextlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import parts
import pytest
import tones
from waiting import until

from controller.speech.workshop import LIMITS, EspeakProcess, decoded
from playlists.audio.speech import espeak
from playlists.audio.speech.engine import EngineFault, EngineMissing, Utterance

WORDS = Utterance("Mời bà con ra nhà văn hóa", "espeak:vi-vn-x-south")


@pytest.fixture(autouse=True)
def _installed():
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")


def crashing(program):
    return EspeakProcess((sys.executable, "-c", program))


def test_espeak_says_the_same_whenever_it_is_asked():
    engine = EspeakProcess()
    first, second = engine.speak(WORDS), engine.speak(WORDS)
    assert np.array_equal(first, second)
    assert 1.0 < len(first) / 48_000 < 4.0
    assert {voice.id for voice in engine.voices()} >= {"espeak:vi", "espeak:vi-vn-x-central"}


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("print('x')", "said nothing|only|s of sound"),
        ("import sys; sys.stdout.write('abc')", "half a sample"),
        ("pass", "said nothing"),
    ],
)
def test_a_library_that_crashes_takes_nobody_with_it(program, reason):
    with pytest.raises(EngineFault, match=reason):
        crashing(program).speak(WORDS)
    assert len(EspeakProcess().speak(WORDS))


def test_a_voice_it_has_not_is_a_fault():
    with pytest.raises(EngineFault, match="no voice"):
        EspeakProcess().speak(Utterance("Chào", "espeak:none"))


def test_a_library_that_hangs_is_left():
    engine = EspeakProcess((sys.executable, "-c", "while True: pass"), replace(LIMITS, wall_s=0.5))
    with pytest.raises(EngineFault, match="no answer"):
        engine.speak(WORDS)


SPEAKER = """
from controller.speech.workshop import EspeakProcess
from playlists.audio.speech.engine import Utterance
print("begun", flush=True)
while True:
    EspeakProcess().speak(Utterance("Mời bà con ra nhà văn hóa. " * 600, "espeak:vi"))
"""


def test_who_speaks_for_a_controller_dies_with_it():
    with subprocess.Popen([sys.executable, "-c", SPEAKER], stdout=subprocess.PIPE) as controller:
        assert controller.stdout.readline() == b"begun\n"
        worker = until(lambda: _ready_worker(controller.pid), timeout_s=30, why="it speaks")
        controller.kill()
    until(lambda: not _is_alive(worker), why="the worker has gone too")


def _ready_worker(pid):
    """Return the child that has loaded the library, by when it is tied to us."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            if "libespeak-ng" in Path(f"/proc/{child}/maps").read_text():
                return int(child)
    return None


def _is_alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def test_without_the_extra_there_are_no_voices(monkeypatch):
    monkeypatch.setattr(espeak, "version", lambda: None)
    assert EspeakProcess().voices() == ()
    with pytest.raises(EngineMissing, match="speech-gpl"):
        EspeakProcess().speak(WORDS)


def test_foreign_audio_is_decoded_elsewhere():
    tone = tones.tone(440.0, 1.0, -20.0)
    assert tones.strongest_hz(decoded(tones.as_mp3(tone), "x")) == pytest.approx(440, abs=2)
    assert np.abs(decoded(tones.as_wav(tone), "x").astype(int) - tone).max() <= 1
    with pytest.raises(EngineFault, match="x: what it sent is no sound"):
        decoded(b"GIF89a", "x")


def test_a_long_announcement_stays_within_the_limits():
    words = ("Mời bà con nhân dân ra nhà văn hóa họp tổ dân phố. " * 80)[:4_000]
    said = EspeakProcess().speak(Utterance(words, "espeak:vi"))
    assert 180 < len(said) / 48_000 < 400
