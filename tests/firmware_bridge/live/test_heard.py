"""What is on the air is heard at a loudspeaker, through a whole gateway, and is proved."""

import asyncio
import base64
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
import speaking
import stations
import tones
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from waiting import auntil
from webs import Web

from firmware_bridge import config
from firmware_bridge.cache import PlanCache
from firmware_bridge.clock import SystemClock
from firmware_bridge.gateway import Gateway
from firmware_bridge.hardware import Hardware
from firmware_bridge.link.envelope import Domain, seal, trusted
from firmware_bridge.reporter import Reporter
from playlists.audio.loudness import measure
from playlists.schedule import plan as plans
from playlists.schedule.asset import Asset, Live
from playlists.schedule.plan import BroadcastClass, Item, Plan
from simulator.speakers.speaker import SimulatedSpeaker

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RAW = KEY.public_key().public_bytes_raw()
UNIT = "loa-1"


class Unit:
    """A gateway with one loudspeaker, whose plan is on its disk."""

    def __init__(self, folder, controller_url):
        self.folder = folder
        self.url = controller_url
        self.speaker = SimulatedSpeaker(UNIT, "127.0.0.1", 0)

    @asynccontextmanager
    async def plays(self, live, begin, length_s):
        await self.speaker.start()
        (self.folder / "gateway.toml").write_text(
            f"[controller]\nurl = '{self.url}'\nmqtt_url = 'mqtt://127.0.0.1:9'\n"
            f"tenant = 'demo'\nplan_keys = ['{base64.b64encode(RAW).decode()}']\ndata = 'field'\n"
            f"[[device]]\nid = '{UNIT}'\nkind = 'speaker'\nsecret = 'bi-mat'\ndriver = 'pcm'\n"
            f"port = '127.0.0.1:{self.speaker.port}'\n"
        )
        settings = config.read(self.folder / "gateway.toml")
        end = begin + timedelta(seconds=length_s)
        sound = Asset.stream(live)
        item = Item("r@1", "r", sound, BroadcastClass.PRIORITY, 50, begin, end)
        day = timedelta(days=1)
        plan = Plan("demo", UNIT, 1, begin - day, begin - day, begin + day, (item,))
        keys = trusted(RAW)
        cache = PlanCache(settings.data / UNIT, tenant="demo", device=UNIT, keys=keys)
        cache.accept(seal(plans.encode(plan), Domain.PLAN, KEY), None)
        stop, hardware = asyncio.Event(), Hardware()
        async with httpx.AsyncClient(trust_env=False) as http:
            running = asyncio.create_task(
                Gateway(settings, hardware, http, SystemClock()).run(stop)
            )
            try:
                yield self.speaker.ear
            finally:
                stop.set()
                await running
                hardware.close()
                await self.speaker.stop()

    def proof(self):
        return Reporter(self.folder / "field" / UNIT / "asrun.log").pending()

    def ended(self):
        log = self.folder / "field" / UNIT / "asrun.log"
        return log.exists() and b'"do": "end"' in log.read_bytes().replace(b'":"', b'": "')


@contextmanager
def icecast(samples):
    with stations.icecast() as port, stations.on_air(port, "/tinh.mp3", "mp3", samples):
        yield f"http://127.0.0.1:{port}/tinh.mp3"


def test_a_station_is_heard_on_time_and_no_longer_than_planned(tmp_path):
    async def listen(url):
        begin = datetime.now(UTC) + timedelta(seconds=4)
        unit = Unit(tmp_path, "http://127.0.0.1:9")
        async with unit.plays(Live(url, 5_000, ends=False), begin, 3) as ear:
            await auntil(unit.ended, timeout_s=30, why="it is over")
            await auntil(lambda: not ear.heard(0.1).any(), why="it is silent")
            return unit, begin, ear.heard(8), datetime.now(UTC)

    with icecast(tones.tone(440.0, 1.0, -8.0)) as url:
        unit, begin, heard, until = asyncio.run(listen(url))
    ((tone_from, tone_to),) = tones.find_tone(heard, 440.0)
    began = until - timedelta(seconds=len(heard) / tones.RATE_HZ - tone_from)
    assert abs(began - begin) < timedelta(seconds=0.3)
    assert tone_to - tone_from == pytest.approx(3, abs=0.15)
    middle = heard[int((tone_from + 0.2) * tones.RATE_HZ) : int((tone_to - 0.2) * tones.RATE_HZ)]
    assert tones.strongest_hz(middle) == pytest.approx(440, abs=1)
    assert measure(middle).integrated_lufs == pytest.approx(-16, abs=1)
    (entry,) = unit.proof()
    assert (entry.end_reason.value, entry.detail) == ("finished", "")


def test_a_page_is_heard_while_it_is_spoken(tmp_path):
    quiet, loud = np.zeros(tones.RATE_HZ * 3 // 2, np.int16), tones.tone(700.0, 0.5, -12.0)
    person = speaking.Speaker(np.concatenate([quiet, loud, quiet[: tones.RATE_HZ // 2]]))

    async def listen(web):
        unit = Unit(tmp_path, web.url(""))
        live = Live("/api/v1/pages/p/sound", 5_000, ends=True)
        async with unit.plays(live, datetime.now(UTC), 60) as ear:
            await auntil(unit.ended, timeout_s=30, why="the page is over")
            return unit, ear.onset_s(person.began_s), web.secrets

    with Web() as web:
        web.spoken["/api/v1/pages/p/sound"] = person
        unit, onset_s, secrets = asyncio.run(listen(web))
    latency_s = onset_s - (person.began_s + 1.5)
    assert 0.2 < latency_s < 1.5, "0.36 s when nothing else runs"
    assert secrets == [b"Bearer bi-mat"]
    (entry,) = unit.proof()
    assert entry.end_reason.value == "finished"
