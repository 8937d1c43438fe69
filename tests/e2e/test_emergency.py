"""One action: a board shows it, a loudspeaker sounds; the controller dies in between; all clear."""

import signal

import parts
import pytest
from waiting import until

from playlists.audio.speech import espeak

pytestmark = pytest.mark.e2e

SPEAKER = "loa-nha-van-hoa"


@pytest.fixture(autouse=True)
def _installed():
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")


def press(district, template, mode, *targets):
    call = {"template": template["id"], "targets": targets, "mode": mode}
    shown = district.post("/emergencies/preview", **call)
    assert (shown["boards"], shown["speakers"], shown["silent"]) == (1, 1, [])
    return district.post("/emergencies", **call, confirm=shown["confirm"])


def on_air(district, device, broadcasts):
    return until(lambda: district.now(device)["broadcast"] in broadcasts, why=f"on {device}")


def test_pressed_then_restarted_then_ended(fresh_district):
    district = fresh_district
    district.start_all()
    board = next(one["id"] for one in district.demo.boards)
    words = {"shown": "Hồ xả lũ", "spoken": "Hồ đang xả lũ."}
    clear = {"shown": "Hết lũ", "spoken": "Đã hết lũ."}
    made = district.post("/templates", name="Lũ", alarm=words, all_clear=clear)
    made = district.post(f"/templates/{made['id']}/approve", content_sha256=made["content_sha256"])
    for device in (board, SPEAKER):
        until(lambda one=device: district.confirmed(one), why="its files lie ready")

    both = f"device:{board}", f"device:{SPEAKER}"
    emergency = press(district, made, "real", *both)
    for device in (board, SPEAKER):
        on_air(district, device, emergency["broadcasts"])
    text = district.api.get(f"/broadcasts/{emergency['broadcasts'][0]}").json()
    until(lambda: district.shows(text, board), timeout_s=20, why="the board shows the words")

    district.stop("controller", signal.SIGKILL)
    district.start("controller")
    until(lambda: district.confirmed(board), timeout_s=30, why="it is back")
    name = emergency["id"]
    assert district.api.get(f"/emergencies/{name}").json()["cleared_at"] is None
    over = district.post(f"/emergencies/{name}/all-clear")
    for device in (board, SPEAKER):
        on_air(district, device, over["clear_broadcasts"])
    heard = until(
        lambda: [
            one for one in district.asrun(SPEAKER) if one["broadcast"] in over["clear_broadcasts"]
        ],
        timeout_s=30,
        why="the all clear was heard",
    )
    assert heard[0]["end_reason"] == "finished"
