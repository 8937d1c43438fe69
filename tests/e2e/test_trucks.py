"""A truck drives into a zone: receiver, gateway, controller and loudspeaker are real processes."""

import httpx
import numpy as np
import pytest
import tones
from waiting import until

from api.cli.wiring import free_ports
from playlists.audio.decode import decode

pytestmark = pytest.mark.e2e

TRUCK = "xe-loa-1"
SQUARE = [[21.0, 105.0], [21.0, 105.004], [21.004, 105.004], [21.004, 105.0]]
TONE_HZ = 700.0


def equip(district):
    """Enrol a truck, and tell gateway and simulator of it."""
    area = district.api.get("/areas").json()["items"][0]["id"]
    device = {"id": TRUCK, "name": "Xe loa", "kind": "speaker", "area": area, "mobile": True}
    secret = district.post("/devices", **device)["secret"]
    (port,) = free_ports(1)
    line = district.folder / "lines" / "gps-xe"
    with (district.folder / "gateway.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'\n[[device]]\nid = "{TRUCK}"\nkind = "speaker"\nsecret = "{secret}"\n'
            f'driver = "pcm"\nport = "127.0.0.1:{port}"\ngps = "{line}"\n'
        )
    with (district.folder / "simulator.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'\n[[speaker]]\nid = "{TRUCK}"\nport = {port}\n'
            f'\n[[truck]]\nid = "{TRUCK}"\ngps = "{line}"\nloop = false\n'
            "route = [[20.9998, 105.002, 36], [21.002, 105.002, 20, 3600]]\n"
        )
    return secret


def test_what_is_said_in_a_zone_is_heard_once_as_loud_as_allowed_and_is_on_the_map(fresh_district):
    district = fresh_district
    district.start("controller")
    until(lambda: _answers(district), timeout_s=30, why="the controller answers")
    secret = equip(district)
    district.post("/zones", id="cho", name="Chợ", polygon=SQUARE, cap_db=-12)
    sound = tones.as_wav(tones.tone(TONE_HZ, 3.0, -20.0))
    clip = district.api.post("/clips", files={"file": ("loa.wav", sound)}).json()
    broadcast = district.broadcast("clip", clip["id"], "zone:cho", duration_s=3600)
    assert broadcast["devices"] == [TRUCK]
    district.start("simulator")
    district.start("gateway")

    entry = until(
        lambda: next(iter(district.asrun(TRUCK)), None), timeout_s=60, why="proof of play"
    )
    assert (entry["broadcast"], entry["end_reason"]) == (broadcast["id"], "finished")
    assert entry["occurrence"].split("/")[1] == "cho"
    assert 21.0 <= entry["started_lat"] <= 21.002
    assert entry["started_lon"] == pytest.approx(105.002, abs=1e-5)

    wav = district.simulator.get(f"/speakers/{TRUCK}.wav", params={"seconds": 60})
    heard = tones.from_wav(wav.raise_for_status().content)
    ((begin, end),) = tones.find_tone(heard, TONE_HZ)
    assert 2.5 < end - begin < 3.2
    bearer = {"Authorization": f"Bearer {secret}"}
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
