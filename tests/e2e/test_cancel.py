"""What is cancelled is off board and loudspeaker within three seconds, over a real broker."""

import time

import numpy as np
import pytest
import tones
from waiting import until

pytestmark = pytest.mark.e2e

BOARD, SPEAKER = "bang-cong-chao", "loa-cong-vien"
BOUND_S = 3.0


def test_cancel_is_seen_and_heard_within_three_seconds(district):
    clip = district.api.post(
        "/clips", files={"file": ("dài.wav", tones.as_wav(tones.tone(700.0, 30.0, -18.0)))}
    ).json()
    text = district.say("Sắp hủy", f"device:{BOARD}", duration_s=600)
    sound = district.broadcast("clip", clip["id"], f"device:{SPEAKER}")
    shown = district.preview(text, BOARD)
    until(lambda: np.array_equal(district.seen(BOARD), shown), timeout_s=20, why="it is shown")
    until(lambda: playing(district, sound), timeout_s=20, why="it plays")
    until(lambda: not silent(district), timeout_s=10, why="it is heard")

    asked = time.monotonic()
    for one in (text, sound):
        assert district.api.post(f"/broadcasts/{one['id']}/cancel").is_success
    off = measured(
        asked,
        board=lambda: not np.array_equal(district.seen(BOARD), shown),
        speaker=lambda: silent(district),
    )
    told = ", ".join(f"{what} {length_s:.2f} s" for what, length_s in off.items())
    print(f"\nafter cancelling: {told}")  # noqa: T201 -- a figure for whoever runs it
    assert max(off.values()) < BOUND_S, off
    reach = until(lambda: gone(district, text), timeout_s=10, why="the board confirms")
    assert {one["hold"] for one in reach["devices"]} == {"gone"}


def measured(since, **conditions):
    """Return after how many seconds each condition came true."""
    found: dict[str, float] = {}

    def look():
        for what, is_true in conditions.items():
            if what not in found and is_true():
                found[what] = time.monotonic() - since
        return len(found) == len(conditions)

    until(look, timeout_s=15, why="both are off")
    return found


def playing(district, sound):
    return district.now(SPEAKER)["broadcast"] == sound["id"]


def silent(district):
    """Say whether the last tenth of a second at the loudspeaker's cone was silence."""
    wav = district.simulator.get(f"/speakers/{SPEAKER}.wav", params={"seconds": 1}).content
    tail = tones.from_wav(wav)[-4_800:].astype(int)
    return bool(np.abs(tail).max(initial=0) < 30)


def gone(district, broadcast):
    reach = district.api.get(f"/broadcasts/{broadcast['id']}/reach").json()
    return reach if reach["until"] is None else None
