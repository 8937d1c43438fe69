"""A sentence typed by an operator stands on a board, and leaves it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from waiting import until

pytestmark = pytest.mark.e2e

SERIAL, SMALL_SERIAL, THIN = "bang-cong-chao", "bang-nga-tu", "bang-nha-van-hoa"
SENTENCE = "Mỗi ngày một tin tốt"


@pytest.mark.parametrize("board", [SERIAL, SMALL_SERIAL, THIN])
def test_a_sentence_stands_on_a_board_and_is_taken_off(district, board):
    idle = district.seen(board)
    broadcast = district.say(SENTENCE, f"device:{board}")
    until(lambda: district.shows(broadcast, board), why=f"{board} shows the sentence")

    now = until(lambda: _on(district, board, broadcast), why="the device reports it")
    assert now["online"]
    assert now["why"]

    cancelled = district.api.post(f"/broadcasts/{broadcast['id']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    until(lambda: np.array_equal(district.seen(board), idle), why="the board is idle again")

    entry = until(lambda: _entries(district, board, broadcast), why="proof arrives")[0]
    assert entry["end_reason"] == "cancelled"
    assert entry["planned_at"] <= entry["started_at"] <= entry["ended_at"]


def test_letters_arrive_with_every_accent(district):
    broadcast = district.say("Ngõ ngách: ẩ ẫ ằ Ữ Ợ đ Đ", f"device:{SERIAL}")
    until(lambda: district.shows(broadcast, SERIAL), why="the accented letters stand")
    district.api.post(f"/broadcasts/{broadcast['id']}/cancel")


def test_text_that_does_not_fit_scrolls_on_a_serial_and_on_a_thin_board(district):
    text = "Nâng cao chất lượng thông tin cơ sở trong tình hình mới. " * 4
    broadcast = district.say(text, f"device:{SERIAL}", f"device:{THIN}")
    for board in (SERIAL, THIN):
        seen = {district.seen(board).tobytes() for _ in range(1)}
        until(lambda b=board, s=seen: _collect(district, b, s) > 5, timeout_s=15, why="it moves")
    district.api.post(f"/broadcasts/{broadcast['id']}/cancel")


def test_an_area_reaches_all_its_boards_and_the_end_comes_by_itself(district):
    broadcast = district.say("Họp tổ dân phố 19g30", "area:khu-trinh-dien", duration_s=4)
    boards = [SERIAL, SMALL_SERIAL, THIN]
    until(lambda: all(_on(district, b, broadcast) for b in boards), why="every board reports it")
    for board in boards:
        entry = until(lambda b=board: _entries(district, b, broadcast), timeout_s=15, why="proof")
        assert [one["end_reason"] for one in entry] == ["finished"]


def test_a_rule_repeats_in_the_zone_of_the_area(district):
    start = datetime.now(UTC).astimezone() + timedelta(days=1)
    message = district.post("/messages", text="Chào cờ")
    broadcast = district.broadcast(
        "message",
        message["id"],
        f"device:{SERIAL}",
        start=start.strftime("%Y-%m-%dT07:00:00"),
        duration_s=600,
        rrule="FREQ=DAILY;COUNT=3",
    )
    span = {"from": datetime.now(UTC).isoformat(), "to": (start + timedelta(days=9)).isoformat()}
    answer = district.api.get(f"/devices/{SERIAL}/timeline", params=span).raise_for_status()
    starts = [one["start"] for one in answer.json()["items"] if one["broadcast"] == broadcast["id"]]
    assert len(starts) == 3
    assert all(at.endswith(("T00:00:00.000Z", "T00:00:00Z")) for at in starts)  # 07:00 at +07
    district.api.post(f"/broadcasts/{broadcast['id']}/cancel")


def _on(district, board, broadcast):
    now = district.now(board)
    return now if now["broadcast"] == broadcast["id"] else None


def _entries(district, board, broadcast):
    return [one for one in district.asrun(board) if one["broadcast"] == broadcast["id"]]


def _collect(district, board, seen):
    seen.add(district.seen(board).tobytes())
    return len(seen)
