"""Somebody speaks: microphone, controller, gateway, loudspeaker; and how long a word takes."""

import itertools
import json
import time
from io import BytesIO

import av
import microphone as mic
import numpy as np
import pytest
import tones
from waiting import until

pytestmark = pytest.mark.e2e

SPEAKER = "loa-nha-van-hoa"
TONE_HZ = 700.0
HUSH = mic.opus(tones.noise(0.5, -75.0))
TONE = mic.opus(tones.tone(TONE_HZ, 2.0, -20.0))
PATIENCE_S = 15
MAX_LATENCY_S = 1.5
"""On a machine that does many other things at once; on an idle one it is a third of a second."""


def test_what_is_said_now_is_heard_now_and_proved(district, capsys):
    page = district.post("/pages", name="Lũ về", targets=[f"device:{SPEAKER}"], max_s=60)
    with mic.microphone(district.api, page) as socket:
        said_s = speak_when_heard(district, socket, page)
        heard, heard_s = listen(district)
        socket.send('{"type":"release"}')
        told, *_ = mic.goodbye(socket)
    assert told[-1] == {"type": "released", "reason": "released"}
    entry = until(lambda: proof(district, page), timeout_s=20, why="proof of play")
    assert entry["end_reason"] == "finished", entry
    found = tones.find_tone(heard, TONE_HZ)
    assert found, "the tone is heard"
    latency_s = heard_s - (len(heard) / tones.RATE_HZ - found[0][0]) - said_s
    assert 0 < latency_s < MAX_LATENCY_S
    with capsys.disabled():
        print(f"\nmicrophone to loudspeaker: {1_000 * latency_s:.0f} ms")  # noqa: T201 -- to look at


def speak_when_heard(district, socket, page) -> float:
    """Hush until the loudspeaker plays the page, then say the tone; return when that began."""
    said_s, left = 0.0, iter(TONE)
    deadline_s = time.monotonic() + PATIENCE_S
    for number, hush in enumerate(mic.real_time(itertools.cycle(HUSH))):
        assert said_s or time.monotonic() < deadline_s, "the loudspeaker does not begin"
        drain(socket)
        if not said_s and number % 10 == 0 and plays(district, page):
            said_s = time.monotonic()
        packet = next(left, None) if said_s else hush
        if packet is None:
            return said_s
        socket.send(packet)
    raise AssertionError("a hush has no end")


def plays(district, page) -> bool:
    return district.now(SPEAKER)["broadcast"] == page["broadcast"]


def drain(socket) -> None:
    try:
        while True:
            json.loads(socket.recv(0))
    except TimeoutError:
        return


def listen(district) -> tuple[np.ndarray, float]:
    """Return what was heard in the last seconds, and when they ended."""
    answer = district.simulator.get(f"/speakers/{SPEAKER}.wav", params={"seconds": 4})
    at_s = time.monotonic()
    with av.open(BytesIO(answer.raise_for_status().content)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(blocks, axis=1)[0].astype(np.int16), at_s


def proof(district, page):
    entries = [one for one in district.asrun(SPEAKER) if one["broadcast"] == page["broadcast"]]
    return entries[0] if entries else None
