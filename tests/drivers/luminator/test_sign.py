import pytest
from buses import Echoing, noise
from hypothesis import given
from hypothesis import strategies as st

from drivers.dialect import Site
from drivers.errors import PeerRefused, PeerSilent, Unsupported
from drivers.luminator import bitmap
from drivers.luminator.codec import SignDecoder, encode
from drivers.luminator.driver import DIALECT, Luminator, probe
from drivers.luminator.packets import (
    Ack,
    Chunk,
    ChunksSent,
    Goodbye,
    Hello,
    Operation,
    PixelsComplete,
    Query,
    Report,
    Request,
    State,
)
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.luminator import REST_S, WORK_S, LuminatorSign
from simulator.wire import Clear, Wire

SIDE = Geometry(90, 7)


class Losing(Clear):
    """Loses one message on its way to the board, or one answer."""

    def __init__(self, question=None, answer=None):
        self._question, self._answer = question, answer
        self.lost = 0

    def _strikes(self, wanted, data):
        if wanted is not None and not self.lost and SignDecoder().receive(data) == [wanted]:
            self.lost += 1
            return True
        return False

    def towards_board(self, data):
        return () if self._strikes(self._question, data) else (data,)

    def towards_host(self, data):
        return () if self._strikes(self._answer, data) else (data,)


class Mute(Clear):
    """From a question on no answer reaches the host."""

    def __init__(self, question):
        self._question = question
        self._mute = False

    def towards_board(self, data):
        self._mute |= SignDecoder().receive(data) == [self._question]
        return (data,)

    def towards_host(self, data):
        return () if self._mute else (data,)


def bus(*sites, weather=None, **how):
    wire = Wire(line=DIALECT.line)
    wire.weather = weather or Clear()
    signs = [LuminatorSign(site, wire.clock, **how) for site in sites]
    for sign in signs:
        wire.plug_in(sign)
    return wire, signs


def site(address=3, size=SIDE):
    return Site(size, address=address)


def say(wire, message):
    """Say something; return what is answered."""
    wire.discard_input()
    wire.write(encode(message))
    answers = SignDecoder().receive(b"".join(iter(lambda: wire.read(0), b"")))
    return answers[0] if answers else None


def state(wire):
    return say(wire, Query(3)).state


def send(wire, data):
    chunks = range(0, len(data), 16)
    for at in chunks:
        assert say(wire, Chunk(at, data[at : at + 16])) is None
    return len(chunks)


def test_the_published_conversation():
    # alusch/flipdot libs/testing/src/virtual_sign_bus.rs, normal_behavior
    wire, (sign,) = bus(site())
    page1, page2 = (bitmap.page_of(noise(SIDE, seed)) for seed in (1, 2))
    assert say(wire, Hello(3)) == Report(3, State.UNCONFIGURED)
    assert say(wire, Hello(4)) is None
    receive_config = Request(3, Operation.RECEIVE_CONFIG)
    assert say(wire, receive_config) == Ack(3, Operation.RECEIVE_CONFIG)
    assert state(wire) is State.CONFIG_IN_PROGRESS
    send(wire, bitmap.configuration(SIDE))
    assert state(wire) is State.CONFIG_IN_PROGRESS
    assert say(wire, ChunksSent(1)) is None
    assert state(wire) is State.CONFIG_RECEIVED
    receive_pixels = Request(3, Operation.RECEIVE_PIXELS)
    assert say(wire, receive_pixels) == Ack(3, Operation.RECEIVE_PIXELS)
    chunks = send(wire, page1)
    assert state(wire) is State.PIXELS_IN_PROGRESS
    chunks += send(wire, page2)
    say(wire, ChunksSent(chunks))
    assert state(wire) is State.PIXELS_RECEIVED
    assert say(wire, PixelsComplete(3)) is None
    assert state(wire) is State.PAGE_LOAD_IN_PROGRESS
    wire.pause(WORK_S)
    assert state(wire) is State.PAGE_LOADED
    assert sign.frame() == Frame.blank(SIDE)
    for seed in (1, 2, 1):
        show = Request(3, Operation.SHOW_LOADED_PAGE)
        assert say(wire, show) == Ack(3, Operation.SHOW_LOADED_PAGE)
        assert state(wire) is State.PAGE_SHOW_IN_PROGRESS
        assert say(wire, Request(3, Operation.LOAD_NEXT_PAGE)) is None
        wire.pause(WORK_S)
        assert state(wire) is State.PAGE_SHOWN
        assert sign.frame() == noise(SIDE, seed)
        following = Request(3, Operation.LOAD_NEXT_PAGE)
        assert say(wire, following) == Ack(3, Operation.LOAD_NEXT_PAGE)
        wire.pause(WORK_S)
    assert say(wire, Request(3, Operation.START_RESET)) == Ack(3, Operation.START_RESET)
    assert say(wire, Hello(3)) == Report(3, State.READY_TO_RESET)
    assert say(wire, Request(3, Operation.FINISH_RESET)) == Ack(3, Operation.FINISH_RESET)
    assert say(wire, Hello(3)) == Report(3, State.UNCONFIGURED)
    assert sign.frame() == Frame.blank(SIDE)


def test_the_published_refusals():
    # virtual_sign_bus.rs, invalid_operations and invalid_config
    wire, _ = bus(site())
    for operation in (
        Operation.RECEIVE_PIXELS,
        Operation.SHOW_LOADED_PAGE,
        Operation.LOAD_NEXT_PAGE,
        Operation.FINISH_RESET,
    ):
        assert say(wire, Request(3, operation)) is None
    say(wire, Request(3, Operation.RECEIVE_CONFIG))
    assert say(wire, Request(3, Operation.RECEIVE_CONFIG)) is None
    send(wire, bytes.fromhex("0F99000F091C1C000010000000000000"))
    say(wire, ChunksSent(1))
    assert state(wire) is State.CONFIG_FAILED


@pytest.mark.parametrize("config", [bitmap.configuration(Geometry(98, 16)), b"", bytes(32)])
def test_a_configuration_for_another_display_fails(config):
    wire, _ = bus(site())
    say(wire, Request(3, Operation.RECEIVE_CONFIG))
    say(wire, ChunksSent(send(wire, config)))
    assert state(wire) is State.CONFIG_FAILED


def test_after_a_goodbye_it_is_dark_and_deaf_for_half_a_minute():
    wire, (sign,) = bus(site())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    wire.write(encode(Goodbye(3)))
    assert sign.frame() == Frame.blank(SIDE)
    with pytest.raises(PeerSilent):
        board.show(noise(SIDE, 1))
    wire.pause(REST_S)
    board.show(noise(SIDE, 2))
    assert sign.frame() == noise(SIDE, 2)


@given(
    st.builds(Geometry, st.integers(1, 255), st.integers(1, 16)),
    st.integers(1, 0xFFFF),
    st.integers(0, 99),
)
def test_every_size_shows_every_dot(size, address, seed):
    wire, (sign,) = bus(site(address, size))
    board = Luminator(wire, site(address, size))
    board.show(noise(size, seed))
    assert sign.frame() == noise(size, seed)


def test_a_display_that_turns_pages_by_itself_needs_no_request_to_show():
    wire, (sign,) = bus(site(), turns_pages=True)
    board = Luminator(wire, site())
    for seed in (1, 2):
        board.show(noise(SIDE, seed))
        assert sign.frame() == noise(SIDE, seed)
        assert sign.state is State.SHOWING_PAGES


@pytest.mark.parametrize("seed", range(3))
def test_data_without_an_address_reach_only_their_display(seed):
    wire, signs = bus(site(3), site(4), site(5, Geometry(160, 16)))
    boards = [Luminator(wire, Site(sign.geometry, address=sign.address)) for sign in signs]
    for turn in range(3):
        for number, board in enumerate(boards):
            board.show(noise(board.capabilities.geometry, seed + 10 * turn + number))
        for number, sign in enumerate(signs):
            assert sign.frame() == noise(sign.geometry, seed + 10 * turn + number)


def test_a_display_left_waiting_for_chunks_does_not_show_its_neighbours_page():
    wire, (left, right) = bus(site(3), site(4))
    ours, theirs = Luminator(wire, site(3)), Luminator(wire, site(4))
    ours.show(noise(SIDE, 1))
    say(wire, Request(3, Operation.RECEIVE_PIXELS))
    theirs.show(noise(SIDE, 2))
    assert (left.frame(), right.frame()) == (noise(SIDE, 1), noise(SIDE, 2))
    ours.show(noise(SIDE, 3))
    assert (left.frame(), right.frame()) == (noise(SIDE, 3), noise(SIDE, 2))


def test_the_same_picture_costs_one_question():
    wire, _ = bus(site())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    before_bytes = wire.sent_bytes
    board.show(noise(SIDE, 1))
    assert wire.sent_bytes - before_bytes == len(encode(Query(3)))


def test_a_second_picture_costs_no_reset():
    wire, (sign,) = bus(site())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    before_bytes, before_s = wire.sent_bytes, wire.now_s
    board.show(noise(SIDE, 2))
    assert wire.sent_bytes - before_bytes < 500
    assert (wire.now_s - before_s) * 1000 < board.capabilities.frame_interval_ms
    assert sign.frame() == noise(SIDE, 2)


def test_a_refresh_brings_the_picture_back_after_a_power_cut():
    wire, (sign,) = bus(site())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    sign.power_cut()
    board.show(noise(SIDE, 1))
    assert sign.frame() == noise(SIDE, 1)


LOSSES = [
    {"question": Query(3)},
    {"answer": Report(3, State.PAGE_SHOWN)},
    {"question": Request(3, Operation.RECEIVE_PIXELS)},
    {"answer": Ack(3, Operation.RECEIVE_PIXELS)},
    {"question": Chunk(16, bitmap.page_of(noise(SIDE, 2))[16:32])},
    {"question": ChunksSent(6)},
    {"answer": Report(3, State.PIXELS_RECEIVED)},
    {"question": PixelsComplete(3)},
    {"answer": Report(3, State.PAGE_LOADED)},
    {"question": Request(3, Operation.SHOW_LOADED_PAGE)},
    {"answer": Ack(3, Operation.SHOW_LOADED_PAGE)},
]


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_any_one_loss_is_made_good(loss):
    wire, (sign,) = bus(site())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    wire.weather = Losing(**loss)
    board.show(noise(SIDE, 2))
    assert wire.weather.lost == 1
    assert sign.frame() == noise(SIDE, 2)


@pytest.mark.parametrize(
    "loss",
    [
        {"answer": Ack(3, Operation.START_RESET)},
        {"question": Request(3, Operation.FINISH_RESET)},
        {"answer": Ack(3, Operation.FINISH_RESET)},
        {"answer": Ack(3, Operation.RECEIVE_CONFIG)},
        {"question": ChunksSent(1)},
        {"question": Chunk(0, bitmap.configuration(SIDE))},
    ],
    ids=str,
)
def test_any_one_loss_at_the_start_is_made_good(loss):
    wire, (sign,) = bus(site())
    Luminator(wire, site()).show(noise(SIDE, 1))
    wire.weather = Losing(**loss)
    Luminator(wire, site()).show(noise(SIDE, 2))
    assert wire.weather.lost == 1
    assert sign.frame() == noise(SIDE, 2)


def test_a_display_that_finds_every_picture_damaged_keeps_the_old_one():
    wire, (sign,) = bus(site())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    sign.fail(Fault.NACK)
    with pytest.raises(PeerRefused, match="pixels failed after 3 tries"):
        board.show(noise(SIDE, 2))
    assert sign.frame() == noise(SIDE, 1)


def test_a_picture_shown_unheard_of_is_not_taken_for_the_old_one():
    wire, (sign,) = bus(site())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    wire.weather = Mute(Request(3, Operation.SHOW_LOADED_PAGE))
    with pytest.raises(PeerSilent):
        board.show(noise(SIDE, 2))
    assert sign.frame() == noise(SIDE, 2)
    wire.weather = Clear()
    board.show(noise(SIDE, 1))
    assert sign.frame() == noise(SIDE, 1)


def test_a_wrong_number_of_chunks_fails():
    wire, _ = bus(site())
    Luminator(wire, site()).show(noise(SIDE, 1))
    for more in (1, -1):
        say(wire, Request(3, Operation.RECEIVE_PIXELS))
        say(wire, ChunksSent(send(wire, bitmap.page_of(noise(SIDE, 2))) + more))
        assert state(wire) is State.PIXELS_FAILED


def test_a_display_of_another_size_is_refused():
    wire, (sign,) = bus(site())
    with pytest.raises(PeerRefused, match="config failed"):
        Luminator(wire, site(3, Geometry(98, 16))).show(noise(Geometry(98, 16), 1))
    assert sign.frame() == Frame.blank(SIDE)


def test_a_display_that_never_gets_ready_is_given_up():
    class Stuck(LuminatorSign):
        @property
        def state(self):
            return self._state

    wire = Wire(line=DIALECT.line)
    wire.plug_in(Stuck(site(), wire.clock))
    with pytest.raises(PeerRefused, match="still at page load in progress"):
        Luminator(wire, site()).show(noise(SIDE, 1))
    assert wire.now_s < 30


def test_our_own_voice_is_no_answer():
    wire, (sign,) = bus(site(), weather=Echoing())
    board = Luminator(wire, site())
    board.show(noise(SIDE, 1))
    assert sign.frame() == noise(SIDE, 1)
    assert probe(wire, site()).ok
    assert probe(wire, site(4)) is None
    assert board.status().detail == "page shown"


@pytest.mark.parametrize(
    "wrong",
    [Site(Geometry(256, 16)), Site(Geometry(90, 17)), Site(SIDE, Depth.RGB)],
)
def test_displays_it_cannot_drive_are_refused(wrong):
    with pytest.raises(Unsupported):
        Luminator(Wire(), wrong)
