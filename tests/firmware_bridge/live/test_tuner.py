"""The tuner's process against real stations, and against those that mean harm."""

import asyncio
import functools
import io
import os
import wave as wave_files
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import stations
import tones
from waiting import auntil
from webs import Web

from firmware_bridge.assets import Source
from firmware_bridge.clock import SystemClock
from firmware_bridge.live import packets, reception
from firmware_bridge.live.receiver import Tuning
from playlists.audio.loudness import measure
from playlists.schedule.asset import Asset, Live
from playlists.schedule.plan import BroadcastClass, Item

HOUR = timedelta(hours=1)
NOWHERE = "http://127.0.0.1:9"


def on_a_loop(test):
    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run


async def received(url, *, seconds=1e9, controller=NOWHERE, secret="bi-mat", ends=False):
    """What a tuner makes of an address: its packets, and how it ended."""
    tuning = Tuning(Source(controller, secret))
    receiver = await tuning(Live(url, 5_000, ends=ends), HOUR)
    data = b""
    try:
        while len(data) < seconds * 50 * packets.PACKET.itemsize and (
            more := await receiver.read()
        ):
            data += more
    finally:
        ended = await receiver.close()
    return packets.unpacked(data)[0], ended


def surround(freq_hz, duration_s):
    """A file of eight channels at 192,000 samples a second."""
    at_s = np.arange(int(duration_s * 192_000)) / 192_000
    one = np.rint(np.sin(2 * np.pi * freq_hz * at_s) * 3_000).astype("<i2")
    buffer = io.BytesIO()
    with wave_files.open(buffer, "wb") as file:
        file.setnchannels(8)
        file.setsampwidth(2)
        file.setframerate(192_000)
        file.writeframes(np.repeat(one, 8).tobytes())
    return buffer.getvalue()


def wave(got):
    return got["samples"].reshape(-1)


@pytest.fixture(scope="module")
def icecast():
    with stations.icecast() as port:
        yield port


@pytest.fixture
def web():
    with Web() as it:
        yield it


@pytest.mark.parametrize(("kind", "hz"), [("mp3", 440.0), ("aac", 700.0), ("opus", 1250.0)])
def test_icecast_is_received(icecast, kind, hz):
    sent = tones.tone(hz, 1.0, -25.0)
    with stations.on_air(icecast, f"/{kind}", kind, sent):
        got, _ = asyncio.run(received(f"http://127.0.0.1:{icecast}/{kind}", seconds=2))
    heard = wave(got)[packets.LENGTH * 10 :]
    assert tones.strongest_hz(heard) == pytest.approx(hz, abs=1)
    assert measure(heard).integrated_lufs == pytest.approx(-16, abs=1)
    assert np.median(got["level_db"]) == pytest.approx(-28, abs=0.5), "as it came: -25 peak"


@on_a_loop
async def test_hls_is_received_to_its_end(tmp_path, web):
    stations.hls(tmp_path, tones.tone(700.0, 4, -10.0))
    web.folder = tmp_path
    got, ended = await received(web.url("/kenh.m3u8"))
    assert ended.over
    assert len(wave(got)) == pytest.approx(4 * tones.RATE_HZ, rel=0.02)
    heard = wave(got)[packets.LENGTH * 10 : -packets.LENGTH * 10]
    assert tones.strongest_hz(heard) == pytest.approx(700, abs=1)
    loudness = measure(heard)
    assert loudness.integrated_lufs == pytest.approx(-16, abs=0.7)
    assert len(web.seen) == 6, "the playlist, and each segment once"


@on_a_loop
async def test_a_page_is_ours_untouched_and_gets_the_secret(web):
    sent = tones.tone(500.0, 2, -6.0)
    web.files["/api/v1/pages/p/sound"] = "audio/ogg", tones.packed([sent], "ogg", "libopus")
    got, ended = await received(
        "/api/v1/pages/p/sound", controller=web.url(""), secret="bi-mat", ends=True
    )
    assert ended.over
    middle = wave(got)[tones.RATE_HZ // 2 : tones.RATE_HZ]
    assert np.abs(middle.astype(int)).max() == pytest.approx(32_767 / 2, rel=0.05)
    assert web.secrets == [b"Bearer bi-mat"]


@on_a_loop
async def test_a_relay_gets_no_secret_and_leads_not_to_the_controller(web):
    with Web() as controller:
        controller.files["/k.wav"] = "audio/wav", tones.as_wav(tones.tone(500.0, 1, -6.0))
        web.moved["/k"] = controller.url("/k.wav")
        web.moved["/far"] = web.url("/k.wav")
        web.files["/k.wav"] = controller.files["/k.wav"]
        _, ended = await received(web.url("/k"), controller=controller.url(""))
        assert ended.why == "it leads to the controller"
        assert controller.seen == []
        got, _ = await received(web.url("/far"), controller=controller.url(""))
        assert len(got) >= 49, "all but what the limiter looks ahead"
        assert web.secrets == []


@on_a_loop
async def test_a_page_follows_nobody_with_its_secret(web):
    with Web() as other:
        web.moved["/api/v1/pages/p/sound"] = other.url("/k.wav")
        _, ended = await received("/api/v1/pages/p/sound", controller=web.url(""), ends=True)
        assert ended.why == "the controller's page leads elsewhere"
        assert other.seen == []


HOSTILE = {
    "/to-a-file": "it leads to file",
    "/round": "it leads on and on",
    "/endless-headers": "RemoteProtocolError",
    "/text": "it is no sound: text/plain",
    "/text-as-mp3": "it cannot be decoded",
    "/nothing": "it is no sound",
    "/missing": "the server answered 404",
    "/lists-a-file.m3u8": "it cannot be decoded",
    "/lists-itself.m3u8": "it cannot be decoded",
    "/lists-variants.m3u8": "no sound after 24 addresses",
    "/half.wav": "RemoteProtocolError",
}


def harm(web):
    """Have a server answer what no station should."""
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n"
    variants = "#EXTM3U\n" + "#EXT-X-STREAM-INF:BANDWIDTH=1\n/lists-variants.m3u8\n" * 50
    text, kind = "Xin chào bà con. ".encode() * 10_000, "application/vnd.apple.mpegurl"
    web.moved |= {"/to-a-file": "file:///etc/passwd", "/round": web.url("/round")}
    web.files |= {
        "/text": ("text/plain", text),
        "/text-as-mp3": ("audio/mpeg", text),
        "/nothing": ("audio/mpeg", b""),
        "/lists-a-file.m3u8": (kind, playlist.format("file:///etc/passwd").encode()),
        "/lists-itself.m3u8": (kind, playlist.format("/lists-itself.m3u8").encode()),
        "/lists-variants.m3u8": (kind, variants.encode()),
    }
    web.cut["/half.wav"] = "audio/wav", tones.as_wav(tones.tone(500.0, 4, -6.0))[:4_000]


@on_a_loop
async def test_hostile_stations_are_refused(web):
    harm(web)
    told = await asyncio.gather(*(received(web.url(path)) for path in HOSTILE))
    for (path, why), (got, ended) in zip(HOSTILE.items(), told, strict=True):
        assert not ended.over, path
        assert ended.why.startswith(why), path
        assert len(got) <= 3, path
        assert web.seen.count(path) <= 24, "it is not led about without end"


@pytest.mark.parametrize("shape", ["octaves", "changing"])
def test_odd_streams_are_heard_all_the_same(web, shape):
    if shape == "octaves":
        web.files["/k"] = "audio/wav", surround(500.0, 1.6)
    else:
        first, second = (tones.packed([tones.tone(500.0, 1, -12)], "adts", "aac", rate_hz=rate)
                         for rate in (48_000, 22_050))  # fmt: skip
        web.files["/k"] = "audio/aac", first + second
    got, ended = asyncio.run(received(web.url("/k")))
    assert ended.over
    heard = wave(got)
    assert len(heard) == pytest.approx((1.6 if shape == "octaves" else 2) * tones.RATE_HZ, rel=0.05)
    for part in np.array_split(heard, 4):
        assert tones.strongest_hz(part[2_000:-2_000]) == pytest.approx(500, abs=3)


@on_a_loop
async def test_a_tuner_is_limited_and_ends_with_its_reader(web):
    web.files["/k.wav"] = "audio/wav", tones.as_wav(tones.tone(500.0, 60, -6.0))
    receiver = await Tuning(Source(NOWHERE, "x"))(Live(web.url("/k.wav"), 5_000, ends=False), HOUR)
    await receiver.read()
    process = Path("/proc") / str(receiver._process.pid)
    limits = (process / "limits").read_text("ascii")
    told = {line[:26].strip(): line[26:47].strip() for line in limits.splitlines()}
    assert told["Max address space"] == str(768 << 20)
    assert told["Max file size"] == "0"
    assert told["Max cpu time"] == "1860"
    assert told["Max open files"] == "24"
    assert b"bi-mat" not in (process / "cmdline").read_bytes()
    ended = await receiver.close()
    assert not ended.over
    assert not process.exists()


@on_a_loop
async def test_a_station_that_says_nothing_is_left(web, monkeypatch):
    """What stalls the process does not stall us: it is ended, and tried again."""
    monkeypatch.setattr(reception, "RELAY_STALLS", timedelta(seconds=2))
    tunings = Tuning(Source(NOWHERE, "x"))
    started = []

    async def tune(live, length):
        started.append(await tunings(live, length))
        return started[-1]

    lives = [Live(web.url(path), 1_000, ends=False) for path in ("/mute", "/slow")]
    now = datetime.now(UTC)
    receptions = [
        reception.Reception(
            Item("x", "x", Asset.stream(live), BroadcastClass.NORMAL, 0, now, now + HOUR),
            live,
            tune=tune,
            clock=SystemClock(),
            fallback=lambda: None,
            changed=lambda: None,
        )
        for live in lives
    ]
    await auntil(lambda: len(started) >= 4, timeout_s=20, why="each is tried again")
    assert all(one.is_lost and one.why == "nothing comes" for one in receptions)
    for one in receptions:
        await one.close()
    assert not any((Path("/proc") / str(one._process.pid)).exists() for one in started)


def test_no_proxy_of_the_environment_is_asked(web, monkeypatch):
    with Web() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url(""))
        web.files["/k.wav"] = "audio/wav", tones.as_wav(tones.tone(500.0, 1, -6.0))
        got, _ = asyncio.run(received(web.url("/k.wav")))
        assert len(got) >= 49, "all but what the limiter looks ahead"
        assert proxy.seen == []
    assert "http_proxy" in os.environ
