"""Firmware over REST: who may, what is answered, what a gateway fetches."""

import httpx
import pytest
from firmware import image
from serving import serving

NEW = image("1.1.0")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        url = f"http://127.0.0.1:{port}/api/v1"
        tokens = [
            controller.access.create_token("Lan", may_approve_alone=it) for it in (True, False)
        ]
        chief, clerk = (
            httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
            for token in tokens
        )
        with chief, clerk:
            yield chief, clerk


def upload(client, file=NEW.file):
    return client.post("/firmware", files={"file": ("p10.scfw", file)})


def test_the_way_of_a_rollout(served):
    chief, clerk = served
    kept = upload(chief)
    assert kept.status_code == 201
    firmware = kept.json()
    assert kept.headers["location"] == f"/api/v1/firmware/{firmware['id']}"
    assert upload(chief).json() == firmware
    assert clerk.get(f"/firmware/{firmware['id']}").json() == firmware
    assert clerk.get("/firmware").json() == {"items": [firmware], "next": None}
    assert chief.get(f"/assets/{firmware['sha256']}").content == NEW.file

    wish = {"firmware": firmware["id"], "targets": ["area:quan"], "waves": [1, 0.5]}
    begun = chief.post("/rollouts", json=wish)
    assert begun.status_code == 201
    rollout = begun.json()
    assert rollout["state"] == "running"
    assert [(one["device"], one["wave"]) for one in rollout["devices"]] == [
        ("bang-1", 0),
        ("bang-2", 1),
        ("bang-3", 1),
    ]
    assert [one["ordered_at"] is None for one in rollout["devices"]] == [False, True, True]
    assert clerk.get(begun.headers["location"].removeprefix("/api/v1")).json() == rollout
    assert chief.post("/rollouts", json=wish).json()["code"] == "conflict"
    stopped = chief.post(f"/rollouts/{rollout['id']}/stop").json()
    assert (stopped["state"], stopped["stopped_by"]) == ("stopped", "Lan")
    assert clerk.get("/rollouts").json()["items"] == [stopped]


def test_clerks_may_look_and_no_more(served):
    _, clerk = served
    assert upload(clerk).status_code == 403
    wish = {"firmware": "x", "targets": ["area:quan"]}
    for path in ("/rollouts", "/rollouts/x/stop"):
        answer = clerk.post(path, json=wish)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"waves": [0]}, 422),
        ({"waves": [1.5]}, 422),
        ({"waves": ["all"]}, 422),
        ({"waves": [1e9]}, 422),
        ({"share_pct": 0}, 422),
        ({"patience_s": 1}, 422),
        ({"targets": ["device:loa-1"]}, 422),
        ({"targets": []}, 422),
        ({"firmware": "x"}, 404),
        ({"force": True}, 422),
    ],
    ids=str,
)
def test_nonsense_is_refused_in_words(served, change, status):
    chief, _ = served
    firmware = upload(chief).json()
    wish = {"firmware": firmware["id"], "targets": ["area:quan"]} | change
    answer = chief.post("/rollouts", json=wish)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("file", [b"", b"MZ" * 90, NEW.file[:-1], NEW.file + b"x"])
def test_what_is_no_firmware_is_not_kept(served, file):
    chief, _ = served
    answer = upload(chief, file)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-firmware")
    assert answer.json()["reason"] in {"bad-manifest", "damaged"}
