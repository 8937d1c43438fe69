import contextlib
import unicodedata
from itertools import product

import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.text import raster
from playlists.text.font import Font
from playlists.text.fontbook import BUILT_IN
from playlists.text.frame import Frame
from playlists.text.refusals import GlyphMissing, UnknownFont

TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LOWER = [unicodedata.normalize("NFC", v + t) for v, t in product("aăâeêioôơuưy", TONES)] + ["đ"]
LETTERS = [*LOWER, *(letter.upper() for letter in LOWER)]
ASCII = [chr(code) for code in range(0x20, 0x7F)]
OFFICIAL = list("“”‘’–—…•№°²³₫€×÷±→←↑↓½")


@pytest.mark.parametrize("slot", BUILT_IN.slots())
def test_every_letter_of_vietnamese_is_drawn_and_no_two_alike(slot):
    font = BUILT_IN.load(slot)
    assert len(LETTERS) == 146
    drawn = {font.glyphs[letter].tobytes() for letter in LETTERS}
    assert len(drawn) == len(LETTERS)


@pytest.mark.parametrize("slot", BUILT_IN.slots())
def test_ascii_and_official_punctuation_are_drawn(slot):
    assert not set(ASCII + OFFICIAL) - set(BUILT_IN.load(slot).glyphs)


@pytest.mark.parametrize("slot", BUILT_IN.slots())
def test_digits_stand_in_columns(slot):
    assert len({BUILT_IN.load(slot).glyphs[digit].shape for digit in "0123456789"}) == 1


@pytest.mark.parametrize("slot", BUILT_IN.slots())
@given(text=st.text(st.sampled_from(LETTERS + ASCII), min_size=1, max_size=30))
def test_a_line_is_its_letters_side_by_side(slot, text):
    drawn = Frame.from_bitmap(raster.line(text, BUILT_IN.load(slot)))
    assert drawn.to_text() == "\n".join(reference.render_line(text, slot))


@pytest.mark.parametrize("slot", BUILT_IN.slots())
@given(text=st.text(min_size=1, max_size=20))
def test_any_text_is_drawn_whole_or_its_first_missing_letter_is_named(slot, text):
    font = BUILT_IN.load(slot)
    missing = [at for at, letter in enumerate(text, start=1) if letter not in font.glyphs]
    if missing:
        with pytest.raises(GlyphMissing) as caught:
            raster.line(text, font)
        assert caught.value.facts["position"] == missing[0]
        assert caught.value.facts["letter"] == text[missing[0] - 1]
    else:
        width_px = sum(font.glyphs[letter].shape[1] for letter in text)
        assert raster.line(text, font).shape == (font.rows, width_px)


def test_slots_rise_with_the_size_of_their_letters():
    assert BUILT_IN.slots() == tuple(range(10))
    rows = [BUILT_IN.load(slot).rows for slot in BUILT_IN.slots()]
    assert rows == [8, 10, 12, 14, 16, 16, 16, 20, 24, 32]


def test_every_slot_draws_the_same_letters():
    assert len({frozenset(BUILT_IN.load(slot).glyphs) for slot in BUILT_IN.slots()}) == 1


def test_an_empty_slot_says_which_are_filled():
    with pytest.raises(UnknownFont) as caught:
        BUILT_IN.load(99)
    assert caught.value.facts["known"] == [*BUILT_IN.slots()]


MARKED = """name x
rows 3
baseline 3

U+0061 a
...
@@.
@@.

mark dot
@

mark bar
@@@@

U+00E1 á = a + dot 0 0
U+00E3 ã = a + bar -1 0 + dot 3 2"""


def test_marks_are_set_on_letters_and_widen_them():
    glyphs = Font.parse(MARKED, 0).glyphs
    assert Frame.from_bitmap(glyphs["á"]).to_text() == "@..\n@@.\n@@."
    assert Frame.from_bitmap(glyphs["ã"]).to_text() == "@@@@.\n.@@..\n.@@.@"


@pytest.mark.parametrize(
    "wrong",
    [
        "U+00E1 á = b + dot 0 0",
        "U+00E1 á = a + dash 0 0",
        "U+00E1 á = a + dot 0",
        "U+00E1 á = a + dot 0 3",
        "U+00E1 á = a + dot 999 0",
        "U+00E1 á = a",
        "mark dot\n@",
        "mark none",
        "U+00E1 á = a + dot 0 0\nU+00E1 á = a + dot 0 0",
    ],
)
def test_recipes_that_are_none(wrong):
    with pytest.raises(BadBytes):
        Font.parse(f"{MARKED.partition('U+00E1')[0]}{wrong}", 0)


@given(st.text(max_size=300))
def test_any_drawing_is_a_font_or_bad_bytes(drawing):
    with contextlib.suppress(BadBytes):
        Font.parse(drawing, 0)


@pytest.mark.parametrize(
    "drawing",
    [
        "name x\nrows 2\nbaseline 2\n\nU+0041 A\n@.\n@",
        "name x\nrows 2\nbaseline 2\n\nU+0041 A\n@.",
        "name x\nrows 2\nbaseline 2\n\nU+ZZ A\n@.\n.@",
        "name x\nrows 2\nbaseline 2\n\nU+110000 A\n@.\n.@",
        "name x\nrows 2\nbaseline 3\n\nU+0041 A\n@.\n.@",
        "name x\nrows two\nbaseline 2",
        "name x\nrows 2\nbaseline 2",
        "name x\nrows 2\nbaseline 2\n\nU+0041 A\n@.\n.@\n\nU+0041 A\n..\n..",
        "name x\nrows 2\nbaseline 2\n\nU+0041 B\n@.\n.@",
        "name x\nrows 2\nbaseline 2\n\nU+D800 \ud800\n@.\n.@",
        "name x\nrows 2\nbaseline 2\n\nU+0041 A\n#.\n.#",
    ],
)
def test_drawings_that_are_no_font(drawing):
    with pytest.raises(BadBytes):
        Font.parse(drawing, 0)
