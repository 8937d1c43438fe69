"""Words as they were looked at and found right; a diff of a golden file shows the letters."""

from pathlib import Path

import pytest

from playlists.text import raster
from playlists.text.fontbook import BUILT_IN
from playlists.text.frame import Frame

GOLDEN = Path(__file__).parent / "golden"
WORDS = ("Thông báo", "Ngõ Ổ Ộ Ẵ ỷ", "Đường số 9", "“19g30”")


@pytest.mark.parametrize("slot", BUILT_IN.slots())
def test_words_look_as_they_did(slot):
    font = BUILT_IN.load(slot)
    parts = [f"{word}\n{Frame.from_bitmap(raster.line(word, font)).to_text()}\n" for word in WORDS]
    assert "\n".join(parts) == (GOLDEN / f"slot-{slot}.txt").read_text("utf-8")


def test_every_slot_has_been_looked_at():
    assert {path.name for path in GOLDEN.iterdir()} == {f"slot-{n}.txt" for n in BUILT_IN.slots()}
