"""Messages in colour, images and fonts over REST."""

from io import BytesIO

import httpx
import pytest
from PIL import Image
from serving import serving

TCVN3 = "Th«ng b¸o: häp tæ d©n phè lóc 19 giê"
WORDY = "Hội nghị tổng kết phong trào toàn dân đoàn kết xây dựng đời sống văn hóa. " * 5


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        ) as client:
            yield client


def said(client, text):
    answer = client.post("/messages", json={"text": text})
    assert answer.status_code == 201, answer.text
    return answer.json()


def uploaded(client, data, name="hình.png", **form):
    return client.post("/images", files={"file": (name, data)}, data=form)


def png(width_px=16, height_px=8):
    buffer = BytesIO()
    Image.new("RGB", (width_px, height_px), "red").save(buffer, "PNG")
    return buffer.getvalue()


def opened(answer):
    assert answer.is_success, answer.text
    return Image.open(BytesIO(answer.content))


def test_a_board_says_which_colours_it_has(client):
    depths = {one["id"]: one["depth"] for one in client.get("/devices").json()["items"]}
    assert depths == {
        "bang-1": "mono",
        "bang-2": "mono",
        "bang-3": "mono",
        "loa-1": None,
        "loa-2": None,
    }
    assert client.get("/devices/bang-1").json()["depth"] == "mono"


def test_a_message_says_what_it_was_typed_in(client):
    kept = said(client, TCVN3)
    assert (kept["encoding"], kept["original"]) == ("tcvn3", TCVN3)
    assert kept["text"] == "Thông báo: họp tổ dân phố lúc 19 giờ"
    assert client.get("/messages").json()["items"][0] == kept
    assert said(client, "Thông báo")["encoding"] == "unicode"


@pytest.mark.parametrize(("text", "position"), [("Họp [đo]tổ[/]", 5), ("[đỏ]Họp[/] [xyz]", 12)])
def test_wrong_markup_is_shown_where_it_stands(client, text, position):
    answer = client.post("/messages", json={"text": text})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "unknown-tag")
    assert problem["position"] == position
    assert str(position) in problem["detail"]
    assert str(position) in problem["detail_en"]


def test_what_does_not_fit_is_told_with_ways_out(client):
    short, wordy = said(client, "Chào")["id"], said(client, WORDY)["id"]
    fit = client.get(f"/messages/{short}/fit", params={"device": "bang-1"}).json()
    assert (fit["stands"], fit["pages"], fit["suggestions"]) == (True, 1, [])
    fit = client.get(f"/messages/{wordy}/fit", params={"device": "bang-1"}).json()
    assert not fit["stands"]
    assert {one["way"] for one in fit["suggestions"]} >= {"pages"}
    assert all(one["duration_ms"] > 0 and one["pages"] > 0 for one in fit["suggestions"])
    for device, status in (("loa-1", 422), ("x", 404)):
        answer = client.get(f"/messages/{short}/fit", params={"device": device})
        assert answer.status_code == status


def test_a_preview_is_a_picture_or_a_film(client):
    name = said(client, WORDY)["id"]
    where, device = f"/messages/{name}/preview", {"device": "bang-3"}
    still = opened(client.get(f"{where}.png", params=device | {"scale": 3}))
    assert (still.format, still.size) == ("PNG", (192, 48))
    film = opened(client.get(f"{where}.gif", params=device))
    assert (film.format, film.size) == ("GIF", (256, 64))
    assert 1 < film.n_frames <= 500


def test_an_image_is_kept_listed_and_previewed(client):
    made = uploaded(client, png(), name="cờ.png")
    assert made.status_code == 201
    kept = made.json()
    assert (kept["name"], kept["size_bytes"]) == ("cờ.png", len(png()))
    assert client.get(f"/images/{kept['id']}").json() == kept
    assert client.get("/images").json()["items"] == [kept]
    seen = opened(client.get(f"/images/{kept['id']}/preview.png", params={"device": "bang-3"}))
    assert seen.size == (64, 16)
    asked = {
        "content": {"kind": "image", "id": kept["id"]},
        "targets": ["area:quan"],
        "rule": {"duration_s": 60},
    }
    broadcast = client.post("/broadcasts", json=asked).json()
    assert broadcast["devices"] == ["bang-1", "bang-2", "bang-3"]
    to_speaker = client.post("/broadcasts", json=asked | {"targets": ["device:loa-1"]})
    assert to_speaker.json()["code"] == "unknown-target"
    assert client.get("/images/none").status_code == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-an-image"),
        (b"MZ\x90\x00 this is a program", "not-an-image"),
        (png()[:45], "not-an-image"),
        (png() + bytes(8 << 20), "image-too-large"),
        (png(5_000, 5_000), "image-too-large"),
    ],
    ids=["empty", "a program", "half", "many bytes", "many pixels"],
)
def test_what_is_no_image_is_refused(client, data, code):
    answer = uploaded(client, data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_fonts_are_listed_by_slot(client):
    fonts = client.get("/fonts").json()["items"]
    slots = [font["slot"] for font in fonts]
    assert slots == sorted(slots)
    assert all(font["rows"] > 0 and font["name"] and not font["imported"] for font in fonts)
    known = client.post("/messages", json={"text": "x", "font": 98}).json()["known"]
    assert known == slots
