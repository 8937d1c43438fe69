"""What every board driver owes, against its simulated board."""

from datetime import datetime

import numpy as np
import pytest

from drivers.errors import DriverError, LinkLost, Unsupported
from drivers.transport.serial import SerialLink
from playlists.text.frame import Frame, Geometry
from playlists.text.layout import Style, compose
from playlists.text.scene import Motion, Page, still

GEOMETRY = Geometry(64, 16)
BLANK = Frame.blank(GEOMETRY)


def picture(seed: int) -> Frame:
    chance = np.random.default_rng(seed)
    return Frame.from_bitmap(chance.random((16, 64)) < 0.5)


def words(text: str) -> Page:
    return compose(text, GEOMETRY, Style(font=3), max_strip_px=64).pages[0]


def test_it_declares_its_size_before_anything_was_sent(bench):
    assert bench.board.capabilities.geometry == GEOMETRY
    assert Motion.HOLD in bench.board.capabilities.motions
    assert bench.sent_bytes() == 0


@pytest.mark.parametrize("seed", range(5))
def test_it_shows_every_pixel_it_was_given(bench, seed):
    bench.board.show(still(picture(seed)))
    assert bench.shown() == picture(seed)


def test_it_shows_vietnamese(bench):
    page = words("Ẩm ướt")
    bench.board.show(page)
    assert bench.shown() == page.strip


def test_it_goes_from_picture_to_picture_and_dark(bench):
    for seed in (1, 2, 1, 3):
        bench.board.show(still(picture(seed)))
        assert bench.shown() == picture(seed)
    bench.board.blank()
    assert bench.shown() == BLANK


def test_what_is_not_declared_is_refused(bench):
    board, able = bench.board, bench.board.capabilities
    if not able.brightness:
        with pytest.raises(Unsupported):
            board.set_brightness(50)
    if not able.clock:
        with pytest.raises(Unsupported):
            board.set_clock(datetime(2026, 11, 24, 5, 0))  # noqa: DTZ001 -- wall clock
    if Motion.SCROLL_LEFT not in able.motions:
        with pytest.raises(Unsupported):
            board.show(Page(picture(1), Motion.SCROLL_LEFT, 1_000, 40))


def test_status_changes_nothing(bench):
    bench.board.show(still(picture(1)))
    assert bench.board.status().ok
    assert bench.shown() == picture(1)


def test_closing_twice_is_closing_once(bench):
    bench.board.close()
    bench.board.close()


@pytest.mark.usefixtures("quick_replies")
def test_a_line_cut_anywhere_leaves_the_old_or_the_new_picture(bench):
    old, new = picture(1), picture(2)
    bench.board.show(still(old))
    before_bytes = bench.sent_bytes()
    bench.board.show(still(new))
    needed_bytes = bench.sent_bytes() - before_bytes
    for cut_bytes in range(0, needed_bytes, max(1, needed_bytes // 40)):
        bench.board.show(still(old))
        bench.cut_after(cut_bytes)
        try:
            bench.board.show(still(new))
        except DriverError:
            assert bench.shown() in {old, new, BLANK}
        else:
            assert bench.shown() == new
        bench.cut_after(1 << 30)


@pytest.mark.usefixtures("quick_replies")
def test_a_silent_board_is_reported_and_found_again(bench):
    if (
        bench.hear is None or bench.go_silent is None
    ):  # this board never answers, so its silence says nothing
        return
    bench.board.show(still(picture(1)))
    bench.go_silent()
    with pytest.raises(DriverError):
        bench.board.show(still(picture(2)))
    assert not bench.board.status().ok
    bench.hear()
    bench.board.show(still(picture(3)))
    assert bench.shown() == picture(3)


def test_a_dead_line_is_link_lost():
    with pytest.raises(LinkLost):
        SerialLink("/dev/there-is-no-such-line")
