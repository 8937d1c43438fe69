"""Text is spoken, listened to, scheduled, and heard at a loudspeaker as it was listened to."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import av
import numpy as np
import parts
import pytest
from waiting import until

from playlists.audio import loudness
from playlists.audio.decode import decode
from playlists.audio.speech import espeak
from playlists.schedule import instant

pytestmark = pytest.mark.e2e

SPEAKER = "loa-nha-van-hoa"
TEXT = "UBND phường thông báo: 19h30 ngày 25/11, mời bà con ra nhà văn hóa họp tổ dân phố."
LISTEN_S = 30


@pytest.fixture(autouse=True)
def _installed():
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")


def test_an_announcement_is_heard_as_it_was_listened_to(district):
    made = district.post("/announcements", text=TEXT, voice="espeak:vi-vn-x-south", speed_pct=110)
    assert "ủy ban nhân dân" in made["spoken"].lower()
    listened = decode(district.api.get(f"/announcements/{made['id']}/sound").content)
    start = datetime.now(UTC) + timedelta(seconds=4)
    broadcast = district.broadcast(
        "announcement", made["id"], f"device:{SPEAKER}", start=instant.to_text(start)
    )

    entry = until(lambda: _proof(district, broadcast), timeout_s=60, why="proof of play")
    assert (entry["end_reason"], entry["asset"]) == ("finished", made["sha256"])
    played = instant.from_text(entry["ended_at"]) - instant.from_text(entry["started_at"])
    assert played.total_seconds() == pytest.approx(made["duration_ms"] / 1_000, abs=1.0)

    heard = _spoken(_listen(district))
    assert len(heard) / 48_000 == pytest.approx(len(_spoken(listened)) / 48_000, abs=0.1)
    measured = loudness.measure(heard)
    assert measured.integrated_lufs == pytest.approx(loudness.SPEECH_LUFS, abs=0.5)
    assert measured.integrated_lufs == pytest.approx(made["loudness_lufs"], abs=0.2)
    assert measured.true_peak_dbtp <= loudness.MAX_TRUE_PEAK_DBTP + 0.1
    assert _found(heard, _spoken(listened)) > 0.8, "the same words at the same places"


def _proof(district, broadcast):
    entries = [one for one in district.asrun(SPEAKER) if one["broadcast"] == broadcast["id"]]
    return entries[0] if entries else None


def _listen(district):
    answer = district.simulator.get(f"/speakers/{SPEAKER}.wav", params={"seconds": LISTEN_S})
    with av.open(BytesIO(answer.raise_for_status().content)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(blocks, axis=1)[0].astype(np.int16)


def _spoken(samples):
    """Return the samples from the first that can be heard to the last."""
    (loud,) = np.nonzero(np.abs(samples.astype(int)) > 300)
    return samples[loud[0] : loud[-1] + 1]


def _found(heard, listened):
    """Return the share of seconds that are heard where they were listened to, within 0.3 s.

    A busy machine may let a loudspeaker wait for a moment; one second then sounds different.
    """
    piece, reach = 100, 30
    one, other = _envelope(heard), np.pad(_envelope(listened), (reach, reach + piece))
    starts = range(0, min(len(one), len(other) - 2 * reach) - piece, piece)
    fits = [
        max(
            np.corrcoef(one[at : at + piece], other[at + lag : at + lag + piece])[0, 1]
            for lag in range(2 * reach)
        )
        for at in starts
    ]
    return np.mean(np.array(fits) > 0.9)


def _envelope(samples):
    """Return how loud a sound is in each hundredth of a second."""
    window = 480
    usable = samples[: len(samples) // window * window].astype(float)
    return np.sqrt((usable.reshape(-1, window) ** 2).mean(axis=1))
