import bz2
import contextlib
import gzip
import random
from pathlib import Path

import freetype
import numpy as np
import pytest
from foreign_fonts import bdf, pcf
from hypothesis import given, settings
from hypothesis import strategies as st
from parts import missing

from playlists.errors import BadBytes
from playlists.text import alphabet, fontimport
from playlists.text.font import Font
from playlists.text.fontbook import BUILT_IN
from playlists.text.fontfile import MAX_GLYPH_PX, MAX_ROWS
from playlists.text.fontimport import FontTooTall, Why

OUTLINES = [
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf"),
]
PRINTED = {"A": "@.\n@.", "B": "@@.\n@.."}


def outlines(path):
    if not path.exists():
        missing(f"no {path.name}")
    return path.read_bytes()


def drawn(data, rows, **wishes):
    imported = fontimport.drawing(data, rows, "Test", **wishes)
    return Font.parse(imported.text, 0), imported.left_out


def small(glyphs, rows=2, baseline=2):
    """Return a font of a few letters drawn with '.' and '@'."""
    bitmaps = {
        one: np.array([[led == "@" for led in row] for row in text.split("\n")], np.uint8)
        for one, text in glyphs.items()
    }
    return Font(0, "Small", rows, baseline, 1, bitmaps)


def same(ours, theirs):
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[one], theirs[one]) for one in ours)


@pytest.mark.parametrize("trimmed", [False, True])
@pytest.mark.parametrize("slot", BUILT_IN.slots())
def test_a_font_of_ours_written_as_bdf_comes_back_pixel_by_pixel(slot, trimmed):
    ours = BUILT_IN.load(slot)
    back, left_out = drawn(bdf(ours, trimmed=trimmed), ours.rows)
    same(back.glyphs, ours.glyphs)
    assert (back.rows, back.baseline, left_out) == (ours.rows, ours.baseline, ())


@pytest.mark.parametrize("slot", BUILT_IN.slots())
def test_a_font_of_ours_written_as_pcf_comes_back_pixel_by_pixel(slot):
    ours = BUILT_IN.load(slot)
    back, left_out = drawn(pcf(ours), ours.rows)
    same(back.glyphs, ours.glyphs)
    assert (back.rows, back.baseline, left_out) == (ours.rows, ours.baseline, ())


def test_a_gzipped_font_is_unpacked():
    ours = BUILT_IN.load(BUILT_IN.slots()[0])
    back, _ = drawn(gzip.compress(pcf(ours)), ours.rows)
    same(back.glyphs, ours.glyphs)


def test_a_gzip_that_unpacks_to_more_than_any_font_is_refused():
    bomb = gzip.compress(b"STARTFONT" + bytes(fontimport.MAX_FONT_FILE_BYTES))
    with pytest.raises(BadBytes, match="more than"):
        drawn(bomb, 16)
    with pytest.raises(BadBytes, match="cut short"):
        drawn(gzip.compress(bdf(BUILT_IN.load(BUILT_IN.slots()[0])))[:-20], 16)


@pytest.mark.parametrize("rows", [11, 16, 24, 32])
@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_outlines_are_drawn_as_freetype_draws_them(path, rows):
    font, _ = drawn(outlines(path), rows)
    face = sized(path, font)
    assert set(alphabet.VIETNAMESE + alphabet.ASCII) <= font.glyphs.keys()
    for letter in set(font.glyphs) - set(alphabet.DIGITS):
        pixels, advance_px = rendered(face, letter)
        left = min(0, *(x for x, _ in pixels)) if pixels else 0
        right = max([advance_px, *(x + 1 for x, _ in pixels)])
        ours = {(x + left, font.baseline - y) for y, x in np.argwhere(font.glyphs[letter])}
        assert (font.glyphs[letter].shape[1], ours) == (right - left, pixels), letter


@pytest.mark.parametrize("rows", [11, 16, 24, 32])
@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_outlines_are_drawn_at_the_largest_size_that_fits(path, rows):
    font, left_out = drawn(outlines(path), rows)
    face = sized(path, font)
    letters = [one for one in alphabet.EVERY if one in font.glyphs]
    assert not [one for one in left_out if one.letter in alphabet.EVERY]
    assert ink_rows(face, letters) <= rows
    for larger in range(face.size.y_ppem + 1, 2 * rows):
        face.set_pixel_sizes(0, larger)
        assert ink_rows(face, "ẪẨjg|") > rows or ink_rows(face, letters) > rows


def sized(path, font):
    """Return FreeType's own view of a file, at the size its import names."""
    face = freetype.Face(str(path))
    face.set_pixel_sizes(0, int(font.source.removesuffix(" px per em").split(" ")[-1]))
    return face


def rendered(face, letter):
    """Return FreeType's lit pixels, (column, rows above the baseline), and the advance."""
    mono = freetype.FT_LOAD_TARGET_MONO | freetype.FT_LOAD_NO_BITMAP
    face.load_char(letter, freetype.FT_LOAD_RENDER | mono)
    slot = face.glyph
    bitmap, packed = slot.bitmap, slot.bitmap.buffer
    pixels = {
        (slot.bitmap_left + x, slot.bitmap_top - y)
        for y in range(bitmap.rows)
        for x in range(bitmap.width)
        if packed[y * bitmap.pitch + x // 8] & (128 >> x % 8)
    }
    return pixels, slot.advance.x // 64


def ink_rows(face, letters):
    heights = [y for letter in letters for _, y in rendered(face, letter)[0]]
    return max(heights) - min(heights) + 1


def test_digits_become_equally_wide():
    proportional = small({"1": "@.\n@.", "2": "@@@.\n@@@.", "0": "@@@@@.\n@@@@@."})
    font, _ = drawn(bdf(proportional), 2)
    assert {font.glyphs[digit].shape for digit in "012"} == {(2, 6)}
    assert font.glyphs["1"].tolist() == [[0, 0, 1, 0, 0, 0]] * 2
    assert font.glyphs["2"].tolist() == [[0, 1, 1, 1, 0, 0]] * 2


def test_spare_rows_go_above_and_below():
    font, _ = drawn(bdf(small(PRINTED)), 6)
    assert (font.rows, font.baseline) == (6, 4)
    assert font.glyphs["A"].any(axis=1).tolist() == [False, False, True, True, False, False]


def test_ink_that_hangs_over_widens_the_letter():
    hanging = bdf(small(PRINTED)).replace(b"BBX 2 2 0 0", b"BBX 2 2 -1 0")
    font, _ = drawn(hanging, 2)
    assert font.glyphs["A"].tolist() == [[1, 0, 0], [1, 0, 0]]
    far = bdf(small(PRINTED)).replace(b"BBX 2 2 0 0", b"BBX 2 2 3 0")
    font, _ = drawn(far, 2)
    assert font.glyphs["A"].tolist() == [[0, 0, 0, 1], [0, 0, 0, 1]]


def test_what_does_not_fit_is_left_out_and_named():
    wide = "\n".join(["@" * (MAX_GLYPH_PX + 1)] * 2)
    data = bdf(small(PRINTED | {"W": wide, "T": "@.\n@.", "Z": "..\n.."}))
    data = data.replace(b"ENCODING 84\nSWIDTH 500 0\nDWIDTH 2 0\nBBX 2 2 0 0",
                        b"ENCODING 84\nSWIDTH 500 0\nDWIDTH 2 0\nBBX 2 2 0 1")  # fmt: skip
    data = data.replace(
        b"ENCODING 90\nSWIDTH 500 0\nDWIDTH 2 0", b"ENCODING 90\nSWIDTH 500 0\nDWIDTH 0 0"
    )
    font, left_out = drawn(data, 2)
    assert set(font.glyphs) == {"A", "B"}
    assert {(one.letter, one.why) for one in left_out} == {
        ("W", Why.TOO_WIDE),
        ("T", Why.TOO_TALL),
        ("Z", Why.NO_WIDTH),
    }


def test_other_scripts_come_only_when_asked_for():
    data = bdf(small(PRINTED | {"漢": "@@.\n@@.", "ก": "@.\n@.", "\u0e31": "@.\n@."}))
    font, left_out = drawn(data, 2)
    assert (set(font.glyphs), left_out) == ({"A", "B"}, ())
    font, left_out = drawn(data, 2, every_letter=True)
    assert set(font.glyphs) == {"A", "B", "漢", "ก"}
    assert [(one.letter, one.why) for one in left_out] == [("\u0e31", Why.COMBINING)]


def test_letters_beyond_the_limit_are_named_and_ours_come_first(monkeypatch):
    monkeypatch.setattr(fontimport, "MAX_IMPORTED_GLYPHS", 2)
    font, left_out = drawn(bdf(small(PRINTED | {"ǎ": "@.\n@.", "ế": "@.\n@."})), 2)
    assert set(font.glyphs) == {"A", "B"}
    assert {one.letter for one in left_out if one.why is Why.TOO_MANY} == {"ǎ", "ế"}


def test_a_file_holds_as_many_letters_as_it_may():
    every = {chr(code): "\n".join(["@" * 100] * MAX_ROWS) for code in range(0x4E00, 0x4F80)}
    data = bdf(small({"A": every["一"]} | every, MAX_ROWS, MAX_ROWS))
    font, left_out = drawn(data, MAX_ROWS, every_letter=True)
    assert "A" in font.glyphs
    assert left_out
    assert {one.why for one in left_out} == {Why.TOO_MANY}
    assert len(font.glyphs) + len(left_out) == len(every) + 1


def test_a_bitmap_font_taller_than_the_rows_is_refused_with_the_rows_it_needs():
    ours = BUILT_IN.load(BUILT_IN.slots()[0])
    with pytest.raises(FontTooTall) as caught:
        drawn(bdf(ours), ours.rows - 1)
    assert caught.value.facts == {"rows": ours.rows - 1, "smallest": ours.rows}


def test_an_outline_font_says_how_few_rows_it_can_do_with():
    data = outlines(OUTLINES[0])
    with pytest.raises(FontTooTall) as caught:
        drawn(data, 2)
    smallest = caught.value.facts["smallest"]
    assert drawn(data, smallest)[0].rows == smallest
    with pytest.raises(FontTooTall):
        drawn(data, smallest - 1)


def test_names_become_one_line_each():
    data = bdf(small(PRINTED))
    imported = fontimport.drawing(
        data, 2, " Tên\nrows 9 ", source="a\u2028b\x85c", licence="CC0\n\nU+0043 C"
    )
    assert imported.text.split("\n\n")[0].splitlines() == [
        "name Tên rows 9",
        "rows 2",
        "baseline 2",
        "source a b c, Test Family, Regular, its 2 rows",
        "licence CC0 U+0043 C",
    ]
    assert Font.parse(fontimport.drawing(data, 2, "").text, 0).name == "Test Family"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "neither BDF"),
        (b"STARTFONT", "FreeType: "),
        (b"wOFF" + bytes(100), "neither BDF"),
        (bz2.compress(pcf(small(PRINTED))), "neither BDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x1f\x8b" + bytes(100), "gzip"),
        (gzip.compress(b"plain words", mtime=0), "neither BDF"),
        (gzip.compress(gzip.compress(bdf(small(PRINTED)))), "neither BDF"),
        (bdf(small(PRINTED), registry="FontSpecific"), "not named by Unicode"),
        (bdf(small({"漢": "@.\n@."})), "no letters"),
    ],
)
def test_what_is_no_font_for_us_is_bad_bytes(data, reason):
    with pytest.raises(BadBytes, match=reason):
        fontimport.drawing(data, 16, "Test")


def test_a_letter_broken_in_the_file_is_left_out_and_named():
    damaged = bytearray(outlines(OUTLINES[0]))
    face = freetype.Face(str(OUTLINES[0]))
    count = int.from_bytes(damaged[4:6], "big")
    records = [damaged[12 + 16 * at : 28 + 16 * at] for at in range(count)]
    starts = {bytes(one[:4]): int.from_bytes(one[8:12], "big") for one in records}
    entry = starts[b"loca"] + 4 * face.get_char_index("Ж")  # OpenType 1.9 "loca", long offsets
    glyph = starts[b"glyf"] + int.from_bytes(damaged[entry : entry + 4], "big")
    damaged[glyph : glyph + 2] = b"\x7f\xff"  # more contours than it has bytes
    font, left_out = drawn(bytes(damaged), 16)
    assert "Ж" not in font.glyphs
    broken = {one.letter for one in left_out if one.why is Why.BROKEN}
    assert {"Ж"} <= broken <= set("ЖҖӁӜ")  # and those composed of it
    assert "З" in font.glyphs


@pytest.mark.parametrize("rows", [-1, 0, MAX_ROWS + 1])
def test_rows_no_font_has_are_refused(rows):
    with pytest.raises(BadBytes):
        drawn(bdf(small(PRINTED)), rows)


SEEDS = [bdf(BUILT_IN.load(BUILT_IN.slots()[0]), "AẬg1"), pcf(small(PRINTED))]


def imported_or_refused(data, rows, *, every_letter):
    with contextlib.suppress(BadBytes, FontTooTall):
        font, _ = drawn(data, rows, every_letter=every_letter)
        assert font.rows == rows


@settings(max_examples=300)
@given(
    start=st.sampled_from([b"", *fontimport._KNOWN, b"\x1f\x8b\x08\0"]),
    data=st.binary(max_size=400),
    rows=st.integers(1, MAX_ROWS),
    every_letter=st.booleans(),
)
def test_any_bytes_are_a_drawing_or_a_refusal(start, data, rows, every_letter):
    imported_or_refused(start + data, rows, every_letter=every_letter)


@settings(max_examples=300)
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.floats(0, 1),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=8),
    rows=st.integers(1, MAX_ROWS),
)
def test_a_damaged_bitmap_font_is_a_drawing_or_a_refusal(seed, cut, edits, rows):
    damaged = bytearray(seed[: len(seed) - int(cut * cut * cut * len(seed))])
    for place, edit in edits:
        at = int(place * len(damaged))
        damaged[at : at + len(edit)] = edit
    imported_or_refused(bytes(damaged), rows, every_letter=False)


@pytest.mark.parametrize("path", OUTLINES, ids=lambda path: path.stem)
def test_a_damaged_outline_font_is_a_drawing_or_a_refusal(path):
    whole, dice = outlines(path), random.Random(path.stem)
    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(dice.randrange(1, 40)):
            damaged[dice.randrange(dice.choice([400, len(whole)]))] = dice.randrange(256)
        cut = dice.choice([len(whole), dice.randrange(len(whole))])
        imported_or_refused(bytes(damaged[:cut]), dice.choice([8, 16]), every_letter=False)


def test_freetype_is_the_one_its_wheel_bundles():
    assert freetype.version() >= (2, 13, 1)  # CVE-2025-27363: out-of-bounds write up to 2.13.0
