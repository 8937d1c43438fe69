"""The simulated sign and the driver's dialogue with it."""

import numpy as np
import pytest

from drivers.am03127 import bitmap
from drivers.am03127.codec import encode
from drivers.am03127.driver import Am03127, max_strip_px
from drivers.am03127.packets import (
    Addressed,
    Block,
    Brightness,
    Graphic,
    Lead,
    Level,
    Other,
    PageLine,
    RunPage,
    SetAddress,
)
from drivers.errors import PeerRefused, PeerSilent, Unsupported
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page, scroll_duration_ms
from playlists.text.strip import Strip
from simulator.boards.sign import SPEED_PX_S, Sign

GEOMETRY = Geometry(32, 8)


class Seconds:
    """A clock turned by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Wire:
    """A line without a terminal: what is written is answered at once."""

    name = "wire"

    def __init__(self, answer) -> None:
        self.answer = answer
        self.waiting = b""
        self.sent = []

    def write(self, data):
        self.sent.append(data)
        self.waiting += self.answer(data)

    def read(self, _timeout_s):
        data, self.waiting = self.waiting, b""
        return data

    def discard_input(self):
        self.waiting = b""

    def close(self):
        pass


def sign(address=1):
    return Sign(GEOMETRY, address, Seconds())


def test_right_packets_are_acknowledged_wrong_ones_refused_others_met_with_silence():
    one = sign()
    good = encode(Addressed(1, Brightness(Level.HALF)))
    assert one.receive(good) == b"ACK"
    assert one.level is Level.HALF
    assert one.receive(good.replace(b"<BC>", b"<BB>")) == b"NACK"
    assert one.receive(encode(Addressed(2, Brightness(Level.FULL)))) == b""
    assert one.receive(encode(Addressed(0, Brightness(Level.FULL)))) == b""
    assert one.level is Level.FULL
    assert one.receive(encode(Addressed(1, Other(b"<XX>")))) == b"NACK"
    assert one.receive(b"hello") == b""


def test_an_address_is_set_without_checksum_and_answered_by_its_digits():
    one = sign()
    assert one.receive(encode(SetAddress(0x2A))) == b"2A"
    assert one.receive(encode(Addressed(0x2A, Brightness(Level.FULL)))) == b"ACK"


def test_blocks_show_where_a_page_names_them():
    one = sign()
    data = next(bitmap.blocks_of(Frame.from_text("\n".join(["@" + "." * 31] * 8))))[0]
    one.receive(encode(Addressed(1, Graphic(Block("C", 5), data))))
    assert one.frame() == Frame.blank(GEOMETRY)
    one.receive(encode(Addressed(1, PageLine(1, "B", Lead.IMMEDIATE, (Block("C", 5),)))))
    one.receive(encode(Addressed(1, RunPage("B"))))
    assert one.frame().to_text() == "\n".join(["@" + "." * 31] * 8)
    one.power_cut()
    assert one.frame() == Frame.blank(GEOMETRY)


def test_pixels_lie_as_the_document_says():
    # red, green, yellow, dark: 10 01 11 00 from the left, in the first byte
    block = bytes([0b10011100]) + bytes(63)
    leds = bitmap.leds_of(block)
    assert leds[0, :4].tolist() == [[True, False], [False, True], [True, True], [False, False]]
    assert not leds[1:].any()
    row = "rga" + "." * 29
    drawn = Frame.from_text("\n".join([row] + ["." * 32] * 7), Depth.TRICOLOUR)
    assert list(bitmap.blocks_of(drawn)) == [[block]]
    assert bitmap.frame_of(leds, Depth.TRICOLOUR) == drawn
    assert bitmap.frame_of(leds, Depth.MONO).to_text().startswith("@@@.")
    # the second cell of 8x8 begins at byte 16
    assert bitmap.leds_of(bytes(16) + b"\x80" + bytes(47)).nonzero()[1].tolist() == [8]


def test_a_mono_sign_is_lit_in_red():
    [[block]] = bitmap.blocks_of(Frame.from_text("\n".join(["@" + "." * 31] * 8)))
    assert block[0] == 0b10000000


def test_a_scroll_moves_with_time():
    clock = Seconds()
    one = Sign(GEOMETRY, 1, clock)
    board = Am03127(Wire(one.receive), GEOMETRY, 1)
    chance = np.random.default_rng(7)
    strip = Frame.from_bitmap(chance.random((8, 96)) < 0.5)
    duration_ms = scroll_duration_ms(96, 32, SPEED_PX_S)
    page = Page(Strip.of(strip), Motion.SCROLL_LEFT, duration_ms, SPEED_PX_S)
    board.scroll(page)
    assert one.strip() == strip
    for clock.now in (0.0, 0.5, 1.0, 2.9):
        assert one.frame() == page.frame_at(int(clock.now * 1000), GEOMETRY)


def test_only_what_differs_travels():
    one = sign()
    wire = Wire(one.receive)
    board = Am03127(wire, GEOMETRY, 1)
    first, second = (Frame.from_text("\n".join([row] * 8)) for row in ("@" * 32, "@." * 16))
    for frame in (first, second):
        board.show(frame)
    wire.sent.clear()
    board.show(first)
    assert wire.sent == [encode(Addressed(1, RunPage("A")))]


@pytest.mark.parametrize(
    ("answer", "error"), [(b"", PeerSilent), (b"NACK", PeerRefused), (b"??", PeerSilent)]
)
def test_it_asks_three_times_and_then_says_why(answer, error):
    wire = Wire(lambda _data: answer)
    with pytest.raises(error):
        Am03127(wire, GEOMETRY, 1).show(Frame.blank(GEOMETRY))
    assert len(wire.sent) == 3


def test_a_lost_packet_is_sent_again():
    one, lost = sign(), iter([True, False, False, True, False, False])
    wire = Wire(lambda data: b"" if next(lost) else one.receive(data))
    frame = Frame.from_text("\n".join(["@." * 16] * 8))
    Am03127(wire, GEOMETRY, 1).show(frame)
    assert one.frame() == frame


@pytest.mark.parametrize("geometry", [Geometry(64, 12), Geometry(64, 72), Geometry(544, 32)])
def test_boards_it_cannot_drive_are_refused(geometry):
    with pytest.raises(Unsupported):
        Am03127(Wire(lambda _data: b""), geometry, 1)


def test_it_has_no_blue():
    with pytest.raises(Unsupported, match="blue"):
        Am03127(Wire(lambda _data: b""), GEOMETRY, 1, Depth.RGB)


def test_blinking_costs_one_packet_each_time():
    one = Sign(GEOMETRY, 1, Seconds(), Depth.TRICOLOUR)
    wire = Wire(one.receive)
    board = Am03127(wire, GEOMETRY, 1, Depth.TRICOLOUR)
    chance = np.random.default_rng(3)
    levels = chance.integers(0, 2, (8, 32, 3), np.uint8) * np.uint8(255)
    lit, dark = Frame.from_colours(levels, Depth.TRICOLOUR), Frame.blank(GEOMETRY, Depth.TRICOLOUR)
    for frame in (lit, dark, lit, dark):
        wire.sent.clear()
        board.show(frame)
        assert one.frame() == frame
    assert len(wire.sent) == 1


def test_a_bank_holds_the_widest_strip():
    assert max_strip_px(16) == 1024
    assert max_strip_px(32) == 512
