"""`signcast page`: files and standard input, spoken live through a real controller."""

import os
import signal
import threading

import httpx
import microphone as mic
import pytest
import tones
from district_of_five import speaker
from serving import serving
from typer.testing import CliRunner
from waiting import until

from api.cli import page as cli_page
from api.cli.app import app
from api.livewords import ENDINGS
from controller.live.model import Reason

TONE_HZ = 700.0
SHORT = tones.tone(TONE_HZ, 0.4, -20.0)
PAGE_TO_LOA_8 = ("--to", "device:loa-8")


class Served:
    """A controller, an address for the command line, and a loudspeaker that listens."""

    def __init__(self, controller, port) -> None:
        self.controller, self.url = controller, f"http://127.0.0.1:{port}"
        secret = controller.district.enrol(speaker("loa-8", "quan"), thin=False).secret
        headers = {"Authorization": f"Bearer {secret}"}
        self.unit = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=20)
        access = controller.access
        self.chief, self.clerk = (
            access.create_token(name, may_approve_alone=name == "Lan") for name in ("Lan", "Minh")
        )

    def signcast(self, *words, token=None, **given):
        environment = {"SIGNCAST_URL": self.url, "SIGNCAST_TOKEN": token or self.chief}
        return CliRunner().invoke(app, ["page", *map(str, words)], env=environment, **given)

    def newest(self):
        found, _ = self.controller.pages.list(None, 1)
        return found[0] if found else None


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        served = Served(controller, port)
        yield served
        served.unit.close()


class Listener(threading.Thread):
    """Waits for the next page, listens to it, and may do something when it is heard for a while."""

    def __init__(self, served, then=None) -> None:
        super().__init__()
        self._served, self._before, self._then = served, served.newest(), then
        self.ear = None
        self.start()

    def run(self) -> None:
        page = until(self._next, timeout_s=20, why="a page begins")
        self.ear = mic.Ear(self._served.unit, {"id": page.id})
        if self._then is not None:
            until(lambda: len(self.ear.sound) > 2_000, timeout_s=20, why="something is heard")
            self._then()

    def _next(self):
        newest = self._served.newest()
        return newest if newest != self._before else None

    def heard(self):
        self.join(20)
        return self.ear.heard()


@pytest.mark.parametrize("by_stdin", [False, True], ids=["file", "stdin"])
def test_a_sound_is_heard_whole_and_released(served, tmp_path, by_stdin):
    file = tmp_path / "lũ về.mp3"
    file.write_bytes(tones.as_mp3(SHORT))
    listener = Listener(served)
    name, given = ("-", {"input": file.read_bytes()}) if by_stdin else (file, {})
    spoken = served.signcast(name, *PAGE_TO_LOA_8, **given)
    assert (spoken.exit_code, ENDINGS[Reason.RELEASED] in spoken.output) == (0, True), spoken.output
    ((start_s, end_s),) = tones.find_tone(listener.heard(), TONE_HZ)
    assert end_s - start_s == pytest.approx(0.4, abs=0.11)
    page = served.newest()
    assert (page.name, page.reason) == ("stdin" if by_stdin else "lũ về", Reason.RELEASED)


def test_control_c_releases(served, tmp_path):
    file = tmp_path / "dài.wav"
    file.write_bytes(tones.as_wav(tones.tone(TONE_HZ, 30.0, -20.0)))
    listener = Listener(served, then=lambda: os.kill(os.getpid(), signal.SIGINT))
    spoken = served.signcast(file, *PAGE_TO_LOA_8)
    assert (spoken.exit_code, served.newest().reason) == (0, Reason.RELEASED), spoken.output
    assert len(listener.heard()) < 10 * tones.RATE_HZ


def test_what_ends_it_before_the_sound_is_said(served, tmp_path, monkeypatch):
    monkeypatch.setattr(cli_page, "PATIENCE_S", 0.0)
    file = tmp_path / "dài.wav"
    file.write_bytes(tones.as_wav(tones.tone(TONE_HZ, 30.0, -20.0)))

    def end():
        (session,) = served.controller.on_air._sessions.values()
        session.watch.ends_s = 0.0

    listener = Listener(served, then=end)
    spoken = served.signcast(file, *PAGE_TO_LOA_8)
    listener.heard()
    assert (spoken.exit_code, ENDINGS[Reason.MAX_DURATION] in spoken.output) == (1, True)


def test_what_is_refused_is_said_and_begins_nothing(served, tmp_path):
    file, broken = tmp_path / "x.wav", tmp_path / "hỏng.wav"
    file.write_bytes(tones.as_wav(SHORT))
    broken.write_bytes(b"no sound")
    before = served.newest()
    nobody = served.signcast(file, *PAGE_TO_LOA_8, token="nobody")
    for refused, status, words in (
        (served.signcast(broken, *PAGE_TO_LOA_8), 2, "of no kind"),
        (served.signcast(tmp_path / "none", *PAGE_TO_LOA_8), 2, "No such file"),
        (served.signcast(file, "--to", "device:none"), 1, "device:none"),
        (served.signcast(file, *PAGE_TO_LOA_8, "--max-s", "4"), 1, "5 to 1800"),
        (served.signcast(file, *PAGE_TO_LOA_8, token=served.clerk), 1, "tự duyệt"),
        (nobody, 1, "token"),
        (served.signcast(file, *PAGE_TO_LOA_8, "--url", f"{served.url}/x"), 1, "no page"),
        (served.signcast(file, *PAGE_TO_LOA_8, "--url", "http://127.0.0.1:9"), 1, "address"),
    ):
        assert (refused.exit_code, words in refused.output) == (status, True), refused.output
    assert served.newest() == before
