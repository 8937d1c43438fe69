"""What an operator gets wrong is answered clearly, and nothing is lost or done by half."""

import time
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.e2e

BOARD, SPEAKER = "bang-cong-chao", "loa-nha-van-hoa"
NOW = datetime.now(UTC)
TOMORROW = (NOW + timedelta(days=1)).strftime("%Y-%m-%dT08:00:00")


@pytest.fixture(scope="module")
def message(district):
    return district.post("/messages", text="Xin chào")["id"]


def refused(answer, status, code):
    problem = answer.json()
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["title"]
    assert problem["detail"]
    assert problem["detail_en"]
    return problem


def schedule(district, message, **fields):
    document = {
        "content": {"kind": "message", "id": message},
        "targets": [f"device:{BOARD}"],
        "rule": {"duration_s": 60},
    }
    return district.api.post("/broadcasts", json=document | fields)


def test_a_letter_no_font_has_is_named(district):
    answer = district.api.post("/messages", json={"text": "Chào 漢 bạn"})
    if answer.status_code == 201:  # fonts are the board's business: refused when scheduled
        answer = schedule(district, answer.json()["id"])
    problem = refused(answer, 422, "glyph-missing")
    assert problem["letter"] == "漢"
    assert "漢" in problem["detail"]


def test_text_too_tall_for_the_board(district):
    message = district.post("/messages", text="Cao quá", font=7)["id"]
    answer = schedule(district, message, targets=["device:bang-nga-tu"])  # 20 rows on 16
    refused(answer, 422, "text-too-tall")


def test_a_file_that_is_not_audio(district):
    files = {"file": ("nhạc.mp3", b"MZ\x90\x00 this is a program" * 50)}
    refused(district.api.post("/clips", files=files), 422, "not-audio")


def test_ten_megabytes_of_json(district):
    body = b'{"text": "' + b"a" * 10_000_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    refused(district.api.post("/messages", content=body, headers=headers), 413, "too-large")


@pytest.mark.parametrize("target", ["device:nowhere", "group:none", "area:moon", "bang", "x:y", ""])
def test_an_unknown_target(district, message, target):
    problem = refused(schedule(district, message, targets=[target]), 422, "unknown-target")
    assert problem["target"] == target


def test_a_message_for_a_loudspeaker(district, message):
    refused(schedule(district, message, targets=[f"device:{SPEAKER}"]), 422, "unknown-target")


@pytest.mark.parametrize(
    ("rrule", "code"),
    [
        ("FREQ=SECONDLY;COUNT=1000000000", "exploding-rrule"),
        ("FREQ=HOURLY;COUNT=999999999", "exploding-rrule"),
        ("FREQ=NEVER", "bad-rrule"),
        ("DROP TABLE", "bad-rrule"),
        ("FREQ=DAILY;COUNT=1\nRDATE:20300101T000000", "bad-rrule"),
    ],
)
def test_rules_that_explode_or_make_no_sense(district, message, rrule, code):
    began_s = time.monotonic()
    rule = {"start": TOMORROW, "duration_s": 60, "rrule": rrule}
    refused(schedule(district, message, rule=rule), 422, code)
    assert time.monotonic() - began_s < 10, "bounded, whatever the rule"


def test_a_time_that_does_not_exist(district, message):
    spring = _berlin_spring()
    rule = {"start": spring, "duration_s": 60, "tz": "Europe/Berlin"}
    problem = refused(schedule(district, message, rule=rule), 422, "nonexistent-time")
    assert "Europe/Berlin" in problem["detail"]


def test_the_past_is_refused_with_both_times(district, message):
    rule = {"start": (NOW - timedelta(days=1)).isoformat(), "duration_s": 60}
    problem = refused(schedule(district, message, rule=rule), 422, "in-the-past")
    assert {"start", "now"} <= set(problem)


def test_sound_in_quiet_hours_is_refused_by_the_rules_name(district):
    import tones  # noqa: PLC0415 -- heavy, and only here

    files = {"file": ("t.wav", tones.as_wav(tones.tone(500.0, 1.0, -20.0)))}
    clip = district.api.post("/clips", files=files).json()["id"]
    night = (NOW + timedelta(days=2)).strftime("%Y-%m-%dT03:15:00")
    document = {
        "content": {"kind": "clip", "id": clip},
        "targets": ["device:loa-hoa-sen"],
        "rule": {"start": night},
    }
    problem = refused(district.api.post("/broadcasts", json=document), 422, "out-of-hours")
    assert "Liên Chiểu" in problem["detail"]
    emergency = district.api.post("/broadcasts", json=document | {"class": "emergency"})
    assert emergency.status_code == 201
    district.api.post(f"/broadcasts/{emergency.json()['id']}/cancel").raise_for_status()


@pytest.mark.parametrize(
    "body", [b"{", b'{"text": NaN}', b'{"text": "\xff"}', b"[" * 100_000, b"null", b""]
)
def test_bytes_that_are_no_json(district, body):
    headers = {"Content-Type": "application/json"}
    answer = district.api.post("/messages", content=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_nobody_without_a_token(district):
    answer = district.api.get("/devices", headers={"Authorization": "Bearer admin"})
    refused(answer, 401, "not-authenticated")


def _berlin_spring() -> str:
    """Return 02:30 on the next last Sunday of March, which Berlin skips."""
    year = NOW.year if NOW.month < 3 else NOW.year + 1
    day = datetime(year, 3, 31, tzinfo=UTC)
    day -= timedelta(days=(day.weekday() + 1) % 7)
    return day.strftime("%Y-%m-%dT02:30:00")
