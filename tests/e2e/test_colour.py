"""Colours, images and old code pages, all the way to the LEDs."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from waiting import until

pytestmark = pytest.mark.e2e

MONO, TRICOLOUR, RGB = "bang-cong-chao", "bang-hoa-sen", "bang-ben-nuoc"
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def seen(district, board):
    """Return the colours of the LEDs a board shows now: shape (rows, columns, 3)."""
    answer = district.simulator.get(f"/boards/{board}.png").raise_for_status()
    return np.array(Image.open(BytesIO(answer.content)).convert("RGB"))


def lit(colours):
    """Return the set of colours in which LEDs are lit."""
    return {tuple(led) for led in colours.reshape(-1, 3).tolist()} - {(0, 0, 0)}


def cancel(district, broadcast):
    district.api.post(f"/broadcasts/{broadcast['id']}/cancel").raise_for_status()


def test_red_and_green_letters_on_a_tricolour_serial_board(district):
    text = "[đỏ]Dừng lại[/] [xanh]Đi tiếp[/]"
    broadcast = district.say(text, f"device:{TRICOLOUR}", f"device:{MONO}")
    until(lambda: lit(seen(district, TRICOLOUR)) == {RED, GREEN}, why="red and green LEDs")
    reds = np.all(seen(district, TRICOLOUR) == RED, axis=2).any(axis=0).nonzero()[0]
    greens = np.all(seen(district, TRICOLOUR) == GREEN, axis=2).any(axis=0).nonzero()[0]
    assert reds.max() < greens.min(), "the words stand side by side"
    until(lambda: district.shows(broadcast, MONO), why="the other board shows it in its colour")
    cancel(district, broadcast)


def test_an_image_on_an_rgb_thin_board(district):
    drawn = Image.new("RGB", (128, 32), BLUE)
    drawn.paste((255, 0, 0), (0, 0, 64, 32))
    buffer = BytesIO()
    drawn.save(buffer, "PNG")
    files = {"file": ("cờ.png", buffer.getvalue())}
    image = district.api.post("/images", files=files).raise_for_status().json()
    broadcast = district.broadcast("image", image["id"], f"device:{RGB}", duration_s=60)
    until(lambda: np.array_equal(seen(district, RGB), np.array(drawn)), why="every LED is right")
    cancel(district, broadcast)


def test_a_text_from_an_old_code_page_is_read_as_vietnamese(district):
    message = district.post("/messages", text="Th«ng b¸o: häp tæ d©n phè lóc 19 giê")
    assert message["encoding"] == "tcvn3"
    assert message["text"] == "Thông báo: họp tổ dân phố lúc 19 giờ"
    old = district.broadcast("message", message["id"], f"device:{MONO}", duration_s=60)
    until(lambda: district.shows(old, MONO), why="it stands there in Vietnamese")
    shown = district.seen(MONO)
    same = district.post("/messages", text=message["text"])
    assert np.array_equal(district.preview({"content": same}, MONO), shown)
    cancel(district, old)


def test_wrong_markup_is_answered_with_its_position(district):
    answer = district.api.post("/messages", json={"text": "Họp [đo]tổ[/] lúc 19g30"})
    problem = answer.json()
    assert answer.status_code == 422, problem
    assert (problem["code"], problem["position"]) == ("unknown-tag", 5)
    assert "5" in problem["detail"]
