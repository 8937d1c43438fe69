"""Sound over a real socket: what the driver writes is what the loudspeaker was heard to say."""

import asyncio
import threading
from concurrent.futures import Future

import numpy as np
import pytest
import tones
from waiting import until

from drivers.errors import LinkLost
from drivers.speaker.pcm import PcmOutput
from simulator.speakers.amplifier import Amplifier
from simulator.speakers.speaker import MEMORY_S, Ear, SimulatedSpeaker


class Seconds:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def speaker():
    simulated = SimulatedSpeaker("loa", "127.0.0.1", 0)
    ready: Future = Future()

    async def live():
        await simulated.start()
        stop = asyncio.Event()
        ready.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        await simulated.stop()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    loop, stop = ready.result(10)
    yield simulated
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


def test_samples_sound_one_after_the_other_from_when_they_came():
    clock = Seconds()
    ear = Ear(clock)
    clock.now = 1.0
    ear.hear(np.full(4_800, 7, np.int16))
    ear.hear(np.full(4_800, 9, np.int16))
    clock.now = 2.0
    heard = ear.heard(1.5)
    assert len(heard) == 72_000
    sounding = np.flatnonzero(heard)
    assert (sounding[0], sounding[-1]) == (24_000, 24_000 + 9_599)
    assert heard[24_000] == 7
    assert heard[24_000 + 4_800] == 9


def test_what_has_not_sounded_yet_is_not_heard():
    clock = Seconds()
    ear = Ear(clock)
    ear.hear(np.full(48_000, 5, np.int16))
    clock.now = 0.25
    assert (ear.heard(0.5)[:12_000] == 0).all()
    assert (ear.heard(0.5)[12_000:] == 5).all()


def test_old_sound_is_forgotten():
    clock = Seconds()
    ear = Ear(clock)
    ear.hear(np.full(100, 5, np.int16))
    clock.now = MEMORY_S + 1.0
    ear.hear(np.full(100, 6, np.int16))
    clock.now += 0.1
    assert set(ear.heard(MEMORY_S).tolist()) == {0, 6}


def test_what_sounds_while_the_amplifier_sleeps_is_lost():
    clock = Seconds()
    amplifier = Amplifier(800, clock)
    ear = Ear(clock, amplifier)
    clock.now = 1.0
    amplifier.switch(on=True)
    ear.hear(np.full(3 * 48_000, 7, np.int16))
    clock.now = 3.0
    amplifier.switch(on=False)
    clock.now = 5.0
    loud = np.flatnonzero(ear.heard(5))
    assert (loud[0], loud[-1]) == (1.8 * 48_000, 3 * 48_000 - 1)
    assert ear.onset_s(0) == pytest.approx(1.8)
    assert ear.onset_s(2.5) == pytest.approx(2.5)
    assert ear.onset_s(3) is None


def test_an_amplifier_switched_off_before_it_woke_was_never_awake():
    clock = Seconds()
    amplifier = Amplifier(800, clock)
    for on in (True, True, False, False):
        amplifier.switch(on=on)
        clock.now += 0.1
    assert not amplifier.is_on
    assert list(amplifier.awake(0, 10)) == []


def test_a_tone_crosses_the_wire_at_its_own_pace(speaker):
    output = PcmOutput("127.0.0.1", speaker.port)
    output.open()
    sound = tones.tone(600.0, 0.6, -12.0)
    for start in range(0, len(sound), 960):
        output.write(sound[start : start + 960])
    output.drain()
    output.close()
    (found,) = until(lambda: tones.find_tone(speaker.ear.heard(2), 600.0), why="the tone is heard")
    assert 0.45 < found[1] - found[0] < 0.7


def test_only_one_player_at_a_time(speaker):
    first, second = (PcmOutput("127.0.0.1", speaker.port) for _ in range(2))
    first.open()
    first.write(tones.tone(500.0, 0.1, -12.0))
    until(lambda: tones.find_tone(speaker.ear.heard(1), 500.0), why="the first plays")
    second.open()

    def refused():
        try:
            second.write(tones.tone(900.0, 0.02, -12.0))
        except LinkLost:
            return True
        return False

    until(refused, why="the second is hung up on")
    assert not tones.find_tone(speaker.ear.heard(1), 900.0)
    first.close()
    second.close()


def test_nobody_there_is_link_lost():
    with pytest.raises(LinkLost):
        PcmOutput("127.0.0.1", 1).open()


def test_the_driver_never_runs_ahead_of_its_latency():
    clock = Seconds()
    slept = []

    def sleep(seconds_s):
        slept.append(seconds_s)
        clock.now += seconds_s

    class Sink:
        def sendall(self, _data): ...
        def close(self): ...

    output = PcmOutput("nowhere", 1, latency_ms=100, clock=clock, sleep=sleep)
    output._socket = Sink()
    for _ in range(50):
        output.write(np.zeros(960, np.int16))
        assert output.ahead_s <= 0.121
    output.drain()
    assert clock.now == pytest.approx(1.0)
