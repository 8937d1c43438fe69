"""The console in a real Chromium: signing in, boards as LEDs, reports changing the picture."""

import re
from dataclasses import replace
from importlib import resources

import pytest
from chromium import chromium
from district_of_five import board
from drafts import CHIEF, draft
from serving import serving
from waiting import until

from controller.model import RuleDraft
from controller.store import proof
from firmware_bridge.link.messages import State
from playlists.text import markup
from playlists.text.frame import Depth
from playlists.text.scene import decode

pytestmark = pytest.mark.browser

TEMPLATES = resources.files("api.console") / "templates"


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("màn hình")) as (controller, port):
        yield controller, f"http://127.0.0.1:{port}"


@pytest.fixture
def page(browser, served):
    """A signed-in page that has said nothing wrong when the test is over."""
    controller, url = served
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if _serious(said) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: complaints.append(asked.url) if not asked.url.startswith(url) else None,
    )
    page.goto(f"{url}/sign-in?code={controller.access.create_sign_in_code('Lan')}")
    page.get_by_role("button", name="Vào bảng điều khiển").click()
    page.get_by_role("heading", name="Đang phát").wait_for()
    yield page
    assert complaints == []
    context.close()


def _serious(said):
    """A refused request is logged by the browser itself; everything else is our fault."""
    return said.type == "error" and "status of 422" not in said.text


def report(controller, device, scene_sha256, session="s"):
    """Let a device report what it shows, as delivery would store it."""
    at = controller.clock.now()
    state = State(session, online=True, at=at, asset=scene_sha256, since=at, why="why")
    with controller.store.write() as tx:
        proof.set_state(tx, device, state)
        facts = {
            "online": True,
            "asset": scene_sha256,
            "since": at.isoformat(),
            "why": "why",
            "broadcast": None,
            "occurrence": None,
            "until": None,
            "fault": "",
        }
        proof.add_event(tx, at, "state", device, facts)


def lit_leds(page, device):
    """Return which LEDs of a board's canvas glow, drawn as `Frame.to_text` does."""
    return page.evaluate(
        """(device) => {
          const card = document.querySelector(`[data-device="${device}"]`);
          const canvas = card.querySelector("canvas");
          const width = Number(card.dataset.width), height = Number(card.dataset.height);
          const pitch = canvas.width / width;
          const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const rows = [];
          for (let y = 0; y < height; y += 1) {
            let row = "";
            for (let x = 0; x < width; x += 1) {
              const top = Math.floor((y + 0.5) * pitch) * canvas.width;
              const at = 4 * (top + Math.floor((x + 0.5) * pitch));
              const [red, green] = [pixels.data[at] > 200, pixels.data[at + 1] > 150];
              row += card.dataset.depth === "0" ? (red ? "@" : ".") : ".rga"[red + 2 * green];
            }
            rows.push(row);
          }
          return rows.join("\\n");
        }""",
        device,
    )


def test_a_report_changes_the_leds_at_once(served, page):
    controller, _ = served
    asked = draft(controller, "device:bang-1", text="Ẩm ướt", rule=RuleDraft(duration_s=600))
    broadcast = controller.broadcasts.create(asked, CHIEF)
    slots = controller.field.timeline("bang-1", broadcast.first_start, controller.clock.now())
    asset = slots[0].asset
    report(controller, "bang-1", asset)
    page.wait_for_selector(f'[data-device="bang-1"][data-drawn="{asset}"]')
    expected = decode(controller.assets.read(asset)).frame_at(0).to_text()
    assert lit_leds(page, "bang-1") == expected
    assert (
        page.locator('[data-device="bang-1"] [data-part="state"]')
        .inner_text()
        .endswith("trực tuyến")
    )


def test_a_sentence_is_sent_from_the_page_and_a_refusal_is_in_vietnamese(served, page):
    controller, _ = served
    page.get_by_label("Câu sẽ hiện trên bảng").fill("Mỗi ngày một tin tốt")
    page.get_by_label("Bảng", exact=True).select_option("bang-2")
    page.get_by_role("button", name="Phát 60 giây").click()
    page.get_by_text("Đã xếp lịch").wait_for()
    until(lambda: controller.broadcasts.list(None, 5)[0], why="the broadcast is there")
    assert controller.broadcasts.list(None, 5)[0][0].devices == ("bang-2",)


def test_a_text_from_an_old_code_page_is_shown_before_it_is_sent(served, page):
    controller, _ = served
    before = controller.broadcasts.list(None, 50)
    box = page.get_by_label("Câu sẽ hiện trên bảng")
    box.fill("Th«ng b¸o: häp tæ d©n phè lóc 19 giê")
    page.get_by_role("button", name="Phát 60 giây").click()
    page.get_by_text("Đã chuyển từ TCVN3: Thông báo: họp tổ dân phố lúc 19 giờ").wait_for()
    assert box.input_value() == "Thông báo: họp tổ dân phố lúc 19 giờ"
    assert controller.broadcasts.list(None, 50) == before
    page.get_by_role("button", name="Phát 60 giây").click()
    page.get_by_text("Đã xếp lịch").wait_for()
    assert len(controller.broadcasts.list(None, 50)[0]) == len(before[0]) + 1


def test_the_tags_are_explained_and_a_wrong_one_is_shown_where_it_stands(page):
    page.get_by_text("viết thẻ trong ngoặc vuông").click()
    assert page.get_by_text("[đếm ngược").is_visible()
    page.get_by_label("Câu sẽ hiện trên bảng").fill("Họp [đo]tổ[/]")
    page.get_by_role("button", name="Phát 60 giây").click()
    page.get_by_text("Không có thẻ [đo], ở ký tự thứ 5").wait_for()


def test_every_tag_that_the_page_explains_is_one():
    explained = (TEMPLATES / "on_air.html").read_text("utf-8").split("<dl>")[1].split("</dl>")[0]
    tags = re.findall(r"\[[^\[\]/]+\]", explained)
    assert len(tags) > 15
    for tag in tags:
        markup.parse(tag)


def test_a_board_in_colour_is_drawn_in_colour(served, page):
    controller, _ = served
    device = replace(board("bang-mau", "quan", (64, 16)), depth=Depth.TRICOLOUR)
    controller.district.enrol(device, thin=False)
    page.reload()
    asked = draft(controller, "device:bang-mau", text="[đỏ]A[/] [xanh]B[/]")
    broadcast = controller.broadcasts.create(asked, CHIEF)
    (slot,) = controller.field.timeline("bang-mau", broadcast.first_start, controller.clock.now())
    report(controller, "bang-mau", slot.asset)
    page.wait_for_selector(f'[data-device="bang-mau"][data-drawn="{slot.asset}"]')
    assert set(lit_leds(page, "bang-mau")) == {".", "r", "g", "\n"}
    frame = decode(controller.assets.read(slot.asset)).frame_at(0)
    assert lit_leds(page, "bang-mau") == frame.to_text()


def test_a_letter_no_font_has_is_named_on_the_page(page):
    page.get_by_label("Câu sẽ hiện trên bảng").fill("漢")
    page.get_by_role("button", name="Phát 60 giây").click()
    page.get_by_text("không có chữ “漢”").wait_for()


@pytest.mark.parametrize("width_px", [360, 1440])
def test_data_use_is_told_with_a_bar(served, page, width_px):
    controller, _ = served
    controller.usage.allow("quan", 100, CHIEF)
    page.set_viewport_size({"width": width_px, "height": 900})
    page.get_by_role("link", name="Dung lượng 4G").click()
    line = page.locator('[data-device="loa-1"]')
    assert line.locator("svg").bounding_box()["width"] > 100
    assert "của 100,0 MB" in line.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px


@pytest.mark.parametrize("width_px", [360, 768, 1440])
def test_no_page_is_wider_than_its_screen(page, width_px):
    page.set_viewport_size({"width": width_px, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
