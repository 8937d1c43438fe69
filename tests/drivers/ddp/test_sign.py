"""The simulated display and the driver's dialogue with it, in virtual time."""

from random import Random

import pytest
from benches import desk, picture

from drivers.ddp.codec import decode, encode
from drivers.ddp.driver import DIALECT, MAX_NUMBERED, Ddp
from drivers.ddp.packets import CONFIG, DISPLAY, RGB8, STATUS, Packet
from drivers.dialect import Site
from drivers.errors import Unsupported
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.ddp import DdpSign
from simulator.noise import LossyNetwork
from simulator.wire import Clear, DatagramWire

SMALL = Site(Geometry(4, 2), Depth.RGB)
RED = b"\xff\0\0"


class Watched(DatagramWire):
    """A wire that keeps what was sent."""

    def __init__(self, *signs):
        super().__init__(*signs, line=DIALECT.line)
        self.sent = []

    def write(self, data):
        self.sent.append(decode(data))
        super().write(data)


@pytest.fixture
def bench():
    with desk(DIALECT, Depth.RGB) as bench:
        yield bench


def small():
    return DdpSign(SMALL, lambda: 0.0)


def tell(sign, *packets):
    return b"".join(sign.receive(encode(packet)) for packet in packets)


def leds(sign):
    return sign.frame().data.hex(" ", 3)


def test_the_offset_counts_bytes():
    # Sources differ (FPP's own comment asks "or bytes??"); the document says bytes.
    sign = small()
    tell(sign, Packet(DISPLAY, RED, offset_bytes=9, kind=RGB8, push=True))
    assert leds(sign) == "000000 000000 000000 ff0000 000000 000000 000000 000000"
    wire = Watched()
    Ddp(wire, Site(Geometry(32, 32), Depth.RGB)).show(Frame.blank(Geometry(32, 32), Depth.RGB))
    assert [packet.offset_bytes for packet in wire.sent] == [0, 1440, 0, 1440, 2880, 2880, 2880]
    assert [len(packet.data) for packet in wire.sent[:5]] == [1440, 1440, 1440, 1440, 192]


def test_leds_run_row_by_row_from_the_top_left():
    sign = small()
    frame = Frame(4, 2, RED + bytes(12) + b"\x01\x02\x03" + bytes(6), Depth.RGB)
    Ddp(Watched(sign), SMALL).show(frame)
    assert sign.frame() == frame
    assert leds(sign).split()[5] == "010203"


def test_nothing_shows_before_the_push():
    sign = small()
    tell(sign, Packet(DISPLAY, RED * 4, kind=RGB8), Packet(DISPLAY, RED * 4, 12, kind=RGB8))
    assert sign.frame() == Frame.blank(SMALL.geometry, Depth.RGB)
    tell(sign, Packet(DISPLAY, push=True))
    assert sign.frame().data == RED * 8


def test_a_push_with_a_timecode_shows_at_once():
    sign = small()
    tell(sign, Packet(DISPLAY, RED, kind=RGB8, push=True, timecode=0x12345678))
    assert leds(sign).startswith("ff0000")


@pytest.mark.parametrize(
    "packet",
    [
        Packet(7, RED, kind=RGB8, push=True),
        Packet(DISPLAY, b"clip 3", push=True, storage=True),
        Packet(DISPLAY, RED, kind=0x1B, push=True),
        Packet(DISPLAY, RED, 24, kind=RGB8, push=True),
        Packet(DISPLAY, RED, (1 << 32) - 1, kind=RGB8, push=True),
    ],
)
def test_what_is_for_others_or_for_places_it_has_not_lights_nothing(packet):
    sign = small()
    tell(sign, packet)
    assert sign.frame() == Frame.blank(SMALL.geometry, Depth.RGB)


def test_late_packets_are_left_out():
    sign = small()
    tell(sign, Packet(DISPLAY, RED * 8, kind=RGB8, push=True, sequence=3))
    for late in (2, 1, 15, 14):
        tell(sign, Packet(DISPLAY, bytes(24), kind=RGB8, push=True, sequence=late))
    assert sign.frame().data == RED * 8
    tell(sign, Packet(DISPLAY, bytes(24), kind=RGB8, push=True, sequence=4))
    assert sign.frame().data == bytes(24)


def test_it_says_who_it_is_and_reads_out_nothing_else():
    sign = small()
    answer = decode(tell(sign, Packet(STATUS, query=True)))
    assert (answer.reply, answer.push, answer.to) == (True, True, STATUS)
    assert b'"push": true' in answer.data
    assert b'"l": 8' in decode(tell(sign, Packet(CONFIG, query=True))).data
    assert decode(tell(sign, Packet(DISPLAY, query=True))) == Packet(DISPLAY, reply=True, push=True)


def test_the_status_says_who_answers_and_whether_its_size_is_ours(bench):
    status = bench.board.status()
    assert (status.ok, status.model, status.faults) == (True, "Signcast simulated display 1", ())
    other = Ddp(bench.wire, Site(Geometry(32, 16), Depth.RGB))
    assert other.status().faults == ("it is set to 1024 lights, 32x16 are 512",)


def test_each_picture_travels_whole_in_numbered_packets():
    size = Geometry(64, 16)
    wire = Watched()
    board = Ddp(wire, Site(size, Depth.RGB))
    dark, lit = (Frame(64, 16, bytes([level]) * 3072, Depth.RGB) for level in (0, 9))
    board.show(dark)
    # A fresh host cannot know which number the display heard last.
    assert [packet.sequence for packet in wire.sent] == [0, 0, 0, 0, 5, 10, 15]
    for frame, numbers, pushes in [
        (lit, [1, 2, 1, 2, 3, 3], 2),
        (lit, [4, 5, 6], 1),
        (lit, [7, 8, 9], 1),
        (dark, [10, 11, 10, 11, 12, 12], 2),
        (dark, [13, 14, 15], 1),
        (dark, [1, 2, 3], 1),
    ]:
        wire.sent.clear()
        board.show(frame)
        assert [packet.sequence for packet in wire.sent] == numbers
        assert sum(packet.push for packet in wire.sent) == pushes
        assert {packet.offset_bytes for packet in wire.sent if packet.push} == {2880}
        assert sum(len(packet.data) for packet in wire.sent) == 3072 * pushes


@pytest.mark.parametrize("heard_last", range(16))
def test_a_restarted_host_is_heard_whatever_number_came_last(heard_last):
    sign = small()
    tell(sign, Packet(DISPLAY, RED * 8, kind=RGB8, push=True, sequence=heard_last))
    board = Ddp(Watched(sign), SMALL)
    for number in range(20):
        frame = picture(board, number)
        board.show(frame)
        assert sign.frame() == frame


@pytest.mark.parametrize("size", [Geometry(480, 10), Geometry(480, 11)])
def test_many_packets_go_without_numbers_lest_they_pass_for_late_ones(size):
    site = Site(size, Depth.RGB)
    sign = DdpSign(site, lambda: 0.0)
    wire = Watched(sign)
    board = Ddp(wire, site)
    for number in range(4):
        frame = picture(board, number)
        board.show(frame)
        assert sign.frame() == frame
    assert (wire.sent[-1].sequence > 0) == (size.height_px <= MAX_NUMBERED)


def test_what_the_network_loses_stays_torn_until_the_next_picture(bench):
    chance, torn = Random(3), 0
    old = picture(bench.board, 0)
    bench.board.show(old)
    for number in range(200):
        new = picture(bench.board, number % 7)
        bench.wire.weather = LossyNetwork(chance, 0.2)
        bench.board.show(new)
        torn += bench.shown() not in {old, new}
        bench.wire.weather = Clear()
        bench.board.show(new)
        assert bench.shown() == new
        old = new
    # That there are any is the dialect's nature, and why pictures are refreshed; that there are
    # few is what sending them twice is for: without it a fifth of them and more were torn.
    assert 0 < torn < 20


def test_a_large_board_is_not_sent_faster_than_its_wire():
    able = Ddp(Watched(), Site(Geometry(512, 512), Depth.RGB)).capabilities
    assert able.frame_interval_ms == 273
    assert able.refresh_ms == 800
    assert not able.acknowledges


@pytest.mark.parametrize(
    "site",
    [Site(SMALL.geometry, Depth.MONO), Site(Geometry(65_535, 65_535), Depth.RGB)],
)
def test_boards_it_cannot_drive_are_refused(site):
    with pytest.raises(Unsupported):
        Ddp(Watched(), site)
