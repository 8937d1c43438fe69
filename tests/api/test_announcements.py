"""Announcements over REST: spoken, shown, listened to, broadcast."""

from datetime import timedelta
from io import BytesIO

import av
import httpx
import numpy as np
import parts
import pytest
import tones
from serving import serving

from api.speech import DOUBTS
from playlists.audio import loudness
from playlists.audio.decode import decode
from playlists.audio.speech import espeak
from playlists.audio.speech.passage import Why
from playlists.schedule import instant

TEXT = "Mời bà con nhân dân ra nhà văn hóa họp tổ dân phố"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")
    folder = tmp_path_factory.mktemp("máy chủ")
    phrases = folder / "phrases"
    phrases.mkdir()
    (phrases / "so-tan.wav").write_bytes(tones.as_wav(tones.tone(880.0, 1.0, -20.0)))
    (phrases / "so-tan.txt").write_text("Sơ tán ngay", "utf-8")
    (folder / "speech.toml").write_text(
        "[piper]\nprogram = '/nowhere/piper'\nvoices = '/nowhere'\n"
        "[http]\nurl = 'http://127.0.0.1:1/'\ntimeout_s = 2\n"
        "[[http.voices]]\nid = 'lan'\nlanguage = 'km'\nname = 'Lan'\n"
    )
    with serving(folder) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        ) as client:
            yield client


@pytest.fixture
def client(served):
    return served


def announced(client, **document):
    answer = client.post("/announcements", json=document)
    assert answer.status_code == 201, answer.text
    return answer


def planned_asset(client, broadcast):
    """Return the asset of the one occurrence that `loa-1` has of a broadcast that begins now."""
    start = instant.from_text(broadcast["first_start"])
    span = {"from": instant.to_text(start), "to": instant.to_text(start + timedelta(hours=1))}
    items = client.get("/devices/loa-1/timeline", params=span).json()["items"]
    (asset,) = [one["asset"] for one in items if one["broadcast"] == broadcast["id"]]
    return asset


def test_an_announcement_is_shown_and_heard_before_anybody_approves(client):
    answer = announced(client, text=TEXT, voice="espeak:vi-vn-x-south", speed_pct=90)
    made = answer.json()
    assert (
        client.get(f"http://127.0.0.1:{client.base_url.port}{answer.headers['location']}").json()
        == made
    )
    assert client.get("/announcements").json()["items"][0] == made
    assert made["spoken"].lower().startswith("mời bà con")
    assert made["doubts"] == []
    (part,) = made["parts"]
    assert (part["text"], part["language"], part["voice"]) == (TEXT, "vi", "espeak:vi-vn-x-south")
    assert part["speed_pct"] == 90
    sound = client.get(made["sound"].removeprefix("/api/v1"))
    assert sound.headers["content-type"] == "audio/ogg"
    with av.open(BytesIO(sound.content)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.channels) == ("opus", 1)
    samples = decode(sound.content)
    assert len(samples) / 48 == pytest.approx(made["duration_ms"], abs=30)
    measured = loudness.measure(samples)
    assert measured.integrated_lufs == pytest.approx(-16.0, abs=0.5)
    assert measured.integrated_lufs == pytest.approx(made["loudness_lufs"], abs=0.05)


def test_what_is_said_is_shown_word_for_word_with_every_doubt(client):
    text = "UBND phường họp lúc 19h30 ngày 25/11/2026 về KPXQ"
    made = announced(client, text=text).json()
    assert "Ủy ban nhân dân".lower() in made["spoken"].lower()
    assert "mười chín giờ ba mươi" in made["spoken"]
    assert not any(char.isdigit() for char in made["spoken"])
    (doubt,) = [one for one in made["doubts"] if one["written"] == "KPXQ"]
    assert text[doubt["at"] :].startswith("KPXQ")
    assert doubt["why"] in {"spelled", "sounded"}
    assert doubt["detail"].endswith(".")
    assert doubt["detail_en"].endswith(".")
    assert made["parts"][0]["doubts"] == made["doubts"]


def test_a_text_is_read_while_it_is_typed_and_nothing_is_kept(client):
    before = client.get("/announcements").json()
    asked = {"parts": [{"text": "19h30"}, {"text": "At the hall", "language": "en"}]}
    answer = client.post("/announcements/reading", json=asked)
    assert answer.status_code == 200
    spoken = answer.json()["spoken"].split("\n")
    assert spoken[0].startswith("mười chín giờ ba mươi")
    assert spoken[1:] == ["At the hall"]
    assert client.get("/announcements").json() == before
    assert client.post("/announcements/reading", json={"text": "?"}).status_code == 422


def test_an_announcement_stands_in_a_playlist_beside_a_clip(client):
    made = announced(client, text=TEXT).json()
    wav = tones.as_wav(tones.tone(880.0, 1.0, -20.0))
    clip = client.post("/clips", files={"file": ("chuông.wav", wav)}).json()
    playlist = client.post(
        "/playlists",
        json={
            "name": "Bản tin",
            "gap_s": 1.0,
            "items": [
                {"kind": "clip", "id": clip["id"]},
                {"kind": "announcement", "id": made["id"]},
            ],
        },
    )
    assert playlist.status_code == 201, playlist.text
    asked = {
        "content": {"kind": "playlist", "id": playlist.json()["id"]},
        "targets": ["device:loa-1"],
    }
    asset = planned_asset(client, client.post("/broadcasts", json=asked).json())
    heard = decode(client.get(f"/assets/{asset}").content)
    assert len(heard) / 48 == pytest.approx(1_000 + 1_000 + made["duration_ms"], abs=600)
    ((_, end_s),) = tones.find_tone(heard, 880.0)
    speech = heard[round((end_s + 1.0) * 48_000) :]
    assert np.abs(speech.astype(int)).max() > 3_000


def test_every_doubt_has_words():
    assert set(DOUBTS) == set(Why)


def test_what_is_listened_to_is_what_is_broadcast(client):
    made = announced(client, text=TEXT).json()
    asked = {
        "content": {"kind": "announcement", "id": made["id"]},
        "targets": ["device:loa-1"],
    }
    answer = client.post("/broadcasts", json=asked)
    assert answer.status_code == 201, answer.text
    assert planned_asset(client, answer.json()) == made["sha256"]
    to_board = client.post("/broadcasts", json=asked | {"targets": ["device:bang-1"]})
    assert to_board.json()["code"] == "unknown-target"


def test_languages_and_phrases_in_one_announcement(client):
    made = announced(
        client,
        name="Sơ tán",
        gap_s=0.5,
        parts=[
            {"phrases": ["so-tan"]},
            {"text": "Nước đang lên"},
            {"text": "The water is rising.", "language": "en"},
        ],
    ).json()
    assert made["name"] == "Sơ tán"
    assert [part["voice"] for part in made["parts"]] == ["phrases", "espeak:vi", "espeak:en-us"]
    assert made["spoken"].split("\n")[0] == "Sơ tán ngay"
    heard = decode(client.get(f"/announcements/{made['id']}/sound").content)
    assert len(tones.find_tone(heard, 880.0)) == 1
    assert np.abs(heard[-48_000:].astype(int)).max() > 2_000


def test_voices_and_phrases_are_listed(client):
    voices = client.get("/voices").json()["items"]
    assert voices[0] == {"id": "http:lan", "language": "km", "label": "Lan"}
    assert {one["id"] for one in voices} >= {"espeak:vi", "espeak:vi-vn-x-central"}
    assert not any(one["id"].startswith("piper") for one in voices)
    assert client.get("/phrases").json()["items"] == [{"id": "so-tan", "words": "Sơ tán ngay"}]


@pytest.mark.parametrize(
    ("document", "status", "code"),
    [
        ({}, 422, "empty-text"),
        ({"text": "?!"}, 422, "nothing-to-say"),
        ({"text": TEXT, "speed_pct": 10}, 422, "invalid"),
        ({"text": TEXT, "voice": "piper:vi"}, 422, "unknown-voice"),
        ({"text": TEXT, "language": "tlh"}, 422, "unknown-voice"),
        ({"phrases": ["so-tan", "mat-dien"]}, 422, "unknown-phrase"),
        ({"text": TEXT, "phrases": ["so-tan"]}, 422, "invalid"),
        ({"text": TEXT, "parts": [{"text": TEXT}]}, 422, "bad-request"),
        ({"parts": [{"text": TEXT}] * 21}, 422, "bad-request"),
        ({"text": TEXT, "gap_s": 60}, 422, "invalid"),
        ({"text": TEXT, "sped_pct": 100}, 422, "bad-request"),
        ({"text": "x", "language": "km"}, 502, "speech-failed"),
    ],
)
def test_what_cannot_be_spoken_is_told_in_words(client, document, status, code):
    answer = client.post("/announcements", json=document)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["detail"]
    assert "{" not in problem["detail"] + problem["detail_en"]


def test_what_is_not_there_is_not_found(client):
    assert client.get("/announcements/none").status_code == 404
    assert client.get("/announcements/none/sound").status_code == 404
