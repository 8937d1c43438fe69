"""One schedule, every dialect at once: the same sentence stands on each board, letter for letter.

Each board decodes its own dialect from its own line; what it shows is read back twice, as pixels
against the preview, and as letters through the font by a reader that shares no code with ours.
"""

import numpy as np
import pytest
import reference
from many_dialects import drawing_dialects, write_plan
from waiting import until

pytestmark = pytest.mark.e2e

SENTENCE = "Họp tổ 19g30"
FONTS = range(10)


@pytest.fixture(scope="module")
def street(run_district, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("nhiều tiếng nói")
    with run_district(folder, write_plan(folder / "quan.toml")) as district:
        yield district


def test_one_sentence_reads_the_same_on_every_dialect(street):
    boards = [f"bang-{name}" for name in drawing_dialects()]
    assert len(boards) >= 8
    broadcast = street.say(SENTENCE, "area:khu", duration_s=600)
    for board in boards:
        until(
            lambda b=board: street.shows(broadcast, b), timeout_s=30, why=f"{board} has every LED"
        )
    for board in boards:
        assert read(street.seen(board)) == SENTENCE, board
    for board in boards:
        now = until(lambda b=board: on_air(street, b), why=f"{board} reports it")
        assert now["broadcast"] == broadcast["id"]
    street.api.post(f"/broadcasts/{broadcast['id']}/cancel")
    for board in boards:
        until(
            lambda b=board: read(street.seen(b)) == "Chào bạn", timeout_s=30, why=f"{board} is idle"
        )


def test_when_one_board_dies_the_others_go_on(street):
    names = drawing_dialects()
    dead, *alive = [f"bang-{name}" for name in names]
    fault = {"device": dead, "fault": "unplugged"}
    assert street.simulator.post("/faults", json=fault).status_code == 204
    broadcast = street.say("Mưa to", "area:khu", duration_s=600)
    for board in alive:
        until(
            lambda b=board: street.shows(broadcast, b), timeout_s=30, why=f"{board} has every LED"
        )
    assert not street.shows(broadcast, dead)
    until(lambda: street.now(dead)["fault"], timeout_s=30, why="the dead one is reported")
    street.simulator.post("/faults", json={"device": dead, "fault": "none"})
    until(lambda: street.shows(broadcast, dead), timeout_s=60, why="it comes back by itself")


def on_air(street, board):
    now = street.now(board)
    return now if now["broadcast"] else None


def read(leds: np.ndarray) -> str | None:
    """Return what stands on a board; the font's height tells which it is."""
    rows = ["".join(".@"[bool(led.any())] for led in row) for row in leds]
    lit = [at for at, row in enumerate(rows) if "@" in row]
    for slot in FONTS if lit else ():
        height_px = len(reference.glyphs(slot)["A"])
        tops = range(max(0, lit[-1] - height_px + 1), min(lit[0], len(rows) - height_px) + 1)
        for top in tops:
            text = reference.read_line(rows[top : top + height_px], slot)
            if text is not None:
                return text.strip()  # the margins are as dark as spaces
    return None
