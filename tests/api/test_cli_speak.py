"""`signcast speak`: what somebody types who wants to hear it first."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import parts
import pytest
import tones
from typer.testing import CliRunner

from api.cli.app import app
from playlists.audio import loudness
from playlists.audio.decode import decode
from playlists.audio.speech import espeak

TEXT = "UBND phường họp lúc 19h30"


@pytest.fixture
def speak():
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")

    def run(*words, status=0):
        done = CliRunner().invoke(app, ["speak", *map(str, words)])
        assert done.exit_code == status, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return run


def test_a_text_becomes_a_file_at_the_right_level(speak, tmp_path):
    wav, ogg = tmp_path / "nghe thử.wav", tmp_path / "phát.ogg"
    told = speak(TEXT, "--out", wav, "--voice", "espeak:vi-vn-x-central").stderr
    assert "espeak:vi-vn-x-central" in told
    assert "LUFS" in told
    samples = tones.from_wav(wav.read_bytes())
    assert loudness.measure(samples).integrated_lufs == pytest.approx(-16.0, abs=0.5)
    speak(TEXT, "--out", ogg, "--voice", "espeak:vi-vn-x-central")
    assert len(decode(ogg.read_bytes())) == len(samples)


def test_a_terminal_shows_how_far_it_is(speak, tmp_path):
    out = tmp_path / "dài.wav"
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    command = [sys.executable, "-m", "api", "speak", TEXT, "--out", out]
    with subprocess.Popen(command, stderr=slave, env=os.environ | {"TERM": "xterm"}) as child:
        os.close(slave)
        shown = b"".join(iter(lambda: _read(master), b"")).decode()
    os.close(master)
    assert child.returncode == 0, shown
    for word in ("speaking", "levelling", "encoding", "checking what was encoded"):
        assert word in shown
    assert "%" in shown
    assert "LUFS" in shown.rpartition("\x1b")[2], "what stays is the result"


def _read(master):
    """Return what the terminal shows next; nothing when nobody writes any more."""
    try:
        return os.read(master, 65_536)
    except OSError:
        return b""


def test_the_words_are_shown_without_a_sound(speak):
    shown = speak(TEXT + " về KPXQ", "--spoken")
    assert "mười chín giờ ba mươi" in shown.stdout
    assert "KPXQ" in shown.stderr
    assert "KPXQ" not in shown.stdout


def test_reading_speed_and_language(speak, tmp_path):
    lengths = []
    for pct in (60, 180):
        out = tmp_path / f"{pct}.wav"
        speak("Please leave the building.", "--language", "en", "--speed", pct, "--out", out)
        lengths.append(out.stat().st_size)
    assert lengths[0] > 2 * lengths[1]


def test_a_site_has_its_own_abbreviations_and_levels(speak, tmp_path):
    (tmp_path / "chu-tat.txt").write_text("KDCVH = khu dân cư văn hóa\n", "utf-8")
    (tmp_path / "sound.toml").write_text("speech_lufs = -23\n")
    out = tmp_path / "x.wav"
    shown = speak("Họp ở KDCVH Hòa Minh", "--spoken", "--data", tmp_path, "--out", out).stdout
    assert "khu dân cư văn hóa" in shown
    measured = loudness.measure(tones.from_wav(out.read_bytes()))
    assert measured.integrated_lufs == pytest.approx(-23.0, abs=0.5)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([TEXT], "--out"),
        ([TEXT, "--out", "x.mp4"], ".wav or .ogg"),
        ([TEXT, "--spoken", "--voice", "espeak:none"], "espeak:vi-vn-x-south"),
        ([TEXT, "--spoken", "--language", "tlh"], "tlh"),
        ([TEXT, "--spoken", "--speed", "5"], "speed"),
        (["", "--spoken"], "text"),
        ([TEXT, "--spoken", "--data", "/nowhere"], "/nowhere"),
        ([TEXT, "--out", "/nowhere/x.wav"], "/nowhere/x.wav"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(speak, words, reason):
    told = speak(*words, status=2).stderr
    assert reason in told
    assert told.count("\n") == 1


def test_a_broken_site_is_told(speak, tmp_path):
    (tmp_path / "speech.toml").write_text("[pipper]\n")
    assert "pipper" in speak(TEXT, "--spoken", "--data", tmp_path, status=2).stderr
