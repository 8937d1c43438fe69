"""Hours over REST: rules, what a loudspeaker stands near, the report, and who may."""

import httpx
import pytest
from serving import serving


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        tokens = {
            "chief": controller.access.create_token("Lan", may_approve_alone=True),
            "clerk": controller.access.create_token("Minh", may_approve_alone=False),
        }
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=20) as client:
            yield (
                client,
                {who: {"Authorization": f"Bearer {token}"} for who, token in tokens.items()},
            )


def test_the_rules_of_an_area_are_read_changed_and_dropped(served):
    client, who = served
    told = client.get("/areas/phuong/hours", headers=who["clerk"]).json()
    assert told["hours"]["name"] == "Liên Chiểu, Đà Nẵng"
    own = {"preset": "ha-noi-noi-thanh", "extra_days": ["2027-02-07"], "exempt": ["priority"]}
    answer = client.put("/areas/phuong/hours", json=own, headers=who["chief"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["hours"]["extra_days"] == ["2027-02-07"]
    areas = client.get("/areas", headers=who["clerk"]).json()["items"]
    assert [area["id"] for area in areas if area["hours"]] == ["phuong"]
    dropped = client.delete("/areas/phuong/hours", headers=who["chief"]).json()
    assert dropped == told
    assert client.get("/areas/x/hours", headers=who["clerk"]).status_code == 404


def test_rules_that_make_no_sense_and_people_who_may_not(served):
    client, who = served
    nonsense = client.put("/areas/phuong/hours", json={"sessions_per_day": 0}, headers=who["chief"])
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "bad-request")
    assert "sessions_per_day" in nonsense.json()["detail"]
    other = client.put("/areas/phuong/hours", json={"preset": "hue"}, headers=who["chief"])
    assert other.json()["code"] == "unknown-preset"
    for answer in (
        client.put("/areas/phuong/hours", json={}, headers=who["clerk"]),
        client.delete("/areas/phuong/hours", headers=who["clerk"]),
        client.put("/devices/loa-2/near", json={"near": []}, headers=who["clerk"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_what_a_loudspeaker_stands_near(served):
    client, who = served
    answer = client.put("/devices/loa-2/near", json={"near": ["school"]}, headers=who["chief"])
    assert answer.json() == {"near": ["school"]}
    assert client.get("/devices/loa-2", headers=who["clerk"]).json()["near"] == ["school"]
    moon = client.put("/devices/loa-2/near", json={"near": ["moon"]}, headers=who["chief"])
    assert moon.status_code == 422


def test_the_report_is_a_page(served):
    client, who = served
    asked = {"area": "quan", "from": "2026-11-20T00:00:00Z", "to": "2026-11-27T00:00:00Z"}
    answer = client.get("/reports/hours", params=asked, headers=who["clerk"])
    assert answer.json() == {"items": [], "next": None}
    assert client.get("/reports/hours", params={"area": "quan"}, headers=who["clerk"]).is_success
    wrong = client.get("/reports/hours", params=asked | {"to": "x"}, headers=who["clerk"])
    assert wrong.status_code == 422
