import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes, ContentRefused
from playlists.text import font as fonts
from playlists.text.frame import Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Align, Style, compose
from playlists.text.refusals import GlyphMissing, TextTooLong, TextTooTall
from playlists.text.scene import MAX_PAGE_DURATION_MS, MAX_SPEED_PX_S, Motion, decode

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


@pytest.mark.parametrize(("font", "drawn_in"), [(None, 7), (3, 3), (4, 4), (7, 7)])
def test_what_does_not_fit_scrolls_as_one_line(font, drawn_in):
    text = "Nâng cao chất lượng thông tin cơ sở " * 4
    scene = compose(text, BOARD, Style(font=font), max_strip_px=WIDE_PX)
    (page,) = scene.pages
    assert page.motion is Motion.SCROLL_LEFT
    assert page.strip.to_text() == reference.strip(text.strip(), drawn_in, 32)


def test_a_word_wider_than_the_board_scrolls():
    scene = compose("Nghiêng" * 3, Geometry(64, 32), Style(font=7), max_strip_px=WIDE_PX)
    assert scene.pages[0].motion is Motion.SCROLL_LEFT


def test_a_strip_longer_than_the_board_takes_is_cut_between_words():
    text = "Nâng cao chất lượng thông tin\ncơ sở trong tình hình mới " * 3
    scene = compose(text, BOARD, Style(font=7), max_strip_px=512)
    lines = reference.wrap(" ".join(text.split()), 7, 512)
    assert len(lines) > 1
    assert [page.strip.to_text() for page in scene.pages] == [
        reference.strip(line, 7, 32) for line in lines
    ]


def test_a_word_longer_than_a_strip_is_cut_between_letters():
    word = "Nghiêng" * 12
    scene = compose(word, BOARD, Style(font=7), max_strip_px=256)
    strips = [page.strip.to_text().split("\n") for page in scene.pages]
    assert len(strips) > 1
    whole = ["".join(rows) for rows in zip(*strips, strict=True)]
    assert "\n".join(whole) == reference.strip(word, 7, 32)


def test_the_dot_below_a_line_never_touches_the_hook_above_the_next():
    for slot in (3, 4):
        rows = reference.glyphs(slot)["Ổ"]
        scene = compose("Ộ Ậ Ặ\nỔ Ẩ Ẳ", BOARD, Style(font=slot), max_strip_px=WIDE_PX)
        picture = scene.pages[0].strip.to_bitmap()
        top = (32 - 2 * len(rows) - 1) // 2
        assert not picture[top + len(rows)].any()
        assert picture[:16].any()
        assert picture[17:].any()


def test_a_slow_scroll_is_cut_into_pages_of_ten_minutes_at_most():
    text = "chữ " * 400
    scene = compose(text, BOARD, Style(font=7, speed_px_s=10), max_strip_px=WIDE_PX)
    assert len(scene.pages) > 1
    assert max(page.duration_ms for page in scene.pages) <= MAX_PAGE_DURATION_MS


def test_a_scroll_too_slow_for_any_letter_is_refused():
    slow = Style(font=7, speed_px_s=1)
    three_lines = "M\nM\nM"  # too tall to stand
    assert len(compose(three_lines, Geometry(590, 32), slow, max_strip_px=WIDE_PX).pages) == 3
    for width_px in (595, 800):
        with pytest.raises(TextTooLong):
            compose(three_lines, Geometry(width_px, 32), slow, max_strip_px=WIDE_PX)


def test_a_board_larger_than_any_scene_is_refused_before_anything_is_drawn():
    with pytest.raises(BadBytes):
        compose("a", Geometry(65_535, 65_535), Style(), max_strip_px=WIDE_PX)


def test_fonts_taller_than_the_board_are_refused_with_those_that_fit():
    with pytest.raises(TextTooTall) as caught:
        compose("Cao", Geometry(128, 16), Style(font=7), max_strip_px=WIDE_PX)
    assert caught.value.facts == {"rows": 20, "height_px": 16, "font": 7, "fitting": [3, 4]}
    with pytest.raises(TextTooTall):
        compose("Cao", Geometry(128, 8), Style(), max_strip_px=WIDE_PX)


def test_a_letter_no_font_has_is_named():
    with pytest.raises(GlyphMissing) as caught:
        compose("ngày 漢", BOARD, Style(), max_strip_px=WIDE_PX)
    assert caught.value.facts["letter"] == "漢"


@pytest.mark.parametrize("before", ["một\nhai ", "Nâng cao chất lượng thông tin cơ sở " * 4])
def test_its_place_is_counted_in_the_whole_text(before):
    with pytest.raises(GlyphMissing) as caught:
        compose(f"{before}漢 漢", BOARD, Style(), max_strip_px=WIDE_PX)
    assert caught.value.facts["position"] == len(before) + 1


def test_a_scene_that_would_be_endless_is_refused():
    text = "chữ " * 500
    with pytest.raises(TextTooLong) as caught:
        compose(text, Geometry(64, 32), Style(font=7), max_strip_px=64)
    limit = caught.value.facts["limit"]
    assert 0 < limit < len(text)
    assert len(compose(text[:limit], Geometry(64, 32), Style(font=7), max_strip_px=64).pages) == 64


@given(
    text=st.text(max_size=120) | st.text(st.sampled_from(sorted(reference.glyphs(3))), min_size=1),
    width_px=st.integers(1, 700),
    height_px=st.integers(1, 64),
    style=st.builds(
        Style,
        font=st.sampled_from([None, *fonts.slots()]),
        align=st.sampled_from(Align),
        speed_px_s=st.integers(1, MAX_SPEED_PX_S),
    ),
    max_strip_px=st.integers(20, 2_000),
)
def test_any_text_on_any_board_is_a_scene_that_survives_its_bytes_or_a_refusal(
    text, width_px, height_px, style, max_strip_px
):
    geometry = Geometry(width_px, height_px)
    try:
        scene = compose(normalise(text).text, geometry, style, max_strip_px=max_strip_px)
    except ContentRefused:
        return
    assert decode(scene.data) == scene
    moving = [page for page in scene.pages if page.motion is Motion.SCROLL_LEFT]
    assert all(page.strip.width_px <= max_strip_px for page in moving)
    for at_ms in (0, 777, scene.duration_ms - 1):
        assert scene.frame_at(at_ms).geometry == geometry
