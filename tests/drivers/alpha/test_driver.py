"""The driver's dialogue with a sign on the desk, in virtual time."""

from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest

from drivers.alpha import driver
from drivers.alpha.codec import SignDecoder, encode, encode_answer
from drivers.alpha.driver import DIALECT, Alpha, probe
from drivers.alpha.packets import (
    File,
    FileType,
    Kind,
    Memory,
    Other,
    Picture,
    Question,
    RunSequence,
    Text,
    Trouble,
)
from drivers.dialect import Site
from drivers.errors import PeerRefused, PeerSilent, PeerWireError, Unsupported
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.alpha import AlphaSign
from simulator.boards.board import Fault
from simulator.wire import Clear, Wire

SITE = Site(Geometry(64, 16), Depth.TRICOLOUR, 1)


class Desk:
    """A sign, a wire that writes down what is said, and a driver."""

    def __init__(self, site=SITE):
        self.wire = Wire(line=DIALECT.line)
        self.sign = AlphaSign(site, self.wire.clock)
        self.wire.plug_in(self.sign)
        self.said = []
        self.ear = SignDecoder()
        write = self.wire.write

        def overheard(data):
            self.said += [command for one in self.ear.receive(data) for command in one.commands]
            write(data)

        self.wire.write = overheard
        self.board = Alpha(self.wire, site)

    def writes(self):
        """Return what was written since the last time, without the questions."""
        said, self.said = self.said, []
        return [one for one in said if not isinstance(one, Question)]

    def tell(self, *packets):
        for packet in packets:
            self.sign.receive(encode(packet, SITE.address))


def picture(seed, site=SITE):
    chance = np.random.default_rng(seed)
    levels = chance.integers(0, 2, (site.geometry.height_px, site.geometry.width_px, 3), np.uint8)
    return Frame.from_colours(levels * np.uint8(255), site.depth)


def kinds(packets):
    return [
        f"{type(one).__name__} {one.label}"
        if isinstance(one, Text | Picture)
        else type(one).__name__
        for one in packets
    ]


def test_a_new_sign_is_cleared_and_divided_once():
    desk = Desk()
    desk.board.show(picture(1))
    assert kinds(desk.writes()) == [
        "Acknowledge",
        "Text 0",
        "Memory",
        "Memory",
        "RunSequence",
        "Acknowledge",
        "Picture Q",
        "Text A",
    ]
    assert desk.sign.frame() == picture(1)
    assert {label: file.type for label, file in desk.sign.files.items()} == {
        "A": FileType.TEXT,
        "P": FileType.DOTS,
        "Q": FileType.DOTS,
    }
    again = Alpha(desk.wire, SITE)
    again.show(picture(2))
    assert kinds(desk.writes()) == ["Acknowledge", "Picture P", "Text A"]


def test_pictures_that_are_there_cost_one_text_and_the_same_one_nothing():
    desk = Desk()
    for seed in (1, 2):
        desk.board.show(picture(seed))
    desk.writes()
    before_bytes = desk.wire.sent_bytes
    desk.board.show(picture(2))
    assert desk.writes() == []
    assert desk.wire.sent_bytes - before_bytes == 18
    desk.board.show(picture(1))
    assert desk.writes() == [Text("A", b"\x14Q")]
    desk.board.blank()
    assert desk.writes() == [Text("A", b" ")]
    assert desk.sign.frame() == Frame.blank(SITE.geometry, SITE.depth)


@pytest.mark.parametrize(("has_verdicts", "least_ms"), [(True, 2_400), (False, 2_900)])
def test_a_picture_takes_no_longer_than_was_declared(has_verdicts, least_ms):
    desk = Desk()
    desk.sign.has_verdicts = has_verdicts
    desk.board.show(picture(1))
    started_s = desk.wire.now_s
    desk.board.show(picture(2))
    took_ms = (desk.wire.now_s - started_s) * 1000
    assert desk.board.capabilities.frame_interval_ms == 3_100
    assert least_ms < took_ms <= 3_100


def test_an_emergency_is_a_call_in_the_priority_file():
    desk = Desk()
    desk.board.show(picture(1))
    desk.writes()
    desk.board.show(picture(2), emergency=True)
    assert kinds(desk.writes()) == ["Picture P", "Text 0"]
    assert desk.sign.frame() == picture(2)
    # back to what stands below it: it is only given up
    desk.board.show(picture(1))
    assert desk.writes() == [Text("0", b"", "")]
    assert desk.sign.frame() == picture(1)


def test_under_an_emergency_the_board_goes_dark_before_a_picture_is_loaded():
    desk = Desk()
    desk.board.show(picture(1))
    desk.board.show(picture(2), emergency=True)
    desk.writes()
    seen = []
    write = desk.wire.write

    def watched(data):
        write(data)
        seen.append(desk.sign.frame())

    desk.wire.write = watched
    desk.board.show(picture(3), emergency=True)
    assert kinds(desk.writes()) == ["Text A", "Text 0", "Picture Q", "Text 0"]
    assert set(seen) == {picture(2), Frame.blank(SITE.geometry, SITE.depth), picture(3)}
    # both pictures are there now: an emergency that blinks costs a text each time
    for seed in (2, 3, 2):
        desk.board.show(picture(seed), emergency=True)
        assert kinds(desk.writes()) == ["Text 0"]
        assert desk.sign.frame() == picture(seed)
    desk.board.show(picture(4))
    assert desk.sign.frame() == picture(4)
    assert kinds(desk.writes())[-1] == "Text A"


def test_an_emergency_of_a_host_that_died_is_given_up():
    desk = Desk()
    desk.board.show(picture(1))
    desk.tell(Text("0", b"FLOOD"))
    fresh = Alpha(desk.wire, SITE)
    fresh.show(picture(2))
    assert desk.sign.frame() == picture(2)
    desk.tell(Text("0", b""))  # one that holds the board dark
    assert Alpha(desk.wire, SITE).read_back() == Frame.blank(SITE.geometry, SITE.depth)
    Alpha(desk.wire, SITE).show(picture(2))
    assert desk.sign.frame() == picture(2)


@pytest.mark.parametrize(
    "table",
    [
        Memory((File("A", FileType.TEXT, 256),)),
        Memory(
            (
                File("A", FileType.TEXT, 64),
                File("P", FileType.DOTS, 0x1020, "2000"),
                File("Q", FileType.DOTS, 0x1040, "2000"),
            )
        ),
        Memory(
            (
                File("P", FileType.DOTS, 0x1040, "2000"),
                File("Q", FileType.DOTS, 0x1040, "2000"),
                File("A", FileType.TEXT, 64),
            )
        ),
    ],
)
def test_memory_that_somebody_else_divided_is_divided_anew(table):
    desk = Desk()
    desk.tell(Memory(()), table, Text("A", b"HELLO"), RunSequence("ZA"))
    desk.board.show(picture(1))
    assert desk.sign.frame() == picture(1)
    desk.tell(Memory(()), table)
    desk.board.show(picture(2))
    assert desk.sign.frame() == picture(2)


def test_a_sign_of_alpha_1_is_asked_whether_it_took_what_it_was_told():
    desk = Desk()
    desk.sign.has_verdicts = False
    for seed in (1, 2, 1, 3):
        desk.board.show(picture(seed), emergency=seed == 2)
        assert desk.sign.frame() == picture(seed)
    assert desk.board.read_back() == picture(3)
    assert desk.board.status().faults == ()
    desk.sign.fail(Fault.FULL)
    with pytest.raises(PeerRefused, match="reads back"):
        desk.board.show(picture(4))
    assert desk.sign.frame() == picture(3)


def test_a_sign_that_takes_five_seconds_to_reset_is_waited_for():
    desk = Desk()
    desk.sign.reset_s = 5.0
    desk.board.show(picture(1))
    assert desk.sign.frame() == picture(1)
    assert 5.0 < desk.wire.now_s < 15.0
    desk = Desk()
    desk.sign.reset_s = 60.0
    with pytest.raises(PeerSilent):
        desk.board.show(picture(1))


class Cancelling(Clear):
    """Flips two bits of the next rows so that their sum stays what it was."""

    def __init__(self):
        self.left = 1

    def towards_board(self, data):
        if self.left and b"01" in data and b"\r" in data:
            self.left -= 1
            return (data.replace(b"01", b"10", 1),)
        return (data,)


class NoEnd(Clear):
    """Damages the ETX of each text, once."""

    def __init__(self):
        self.left = 1

    def towards_board(self, data):
        if self.left and b"\x02AA\x1b" in data:
            self.left -= 1
            return (data.replace(b"\x03", b"\x13"),)
        return (data,)


@pytest.mark.parametrize("weather", [Cancelling, NoEnd])
def test_what_the_checksum_lets_pass_is_found_by_reading_back(weather):
    desk = Desk()
    desk.board.show(picture(1))
    desk.writes()
    desk.wire.weather = weather()
    desk.board.show(picture(2))
    assert desk.wire.weather.left == 0
    assert desk.sign.frame() == picture(2)
    assert len(kinds(desk.writes())) == 3


class Garbled(Clear):
    """The sign answers for a picture what is none, and says so with a right sum."""

    def towards_host(self, data):
        return (encode_answer(Other(b"IP??")) if b"\x02IP" in data else data,)


def test_an_answer_that_is_no_picture_is_not_the_picture():
    desk = Desk()
    desk.board.show(picture(1))
    desk.wire.weather = Garbled()
    with pytest.raises(PeerRefused, match="not what was written"):
        desk.board.show(picture(2))
    assert desk.sign.frame() == picture(1)


def test_a_sign_that_never_keeps_a_picture_is_reported():
    desk = Desk()
    desk.board.show(picture(1))
    desk.wire.weather = Cancelling()
    desk.wire.weather.left = 3
    with pytest.raises(PeerRefused, match="not what was written"):
        desk.board.show(picture(2))
    assert desk.sign.frame() == picture(1)


def test_it_sets_the_clock_to_the_minute():
    desk = Desk()
    for at in (datetime(2026, 11, 24, 23, 59, 30), datetime(2000, 2, 29, 0, 0, 0)):  # noqa: DTZ001
        desk.board.set_clock(at)
        assert timedelta(0) <= desk.sign.local - at.replace(second=0) < timedelta(seconds=2)
        status = desk.board.status()
        assert status.local == at.replace(second=0)
        assert status.ok
    days = [one.number for one in desk.writes() if type(one).__name__ == "SetWeekday"]
    assert days == [3, 3]  # both a Tuesday; 1 is Sunday


def test_the_clock_may_pass_a_minute_while_it_is_set():
    assert driver._minute_after(driver.SetTime(23, 59)) == driver.SetTime(0, 0)
    assert driver._minute_after(driver.SetTime(9, 5)) == driver.SetTime(9, 6)


def test_status_tells_and_clears_the_serial_errors():
    desk = Desk()
    desk.board.show(picture(1))
    assert desk.board.status().faults == ()
    desk.sign.receive(b"\x01Z01\x02AA\x1b0bx\x030000\x04\x01Z01\x02ZZ\x04")
    status = desk.board.status()
    assert status.ok
    assert status.faults == ("checksum error", "unknown command or file")
    assert status.model == "1040-440A"
    assert status.detail == "0 of 65520 bytes free"
    assert desk.board.status().faults == ()
    desk.sign.fail(Fault.NACK)
    desk.sign.receive(b"")
    status = desk.board.status()
    assert not status.ok
    assert status.detail


def test_troubles_have_words():
    assert Trouble(0x3F).words == (
        "parity error",
        "framing error",
        "timeout",
        "no room",
        "checksum error",
        "unknown command or file",
    )


def test_a_probe_finds_who_is_there():
    desk = Desk()
    found = probe(desk.wire, SITE)
    assert found is not None
    assert found.model == "1040-440A"
    assert probe(desk.wire, Site(SITE.geometry, SITE.depth, 2)) is None
    assert desk.writes() == []
    desk.board.show(picture(1))
    desk.sign.fail(Fault.NACK)
    refused = probe(desk.wire, SITE)
    assert refused is not None
    assert not refused.ok


@pytest.mark.parametrize(
    "shown",
    [
        (Text("A", b"HELLO"),),
        (Text("0", b"\x14X"),),
        (Text("A", b"\x14P"), Picture(Kind.SMALL, "P", (b"01",))),
    ],
)
def test_reading_back_another_host_s_text_is_no_picture(shown):
    desk = Desk()
    desk.board.show(picture(1))
    desk.tell(*shown)
    with pytest.raises(PeerWireError):
        desk.board.read_back()


def test_two_signs_share_a_line():
    wire = Wire(line=DIALECT.line)
    sites = [Site(SITE.geometry, SITE.depth, address) for address in (1, 2)]
    signs = [AlphaSign(site, wire.clock) for site in sites]
    boards = [Alpha(wire, site) for site in sites]
    for sign in signs:
        wire.plug_in(sign)
    for seed, board in enumerate(boards):
        board.show(picture(seed))
    assert [sign.frame() for sign in signs] == [picture(0), picture(1)]


class Echo(Clear):
    """A two-wire line: the host hears all that it says."""

    def echo(self, data):
        return data


def test_hearing_its_own_voice_does_not_disturb_it():
    desk = Desk()
    desk.wire.weather = Echo()
    for seed in (1, 2, 1):
        desk.board.show(picture(seed))
        assert desk.sign.frame() == picture(seed)
    assert desk.board.status().ok


class Stale(Clear):
    """What a sign said last comes once more, just before what it says now."""

    def __init__(self):
        self.last = b""

    def towards_host(self, data):
        before, self.last = self.last, data
        return before, data


@pytest.mark.parametrize("has_verdicts", [True, False])
def test_an_answer_to_an_earlier_question_is_not_taken_for_this_one(has_verdicts):
    desk = Desk()
    desk.sign.has_verdicts = has_verdicts
    desk.wire.weather = Stale()
    for seed in (1, 2, 1, 3):
        desk.board.show(picture(seed), emergency=seed == 2)
        assert desk.sign.frame() == picture(seed)
    assert desk.board.read_back() == picture(3)


@pytest.mark.parametrize("size", [(255, 31), (7, 7), (1, 1)])
def test_boards_of_any_size_that_a_picture_can_have(size):
    site = Site(Geometry(*size), Depth.TRICOLOUR, 1)
    desk = Desk(site)
    for seed in range(4):
        desk.board.show(picture(seed, site))
        assert desk.sign.frame() == picture(seed, site)


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        (Site(Geometry(256, 16)), "255 columns"),
        (Site(Geometry(64, 32)), "31 rows"),
        (Site(Geometry(64, 16), Depth.RGB), "RGB"),
    ],
)
def test_boards_it_cannot_drive_are_refused(site, reason):
    with pytest.raises(Unsupported, match=reason):
        Alpha(Wire(), site)


def test_a_board_that_was_exchanged_is_not_taken_for_the_one_before():
    desk, other = Desk(), Desk()
    for seed in (1, 2):
        desk.board.show(picture(seed))
        other.board.show(picture(seed + 2))
    desk.sign.fail(Fault.SILENT)
    with pytest.raises(PeerSilent):
        desk.board.show(picture(1))
    desk.wire.plug_in(other.sign)
    desk.board.show(picture(1))
    assert other.sign.frame() == picture(1)


def test_whatever_happens_it_ends_in_the_picture():
    desk = Desk()
    chance = Random(5)
    for seed in range(30):
        if chance.random() < 0.3:
            desk.sign.fail(Fault.POWER_CUT)
            desk.sign.fail(Fault.NONE)
        if chance.random() < 0.3:
            desk.sign.fail(Fault.SILENT)
            with pytest.raises(PeerSilent):
                desk.board.show(picture(seed), emergency=bool(seed % 2))
            desk.sign.fail(Fault.NONE)
        desk.board.show(picture(seed % 4), emergency=seed % 5 == 0)
        assert desk.sign.frame() == picture(seed % 4)
