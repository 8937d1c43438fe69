"""A truck drives into a zone: receiver, gateway, controller and loudspeaker are real processes."""

import httpx
import numpy as np
import pytest
import tones
from waiting import until

from playlists.audio.decode import decode

pytestmark = pytest.mark.e2e

TRUCK, ZONE = "xe-loa", "cho-que"
"""The demo's own."""
TONE_HZ = 700.0


def test_what_is_said_in_a_zone_is_heard_once_as_loud_as_allowed_and_is_on_the_map(fresh_district):
    district = fresh_district
    district.start("controller")
    until(lambda: _answers(district), timeout_s=30, why="the controller answers")
    (zone,) = district.api.get("/zones").json()["items"]
    shape = {name: zone[name] for name in ("name", "polygon")} | {"cap_db": -12}
    district.api.put(f"/zones/{ZONE}", json=shape).raise_for_status()
    sound = tones.as_wav(tones.tone(TONE_HZ, 3.0, -20.0))
    clip = district.api.post("/clips", files={"file": ("loa.wav", sound)}).json()
    broadcast = district.broadcast("clip", clip["id"], f"zone:{ZONE}", duration_s=3600)
    assert broadcast["devices"] == [TRUCK]
    district.start("simulator")
    district.start("gateway")

    entry = until(
        lambda: next(iter(district.asrun(TRUCK)), None), timeout_s=60, why="proof of play"
    )
    assert (entry["broadcast"], entry["end_reason"]) == (broadcast["id"], "finished")
    assert entry["occurrence"].split("/")[1] == ZONE
    assert entry["detail"] == f"cap -12 dB: {ZONE}"
    assert 21.0 <= entry["started_lat"] <= 21.0016
    assert entry["started_lon"] == pytest.approx(105.8008, abs=1e-5)
    (truck,) = district.simulator.get("/trucks").json()
    assert truck["id"] == TRUCK
    assert entry["ended_lat"] <= truck["lat"] <= 21.0022, "it drives on"

    wav = district.simulator.get(f"/speakers/{TRUCK}.wav", params={"seconds": 60})
    heard = tones.from_wav(wav.raise_for_status().content)
    ((begin, end),) = tones.find_tone(heard, TONE_HZ)
    assert 2.5 < end - begin < 3.2
    bearer = {"Authorization": f"Bearer {district.demo.secrets[TRUCK]}"}
    asset = district.api.get(f"/assets/{entry['asset']}", headers=bearer).raise_for_status()
    recorded_db, heard_db = level_db(decode(asset.content)), level_db(heard)
    assert heard_db - recorded_db == pytest.approx(-12, abs=0.3)

    (feature,) = district.api.get("/asrun.geojson").json()["features"]
    assert feature["properties"]["broadcast"] == broadcast["id"]
    assert len(district.asrun(TRUCK)) == 1


def level_db(samples):
    """The level of the loudest second: the tone, not the silence around it."""
    ((begin, end),) = tones.find_tone(samples, TONE_HZ)
    middle = int((begin + end) / 2 * tones.RATE_HZ)
    second = samples[middle - tones.RATE_HZ // 2 : middle + tones.RATE_HZ // 2].astype(float)
    return 20 * np.log10(np.sqrt((second**2).mean()))


def _answers(district):
    try:
        return district.api.get("/areas").is_success
    except httpx.TransportError:
        return False
