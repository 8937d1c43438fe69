"""Piper's refusals, and its call through a stand-in that calls itself one."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import tones
from voices import STAND_IN_FOR_PIPER

from controller.speech.piper import LIMITS, Piper
from playlists.audio.speech.engine import EngineFault, EngineMissing, Utterance, Voice

WORDS = Utterance("Mời bà con\nra nhà văn hóa", "piper:vi_VN-thu")
SUPPORT = str(Path(__file__).resolve().parents[2] / "support")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "giọng đọc"
    folder.mkdir()
    (folder / "vi_VN-thu.onnx").write_bytes(b"no real voice")
    described = {"language": {"code": "vi_VN", "family": "vi"}, "audio": {"sample_rate": 22_050}}
    (folder / "vi_VN-thu.onnx.json").write_text(json.dumps(described))
    return folder


def program(tmp_path, text):
    path = tmp_path / "stand-in-for-piper"
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def stand_in(tmp_path):
    return program(tmp_path, STAND_IN_FOR_PIPER.format(python=sys.executable, support=SUPPORT))


def test_it_is_called_as_piper_is(folder, stand_in):
    piper = Piper(stand_in, folder)
    assert piper.voices() == (Voice("piper:vi_VN-thu", "vi", "Piper, vi_VN-thu"),)
    said = piper.speak(WORDS)
    assert tones.strongest_hz(said) == pytest.approx(500.0, abs=2)
    fast = piper.speak(Utterance(WORDS.words, WORDS.voice, 200))
    assert len(said) == pytest.approx(2 * len(fast), rel=0.02)


def test_its_version_changes_with_its_files(folder, stand_in):
    piper = Piper(stand_in, folder)
    before = piper.version
    assert piper.version == before
    (folder / "vi_VN-thu.onnx").write_bytes(b"another voice")
    assert piper.version != before


@pytest.mark.parametrize(
    "description",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"language": "vi"}',
        b'{"language": {}}',
        b"\xff\xfe",
        b"[" * 99999,
    ],
)
def test_a_voice_without_its_description_is_no_voice(folder, stand_in, description):
    path = folder / "vi_VN-thu.onnx.json"
    path.unlink()
    if description is not None:
        path.write_bytes(description)
    piper = Piper(stand_in, folder)
    assert piper.voices() == ()
    with pytest.raises(EngineMissing, match=r"vi_VN-thu\.onnx"):
        piper.speak(WORDS)


def test_without_the_program_there_are_no_voices(folder, tmp_path):
    piper = Piper(tmp_path / "gone", folder)
    assert piper.voices() == ()
    assert piper.version
    with pytest.raises(EngineMissing, match="gone"):
        piper.speak(WORDS)


def test_no_voice_outside_the_folder_is_used(folder, stand_in, tmp_path):
    (tmp_path / "x.onnx").write_bytes(b"")
    (tmp_path / "x.onnx.json").write_text('{"language": {"code": "vi"}}')
    with pytest.raises(EngineMissing):
        Piper(stand_in, folder).speak(Utterance("a", "piper:../x"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#!/bin/sh\necho no such model >&2\nexit 1\n", "no such model"),
        ("#!/bin/sh\nkill -SEGV $$\n", "SIGSEGV"),
        ("#!/bin/sh\necho this is text\n", "no sound"),
        ("#!/bin/sh\nexit 0\n", "no sound"),
        ("#!/bin/sh\nwhile :; do :; done\n", "no answer within"),
        ("#!/nowhere\n", "cannot be started"),
    ],
)
def test_a_program_that_does_not_speak_is_a_fault(folder, tmp_path, text, reason):
    broken = program(tmp_path, text)
    with pytest.raises(EngineFault, match=reason):
        Piper(broken, folder, replace(LIMITS, wall_s=1.0)).speak(WORDS)
