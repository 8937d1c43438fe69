"""Why is this on? Over REST and on the console's page, in sentences."""

import httpx
import pytest
from serving import serving

API = "/api/v1"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("vì sao")) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        ) as client:
            yield client


@pytest.fixture(scope="module")
def shown(served):
    def create(text, priority):
        message = served.post(f"{API}/messages", json={"text": text}).json()
        body = {
            "content": {"kind": "message", "id": message["id"]},
            "targets": ["device:bang-1"],
            "rule": {"duration_s": 3600},
            "priority": priority,
        }
        return served.post(f"{API}/broadcasts", json=body).json(), body

    create("Họp tổ dân phố", 10)
    return create("Bão số 9", 90)


def test_the_winner_and_each_loser_are_told_in_sentences(served, shown):
    told = served.get(f"{API}/devices/bang-1/explain").json()
    assert "“Bão số 9”" in told["sentence"]["vi"]
    assert "strongest" in told["sentence"]["en"]
    assert told["on"][0]["broadcast"] == shown[0]["id"]
    (loser,) = told["off"]
    assert loser["reason"] == "lower-priority"
    assert loser["sentence"]["vi"] == "nhường “Bão số 9”: mức ưu tiên 90 cao hơn 10"
    assert told["said"]["gap"] == "never-heard"
    later = served.get(f"{API}/devices/bang-1/explain", params={"at": "2030-01-01T00:00:00Z"})
    assert later.status_code == 422
    assert "detail" in later.json()


def test_the_page_says_it_and_escapes_what_people_typed(served, shown):
    cookie = {"Authorization": served.headers["Authorization"]}
    page = served.get("/devices/bang-1/why", headers=cookie)
    assert page.status_code == 200
    assert "Bão số 9" in page.text
    assert "nhường" in page.text
    nobody = served.get("/devices/%3Cb%3E/why", headers=cookie)
    assert nobody.status_code == 404
    assert "<b>" not in nobody.text
    assert '/devices/bang-1/why"' in served.get("/", headers=cookie).text


def test_conflicts_are_told_before_anything_is_kept(served, shown):
    _, body = shown
    found = served.post(f"{API}/broadcasts/check", json={**body, "priority": 1}).json()
    assert found["total"] == len(found["items"]) == 3
    assert found["items"][0]["kind"] == "shadowed"
    assert "Bão số 9" in " ".join(one["sentence"]["vi"] for one in found["items"])
    kept = served.get(f"{API}/broadcasts/{shown[0]['id']}/conflicts").json()
    assert [one["kind"] for one in kept["items"]] == ["never-confirmed"]


def test_what_was_cancelled_and_who_lags_is_summed_up(served, shown):
    lagging = served.get(f"{API}/delivery/lagging").json()["items"]
    assert {one["reason"] for one in lagging} == {"never-heard"}
    served.post(f"{API}/broadcasts/{shown[0]['id']}/cancel")
    reach = served.get(f"{API}/broadcasts/{shown[0]['id']}/reach").json()
    assert reach["sentence"]["vi"] == "1 thiết bị đã tắt."
