"""The simulated card, and the driver's dialogue with it, in virtual time."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from drivers.dialect import Carrier, Site
from drivers.errors import PeerRefused, Unsupported
from drivers.huidu import codec, documents, program
from drivers.huidu.codec import HostDecoder, SignDecoder
from drivers.huidu.documents import node
from drivers.huidu.driver import KEPT_PICTURES, Huidu, probe
from drivers.huidu.image import md5_of, name_of, png_of
from drivers.huidu.packets import (
    Code,
    Error,
    FileContent,
    FileEnd,
    FileEndAnswer,
    FileStart,
    FileStartAnswer,
    HeartbeatAnswer,
    HeartbeatAsk,
    VersionAnswer,
    VersionAsk,
    XmlAnswer,
    XmlAsk,
)
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.huidu import SESSION_S, HuiduSign
from simulator.wire import Clear, Wire

SITE = Site(Geometry(64, 16), Depth.RGB, over=Carrier.TCP)
NOON = datetime(2026, 11, 25, 12, 0, 7)  # noqa: DTZ001 -- a card's wall clock


def picture(seed):
    levels = np.random.default_rng(seed).integers(0, 256, (16, 64, 3), np.uint8)
    return Frame.from_colours(levels, Depth.RGB)


class Listening(Clear):
    """Keeps what goes over the wire."""

    def __init__(self):
        self.said = b""

    def towards_board(self, data):
        self.said += data
        return (data,)

    def heard(self):
        """Return in words what the card was told since the last call."""
        messages, self.said = SignDecoder().receive(self.said), b""
        return [
            documents.read_question(one.data).method
            if isinstance(one, XmlAsk)
            else type(one).__name__
            for one in messages
        ]


@pytest.fixture
def wire():
    one = Wire(line=LineFormat(baud=10_000_000))  # as fast as a network
    one.weather = Listening()
    return one


@pytest.fixture
def sign(wire):
    one = HuiduSign(SITE, wire.clock)
    wire.plug_in(one)
    return one


@pytest.fixture
def board(wire, sign):
    return Huidu(wire, SITE)


def test_first_a_greeting_then_a_look_then_the_picture(board, sign, wire):
    board.show(picture(1))
    assert sign.frame() == picture(1)
    assert wire.weather.heard() == [
        "VersionAsk",
        "GetIFVersion",
        "GetProgram",
        "GetFiles",
        "FileStart",
        "FileContent",
        "FileEnd",
        "UpdateProgram",
        "AddProgram",
        "OpenScreen",
    ]


def test_a_new_picture_is_switched_by_one_order(board, wire):
    board.show(picture(1))
    wire.weather.heard()
    board.show(picture(2))
    order = ["GetCurrentPlayProgramGUID", "FileStart", "FileContent", "FileEnd", "UpdateProgram"]
    assert wire.weather.heard() == order


def test_a_picture_that_the_card_holds_is_not_sent_again(board, sign, wire):
    for seed in (1, 2):
        board.show(picture(seed))
    wire.weather.heard()
    before_bytes = wire.sent_bytes
    board.show(picture(1))
    assert sign.frame() == picture(1)
    assert "FileContent" not in wire.weather.heard()
    assert wire.sent_bytes - before_bytes < 1_000


def test_an_unchanged_picture_costs_one_question(board, wire):
    board.show(picture(1))
    wire.weather.heard()
    before_bytes = wire.sent_bytes
    board.show(picture(1))
    assert wire.weather.heard() == ["GetCurrentPlayProgramGUID"]
    assert wire.sent_bytes - before_bytes < 180


def test_a_restarted_host_sends_nothing_the_card_holds(board, sign, wire):
    board.show(picture(1))
    sign.hang_up()
    wire.weather.heard()
    Huidu(wire, SITE).show(picture(1))
    assert "FileContent" not in wire.weather.heard()
    assert sign.frame() == picture(1)


def test_a_session_that_was_silent_for_long_is_begun_again_once(board, sign, wire):
    board.show(picture(1))
    first = sign.guid
    wire.pause(SESSION_S + 1)
    wire.weather.heard()
    board.show(picture(2))
    assert sign.frame() == picture(2)
    assert sign.guid not in {first, None}
    heard = wire.weather.heard()
    assert heard.count("VersionAsk") == 1
    assert heard[0] == "GetCurrentPlayProgramGUID"


def test_a_card_that_never_agrees_is_asked_once_more_and_no_further(board, sign, wire):
    board.show(picture(1))
    wire.weather.heard()
    sign._obey = lambda question: (
        ("kSuccess", ()) if question.method == "GetIFVersion" else ("kInvalidGUID", ())
    )
    with pytest.raises(PeerRefused, match="kInvalidGUID"):
        board.show(picture(2))
    assert wire.weather.heard().count("VersionAsk") == 1


def test_strangers_programs_give_way(board, sign):
    theirs = node("program", guid="{theirs}", type="normal")
    sign.programs["{theirs}"] = theirs
    board.show(picture(1))
    assert list(sign.programs) == [program.GUID]
    assert sign.frame() == picture(1)
    sign.programs = {"{theirs}": theirs, **sign.programs}
    board.show(picture(2))
    assert sign.frame() == picture(2)


def test_only_our_own_oldest_files_are_forgotten(board, sign):
    sign.files["logo.png"] = b"theirs"
    names = []
    for seed in range(KEPT_PICTURES + 5):
        board.show(picture(seed))
        names.append(name_of(png_of(picture(seed))))
    assert set(sign.files) == {"logo.png", *names[-KEPT_PICTURES:]}


def test_the_picture_on_show_is_never_forgotten(board, sign, wire):
    board.show(picture(0))
    shown = name_of(png_of(picture(0)))
    for number in range(KEPT_PICTURES + 5):
        sign.files[f"signcast-{number}.png"] = b"ours, from another life"
    sign.hang_up()
    other = Huidu(wire, SITE)
    sign.fail(Fault.FULL)
    with pytest.raises(PeerRefused, match="no space"):
        other.show(picture(1))
    assert shown in sign.files
    assert sign.frame() == picture(0)


def test_only_the_rest_of_a_file_is_sent(board, sign, wire):
    png = png_of(picture(1))
    board.show(picture(0))
    sign._partial[name_of(png)] = png[:-100]
    sign.hang_up()
    wire.weather.said = b""
    board.show(picture(1))
    sent = SignDecoder().receive(wire.weather.said)
    assert [one for one in sent if isinstance(one, FileContent)] == [FileContent(png[-100:])]
    assert sign.frame() == picture(1)


def test_a_file_that_arrives_damaged_is_refused_and_sent_anew(board, sign):
    name = name_of(png_of(picture(1)))
    board.show(picture(0))
    sign._partial[name] = b"not what it should be"
    with pytest.raises(PeerRefused, match="file content wrong"):
        board.show(picture(1))
    assert sign.frame() == picture(0)
    board.show(picture(1))
    assert sign.frame() == picture(1)


def test_a_busy_card_is_asked_again_until_it_is_done(board, sign, wire):
    board.show(picture(0))
    busy = iter(["kDownloadingFile", "kProcessing"])
    update = sign._update
    sign._update = lambda body: (word, ()) if (word := next(busy, None)) else update(body)
    wire.weather.heard()
    board.show(picture(1))
    assert wire.weather.heard().count("UpdateProgram") == 3
    assert sign.frame() == picture(1)
    sign._update = lambda _body: ("kProcessing", ())
    started_s = wire.now_s
    with pytest.raises(PeerRefused, match="busy"):
        board.show(picture(2))
    assert wire.now_s - started_s < 15
    assert sign.frame() == picture(1)


def test_dark_is_off_and_light_is_on(board, sign, wire):
    board.show(picture(1))
    board.blank()
    assert not sign.is_on
    assert sign.frame() == Frame.blank(SITE.geometry, Depth.RGB)
    wire.weather.heard()
    board.show(picture(1))
    assert wire.weather.heard() == ["GetCurrentPlayProgramGUID", "OpenScreen"]
    assert sign.frame() == picture(1)


def test_a_screen_that_a_crashed_host_left_off_is_switched_on(board, sign, wire):
    board.show(picture(1))
    board.blank()
    sign.hang_up()
    Huidu(wire, SITE).show(picture(1))
    assert sign.frame() == picture(1)


@pytest.mark.parametrize(("level", "percent"), [(0, 1), (1, 1), (55, 55), (100, 100)])
def test_brightness_is_fixed(board, sign, level, percent):
    board.set_brightness(level)
    assert sign.percent == percent
    assert board.status().brightness == percent


def test_a_clock_is_set_in_the_cards_own_zone(board, sign, wire):
    zone = sign._zone
    board.set_clock(NOON)
    assert abs(sign.local - NOON) < timedelta(seconds=1)
    assert sign._zone == zone
    wire.pause(90)
    assert abs(board.status().local - NOON - timedelta(seconds=90)) < timedelta(seconds=2)


def test_status_says_what_the_card_says(board, sign):
    board.show(picture(1))
    status = board.status()
    assert status.ok
    assert status.model == "Huidu C16L"
    assert status.detail == "7.4.61.0"
    assert status.showing == program.GUID
    assert status.faults == ()
    sign.geometry = Geometry(128, 64)
    assert board.status().faults == ("the card is set to 128x64 LEDs",)


def test_a_refusal_carries_the_cards_word(board, sign):
    sign.fail(Fault.NACK)
    with pytest.raises(PeerRefused, match="kDeviceOccupa"):
        board.show(picture(1))
    assert "kDeviceOccupa" in board.status().detail


def test_a_probe_asks_and_changes_nothing(board, sign, wire):
    board.show(picture(1))
    found = probe(wire, SITE)
    assert found.model == "Huidu C16L"
    assert sign.frame() == picture(1)
    board.show(picture(2))  # the probe's session took the place of ours
    assert sign.frame() == picture(2)


@pytest.mark.parametrize(
    "site", [Site(Geometry(64, 16), Depth.TRICOLOUR), Site(Geometry(9_000, 16), Depth.RGB)]
)
def test_boards_it_cannot_drive_are_refused(wire, site):
    with pytest.raises(Unsupported):
        Huidu(wire, site)


# The card alone


def told(sign, *messages):
    return HostDecoder().receive(sign.receive(b"".join(codec.encode(one) for one in messages)))


def said(sign, method, *children, guid=None):
    (answer,) = told(sign, XmlAsk(documents.ask(guid or sign.guid or "##GUID", method, *children)))
    assert isinstance(answer, XmlAnswer)
    return documents.read_reply(answer.data)


def greet(sign):
    assert told(sign, VersionAsk()) == [VersionAnswer(0x0100_0005)]
    assert said(sign, "GetIFVersion").guid == sign.guid


def test_nothing_is_obeyed_before_a_greeting(sign):
    error = [Error(Code.PROCESS_ERROR)]
    assert told(sign, XmlAsk(documents.ask("##GUID", "CloseScreen"))) == error
    assert told(sign, FileStart("a.png", "0" * 32, 5)) == error
    assert told(sign, HeartbeatAsk()) == [HeartbeatAnswer()]
    greet(sign)
    assert said(sign, "CloseScreen", guid="{another}").result == "kInvalidGUID"
    assert sign.is_on
    assert said(sign, "CloseScreen").result == documents.SUCCESS
    assert said(sign, "MakeCoffee").result == "kInvalidMethod"
    assert told(sign, XmlAsk(b"<sdk>")) == [Error(Code.PARSE_XML_FAILED)]


def test_heartbeats_keep_a_session_alive(sign, wire):
    greet(sign)
    for _ in range(4):
        wire.pause(30)
        assert told(sign, HeartbeatAsk()) == [HeartbeatAnswer()]
    assert said(sign, "GetDeviceInfo").result == documents.SUCCESS
    wire.pause(SESSION_S + 1)
    assert told(sign, XmlAsk(documents.ask("{1}", "GetDeviceInfo"))) == [Error(Code.PROCESS_ERROR)]


def test_whoever_speaks_while_a_file_comes_loses_the_session(sign):
    greet(sign)
    assert told(sign, FileStart("a.png", "0" * 32, 5)) == [FileStartAnswer(Code.SUCCESS, 0)]
    question = XmlAsk(documents.ask(sign.guid, "GetFiles"))
    assert told(sign, FileContent(b"ab"), question) == [Error(Code.PROCESS_ERROR)]
    assert sign.guid is None


def test_files_are_held_to_their_md5_and_their_size(sign):
    greet(sign)
    data = b"a picture"
    start = FileStart("a.png", md5_of(data), len(data))
    assert told(sign, start, FileContent(data[:4]), FileEnd())[-1] == FileEndAnswer(
        Code.FILE_NOT_FINISHED
    )
    assert told(sign, start) == [FileStartAnswer(Code.SUCCESS, 4)]
    assert told(sign, FileContent(b"wrong"), FileEnd()) == [FileEndAnswer(Code.FILE_CONTENT_WRONG)]
    assert sign.files == {}
    assert told(sign, start, FileContent(data), FileEnd())[-1] == FileEndAnswer(Code.SUCCESS)
    assert told(sign, start, FileEnd())[0] == FileStartAnswer(Code.SUCCESS, len(data))
    assert said(sign, "GetFiles").body.first("file").get("md5") == md5_of(data)
    assert told(sign, FileEnd()) == [FileEndAnswer(Code.PROCESS_ERROR)]


def test_programs_are_kept_in_their_order_and_through_a_power_cut(sign, board):
    board.show(picture(1))
    greet(sign)
    ours = program.program_with("missing.png", SITE.geometry)
    assert said(sign, "AddProgram", program.screen_with(ours)).result == "kNodeExist"
    assert said(sign, "UpdateProgram", ours).result == "kDownloadFileFailed"
    assert said(sign, "UpdateProgram", node("program", guid="{none}")).result == "kNodeNotExist"
    assert said(sign, "DeleteProgram", node("program", guid="{none}")).result == "kNodeNotExist"
    assert said(sign, "AddProgram", node("screen")).result == "kScreenNodeIsNull"
    sign.fail(Fault.POWER_CUT)
    assert sign.guid is None
    assert sign.frame() == picture(1)


def test_brightness_needs_all_four_parts(sign):
    # As a real C16L does: it calls anything less unreadable.
    greet(sign)
    parts = [node("mode", value="default"), node("default", value=40), node("ploy")]
    assert said(sign, "SetLuminancePloy", *parts).result == "kParseXmlFailed"
    parts.append(node("sensor", min=1, max=100, time=5))
    assert said(sign, "SetLuminancePloy", *parts).result == documents.SUCCESS
    assert sign.percent == 40
    parts[1] = node("default", value="bright")
    assert said(sign, "SetLuminancePloy", *parts).result == "kInvalidParam"


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", png_of(picture(1))[:90]]
)
def test_what_is_no_picture_stays_dark(sign, board, data):
    board.show(picture(1))
    sign.files = dict.fromkeys(sign.files, data)
    assert sign.frame() == Frame.blank(SITE.geometry, Depth.RGB)


def test_a_smaller_picture_is_stretched_over_its_area(sign, board):
    board.show(picture(1))
    sign.files = dict.fromkeys(sign.files, png_of(Frame.from_text("@.")))
    assert sign.frame().to_colours()[:, :32].all()
    assert not sign.frame().to_colours()[:, 32:].any()
