"""A real gateway fetches real files over a line that counts, and that breaks: the books agree."""

import base64
import subprocess
import sys
from datetime import date

import httpx
import pytest
import tones
from district_of_five import board, speaker
from serving import serving
from waiting import until
from wiretap import Wiretap

from controller.datause import FILES, STEADY, Kind, summed
from controller.store import datause as rows

pytestmark = pytest.mark.e2e

CUT_AFTER_BYTES = 30_000
HEADERS_BYTES = 1_200
"""Of one request and its answer, at most."""
AROUND_A_MESSAGE_BYTES = 60
AROUND_A_CONNECTION_BYTES = 600
"""MQTT's own bytes: topics, confirmations, subscriptions; there is no TLS on this line."""


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    """A controller, and a gateway with a board and a loudspeaker behind two counting lines."""
    folder = tmp_path_factory.mktemp("đường truyền")
    with serving(folder / "controller") as (controller, port):
        http, mqtt = Wiretap(port), Wiretap(int(controller.mqtt_url.rpartition(":")[2]))
        devices = ""
        for name, kind in (("bang-9", "board"), ("loa-9", "speaker")):
            new = board(name, "quan", (64, 16)) if kind == "board" else speaker(name, "quan")
            secret = controller.district.enrol(new, thin=False).secret
            devices += f"[[device]]\nid = '{name}'\nkind = '{kind}'\nsecret = '{secret}'\n"
            devices += (
                "driver = 'am03127'\naddress = 1\nport = 'tcp://127.0.0.1:1'\nwidth_px = 64\n"
                "height_px = 16\n"
                if kind == "board"
                else "driver = 'pcm'\nport = '127.0.0.1:1'\n"
            )
        key = base64.b64encode(controller.plan_key).decode()
        (folder / "gateway.toml").write_text(
            f"[controller]\nurl = 'http://127.0.0.1:{http.port}'\n"
            f"mqtt_url = 'mqtt://127.0.0.1:{mqtt.port}'\ntenant = 'thu'\n"
            f"plan_keys = ['{key}']\ndata = 'field'\n{devices}",
            "utf-8",
        )
        token = controller.access.create_token("Lan", may_approve_alone=True)
        api = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        with (folder / "gateway.log").open("wb") as log:
            gateway = subprocess.Popen(
                [sys.executable, "-P", "-m", "api", "gateway", str(folder / "gateway.toml")],
                stdout=log, stderr=log,
            )  # fmt: skip
        try:
            with api:
                yield controller, api, http, mqtt
        finally:
            gateway.terminate()
            gateway.wait(20)
            http.close()
            mqtt.close()


def counted(controller, *devices):
    """Return everything that was counted so far, by kind."""
    controller.meter.flush()
    with controller.store.read() as tx:
        days = [
            counts
            for device in devices
            for counts in rows.by_day(tx, device, date(2000, 1, 1), date(2100, 1, 1)).values()
        ]
    return summed(days)


def confirmed(api, device):
    delivery = api.get(f"/devices/{device}/now").json()["delivery"]
    return delivery["confirmed_version"] == delivery["desired_version"] > 0


def test_what_is_counted_is_what_went_over_the_wire(field):
    controller, api, http, mqtt = field
    devices = "bang-9", "loa-9"
    for device in devices:
        until(lambda name=device: confirmed(api, name), timeout_s=30, why=f"{device} has its plan")
    before, passed_before = counted(controller, *devices), http.passed_bytes

    sound = tones.as_wav(tones.noise(20.0, -20.0))
    clip = api.post("/clips", files={"file": ("loa.wav", sound)}).json()["id"]
    http.break_after(CUT_AFTER_BYTES)
    asked = {"content": {"kind": "clip", "id": clip}, "targets": ["device:loa-9"], "rule": {}}
    broadcast = api.post("/broadcasts", json=asked).json()["id"]
    until(lambda: confirmed(api, "loa-9"), timeout_s=30, why="the sound is there")
    assert http.breaks == 1, "the line broke, and the transfer went on"

    # Files: to the byte what the gateway kept, and on the wire nothing more than headers.
    after = counted(controller, *devices)
    (file,) = api.get("/devices/loa-9/data-use").json()["files"]
    with controller.store.read() as tx:
        size_bytes = rows.files(tx, "loa-9")[file["sha256"], Kind.SOUND]
    (fetched,) = size_bytes.values()
    whole = len(controller.assets.read(file["sha256"]))
    assert whole > CUT_AFTER_BYTES
    assert (fetched.payload_bytes, fetched.items) == (whole, 2)
    assert (file["expected_bytes"], file["broadcasts"]) == (0, [broadcast])
    carried = sum(after[kind].payload_bytes - before[kind].payload_bytes for kind in FILES)
    requests = sum(after[kind].items - before[kind].items for kind in FILES)
    passed = http.passed_bytes - passed_before
    assert carried <= passed <= carried + requests * HEADERS_BYTES

    # Messages: everything that the broker and the two devices said to each other.
    def books_agree():
        passed_bytes = mqtt.passed_bytes
        told = counted(controller, *devices)
        payload = sum(told[kind].payload_bytes for kind in STEADY)
        items = sum(told[kind].items for kind in STEADY)
        around = items * AROUND_A_MESSAGE_BYTES + len(devices) * AROUND_A_CONNECTION_BYTES
        return payload <= passed_bytes <= payload + around

    until(books_agree, why="every message is in the books")
    told = counted(controller, *devices)
    assert told[Kind.CONNECT].items == len(devices)
    assert {Kind.PLAN, Kind.ACK, Kind.STATE} <= told.keys()


def test_the_books_are_read_over_rest(field):
    _, api, *_ = field
    use = api.get("/devices/loa-9/data-use").json()
    assert use["total_bytes"] == use["used_bytes"] + use["expected_bytes"]
    for name in ("used_bytes", "expected_bytes"):
        assert use[name] == sum(one[name] for one in use["causes"])
    listed = api.get("/data-use").json()
    assert listed["next"] is None
    assert use["device"] in [one["device"] for one in listed["items"]]
