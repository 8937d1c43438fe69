"""Graphic cards: the driver's dialogue with the simulated card, and what passes on the wire."""

from random import Random

import numpy as np
import onbon_by_hand as by_hand
import pytest

from drivers.dialect import Carrier, Site
from drivers.errors import PeerRefused, PeerSilent, Unsupported
from drivers.onbon.codec import encode, encode_answer
from drivers.onbon.driver import BX5, BX6, OnbonBx5, OnbonBx6
from drivers.onbon.packets import (
    EVERYBODY,
    Ack,
    Answered,
    Card,
    DeleteAreas,
    Nack,
    OtherAnswer,
    PictureArea,
    Ping,
    Request,
)
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.onbon import Bx5Sign, Bx6Sign
from simulator.wire import Pieces, Wire

SIZE = Geometry(80, 16)
KINDS = [(BX5, Bx5Sign, Card.BX5), (BX6, Bx6Sign, Card.BX6)]


@pytest.fixture(params=KINDS, ids=["bx5", "bx6"])
def kind(request):
    return request.param


class Recorder(Wire):
    """A wire that keeps what was written."""

    def __init__(self, *signs):
        super().__init__(*signs)
        self.written = []

    def write(self, data):
        self.written.append(data)
        super().write(data)


class Mouth:
    """A card that says whatever it is told to."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def hear(self, _data):
        return self.answers.pop(0) if self.answers else b""


def picture(seed, depth=Depth.MONO, size=SIZE):
    levels = np.random.default_rng(seed).integers(
        0, 2, (size.height_px, size.width_px, 3), np.uint8
    )
    return Frame.from_colours(levels * np.uint8(255), depth)


def table(kind, depth=Depth.MONO):
    """Return a card on the desk, its wire and its driver."""
    dialect, make, _card = kind
    site = Site(SIZE, depth, 7)
    wire = Recorder()
    sign = make(site, wire.clock)
    wire.plug_in(sign)
    return sign, wire, dialect.open(wire, site)


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.TRICOLOUR])
def test_a_hand_decoder_reads_what_the_driver_sends(kind, depth):
    _sign, wire, board = table(kind, depth)
    frame = picture(3, depth)
    board.show(frame)
    generation = 5 if kind[2] is Card.BX5 else 6
    address, number, place, pixels = by_hand.picture(wire.written[-1], generation)
    assert (address, number, place) == (7, 0, (0, 0, 80, 16))
    leds = by_hand.leds_bx5 if generation == 5 else by_hand.leds_bx6
    colours = frame.to_colours() > 0
    for (x, y), channels in leds(pixels, 80, 16, 1 + depth).items():
        assert channels == list(colours[y, x, : 1 + depth])


def test_a_hand_decoder_reads_full_colour():
    levels = np.random.default_rng(1).integers(0, 256, (16, 80, 3), np.uint8)
    _sign, wire, board = table(KINDS[1], Depth.RGB)
    board.show(Frame.from_colours(levels, Depth.RGB))
    *_, pixels = by_hand.picture(wire.written[-1], 6)
    assert pixels == levels.tobytes()


def test_a_picture_is_one_message_and_an_unchanged_one_too(kind):
    sign, wire, board = table(kind)
    board.show(picture(1))
    wire.written.clear()
    board.show(picture(2))
    board.show(picture(2))
    assert len(wire.written) == 2
    assert list(sign.areas) == [0]


def test_after_a_power_cut_an_unchanged_picture_stands_again(kind):
    sign, _wire, board = table(kind)
    board.show(picture(1))
    sign.fail(Fault.POWER_CUT)
    sign.fail(Fault.NONE)
    assert sign.frame() == Frame.blank(SIZE)
    board.show(picture(1))
    assert sign.frame() == picture(1)


def test_the_first_picture_forgets_what_others_left(kind):
    sign, wire, board = table(kind)
    card = kind[2]
    left = PictureArea(2, 0, 0, 32, 16, bytes(64), alone=False)
    wire.write(encode(Request(7, left), card))
    assert sign.frame() != Frame.blank(SIZE)
    board.show(picture(1))
    assert list(sign.areas) == [0]
    assert sign.frame() == picture(1)


def test_areas_beside_each_other_and_one_alone(kind):
    sign, wire, _board = table(kind)
    card = kind[2]
    for number, left_px in ((0, 0), (1, 64)):
        area = PictureArea(number, left_px, 0, 8, 8, _lit(8, 8, card, left_px), alone=False)
        wire.write(encode(Request(7, area), card))
    assert np.argwhere(sign.frame().to_bitmap()[0]).ravel().tolist() == [*range(8), *range(64, 72)]
    alone = PictureArea(2, 32, 0, 8, 8, _lit(8, 8, card, 32))
    wire.write(encode(Request(7, alone), card))
    assert np.argwhere(sign.frame().to_bitmap()[0]).ravel().tolist() == [*range(32, 40)]
    wire.write(encode(Request(7, DeleteAreas()), card))
    assert sign.frame() == Frame.blank(SIZE)


def _lit(width_px, height_px, card, left_px):
    assert left_px % 32 == 0
    return b"\0" * height_px if card is Card.BX5 else b"\xff\xff\xff\0" * height_px


@pytest.mark.parametrize(
    "area",
    [
        PictureArea(40, 0, 0, 8, 8, b""),
        PictureArea(0, 80, 0, 8, 8, bytes(8)),
        PictureArea(0, 0, 9, 8, 8, bytes(8)),
        PictureArea(0, 0, 0, 0, 8, b""),
        PictureArea(0, 0, 0, 8, 8, bytes(7)),
    ],
)
def test_an_area_that_does_not_fit_is_refused_and_changes_nothing(kind, area):
    sign, wire, board = table(kind)
    board.show(picture(1))
    wire.discard_input()
    wire.write(encode(Request(7, area), kind[2]))
    assert wire.read(0) == encode_answer(Answered(7, Nack(18)), kind[2])
    assert sign.frame() == picture(1)


def test_a_card_answers_to_its_own_number_and_to_nobodys_call(kind):
    sign, _wire, _board = table(kind)
    card = kind[2]
    assert sign.receive(encode(Request(8, Ping()), card)) == b""
    assert sign.receive(encode(Request(EVERYBODY, Ping()), card)) == b""
    assert sign.receive(encode(Request(7, Ping(), wants_answer=False), card)) == b""
    assert sign.receive(encode(Request(7, Ping()), card)) == encode_answer(Answered(7, Ack()), card)


def test_busy_is_asked_again_and_a_refusal_is_not(kind):
    dialect, _make, card = kind
    busy, full, ack = (encode_answer(Answered(7, one), card) for one in (Nack(3), Nack(4), Ack()))
    site = Site(SIZE, Depth.MONO, 7)
    dialect.open(Wire(Mouth(ack, busy, busy, ack)), site).show(picture(1))
    mouth = Mouth(ack, full, ack)
    with pytest.raises(PeerRefused, match="memory full"):
        dialect.open(Wire(mouth), site).show(picture(1))
    assert len(mouth.answers) == 1


def test_over_tcp_a_card_may_answer_in_another_name(kind):
    dialect, _make, card = kind
    answer = encode_answer(Answered(1, Ack()), card)
    over_tcp = Site(SIZE, Depth.MONO, 7, over=Carrier.TCP)
    dialect.open(Wire(Mouth(answer, answer)), over_tcp).show(picture(1))
    with pytest.raises(PeerSilent):
        dialect.open(Wire(Mouth(answer, answer)), Site(SIZE, Depth.MONO, 7)).show(picture(1))


def test_brightness_goes_there_and_back(kind):
    sign, _wire, board = table(kind)
    for percent, level in ((0, 0), (10, 2), (50, 8), (100, 15)):
        board.set_brightness(percent)
        assert sign.level == level
        assert abs(board.status().brightness - percent) <= 4


@pytest.mark.parametrize(
    ("answer", "ok"),
    [
        (Nack(2), True),
        (Nack(7), False),
        (OtherAnswer(0xA2, 0x80, 0, b"\1"), True),
    ],
)
def test_a_card_that_does_not_tell_its_brightness(kind, answer, ok):
    dialect, _make, card = kind
    wire = Wire(Mouth(*[encode_answer(Answered(7, answer), card)] * 3))
    status = dialect.open(wire, Site(SIZE, Depth.MONO, 7)).status()
    assert status.ok is ok
    assert status.brightness is None


def test_an_answer_in_pieces_and_an_echo_are_understood(kind):
    sign, wire, board = table(kind)
    wire.weather = Pieces(Random(4))
    for seed in range(4):
        board.show(picture(seed))
        assert sign.frame() == picture(seed)


def test_impossible_boards_are_refused():
    link = Wire()
    with pytest.raises(Unsupported, match="BX-5Q"):
        OnbonBx5(link, Site(SIZE, Depth.RGB, 1))
    with pytest.raises(Unsupported, match="no room"):
        OnbonBx6(link, Site(Geometry(192, 112), Depth.RGB, 1))
    for size, depth in ((Geometry(256, 80), Depth.RGB), (Geometry(1024, 248), Depth.TRICOLOUR)):
        board = OnbonBx6(link, Site(size, depth, 1))
        with pytest.raises(PeerSilent):
            board.show(Frame.blank(size, depth))


def test_what_the_line_can_carry_is_declared():
    slow = OnbonBx6(Wire(), Site(Geometry(256, 64), Depth.TRICOLOUR, 1)).capabilities
    small = OnbonBx6(Wire(), Site(Geometry(64, 16), Depth.MONO, 1)).capabilities
    assert small.frame_interval_ms < slow.frame_interval_ms
    assert slow.frame_interval_ms > 4_096 * 10 / 57.6
