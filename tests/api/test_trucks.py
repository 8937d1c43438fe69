"""Trucks over REST: zones, broadcasts into them, and the map of what was said where."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import tones
from serving import serving

from controller.store import plans, proof
from firmware_bridge.link.messages import AsRun, EndReason
from playlists.schedule import plan
from playlists.schedule.passes import DEFAULT_RULES

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


USUAL = {
    "settle_s": 30, "settle_m": 40, "max_speed_kmh": 43.2, "lost_after_s": 15,
    "when_lost": "finish", "when_left": "finish",
}  # fmt: skip


def plan_of(controller, device):
    with controller.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload)


def test_the_rules_of_a_truck_are_read_changed_and_reach_its_plan(served):
    controller, chief, clerk = served
    assert clerk.get("/devices/xe-1/passes").json() == USUAL
    before = plan_of(controller, "xe-1")
    asked = {"settle_s": 10, "max_speed_kmh": 20, "when_left": "stop"}
    changed = chief.put("/devices/xe-1/passes", json=asked)
    assert changed.json() == USUAL | asked
    assert clerk.get("/devices/xe-1/passes").json() == USUAL | asked
    after = plan_of(controller, "xe-1")
    assert after.version > before.version
    assert after.pass_rules.max_speed_m_s == pytest.approx(20 / 3.6, abs=0.001)
    assert (after.pass_rules.settle_s, after.pass_rules.when_left) == (10, "stop")
    assert clerk.put("/devices/xe-1/passes", json={}).status_code == 403
    assert chief.put("/devices/xe-1/passes", json={}).json() == USUAL
    assert plan_of(controller, "xe-1").pass_rules == DEFAULT_RULES


@pytest.mark.parametrize(
    ("field", "wrong", "code"),
    [
        ("settle_s", 0.9, "pass-rule-bounds"),
        ("settle_s", 3601, "pass-rule-bounds"),
        ("settle_m", 4, "pass-rule-bounds"),
        ("settle_m", 1001, "pass-rule-bounds"),
        ("max_speed_kmh", 4, "pass-rule-bounds"),
        ("max_speed_kmh", 181, "pass-rule-bounds"),
        ("lost_after_s", 2, "pass-rule-bounds"),
        ("lost_after_s", 1e300, "pass-rule-bounds"),
        ("when_left", "perhaps", "bad-request"),
        ("colour", "red", "bad-request"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_name(served, field, wrong, code):
    _, chief, _ = served
    problem = chief.put("/devices/xe-1/passes", json={field: wrong})
    assert problem.status_code == 422
    assert problem.json()["code"] == code
    assert field in problem.json()["detail"]
    assert chief.get("/devices/xe-1/passes").json() == USUAL


def test_a_loudspeaker_is_put_on_a_truck_and_taken_off(served):
    controller, chief, clerk = served
    fixed = {"id": "loa-xe", "name": "Loa", "kind": "speaker", "area": "quan"}
    chief.post("/devices", json=fixed)
    board = {"id": "bang-xe", "name": "Bảng", "kind": "board", "area": "quan"}
    board |= {"width_px": 64, "height_px": 16}
    chief.post("/devices", json=board)
    chief.post("/zones", json=ZONE | {"id": "yen", "quiet": True})
    refused = chief.put("/devices/loa-xe/passes", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "not-a-truck")
    assert plan_of(controller, "loa-xe").zones == ()
    assert clerk.put("/devices/loa-xe/mobile", json={"mobile": True}).status_code == 403
    assert chief.put("/devices/loa-xe/mobile", json={"mobile": True}).json()["mobile"] is True
    assert "yen" in {zone.id for zone in plan_of(controller, "loa-xe").zones}
    chief.put("/devices/loa-xe/passes", json={"settle_m": 60})
    assert plan_of(controller, "loa-xe").pass_rules.settle_m == 60
    assert chief.put("/devices/loa-xe/mobile", json={"mobile": False}).json()["mobile"] is False
    assert plan_of(controller, "loa-xe").zones == ()
    assert plan_of(controller, "loa-xe").pass_rules == DEFAULT_RULES
    on_a_board = chief.put("/devices/bang-xe/mobile", json={"mobile": True})
    assert (on_a_board.status_code, on_a_board.json()["code"]) == (422, "not-a-speaker")
    enrolled = chief.post("/devices", json=board | {"id": "bang-2", "mobile": True})
    assert enrolled.json()["code"] == "not-a-speaker"
    assert chief.put("/devices/x/mobile", json={"mobile": True}).status_code == 404
    chief.delete("/zones/yen")


def test_a_truck_for_which_a_broadcast_into_zones_waits_stays_a_truck(served):
    _, chief, _ = served
    chief.post("/devices", json={"id": "xe-2", "name": "Xe", "kind": "speaker", "area": "quan"})
    chief.put("/devices/xe-2/mobile", json={"mobile": True})
    chief.post("/zones", json=ZONE)
    sound = tones.as_wav(tones.tone(510.0, 1.0, -20.0))
    clip = chief.post("/clips", files={"file": ("loa.wav", sound)}).json()["id"]
    asked = {"content": {"kind": "clip", "id": clip}, "targets": ["device:xe-2"]}
    asked |= {"zones": ["cho"], "rule": {"duration_s": 3600}}
    broadcast = chief.post("/broadcasts", json=asked).json()["id"]
    in_use = chief.put("/devices/xe-2/mobile", json={"mobile": False})
    assert (in_use.status_code, in_use.json()["code"]) == (409, "truck-in-use")
    assert broadcast in in_use.json()["detail"]
    chief.post(f"/broadcasts/{broadcast}/cancel")
    assert chief.put("/devices/xe-2/mobile", json={"mobile": False}).status_code == 200
