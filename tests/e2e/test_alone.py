"""Devices play alone, and a killed controller loses nothing it accepted."""

import random
import signal
import threading
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
import tones
from waiting import until

from playlists.schedule import instant

pytestmark = pytest.mark.e2e

BOARD, SPEAKER = "bang-cong-chao", "loa-nha-van-hoa"
TONE_HZ = 880.0


def test_the_cached_plan_plays_when_controller_and_broker_are_gone(fresh_district):
    district = fresh_district
    district.start_all()
    clip = district.api.post(
        "/clips", files={"file": ("t.wav", tones.as_wav(tones.tone(TONE_HZ, 1.0, -15.0)))}
    ).json()
    start = datetime.now(UTC) + timedelta(seconds=8)
    later = {"start": instant.to_text(start), "duration_s": 120}
    text = district.say("Vẫn phát khi mất mạng", f"device:{BOARD}", **later)
    sound = district.broadcast("clip", clip["id"], f"device:{SPEAKER}", start=later["start"])
    expected = district.preview(text, BOARD)
    district.wait_confirmed()

    district.stop("controller", signal.SIGKILL)
    until(lambda: not listens(district.ports.mqtt), why="the broker died with its controller")
    assert datetime.now(UTC) < start, "the machine is too slow for this test's margin"
    district.stop("gateway", signal.SIGKILL)
    district.start("gateway")  # it boots from its disk, with nobody to ask

    until(
        lambda: np.array_equal(district.seen(BOARD), expected),
        timeout_s=20,
        why="the board plays alone",
    )
    until(lambda: heard(district), timeout_s=20, why="the loudspeaker plays alone")

    district.start("controller")
    until(lambda: alive(district), timeout_s=30, why="the controller is back")
    entry = until(lambda: proof(district, sound), timeout_s=30, why="proof arrives afterwards")
    assert [one["end_reason"] for one in entry] == ["finished"]
    until(lambda: district.now(BOARD)["broadcast"] == text["id"], why="the board reports again")


def test_no_accepted_request_is_lost_when_the_controller_is_killed(fresh_district):
    district = fresh_district
    district.start_all()
    chance = random.Random(20_261_124)
    accepted: list[str] = []
    for _ in range(4):
        killer = threading.Timer(chance.uniform(0.2, 1.2), kill, [district])
        killer.start()
        try:
            while True:
                text = f"Tin số {len(accepted)}"
                accepted.append(district.say(text, "area:quan-mau", duration_s=3600)["id"])
        except httpx.TransportError:
            killer.join()
        district.start("controller")
        until(lambda: alive(district), timeout_s=30, why="the controller is back")
        for name in accepted:
            found = district.api.get(f"/broadcasts/{name}")
            assert found.status_code == 200, name
            assert found.json()["state"] == "approved"
    assert accepted
    district.wait_confirmed()
    span = {"from": instant.to_text(datetime.now(UTC)), "to": instant.to_text(soon())}
    slots = district.api.get(f"/devices/{BOARD}/timeline", params=span).json()["items"]
    assert {one["broadcast"] for one in slots} >= set(accepted)


def kill(district):
    process = district.processes.pop("controller")
    process.kill()
    process.wait()


def alive(district):
    try:
        return httpx.get(f"{district.ports.url}/readyz").is_success
    except httpx.TransportError:
        return False


def soon():
    return datetime.now(UTC) + timedelta(minutes=10)


def listens(port):
    try:
        httpx.get(f"http://127.0.0.1:{port}", timeout=1)
    except httpx.ConnectError:
        return False
    except httpx.HTTPError:
        return True
    return True


def heard(district):
    wav = district.simulator.get(f"/speakers/{SPEAKER}.wav", params={"seconds": 20}).content
    return tones.find_tone(tones.from_wav(wav), TONE_HZ)


def proof(district, broadcast):
    return [one for one in district.asrun(SPEAKER) if one["broadcast"] == broadcast["id"]]
