"""A real audio file is heard at a loudspeaker, at its time, and comes back as proof."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import av
import numpy as np
import pytest
import tones
from waiting import until

from playlists.schedule import instant

pytestmark = pytest.mark.e2e

SPEAKER = "loa-nha-van-hoa"
LOW_HZ, HIGH_HZ = 440.0, 1250.0


def test_a_playlist_is_heard_in_order_at_the_planned_instant(district):
    low = tones.as_wav(tones.tone(LOW_HZ, 1.5, -20.0))
    high = tones.as_mp3(tones.tone(HIGH_HZ, 1.5, -12.0))
    clips = [upload(district, "thấp.wav", low), upload(district, "cao.mp3", high)]
    playlist = district.post(
        "/playlists",
        name="Bản tin sáng",
        items=[{"kind": "clip", "id": clip["id"]} for clip in clips],
        gap_s=0.8,
        chime="gong",
    )
    start = datetime.now(UTC) + timedelta(seconds=4)
    broadcast = district.broadcast(
        "playlist", playlist["id"], f"device:{SPEAKER}", start=instant.to_text(start)
    )

    entry = until(lambda: _proof(district, broadcast), timeout_s=30, why="proof of play")
    assert entry["end_reason"] == "finished"
    assert entry["planned_at"] == instant.to_text(start)
    lateness = instant.from_text(entry["started_at"]) - instant.from_text(entry["planned_at"])
    assert timedelta(0) <= lateness < timedelta(seconds=1), lateness

    heard = listen(district, SPEAKER, 30)
    ((low_from, low_to),) = tones.find_tone(heard, LOW_HZ)
    ((high_from, high_to),) = tones.find_tone(heard, HIGH_HZ)
    assert 1.2 < low_to - low_from < 1.7
    assert 1.2 < high_to - high_from < 1.7
    assert 0.6 < high_from - low_to < 1.0, "the gap"
    before = heard[: int((low_from - 0.1) * 48_000)]
    assert np.abs(before.astype(int)).max() > 500, "the chime"
    assert len([one for one in district.asrun(SPEAKER) if one["broadcast"] == broadcast["id"]]) == 1


def test_cancel_silences_a_playing_loudspeaker(district):
    clip = upload(district, "dài.wav", tones.as_wav(tones.tone(700.0, 20.0, -18.0)))
    broadcast = district.broadcast("clip", clip["id"], "device:loa-cong-vien")
    until(
        lambda: district.now("loa-cong-vien")["broadcast"] == broadcast["id"],
        timeout_s=15,
        why="it plays",
    )
    district.api.post(f"/broadcasts/{broadcast['id']}/cancel").raise_for_status()
    entry = until(
        lambda: _proof(district, broadcast, "loa-cong-vien"), timeout_s=10, why="it is cut"
    )
    assert entry["end_reason"] == "cancelled"


def test_the_asset_is_mono_and_even_loud(district):
    clip = upload(district, "đều.wav", tones.as_wav(tones.tone(600.0, 3.0, -35.0)))
    start = datetime.now(UTC) + timedelta(hours=1)
    broadcast = district.broadcast(
        "clip", clip["id"], f"device:{SPEAKER}", start=instant.to_text(start)
    )
    span = {"from": instant.to_text(start), "to": instant.to_text(start + timedelta(hours=1))}
    timeline = district.api.get(f"/devices/{SPEAKER}/timeline", params=span).json()["items"]
    asset = next(one["asset"] for one in timeline if one["broadcast"] == broadcast["id"])
    secret = {"Authorization": f"Bearer {district.demo.secrets[SPEAKER]}"}
    whole = district.api.get(f"/assets/{asset}", headers=secret).raise_for_status().content
    part = district.api.get(f"/assets/{asset}", headers=secret | {"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole[100:200]
    with av.open(BytesIO(whole)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.channels) == ("opus", 1)
    district.api.post(f"/broadcasts/{broadcast['id']}/cancel")


def upload(district, name, data):
    answer = district.api.post("/clips", files={"file": (name, data)}, data={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


def listen(district, speaker, seconds):
    answer = district.simulator.get(f"/speakers/{speaker}.wav", params={"seconds": seconds})
    with av.open(BytesIO(answer.raise_for_status().content)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(blocks, axis=1)[0].astype(np.int16)


def _proof(district, broadcast, speaker=SPEAKER):
    entries = [one for one in district.asrun(speaker) if one["broadcast"] == broadcast["id"]]
    return entries[0] if entries else None
