"""The desk: what goes in at any level comes out as clear as our other sounds, whatever it is."""

import random

import numpy as np
import pytest
import tones
from hypothesis import given
from hypothesis import strategies as st
from microphone import PACKET, opus, unpacked

from controller.live.desk import MAX_GAIN_DB, Desk
from controller.live.model import MAX_PACKET_BYTES
from controller.live.pieces import FLOOR_DBFS
from playlists.audio import loudness


def through(samples: np.ndarray) -> np.ndarray:
    desk = Desk()
    sound = [desk.head, *(desk.take(packet).sound for packet in opus(samples)), desk.end()]
    return unpacked(b"".join(sound))


def later(samples: np.ndarray) -> np.ndarray:
    """Leave the seconds out in which the gain moves."""
    return samples[4 * tones.RATE_HZ :]


@pytest.mark.parametrize("level_dbfs", [-30.0, -20.0, -3.0])
def test_a_tone_comes_out_at_its_pitch_and_at_our_loudness(level_dbfs):
    heard = through(tones.tone(440.0, 6.0, level_dbfs))
    assert len(heard) == pytest.approx(6 * tones.RATE_HZ, abs=PACKET)
    assert tones.strongest_hz(later(heard)) == pytest.approx(440.0, abs=1)
    assert loudness.measure(later(heard)).integrated_lufs == pytest.approx(-16.0, abs=0.5)


def test_a_voice_is_levelled_and_limited():
    measured = loudness.measure(later(through(tones.voice(12.0, -10.0))))
    assert measured.integrated_lufs == pytest.approx(-17.0, abs=1.5), "limiting takes some away"
    assert measured.true_peak_dbtp <= -1.5


def test_a_shout_after_a_whisper_is_limited_at_once():
    samples = np.concatenate([tones.voice(6.0, -30.0), tones.voice(2.0, -0.2)])
    assert loudness.measure(through(samples)).true_peak_dbtp <= -1.5


def test_the_gain_is_bounded_and_pauses_are_not_turned_up():
    quiet = tones.noise(6.0, -58.0)
    assert tones.strongest_hz(quiet) > 0
    rise = loudness.measure(later(through(tones.tone(440.0, 6.0, -45.0)))).integrated_lufs
    assert rise == pytest.approx(-48.7 + MAX_GAIN_DB, abs=1.0)
    speech_then_pause = np.concatenate([tones.tone(440.0, 5.0, -20.0), quiet])
    pause = through(speech_then_pause)[7 * tones.RATE_HZ :]
    assert np.sqrt(np.mean(pause.astype(float) ** 2)) < 32_767 * 10 ** (-50 / 20)


def test_what_only_heats_a_horn_is_taken_away():
    hum = through(tones.tone(50.0, 3.0, -20.0) + tones.tone(1_000.0, 3.0, -20.0))
    spectrum = np.abs(np.fft.rfft(hum[tones.RATE_HZ : 2 * tones.RATE_HZ]))
    assert spectrum[50] < spectrum[1_000] / 10


def test_levels_are_told_as_they_came():
    desk = Desk()
    pieces = [desk.take(packet) for packet in opus(tones.tone(440.0, 0.5, -20.0))]
    assert pieces[-1].level_dbfs == pytest.approx(-23.0, abs=0.5)
    assert pieces[-1].peak_dbfs == pytest.approx(-20.0, abs=0.5)
    assert not any(piece.bad for piece in pieces)
    silent = Desk().take(opus(np.zeros(PACKET, np.int16))[0])
    assert silent.level_dbfs < -90


def test_every_page_of_the_stream_comes_out_one_packet_later():
    desk = Desk()
    pages = [desk.take(packet).sound for packet in opus(tones.tone(440.0, 1.0, -20.0))]
    assert pages[0] == b""
    assert all(page.count(b"OggS") == 1 and page.startswith(b"OggS") for page in pages[1:])


def test_who_joins_late_hears_the_rest():
    desk = Desk()
    pages = [desk.take(packet).sound for packet in opus(tones.tone(700.0, 4.0, -20.0))]
    heard = unpacked(desk.head + b"".join(pages[100:]) + desk.end())
    assert len(heard) == pytest.approx(2 * tones.RATE_HZ, abs=3 * PACKET)
    assert tones.strongest_hz(heard) == pytest.approx(700.0, abs=1)


def test_a_packet_of_another_length_is_made_up():
    (long,) = [packet for packet in [opus(tones.tone(440.0, 0.1, -20.0))[3]] if packet]
    double = bytes([long[0] | 0x01]) + long[1:] * 2  # two frames in one packet: 40 ms
    desk = Desk()
    assert not desk.take(long).bad
    assert desk.take(double).bad


def test_after_garbage_the_next_packet_is_heard():
    desk, chance = Desk(), random.Random(3)
    garbage = [chance.randbytes(chance.randrange(MAX_PACKET_BYTES)) for _ in range(200)]
    good = opus(tones.tone(440.0, 2.0, -20.0))
    pieces = [desk.take(packet) for packet in [*garbage, *good]]
    bad = sum(piece.bad for piece in pieces)
    assert 100 < bad <= len(garbage)
    heard = unpacked(desk.head + b"".join(piece.sound for piece in pieces) + desk.end())
    assert len(heard) == pytest.approx(len(pieces) * PACKET, abs=PACKET)
    assert tones.strongest_hz(heard[-tones.RATE_HZ :]) == pytest.approx(440.0, abs=1)


SHARED = Desk()


@given(st.binary(max_size=MAX_PACKET_BYTES))
def test_whatever_comes_becomes_twenty_milliseconds(packet):
    piece = SHARED.take(packet)
    assert FLOOR_DBFS <= piece.level_dbfs <= 1
    assert piece.sound.count(b"OggS") <= 1
    assert piece.bad or len(packet) > 0
