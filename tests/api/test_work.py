"""Long work over REST: followed while it is done, and not lost with the line."""

import json
import threading

import httpx
import numpy as np
import pytest
import tones
from serving import serving
from waiting import until

LONG = tones.as_wav(np.tile(tones.voice(5.0, -12.0), 14))
STEPS = {"wait", "decode", "level", "mix", "encode", "check"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        chief, clerk = (
            controller.access.create_token(name, may_approve_alone=True) for name in ("Lan", "Minh")
        )
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1",
            headers={"Authorization": f"Bearer {chief}"},
            timeout=60,
        ) as client:
            yield client, {"Authorization": f"Bearer {clerk}"}


@pytest.fixture
def client(served):
    return served[0]


@pytest.fixture(scope="module")
def clip(served):
    """Upload 70 s under the key `tai-len`."""
    files, key = {"file": ("dài.wav", LONG)}, {"Work-Key": "tai-len"}
    answer = served[0].post("/clips", files=files, headers=key)
    assert answer.status_code == 201, answer.text
    return answer


def work(client, key):
    return client.get(f"/progress/{key}")


def broadcast(clip):
    content = {"kind": "clip", "id": clip.json()["id"]}
    return {"content": content, "targets": ["device:loa-1"], "rule": {"duration_s": 400}}


def test_an_upload_tells_where_what_it_made_is(client, clip):
    told = work(client, "tai-len").json()
    assert (told["state"], told["done"], told["step"]) == ("finished", 1.0, "decode")
    assert told["location"] == clip.headers["location"]
    assert told["problem"] is None


def test_a_render_is_followed_in_events_and_in_requests(client, clip):
    key, answers, seen = {"Work-Key": "phat-1"}, [], []

    def ask():
        answers.append(client.post("/broadcasts", json=broadcast(clip), headers=key))

    asking = threading.Thread(target=ask)
    with client.stream("GET", "/events") as stream:
        for line in stream.iter_lines():
            if line == ": signcast":
                asking.start()
            if not line.startswith("data: ") or '"phat-1"' not in line:
                continue
            event, told = json.loads(line[6:]), work(client, "phat-1").json()
            if event["state"] != "running":
                break
            if not seen:
                again = client.post("/broadcasts", json=broadcast(clip), headers=key)
            seen.append(told)
    asking.join(20)
    assert (again.status_code, again.json()["code"]) == (409, "work-running")
    assert (event["state"], event["by"], told["state"]) == ("finished", "Lan", "finished")
    assert answers[0].status_code == 201, answers[0].text
    assert told["location"] == answers[0].headers["location"]
    assert {one["step"] for one in seen} <= STEPS
    assert all(0 <= one["done"] <= 1 for one in seen), "shares between are for test_render to see"


def test_a_lost_line_loses_nothing(client):
    files, key = {"file": ("mất.wav", LONG)}, {"Work-Key": "mat"}
    with pytest.raises(httpx.ReadTimeout):
        client.post("/clips", files=files, headers=key, timeout=httpx.Timeout(20, read=0.001))
    ended = until(
        lambda: work(client, "mat").is_success and work(client, "mat").json()["location"],
        timeout_s=60,
        why="it went on without us",
    )
    assert client.get(ended.removeprefix("/api/v1")).json()["name"] == "mất.wav"


def test_a_failure_is_told_as_its_request_was_answered(client):
    files, key = {"file": ("x.wav", b"junk")}, {"Work-Key": "hong"}
    answer = client.post("/clips", files=files, headers=key)
    assert answer.status_code == 422
    told = work(client, "hong").json()
    assert told["state"] == "failed"
    assert told["problem"] == answer.json()
    assert told["location"] is None


def test_keys_are_one_s_own_and_can_be_asked_for(served, clip):
    client, clerk = served
    assert client.get("/progress/tai-len", headers=clerk).status_code == 404
    assert work(client, "khong-co").json()["code"] == "not-found"
    refused = client.post("/broadcasts", json=broadcast(clip), headers={"Work-Key": "a b"})
    assert (refused.status_code, refused.json()["field"]) == (422, "Work-Key")
