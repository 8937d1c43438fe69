"""What DDP, sACN and Art-Net owe alike: pixels as datagrams, some of which nobody answers."""

import sys

import pytest
from benches import GEOMETRY, dark, desk, picture

from drivers.catalogue import DIALECTS
from drivers.errors import LinkLost
from drivers.ports import Route
from playlists.text.frame import Depth
from simulator.boards.board import Fault
from simulator.wire import Clear

STREAMS = [
    name
    for name, dialect in DIALECTS.items()
    if dialect.capabilities(dialect.site(GEOMETRY)).route is Route.STREAM
]
GREETING_BYTES = {"artnet": 9_622, "ddp": 4 * 1_450 + 3 * 202, "sacn": 13_594}
"""What the first picture of 64x16 costs after a loss: greeting, then the picture twice."""
ANSWERED = ["artnet", "ddp"]
"""Those that can be asked how they are."""


class Dead(Clear):
    def towards_board(self, _data):
        raise LinkLost("the desk", "cut")


@pytest.fixture
def bench(name):
    with desk(DIALECTS[name], Depth.RGB) as bench:
        yield bench


def test_these_are_all_streams():
    assert sorted(STREAMS) == sorted(GREETING_BYTES)


@pytest.mark.parametrize("name", ["artnet", "sacn"])
def test_a_board_switched_on_shows_the_first_picture_in_one_piece(bench):
    whole = picture(bench.board, 1)
    seen = []

    class Looking(Clear):
        def towards_board(self, data):
            yield data
            seen.append(bench.sign.frame())

    bench.wire.weather = Looking()
    bench.board.show(whole)
    bench.sign.power_cut()
    bench.board.show(whole)
    assert set(seen) == {dark(bench.board), whole}


@pytest.mark.parametrize("name", GREETING_BYTES)
def test_after_a_lost_link_it_greets_again(bench, name):
    bench.board.show(picture(bench.board, 1))
    bench.wire.weather = Dead()
    with pytest.raises(LinkLost):
        bench.board.show(picture(bench.board, 1))
    bench.wire.weather = Clear()
    before_bytes = bench.sent_bytes()
    bench.board.show(picture(bench.board, 1))
    assert bench.sent_bytes() - before_bytes == GREETING_BYTES[name]
    assert bench.shown() == picture(bench.board, 1)


@pytest.mark.parametrize("name", ANSWERED)
def test_a_board_that_never_answers_is_not_called_faulty(bench):
    bench.sign.fail(Fault.SILENT)
    status = bench.board.status()
    assert status.ok
    assert "did not answer" in status.detail
    assert bench.dialect.probe(bench.wire, bench.site) is None
    bench.sign.fail(Fault.NONE)
    assert bench.board.status().ok
    for fault in bench.sign.faults & {Fault.SILENT, Fault.WRONG_ADDRESS}:
        bench.sign.fail(fault)
        assert not bench.board.status().ok


@pytest.mark.parametrize("name", ANSWERED)
def test_a_dead_link_is_no_silent_board(bench):
    bench.wire.weather = Dead()
    assert not bench.board.status().ok


@pytest.mark.parametrize("name", ANSWERED)
def test_a_wait_for_an_answer_has_an_end(bench, name):
    bench.sign.fail(Fault.SILENT)
    before_s = bench.wire.now_s
    bench.board.status()
    timeout_s = sys.modules[bench.dialect.open.__module__].REPLY_TIMEOUT_S
    assert 0 < bench.wire.now_s - before_s <= 3 * timeout_s + 0.1
