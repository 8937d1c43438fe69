"""The bootloader's host half on a line with others: whose answer it hears, when it gives up."""

from collections import deque
from contextlib import suppress

import pytest
from firmware import FACTORY, KEYS, image

from drivers.bootloader.codec import encode
from drivers.bootloader.driver import BoardRefused, Bootloader
from drivers.bootloader.packets import Done, Hello, Info, Message, Progress, Refusal, Refused
from drivers.catalogue import DIALECTS
from drivers.dialect import Carrier, Site
from drivers.errors import PeerSilent, PeerWireError, Unsupported
from playlists.text.frame import Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.catalogue import SIGNS
from simulator.boards.equipped import EquippedSign
from simulator.wire import Wire

NEW = image("1.1.0", 1_500)


class Script:
    """A line that answers each write with what was put down for it."""

    name = "the script"

    def __init__(self, *answers):
        self.answers = deque(answers)
        self.written = []
        self.waiting = b""
        self.closed = False

    def write(self, data):
        self.written.append(data)
        self.waiting += self.answers.popleft() if self.answers else b""

    def read(self, _timeout_s):
        data, self.waiting = self.waiting, b""
        return data

    def discard_input(self):
        self.waiting = b""

    def close(self):
        self.closed = True


def said(packet, address=3, sequence=1):
    return encode(Message(address, sequence, packet))


def test_an_answer_is_known_by_address_and_number():
    others = said(Done(), address=4) + said(Done(), sequence=9) + b"<ID01>\xff noise"
    line = Script(others, others + said(Progress(1, 2)))
    assert Bootloader(line, 3).begin(NEW.manifest.raw) == Progress(1, 2)
    assert line.written[0] == line.written[1]


def test_a_host_that_hears_itself_is_not_confused():
    echo = said(Hello())
    with pytest.raises(PeerSilent):
        Bootloader(Script(echo, echo, echo), 3).hello()


def test_silence_and_damage_are_asked_again_and_then_given_up():
    damaged = said(Done()).replace(b"A", b"B")
    line = Script(damaged, b"", damaged)
    with pytest.raises(PeerSilent):
        Bootloader(line, 3).confirm(bytes(32))
    assert len(line.written) == 3


def test_a_refusal_says_why():
    with pytest.raises(BoardRefused, match="not-newer") as caught:
        Bootloader(Script(said(Refused(Refusal.NOT_NEWER))), 3).begin(NEW.manifest.raw)
    assert caught.value.refusal is Refusal.NOT_NEWER


def test_an_answer_to_something_else_is_nonsense():
    with pytest.raises(PeerWireError):
        Bootloader(Script(said(Done())), 3).hello()


def test_closing_gives_the_line_back():
    line = Script()
    boot = Bootloader(line)
    boot.close()
    assert line.closed


SERIAL = [name for name, one in DIALECTS.items() if Carrier.SERIAL in one.carriers]


def equipped(name):
    """A sign of a dialect with a bootloader, its driver, and a host, on one line."""
    dialect = DIALECTS[name]
    address = next((one for one in dialect.addresses if one), 0)
    site = Site(Geometry(64, 16), dialect.depths[0], address, "public")
    wire = Wire()
    sign = EquippedSign(SIGNS[name](site, wire.clock), site, FACTORY, KEYS, wire.clock)
    wire.plug_in(sign)
    return wire, sign, dialect.open(wire, site), Bootloader(wire, address)


@pytest.mark.parametrize("name", SERIAL)
def test_a_dialect_and_the_bootloader_do_not_hear_each_other(name):
    wire, sign, board, boot = equipped(name)
    with suppress(Unsupported):  # some only control what comes another way
        board.show(Frame.blank(board.capabilities.geometry, board.capabilities.depth))
    shown = sign.frame()
    # An image full of the dialect's own packets, as a board's firmware is.
    heard = []
    write = wire.write
    wire.write = lambda data: (heard.append(data), write(data))[1]
    board.status()
    wire.write = write
    size = boot.hello().block_bytes
    own = b"".join(heard) * 20
    new = image("1.1.0", max(1_500, len(own)), begins=own)
    progress = boot.begin(new.manifest.raw)
    while progress.next_block < progress.blocks:
        at = progress.next_block * size
        progress = boot.write(progress.next_block, new.data[at : at + size])
        assert sign.frame() == shown
    assert board.status().ok
    boot.activate(new.manifest.sha256)
    assert board.status().ok
    boot.confirm(new.manifest.sha256)
    assert str(boot.hello().running) == "1.1.0"


@pytest.mark.parametrize("name", SERIAL)
def test_a_board_without_a_bootloader_is_silent(name):
    dialect = DIALECTS[name]
    address = next((one for one in dialect.addresses if one), 0)
    site = Site(Geometry(64, 16), dialect.depths[0], address, "public")
    wire = Wire()
    wire.plug_in(SIGNS[name](site, wire.clock))
    with pytest.raises(PeerSilent):
        Bootloader(wire, address).hello()


def test_an_equipped_board_fails_as_a_whole():
    _wire, sign, board, boot = equipped(SERIAL[0])
    sign.fail(Fault.SILENT)
    assert not board.status().ok
    with pytest.raises(PeerSilent):
        boot.hello()
    sign.fail(Fault.NONE)
    assert isinstance(boot.hello(), Info)
    sign.fail(Fault.POWER_CUT)
    assert isinstance(boot.hello(), Info)


def test_mute_firmware_leaves_the_dialect_dead_and_the_bootloader_alive():
    _wire, sign, board, boot = equipped("am03127")
    new = image("1.1.0", 600, begins=b"MUTE")
    size = boot.hello().block_bytes
    boot.begin(new.manifest.raw)
    for index in range(2):
        boot.write(index, new.data[index * size : (index + 1) * size])
    boot.activate(new.manifest.sha256)
    assert not board.status().ok
    assert sign.frame() == Frame.blank(sign.geometry, sign.depth)
    boot.revert(new.manifest.sha256)
    assert board.status().ok
