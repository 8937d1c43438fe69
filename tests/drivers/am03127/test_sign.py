"""The simulated sign, told packet by packet."""

from dataclasses import replace
from datetime import datetime, time

import numpy as np
import pytest
from am03127_packets import MESSAGES
from hypothesis import given
from hypothesis import strategies as st

from drivers.am03127 import bitmap
from drivers.am03127.codec import encode
from drivers.am03127.contents import (
    Bell,
    Block,
    Colour,
    Column,
    European,
    Face,
    Moment,
    Words,
)
from drivers.am03127.packets import (
    Addressed,
    Brightness,
    Damaged,
    DeleteAll,
    DeletePage,
    DeleteSchedule,
    Glyph,
    Graphic,
    Lag,
    Lead,
    Level,
    Method,
    Other,
    PageLine,
    RestoreGlyphs,
    RunPage,
    Schedule,
    SetAddress,
    SetClock,
    Speed,
    Style,
)
from drivers.dialect import Site
from playlists.text.fontbook import BUILT_IN
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page, scroll_duration_ms
from playlists.text.strip import Strip
from simulator.boards.am03127 import Am03127Sign
from simulator.boards.am03127_play import SPEEDS_PX_S
from simulator.boards.board import Fault

LINE = PageLine(1, "A", Lead.IMMEDIATE, (Words("x"),), wait_s=25, lag=Lag.HOLD)
NOON = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 -- a sign's wall clock
VIETNAMESE = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹáàãéèíìĩóòõú"


class Seconds:
    """A clock turned by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def sign(width_px=32, height_px=8, depth=Depth.MONO, clock=None):
    return Am03127Sign(Site(Geometry(width_px, height_px), depth, 1), clock or Seconds())


def tell(one, *packets):
    for packet in packets:
        assert one.receive(encode(Addressed(1, packet))) == b"ACK"


def text(one):
    return one.frame().to_text()


def block_of(drawing, depth=Depth.MONO):
    [[data]] = bitmap.blocks_of(Frame.from_text(drawing, depth))
    return data


def drawing_of(row):
    return "\n".join([row.ljust(32, ".")] * 8)


# answers


def test_right_packets_are_acknowledged_wrong_ones_refused_others_met_with_silence():
    one = sign()
    good = encode(Addressed(1, Brightness(Level.HALF)))
    assert one.receive(good) == b"ACK"
    assert one.level is Level.HALF
    assert one.receive(good.replace(b"<BC>", b"<BB>")) == b"NACK"
    assert one.receive(encode(Damaged(1, b"<BA>"))) == b"NACK"
    assert one.receive(encode(Addressed(2, Brightness(Level.FULL)))) == b""
    assert one.receive(encode(Damaged(2, b"<BA>"))) == b""
    assert one.level is Level.HALF
    assert one.receive(encode(Addressed(0, Brightness(Level.FULL)))) == b""
    assert one.level is Level.FULL
    assert one.receive(encode(Addressed(1, Other(b"<XX>")))) == b""
    assert one.receive(b"hello") == b""


def test_an_address_is_set_without_checksum_and_answered_by_its_digits():
    one = sign()
    assert one.receive(encode(SetAddress(0x2A))) == b"2A"
    assert one.receive(encode(Addressed(0x2A, Brightness(Level.FULL)))) == b"ACK"
    assert one.receive(encode(Addressed(1, Brightness(Level.FULL)))) == b""


def test_revision_1_4a_names_the_right_checksum():
    one = sign()
    one.names_checksum = True
    assert one.receive(encode(Damaged(1, b"<D*>"))) == b"NACK\x6c"


@pytest.mark.parametrize(
    ("fault", "stored", "other"),
    [
        (Fault.NACK, b"NACK", b"NACK"),
        (Fault.FULL, b"NACK", b"ACK"),
        (Fault.WRONG_ADDRESS, b"", b""),
        (Fault.NONE, b"ACK", b"ACK"),
    ],
)
def test_it_fails_as_it_is_told(fault, stored, other):
    one = sign()
    one.fail(fault)
    for packet in (LINE, Graphic(Block("A", 1), bytes(64)), Schedule("A", NOON, NOON, "A")):
        assert one.receive(encode(Addressed(1, packet))) == stored
    assert one.receive(encode(Addressed(1, RunPage("A")))) == other


@given(st.lists(st.one_of(MESSAGES, st.binary(max_size=40)), max_size=12), st.floats(0, 1e6))
def test_whatever_it_is_told_it_lives_and_shows_a_picture(messages, later_s):
    clock = Seconds()
    one = sign(40, 16, Depth.TRICOLOUR, clock)
    for message in messages:
        data = message if isinstance(message, bytes) else encode(message)
        for whole in (data, data.replace(b"<ID", b"<ID0", 1)):
            one.receive(whole)
        clock.now += 0.7
        assert one.frame().geometry == one.geometry
    clock.now += later_s
    assert one.frame().geometry == one.geometry


# pictures


def test_blocks_show_where_a_page_names_them():
    one = sign()
    data = block_of(drawing_of("@"))
    tell(one, Graphic(Block("C", 5), data))
    assert one.frame() == Frame.blank(one.geometry)
    tell(one, replace(LINE, page="B", contents=(Block("C", 5),)), RunPage("B"))
    assert text(one) == drawing_of("@")
    assert dict(one.blocks) == {Block("C", 5): data}


def test_pixels_lie_as_the_document_says():
    # red, green, yellow, dark: 10 01 11 00 from the left, in the first byte
    block = bytes([0b10011100]) + bytes(63)
    leds = bitmap.leds_of(block)
    assert leds[0, :4].tolist() == [[True, False], [False, True], [True, True], [False, False]]
    assert not leds[1:].any()
    drawn = Frame.from_text("\n".join(["rga" + "." * 29] + ["." * 32] * 7), Depth.TRICOLOUR)
    assert list(bitmap.blocks_of(drawn)) == [[block]]
    assert bitmap.frame_of(leds, Depth.TRICOLOUR) == drawn


@pytest.mark.parametrize(
    ("byte", "row", "columns"),
    # where audlind/led-skilt-kontrollsenter saw single bytes light up on a sign, counted from 0
    [(0, 0, range(4)), (1, 0, range(4, 8)), (8, 4, range(4)), (16, 0, range(8, 12)),
     (55, 3, range(28, 32))],
)  # fmt: skip
def test_bytes_lie_where_a_real_sign_showed_them(byte, row, columns):
    block = bytes(byte) + b"\xaa" + bytes(63 - byte)
    lit = bitmap.leds_of(block)[..., 0].nonzero()
    assert set(lit[0]) == {row}
    assert list(lit[1]) == list(columns)


def test_green_is_invisible_on_a_red_sign():
    # revision 1.4A, red LEDs: 10 and 11 light, 01 does not
    one = sign()
    block = bytes([0b10011100]) + bytes(63)
    tell(one, Graphic(Block("A", 1), block), replace(LINE, contents=(Block("A", 1),)))
    assert text(one).startswith("@.@.")


def test_a_mono_picture_lights_leds_of_any_colour():
    assert block_of(drawing_of("@"))[0] == 0b11000000


def test_a_sign_of_seven_rows_shows_seven():
    one = sign(32, 7)
    tell(
        one,
        Graphic(Block("A", 1), block_of(drawing_of("@"))),
        replace(LINE, contents=(Block("A", 1),)),
    )
    assert text(one) == "\n".join(["@" + "." * 31] * 7)


# letters


def test_letters_stand_six_columns_apart():
    # seen on revision 1.4A with face A
    one = sign(80)
    tell(one, replace(LINE, contents=(Words("IIII"),)))
    shown = one.frame().to_bitmap()
    assert shown[:, :6].any()
    assert (shown[:, :24] == np.hstack([shown[:, :6]] * 4)).all()
    assert not shown[:, 24:].any()


@pytest.mark.parametrize(
    ("face", "advance_px"),
    [(Face.NORMAL, 6), (Face.BOLD, 7), (Face.NARROW, 5), (Face.LARGE, 8), (Face.LONG, 6)],
)
def test_faces_are_as_wide_as_the_document_says(face, advance_px):
    one = sign(80, 16)
    box = European(0)  # what no font here has is a box that fills its cell
    tell(one, replace(LINE, contents=(face, box, box, box)))
    top = text(one).split("\n")[0].rstrip(".")
    assert top == ".".join(["@" * (advance_px - 1)] * 3)
    rows = one.frame().to_bitmap().any(axis=1).sum()
    assert rows == {Face.LARGE: 13, Face.LONG: 8}.get(face, 7)


@pytest.mark.parametrize(
    ("colour", "seen"),
    [
        (Colour.DIM_RED, "rrr.."),
        (Colour.RED, "rrr.."),
        (Colour.BRIGHT_RED, "rrr.."),
        (Colour.DIM_GREEN, "ggg.."),
        (Colour.GREEN, "ggg.."),
        (Colour.BRIGHT_GREEN, "ggg.."),
        (Colour.DIM_ORANGE, "aaa.."),
        (Colour.ORANGE, "aaa.."),
        (Colour.BRIGHT_ORANGE, "aaa.."),
        (Colour.YELLOW, "aaa.."),
        (Colour.LIME, "aaa.."),
        (Colour.INVERSED_RED, "...rr"),
        (Colour.INVERSED_GREEN, "...gg"),
        (Colour.INVERSED_ORANGE, "...aa"),
        (Colour.RED_ON_DIM_GREEN, "rrrgg"),
        (Colour.GREEN_ON_DIM_RED, "gggrr"),
    ],
)
def test_letters_are_coloured(colour, seen):
    one = sign(32, 8, Depth.TRICOLOUR)
    bar = Glyph(Face.NORMAL, 0, b"\xe0" * 7 + b"\x00")
    tell(one, bar, replace(LINE, contents=(colour, European(0x40))))
    assert text(one).split("\n")[3][:5] == seen


def test_green_letters_are_invisible_on_a_red_sign():
    # revision 1.4A: D, E, F and M cannot be seen, all others can
    one = sign(80)
    for colour in Colour:
        tell(one, replace(LINE, contents=(colour, Words("Hello"))))
        is_dark = one.frame() == Frame.blank(one.geometry)
        assert is_dark == (colour.value in "DEFM")


@pytest.mark.parametrize("colour", [Colour.RAINBOW, Colour.RED_YELLOW_GREEN])
def test_some_colours_are_several(colour):
    one = sign(80, 8, Depth.TRICOLOUR)
    tell(one, replace(LINE, contents=(colour, Words("WWWW"))))
    assert set(text(one)) == {".", "r", "g", "a", "\n"}


def cut(letter, slot=0, width_px=5):
    """Cut a letter of one of our fonts to seven rows and the columns of a face."""
    drawn = BUILT_IN.load(slot).glyphs[letter][:7, :width_px].astype(bool)
    shape = np.zeros((7, 8), bool)
    shape[:, : drawn.shape[1]] = drawn
    return shape


def test_sixty_four_letters_of_ours_are_shown_pixel_by_pixel():
    one = sign(64 * 6)
    assert len(set(VIETNAMESE)) == 64, "as many as there are slots"
    for slot, letter in enumerate(VIETNAMESE):
        rows = np.packbits(cut(letter), axis=1).tobytes() + b"\x00"
        tell(one, Glyph(Face.NORMAL, slot, rows))
    tell(one, replace(LINE, contents=tuple(European(0x40 + slot) for slot in range(64))))
    expected = np.zeros((8, 64 * 6), bool)
    for slot, letter in enumerate(VIETNAMESE):
        expected[:7, slot * 6 : slot * 6 + 5] = cut(letter)[:, :5]
    assert one.frame() == Frame.from_bitmap(expected)
    drawn = {expected[:, slot * 6 : slot * 6 + 6].tobytes() for slot in range(64)}
    assert len(drawn) > 40, "seven rows are too few for a mark above and a dot below"


def test_glyphs_page_by_page_make_any_text():
    """A page's letters are loaded into the slots, whatever stood there for the page before."""
    one = sign(64)
    for page in ("Tổ dân phố", "Việt Nam", "thông báo"):
        for slot, letter in enumerate(page):
            rows = np.packbits(cut(letter), axis=1).tobytes() + b"\x00"
            tell(one, Glyph(Face.NORMAL, slot, rows))
        tell(one, replace(LINE, contents=tuple(European(0x40 + at) for at in range(len(page)))))
        shown = one.frame().to_bitmap()
        for at, letter in enumerate(page):
            assert (shown[:7, at * 6 : at * 6 + 5] == cut(letter)[:, :5]).all()


def test_faces_have_glyphs_of_their_own_until_they_are_restored():
    one = sign(80)
    line = replace(
        LINE, contents=tuple(p for f in Face if f is not Face.LARGE for p in (f, European(0x40)))
    )
    tell(one, line)
    factory = text(one)
    tell(one, Glyph(Face.BOLD, 0, b"\xfc" * 8))
    rows = text(one).split("\n")
    assert rows[0] == factory.split("\n")[0][:6] + "@" * 6 + factory.split("\n")[0][12:]
    assert rows[7][6:13] == "." * 7, "an eighth row is not shown in a face of seven"
    tell(one, RestoreGlyphs())
    assert text(one) == factory


def test_columns_bells_and_angle_brackets():
    one = sign(80)
    tell(one, replace(LINE, contents=(Words("a"), Bell(3), Column(40), Words("a<"))))
    rows = one.frame().to_bitmap()
    assert (rows[:, :6] == rows[:, 40:46]).all()
    assert rows[:, :6].any()
    assert rows[:, 46:52].any()
    assert not rows[:, 6:40].any()


def test_date_and_time_follow_its_clock():
    clock = Seconds()
    one, other = sign(84, 8, clock=clock), sign(84, 8)
    tell(one, replace(LINE, contents=(Moment.DATE, Moment.TIME)))
    for shown, after_s in (
        ("00/00/0000:00", None),
        ("24/11/2623:59", 0.0),
        ("24/11/2623:59", 59.0),
        ("25/11/2600:00", 60.0),
    ):
        if after_s == 0.0:
            tell(one, SetClock(NOON.replace(hour=23, minute=59)))
        clock.now = after_s or 0.0
        tell(other, replace(LINE, contents=(Words(shown),)))
        assert one.frame() == other.frame()


# pages and schedules

MARKS = {page: "." * at + "@" for at, page in enumerate("ABCZ")}


def marked(clock, *, lag=Lag.HOLD):
    """Return a sign whose pages show a dot each, at a place of their own."""
    one = sign(clock=clock)
    for number, (page, row) in enumerate(MARKS.items(), start=1):
        tell(
            one,
            Graphic(Block("A", number), block_of(drawing_of(row))),
            replace(LINE, page=page, contents=(Block("A", number),), wait_s=0.5, lag=lag),
        )
    return one


def page_on_show(one):
    for page, row in MARKS.items():
        if text(one) == drawing_of(row):
            return page
    return None if one.frame() == Frame.blank(one.geometry) else "a mixture"


def test_schedules_follow_its_clock_and_without_one_the_default_page_runs():
    clock = Seconds()
    one = marked(clock)
    tell(one, RunPage("Z"), Schedule("A", NOON, NOON.replace(hour=13), "ABCA"))
    assert page_on_show(one) == "Z", "it does not know what time it is"
    tell(one, SetClock(NOON.replace(hour=11, minute=59, second=58)))
    seen = []
    for clock.now in (0.0, 1.9, 2.0, 2.5, 3.0, 3.5, 4.0):
        seen.append(page_on_show(one))
    assert "".join(seen) == "ZZABCAA"
    clock.now = 2 + 3660 - 0.1
    assert page_on_show(one) in {"A", "B", "C"}
    clock.now = 2 + 3660
    assert page_on_show(one) == "Z"


@pytest.mark.parametrize(
    ("start", "end", "on", "off"),
    [
        (time(7, 30), time(17, 0), ["07:30:00", "12:00:00", "17:00:59"], ["07:29:59", "17:01:00"]),
        (time(22, 0), time(5, 0), ["22:00:00", "00:00:00", "05:00:59"], ["05:01:00", "21:59:59"]),
    ],
)
def test_a_schedule_without_date_returns_every_day(start, end, on, off):
    one = marked(Seconds())
    tell(one, RunPage("Z"), Schedule("B", start, end, "B"))
    for page, moments in (("B", on), ("Z", off)):
        for moment in moments:
            for day in (1, 28):
                at = datetime.combine(NOON.replace(day=day), time.fromisoformat(moment))
                tell(one, SetClock(at))
                assert page_on_show(one) == page, moment


def test_earlier_letters_go_first_and_deleted_or_empty_schedules_do_not_play():
    one = marked(Seconds())
    always = datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59)  # noqa: DTZ001 -- wall clock
    tell(one, RunPage("Z"), SetClock(NOON))
    tell(one, Schedule("C", *always, "C"), Schedule("B", *always, "B"), Schedule("A", *always, "Q"))
    assert page_on_show(one) == "B"
    tell(one, DeletePage(1, "B"))
    assert page_on_show(one) == "C"
    tell(one, DeleteSchedule("C"))
    assert page_on_show(one) == "Z"
    tell(one, DeleteAll())
    assert page_on_show(one) is None
    assert not one.blocks


# motion


def test_a_scroll_passes_as_ours_does_with_a_rest_in_between():
    clock = Seconds()
    one = sign(clock=clock)
    chance = np.random.default_rng(7)
    strip = Frame.from_bitmap(chance.random((8, 96)) < 0.5)
    blocks = tuple(Block("A", number) for number in (1, 2, 3))
    [data] = bitmap.blocks_of(strip)
    tell(one, *(Graphic(block, pixels) for block, pixels in zip(blocks, data, strict=True)))
    line = replace(
        LINE,
        contents=blocks,
        lead=Lead.SCROLL_LEFT,
        lag=Lag.SCROLL_LEFT,
        wait_s=0.5,
        method=Method(Speed.FAST),
    )
    tell(one, line, RunPage("A"))
    assert one.strip() == strip
    speed = SPEEDS_PX_S[Speed.FAST]
    duration_ms = scroll_duration_ms(96, 32, speed)
    page = Page(Strip.of(strip), Motion.SCROLL_LEFT, duration_ms, speed)
    read_ms = 96 * 1000 // speed
    for at_ms in (0, 500, 1000, 2300, read_ms):
        clock.now = at_ms / 1000
        assert one.frame() == page.frame_at(at_ms, one.geometry)
    for at_ms in (read_ms, read_ms + 300, duration_ms - 1):
        clock.now = (at_ms + 500) / 1000
        assert one.frame() == page.frame_at(at_ms, one.geometry)
    clock.now = (duration_ms + 500) / 1000
    assert one.frame() == page.frame_at(0, one.geometry)


def lit_part(one):
    return one.frame().to_bitmap().mean()


def full(lead, clock, lag=Lag.IMMEDIATE, *, style=Style.NORMAL, speed=Speed.SLOWEST, height_px=16):
    """Return a sign on which every LED is lit once the page stands."""
    one = sign(32, height_px, clock=clock)
    tell(one, Graphic(Block("A", 1), b"\xff" * 64))
    for line in range(1, height_px // 8 + 1):
        tell(
            one,
            PageLine(line, "B", lead, (Block("A", 1),), Method(speed, style), wait_s=25, lag=lag),
        )
    tell(one, RunPage("B"))
    return one


@pytest.mark.parametrize("lead", Lead)
def test_every_lead_brings_the_picture(lead):
    clock = Seconds()
    one = full(lead, clock)
    shares = []
    for clock.now in np.arange(0, 45, 0.05):
        shares.append(lit_part(one))
    if lead is Lead.HOLD:
        assert set(shares) == {0.0}, "what was there before stays: nothing"
        return
    if lead.value in "QRS":
        assert 0 < shares[-1] < 1, "these write words of their own"
        return
    stands = shares.index(1.0)
    if lead is Lead.IMMEDIATE:
        assert stands == 0
    else:
        assert stands > 5
    if lead is not Lead.TWINKLE:
        assert shares[:stands] == sorted(shares[:stands])


@pytest.mark.parametrize(
    ("lead", "first"),
    [
        (Lead.CURTAIN_UP, {15}),
        (Lead.CURTAIN_DOWN, {0}),
        (Lead.VOPEN, {7, 8}),
        (Lead.VCLOSE, {0, 15}),
        (Lead.SCROLL_UP, {15}),
        (Lead.SCROLL_DOWN, {0}),
        (Lead.SNOW, {1}),
    ],
)
def test_leads_begin_with_the_rows_their_description_names(lead, first):
    clock = Seconds()
    one = full(lead, clock)
    clock.now = 0.15
    rows = set(one.frame().to_bitmap().any(axis=1).nonzero()[0])
    assert rows == first


@pytest.mark.parametrize(
    ("lead", "first"),
    [
        (Lead.SCROLL_LEFT, {31}),
        (Lead.SCROLL_RIGHT, {0}),
        (Lead.XOPEN, {15, 16}),
        (Lead.BLOCK_MOVE, {31}),
    ],
)
def test_leads_begin_with_the_columns_their_description_names(lead, first):
    clock = Seconds()
    one = full(lead, clock)
    clock.now = 0.15
    columns = set(one.frame().to_bitmap().any(axis=0).nonzero()[0])
    assert columns == first


@pytest.mark.parametrize("lag", Lag)
def test_every_lag_takes_it_away_again(lag):
    clock = Seconds()
    one = full(Lead.IMMEDIATE, clock, lag)
    clock.now = 24.99
    assert lit_part(one) == 1
    shares = []
    for clock.now in np.arange(25.0, 25.0 + 3.2, 0.1):
        shares.append(lit_part(one))
    if lag in {Lag.HOLD, Lag.IMMEDIATE}:
        assert set(shares) == {1.0}, "the page begins again at once"
        return
    gone = shares.index(0.0) if 0.0 in shares else shares.index(min(shares))
    assert shares[: gone + 1] == sorted(shares[: gone + 1], reverse=True)
    assert min(shares) < 0.2


def test_speeds_are_in_their_order():
    stands = []
    for speed in Speed:
        clock = Seconds()
        one = full(Lead.CURTAIN_DOWN, clock, speed=speed)
        while lit_part(one) < 1:
            clock.now += 0.01
        stands.append(clock.now)
    assert stands == sorted(stands)
    assert len(set(stands)) == 4


def test_it_blinks_while_it_stands():
    clock = Seconds()
    one = full(Lead.IMMEDIATE, clock, style=Style.BLINKING)
    seen = []
    for clock.now in (0.0, 0.4, 0.6, 1.1, 1.6):
        seen.append(lit_part(one))
    assert seen == [1, 1, 0, 1, 0]


def two_lines(clock, **first):
    one = sign(32, 16, clock=clock)
    tell(one, Graphic(Block("A", 1), b"\xff" * 64))
    upper = PageLine(
        1, "B", Lead.CURTAIN_DOWN, (Block("A", 1),), Method(Speed.SLOWEST), 0.5, Lag.VCLOSE
    )
    lower = replace(upper, line=2, lead=Lead.SCROLL_LEFT, lag=Lag.SCROLL_LEFT, wait_s=25)
    tell(one, lower, replace(upper, **first), RunPage("B"))
    return one


def halves(one):
    shown = one.frame().to_bitmap()
    return float(shown[:8].mean()), float(shown[8:].mean())


def test_an_upper_case_lead_on_line_1_moves_the_whole_image():
    clock = Seconds()
    one = two_lines(clock)
    for clock.now, seen in ((0.8, (1, 0)), (1.2, (1, 0.5)), (1.6, (1, 1)), (2.2, (0.875, 0.875))):
        assert halves(one) == seen


def test_a_lower_case_lead_on_line_1_lets_each_line_come_by_itself():
    clock = Seconds()
    one = two_lines(clock, lead_apart=True)
    for clock.now, seen in (
        (0.4, (0.5, 0)),
        (0.8, (1, 0)),
        (0.8 + 1.6, (1, 0.5)),
        (0.8 + 3.2, (1, 1)),
        (0.8 + 3.2 + 0.5 + 0.4, (0.5, 0.5)),
    ):
        assert halves(one) == seen
    one = two_lines(clock, lead_apart=True, lag_apart=True)
    began = clock.now
    for after_s, seen in ((4.0, (1, 1)), (4.5 + 0.2, (0.5, 1)), (4.5 + 0.4 + 1.6, (0, 0.5))):
        clock.now = began + after_s
        assert halves(one) == pytest.approx(seen, abs=0.13)


def test_lines_go_one_by_one_even_if_one_goes_at_once():
    clock = Seconds()
    one = two_lines(clock, lead_apart=True, lag_apart=True, lag=Lag.IMMEDIATE)
    clock.now = 0.8 + 3.2 + 0.5 + 1.6
    assert halves(one) == (0, 0.5)


def test_large_letters_reach_into_the_line_below():
    one = sign(32, 16)
    tell(one, replace(LINE, contents=(Face.LARGE, Words("Ag"))))
    shown = one.frame().to_bitmap()
    assert shown[:8].any()
    assert shown[8:13].any()
    assert not shown[13:].any()


def test_lines_the_sign_does_not_have_are_not_shown():
    one = sign()
    tell(one, replace(LINE, line=2))
    assert one.frame() == Frame.blank(one.geometry)


def test_a_lead_of_hold_keeps_what_was_there():
    clock = Seconds()
    one = marked(clock)
    assert page_on_show(one) == "A"
    tell(one, replace(LINE, page="Y", lead=Lead.HOLD), RunPage("Y"))
    assert page_on_show(one) == "A"


# power


def test_a_power_cut_takes_everything_unless_the_battery_is_good():
    for flat in (True, False):
        one = marked(Seconds())
        one.battery_is_flat = flat
        tell(one, RunPage("B"), SetClock(NOON), Brightness(Level.HALF))
        one.fail(Fault.POWER_CUT)
        assert page_on_show(one) == (None if flat else "B")
        assert one.level is (Level.FULL if flat else Level.HALF)
        assert one.local == (None if flat else NOON)
        assert one.address == 1
