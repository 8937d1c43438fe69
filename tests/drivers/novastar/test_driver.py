"""The driver's dialogue with a simulated sending card, in virtual time."""

import pytest

from drivers.dialect import Site
from drivers.errors import PeerRefused, PeerSilent, Unsupported
from drivers.novastar.codec import checksum
from drivers.novastar.driver import DIALECT, Novastar, probe
from drivers.novastar.health import Health
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.novastar import NovastarSign
from simulator.wire import Wire

SITE = Site(Geometry(64, 16), Depth.RGB)


class OneBehind:
    """A link on which every answer belongs to the question before."""

    name = "late"

    def __init__(self, wire):
        self._wire = wire

    def write(self, data):
        stale = bytearray(data)
        stale[3] = (stale[3] - 1) & 0xFF
        stale[-2:] = checksum(bytes(stale[2:-2]))
        self._wire.write(bytes(stale))

    def __getattr__(self, name):
        return getattr(self._wire, name)


@pytest.fixture
def wire():
    return Wire(line=DIALECT.line)


@pytest.fixture
def sign(wire):
    one = NovastarSign(SITE, wire.clock)
    wire.plug_in(one)
    return one


@pytest.fixture
def board(wire, sign):
    return Novastar(wire, SITE)


def test_pictures_come_another_way(board):
    assert board.capabilities.route is None
    with pytest.raises(Unsupported, match="HDMI"):
        board.show(Frame.blank(SITE.geometry, Depth.RGB))


def test_the_picture_comes_back_with_the_next_brightness(board, sign):
    before = sign.frame()
    board.blank()
    assert sign.is_dark
    assert sign.frame() == Frame.blank(SITE.geometry, Depth.RGB)
    board.set_brightness(40)
    assert sign.brightness == 102
    assert not sign.is_dark
    assert sign.frame() == before


@pytest.mark.parametrize(("percent", "value"), [(0, 0), (1, 3), (50, 128), (99, 253), (100, 255)])
def test_brightness_is_rounded_up(board, sign, percent, value):
    board.set_brightness(percent)
    assert sign.brightness == value
    assert board.status().brightness == percent


def test_status_says_what_the_cards_say(board, sign):
    sign.health = Health(temperature_c=-3.5, supply_v=5.0)
    status = board.status()
    assert status.ok
    assert status.model == "NovaStar 1107"
    assert status.temperature_c == -3.5
    assert status.detail == "5.0 V"
    assert status.faults == ()
    assert status.showing is None


def test_status_names_what_is_wrong(board, sign):
    sign.has_signal = False
    sign.has_board = False
    status = board.status()
    assert status.ok
    no_signal, no_board = status.faults
    assert "HDMI" in no_signal
    assert "timeout" in no_board
    assert status.temperature_c is None
    assert status.brightness is None


def test_status_says_that_the_board_is_dark(board, sign):
    board.blank()
    assert board.status().showing == "nothing: darkened"
    sign.power_cut()
    assert board.status().showing is None


def test_a_refusal_carries_the_cards_reason(board, sign):
    sign.fail(Fault.NACK)
    with pytest.raises(PeerRefused, match="bad request"):
        board.blank()
    assert not board.status().ok


def test_another_sending_card_does_not_obey(wire, sign):
    other = Novastar(wire, Site(SITE.geometry, Depth.RGB, address=3))
    with pytest.raises(PeerSilent):
        other.blank()
    assert not sign.is_dark
    assert probe(wire, Site(SITE.geometry, Depth.RGB, address=3)) is None


def test_a_late_answer_to_another_question_is_no_answer(wire, sign):
    with pytest.raises(PeerSilent):
        Novastar(OneBehind(wire), SITE).blank()
    assert sign.is_dark  # it obeyed, but nobody can know


def test_only_full_colour_cards_are_driven(wire):
    with pytest.raises(Unsupported, match="full colour"):
        Novastar(wire, Site(SITE.geometry, Depth.MONO))


def test_an_order_to_all_is_acknowledged_by_the_sending_card_alone(board, sign, wire):
    sign.has_board = False
    board.blank()  # a broadcast: the sending card takes it, whoever listens behind it
    assert not sign.is_dark
