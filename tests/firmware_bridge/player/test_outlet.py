"""Starting on time and waking the amplifier: the stream runs before the sound does."""

import asyncio
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loudspeaker_stage import EMERGENCY, PacedOutput, Stage, on_a_loop, sound
from plans import at, item
from turned_clock import settle

from drivers.errors import LinkLost
from firmware_bridge.player.outlet import HOLD, OPEN_AHEAD, Timing
from playlists.audio.sound import SAMPLE_RATE_HZ
from simulator.speakers.amplifier import Amplifier as SimulatedAmplifier
from simulator.speakers.speaker import Ear

WAKE_MS = 800
HOLD_S = HOLD.total_seconds()


class FakeRelay:
    """Remembers when it moved; breaks when told to."""

    def __init__(self, clock):
        self._clock = clock
        self.moves = []
        self.told = 0
        self.broken = False
        self.moved = lambda **_on: None

    def switch(self, *, on):
        if self.broken:
            raise LinkLost("rơ-le", "unplugged")
        self.told += 1
        second = round((self._clock.now() - at(0)).total_seconds(), 3)
        if not self.moves or self.moves[-1][1] != on:
            self.moves.append((second, on))
        self.moved(on=on)

    def close(self):
        self.switch(on=False)


class Street:
    """A relay, an amplifier that takes its time, and a loudspeaker behind it."""

    def output(self, clock):
        loudspeaker = PacedOutput(clock)
        self.amplifier = SimulatedAmplifier(WAKE_MS, loudspeaker.second)
        loudspeaker.ear = Ear(loudspeaker.second, self.amplifier)
        return loudspeaker

    def relay(self, clock):
        self.switched = FakeRelay(clock)
        self.switched.moved = lambda on: self.amplifier.switch(on=on)
        return self.switched


class LateHand:
    """A thread that gets its turn late."""

    def __init__(self, late_ms):
        self._late_ms = iter(late_ms)
        self.clock = None

    async def do(self, work):
        await asyncio.sleep(0)
        self.clock.turn(timedelta(milliseconds=next(self._late_ms, 0)))
        return work()


class StuckHand:
    """A thread that a driver never gives back, from its n-th call on, until it is freed."""

    def __init__(self, after):
        self._left = after
        self.free = asyncio.Event()

    async def do(self, work):
        await asyncio.sleep(0)
        self._left -= 1
        if self._left < 0:
            await self.free.wait()
        return work()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    late_ms=st.lists(st.integers(0, 18), max_size=60),
    start_ms=st.integers(10_000, 11_000),
    delay_ms=st.sampled_from([0, 150]),
)
def test_late_threads_do_not_move_the_first_sample(tmp_path, late_ms, start_ms, delay_ms):
    @on_a_loop
    async def play():
        hand = LateHand(late_ms)
        folder = tmp_path / f"{start_ms}-{delay_ms}-{hash(tuple(late_ms))}"
        folder.mkdir(exist_ok=True)
        (folder / "asrun.log").unlink(missing_ok=True)
        timing = Timing(delay_ms=delay_ms)
        async with Stage(folder, output=PacedOutput, hand=hand, timing=timing) as stage:
            hand.clock = stage.clock
            start = start_ms / 1000
            stage.follow(item("a", sound("A", 2), start, start + 2))
            await stage.run_to(20)
            onset_s = stage.output.ear.onset_s(0)
            assert onset_s == pytest.approx(start - delay_ms / 1000, abs=0.0001)
            assert np.count_nonzero(stage.output.ear.heard(20)) == 2 * SAMPLE_RATE_HZ
            assert stage.journal() == [("a", start, start + 2, "finished")]

    play()


@on_a_loop
async def test_the_output_is_opened_ahead_once_for_sounds_that_follow_each_other(tmp_path):
    async with Stage(tmp_path, output=PacedOutput) as stage:
        stage.follow(item("a", sound("A", 2), 20, 22), item("b", sound("B", 2), 22.3, 24.3))
        await stage.run_to(30)
        assert stage.output.open_since == [20 - OPEN_AHEAD.total_seconds()]
        assert stage.output.ear.onset_s(22) == pytest.approx(22.3, abs=0.0001)


@on_a_loop
async def test_the_first_word_is_whole_and_on_time(tmp_path):
    street = Street()
    timing = Timing(lead_in_ms=WAKE_MS)
    async with Stage(tmp_path, output=street.output, relay=street.relay, timing=timing) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23))
        await stage.run_to(30)
        ear = stage.output.ear
        assert ear.onset_s(0) == pytest.approx(20, abs=0.0001)
        assert np.count_nonzero(ear.heard(30)) == 3 * SAMPLE_RATE_HZ
        assert street.switched.moves == [(0, False), (18.7, True), (23, False)]
        told = street.switched.told
        for _ in range(3):
            stage.player.refresh()
            await settle()
        assert street.switched.told == told, "who sleeps is left in peace"


@on_a_loop
async def test_without_a_lead_in_the_first_word_is_lost(tmp_path):
    street = Street()
    async with Stage(tmp_path, output=street.output, relay=street.relay) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23))
        await stage.run_to(30)
        assert stage.output.ear.onset_s(0) == pytest.approx(20.3, abs=0.001)


@on_a_loop
async def test_an_emergency_out_of_the_blue_is_late_by_the_lead_in_and_whole(tmp_path):
    street = Street()
    timing = Timing(lead_in_ms=WAKE_MS)
    async with Stage(tmp_path, output=street.output, relay=street.relay, timing=timing) as stage:
        await stage.run_to(10)
        stage.follow(item("e", sound("E", 3), 10, 13, urgency=EMERGENCY))
        await stage.run_to(30)
        ear = stage.output.ear
        assert ear.onset_s(0) == pytest.approx(10.8, abs=0.02)
        assert np.count_nonzero(ear.heard(30)) == 3 * SAMPLE_RATE_HZ


@on_a_loop
async def test_an_amplifier_that_is_awake_needs_no_lead_in(tmp_path):
    street = Street()
    timing = Timing(lead_in_ms=WAKE_MS)
    async with Stage(tmp_path, output=street.output, relay=street.relay, timing=timing) as stage:
        stage.follow(
            item("a", sound("A", 5), 20, 25), item("e", sound("E", 2), 22, 24, urgency=EMERGENCY)
        )
        await stage.run_to(40)
        ear = stage.output.ear
        heard = ear.heard(40)
        assert np.count_nonzero(heard[20 * SAMPLE_RATE_HZ : 27 * SAMPLE_RATE_HZ] == 5000) == (
            2 * SAMPLE_RATE_HZ
        )
        first_s = np.flatnonzero(heard == 5000)[0] / SAMPLE_RATE_HZ
        assert first_s == pytest.approx(22, abs=0.05)
        assert [on for _, on in street.switched.moves] == [False, True, False]


@on_a_loop
async def test_an_emergency_takes_over_an_amplifier_that_wakes_for_another(tmp_path):
    street = Street()
    timing = Timing(lead_in_ms=WAKE_MS)
    async with Stage(tmp_path, output=street.output, relay=street.relay, timing=timing) as stage:
        news = item("a", sound("A", 3), 20, 23)
        siren = item("e", sound("E", 2), 19, 21, urgency=EMERGENCY)
        stage.follow(news)
        stage.clock.call_at(at(19), lambda: stage.follow(news, siren, version=2))
        await stage.run_to(40)
        heard = stage.output.ear.heard(40)
        (siren_s, news_s) = (np.flatnonzero(heard == level)[0] / 48_000 for level in (5000, 1000))
        assert siren_s == pytest.approx(19.5, abs=0.15), "when the amplifier is awake, not later"
        assert news_s == pytest.approx(siren_s + 2, abs=0.05)
        assert np.count_nonzero(heard) == 5 * SAMPLE_RATE_HZ
        assert [on for _, on in street.switched.moves] == [False, True, False]


@on_a_loop
async def test_a_cancel_while_the_amplifier_wakes_lets_it_fall(tmp_path):
    street = Street()
    timing = Timing(lead_in_ms=WAKE_MS)
    async with Stage(tmp_path, output=street.output, relay=street.relay, timing=timing) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23))
        stage.clock.call_at(at(19.5), lambda: stage.follow(version=2))
        await stage.run_to(40)
        assert stage.output.ear.onset_s(0) is None
        (_, woken, fallen) = street.switched.moves
        assert woken == (18.7, True)
        assert fallen[0] == pytest.approx(19.5, abs=0.05)
        assert stage.journal() == []


@on_a_loop
async def test_an_output_that_hangs_does_not_hold_the_relay(tmp_path):
    street, hand = Street(), StuckHand(after=40)
    timing = Timing(lead_in_ms=WAKE_MS)
    async with Stage(
        tmp_path, output=street.output, relay=street.relay, hand=hand, timing=timing
    ) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23))
        await stage.run_to(60)
        assert street.switched.moves == [(0, False), (18.7, True), (23 + HOLD_S, False)]
        hand.free.set()


@on_a_loop
async def test_an_output_that_fails_does_not_hold_the_relay(tmp_path):
    relays = []

    def relay(clock):
        relays.append(FakeRelay(clock))
        return relays[0]

    async with Stage(tmp_path, relay=relay, timing=Timing(lead_in_ms=500)) as stage:
        stage.output.broken = True
        stage.follow(item("a", sound("A", 3), 20, 23))
        await stage.run_to(90)
        assert not relays[0].moves[-1][1]
        assert stage.journal() == [("a", None, 50.001, "missed")]


@on_a_loop
async def test_a_relay_that_fails_keeps_nothing_from_being_played_and_is_told(tmp_path):
    relays = []

    def relay(clock):
        relays.append(FakeRelay(clock))
        relays[0].broken = True
        return relays[0]

    async with Stage(tmp_path, relay=relay) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23), item("b", sound("B", 3), 40, 43))
        stage.clock.call_at(at(30), lambda: setattr(relays[0], "broken", False))
        await stage.run_to(60)
        assert stage.heard() == [("A", 20, 23), ("B", 40, 43)]
        assert [(one.end_reason, one.detail) for one in stage.reporter.pending()] == [
            ("fault", "rơ-le: unplugged"),
            ("finished", ""),
        ]
        assert any(state.broadcast and state.fault for state in stage.states)
        assert stage.states[-1].fault == ""


@on_a_loop
async def test_a_relay_that_does_not_fall_is_told_until_it_does(tmp_path):
    relays = []

    def relay(clock):
        relays.append(FakeRelay(clock))
        return relays[0]

    async with Stage(tmp_path, relay=relay) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23))
        stage.clock.call_at(at(22), lambda: setattr(relays[0], "broken", True))
        stage.clock.call_at(at(30), lambda: setattr(relays[0], "broken", False))
        await stage.run_to(60)
        assert [on for _, on in relays[0].moves] == [False, True, False]
        assert 30 <= relays[0].moves[-1][0] <= 31


@on_a_loop
async def test_stopping_lets_the_relay_fall_also_while_standing_by(tmp_path):
    relays = []

    def relay(clock):
        relays.append(FakeRelay(clock))
        return relays[0]

    async with Stage(tmp_path, relay=relay, timing=Timing(lead_in_ms=5_000)) as stage:
        stage.follow(item("a", sound("A", 3), 20, 23))
        stage.clock.call_at(at(17), stage.player.stop)
        await stage.run_to(18)
        await settle()
        assert [on for _, on in relays[0].moves] == [False, True, False]
        assert stage.journal() == []


@on_a_loop
async def test_nothing_wakes_for_a_sound_that_will_not_be_on(tmp_path):
    relays = []

    def relay(clock):
        relays.append(FakeRelay(clock))
        return relays[0]

    async with Stage(tmp_path, relay=relay, timing=Timing(lead_in_ms=5_000)) as stage:
        stage.missing.add(sound("A", 3).sha256)
        stage.follow(item("a", sound("A", 3), 20, 23))
        await stage.run_to(60)
        assert relays[0].moves == [(0, False)]


@on_a_loop
async def test_a_clock_that_is_set_back_does_not_leave_the_amplifier_waiting(tmp_path):
    relays = []

    def relay(clock):
        relays.append(FakeRelay(clock))
        return relays[0]

    async with Stage(tmp_path, relay=relay, timing=Timing(lead_in_ms=5_000)) as stage:
        stage.follow(item("a", sound("A", 3), 7_220, 7_223), not_before=-9_000)
        stage.clock.call_at(at(7_217), lambda: stage.clock.turn(timedelta(hours=-2)))
        await stage.run_to(7_300)
        waking = [second for second, on in relays[0].moves if on]
        assert len(waking) == 2
        assert stage.heard() == [("A", 7_220, 7_223)]
        asleep = [second for second, on in relays[0].moves if not on]
        assert min(second for second in asleep if second > 0) == pytest.approx(17, abs=0.1)
