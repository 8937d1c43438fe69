"""The page "Phát trực tiếp" in a real Chromium whose microphone hears a tone, again and again."""

import httpx
import microphone as mic
import numpy as np
import pytest
import tones
from chromium import chromium
from district_of_five import speaker
from drafts import CHIEF
from playwright.sync_api import expect
from serving import serving
from waiting import until

from controller.live.model import Reason

pytestmark = pytest.mark.browser

TONE_HZ = 700.0
BEEP = np.concatenate([tones.tone(TONE_HZ, 0.3, -20.0), tones.noise(0.2, -70.0)])
ELSEWHERE = "signcast.test"
"""Not this machine, as far as Chromium knows, and so no place for microphones without TLS."""
NEVER = {"name": "Giờ yên tĩnh", "windows": [{"weekdays": [], "start": "01:00", "end": "01:01"}]}


@pytest.fixture(scope="module")
def beep(tmp_path_factory):
    file = tmp_path_factory.mktemp("micrô") / "tone.wav"
    file.write_bytes(tones.as_wav(np.tile(BEEP, 4)))
    return file


@pytest.fixture(scope="module")
def browser(beep):
    with chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={beep}",
        f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1",
    ) as running:
        yield running


class Stage:
    """A controller, and a loudspeaker that can listen."""

    def __init__(self, controller, port) -> None:
        self.controller, self.port = controller, port
        self.url = f"http://127.0.0.1:{port}"
        secret = controller.district.enrol(speaker("loa-cho-que", "quan"), thin=False).secret
        headers = {"Authorization": f"Bearer {secret}"}
        self.unit = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=20)

    def on_air(self):
        """Return the one page that is on air."""
        (session,) = until(self.controller.on_air._sessions.values, why="a page is on air")
        return session.page

    def reason(self, page):
        probe = lambda: self.controller.pages.get(page.id).reason  # noqa: E731 -- a probe
        return until(probe, timeout_s=10, why="the page ends")

    def sign_in(self, tab, host=None):
        code = self.controller.access.create_sign_in_code("Lan")
        tab.goto(f"http://{host or '127.0.0.1'}:{self.port}/sign-in?code={code}")
        tab.get_by_role("button", name="Vào bảng điều khiển").click()
        tab.get_by_role("link", name="Phát trực tiếp").click()
        tab.get_by_role("heading", name="Phát trực tiếp").wait_for()


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        stage = Stage(controller, port)
        yield stage
        stage.unit.close()


@pytest.fixture(scope="module")
def context(browser, stage):
    """One who is signed in, in a browser that speaks Vietnamese."""
    context = browser.new_context(locale="vi-VN", reduced_motion="reduce")
    with context.new_page() as tab:
        stage.sign_in(tab)
    yield context
    context.close()


@pytest.fixture
def tab(context, stage):
    """The page, which has said nothing wrong when the test is over."""
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text) if _serious(said) else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(f"{stage.url}/page")
    yield tab
    assert complaints == []
    tab.close()


def _serious(said):
    """A refused request is logged by the browser itself; everything else is our fault."""
    return said.type == "error" and "status of 422" not in said.text


def choose(tab, place="loa-cho-que"):
    tab.get_by_role("checkbox", name=place, exact=True).check()


def begin(tab):
    tab.get_by_role("button", name="Bắt đầu nói").click()
    tab.get_by_role("button", name="Phát ngay").click()


def test_what_is_said_at_the_page_is_heard_by_a_loudspeaker(stage, tab):
    tab.get_by_role("searchbox").fill("phuong")
    expect(tab.get_by_role("checkbox")).to_have_count(1)
    expect(tab.get_by_role("checkbox", name="Phường")).to_be_visible()
    tab.get_by_role("searchbox").fill("")
    choose(tab)
    tab.get_by_role("button", name="Thử micrô").click()
    tab.get_by_text("Nghe rõ.").wait_for()
    tab.get_by_role("button", name="Bắt đầu nói").click()
    dialog = tab.get_by_role("dialog", name="Phát ra 1 loa?")
    expect(dialog).to_contain_text("Muộn nhất đến")
    assert not stage.controller.on_air._sessions, "nothing is on air before it is confirmed"
    dialog.get_by_role("button", name="Phát ngay").click()
    page = stage.on_air()
    ear = mic.Ear(stage.unit, {"id": page.id})
    tab.get_by_text("Mời nói.").wait_for()
    assert "1/1" in tab.locator("dl").inner_text()
    for width_px in (360, 1440):
        tab.set_viewport_size({"width": width_px, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width_px
    until(lambda: ear.sound.count(b"OggS") > 60, why="more than a second is heard")
    tab.get_by_role("button", name="Nhả micrô").click()
    tab.get_by_role("heading", name="Đã nhả micrô").wait_for()
    assert stage.reason(page) is Reason.RELEASED
    beeps = tones.find_tone(ear.heard(), TONE_HZ)
    assert max(end_s - start_s for start_s, end_s in beeps) == pytest.approx(0.3, abs=0.06)


def test_a_muted_microphone_is_silent_and_time_ends_it(stage, tab):
    choose(tab)
    begin(tab)
    page = stage.on_air()
    session = stage.controller.on_air.session(page)
    tab.get_by_text("nhận được tiếng").wait_for()
    tab.get_by_role("button", name="Tắt tiếng").click()
    tab.get_by_text("chưa nghe thấy tiếng").wait_for()
    session.watch.ends_s = 0.0
    tab.get_by_role("heading", name="Đã hết thời gian").wait_for()
    assert stage.reason(page) is Reason.MAX_DURATION


def test_closing_the_tab_ends_it_at_once(stage, context):
    tab = context.new_page()
    tab.goto(f"{stage.url}/page")
    choose(tab)
    begin(tab)
    page = stage.on_air()
    tab.get_by_text("nhận được tiếng").wait_for()
    tab.close()
    assert stage.reason(page) is Reason.RELEASED


def test_a_line_that_breaks_is_joined_again(stage, tab):
    lines = []

    def through(line):
        lines.append((line, line.connect_to_server()))

    tab.route_web_socket("**/microphone", through)
    choose(tab)
    begin(tab)
    tab.get_by_text("nhận được tiếng").wait_for()
    for end in lines[0]:
        end.close(code=1012)  # as when a proxy on the way is restarted
    tab.get_by_text("đang nối lại").wait_for()
    tab.get_by_text("chưa nghe thấy tiếng").wait_for()
    tab.get_by_text("nhận được tiếng").wait_for()
    tab.keyboard.press("Escape")
    tab.get_by_role("heading", name="Đã nhả micrô").wait_for()
    assert len(lines) > 1, "the controller may refuse a second one while it believes in the first"


def test_a_file_is_heard_whole_and_ends_it(stage, tab, beep):
    choose(tab)
    tab.get_by_role("radio", name="Tệp âm thanh").check()
    tab.get_by_label("Chọn tệp").set_input_files(beep)
    begin(tab)
    page = stage.on_air()
    ear = mic.Ear(stage.unit, {"id": page.id})
    tab.get_by_role("heading", name="Đã nhả micrô").wait_for()
    assert stage.reason(page) is Reason.RELEASED
    assert len(tones.find_tone(ear.heard(), TONE_HZ)) == 4


def test_a_refusal_names_the_rule(stage, tab):
    stage.controller.district.enrol(speaker("loa-berlin", "berlin"), thin=False)
    stage.controller.hours.change("berlin", NEVER, CHIEF)
    tab.reload()
    choose(tab, "loa-berlin")
    begin(tab)
    expect(tab.get_by_role("alert")).to_contain_text("Giờ yên tĩnh")
    expect(tab.get_by_role("button", name="Bắt đầu nói")).to_be_enabled()


def test_where_there_can_be_no_microphone_the_page_says_so(stage, browser):
    with browser.new_context() as context:
        tab = context.new_page()
        stage.sign_in(tab, ELSEWHERE)
        expect(tab.get_by_role("alert")).to_contain_text("https://")
        expect(tab.get_by_role("button", name="Bắt đầu nói")).to_be_disabled()
