"""A player, a relay on a serial line and a loudspeaker over TCP, all real but the street."""

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
from air import no_air
from loudspeaker_stage import on_a_loop
from plans import asset
from waiting import auntil

from firmware_bridge.clock import SystemClock
from firmware_bridge.config import DeviceConfig
from firmware_bridge.hardware import Hardware
from firmware_bridge.loudspeakers import PCM, relay_of, timing_of
from firmware_bridge.player.speaker import SpeakerPlayer
from firmware_bridge.reporter import Reporter
from playlists.audio.sound import SAMPLE_RATE_HZ
from playlists.schedule.plan import AssetKind, BroadcastClass, Item, Plan
from simulator import district

LENGTH_S = 1.0
FILE = """
[simulator]
host = "127.0.0.1"
port = 0
[[speaker]]
id = "loa-1"
port = 0
relay = "relay.tty"
relay_channel = 2
wake_ms = 200
"""


def planned(start):
    sound = asset(b"A", AssetKind.SOUND, round(LENGTH_S * 1000))
    end = start + timedelta(seconds=LENGTH_S)
    item = Item("a@1", "a", sound, BroadcastClass.NORMAL, 50, start, end)
    valid = {"not_before": start - timedelta(hours=1), "not_after": start + timedelta(hours=1)}
    issued = start - timedelta(minutes=1)
    return Plan("demo", "loa-1", 1, issued_at=issued, items=(item,), **valid)


@on_a_loop
async def test_the_first_word_is_whole_and_the_amplifier_sleeps_again(tmp_path):
    (tmp_path / "district.toml").write_text(FILE, "utf-8")
    street = district.read(tmp_path / "district.toml")
    speaker = street.speakers["loa-1"]
    living = asyncio.create_task(street.live())
    await auntil((tmp_path / "relay.tty").exists, why="the relay's line is there")
    await auntil(lambda: speaker.port, why="the loudspeaker listens")
    clock, hardware = SystemClock(), Hardware()
    told = {"relay": f"lcus-2:{tmp_path}/relay.tty", "lead_in_ms": 800}
    device = DeviceConfig(
        "loa-1",
        "x",
        PCM,
        f"127.0.0.1:{speaker.port}",
        0,
        None,
        relay=relay_of(told),
        timing=timing_of(told),
    )
    reporter = Reporter(tmp_path / "asrun.log")
    player = SpeakerPlayer(
        name="loa-1",
        outlet=hardware.outlet(device, clock, lambda: 0.0),
        clock=clock,
        reporter=reporter,
        has=lambda _asset: True,
        decode=lambda _asset: np.full(int(LENGTH_S * SAMPLE_RATE_HZ), 7_000, np.int16),
        decoder=hardware.decoder,
        tune=no_air,
        report=lambda _on_air: None,
    )
    running = asyncio.create_task(player.run())
    start = datetime.now(UTC) + timedelta(seconds=1.5)
    player.follow(planned(start))
    await auntil(lambda: speaker.amplifier.is_on, why="the amplifier wakes")
    assert datetime.now(UTC) < start
    await auntil(reporter.pending, why="it was said")
    await auntil(lambda: not speaker.amplifier.is_on, why="the amplifier sleeps")
    heard = speaker.ear.heard(10)
    player.stop()
    await running
    hardware.close()
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
    (entry,) = reporter.pending()
    assert (entry.end_reason.value, entry.started_at >= start) == ("finished", True)
    assert np.count_nonzero(heard) == LENGTH_S * SAMPLE_RATE_HZ
    assert set(heard[heard != 0].tolist()) == {7_000}
