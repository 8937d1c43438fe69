import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyflipdot.pyflipdot import HanoverController
from pyflipdot.sign import HanoverSign as PeerSign

from drivers.dialect import Site
from drivers.errors import Unsupported
from drivers.hanover.codec import encode
from drivers.hanover.driver import DIALECT, Hanover, probe
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
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.hanover import HanoverSign
from simulator.wire import Clear, Wire

SMALL = Frame.from_text("""
    @.
    .@
    @@
""")


class Echoing(Clear):
    def echo(self, data):
        return data


def bus(*sites, weather=None):
    wire = Wire(line=DIALECT.line)
    wire.weather = weather or Clear()
    signs = [HanoverSign(site, wire.clock) for site in sites]
    for sign in signs:
        wire.plug_in(sign)
    return wire, signs


def site(address=1, width_px=64, height_px=16):
    return Site(Geometry(width_px, height_px), address=address)


def noise(geometry, seed):
    chance = np.random.default_rng(seed)
    return Frame.from_bitmap(
        chance.integers(0, 2, (geometry.height_px, geometry.width_px)).astype(np.bool_)
    )


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


def test_several_displays_share_a_bus():
    wire, signs = bus(site(1), site(2, 96, 7), site(15, 28, 15))
    boards = [Hanover(wire, Site(sign.geometry, address=sign.address)) for sign in signs]
    for turn in range(3):
        for number, board in enumerate(boards):
            board.show(noise(board.capabilities.geometry, 10 * turn + number))
        for number, sign in enumerate(signs):
            assert sign.frame() == noise(sign.geometry, 10 * turn + number)


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


def test_a_display_that_cannot_answer_is_no_failure_but_one_that_fell_silent_is():
    wire, (sign,) = bus(site())
    sign.fail(Fault.SILENT)
    board = Hanover(wire, site())
    assert board.status().ok
    assert probe(wire, site()) is None
    sign.fail(Fault.NONE)
    assert board.status().ok
    sign.fail(Fault.SILENT)
    assert not board.status().ok


def test_nobody_answers_for_all():
    _, (sign,) = bus(site())
    assert sign.receive(encode(Addressed(BROADCAST, AskStatus()))) == b""
    assert sign.receive(encode(Addressed(1, AskStatus()))) == encode(Report(1, Condition.WELL))


def test_our_own_voice_is_no_answer():
    wire, (sign,) = bus(site(), weather=Echoing())
    board = Hanover(wire, site())
    board.show(noise(sign.geometry, 1))
    assert board.status().ok
    assert probe(wire, site()).ok
    assert probe(wire, site(2)) is None
    assert sign.frame() == noise(sign.geometry, 1)


def test_the_same_picture_is_sent_again_and_heals():
    wire, (sign,) = bus(site(1, 2, 3))
    board = Hanover(wire, site(1, 2, 3))
    board.show(SMALL)
    sign.power_cut()
    board.show(SMALL)
    assert sign.frame() == SMALL
    assert board.capabilities.refresh_ms == 60_000


@pytest.mark.parametrize(
    ("width_px", "height_px", "interval_ms"),
    [(64, 16, 1_000), (128, 16, 1_084), (512, 16, 4_284)],
)
def test_the_interval_is_what_the_line_carries(width_px, height_px, interval_ms):
    wire, _ = bus(site(1, width_px, height_px))
    board = Hanover(wire, site(1, width_px, height_px))
    board.show(Frame.blank(Geometry(width_px, height_px)))
    assert board.capabilities.frame_interval_ms == interval_ms
    before_s = wire.now_s
    board.show(Frame.blank(Geometry(width_px, height_px)))
    assert wire.now_s - before_s <= interval_ms / 1000


@pytest.mark.parametrize(
    "size",
    [Site(Geometry(513, 16)), Site(Geometry(64, 16), Depth.TRICOLOUR), Site(Geometry(1025, 1))],
)
def test_displays_it_cannot_drive_are_refused(size):
    with pytest.raises(Unsupported):
        Hanover(Wire(), size)
