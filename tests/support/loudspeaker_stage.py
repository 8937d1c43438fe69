"""A loudspeaker's player on stage in virtual time: what is heard and what is proved."""

import asyncio
import functools
from collections.abc import Callable
from datetime import timedelta

import numpy as np
from air import no_air
from plans import asset, at, plan
from turned_clock import TurnedClock

from drivers.errors import LinkLost
from drivers.speaker.pace import Pace
from firmware_bridge.player.amplifier import Amplifier
from firmware_bridge.player.outlet import BLOCK, Outlet
from firmware_bridge.player.speaker import SpeakerPlayer
from firmware_bridge.reporter import Reporter
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.errors import BadBytes
from playlists.schedule.plan import AssetKind, BroadcastClass
from simulator.speakers.speaker import Ear

NORMAL, PRIORITY, EMERGENCY = BroadcastClass
BLOCK_S = BLOCK / SAMPLE_RATE_HZ


class InlineHand:
    async def do(self, work: Callable):
        await asyncio.sleep(0)
        return work()


class FakeOutput:
    """Hears blocks as they are written; writing takes as long as the block lasts."""

    latency_ms = 0
    ahead_s = 0.0

    def __init__(self, clock):
        self._clock = clock
        self.heard = []
        self.calls = []
        self.broken = False

    def open(self):
        self._check()
        self.calls.append("open")

    def write(self, block):
        self._check()
        second = (self._clock.now() - at(0)).total_seconds()
        self.heard.append((round(second, 3), block))
        self._clock.turn(timedelta(seconds=len(block) / SAMPLE_RATE_HZ))

    def spoken(self):
        """What was heard but for the silence in which the stream runs ahead of the sound."""
        return [(second, block) for second, block in self.heard if block.any()]

    def drain(self):
        self._check()
        self.calls.append("drain")

    def close(self):
        self.calls.append("close")

    def _check(self):
        if self.broken:
            raise LinkLost("loa", "unplugged")


class PacedOutput:
    """Keeps its pace as real outputs do, 100 ms ahead of a simulated loudspeaker's ear."""

    def __init__(self, clock):
        self._clock = clock
        self._pace = Pace(100, self.second, lambda for_s: clock.turn(timedelta(seconds=for_s)))
        self.ear = Ear(self.second)
        self.open_since = []

    def second(self):
        return (self._clock.now() - at(0)).total_seconds()

    @property
    def ahead_s(self):
        return self._pace.ahead_s

    @property
    def latency_ms(self):
        return self._pace.latency_ms

    def open(self):
        self.open_since.append(self.second())
        self._pace.begin()

    def write(self, block):
        self._pace.wait()
        self.ear.hear(block)
        self._pace.wrote(len(block))

    def drain(self):
        self._pace.drain()

    def close(self):
        self._pace.end()


def sound(letter, seconds):
    """An asset whose samples are all of one level, so that one hears who speaks."""
    return asset(letter.encode(), AssetKind.SOUND, round(seconds * 1000))


class Stage:
    """A player, its fakes, and its journal."""

    def __init__(
        self, tmp_path, *, output=FakeOutput, hand=None, relay=None, timing=None, tune=None
    ):
        """`output`, `relay` and `tune` are made with the clock; a relay has a hand of its own."""
        self.clock = TurnedClock(at(0))
        self.output = output(self.clock)
        amplifier = relay and Amplifier(relay(self.clock), InlineHand(), self.clock)
        outlet = Outlet(
            self.output, hand or InlineHand(), self.clock, amplifier=amplifier, timing=timing
        )
        self.reporter = Reporter(tmp_path / "asrun.log")
        self.states = []
        self.missing = set()
        self.decoded = []
        self.player = SpeakerPlayer(
            name="thử",
            outlet=outlet,
            clock=self.clock,
            reporter=self.reporter,
            has=lambda wanted: wanted.sha256 not in self.missing,
            decode=self.decode,
            decoder=InlineHand(),
            tune=no_air if tune is None else tune(self.clock),
            report=self.states.append,
        )

    async def __aenter__(self):
        self._task = asyncio.create_task(self.player.run())
        return self

    async def __aexit__(self, *_exc):
        self.player.stop()
        await self._task

    def decode(self, wanted):
        for level, letter in enumerate("ABCDEF", start=1):
            if asset(letter.encode()).sha256 == wanted.sha256:
                self.decoded.append(letter)
                count = wanted.duration_ms * SAMPLE_RATE_HZ // 1000
                return np.full(count, level * 1000, np.int16)
        raise BadBytes("sound", "noise")

    def follow(self, *items, **more):
        self.player.follow(plan(*items, device="loa-1", **more))

    async def run_to(self, seconds):
        await self.clock.run_to(at(seconds))

    def heard(self):
        """Spans of (who, from second, to second)."""
        spans = []
        for second, block in self.output.spoken():
            end = round(second + len(block) / SAMPLE_RATE_HZ, 3)
            who = "ABCDEF"[round(np.abs(block.astype(int)).max() / 1000) - 1]
            if spans and spans[-1][0] == who and spans[-1][2] == second:
                spans[-1] = (who, spans[-1][1], end)
            else:
                spans.append((who, second, end))
        return spans

    def journal(self):
        return [
            (
                one.broadcast,
                None
                if one.started_at is None
                else round((one.started_at - at(0)).total_seconds(), 3),
                round((one.ended_at - at(0)).total_seconds(), 3),
                one.end_reason.value,
            )
            for one in self.reporter.pending()
        ]


def on_a_loop(test):
    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run
