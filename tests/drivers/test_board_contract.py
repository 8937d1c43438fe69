"""What every board driver owes, against its simulated board: first over real lines."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from benches import GEOMETRY, dark, picture

from drivers.catalogue import DIALECTS
from drivers.errors import DriverError, LinkLost, PeerRefused, PeerSilent, Unsupported
from drivers.ports import DEFAULT_RETRIES
from drivers.transport.serial import SerialLink
from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Entry, Motion, Page, still
from playlists.text.strip import DARK_INK, Ink, Strip
from simulator.boards.board import Fault

OTHERS = Geometry(64, 8), Geometry(56, 16), Geometry(128, 16)
NOON = datetime(2026, 11, 25, 12, 0, 7)  # noqa: DTZ001 -- a board's wall clock
CUTS = 40
"""At how many places a message is cut."""


def moving(motion, width_px=64):
    strip = Strip.of(Frame.from_text(("@." * (width_px // 2) + "\n") * 16))
    return Page(strip, motion, 10_000, 40)


def show(bench, seed, **how):
    bench.board.show(picture(bench.board, seed), **how)


def shows(bench, seed):
    return bench.shown() == picture(bench.board, seed)


def test_it_declares_itself_before_anything_was_sent(bench):
    able = bench.board.capabilities
    assert able.geometry == GEOMETRY
    assert bench.frame().depth is able.depth
    assert Motion.HOLD not in able.motions
    assert bench.sent_bytes() == 0


@pytest.mark.parametrize("seed", range(3))
def test_it_shows_every_led_in_its_colour(bench, seed):
    if bench.draws:
        show(bench, seed)
        assert shows(bench, seed)


def test_it_goes_from_picture_to_picture_and_dark(bench):
    for seed in (1, 2, 1, 3) if bench.draws else ():
        show(bench, seed)
        assert shows(bench, seed)
    bench.board.blank()
    assert bench.shown() == dark(bench.board)


def test_it_moves_what_it_says_it_can(bench):
    for motion in bench.board.capabilities.motions:
        bench.board.scroll(moving(motion))
        show(bench, 1)
        assert shows(bench, 1)


def test_what_is_not_declared_is_refused_and_changes_nothing(bench):
    board, able = bench.board, bench.board.capabilities
    if bench.draws:
        show(bench, 1)
    before = bench.shown()
    if not able.brightness:
        with pytest.raises(Unsupported):
            board.set_brightness(50)
    if not able.clock:
        with pytest.raises(Unsupported):
            board.set_clock(NOON)
    if not able.reads_back:
        with pytest.raises(Unsupported):
            board.read_back()
    depths = [depth for depth in Depth if depth is not able.depth or not bench.draws]
    wrong = [Frame.blank(GEOMETRY, depth) for depth in depths]
    wrong += [Frame.blank(size, able.depth) for size in OTHERS]
    for frame in wrong:
        with pytest.raises(Unsupported):
            board.show(frame)
    for motion in [*Motion]:
        if motion not in able.motions and motion is not Motion.HOLD:
            with pytest.raises(Unsupported):
                board.scroll(moving(motion))
    assert bench.shown() == before


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
    if bench.draws:
        show(bench, 1)
    before = bench.shown()
    assert bench.board.status().ok
    assert bench.shown() == before


def test_a_declared_clock_and_brightness_are_obeyed_and_change_no_picture(bench):
    board, able = bench.board, bench.board.capabilities
    if bench.draws:
        show(bench, 1)
    before = bench.shown()
    if able.clock:
        board.set_clock(NOON)
        local = board.status().local
        assert local is None or abs(local - NOON) < timedelta(minutes=1)
    for level in (10, 100) if able.brightness else ():
        board.set_brightness(level)
        told = board.status().brightness
        assert told is None or abs(told - level) <= 25
    assert bench.shown() == before


def test_a_board_that_reads_back_says_what_its_leds_show(bench):
    if bench.board.capabilities.reads_back:
        for seed in (1, 2):
            show(bench, seed)
            assert bench.board.read_back() == picture(bench.board, seed)


def test_an_emergency_gives_way_to_the_next_ordinary_picture(bench):
    if bench.draws:
        show(bench, 1)
        show(bench, 2, emergency=True)
        assert shows(bench, 2)
        show(bench, 3, emergency=True)
        assert shows(bench, 3)
        show(bench, 1)
        assert shows(bench, 1)
        show(bench, 2)
        assert shows(bench, 2)


def test_closing_twice_is_closing_once(bench):
    bench.board.close()
    bench.board.close()


def test_a_silent_board_is_reported_and_found_again(bench, quick_replies):
    if bench.sign is None:
        return
    act = (lambda seed: show(bench, seed)) if bench.draws else (lambda _seed: bench.board.blank())
    act(1)
    bench.sign.fail(Fault.SILENT)
    if bench.board.capabilities.acknowledges:
        with quick_replies(), pytest.raises(PeerSilent):
            act(2)
        with quick_replies():
            assert not bench.board.status().ok
    bench.sign.fail(Fault.NONE)
    act(3)
    assert not bench.draws or shows(bench, 3)


def test_a_dead_line_is_link_lost():
    with pytest.raises(LinkLost):
        SerialLink("/dev/there-is-no-such-line")


# What follows needs no line: a board on the desk, in virtual time.


def test_a_line_cut_anywhere_leaves_the_old_or_the_new_picture(desk_bench):
    bench = desk_bench
    if not bench.draws:
        return
    new = picture(bench.board, 2)
    show(bench, 1)
    before_bytes = bench.sent_bytes()
    bench.board.show(new)
    needed_bytes = bench.sent_bytes() - before_bytes
    for cut_bytes in {*range(0, needed_bytes, max(1, needed_bytes // CUTS)), needed_bytes - 1}:
        show(bench, 1)
        old = bench.shown()
        bench.wire.left_bytes = cut_bytes
        try:
            bench.board.show(new)
        except DriverError:
            assert bench.shown() in {old, new, dark(bench.board)}
        else:
            assert bench.shown() == new or not bench.board.capabilities.acknowledges
            assert bench.shown() in {old, new, dark(bench.board)}
        bench.wire.left_bytes = None
        bench.sign.hang_up()


@pytest.mark.parametrize("seed", range(3))
def test_bytes_may_come_in_any_pieces(desk_bench, pieces, seed):
    bench = desk_bench
    if bench.draws and pieces(bench, seed):
        for number in range(4):
            show(bench, number)
            assert shows(bench, number)
        assert bench.board.status().ok


def test_a_silent_board_is_asked_a_bounded_number_of_times(desk_bench):
    bench = desk_bench
    able = bench.board.capabilities
    if not able.acknowledges or not bench.draws:
        return
    show(bench, 1)
    before_bytes = bench.sent_bytes()
    show(bench, 2)
    needed_bytes = bench.sent_bytes() - before_bytes
    bench.sign.fail(Fault.SILENT)
    before_bytes, before_s = bench.sent_bytes(), bench.wire.now_s
    with pytest.raises(PeerSilent) as caught:
        show(bench, 3)
    assert caught.value.tries == DEFAULT_RETRIES
    escapes_bytes = needed_bytes // 10  # the pictures differ, and so does what must be escaped
    assert bench.sent_bytes() - before_bytes <= DEFAULT_RETRIES * (needed_bytes + escapes_bytes)
    assert bench.wire.now_s - before_s < 60


@pytest.mark.parametrize("fault", [Fault.NACK, Fault.FULL, Fault.WRONG_ADDRESS])
def test_a_failing_board_is_reported_and_found_again(desk_bench, fault):
    bench = desk_bench
    if fault not in bench.sign.faults or not bench.draws:
        return
    show(bench, 1)
    old = bench.shown()
    bench.sign.fail(fault)
    if bench.board.capabilities.acknowledges:
        with pytest.raises((PeerRefused, PeerSilent)):
            show(bench, 2)
    else:
        show(bench, 2)
    assert bench.shown() in {old, dark(bench.board)}
    bench.sign.fail(Fault.NONE)
    show(bench, 3)
    assert shows(bench, 3)


def test_a_board_that_lost_its_power_never_shows_a_mixture(desk_bench):
    bench = desk_bench
    old = dark(bench.board)
    for number in range(12) if bench.draws else ():
        new = slightly_changed(bench.board, number)
        if number % 3 == 2:
            bench.sign.fail(Fault.POWER_CUT)
            bench.sign.fail(Fault.NONE)
            assert bench.shown() in {old, dark(bench.board)}
        try:
            bench.board.show(new)
        except DriverError:
            assert bench.shown() in {old, dark(bench.board)}
            bench.board.show(new)
        assert bench.shown() == new
        old = new


def slightly_changed(board, number):
    """Return a picture that differs from its neighbours in one corner only."""
    leds = picture(board, 1).to_colours().copy()
    leds[:8, :8] = 255 * (number % 2)
    leds[8:, 40:] = 255 * (number // 2 % 2)
    return Frame.from_colours(leds, board.capabilities.depth)


def test_a_restarted_host_shows_its_picture_whatever_the_board_held(desk_bench):
    bench = desk_bench
    for emergency in (False, True, False) if bench.draws else ():
        show(bench, 1, emergency=emergency)
        bench.sign.hang_up()
        fresh = bench.again()
        fresh.show(picture(bench.board, 2))
        assert shows(bench, 2)
        fresh.blank()
        bench.board = bench.again()


@pytest.mark.parametrize("name", DIALECTS)
def test_a_probe_finds_the_board_and_nobody_else(desk_bench, name):
    bench, dialect = desk_bench, DIALECTS[name]
    if dialect.probe is None or bench.dialect is not dialect:
        return
    before = bench.shown()
    found = dialect.probe(bench.wire, bench.site)
    assert found is not None
    assert found.ok
    assert bench.shown() == before
    bench.sign.fail(Fault.SILENT)
    assert dialect.probe(bench.wire, bench.site) is None
