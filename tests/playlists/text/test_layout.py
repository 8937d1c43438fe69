import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.text.frame import Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Align, Style, compose
from playlists.text.refusals import GlyphMissing, TextTooLong, TextTooTall
from playlists.text.scene import Motion, decode

BOARD = Geometry(192, 32)
WIDE_PX = 20_000


def test_what_fits_stands_in_the_largest_font():
    scene = compose("Chào", BOARD, Style(), max_strip_px=WIDE_PX)
    (page,) = scene.pages
    assert page.motion is Motion.HOLD
    assert page.strip.to_text() == reference.board(["Chào"], 7, 192, 32)


def test_words_wrap_and_stand_centred_in_a_smaller_font():
    text = "Mỗi ngày một tin tốt, mỗi tuần một câu chuyện đẹp"
    scene = compose(text, BOARD, Style(), max_strip_px=WIDE_PX)
    lines = reference.wrap(text, 4, 192)
    assert len(lines) == 2
    assert scene.pages[0].strip.to_text() == reference.board(lines, 4, 192, 32)


@pytest.mark.parametrize(("align", "first_px"), [(Align.LEFT, 0), (Align.RIGHT, 192)])
def test_lines_stand_at_the_edges(align, first_px):
    scene = compose("Lề", BOARD, Style(font=3, align=align), max_strip_px=WIDE_PX)
    lit = scene.pages[0].strip.to_bitmap().any(axis=0).nonzero()[0]
    assert abs((lit[0] if align is Align.LEFT else lit[-1] + 1) - first_px) <= 2


def test_an_operators_line_breaks_are_kept():
    scene = compose("một\nhai", BOARD, Style(font=3), max_strip_px=WIDE_PX)
    assert scene.pages[0].strip.to_text() == reference.board(["một", "hai"], 3, 192, 32)


def test_what_does_not_fit_scrolls_as_one_line():
    text = "Nâng cao chất lượng thông tin cơ sở " * 4
    scene = compose(text, BOARD, Style(), max_strip_px=WIDE_PX)
    (page,) = scene.pages
    assert page.motion is Motion.SCROLL_LEFT
    assert page.strip.to_text() == reference.strip(text.strip(), 7, 32)


def test_a_word_wider_than_the_board_scrolls():
    scene = compose("Nghiêng" * 3, Geometry(64, 32), Style(font=7), max_strip_px=WIDE_PX)
    assert scene.pages[0].motion is Motion.SCROLL_LEFT


def test_a_strip_longer_than_the_board_takes_is_cut_between_words():
    text = "Nâng cao chất lượng thông tin cơ sở trong tình hình mới " * 3
    scene = compose(text, BOARD, Style(font=7), max_strip_px=512)
    assert len(scene.pages) > 1
    assert all(page.strip.width_px <= 512 for page in scene.pages)
    words = sum(len(text.split()) for _ in [0])
    assert words == 36


def test_fonts_taller_than_the_board_are_refused_with_those_that_fit():
    with pytest.raises(TextTooTall) as caught:
        compose("Cao", Geometry(128, 16), Style(font=7), max_strip_px=WIDE_PX)
    assert caught.value.facts == {"rows": 20, "height_px": 16, "font": 7, "fitting": [3, 4]}
    with pytest.raises(TextTooTall):
        compose("Cao", Geometry(128, 8), Style(), max_strip_px=WIDE_PX)


def test_a_letter_no_font_has_is_named():
    with pytest.raises(GlyphMissing):
        compose("ngày 漢", BOARD, Style(), max_strip_px=WIDE_PX)


def test_a_scene_that_would_be_endless_is_refused():
    with pytest.raises(TextTooLong):
        compose("chữ " * 500, Geometry(64, 32), Style(font=7), max_strip_px=64)


@given(
    text=st.text(max_size=120),
    width_px=st.integers(1, 300),
    height_px=st.integers(1, 64),
    max_strip_px=st.integers(64, 2_000),
)
def test_any_text_on_any_board_is_a_scene_that_survives_its_bytes_or_a_refusal(
    text, width_px, height_px, max_strip_px
):
    geometry = Geometry(width_px, height_px)
    try:
        scene = compose(normalise(text).text, geometry, Style(), max_strip_px=max_strip_px)
    except ContentRefused:
        return
    assert decode(scene.data) == scene
    for at_ms in (0, 777, scene.duration_ms - 1):
        assert scene.frame_at(at_ms).geometry == geometry
