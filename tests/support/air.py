"""Stations that are on the air in virtual time: a timeline of samples, sent over real pipes."""

import asyncio
import contextlib
import os
from datetime import timedelta

import numpy as np
from plans import at

from firmware_bridge.live import packets
from firmware_bridge.live.receiver import Ended, PipeReader
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.schedule.asset import Live
from playlists.schedule.plan import Asset

STEP = timedelta(milliseconds=50)


async def no_air(_live, _length):
    """For stages on which nothing is received."""
    raise OSError("nothing is on the air here")


def relay(*, patience_s=5.0, fallback=None, url="http://dai/kenh"):
    return Asset.stream(Live(url, round(patience_s * 1000), ends=False, fallback=fallback))


def page(*, patience_s=5.0):
    return Asset.stream(Live("/api/v1/pages/p/sound", round(patience_s * 1000), ends=True))


def level(number, seconds):
    """So many seconds of one letter: A is 1, as in a stage's `heard`; 0 is silence."""
    return np.full(round(seconds * SAMPLE_RATE_HZ), number * 1000, np.int16)


def programme(*parts):
    return np.concatenate([level(*part) for part in parts])


class Station:
    """A `Tune`. Its timeline begins at second 0; who tunes in hears `burst_s` of it at once."""

    def __init__(self, clock, timeline, *, burst_s=2.5, away=(), over_at=None, speed=1.0):
        """`away`: spans of seconds in which nobody gets anything; `over_at`: when it says good-bye;
        `speed`: of its clock against ours."""
        self.clock = clock
        self.timeline = timeline
        self.burst_s = burst_s
        self.away = away
        self.over_at = over_at
        self.speed = speed
        self.listeners = []

    async def __call__(self, _live, _length):
        listener = _Listener(self)
        self.listeners.append(listener)
        await listener.start()
        return listener

    @property
    def second(self):
        return (self.clock.now() - at(0)).total_seconds()

    @property
    def is_away(self):
        return any(start <= self.second < end for start, end in self.away)

    @property
    def is_over(self):
        return self.over_at is not None and self.second >= self.over_at

    def sent_by_now(self):
        end_s = self.second if self.over_at is None else min(self.second, self.over_at)
        return round(end_s * self.speed * SAMPLE_RATE_HZ)


class _Listener:
    """A `Receiver`."""

    def __init__(self, station):
        self._station = station
        self.since_s = round(station.second, 1)
        self.is_closed = False
        self.ended = Ended(over=False, why="it was closed")

    async def start(self):
        out, self._in = os.pipe()
        os.set_blocking(self._in, False)
        self._reader = await PipeReader.on(out)
        self._task = asyncio.create_task(self._send())

    async def read(self):
        return await self._reader.read()

    async def close(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._reader.close()
        self.is_closed = True
        return self.ended

    async def _send(self):
        station = self._station
        burst = round(station.burst_s * SAMPLE_RATE_HZ)
        place = max(0, station.sent_by_now() - burst) // packets.LENGTH * packets.LENGTH
        try:
            while not station.is_away:
                while place + packets.LENGTH <= min(station.sent_by_now(), len(station.timeline)):
                    piece = station.timeline[place : place + packets.LENGTH]
                    await self._write(packets.packed(piece, packets.level_db(piece)))
                    place += packets.LENGTH
                if station.is_over:
                    self.ended = Ended(over=True, why="the stream ended")
                    return
                await station.clock.sleep_until(station.clock.now() + STEP)
            self.ended = Ended(over=False, why="the line broke")
        finally:
            os.close(self._in)

    async def _write(self, data):
        while data:
            try:
                data = data[os.write(self._in, data) :]
            except BlockingIOError:
                await asyncio.sleep(0)
