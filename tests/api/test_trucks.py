"""Trucks over REST: zones, broadcasts into them, and the map of what was said where."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import tones
from serving import serving

from controller.store import proof
from firmware_bridge.link.messages import AsRun, EndReason

SQUARE = [[21.0, 105.0], [21.0, 105.01], [21.01, 105.01], [21.01, 105.0]]
ZONE = {"id": "cho", "name": "Chợ", "polygon": [*SQUARE, SQUARE[0]], "cap_db": -6}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        tokens = [controller.access.create_token(who, may_approve_alone=who == "Lan")
                  for who in ("Lan", "Minh")]  # fmt: skip
        chief, clerk = (
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}/api/v1",
                headers={"Authorization": f"Bearer {token}"},
                timeout=20,
            )
            for token in tokens
        )
        with chief, clerk:
            truck = {"id": "xe-1", "name": "Xe loa", "kind": "speaker", "area": "quan"}
            enrolled = chief.post("/devices", json={**truck, "mobile": True})
            assert enrolled.json()["device"]["mobile"] is True
            yield controller, chief, clerk


def test_the_life_of_a_zone(served):
    _, chief, clerk = served
    answer = chief.post("/zones", json=ZONE)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/api/v1/zones/cho"
    assert answer.json()["polygon"] == SQUARE, "closed rings are opened"
    assert clerk.get("/zones").json()["items"] == [answer.json()]
    assert clerk.get("/zones/cho").json() == answer.json()
    shape = {"name": "Trường", "polygon": SQUARE, "quiet": True}
    assert chief.put("/zones/cho", json=shape).json()["quiet"] is True
    assert clerk.put("/zones/cho", json=shape).status_code == 403
    assert clerk.delete("/zones/cho").status_code == 403
    assert chief.delete("/zones/cho").status_code == 204
    assert clerk.get("/zones/cho").status_code == 404
    assert chief.put("/zones/cho", json=shape).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"polygon": SQUARE[:2]}, "zone-points"),
        ({"polygon": [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]}, "zone-crosses-itself"),
        ({"polygon": [[lon, lat] for lat, lon in SQUARE]}, "zone-bad-place"),
        ({"polygon": [[21, 105], [21, 107], [22, 105]]}, "zone-size"),
        ({"polygon": [[21, 105, 3]] * 3}, "bad-request"),
        ({"polygon": [[21.0, 105.0]] * 1_000}, "bad-request"),
        ({"cap_db": 3}, "invalid"),
        ({"id": "Chợ"}, "invalid"),
        ({"colour": "red"}, "bad-request"),
    ],
)
def test_what_is_no_zone_is_told_in_two_languages(served, change, code):
    _, chief, _ = served
    problem = chief.post("/zones", json=ZONE | change)
    assert problem.status_code == 422
    told = problem.json()
    assert told["code"] == code
    assert told["detail"] != told["detail_en"]


def test_a_broadcast_into_a_zone_and_the_map_of_what_was_said(served):
    controller, chief, _ = served
    chief.post("/zones", json=ZONE)
    sound = tones.as_wav(tones.tone(500.0, 1.0, -20.0))
    clip = chief.post("/clips", files={"file": ("loa.wav", sound)}).json()["id"]
    rule = {"duration_s": 3600}
    asked = {"content": {"kind": "clip", "id": clip}, "targets": ["zone:cho"], "rule": rule}
    broadcast = chief.post("/broadcasts", json=asked).json()
    assert (broadcast["devices"], broadcast["zones"]) == (["xe-1"], [])
    asked |= {"targets": ["device:xe-1"], "zones": ["cho"]}
    assert chief.post("/broadcasts", json=asked).json()["zones"] == ["cho"]
    in_use = chief.delete("/zones/cho")
    assert (in_use.status_code, in_use.json()["reason"]) == (409, "in-use")

    now = datetime(2026, 11, 24, 5, tzinfo=UTC)
    name = f"{broadcast['id']}@x/cho/y"
    entry = {"broadcast": broadcast["id"], "occurrence": name, "asset": "cd" * 32}
    begun = {"planned_at": now, "started_at": now, "ended_at": now + timedelta(seconds=20)}
    places = [((21.0, 105.0), (21.001, 105.0)), ((21.0, 105.0), None), (None, None)]
    with controller.store.write() as tx:
        for seq, (start, end) in enumerate(places, start=1):
            one = AsRun(
                seq, **entry, **begun, end_reason=EndReason.FINISHED,
                started_where=start, ended_where=end,
            )  # fmt: skip
            proof.add_asrun(tx, "xe-1", one)
    log = chief.get("/asrun", params={"device": "xe-1"}).json()["items"]
    assert [one["started_lat"] for one in log] == [21.0, 21.0, None]
    answer = chief.get("/asrun.geojson", params={"device": "xe-1", "limit": 1})
    assert answer.headers["content-type"] == "application/geo+json"
    page = answer.json()
    assert page["type"] == "FeatureCollection"
    assert page["features"][0]["geometry"] == {
        "type": "LineString",
        "coordinates": [[105.0, 21.0], [105.0, 21.001]],
    }
    assert page["features"][0]["properties"]["broadcast"] == broadcast["id"]
    assert page["features"][0]["properties"]["started_at"] == "2026-11-24T05:00:00.000Z"
    rest = chief.get("/asrun.geojson", params={"cursor": page["next"]}).json()
    assert [one["geometry"]["type"] for one in rest["features"]] == ["Point"]
    assert rest["next"] is None
