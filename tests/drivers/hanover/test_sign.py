import buses
import pytest
from buses import noise
from hypothesis import given
from hypothesis import strategies as st
from pyflipdot.pyflipdot import HanoverController
from pyflipdot.sign import HanoverSign as PeerSign

from drivers.dialect import Site
from drivers.hanover.codec import encode
from drivers.hanover.driver import DIALECT, Hanover
from drivers.hanover.packets import (
    BROADCAST,
    Addressed,
    AskStatus,
    Condition,
    Image,
    Report,
    StartTest,
    StopTest,
)
from playlists.text.frame import Frame, Geometry
from simulator.boards.hanover import HanoverSign

SMALL = Frame.from_text("""
    @.
    .@
    @@
""")


def bus(*sites):
    return buses.bus(HanoverSign, DIALECT.line, *sites)


def site(address=1, width_px=64, height_px=16):
    return Site(Geometry(width_px, height_px), address=address)


class Port:
    """What pyflipdot takes for a serial port."""

    baudrate = 9600

    def __init__(self, wire):
        self._wire = wire

    def write(self, data):
        self._wire.write(data)


@given(
    st.builds(Geometry, st.integers(1, 140), st.integers(1, 32)),
    st.integers(1, 15),
    st.integers(0, 99),
)
def test_pictures_of_pyflipdot_show_on_our_display(size, address, seed):
    wire, (sign,) = bus(Site(size, address=address))
    controller = HanoverController(Port(wire))
    controller.add_sign("front", PeerSign(address, size.width_px, size.height_px))
    frame = noise(size, seed)
    controller.draw_image(frame.to_bitmap())
    assert sign.frame() == frame


def test_pyflipdot_starts_and_stops_our_test():
    wire, (sign, _) = bus(site(), site(2))
    controller = HanoverController(Port(wire))
    controller.start_test_signs()
    seen = set()
    for _ in range(4):
        seen.add(sign.frame())
        wire.pause(1)
    assert len(seen) == 2
    controller.stop_test_signs()
    assert sign.frame() == Frame.blank(sign.geometry)


@pytest.mark.parametrize("size_bytes", [0, 1, 3, 258])
def test_a_picture_of_another_size_changes_nothing(size_bytes):
    wire, (sign,) = bus(site(1, 2, 3))
    board = Hanover(wire, site(1, 2, 3))
    board.show(SMALL)
    wire.write(encode(Addressed(1, Image(bytes(size_bytes)))))
    assert sign.frame() == SMALL
    assert not board.status().ok
    board.show(SMALL)
    assert board.status().ok


def test_a_display_says_that_it_heard_a_damaged_message():
    wire, _ = bus(site())
    board = Hanover(wire, site())
    assert board.status().ok
    wire.write(encode(Addressed(2, StopTest()))[:-1] + b"!")
    assert board.status().detail == Condition.BAD_TRANSMISSION.words


def test_a_test_left_running_is_ended_by_the_first_picture_only():
    wire, (sign,) = bus(site(1, 2, 3))
    wire.write(encode(Addressed(BROADCAST, StartTest())))
    board = Hanover(wire, site(1, 2, 3))
    board.show(SMALL)
    assert sign.frame() == SMALL
    before_bytes = wire.sent_bytes
    board.show(SMALL)
    assert wire.sent_bytes - before_bytes == len(encode(Addressed(1, Image(bytes(2)))))


def test_ending_a_test_leaves_the_neighbours_alone():
    wire, (sign, neighbour) = bus(site(1, 2, 3), site(2, 2, 3))
    Hanover(wire, site(2, 2, 3)).show(SMALL)
    Hanover(wire, site(1, 2, 3)).show(SMALL)
    assert sign.frame() == neighbour.frame() == SMALL


def test_nobody_answers_for_all():
    _, (sign,) = bus(site())
    assert sign.receive(encode(Addressed(BROADCAST, AskStatus()))) == b""
    assert sign.receive(encode(Addressed(1, AskStatus()))) == encode(Report(1, Condition.WELL))
