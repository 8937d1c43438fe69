"""Firmware on real processes: upload, order, MQTT, HTTP, blocks on a line, trial, waves."""

import base64
import re

import pytest
from firmware import HARDWARE, KEY, image
from waiting import until

pytestmark = pytest.mark.e2e

MAKER = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()


@pytest.fixture
def district(fresh_district):
    """The demo's district, whose boards on lines take firmware of our maker."""
    simulated = fresh_district.folder / "simulator.toml"
    equipped = f'hardware = "{HARDWARE}"\nfirmware_keys = ["{MAKER}"]\n'
    text = simulated.read_text("utf-8")
    simulated.write_text(re.sub(r'(dialect = "am03127"\n)', rf"\g<1>{equipped}", text), "utf-8")
    gateway = fresh_district.folder / "gateway.toml"
    trusted = f'[controller]\nfirmware_keys = ["{MAKER}"]\n'
    text = gateway.read_text("utf-8")
    gateway.write_text(text.replace("[controller]\n", trusted), "utf-8")
    fresh_district.start_all()
    return fresh_district


def boards(district):
    """Return which firmware runs where, of the boards that take any."""
    found = district.simulator.get("/boards").raise_for_status().json()
    return {board["id"]: board["firmware"] for board in found if board["firmware"]}


def upload(district, new):
    answer = district.api.post("/firmware", files={"file": ("p10.scfw", new.file)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def rollout(district, name):
    return district.api.get(f"/rollouts/{name}").raise_for_status().json()


def ended(district, name, timeout_s=60):
    def look():
        found = rollout(district, name)
        return found if found["state"] != "running" else None

    return until(look, timeout_s=timeout_s, why=f"rollout {name} has ended")


def stages(found):
    return {one["device"]: (one["stage"], one["reason"]) for one in found["devices"]}


def test_waves_stop_when_a_board_fails_and_go_on_when_it_is_mended(district):
    first, second, third = sorted(boards(district))[:3]
    targets = [f"device:{name}" for name in (first, second, third)]
    kept = upload(district, image("1.1.0", 20_000))
    assert (kept["version"], kept["hardware"]) == ("1.1.0", HARDWARE)

    # The second wave's board refuses whatever it is told to write.
    district.simulator.post("/faults", json={"device": second, "fault": "nack"})
    begun = district.post(
        "/rollouts", firmware=kept["id"], targets=targets, waves=[1, 1], share_pct=50
    )
    halted = ended(district, begun["id"])
    assert (halted["state"], halted["reason"]) == ("halted", "1 of 2 devices failed")
    assert stages(halted) == {
        first: ("confirmed", None),
        second: ("failed", "write-failed"),
        third: (None, None),
    }
    versions = boards(district)
    assert (versions[first], versions[second], versions[third]) == ("1.1.0", "1.0.0", "1.0.0")

    # The board that was updated shows its picture again, and the next message.
    said = district.say("Mưa to", f"device:{first}")
    until(lambda: district.shows(said, first), timeout_s=20, why="the updated board shows it")

    # Mended, the others get it; a board that runs it already is left alone.
    district.simulator.post("/faults", json={"device": second, "fault": "none"})
    again = district.post("/rollouts", firmware=kept["id"], targets=targets)
    assert ended(district, again["id"])["state"] == "finished"
    assert {boards(district)[name] for name in (first, second, third)} == {"1.1.0"}

    # There is no way back.
    old = upload(district, image("1.0.5"))
    back = district.post("/rollouts", firmware=old["id"], targets=targets)
    assert stages(ended(district, back["id"]))[first] == ("failed", "not-newer")
    assert boards(district)[first] == "1.1.0"


def test_an_update_goes_on_over_the_death_of_everybody(district):
    name = min(boards(district))
    kept = upload(district, image("1.1.0", 150_000))
    begun = district.post("/rollouts", firmware=kept["id"], targets=[f"device:{name}"])

    def at(done):
        (one,) = rollout(district, begun["id"])["devices"]
        return one["stage"] in {"trial", "confirmed"} or one["done"] >= done

    until(lambda: at(20), timeout_s=30, why="blocks are in the board")
    district.stop("gateway", 9)
    district.simulator.post("/faults", json={"device": name, "fault": "power-cut"})
    district.stop("controller", 9)
    district.start("controller")
    district.start("gateway")
    until(lambda: district.confirmed(name), timeout_s=30, why="both are back")
    assert ended(district, begun["id"])["state"] == "finished"
    assert boards(district)[name] == "1.1.0"


def test_who_may_not_and_what_is_no_firmware(district):
    refused = district.api.post("/firmware", files={"file": ("x", b"MZ" * 100)})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-firmware")
    assert district.api.get("/rollouts/nothing").status_code == 404
    foreign = upload(district, image("1.1.0", hardware="p16-64x32"))
    name = min(boards(district))
    begun = district.post("/rollouts", firmware=foreign["id"], targets=[f"device:{name}"])
    assert stages(ended(district, begun["id"]))[name] == ("failed", "wrong-hardware")
    assert boards(district)[name] == "1.0.0"
