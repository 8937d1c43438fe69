"""Controller, broker and gateway are killed at random points while an office goes on working.

Everything is a real process. The office asks again until it is answered, as people do. After each
shift of ten kills, whatever was answered is there and on the devices, what was cancelled is not
heard once its device knows, and no occurrence was aired twice: neither by the devices' journals
nor by the memory of the simulated loudspeaker. `make nightly` kills two hundred times
(SIGNCAST_KILLS).
"""

import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import tones
from waiting import until

from playlists.schedule import instant

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("SIGNCAST_KILLS", "10"))
SEED = int(os.environ.get("SIGNCAST_SEED", "20261125"))
SHIFT = 10
BOARD, SPEAKER = "bang", "loa"
SOUND_S = 1.5
CUT_S = 0.3
"""What edges may add to a sound that was interrupted and went on."""
AHEAD_S = 20
"""How long before they start those sounds are planned that may be cancelled."""
TONES_HZ = range(400, 4_400, 100)
PLAN = """
[[area]]
id = "khu"
name = "Khu"
tz = "Asia/Ho_Chi_Minh"
open = true

[[board]]
id = "bang"
name = "Bảng"
area = "khu"
dialect = "am03127"
width_px = 128
height_px = 16
depth = "mono"
idle = "Chào"

[[speaker]]
id = "loa"
name = "Loa"
area = "khu"
"""


@dataclass
class Asked:
    """A broadcast as the office last had it answered."""

    content: str
    start: datetime
    cancelled_at: datetime | None = None
    tone_hz: float | None = None


class Office:
    """Somebody who makes, edits and cancels broadcasts, and remembers what was answered."""

    def __init__(self, district, chance):
        self.district = district
        self.chance = chance
        self.asked = {}
        self.answers = 0

    def ask(self, method, path, *, also=(), **more):
        """Ask until there is an answer; `also` are refusals that an earlier try may bring."""
        until_s = time.monotonic() + 60
        while time.monotonic() < until_s:
            try:
                answer = self.district.api.request(method, path, **more)
            except httpx.TransportError:
                continue
            assert answer.is_success or answer.status_code in also, answer.text
            self.answers += 1
            return answer
        raise AssertionError(f"nobody answers {method} {path}")

    def work(self):
        """Do one thing."""
        self.chance.choice([self.speak, self.speak, self.show, self.show, self.edit, self.cancel])()

    def speak(self):
        used = {one.tone_hz for one in self.asked.values()}
        left = [tone_hz for tone_hz in TONES_HZ if tone_hz not in used]
        if left:
            ahead_s = self.chance.choice([self.chance.uniform(2, 6), AHEAD_S])
            self._create("clip", self._clip(left[0]), SPEAKER, ahead_s, None, left[0])

    def show(self):
        self._create("message", self._message(), BOARD, 0, 3600, None)

    def edit(self):
        """Change what a board shows, and approve what it is now."""
        name = self._pick(lambda one: one.tone_hz is None)
        if name is None:
            return
        content, path = self._message(), f"/broadcasts/{name}"
        known = self.ask("GET", path)
        body = {"content": {"kind": "message", "id": content}, "targets": [f"device:{BOARD}"],
                "rule": {"duration_s": 3600}}  # fmt: skip
        self.ask("PUT", path, json=body, headers={"If-Match": known.headers["etag"]},
                 also={409, 412})  # fmt: skip
        self.ask("POST", f"{path}/approve", also={409})
        self.asked[name].content = content

    def cancel(self):
        """Cancel something shown, or something that will be heard in good time."""
        soon = datetime.now(UTC) + timedelta(seconds=AHEAD_S / 2)
        name = self._pick(lambda one: one.tone_hz is None or one.start > soon)
        if name is not None:
            self.ask("POST", f"/broadcasts/{name}/cancel", also={409})
            self.asked[name].cancelled_at = datetime.now(UTC)

    def _pick(self, fits):
        names = [n for n, one in self.asked.items() if one.cancelled_at is None and fits(one)]
        return self.chance.choice(names) if names else None

    def _clip(self, tone_hz):
        sound = tones.as_wav(tones.tone(float(tone_hz), SOUND_S, -15.0))
        return self.ask("POST", "/clips", files={"file": (f"{tone_hz}.wav", sound)}).json()["id"]

    def _message(self):
        text = f"Tin {self.answers}"
        return self.ask("POST", "/messages", json={"text": text}).json()["id"]

    def _create(self, kind, content, device, ahead_s, duration_s, tone_hz):
        start = datetime.now(UTC) + timedelta(seconds=ahead_s)
        rule = {"duration_s": duration_s} if duration_s else {"start": instant.to_text(start)}
        key = f"{self.chance.getrandbits(64):x}"
        answer = self.ask(
            "POST",
            "/broadcasts",
            json={"content": {"kind": kind, "id": content}, "targets": [f"device:{device}"],
                  "rule": rule},
            headers={"Idempotency-Key": key},
        )  # fmt: skip
        self.asked[answer.json()["id"]] = Asked(content, start, tone_hz=tone_hz)


class Killer:
    """Kills one process at a random point, while others work."""

    def __init__(self, district, chance):
        self.district = district
        self.chance = chance
        self.killed = Counter()

    def strike(self, work):
        victim = self.chance.choice(["controller", "broker", "gateway"])
        timer = threading.Timer(self.chance.uniform(0.05, 1.5), self._kill, [victim])
        timer.start()
        while timer.is_alive():
            work()
        self.killed[victim] += 1

    def _kill(self, victim):
        if victim == "broker":
            os.kill(until(self._broker, timeout_s=30, why="there is a broker"), signal.SIGKILL)
            return
        process = self.district.processes.pop(victim)
        process.kill()
        process.wait()
        self.district.start(victim)

    def _broker(self):
        pid = self.district.processes["controller"].pid
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in file.read_text().split():
                if b"nats-server" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        return None


def heard_s(district):
    """Return for how long each tone was heard, in all that the loudspeaker remembers."""
    wav = district.simulator.get(f"/speakers/{SPEAKER}.wav", params={"seconds": 300})
    samples = tones.from_wav(wav.raise_for_status().content)
    stretches = {tone_hz: tones.find_tone(samples, float(tone_hz)) for tone_hz in TONES_HZ}
    return {hz: sum(end - begin for begin, end in found) for hz, found in stretches.items()}


def journal(district):
    """Return every entry of the loudspeaker's journal, as it came to the controller."""
    found, query = [], {"device": SPEAKER, "limit": 200}
    while True:
        page = district.api.get("/asrun", params=query).raise_for_status().json()
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def check(district, office):
    """Compare what was answered with what is there, on the devices, in journals and in the air."""
    district.wait_confirmed()
    confirmed_at = datetime.now(UTC)
    """Until here a device that nobody could reach may play what it did not know was cancelled."""
    gone = {name for name, one in office.asked.items() if one.cancelled_at is not None}
    for name, one in office.asked.items():
        kept = office.ask("GET", f"/broadcasts/{name}").json()
        assert kept["state"] == ("cancelled" if name in gone else "approved"), name
        assert kept["content"]["id"] == one.content, name
    shown = {name for name, one in office.asked.items() if one.tone_hz is None} - gone
    now = {"from": instant.to_text(datetime.now(UTC))}
    slots = district.api.get(f"/devices/{BOARD}/timeline", params=now).json()["items"]
    assert {slot["broadcast"] for slot in slots} == shown
    if shown:
        until(lambda: district.now(BOARD)["broadcast"] in shown, timeout_s=20, why="it is shown")

    sounds = {name: one for name, one in office.asked.items() if one.tone_hz is not None}
    due = set(sounds) - gone
    until(
        lambda: due <= {entry["broadcast"] for entry in journal(district)},
        timeout_s=AHEAD_S + 60,
        why="every sound is accounted for",
    )
    pieces = defaultdict(list)
    for entry in journal(district):
        if entry["started_at"] is not None:
            pieces[entry["occurrence"]].append(entry)
    for entries in pieces.values():
        check_aired_once(entries)
    aired = {entries[0]["broadcast"] for entries in pieces.values()}
    times_s = heard_s(district)
    for name, one in sounds.items():
        assert times_s[one.tone_hz] < SOUND_S + CUT_S, f"{name} was heard more than once"
        if name in gone and one.start > confirmed_at:
            assert times_s[one.tone_hz] == 0, f"{name} was cancelled"
        if times_s[one.tone_hz] > 0:
            assert name in aired, f"{name} was heard, but not written"
    return len(aired)


def check_aired_once(entries):
    """An equal may interrupt it, then it goes on; whatever else ends it, ends it for good."""
    assert {entry["end_reason"] for entry in entries[:-1]} <= {"interrupted"}
    lengths = [
        instant.from_text(entry["ended_at"]) - instant.from_text(entry["started_at"])
        for entry in entries
    ]
    assert sum(lengths, timedelta()) < timedelta(seconds=2 * SOUND_S), "it was on twice"


def test_no_accepted_change_is_lost_and_nothing_is_aired_twice(run_district, tmp_path):
    (tmp_path / "khu.toml").write_text(PLAN, "utf-8")
    chance = random.Random(SEED)
    killed, answers, aired = Counter(), 0, 0
    for shift in range(-(-KILLS // SHIFT)):
        folder = tmp_path / f"ca {shift}"
        folder.mkdir()
        with run_district(folder, tmp_path / "khu.toml") as district:
            office, killer = Office(district, chance), Killer(district, chance)
            for _ in range(SHIFT):
                killer.strike(office.work)
            aired += check(district, office)
            answers += office.answers
            killed += killer.killed
    print(f"\n{dict(killed)} killed, {answers} answers kept, {aired} sounds aired once")  # noqa: T201
    assert killed.total() >= KILLS
    assert aired
