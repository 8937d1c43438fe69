"""What every board driver owes, against its simulated board."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from drivers.errors import DriverError, LinkLost, Unsupported
from drivers.transport.serial import SerialLink
from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Entry, Motion, Page, still
from playlists.text.strip import DARK_INK, Ink, Strip

GEOMETRY = Geometry(64, 16)
OTHERS = Geometry(64, 8), Geometry(56, 16), Geometry(128, 16)


def picture(bench, seed):
    chance = np.random.default_rng(seed)
    levels = chance.integers(0, 256, (16, 64, 3), np.uint8)
    depth = bench.board.capabilities.depth
    return Frame.from_colours(levels if depth is Depth.RGB else levels // 128 * 255, depth)


def blank(bench):
    return Frame.blank(GEOMETRY, bench.board.capabilities.depth)


def moving(motion, width_px=64):
    strip = Strip.of(Frame.from_text(("@." * (width_px // 2) + "\n") * 16))
    return Page(strip, motion, 10_000, 40)


def test_it_declares_itself_before_anything_was_sent(bench):
    able = bench.board.capabilities
    assert able.geometry == GEOMETRY
    assert bench.shown().depth is able.depth
    assert Motion.HOLD not in able.motions
    assert bench.sent_bytes() == 0


@pytest.mark.parametrize("seed", range(5))
def test_it_shows_every_led_in_its_colour(bench, seed):
    bench.board.show(picture(bench, seed))
    assert bench.shown() == picture(bench, seed)


def test_it_goes_from_picture_to_picture_and_dark(bench):
    for seed in (1, 2, 1, 3):
        bench.board.show(picture(bench, seed))
        assert bench.shown() == picture(bench, seed)
    bench.board.blank()
    assert bench.shown() == blank(bench)


def test_it_moves_what_it_says_it_can(bench):
    able = bench.board.capabilities
    for motion in able.motions:
        bench.board.scroll(moving(motion))
        bench.board.show(picture(bench, 1))
        assert bench.shown() == picture(bench, 1)


def test_what_is_not_declared_is_refused_and_changes_nothing(bench):
    board, able = bench.board, bench.board.capabilities
    board.show(picture(bench, 1))
    if not able.brightness:
        with pytest.raises(Unsupported):
            board.set_brightness(50)
    if not able.clock:
        with pytest.raises(Unsupported):
            board.set_clock(datetime(2026, 11, 24, 5, 0))  # noqa: DTZ001 -- wall clock
    depths = [depth for depth in Depth if depth is not able.depth]
    wrong = [Frame.blank(GEOMETRY, depth) for depth in depths]
    wrong += [Frame.blank(size, able.depth) for size in OTHERS]
    for frame in wrong:
        with pytest.raises(Unsupported):
            board.show(frame)
    for motion in [*Motion]:
        if motion not in able.motions and motion is not Motion.HOLD:
            with pytest.raises(Unsupported):
                board.scroll(moving(motion))
    assert bench.shown() == picture(bench, 1)


@pytest.mark.parametrize("motion", Motion)
def test_only_plain_pages_move_by_themselves(bench, motion):
    plain = still(Frame.blank(GEOMETRY)) if motion is Motion.HOLD else moving(motion)
    blinking = replace(plain.strip, palette=(DARK_INK, Ink(255, 0, 0, blink=True)))
    letters = (Letters(1, {"1": Frame.from_text("@")}),)
    clock = (Field(FieldKind.TIME, 0, 0, 9),)
    pages = [
        replace(plain, strip=blinking),
        replace(plain, fields=clock, letters=letters),
    ]
    if motion is Motion.HOLD:
        pages += [plain, replace(plain, entry=Entry.WIPE, entry_ms=100)]
    elif motion in bench.board.capabilities.motions:
        pages.append(moving(motion, bench.board.capabilities.max_strip_px + 2))
    for page in pages:
        with pytest.raises(Unsupported):
            bench.board.scroll(page)


def test_status_changes_nothing(bench):
    bench.board.show(picture(bench, 1))
    assert bench.board.status().ok
    assert bench.shown() == picture(bench, 1)


def test_closing_twice_is_closing_once(bench):
    bench.board.close()
    bench.board.close()


@pytest.mark.usefixtures("quick_replies")
def test_a_line_cut_anywhere_leaves_the_old_or_the_new_picture(bench):
    old, new = picture(bench, 1), picture(bench, 2)
    bench.board.show(old)
    before_bytes = bench.sent_bytes()
    bench.board.show(new)
    needed_bytes = bench.sent_bytes() - before_bytes
    for cut_bytes in range(0, needed_bytes, max(1, needed_bytes // 40)):
        bench.board.show(old)
        bench.cut_after(cut_bytes)
        try:
            bench.board.show(new)
        except DriverError:
            assert bench.shown() in {old, new, blank(bench)}
        else:
            assert bench.shown() == new
        bench.cut_after(1 << 30)


@pytest.mark.usefixtures("quick_replies")
def test_a_silent_board_is_reported_and_found_again(bench):
    if (
        bench.hear is None or bench.go_silent is None
    ):  # this board never answers, so its silence says nothing
        return
    bench.board.show(picture(bench, 1))
    bench.go_silent()
    with pytest.raises(DriverError):
        bench.board.show(picture(bench, 2))
    assert not bench.board.status().ok
    bench.hear()
    bench.board.show(picture(bench, 3))
    assert bench.shown() == picture(bench, 3)


def test_a_dead_line_is_link_lost():
    with pytest.raises(LinkLost):
        SerialLink("/dev/there-is-no-such-line")
