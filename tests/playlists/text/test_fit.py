import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.text import markup, render
from playlists.text.fit import Way, fit
from playlists.text.frame import Geometry
from playlists.text.layout import Style
from playlists.text.scene import Motion

BOARD = Geometry(192, 32)
WIDE_PX = 20_000
TWO_LINES = "Mỗi ngày một tin tốt, mỗi tuần một câu chuyện đẹp"


def answer(text, style=Style(), board=BOARD):  # noqa: B008
    return fit(markup.parse(text), board, style, max_strip_px=WIDE_PX)


def test_what_stands_needs_no_other_way():
    said = answer("Chào")
    assert (said.stands, said.font, said.pages, said.suggestions) == (True, 9, 1, ())


def test_what_does_not_stand_has_three_ways_out():
    said = answer(TWO_LINES, Style(font=7))
    assert not said.stands
    assert said.font == 7
    assert [one.way for one in said.suggestions] == [Way.SMALLER, Way.SCROLL, Way.PAGES]
    smaller, scroll, pages = said.suggestions
    assert len(reference.glyphs(smaller.font)["A"]) < 20
    assert (scroll.font, scroll.pages) == (7, 1)
    assert (pages.font, pages.pages) == (7, len(reference.wrap(TWO_LINES, 7, 192)))


def test_each_way_is_what_one_gets_by_taking_it():
    said = answer(TWO_LINES, Style(font=7))
    smaller, scroll, pages = said.suggestions
    for style, text, one in (
        (Style(font=smaller.font), TWO_LINES, smaller),
        (Style(font=7), f"[chạy trái]{TWO_LINES}", scroll),
        (Style(font=7), f"[đứng]{TWO_LINES}", pages),
    ):
        scene = render.scene(text, BOARD, style, max_strip_px=WIDE_PX)
        assert (len(scene.pages), scene.duration_ms) == (one.pages, one.duration_ms)
    standing = render.scene(TWO_LINES, BOARD, Style(font=smaller.font), max_strip_px=WIDE_PX)
    assert standing.pages[0].motion is Motion.HOLD


def test_ways_that_no_board_could_take_are_not_offered():
    said = answer("chữ " * 300, Style(font=9), Geometry(64, 32))
    assert not said.stands
    assert Way.SMALLER not in {one.way for one in said.suggestions}


def test_reading_aloud_takes_its_time_whatever_the_board():
    assert answer("một hai ba").read_aloud_s == pytest.approx(3 / 3.3)
    marked = answer("[đỏ]một[/] hai ba", board=Geometry(64, 16))
    assert marked.read_aloud_s == pytest.approx(3 / 3.3)


@given(st.text(max_size=80), st.integers(8, 300), st.integers(8, 64))
def test_any_text_is_answered_or_refused(text, width_px, height_px):
    try:
        said = answer(text, board=Geometry(width_px, height_px))
    except ContentRefused:
        return
    assert not (said.stands and said.suggestions)
    assert said.duration_ms > 0
