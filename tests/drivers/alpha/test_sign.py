"""The habits of the simulated sign, by bytes on the wire."""

import pytest

from drivers.alpha import dots
from drivers.alpha.codec import HostDecoder, encode
from drivers.alpha.packets import (
    Acknowledge,
    Answer,
    Errors,
    File,
    FileType,
    Kind,
    Memory,
    Other,
    Picture,
    Question,
    RunSequence,
    SetDate,
    String,
    Text,
    Trouble,
    Verdict,
)
from drivers.dialect import Site
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.alpha import AlphaSign
from simulator.boards.board import Fault

GEOMETRY = Geometry(8, 2)
DARK = Frame.blank(GEOMETRY, Depth.TRICOLOUR)
DRAWN = Frame.from_text("rga....r\n.......g", Depth.TRICOLOUR)
FILES = Memory(
    (
        File("A", FileType.TEXT, 64),
        File("B", FileType.TEXT, 64),
        File("s", FileType.STRING, 4, "0000"),
        File("P", FileType.DOTS, 0x0208, "2000"),
        File("Q", FileType.DOTS, 0x0208, "2000"),
    )
)
PICTURE = Picture(Kind.SMALL, "P", dots.rows_of(DRAWN))


def sign(depth=Depth.TRICOLOUR, address=0x2A):
    return AlphaSign(Site(GEOMETRY, depth, address), lambda: 0.0)


def tell(one, *packets, address=0x2A):
    data = b"".join(encode(packet, address) for packet in packets)
    heard = HostDecoder().receive(one.receive(data))
    return [said.packet if isinstance(said, Answer) else said for said in heard]


def ready(**how):
    one = sign(**how)
    tell(one, Memory(()), FILES, Acknowledge(on=True))
    return one


def test_a_picture_shows_where_a_text_calls_it():
    one = ready()
    tell(one, PICTURE)
    assert one.frame() == DARK
    tell(one, Text("A", b"\x14P"))
    assert one.frame() == DRAWN
    tell(one, Text("A", b" "))
    assert one.frame() == DARK


def test_pixels_are_the_colours_that_were_described():
    # 0 off, 1 red, 2 green, 3 amber: the table that all public readers of the document give
    assert dots.rows_of(DRAWN) == (b"12300001", b"00000002")
    assert dots.frame_of((b"12300001", b"00000002"), Depth.TRICOLOUR) == DRAWN
    # 4 dim red, 5 dim green, 6 brown, 7 orange, 8 yellow, by their remainder by 4
    shades = dots.frame_of((b"45678012",), Depth.TRICOLOUR)
    assert shades.to_text() == ".rga..rg"
    mono = dots.frame_of((b"45670012",), Depth.MONO)
    assert mono.to_text() == "@@@@..@@"
    assert dots.rows_of(mono) == (b"11110011",)


def test_the_priority_file_pre_empts_until_it_is_written_bare():
    one = ready()
    tell(one, PICTURE, Text("A", b"\x14P"))
    tell(one, Text("0", b" "))
    assert one.frame() == DARK
    tell(one, Text("0", b""))  # measured: empty with a mode holds the board all the same
    assert one.frame() == DARK
    assert tell(one, Question("B", "0")) == [Text("0", b"")]
    tell(one, Text("0", b"", ""))
    assert one.frame() == DRAWN


def test_the_priority_file_survives_a_clear_and_not_a_power_cut():
    one = ready()
    tell(one, Text("0", b"X"), Memory(()))
    assert one.frame() != DARK
    one.fail(Fault.POWER_CUT)
    assert one.frame() == DARK
    assert tell(one, Question("B", "0")) == [Text("0", b"", "")]


def test_pictures_are_dropped_while_the_priority_file_holds_the_board():
    one = ready()
    tell(one, Text("0", b" "), PICTURE)
    assert tell(one, Question("J", "P")) == [Picture(Kind.SMALL, "P", ())]
    tell(one, Text("0", b"", ""), PICTURE)
    assert tell(one, Question("J", "P")) == [PICTURE]


@pytest.mark.parametrize("label", [b"P", b"Z"])
def test_a_call_to_nothing_draws_the_label(label):
    one = ready()
    tell(one, Text("A", b"\x14" + label))
    assert one.frame() != DARK


def test_stray_letters_are_seen_and_codes_are_not():
    one = ready()
    tell(one, Text("A", b"\x1c1\x1a3\x1d01\x15 "))
    assert one.frame() == DARK
    tell(one, Text("A", b"x"))
    assert one.frame().to_text() == "rrrrr...\nrrrrr..."
    tell(one, PICTURE, Text("A", b"\x14Px\x14"))
    assert one.frame() == DRAWN  # what stands right of the last column is not shown


def test_a_table_shows_nothing_unless_the_memory_was_cleared_before():
    one = ready()
    tell(one, FILES, PICTURE, Text("A", b"\x14P"))
    assert one.frame() == DARK
    tell(one, Memory(()), FILES, PICTURE, Text("A", b"\x14P"))
    assert one.frame() == DRAWN


def test_what_is_left_over_goes_to_the_first_file():
    (table,) = tell(ready(), Question("F", "$"))
    first, *rest = table.files
    assert first.size > 64
    assert tuple(rest) == FILES.files[1:]


def test_the_run_sequence_names_what_is_shown_and_skips_what_is_not_there():
    one = ready()
    tell(one, PICTURE, Text("B", b"\x14P"), RunSequence("ZB"))
    assert one.frame() == DRAWN
    tell(one, RunSequence(""))
    assert one.frame() == DARK


@pytest.mark.parametrize(
    ("packet", "trouble"),
    [
        (Text("C", b"x"), Trouble.ILLEGAL),
        (Text("P", b"x"), Trouble.ILLEGAL),
        (String("A", b"x"), Trouble.ILLEGAL),
        (Picture(Kind.SMALL, "A", (b"0",)), Trouble.ILLEGAL),
        (Picture(Kind.SMALL, "P", (b"0",) * 3), Trouble.OVERFLOW),
        (Picture(Kind.SMALL, "P", (b"0" * 9,)), Trouble.OVERFLOW),
        (Text("B", b"x" * 65), Trouble.OVERFLOW),
        (Text("0", b"x" * 126), Trouble.OVERFLOW),
        (Memory((File("P", FileType.DOTS, 0xFFFF, "8000"),) * 2), Trouble.OVERFLOW),
        (SetDate(26, 13, 1), Trouble.ILLEGAL),
        (Question("F", "Z"), Trouble.ILLEGAL),
        (Other(b"ZZ"), Trouble.ILLEGAL),
    ],
)
def test_what_it_cannot_do_is_refused_with_its_reason(packet, trouble):
    one = ready()
    assert tell(one, packet) == [Verdict(taken=False, trouble=trouble)]
    assert tell(one, Question("F", "*")) == [Errors(trouble)]


def test_a_string_that_is_too_long_is_lost():
    one = ready()
    tell(one, String("s", b"1234"))
    assert tell(one, Question("H", "s")) == [String("s", b"1234")]
    tell(one, String("s", b"12345"))
    assert tell(one, Question("H", "s")) == [String("s", b"")]


def test_verdicts_are_given_once_they_are_asked_for():
    one = sign()
    assert tell(one, Text("A", b"x")) == []
    assert tell(one, Acknowledge(on=True), Text("A", b"x")) == [Verdict(taken=True)] * 2
    damaged = encode(Text("A", b"x"), 0x2A).replace(b"x", b"y")
    answer = HostDecoder().receive(one.receive(damaged))
    assert answer == [Verdict(taken=False, trouble=Trouble.CHECKSUM)]
    assert tell(one, Acknowledge(on=False)) == []


def test_a_sign_of_alpha_1_knows_no_verdicts():
    one = sign()
    one.has_verdicts = False
    assert tell(one, Acknowledge(on=True), Text("A", b"x")) == []
    assert tell(one, Question("B", "A")) == [Text("A", b"x")]


@pytest.mark.parametrize(("address", "heard"), [(0x2A, True), (0, True), (0x2B, False)])
def test_it_obeys_its_own_address_and_00(address, heard):
    one = sign()
    tell(one, Text("A", b"x"), address=address)
    assert (one.frame() != DARK) is heard


def test_a_sign_that_resets_itself_is_deaf_for_a_while():
    now = [0.0]
    one = AlphaSign(Site(GEOMETRY, Depth.TRICOLOUR, 1), lambda: now[0])
    one.reset_s = 5.0
    tell(one, Memory(()), address=1)
    assert tell(one, FILES, Question("F", "$"), address=1) == []
    now[0] = 5.0
    (table,) = tell(one, Question("F", "$"), address=1)
    assert [file.label for file in table.files] == ["A"]
