"""REST on a real controller, in one process."""

import json

import httpx
import pytest
import tones
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import serving


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        clerk = controller.access.create_token("Minh", may_approve_alone=False)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        ) as client:
            client.get("/livez", headers={"connection": "close"})
            yield controller, client, clerk


@pytest.fixture
def client(served):
    return served[1]


OPEN = {"/livez", "/readyz", "/metrics", "/", "/sign-in", "/sign-out", "/favicon.ico"}
CITIZENS = "/feed/"
"""What was said in the street anybody may read."""


def test_everything_else_asks_who_you_are(served):
    _, client, _ = served
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    tried = 0
    for path, methods in paths.items():
        for method in methods:
            if path not in OPEN and not path.startswith(CITIZENS):
                answer = client.request(
                    method,
                    path.replace("{", "").replace("}", ""),
                    headers={"Authorization": "Bearer wrong", "Content-Type": "application/json"},
                    content=b"{}" if method == "post" else None,
                )
                assert answer.status_code == 401, (method, path)
                assert answer.json()["code"] in {"not-authenticated", "not-a-source"}
                tried += 1
    assert tried > 20


def test_health_and_figures(client):
    assert client.get("/livez").json() == {"alive": True}
    assert client.get("/readyz").status_code in {200, 503}
    figures = client.get("/metrics").text
    assert 'signcast_devices{state="offline"} 5.0' in figures


def test_every_answer_carries_its_policy(client):
    headers = client.get("/").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_way_of_a_broadcast(served):
    _, client, clerk = served
    made = client.post("/api/v1/messages", json={"text": "Họp tổ"})
    assert made.status_code == 201
    assert client.get(made.headers["location"]).json() == made.json()
    preview = client.get(f"{made.headers['location']}/preview.png", params={"device": "bang-1"})
    assert preview.content.startswith(b"\x89PNG")
    asked = {
        "content": {"kind": "message", "id": made.json()["id"]},
        "targets": ["device:bang-1"],
        "rule": {"duration_s": 60},
        "class": "priority",
        "priority": 70,
    }
    by_clerk = {"Authorization": f"Bearer {clerk}"}
    submitted = client.post("/api/v1/broadcasts", json=asked, headers=by_clerk).json()
    assert submitted["state"] == "submitted"
    assert (submitted["class"], submitted["priority"]) == ("priority", 70)
    where = f"/api/v1/broadcasts/{submitted['id']}"
    assert client.post(f"{where}/approve", headers=by_clerk).status_code == 403
    assert client.post(f"{where}/approve").json()["state"] == "approved"
    assert client.post(f"{where}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{where}/approve").status_code == 409
    assert client.get(where).json()["cancelled_by"] == "Lan"
    now = client.get("/api/v1/devices/bang-1/now").json()
    assert now["delivery"]["desired_version"] >= 3
    assert now["online"] is False


def test_an_idempotency_key_repeats_the_answer(client):
    message = client.post("/api/v1/messages", json={"text": "Một lần"}).json()["id"]
    asked = {
        "content": {"kind": "message", "id": message},
        "targets": ["device:bang-2"],
        "rule": {"duration_s": 60},
    }
    answers = [
        client.post("/api/v1/broadcasts", json=asked, headers={"Idempotency-Key": "k"}).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]


def test_clips_and_playlists(client):
    wav = tones.as_wav(tones.tone(500.0, 0.5, -20.0))
    clip = client.post("/api/v1/clips", files={"file": ("chuông.wav", wav)}).json()
    assert (clip["name"], clip["duration_ms"]) == ("chuông.wav", 500)
    asked = {"name": "Sáng", "items": [{"kind": "clip", "id": clip["id"]}], "chime": "two-tone"}
    made = client.post("/api/v1/playlists", json=asked)
    assert made.status_code == 201
    assert client.get(made.headers["location"]).json()["items"] == asked["items"]
    for wrong in ({"chime": "bells"}, {"gap_s": 1e9}, {"items": []}, {"name": " "}):
        assert client.post("/api/v1/playlists", json=asked | wrong).status_code == 422
    missing = asked | {"items": [{"id": "none"}]}
    assert client.post("/api/v1/playlists", json=missing).status_code == 404


def test_sounds_are_measured_and_drawn(client):
    wav = tones.as_wav(tones.tone(500.0, 1.0, -20.0))
    asked = {"kind": "music", "name": "Nhạc"}
    music = client.post("/api/v1/clips", files={"file": ("n.wav", wav)}, data=asked).json()
    assert music["kind"] == "music"
    assert music["loudness_lufs"] == pytest.approx(-23.0, abs=1)
    assert music["true_peak_dbtp"] == pytest.approx(-20.0, abs=0.5)
    wrong = client.post("/api/v1/clips", files={"file": ("n.wav", wav)}, data={"kind": "noise"})
    assert wrong.status_code == 422
    drawn = client.get(f"/api/v1/clips/{music['id']}/waveform", params={"points": 20}).json()
    assert drawn["duration_ms"] == 1_000
    assert len(drawn["peaks"]) == 20
    assert max(drawn["peaks"]) == pytest.approx(0.1, abs=0.01)
    for points in (0, 1_001, "x"):
        path = f"/api/v1/clips/{music['id']}/waveform"
        assert client.get(path, params={"points": points}).status_code == 422
    assert client.get("/api/v1/clips/none/waveform").status_code == 404
    bed = {"clip": music["id"], "duck_db": 10.0}
    items = [{"kind": "clip", "id": music["id"], "repeats": 2, "fade_out_s": 0.5}]
    made = client.post("/api/v1/playlists", json={"name": "Nền", "items": items, "bed": bed})
    shown = client.get(made.headers["location"]).json()
    assert (shown["items"], shown["bed"], shown["chime"]) == (items, bed, None)


def test_a_rendered_sound_tells_how_loud_it_is(client):
    wav = tones.as_wav(tones.tone(500.0, 1.0, -30.0))
    clip = client.post("/api/v1/clips", files={"file": ("t.wav", wav)}).json()
    asked = {
        "content": {"kind": "clip", "id": clip["id"]},
        "targets": ["area:quan"],
        "rule": {"duration_s": 5},
        "class": "emergency",
    }
    made = client.post("/api/v1/broadcasts", json=asked).json()
    device = made["devices"][0]
    slots = client.get(f"/api/v1/devices/{device}/timeline").json()["items"]
    asset = next(slot["asset"] for slot in slots if slot["broadcast"] == made["id"])
    sound = client.get(f"/api/v1/sounds/{asset}").json()
    assert (sound["codec"], sound["target_lufs"]) == ("opus", -16.0)
    assert sound["loudness_lufs"] == pytest.approx(-16.0, abs=0.5)
    assert sound["true_peak_dbtp"] <= -1.5
    assert client.get(f"/api/v1/sounds/{'0' * 64}").status_code == 404


def test_areas_and_groups(client):
    assert client.post(
        "/api/v1/areas", json={"id": "to-1", "name": "Tổ 1", "parent": "quan"}
    ).is_success
    assert client.post("/api/v1/areas", json={"id": "to-1", "name": "Tổ 1"}).status_code == 409
    bad_zone = {"id": "to-2", "name": "x", "tz": "Mars/Olympus"}
    assert client.post("/api/v1/areas", json=bad_zone).json()["code"] == "unknown-zone"
    group = {"id": "cong", "name": "Cổng", "devices": ["bang-1", "bang-1"]}
    assert client.post("/api/v1/groups", json=group).json()["devices"] == ["bang-1"]
    assert client.get("/api/v1/groups").json()["items"][0]["id"] == "cong"
    assert len(client.get("/api/v1/devices").json()["items"]) == 5


@pytest.mark.parametrize(
    "query",
    [{"from": "yesterday"}, {"to": "2026-11-24"}, {"cursor": "x"}, {"limit": "0"}, {"limit": "a"}],
)
def test_queries_that_make_no_sense(client, query):
    answer = client.get("/api/v1/asrun", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_unannounced_bodies_are_counted_too(client):
    def unannounced():
        for _ in range(100):
            yield b"a" * 65_536

    try:
        answer = client.post("/api/v1/messages", content=unannounced())
    except (httpx.WriteError, httpx.RemoteProtocolError):
        return  # it was cut off while sending, which is as good
    assert answer.status_code == 413


def test_events_resume_where_one_left_off(client):
    message = client.post("/api/v1/messages", json={"text": "x"}).json()["id"]
    asked = {"content": {"kind": "message", "id": message}, "targets": ["device:bang-1"]}
    for _ in range(2):
        client.post("/api/v1/broadcasts", json=asked | {"rule": {"duration_s": 60}})
    seen = []
    with client.stream("GET", "/api/v1/events", headers={"Last-Event-ID": "0"}) as stream:
        for line in stream.iter_lines():
            if line.startswith("id: "):
                seen.append(int(line[4:]))
            if len(seen) == 2:
                break
    with client.stream("GET", "/api/v1/events", headers={"Last-Event-ID": str(seen[0])}) as stream:
        again = next(int(line[4:]) for line in stream.iter_lines() if line.startswith("id: "))
    assert again == seen[1]
    with client.stream("GET", "/api/v1/events", params={"after": seen[0]}, timeout=5) as stream:
        again = next(int(line[4:]) for line in stream.iter_lines() if line.startswith("id: "))
    assert again == seen[1]
    assert client.get("/api/v1/events", params={"after": 1 << 63}).status_code == 422
    assert client.get("/api/v1/events", headers={"Last-Event-ID": "x"}).status_code == 422


def test_a_cookie_from_another_site_changes_nothing(served):
    controller, client, _ = served
    code = controller.access.create_sign_in_code("Lan")
    with httpx.Client(base_url=client.base_url) as browser:
        assert "Vào bảng điều khiển" in browser.get("/sign-in", params={"code": code}).text
        here = {"Origin": str(client.base_url).rstrip("/")}
        assert browser.post("/sign-in", data={"code": code}, headers=here).status_code == 303
        assert browser.get("/api/v1/devices").is_success
        there = {"Origin": "http://evil.example"}
        text = {"text": "x"}
        assert browser.post("/api/v1/messages", json=text, headers=there).status_code == 403
        assert browser.post("/api/v1/messages", json=text, headers=here).status_code == 201
        assert browser.post("/sign-in", data={"code": code}, headers=here).status_code == 401
        assert browser.post("/sign-out", headers=here).status_code == 303
        assert browser.get("/api/v1/devices").status_code == 401


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "text": JSON | st.text(max_size=50),
        "font": JSON,
        "content": JSON | st.just({"kind": "message", "id": "x"}),
        "targets": JSON | st.just(["device:bang-1"]),
        "rule": JSON
        | st.fixed_dictionaries({"rrule": st.text(max_size=30), "start": st.text(max_size=20)}),
        "class": JSON,
        "priority": JSON,
        "id": JSON,
        "name": JSON | st.text(max_size=10),
        "items": JSON,
    },
)


@settings(max_examples=60)
@given(body=BODY, path=st.sampled_from(["messages", "broadcasts", "playlists", "areas", "groups"]))
def test_any_json_is_answered_without_a_server_error(served, body, path):
    _, client, _ = served
    try:
        content = json.dumps(body).encode()
    except ValueError:
        return
    headers = {"Content-Type": "application/json"}
    answer = client.post(f"/api/v1/{path}", content=content, headers=headers)
    assert answer.status_code < 500, answer.text


def test_two_editors_and_an_approver_of_one_broadcast(served):
    _, client, clerk = served
    by_clerk = {"Authorization": f"Bearer {clerk}"}
    texts = [client.post("/api/v1/messages", json={"text": t}).json()["id"] for t in "ABC"]

    def asked(text, **fields):
        content = {"kind": "message", "id": text}
        rule = {"duration_s": 600}
        return {"content": content, "targets": ["device:bang-1"], "rule": rule} | fields

    made = client.post("/api/v1/broadcasts", json=asked(texts[0], draft=True), headers=by_clerk)
    where, seen = f"/api/v1/broadcasts/{made.json()['id']}", made.headers["etag"]
    assert (made.json()["state"], made.json()["phase"]) == ("draft", "draft")
    assert client.get(where).headers["etag"] == seen
    assert client.post(f"{where}/approve").json()["code"] == "wrong-state"
    assert client.post(f"{where}/submit", headers=by_clerk).json()["state"] == "submitted"

    def edit(text, person, tag):
        headers = person | ({} if tag is None else {"If-Match": tag})
        return client.put(where, json=asked(text), headers=headers)

    assert edit(texts[1], by_clerk, None).status_code == 428
    second = edit(texts[1], by_clerk, seen)
    assert (second.status_code, second.json()["approval_voided"]) == (200, False)
    late = edit(texts[2], {}, seen)
    assert (late.status_code, late.json()["code"]) == (412, "edited-meanwhile")
    stale = client.post(f"{where}/approve", headers={"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (409, "content-changed")
    stale = client.post(f"{where}/approve", json={"content_sha256": seen.strip('"')})
    assert stale.status_code == 409
    approved = client.post(f"{where}/approve", headers={"If-Match": second.headers["etag"]})
    assert (approved.status_code, approved.json()["phase"]) == (200, "approved")
    voiding = edit(texts[2], by_clerk, second.headers["etag"]).json()
    assert (voiding["approval_voided"], voiding["state"]) == (True, "submitted")
    assert client.post(f"{where}/reject", json={}).status_code == 422
    assert client.post(f"{where}/reject", json={"comment": "Sai"}).json()["state"] == "rejected"
    steps = [one["step"] for one in client.get(f"{where}/history").json()["items"]]
    assert steps == ["create", "submit", "edit", "approve", "edit", "reject"]
    listed = client.get("/api/v1/broadcasts", params={"state": "rejected", "device": "bang-1"})
    assert [one["id"] for one in listed.json()["items"]] == [made.json()["id"]]
    assert client.get("/api/v1/broadcasts", params={"phase": "none"}).status_code == 422


def test_a_station_relays_and_a_place_orders(served):
    _, client, clerk = served
    who = {"level": "province", "name": "Đài tỉnh"}
    by_clerk = {"Authorization": f"Bearer {clerk}"}
    assert client.post("/api/v1/stations", json=who, headers=by_clerk).status_code == 403
    token = client.post("/api/v1/stations", json=who).json()["token"]
    by_station = {"Authorization": f"Bearer {token}"}
    message = client.post("/api/v1/messages", json={"text": "Tiếp sóng"}).json()["id"]
    asked = {
        "content": {"kind": "message", "id": message},
        "targets": ["device:bang-2"],
        "rule": {"duration_s": 600},
        "class": "priority",
    }
    origin = who | {"reference": "CV-7"}
    assert client.post("/api/v1/broadcasts", json=asked | {"origin": origin}).status_code == 403
    forged = asked | {"origin": origin | {"name": "Đài khác"}}
    assert client.post("/api/v1/broadcasts", json=forged, headers=by_station).status_code == 403
    sent = client.post("/api/v1/broadcasts", json=asked | {"origin": origin}, headers=by_station)
    assert (sent.status_code, sent.json()["origin"]) == (201, origin)
    where, tag = f"/api/v1/broadcasts/{sent.json()['id']}", sent.headers["etag"]
    refused = client.put(where, json=asked, headers={"If-Match": tag})
    assert (refused.status_code, refused.json()["code"]) == (403, "from-above")
    assert "CV-7" in refused.json()["detail"]
    order = {"broadcasts": [sent.json()["id"]]}
    assert client.post("/api/v1/areas/phuong/order", json=order).json()["broadcasts"]
    assert client.get("/api/v1/areas/phuong/order").json()["broadcasts"] == order["broadcasts"]
    assert client.put("/api/v1/areas/phuong/approvals", json={"approvals": 2}).status_code == 200
    assert client.get("/api/v1/areas/phuong/approvals").json()["approvals"] == 2
    assert client.post(f"{where}/cancel").json()["code"] == "comment-missing"
    assert client.post(f"{where}/cancel", json={"comment": "trùng"}).json()["state"] == "cancelled"
    client.put("/api/v1/areas/phuong/approvals", json={"approvals": None})
