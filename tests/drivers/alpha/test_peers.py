"""A host that we did not write, alphasignpy 0.1.1 (MIT), against our codec and our sign.

Its packets carry 0xFF where it sleeps for 100 ms, which never travels; its `Sign` is one for the
whole process and is left alone.
"""

import pytest
from alphasign.commands.dots import (
    ReadSmallDots,
    WriteLargeDots,
    WriteRGBDots,
    WriteSmallDots,
    build_pixel_row,
    build_rgb_row,
)
from alphasign.commands.special import (
    ReadSpecialFunction,
    WriteSpecialFunction,
    parse_general_info,
)
from alphasign.commands.string_file import WriteString
from alphasign.commands.text import ReadText, WriteText, parse_read_text_response
from alphasign.packet import Packet
from alphasign.protocol import (
    DELAY,
    DayOfWeek,
    DisplayMode,
    DisplayPosition,
    DotsColorDepth,
    FileProtection,
    FileType,
    PixelColor,
    SpecialFunction,
    TimeFormat,
)

from drivers.alpha.codec import SignDecoder, encode, pieces
from drivers.alpha.packets import (
    Acknowledge,
    ClearErrors,
    File,
    Kind,
    Memory,
    Picture,
    Question,
    RunSequence,
    SetDate,
    SetTime,
    SetTimeFormat,
    SetWeekday,
    String,
    Text,
    Transmission,
)
from drivers.alpha.packets import FileType as OurType
from drivers.dialect import Site
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.alpha import AlphaSign

GEOMETRY = Geometry(4, 2)
CODES = list(PixelColor)[:4]
ROWS = build_pixel_row(CODES) + build_pixel_row(CODES[::-1])
DRAWN = Frame.from_text(".rga\nagr.", Depth.TRICOLOUR)


def theirs(*commands, address="01", checksum=True):
    packet = Packet(address=address)
    for command in commands:
        packet.add(command, checksum=checksum)
    return packet.to_bytes().replace(DELAY, b"")


SAME = [
    (WriteText(b"\x14P", "0", mode=DisplayMode.HOLD), Text("0", b"\x14P", "&b")),
    (
        WriteText(b"x", "A", DisplayPosition.TOP_LINE, DisplayMode.HOLD),
        Text("A", b"x"),
    ),
    (WriteString("12,5", "s"), String("s", b"12,5")),
    (WriteSmallDots(ROWS, "P", 4, 2), Picture(Kind.SMALL, "P", (b"0123", b"3210"))),
    (WriteLargeDots(ROWS, "P", 4, 2), Picture(Kind.LARGE, "P", (b"0123", b"3210"))),
    (
        WriteRGBDots(build_rgb_row([(255, 0, 16), (0, 1, 2)]), "P", 2, 1),
        Picture(Kind.RGB, "P", (b"FF0010000102",)),
    ),
    (
        WriteSpecialFunction.configure_memory(
            [
                {
                    "label": "A",
                    "type": FileType.TEXT,
                    "size": 64,
                    "protection": FileProtection.LOCKED,
                },
                {"label": "s", "type": FileType.STRING, "size": 9},
                {
                    "label": "P",
                    "type": FileType.DOTS,
                    "size": (16, 64),
                    "color_depth": DotsColorDepth.THREE_COLOR,
                },
            ]
        ),
        Memory(
            (
                File("A", OurType.TEXT, 64),
                File("s", OurType.STRING, 9, "0000", locked=False),
                File("P", OurType.DOTS, 0x1040, "2000", locked=False),
            )
        ),
    ),
    (WriteSpecialFunction.set_run_sequence("TUA"), RunSequence("A")),
    (WriteSpecialFunction.set_time(14, 30), SetTime(14, 30)),
    (WriteSpecialFunction.set_date(11, 24, 26), SetDate(26, 11, 24)),
    (WriteSpecialFunction.set_day_of_week(DayOfWeek.TUESDAY), SetWeekday(3)),
    (WriteSpecialFunction.set_time_format(TimeFormat.MILITARY), SetTimeFormat(hours_24=True)),
    (WriteSpecialFunction.enable_ack_nak(), Acknowledge(on=True)),
    (WriteSpecialFunction.clear_error_status(), ClearErrors()),
    (ReadSmallDots("P"), Question("J", "P")),
    (ReadText("0"), Question("B", "0")),
    (ReadSpecialFunction(SpecialFunction.MEMORY_CONFIG), Question("F", "$")),
]


@pytest.mark.parametrize(("command", "packet"), SAME)
@pytest.mark.parametrize("checksum", [True, False])
def test_both_write_the_same_bytes_and_ours_reads_theirs(command, packet, checksum):
    data = theirs(command, checksum=checksum)
    assert data == encode(packet, 1, checked=checksum)
    assert SignDecoder().receive(data) == [Transmission("Z", "01", (packet,))]


def test_both_pause_at_the_same_place():
    whole = Packet(address="01").add(WriteSmallDots(ROWS, "P", 4, 2)).to_bytes()
    # The pause after STX is for nested commands: we nest none.
    head, size, rows = whole.split(DELAY)
    picture = Picture(Kind.SMALL, "P", (b"0123", b"3210"))
    assert pieces(picture, 1) == (head + size, rows)


def test_its_clear_is_the_longer_one_of_alpha_3():
    data = theirs(WriteSpecialFunction.clear_memory())
    assert b"E$$$$" in data
    assert SignDecoder().receive(data) == [Transmission("Z", "01", (Memory(()),))]


def test_its_pictures_are_shown_by_our_sign_and_our_answers_read_by_it():
    sign = AlphaSign(Site(GEOMETRY, Depth.TRICOLOUR, 1), lambda: 0.0)
    hold = DisplayMode.HOLD
    files = [
        {"label": "A", "type": FileType.TEXT, "size": 64},
        {"label": "P", "type": FileType.DOTS, "size": (2, 4)},
    ]
    sign.receive(theirs(WriteSpecialFunction.clear_memory()))
    sign.receive(theirs(WriteSpecialFunction.configure_memory(files)))
    nested = theirs(WriteSmallDots(ROWS, "P", 4, 2), WriteText(b"\x14P", "A", mode=hold))
    sign.receive(nested)
    assert sign.frame() == DRAWN
    sign.receive(theirs(WriteText(b"OUT", "0", mode=hold), address="00"))
    assert sign.frame() != DRAWN
    answer = sign.receive(theirs(ReadText("0"), address="??"))
    assert parse_read_text_response(answer) == ("0", DisplayPosition.FILL, hold, b"OUT")
    sign.receive(theirs(WriteSpecialFunction.set_time(14, 30)))
    answer = sign.receive(theirs(ReadSpecialFunction(SpecialFunction.GENERAL_INFO)))
    told = parse_general_info(answer)
    assert (told["firmware"], told["firmware_rev"]) == ("1040-440", "A")
    assert (told["time"], told["date"]) == ("1430", "0203")
    assert told["memory_pool"] == 0xFFF0
