"""Enrolling: what the answer gives is all that a gateway's file needs."""

import base64

import httpx
import pytest
from serving import serving

from firmware_bridge.config import read

BOARD = {
    "id": "bang-moi",
    "name": "Bảng mới",
    "kind": "board",
    "area": "quan",
    "width_px": 128,
    "height_px": 16,
    "depth": "tricolour",
    "idle_text": "Chào bạn",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        ) as client:
            yield controller, client


def test_a_board_is_enrolled_and_its_gateway_can_read_its_file(served, tmp_path):
    controller, client = served
    answer = client.post("/devices", json=BOARD)
    assert answer.status_code == 201
    given = answer.json()
    assert given["device"]["depth"] == "tricolour"
    assert client.get("/devices/bang-moi").json() == given["device"]
    assert controller.access.authenticate_device(given["secret"]) == "bang-moi"
    assert given["panel_secret"] is None
    path = tmp_path / "gateway.toml"
    path.write_text(
        f"""
[controller]
url = "{client.base_url.copy_with(path="/")}"
mqtt_url = "{given["mqtt_url"]}"
tenant = "{given["tenant"]}"
plan_keys = {given["plan_keys"]}
data = "field"

[[device]]
id = "bang-moi"
kind = "board"
secret = "{given["secret"]}"
driver = "am03127"
port = "/dev/signcast/pci-0000:00:14.0-usb-0:1:1.0"
address = 1
width_px = 128
height_px = 16
depth = "tricolour"
""",
        "utf-8",
    )
    assert read(path).devices[0].secret == given["secret"]
    assert base64.b64decode(given["plan_keys"][0]) == controller.plan_key


def test_a_thin_board_s_panel_and_a_loudspeaker(served):
    _, client = served
    thin = client.post("/devices", json=BOARD | {"id": "bang-mong", "thin": True}).json()
    assert thin["panel_secret"] != thin["secret"]
    speaker = {"id": "loa-moi", "name": "Loa", "kind": "speaker", "area": "quan"}
    given = client.post("/devices", json=speaker).json()["device"]
    assert (given["width_px"], given["codec"]) == (None, "opus")
    old = client.post("/devices", json=speaker | {"id": "loa-cu", "codec": "mp3"}).json()["device"]
    assert old["codec"] == "mp3"
    assert client.get("/devices/bang-1").json()["codec"] is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"area": "none"}, 404),
        ({"id": "bang-1"}, 409),
        ({"id": "Bảng"}, 422),
        ({"width_px": None}, 422),
        ({"width_px": 99_999}, 422),
        ({"depth": "cmyk"}, 422),
        ({"codec": "mp3"}, 422),
        ({"codec": "wma"}, 422),
        ({"idle_text": "漢字"}, 422),
    ],
)
def test_what_cannot_be_is_refused(served, change, status):
    assert served[1].post("/devices", json=BOARD | {"id": "bang-x"} | change).status_code == status


def test_only_administrators_give_out_secrets(served):
    controller, client = served
    clerk = controller.access.create_token("Minh", may_approve_alone=False)
    headers = {"Authorization": f"Bearer {clerk}"}
    answer = client.post("/devices", json=BOARD | {"id": "bang-y"}, headers=headers)
    assert answer.status_code == 403
    assert client.get("/devices/bang-y").status_code == 404
