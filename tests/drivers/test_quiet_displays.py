"""Displays on RS-485 that show what they are told and may never answer: Hanover and Mobitec."""

from dataclasses import dataclass

import buses
import pytest
from buses import Echoing, noise

from drivers.dialect import Dialect, Site
from drivers.errors import Unsupported
from drivers.hanover import driver as hanover
from drivers.mobitec import driver as mobitec
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.hanover import HanoverSign
from simulator.boards.mobitec import MobitecSign
from simulator.wire import Wire


@dataclass(frozen=True)
class Kind:
    dialect: Dialect
    board: type
    sign: type
    probe: object
    sites: tuple[Site, ...]
    """Three that may share a line; nobody has the address after the second's."""

    def bus(self, *sites, weather=None):
        return buses.bus(self.sign, self.dialect.line, *sites, weather=weather)


def site(address, width_px, height_px, depth=Depth.MONO):
    return Site(Geometry(width_px, height_px), depth, address=address)


HANOVER = Kind(
    hanover.DIALECT,
    hanover.Hanover,
    HanoverSign,
    hanover.probe,
    (site(1, 64, 16), site(2, 96, 7), site(15, 28, 15)),
)
MOBITEC = Kind(
    mobitec.DIALECT,
    mobitec.Mobitec,
    MobitecSign,
    mobitec.probe,
    (site(6, 112, 16), site(7, 84, 7), site(11, 28, 16)),
)
both = pytest.mark.parametrize("kind", [HANOVER, MOBITEC], ids=["hanover", "mobitec"])


@both
def test_several_displays_share_a_bus(kind):
    wire, signs = kind.bus(*kind.sites)
    boards = [kind.board(wire, one) for one in kind.sites]
    for turn in range(3):
        for number, board in enumerate(boards):
            board.show(noise(board.capabilities.geometry, 10 * turn + number))
        for number, sign in enumerate(signs):
            assert sign.frame() == noise(sign.geometry, 10 * turn + number)


@both
def test_the_same_picture_is_sent_again_and_heals(kind):
    here, *_ = kind.sites
    wire, (sign,) = kind.bus(here)
    board = kind.board(wire, here)
    board.show(noise(sign.geometry, 1))
    sign.power_cut()
    board.show(noise(sign.geometry, 1))
    assert sign.frame() == noise(sign.geometry, 1)
    assert board.capabilities.refresh_ms == 60_000


@both
def test_a_display_that_cannot_answer_is_no_failure_but_one_that_fell_silent_is(kind):
    here, *_ = kind.sites
    wire, (sign,) = kind.bus(here)
    sign.fail(Fault.SILENT)
    board = kind.board(wire, here)
    assert board.status().ok
    assert kind.probe(wire, here) is None
    sign.fail(Fault.NONE)
    assert board.status().ok
    sign.fail(Fault.SILENT)
    assert not board.status().ok


@both
def test_our_own_voice_is_no_answer(kind):
    here, neighbour, _ = kind.sites
    wire, (sign,) = kind.bus(here, weather=Echoing())
    board = kind.board(wire, here)
    board.show(noise(sign.geometry, 1))
    assert board.status().ok
    assert kind.probe(wire, here).ok
    assert kind.probe(wire, neighbour) is None
    assert sign.frame() == noise(sign.geometry, 1)


@pytest.mark.parametrize(
    ("kind", "size", "interval_ms"),
    [
        (HANOVER, site(1, 64, 16), 1_000),
        (HANOVER, site(1, 128, 16), 1_084),
        (HANOVER, site(1, 512, 16), 4_284),
        (MOBITEC, site(6, 28, 16), 1_000),
        (MOBITEC, site(6, 112, 16), 1_005),
        (MOBITEC, site(6, 253, 32), 3_798),
    ],
)
def test_the_interval_is_what_the_line_carries(kind, size, interval_ms):
    wire, _ = kind.bus(size)
    board, blank = kind.board(wire, size), Frame.blank(size.geometry)
    board.show(blank)
    assert board.capabilities.frame_interval_ms == interval_ms
    before_s = wire.now_s
    board.show(blank)
    assert (wire.now_s - before_s) * 1000 <= interval_ms


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (HANOVER, site(1, 513, 16)),
        (HANOVER, site(1, 1025, 1)),
        (HANOVER, site(1, 64, 16, Depth.TRICOLOUR)),
        (MOBITEC, site(6, 254, 16)),
        (MOBITEC, site(6, 112, 65)),
        (MOBITEC, site(6, 112, 16, Depth.RGB)),
    ],
)
def test_displays_it_cannot_drive_are_refused(kind, size):
    with pytest.raises(Unsupported):
        kind.board(Wire(), size)
