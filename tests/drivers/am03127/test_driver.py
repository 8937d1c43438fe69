"""The driver's dialogue with the simulated sign."""

from datetime import datetime

import numpy as np
import pytest

from drivers.am03127 import bitmap
from drivers.am03127.codec import HostDecoder, SignDecoder, encode
from drivers.am03127.contents import Block, Words
from drivers.am03127.driver import DIALECT, Am03127, max_strip_px, probe
from drivers.am03127.packets import (
    Addressed,
    Damaged,
    DeleteSchedule,
    Graphic,
    Lag,
    Lead,
    PageLine,
    Reply,
    RunPage,
    Schedule,
    SetAddress,
    SetClock,
)
from drivers.dialect import Site
from drivers.errors import DriverError, PeerRefused, PeerSilent, Unsupported
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page, scroll_duration_ms
from playlists.text.strip import Strip
from simulator.boards.am03127 import Am03127Sign
from simulator.boards.board import Fault
from simulator.wire import Clear, Wire

GEOMETRY = Geometry(64, 16)
SITE = Site(GEOMETRY, Depth.MONO, address=1)
FOREVER = [datetime(year, 1, 1) for year in (2000, 2099)]  # noqa: DTZ001 -- wall clock


def noise(seed, geometry=GEOMETRY):
    chance = np.random.default_rng(seed)
    return Frame.from_bitmap(chance.random((geometry.height_px, geometry.width_px)) < 0.5)


class Tap(Clear):
    """Remembers what goes by, and lets the test strike before any packet."""

    def __init__(self):
        self.said = []
        self.before = {}
        self.unanswered = set()

    def towards_board(self, data):
        self.said.append(data)
        strike = self.before.pop(len(self.said), None)
        if strike is not None:
            strike()
        return (data,)

    def towards_host(self, data):
        return () if len(self.said) in self.unanswered else (data,)

    @property
    def packets(self):
        """What was said since, without what only fills a gap."""
        return [one.packet for one in SignDecoder().receive(b"".join(self.said))]


class Desk:
    """A driver, a sign, and a tap on the line between them."""

    def __init__(self, site=SITE):
        self.wire = Wire()
        self.wire.weather = self.tap = Tap()
        self.sign = Am03127Sign(site, self.wire.clock)
        self.wire.plug_in(self.sign)
        self.board = Am03127(self.wire, site)

    def listen(self):
        self.wire.weather = self.tap = Tap()
        return self.tap

    def watch(self):
        """Return a list that fills with what the sign shows before each packet."""
        seen = []
        tap = self.listen()
        for number in range(1, 40):
            tap.before[number] = lambda: seen.append(self.sign.frame())
        return seen


# what travels


def test_a_picture_goes_beside_the_one_on_show_and_one_packet_switches():
    desk = Desk()
    desk.board.show(noise(1))
    tap = desk.listen()
    desk.board.show(noise(2))
    kinds = [type(packet) for packet in tap.packets]
    assert kinds == [RunPage, *[Graphic] * 4, PageLine, PageLine, RunPage]
    old, new = tap.packets[0].page, tap.packets[-1].page
    assert {old, new} == {"A", "B"}
    assert {packet.page for packet in tap.packets if isinstance(packet, PageLine)} == {new}
    loaded = {packet.block.page for packet in tap.packets if isinstance(packet, Graphic)}
    assert loaded == {"A" if new == "A" else "I"}, "each page has half of the blocks"
    line = tap.packets[-2]
    assert (line.lead, line.lag, line.wait_s) == (Lead.IMMEDIATE, Lag.HOLD, 25)
    assert desk.sign.frame() == noise(2)


def test_what_is_alike_travels_once():
    desk = Desk()
    desk.board.show(noise(1))
    tap = desk.listen()
    desk.board.show(Frame.from_bitmap(np.ones((16, 64), bool)))
    assert sum(isinstance(packet, Graphic) for packet in tap.packets) == 1


def test_the_old_picture_stands_until_the_last_packet():
    desk = Desk()
    desk.board.show(noise(1))
    seen = desk.watch()
    desk.board.show(noise(2))
    assert seen == [noise(1)] * 8
    assert desk.sign.frame() == noise(2)


def test_it_does_not_flicker_when_the_page_begins_again():
    desk = Desk()
    desk.board.show(noise(1))
    for _ in range(600):
        desk.wire.pause(0.1)
        assert desk.sign.frame() == noise(1)


def test_a_restarted_host_goes_dark_before_it_touches_what_may_be_on_show():
    desk = Desk()
    for seed in (1, 2):
        desk.board.show(noise(seed))
        fresh = Am03127(desk.wire, SITE)
        seen = desk.watch()
        fresh.show(noise(3))
        assert set(seen) == {noise(seed), Frame.blank(GEOMETRY)}
        desk.board = fresh


def test_schedules_that_another_host_left_give_way():
    desk = Desk()
    tell(desk, PageLine(1, "Q", Lead.IMMEDIATE, (Words("old"),)))
    tell(desk, Schedule("B", *FOREVER, "Q"), SetClock(FOREVER[0].replace(year=2026)))
    desk.board.show(noise(1))
    assert desk.sign.frame() == noise(1)
    tell(desk, Schedule("E", *FOREVER, "Q"))
    desk.board.blank()
    assert desk.sign.frame() == Frame.blank(GEOMETRY)


def tell(desk, *packets):
    for packet in packets:
        assert desk.sign.receive(encode(Addressed(1, packet))) == b"ACK"


def test_dark_is_a_page_of_spaces():
    desk = Desk()
    desk.board.show(noise(1))
    tap = desk.listen()
    desk.board.show(Frame.blank(GEOMETRY))
    assert not any(isinstance(packet, Graphic) for packet in tap.packets)
    assert sum(len(data) for data in tap.said) < 200
    desk.sign.fail(Fault.POWER_CUT)
    desk.board.blank()
    assert desk.sign.frame() == Frame.blank(GEOMETRY)
    desk.board.show(noise(2))
    assert desk.sign.frame() == noise(2)


@pytest.mark.parametrize(("speed_px_s", "method"), [(8, "q"), (25, "a"), (40, "Q"), (200, "A")])
def test_a_scroll_passes_whole_at_the_nearest_speed(speed_px_s, method):
    desk = Desk()
    chance = np.random.default_rng(7)
    strip = Frame.from_bitmap(chance.random((16, 160)) < 0.5)
    duration_ms = scroll_duration_ms(160, 64, speed_px_s)
    tap = desk.listen()
    desk.board.scroll(Page(Strip.of(strip), Motion.SCROLL_LEFT, duration_ms, speed_px_s))
    line = tap.packets[-2]
    written = encode(Addressed(1, line))
    assert f"<FE><M{method}><WA><FE>".encode() in written
    assert desk.sign.strip() == strip


def test_a_bank_holds_the_widest_strip():
    for height_px, width_px in ((8, 2048), (16, 1024), (32, 512), (64, 256), (7, 2048)):
        assert max_strip_px(height_px) == width_px
    desk = Desk()
    strip = noise(5, Geometry(1024, 16))
    desk.board.scroll(Page(Strip.of(strip), Motion.SCROLL_LEFT, 30_000, 40))
    assert desk.sign.strip() == strip


@pytest.mark.parametrize(
    "size", [Geometry(80, 7), Geometry(8, 8), Geometry(80, 64), Geometry(192, 32), Geometry(65, 8)]
)
@pytest.mark.parametrize("depth", DIALECT.depths)
def test_boards_of_every_size(size, depth):
    desk = Desk(Site(size, depth, 255))
    chance = np.random.default_rng(3)
    levels = chance.integers(0, 2, (size.height_px, size.width_px, 3), np.uint8) * np.uint8(255)
    frame = Frame.from_colours(levels, depth)
    for picture in (frame, Frame.blank(size, depth), frame):
        desk.board.show(picture)
        assert desk.sign.frame() == picture


@pytest.mark.parametrize(
    "geometry", [Geometry(64, 12), Geometry(64, 6), Geometry(64, 72), Geometry(544, 32)]
)
def test_boards_it_cannot_drive_are_refused(geometry):
    with pytest.raises(Unsupported):
        Am03127(Wire(), Site(geometry, Depth.MONO, 1))


def test_it_has_no_blue():
    with pytest.raises(Unsupported, match="blue"):
        Am03127(Wire(), Site(GEOMETRY, Depth.RGB, 1))


@pytest.mark.parametrize("size", [Geometry(64, 16), Geometry(192, 32), Geometry(80, 7)])
def test_its_frame_interval_is_what_a_picture_takes_on_the_line(size):
    desk = Desk(Site(size, Depth.MONO, 1))
    desk.board.show(noise(1, size))
    began_s = desk.wire.now_s
    desk.board.show(noise(2, size))
    took_ms = (desk.wire.now_s - began_s) * 1000
    assert took_ms == pytest.approx(desk.board.capabilities.frame_interval_ms, abs=2)


# power cuts and lost packets


def slightly(seed):
    """Return pictures of which a driver that trusts a sign's memory would send one block."""
    leds = noise(1).to_bitmap().copy()
    leds[:8, :8] = seed % 2
    return Frame.from_bitmap(leds)


class Forgetful(Am03127Sign):
    """A sign of which power cuts take one kind of memory."""

    lost = ""

    def power_cut(self):
        match self.lost:
            case "pictures":
                self._blocks.clear()
            case "pages":
                self._pages.clear()
            case "default page":
                self._run_page = "A"
            case _:
                super().power_cut()
        self.hang_up()


@pytest.mark.parametrize("lost", ["pictures", "pages", "default page", "everything"])
def test_after_a_power_cut_between_two_pictures_the_next_is_whole(lost):
    desk = Desk()
    sign = Forgetful(SITE, desk.wire.clock)
    sign.lost = lost
    wire = Wire(sign)
    board = Am03127(wire, SITE)
    for number in range(6):
        board.show(slightly(number))
        assert sign.frame() == slightly(number)
        sign.power_cut()


@pytest.mark.parametrize("lost", ["pictures", "pages", "default page", "everything"])
def test_a_power_cut_within_a_picture_is_noticed_by_its_silence(lost):
    for strikes_at in range(1, 9):
        wire = Wire()
        sign = Forgetful(SITE, wire.clock)
        sign.lost = lost
        wire.plug_in(sign)
        board = Am03127(wire, SITE)
        board.show(noise(1))
        wire.weather = tap = Tap()
        tap.before[strikes_at] = sign.power_cut
        # A sign that starts up hears nothing for longer than one packet takes.
        tap.unanswered = {strikes_at}
        old = sign.frame()
        try:
            board.show(noise(2))
        except DriverError:
            assert sign.frame() in {old, Frame.blank(GEOMETRY)}
        else:
            assert sign.frame() == noise(2)


def test_while_it_loads_after_a_power_cut_nothing_of_it_is_seen():
    """A sign that lost its memory may run any page by default: not the one being loaded."""
    for seed in (1, 2):
        desk = Desk()
        for number in range(seed):
            desk.board.show(noise(number))
        desk.sign.fail(Fault.POWER_CUT)
        seen = desk.watch()
        desk.board.show(noise(9))
        assert set(seen) == {Frame.blank(GEOMETRY)}
        assert desk.sign.frame() == noise(9)


def test_a_lost_answer_sends_the_whole_picture_again():
    desk = Desk()
    desk.board.show(noise(1))
    tap = desk.listen()
    tap.unanswered = {4}
    desk.board.show(noise(2))
    assert sum(isinstance(packet, Graphic) for packet in tap.packets) == 4 + 4
    assert desk.sign.frame() == noise(2)


def test_a_line_that_loses_answers_all_the_time_is_given_up():
    desk = Desk()
    desk.board.show(noise(1))
    tap = desk.listen()
    tap.unanswered = set(range(2, 200, 3))
    with pytest.raises(PeerSilent):
        desk.board.show(noise(2))
    assert desk.sign.frame() == noise(1)


class SlowLine:
    """A line on which answers take their time. A `ByteLink` in virtual time."""

    name = "slow line"

    def __init__(self, sign):
        self.sign = sign
        self.now_s = 0.0
        self.count = 0
        self.late_s = {}
        """Number of a packet to how long its answer takes."""
        self.lost = set()
        self.damaged = set()
        self.coming = []
        self.busy_until_s = 0.0

    def write(self, data):
        self.count += 1
        if self.count in self.lost:
            return
        if self.count in self.damaged:
            data = data[:-6] + b"?" + data[-5:]
        at_s = max(self.now_s + self.late_s.get(self.count, 0.02), self.busy_until_s + 0.02)
        self.busy_until_s = at_s
        answer = self.sign.hear(data)
        named = answer[4:] if answer.startswith(b"NACK") else b""
        self.coming += [(at_s, answer.removesuffix(named))] if answer else []
        self.coming += [(at_s + 0.001, named)] if named else []

    def read(self, timeout_s):
        until_s = self.now_s + timeout_s
        if not self.coming or self.coming[0][0] > until_s:
            self.now_s = until_s
            return b""
        at_s, data = self.coming.pop(0)
        self.now_s = max(self.now_s, at_s)
        return data

    def discard_input(self):
        self.coming = [(at_s, data) for at_s, data in self.coming if at_s > self.now_s]

    def pause(self, duration_s):
        self.now_s += duration_s

    def close(self):
        pass


def slow_desk():
    sign = Am03127Sign(SITE, lambda: 0.0)
    line = SlowLine(sign)
    board = Am03127(line, SITE)
    board.show(noise(1))
    line.count = 0
    return sign, line, board


def test_late_answers_are_not_taken_for_answers_to_what_follows():
    sign, line, board = slow_desk()
    # The third packet is answered late, twice; when all begins anew, the fourth is lost.
    line.late_s = {3: 0.55, 4: 0.5}
    line.lost = {8}
    board.show(noise(2))
    assert sign.frame() == noise(2)


def test_a_byte_after_nack_is_no_silence():
    sign, line, board = slow_desk()
    sign.names_checksum = True
    line.damaged = {3}
    board.show(noise(2))
    assert sign.frame() == noise(2)
    assert line.count == 8 + 1


def test_a_switch_of_which_nobody_heard_is_never_taken_back_to_an_older_picture():
    desk = Desk()
    desk.board.show(noise(1))
    desk.listen().unanswered = {8, 9, 10}
    with pytest.raises(PeerSilent):
        desk.board.show(noise(2))
    assert desk.sign.frame() == noise(2)
    desk.tap.unanswered = set()
    seen = desk.watch()
    desk.board.show(noise(3))
    assert set(seen) == {noise(2), Frame.blank(GEOMETRY)}
    assert desk.sign.frame() == noise(3)


def test_after_a_line_was_cut_anywhere_the_next_picture_is_shown():
    desk = Desk()
    desk.board.show(noise(1))
    before_bytes = desk.wire.sent_bytes
    desk.board.show(noise(2))
    whole_bytes = desk.wire.sent_bytes - before_bytes
    for cut_bytes in range(0, whole_bytes, 3):
        desk.wire.left_bytes = cut_bytes
        with pytest.raises(PeerSilent):
            desk.board.show(noise(3))
        assert desk.sign.frame() in {noise(2), Frame.blank(GEOMETRY)}
        desk.wire.left_bytes = None
        desk.board.show(noise(2))
        assert desk.sign.frame() == noise(2)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.SILENT, PeerSilent),
        (Fault.NACK, PeerRefused),
        (Fault.FULL, PeerRefused),
        (Fault.WRONG_ADDRESS, PeerSilent),
    ],
)
def test_it_asks_three_times_and_then_says_why(fault, error):
    desk = Desk()
    desk.board.show(noise(1))
    desk.sign.fail(fault)
    tap = desk.listen()
    with pytest.raises(error):
        desk.board.show(noise(2))
    assert desk.sign.frame() == noise(1)
    assert tap.said[-1] == tap.said[-2] == tap.said[-3]
    assert len(tap.said) == (4 if fault is Fault.FULL else 3)


def test_half_a_packet_from_a_host_that_crashed_does_no_harm():
    whole = encode(Addressed(1, Graphic(Block("A", 1), bytes(range(64)))))
    for size in range(0, len(whole), 7):
        desk = Desk()
        desk.sign.receive(whole[:size])
        desk.board.show(noise(1))
        assert desk.sign.frame() == noise(1)
        assert desk.board.status().ok


def test_signs_that_append_a_byte_to_nack_are_understood():
    desk = Desk()
    desk.sign.names_checksum = True
    desk.sign.receive(b"<ID01><L1><PA>")
    desk.board.show(noise(1))
    assert desk.sign.frame() == noise(1)
    assert desk.board.status().ok
    assert probe(desk.wire, SITE) is not None


# who is there


def test_a_probe_finds_a_sign_by_its_nack_and_changes_nothing():
    desk = Desk()
    desk.board.show(noise(1))
    tell(desk, PageLine(8, "Y", Lead.IMMEDIATE, (Words("not ours"),)))
    before = dict(desk.sign.blocks), desk.sign.frame(), desk.sign._pages["Y"]
    tap = desk.listen()
    for address in range(1, 6):
        found = probe(desk.wire, Site(GEOMETRY, address=address))
        assert (found is not None) == (address == 1)
    assert desk.board.status().ok
    assert (dict(desk.sign.blocks), desk.sign.frame(), desk.sign._pages["Y"]) == before
    heard = SignDecoder().receive(b"".join(tap.said))
    assert all(isinstance(message, Damaged) for message in heard)
    answers = {tuple(HostDecoder().receive(desk.sign.receive(data))) for data in tap.said[:1]}
    assert answers == {(Reply.NACK,)}


def test_a_sign_that_lost_its_address_is_reported_and_found_once_it_has_one():
    # the Maplin N01GA forgets its address without power
    desk = Desk()
    desk.board.show(noise(1))
    desk.sign.fail(Fault.POWER_CUT)
    desk.sign.address = 0
    assert not desk.board.status().ok
    with pytest.raises(PeerSilent):
        desk.board.show(noise(2))
    assert desk.sign.receive(encode(SetAddress(1))) == b"01"
    desk.board.show(noise(2))
    assert desk.sign.frame() == noise(2)


def test_two_signs_on_a_line_do_not_disturb_each_other():
    desk = Desk()
    other_site = Site(GEOMETRY, Depth.TRICOLOUR, 2)
    other = Am03127Sign(other_site, desk.wire.clock)
    desk.wire.plug_in(other)
    board = Am03127(desk.wire, other_site)
    desk.board.show(noise(1))
    levels = noise(2).to_colours()
    board.show(Frame.from_colours(levels, Depth.TRICOLOUR))
    assert desk.sign.frame() == noise(1)
    assert other.frame() == Frame.from_colours(levels, Depth.TRICOLOUR)


def test_schedules_are_deleted_by_letter():
    desk = Desk()
    tap = desk.listen()
    desk.board.blank()
    deleted = [packet.letter for packet in tap.packets if isinstance(packet, DeleteSchedule)]
    assert "".join(deleted) == "ABCDE"


def test_mono_blocks_are_lit_in_both_colours():
    desk = Desk()
    tap = desk.listen()
    desk.board.show(noise(4))
    for packet in tap.packets:
        if isinstance(packet, Graphic):
            leds = bitmap.leds_of(packet.data)
            assert (leds[..., 0] == leds[..., 1]).all()
