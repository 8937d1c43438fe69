"""Speaking live over REST and a real WebSocket: who may, what is heard, and how it ends."""

import asyncio
import contextlib
import json
import socket as sockets
import threading
import time
from dataclasses import dataclass

import httpx
import microphone as mic
import numpy as np
import pytest
import tones
from serving import serving
from waiting import until
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.livewords import CLOSINGS, ENDINGS
from controller.live import audience, session, watch
from playlists.audio import loudness

PAGE = {"name": "Lũ về", "targets": ["device:loa-1"], "max_s": 60}
TONE_HZ = 440.0
TONE = mic.opus(tones.tone(TONE_HZ, 2.0, -20.0))
MAX_REASON_BYTES = 123


class Served:
    """A controller behind its web face, and those who use it."""

    def __init__(self, controller, port) -> None:
        self.controller, self.port = controller, port
        self.url = f"http://127.0.0.1:{port}/api/v1"
        names = {"Lan": True, "Hùng": True, "Minh": False}
        self.chief, self.other, self.clerk = (
            self.client(controller.access.create_token(name, may_approve_alone=alone))
            for name, alone in names.items()
        )
        new = {"kind": "speaker", "area": "quan"}
        self.unit, self.stranger = (
            self.client(
                self.chief.post("/devices", json={**new, "id": name, "name": name}).json()["secret"]
            )
            for name in ("loa-8", "loa-9")
        )

    def client(self, token: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=20
        )

    @contextlib.contextmanager
    def page(self, **changes):
        """Begin a page, and end it whatever happens."""
        page = self.chief.post("/pages", json=PAGE | changes)
        assert page.status_code == 201, page.text
        try:
            yield page.json()
        finally:
            self.chief.post(f"/pages/{page.json()['id']}/release").raise_for_status()

    def get(self, page) -> dict:
        return self.chief.get(f"/pages/{page['id']}").json()

    def audience(self, page):
        return self.controller.on_air._sessions[page["id"]].audience

    def reason(self, page) -> str:
        return until(lambda: self.get(page)["reason"], timeout_s=10, why="the page ends")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        served = Served(controller, port)
        yield served
        for client in (served.chief, served.other, served.clerk, served.unit, served.stranger):
            client.close()


def test_what_is_said_is_heard_at_the_loudspeaker_and_can_be_heard_again(served, capsys):
    targets = ["device:loa-1", "device:loa-8"]
    with served.page(targets=targets) as page:
        assert (page["devices"], page["ended_at"], page["created_by"]) == (2, None, "Lan")
        unit, owner = mic.Ear(served.unit, page), mic.Ear(served.chief, page)
        until(lambda: len(served.audience(page)) == 2, why="both listen")
        with mic.microphone(served.chief, page) as socket:
            sent = []
            for packet in mic.real_time(TONE):
                sent.append(time.monotonic())
                socket.send(packet)
            socket.send('{"type":"release"}')
            told, code, reason = mic.goodbye(socket)
    assert (code, reason) == (1000, ENDINGS["released"])
    *statuses, last = told
    assert last == {"type": "released", "reason": "released"}
    assert len(statuses) >= 5, "about four times a second"
    assert statuses[4]["devices"] == {"total": 2, "listening": 1}
    assert statuses[4]["level_dbfs"] == pytest.approx(-23.0, abs=1.5)
    assert 0 < statuses[-1]["left_s"] < statuses[0]["left_s"] < 60

    heard = unit.heard()
    assert len(heard) == pytest.approx(2 * tones.RATE_HZ, abs=mic.PACKET)
    assert tones.strongest_hz(heard) == pytest.approx(TONE_HZ, abs=1)
    measured = loudness.measure(heard[tones.RATE_HZ :]).integrated_lufs
    assert measured == pytest.approx(-16.5, abs=1.5), "the gain is on its way from -24 to -16"
    assert owner.heard().tolist() == heard.tolist()
    with capsys.disabled():
        print(f"\npacket in to page out: {_latency_ms(unit, sent):.0f} ms (median)")  # noqa: T201 -- to look at

    ended = served.get(page)
    assert (ended["reason"], ended["recording_bytes"]) == ("released", len(unit.sound))
    again = served.clerk.get(f"/pages/{page['id']}/recording")
    assert again.headers["content-type"] == "audio/ogg"
    assert again.content == unit.sound
    over = served.unit.get(f"/pages/{page['id']}/sound")
    assert (over.status_code, over.json()["code"]) == (410, "page-over")
    assert served.clerk.get("/pages").json()["items"][0] == ended
    state = served.chief.get(f"/broadcasts/{page['broadcast']}").json()
    assert state["rule"]["duration_s"] < PAGE["max_s"]


def _latency_ms(ear, sent) -> float:
    """Match the n-th page of sound with the n-th packet."""
    times = [at for at, block in ear.came for _ in range(block.count(b"OggS"))][2:]
    return 1_000 * float(np.median([at - was for at, was in zip(times, sent, strict=False)]))


def test_who_comes_late_hears_from_then_on(served):
    with served.page() as page, mic.microphone(served.chief, page) as socket:
        for packet in TONE[:50]:
            socket.send(packet)
        tape = served.controller.on_air._sessions[page["id"]]._tape
        until(lambda: not tape.is_blank, why="it was heard")
        late = mic.Ear(served.chief, page)
        until(lambda: len(served.audience(page)) == 1, why="somebody listens")
        for packet in TONE[50:]:
            socket.send(packet)
        socket.send('{"type":"release"}')
        mic.goodbye(socket)
        whole = mic.unpacked(served.chief.get(f"/pages/{page['id']}/recording").content)
        assert 0 < len(late.heard()) < len(whole)
        assert late.sound.startswith(b"OggS")


def test_who_may_listen(served, monkeypatch):
    with served.page(targets=["device:loa-8"]) as page:
        path = f"/pages/{page['id']}/sound"
        for client in (served.stranger, served.clerk):
            assert client.get(path).json()["code"] == "forbidden"
        assert httpx.get(served.url + path).status_code == 401
        assert served.unit.get("/pages/none/sound").status_code == 404
        with served.other.stream("GET", path) as answer:
            assert answer.status_code == 200
            until(lambda: len(served.audience(page)) == 1, why="an approver listens")
            monkeypatch.setattr(audience, "MAX_SEATS", 1)
            assert served.unit.get(path).json()["code"] == "audience-full"
        until(lambda: len(served.audience(page)) == 0, why="who leaves is gone")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"targets": []}, 422, "invalid"),
        ({"targets": ["device:bang-1"]}, 422, "unknown-target"),
        ({"max_s": 4}, 422, "invalid"),
        ({"max_s": 1_801}, 422, "invalid"),
        ({"max_s": "x"}, 422, "bad-request"),
        ({"name": " "}, 422, "invalid"),
        ({"class": "loud"}, 422, "bad-request"),
        ({"priority": 101}, 422, "invalid"),
        ({"rule": {}}, 422, "bad-request"),
    ],
)
def test_what_is_no_page_is_told_in_two_languages(served, change, status, code):
    problem = served.chief.post("/pages", json=PAGE | change)
    assert (problem.status_code, problem.json()["code"]) == (status, code)
    assert problem.json()["detail"] != problem.json()["detail_en"]


def test_only_approvers_speak_and_only_within_the_hours(served):
    problem = served.clerk.post("/pages", json=PAGE).json()
    assert (problem["status"], problem["code"]) == (403, "may-not-page")
    never = {"windows": [{"weekdays": [], "start": "01:00", "end": "01:01"}]}
    served.chief.put("/areas/berlin/hours", json=never)
    unit = {"id": "loa-b", "name": "Loa", "kind": "speaker", "area": "berlin"}
    served.chief.post("/devices", json=unit)
    problem = served.chief.post("/pages", json=PAGE | {"targets": ["device:loa-b"]}).json()
    assert problem["status"] == 422
    assert problem["rule"], "the rule has a name"
    with served.page(targets=["device:loa-b"], **{"class": "emergency"}):
        pass


def closing(socket) -> tuple[int, str]:
    _, code, reason = mic.goodbye(socket)
    return code, reason


def test_a_microphone_is_its_owners_alone(served, monkeypatch):
    with served.page() as page:
        for headers in ({"X-None": "1"}, {"Authorization": "Bearer nobody"}):
            with mic.microphone(served.chief, page, **headers) as socket:
                assert closing(socket) == CLOSINGS["not-authenticated"]
        with mic.microphone(served.other, page) as socket:
            assert closing(socket) == CLOSINGS["forbidden"]
        none = page | {"microphone": "/api/v1/pages/none/microphone"}
        with mic.microphone(served.chief, none) as socket:
            assert closing(socket) == CLOSINGS["not-found"]
        with mic.microphone(served.chief, page) as first:
            first.recv(5)
            with mic.microphone(served.chief, page) as second:
                assert closing(second) == CLOSINGS["conflict"]
            first.send(TONE[0])
            assert json.loads(first.recv(5))["type"] == "status"
            monkeypatch.setattr(session, "IN_USE_S", 0.0)
            with mic.microphone(served.chief, page) as third:
                assert closing(first) == CLOSINGS["conflict"], "its line was dead"
                assert json.loads(third.recv(5))["type"] == "status"
    with mic.microphone(served.chief, page) as socket:
        assert closing(socket) == CLOSINGS["page-over"]


def test_the_consoles_cookie_speaks_from_its_own_page_only(served):
    access = served.controller.access
    session = access.sign_in(access.create_sign_in_code("Lan"))
    cookie = {"Cookie": f"signcast_session={session}"}
    with served.page() as page:
        foreign = cookie | {"Origin": "http://evil.example"}
        with mic.microphone(served.chief, page, **foreign) as socket:
            assert closing(socket) == CLOSINGS["cross-site"]
        own = cookie | {"Origin": f"http://127.0.0.1:{served.port}"}
        with mic.microphone(served.chief, page, **own) as socket:
            assert json.loads(socket.recv(5))["type"] == "status"


def flood(socket) -> None:
    for _ in range(10_000):
        socket.send(TONE[0])


@pytest.mark.parametrize(
    ("sends", "code"),
    [
        (lambda socket: socket.send(b""), CLOSINGS["invalid"][0]),
        (lambda socket: socket.send(bytes(1_276)), CLOSINGS["invalid"][0]),
        (lambda socket: socket.send(bytes(1 << 20)), 1009),
        (lambda socket: socket.send("{"), CLOSINGS["not-a-message"][0]),
        (lambda socket: socket.send('{"type":"sing"}'), CLOSINGS["not-a-message"][0]),
        (lambda socket: socket.send("[" * 4_000), CLOSINGS["not-a-message"][0]),
        (flood, CLOSINGS["too-fast"][0]),
    ],
    ids=["empty", "long", "huge", "half", "other", "deep", "flood"],
)
def test_what_is_no_speech_closes_the_socket_and_leaves_the_page(served, shared_page, sends, code):
    page = shared_page
    with mic.microphone(served.chief, page) as socket:
        with contextlib.suppress(ConnectionClosed):
            sends(socket)
        assert closing(socket)[0] == code
    assert served.get(page)["ended_at"] is None
    with mic.microphone(served.chief, page) as socket:
        assert json.loads(socket.recv(5))["type"] == "status", "it may come back"


@pytest.fixture(scope="module")
def shared_page(served):
    with served.page() as page:
        yield page


def test_every_closing_fits_its_frame():
    for _, reason in CLOSINGS.values():
        assert len(reason.encode()) <= MAX_REASON_BYTES
    for reason in ENDINGS.values():
        assert len(reason.encode()) <= MAX_REASON_BYTES


def test_a_page_that_is_cancelled_elsewhere_tells_who_speaks(served):
    with served.page() as page, mic.microphone(served.chief, page) as socket:
        socket.send(TONE[0])
        served.clerk.post(f"/broadcasts/{page['broadcast']}/cancel").raise_for_status()
        told, code, _ = mic.goodbye(socket)
    assert (told[-1], code) == ({"type": "released", "reason": "cancelled"}, 1000)
    assert served.get(page)["reason"] == "cancelled"


def test_a_microphone_that_is_lost_ends_its_page(served, monkeypatch):
    monkeypatch.setattr(watch, "AWAY_S", 0.3)
    with served.page() as page:
        with mic.microphone(served.chief, page) as socket:
            for packet in TONE[:3]:
                socket.send(packet)
            socket.recv(5)
        assert served.reason(page) == "away"


def test_garbage_is_taken_until_it_is_too_much(served):
    with served.page() as page, mic.microphone(served.chief, page) as socket:
        for _ in range(60):
            socket.send(b"no Opus at all")
        told, code, reason = mic.goodbye(socket)
    assert (told[-1]["reason"], code, reason) == ("garbled", 1000, ENDINGS["garbled"])


def test_fifty_listeners_of_whom_five_are_slow(served):
    with served.page() as page:
        crowd = Crowd(served, page, quick=45, slow=5)
        with mic.microphone(served.chief, page) as socket:
            until(lambda: len(served.audience(page)) == 50, why="all listen")
            for packet in TONE:
                socket.send(packet)
            crowd.wait_until_quick_have(101)
            crowd.swamp(served.audience(page))
            assert len(served.audience(page)) == 45, "the slow are cut off"
            socket.send('{"type":"release"}')
            mic.goodbye(socket)
        crowd.join(20)
        assert [one.ended for one in crowd.ears] == [True] * 45
        assert len({(one.length, one.pages) for one in crowd.ears}) == 1, "all heard the same"


@dataclass
class Counted:
    """What one of many heard."""

    length: int = 0
    pages: int = 0
    ended: bool = False

    def hear(self, block: bytes) -> None:
        self.length += len(block)
        self.pages += block.count(b"OggS")
        self.ended = block.endswith(b"0\r\n\r\n")


class Crowd(threading.Thread):
    """Many listeners on plain sockets; the slow take nothing after their request."""

    def __init__(self, served, page, *, quick: int, slow: int) -> None:
        super().__init__()
        token = served.chief.headers["Authorization"]
        self._request = (
            f"GET /api/v1/pages/{page['id']}/sound HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: {token}\r\n\r\n"
        ).encode()
        self._served = served
        self.ears = [Counted() for _ in range(quick)]
        self._slow = [self._stalled() for _ in range(slow)]
        self.start()

    def run(self) -> None:
        async def listen():
            await asyncio.gather(*map(self._listen, self.ears))

        asyncio.run(listen())
        for one in self._slow:
            one.close()

    async def _listen(self, ear: Counted) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._served.port)
        writer.write(self._request)
        while not ear.ended and (block := await reader.read(1 << 16)):
            ear.hear(block)
        writer.close()
        await writer.wait_closed()

    def _stalled(self) -> sockets.socket:
        one = sockets.socket()
        one.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
        one.connect(("127.0.0.1", self._served.port))
        one.sendall(self._request)
        return one

    def wait_until_quick_have(self, pages: int) -> None:
        until(
            lambda: all(ear.pages >= pages for ear in self.ears),
            timeout_s=20,
            why="the quick have heard it all",
        )

    def swamp(self, audience) -> None:
        """Send more than any buffer on the way to the slow can hold; the quick take it all."""
        loop = self._served.controller.on_air._tending.get_loop()
        block = bytes(48 << 10)
        least = min(ear.length for ear in self.ears)
        for _ in range(200):
            least += len(block)
            loop.call_soon_threadsafe(audience.tell, block)
            until(
                lambda wanted=least: min(ear.length for ear in self.ears) >= wanted,
                timeout_s=10,
                why="the quick have heard it",
            )
            if len(audience) == len(self.ears):
                return


def test_relays_over_rest(served):
    relay = {"name": "Đài huyện", "url": "https://dai.example.vn/fm.m3u8"}
    kept = served.clerk.post("/relays", json=relay)
    assert kept.status_code == 201
    assert kept.headers["location"] == f"/api/v1/relays/{kept.json()['id']}"
    assert (kept.json()["patience_s"], kept.json()["fallback"]) == (10, None)
    assert served.clerk.get("/relays").json()["items"] == [kept.json()]
    assert served.clerk.get(kept.headers["location"].removeprefix("/api/v1")).json() == kept.json()
    problem = served.clerk.post("/relays", json=relay | {"url": "rtsp://x"}).json()
    assert (problem["status"], problem["code"]) == (422, "no-stream-address")
    content = {"kind": "relay", "id": kept.json()["id"]}
    draft = {"content": content, "targets": ["device:loa-1"]}
    assert served.chief.post("/broadcasts", json=draft).json()["code"] == "no-duration"
    made = served.chief.post("/broadcasts", json=draft | {"rule": {"duration_s": 60}})
    assert made.json()["content"] == content
    page = {"content": {"kind": "page", "id": "x"}, "targets": ["device:loa-1"]}
    assert served.chief.post("/broadcasts", json=page).json()["code"] == "invalid"


def test_what_is_no_websocket_is_no_microphone(served, shared_page):
    assert served.chief.get(f"/pages/{shared_page['id']}/microphone").status_code == 404
    with (
        pytest.raises(InvalidStatus),
        mic.microphone(served.chief, {"microphone": "/api/v1/pages/x/nothing"}),
    ):
        pass
