"""Font cards: control, and what the simulated card makes of it."""

from datetime import datetime, time, timedelta

import pytest

from drivers.dialect import Site
from drivers.errors import PeerRefused, Unsupported
from drivers.onbon.codec import encode, encode_answer
from drivers.onbon.fontcard import DIALECT, OnbonFontCard
from drivers.onbon.frames import crc16
from drivers.onbon.packets import (
    Ack,
    Answered,
    BlockTaken,
    Card,
    PowerTimers,
    Request,
    Reset,
    TextArea,
)
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.onbon_font import BARCODE, FontSign
from simulator.wire import Wire

SIZE = Geometry(64, 16)
SITE = Site(SIZE, Depth.MONO, 3)
DARK = Frame.blank(SIZE)
NOON = datetime(2026, 11, 25, 12)  # noqa: DTZ001 -- a card's wall clock
HELLO = TextArea(2, 1, 0, 4, 16, "欢迎".encode("gbk"), unit_px=8)


class Deaf(Wire):
    """A wire that loses the answers whose turn is named."""

    def __init__(self, *signs, lost=()):
        super().__init__(*signs)
        self.turn, self.lost = 0, set(lost)

    def write(self, data):
        super().write(data)
        self.turn += 1
        if self.turn in self.lost:
            self.discard_input()


@pytest.fixture
def table():
    wire = Deaf()
    sign = FontSign(SITE, wire.clock)
    wire.plug_in(sign)
    return sign, wire, DIALECT.open(wire, SITE)


def turn_to(sign, wire, at):
    """Let the card's clock come to a time."""
    wire.pause((at - sign.local).total_seconds())


def test_it_takes_no_pictures(table):
    sign, _wire, board = table
    before = sign.frame()
    assert board.capabilities.route is None
    with pytest.raises(Unsupported, match="own letters"):
        board.show(DARK)
    assert sign.frame() == before


def test_blank_is_dark_and_power_comes_back(table):
    sign, _wire, board = table
    lit = sign.frame()
    assert lit != DARK
    board.blank()
    assert sign.frame() == DARK
    assert "power off" in board.status().detail
    board.set_power(on=True)
    assert sign.frame() == lit


def test_power_timers_switch_every_day(table):
    sign, wire, board = table
    board.set_clock(NOON)
    board.set_power_timers([(time(5), time(11, 30)), (time(13), time(21))])
    assert not sign.on
    for day in range(2):
        for hour, on in ((13, True), (20.9, True), (21, False), (29, True), (35.5, False)):
            turn_to(sign, wire, NOON.replace(hour=0) + timedelta(days=day, hours=hour))
            assert sign.on is on
    board.set_power_timers([])
    assert sign.timers == ()
    wire.pause(7 * 3600)
    assert not sign.on


def test_an_order_holds_until_a_timer_says_the_opposite(table):
    sign, wire, board = table
    board.set_clock(NOON)
    board.set_power_timers([(time(5), time(11)), (time(13), time(21))])
    board.set_power(on=True)
    assert sign.on
    turn_to(sign, wire, NOON.replace(hour=20))
    board.set_power(on=False)
    assert not sign.on
    turn_to(sign, wire, NOON.replace(hour=4) + timedelta(days=1))
    assert not sign.on
    turn_to(sign, wire, NOON.replace(hour=5) + timedelta(days=1))
    assert sign.on
    board.set_power(on=True)
    turn_to(sign, wire, NOON.replace(hour=12) + timedelta(days=3))
    assert not sign.on


@pytest.mark.parametrize(
    ("ordered", "at", "then", "on"),
    [
        (False, 12, 14, True),  # off in a gap: until the next time to switch on
        (True, 14, 22, False),  # on in a window: until the next time to switch off
        (False, 14, 20, False),
        (True, 12, 20, True),
    ],
)
def test_which_timer_ends_an_order(table, ordered, at, then, on):
    sign, wire, board = table
    board.set_clock(NOON.replace(hour=at))
    board.set_power_timers([(time(5), time(11)), (time(13), time(21))])
    board.set_power(on=ordered)
    turn_to(sign, wire, NOON.replace(hour=then))
    assert sign.on is on


@pytest.mark.parametrize(
    "pairs",
    [
        [(time(22), time(6))],
        [(time(6), time(6))],
        [(time(6), time(22, 0, 30))],
        [(time(6), time(7)), (time(8), time(9)), (time(10), time(11)), (time(12), time(13))],
    ],
)
def test_timers_it_does_not_have_are_refused_unsent(table, pairs):
    sign, wire, board = table
    with pytest.raises(Unsupported):
        board.set_power_timers(pairs)
    assert wire.sent_bytes == 0
    assert sign.timers == ()


def test_it_tells_how_it_is(table):
    sign, _wire, board = table
    board.set_clock(NOON)
    board.set_brightness(40)
    board.set_text(HELLO)
    status = board.status()
    assert status.ok
    assert abs(status.local - NOON) < timedelta(seconds=2)
    assert (status.brightness, status.showing) == (40, "P000")
    assert status.model == BARCODE.decode()
    assert status.detail == "power on, 1 programs, dynamic areas: 2"
    sign.fail(Fault.SILENT)
    assert not board.status().ok


def test_a_clock_that_was_never_set_is_unknown(table):
    assert table[2].status().local is None


def test_texts_come_and_go_and_do_not_survive_a_power_cut(table):
    sign, _wire, board = table
    plain = sign.frame()
    board.set_text(HELLO)
    assert sign.frame() != plain
    assert sign.texts == {2: HELLO}
    board.delete_areas((2,))
    assert sign.frame() == plain
    for forget in (board.delete_areas, board.clear, sign.power_cut):
        board.set_text(HELLO)
        assert sign.texts
        forget()
        assert sign.frame() == plain


def program(size_bytes):
    body = bytes(byte % 251 for byte in range(size_bytes - 2))
    return body + crc16(body).to_bytes(2, "little")


@pytest.mark.parametrize("size_bytes", [20, 480, 481, 1500])
def test_files_travel_in_blocks(table, size_bytes):
    sign, _wire, board = table
    board.store_file(b"P007", program(size_bytes))
    assert sign.files[b"P007"] == program(size_bytes)
    board.lock_program(b"P007", locked=True)
    assert board.status().showing == "P007"
    board.lock_program(b"P007", locked=False)
    board.delete_files((b"P007",))
    assert b"P007" not in sign.files
    with pytest.raises(PeerRefused, match="no such file"):
        board.lock_program(b"P007", locked=True)
    with pytest.raises(PeerRefused):
        board.delete_files((b"P007",))


class Contrary:
    """A card that takes a file and then wants another block than the one that is due."""

    def hear(self, data):
        answer = Ack() if bytes([0xA1, 0x05]) in data else BlockTaken(7)
        return encode_answer(Answered(3, answer), Card.FONT)


def test_a_card_that_wants_another_block_has_not_taken_this_one():
    with pytest.raises(PeerRefused, match="block 0"):
        OnbonFontCard(Wire(Contrary()), SITE).store_file(b"P007", program(20))


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5])
def test_a_lost_answer_does_not_lose_a_block(lost):
    wire = Deaf(lost=[lost])
    sign = FontSign(SITE, wire.clock)
    wire.plug_in(sign)
    OnbonFontCard(wire, SITE).store_file(b"P007", program(1500))
    assert sign.files[b"P007"] == program(1500)


def test_a_file_with_a_wrong_check_is_not_kept(table):
    sign, _wire, board = table
    with pytest.raises(PeerRefused, match="checksum"):
        board.store_file(b"P007", bytes(700) + b"\1\1")
    assert b"P007" not in sign.files


def test_no_file_named_is_never_taken_for_all(table):
    with pytest.raises(Unsupported):
        table[2].delete_files(())


def test_a_full_card_says_so(table):
    sign, _wire, board = table
    sign.fail(Fault.FULL)
    with pytest.raises(PeerRefused, match="memory full"):
        board.set_text(HELLO)
    with pytest.raises(PeerRefused, match="memory full"):
        board.store_file(b"P007", program(20))


def test_a_block_out_of_turn_is_complained_of(table):
    sign, _wire, _board = table
    (answer,) = _ask(sign, "A1 06 01 0000 50303030 01 0000 0100 05000000 00")
    assert answer == BlockTaken(0, 16)


def _ask(sign, data):
    from drivers.onbon.codec import HostDecoder  # noqa: PLC0415
    from drivers.onbon.frames import wrap  # noqa: PLC0415

    body = bytes.fromhex(data)
    header = bytes.fromhex("0300 0080 000000 00 00 00 FE 02") + len(body).to_bytes(2, "little")
    heard = HostDecoder(Card.FONT, 3).receive(sign.receive(wrap(header + body)))
    return [answered.answer for answered in heard]


def test_a_reset_takes_every_file_with_it(table):
    sign, _wire, _board = table
    answer = sign.receive(encode(Request(3, Reset()), Card.FONT))
    assert answer == encode_answer(Answered(3, Ack()), Card.FONT)
    assert not sign.files


def test_a_timer_set_by_another_host_is_understood(table):
    sign, _wire, _board = table
    sign.receive(encode(Request(3, PowerTimers(((time(6), time(7)),))), Card.FONT))
    assert sign.timers == ((time(6), time(7)),)
