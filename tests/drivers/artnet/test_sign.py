"""The simulated node and the driver's dialogue with it, in virtual time."""

from dataclasses import replace
from random import Random

import pytest
from benches import desk, picture

from drivers.artnet.codec import decode, encode
from drivers.artnet.driver import DIALECT, Artnet
from drivers.artnet.packets import Dmx, Poll, Sync
from drivers.dialect import Site
from drivers.errors import Unsupported
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.artnet import ArtnetSign
from simulator.boards.board import Fault
from simulator.noise import LossyNetwork
from simulator.wire import Clear, DatagramWire

SITE = Site(Geometry(64, 16), Depth.RGB, 0x0FE)
TWO = Site(Geometry(20, 10), Depth.RGB, 0x123)
"""Two ports: 170 LEDs and 30."""
RED, GREEN = b"\xff\0\0" * 170, b"\0\xff\0" * 170


class Seconds:
    """A clock turned by hand."""

    now = 100.0

    def __call__(self):
        return self.now


class Watched(DatagramWire):
    """A wire that keeps what was sent."""

    def __init__(self, *signs):
        super().__init__(*signs, line=DIALECT.line)
        self.sent = []

    def write(self, data):
        self.sent.append(data)
        super().write(data)


class Street:
    """A node of two ports and a clock."""

    def __init__(self):
        self.clock = Seconds()
        self.sign = ArtnetSign(TWO, self.clock)

    def tell(self, *packets):
        return b"".join(self.sign.receive(encode(packet)) for packet in packets)

    def leds(self):
        """Return the first LED of each port."""
        data = self.sign.frame().data
        return data[:3].hex(), data[510:513].hex()


@pytest.fixture
def street():
    return Street()


@pytest.fixture
def bench():
    with desk(DIALECT, Depth.RGB) as bench:
        yield bench


def test_170_leds_a_port_row_by_row(street):
    street.tell(Dmx(0x123, b"\1\2\3\0"), Dmx(0x124, bytes(87) + b"\4\5\6"))
    frame = street.sign.frame()
    assert frame.data == b"\1\2\3" + bytes(507) + bytes(87) + b"\4\5\6"
    assert frame.to_colours()[9, 19].tolist() == [4, 5, 6]


def test_a_node_that_never_heard_a_sync_shows_as_it_comes(street):
    street.tell(Dmx(0x123, RED))
    assert street.leds() == ("ff0000", "000000")


def test_a_sync_shows_all_ports_at_once(street):
    street.tell(Sync(), Dmx(0x123, RED), Dmx(0x124, GREEN))
    assert street.leds() == ("000000", "000000")
    street.tell(Sync())
    assert street.leds() == ("ff0000", "00ff00")


@pytest.mark.parametrize(("after_s", "seen"), [(3.9, "000000"), (4.0, "ff0000")])
def test_without_syncs_it_shows_as_it_comes_again_after_four_seconds(street, after_s, seen):
    street.tell(Sync())
    street.clock.now += after_s
    street.tell(Dmx(0x123, RED))
    assert street.leds()[0] == seen


def test_it_holds_its_picture_for_ever_but_not_without_power(street):
    street.tell(Dmx(0x123, RED))
    street.clock.now += 1e6
    assert street.leds()[0] == "ff0000"
    street.sign.power_cut()
    assert street.leds()[0] == "000000"


def test_other_ports_are_for_other_nodes(street):
    street.tell(Dmx(0x122, RED), Dmx(0x125, RED))
    assert street.leds() == ("000000", "000000")


@pytest.mark.parametrize(
    ("number", "taken"), [(100, False), (81, False), (80, True), (101, True), (0, True)]
)
def test_late_packets_are_left_out(street, number, taken):
    street.tell(Dmx(0x123, RED, 100), Dmx(0x123, GREEN, number))
    assert (street.leds()[0] == "00ff00") == taken


def test_a_poll_is_answered_by_those_it_is_for(street):
    answer = decode(street.tell(Poll(range(0x124, 0x200))))
    assert answer.ports == (0x123, 0x124)
    assert answer.long_name == "Signcast simulated node"
    assert street.tell(Poll(range(0x125, 0x200))) == b""
    assert street.tell(Poll()) != b""
    street.sign.fail(Fault.WRONG_ADDRESS)
    assert street.tell(Poll(range(0x123, 0x125))) == b""


def test_a_picture_is_syncs_around_full_ports():
    wire = Watched()
    board = Artnet(wire, SITE)
    board.show(picture(board, 1))
    wire.sent.clear()
    board.show(picture(board, 1))
    first, *between, last = map(decode, wire.sent)
    assert (first, last) == (Sync(), Sync())
    assert [len(data) for data in wire.sent] == [14, *[528] * 6, 30, 14]
    assert [packet.port_address for packet in between] == [*range(0xFE, 0x105)]
    assert b"".join(packet.levels for packet in between) == picture(board, 1).data


def test_an_odd_number_of_levels_is_made_even():
    site = Site(Geometry(9, 1), Depth.RGB)
    sign = ArtnetSign(site, Seconds())
    wire = Watched(sign)
    board = Artnet(wire, site)
    board.show(picture(board, 1))
    assert sign.frame() == picture(board, 1)
    assert len(decode(wire.sent[1]).levels) == 28


def test_numbers_go_round_without_zero():
    wire = Watched(ArtnetSign(TWO, Seconds()))
    board = Artnet(wire, TWO)
    for number in range(131):
        board.show(picture(board, number))
    numbers = [one.sequence for one in map(decode, wire.sent) if isinstance(one, Dmx)][6::2]
    assert numbers == [*range(2, 256), *range(1, 7)]


def test_a_new_picture_travels_twice():
    wire = Watched()
    board = Artnet(wire, SITE)
    sizes = []
    for seed in (1, 1, 2, 2):
        wire.sent.clear()
        board.show(picture(board, seed))
        sizes.append(len(wire.sent))
    assert sizes == [1 + 21 + 1, 9, 16, 9]


@pytest.mark.parametrize("heard_last", range(0, 256, 5))
def test_a_restarted_host_is_heard_whatever_number_came_last(heard_last):
    sign = ArtnetSign(TWO, Seconds())
    for port in (0x123, 0x124):
        sign.receive(encode(Dmx(port, RED, heard_last)))
    board = Artnet(Watched(sign), TWO)
    for number in range(3):
        frame = picture(board, number)
        board.show(frame)
        assert sign.frame() == frame


def test_the_status_is_what_the_node_says_of_itself(bench):
    status = bench.board.status()
    assert status.ok
    assert status.model == "Signcast simulated node"
    assert status.detail == "#0001 [0001] power on tests passed"


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


@pytest.mark.parametrize(
    "site",
    [
        replace(SITE, depth=Depth.MONO),
        replace(SITE, address=-1),
        replace(SITE, address=0x7FFA),
    ],
)
def test_boards_it_cannot_drive_are_refused(site):
    with pytest.raises(Unsupported):
        Artnet(Watched(), site)


def test_the_last_port_there_is_can_be_used():
    site = replace(SITE, address=0x7FF9)
    sign = ArtnetSign(site, Seconds())
    board = Artnet(Watched(sign), site)
    board.show(frame := picture(board, 1))
    assert sign.frame() == frame
    assert sign.frame() != Frame.blank(site.geometry, Depth.RGB)
