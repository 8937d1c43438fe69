"""Several boards on one line: each has its turn, and one that is dead takes nobody with it."""

import asyncio
import time

import pytest
from benches import Street

from drivers.am03127 import driver
from drivers.dialect import Site
from drivers.errors import LinkLost, PeerSilent
from firmware_bridge.config import DeviceConfig
from firmware_bridge.hardware import Hardware
from playlists.text.frame import Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.catalogue import SIGNS
from simulator.boards.wired import WiredBoard
from simulator.lines import PtyLine

SIZE = Geometry(32, 8)
LIT = Frame.from_text(("@" * 32 + "\n") * 8)
DARK = Frame.blank(SIZE)


@pytest.fixture
def line(tmp_path, monkeypatch):
    """Three boards on one pseudo-terminal: addresses 1, 2, 3."""
    monkeypatch.setattr(driver, "REPLY_TIMEOUT_S", 0.1)
    line = PtyLine(tmp_path / "line")
    boards = [
        WiredBoard(
            f"bang-{address}",
            "am03127",
            SIGNS["am03127"](Site(SIZE, address=address), time.monotonic),
            line,
        )
        for address in (1, 2, 3)
    ]
    street = Street()
    street.open(line)
    yield line, boards
    street.close(line)


@pytest.fixture
def hardware():
    hardware = Hardware()
    yield hardware
    hardware.close()


def configs(line):
    return [
        DeviceConfig(f"bang-{address}", "s", "am03127", line.url, address, SIZE)
        for address in (1, 2, 3)
    ]


def opened(hardware, config):
    return hardware.board(config, SIZE, "topic", lambda *_: None)()


def test_each_board_hears_only_what_is_for_it(line, hardware):
    devices = configs(line[0])
    assert len({id(hardware.hand(device)) for device in devices}) == 1, "one line, one thread"
    boards = [opened(hardware, device) for device in devices]
    boards[1].show(LIT)
    assert [board.frame() for board in line[1]] == [DARK, LIT, DARK]
    boards[0].close()
    boards[2].show(LIT)
    assert [board.frame() for board in line[1]] == [DARK, LIT, LIT]


def test_a_dead_board_delays_its_neighbours_by_its_bound_and_no_more(line, hardware):
    devices = configs(line[0])
    line[1][0].fail(Fault.UNPLUGGED)

    async def all_at_once():
        hands = [hardware.hand(device) for device in devices]
        boards = [opened(hardware, device) for device in devices]
        shows = [
            hand.do(lambda board=board: board.show(LIT))
            for hand, board in zip(hands, boards, strict=True)
        ]
        return await asyncio.wait_for(asyncio.gather(*shows, return_exceptions=True), 20)

    dead, *alive = asyncio.run(all_at_once())
    assert isinstance(dead, PeerSilent)
    assert alive == [None, None]
    assert [board.frame() for board in line[1]] == [DARK, LIT, LIT]


def test_a_line_that_broke_is_opened_anew_for_all(tmp_path, hardware):
    """The adapter is pulled out and put back: the first to notice drops the line for everybody."""
    path = tmp_path / "line"
    one, two = (
        DeviceConfig(f"bang-{address}", "s", "am03127", str(path), address, SIZE)
        for address in (1, 2)
    )
    with pytest.raises(LinkLost):
        opened(hardware, one)
    for _ in range(2):
        line = PtyLine(path)
        signs = [SIGNS["am03127"](Site(SIZE, address=n), time.monotonic) for n in (1, 2)]
        for sign in signs:
            line.join(sign.hear, sign.hang_up)
        street = Street()
        street.open(line)
        boards = [opened(hardware, one), opened(hardware, two)]
        for board in boards:
            board.show(LIT)
        assert [sign.frame() for sign in signs] == [LIT, LIT]
        street.close(line)
        with pytest.raises(LinkLost):
            boards[0].show(DARK)
        for board in boards:
            board.close()
