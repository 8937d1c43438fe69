"""What names a message, a graphic, a font: the checksums and codes of the standard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from drivers.errors import PeerWireError
from drivers.ntcip import crc, graphics, objects
from drivers.ntcip.activation import BLANK, Activation, MessageId, message_crc
from drivers.ntcip.fonts import Character, Font
from drivers.ntcip.graphics import Graphic
from drivers.ntcip.objects import ColourScheme, MemoryType
from playlists.text.frame import Depth, Frame

# The examples of NTCIP 1203 section 5, as the tests of mnit-rtmc/ntcip have them
# (src/dms/graphic.rs, src/dms/font/mod.rs with test/F02.tfon).
EXAMPLE_2 = Graphic(4, 10, 6, ColourScheme.MONO_1_BIT, bytes.fromhex("84926308C248A170"))
EXAMPLE_3 = Graphic(
    5, 4, 4, ColourScheme.CLASSIC, bytes([1, 1, 1, 1, 7, 7, 1, 7, 7, 1, 7, 7, 1, 1, 1, 1]), b"\x07"
)
EXAMPLE_4 = Graphic(
    7, 2, 2, ColourScheme.RGB_24_BIT, bytes.fromhex("FFFFFFFF00FF00FF00FF00FF"), b"\x00\xff\x00"
)
F02 = Font(
    2,
    7,
    1,
    3,
    (
        Character(0x34, 7, bytes.fromhex("1c59346fe18300")),
        Character(0x41, 6, bytes.fromhex("7b3cffcf3cc0")),
    ),
)
F02_OER = "020701030102003407071c59346fe18300004106067b3cffcf3cc0"


@pytest.mark.parametrize(
    ("graphic", "ident"), [(EXAMPLE_2, 0xBFF5), (EXAMPLE_3, 0x8FE0), (EXAMPLE_4, 0x078D)]
)
def test_graphics_have_the_checksums_of_the_examples(graphic, ident):
    assert graphic.ident == ident


def test_a_font_has_the_checksum_of_the_example():
    assert F02.version == 0xED52
    assert crc.identity(bytes.fromhex(F02_OER)) == 0xED52
    assert F02.character(0x41).leds(7)[0].tolist() == [False, True, True, True, True, False]
    assert F02.character(0x42) is None


def test_long_bitmaps_get_a_long_length():
    # OER: a length above 127 is written behind the number of its bytes.
    big = Font(1, 32, 1, 1, (Character(65, 40, bytes(160)), *F02.characters))
    assert big.version == crc.identity(
        bytes.fromhex("01200101 0103 0041 28 81a0") + bytes(160) + bytes.fromhex(F02_OER)[6:]
    )


def test_a_message_has_the_checksum_of_the_vector():
    assert message_crc(b"[jl3]TEST") == 0x6BF0
    assert message_crc(b"[jl3]TEST", beacon=1) != 0x6BF0


def test_an_activation_code_is_written_as_the_standards_example():
    # NTCIP 1203, MessageActivationCode, as quoted by jacobleehei/gontcip, activatecode_test.go
    sum_ = message_crc(b"[jp3]TEST [fl]Flashing[/fl]")
    wanted = MessageId(MemoryType.VOLATILE, 5, sum_)
    code = Activation(wanted, 55, 267, bytes([103, 8, 9, 10]))
    assert code.encode() == bytes.fromhex("010B3704000595F96708090A")
    assert Activation.decode(code.encode()) == code


def test_blank_is_message_1_of_its_own_memory():
    assert BLANK.encode() == bytes([7, 0, 1, 0, 0])
    assert MessageId.decode(BLANK.encode()) == BLANK


@pytest.mark.parametrize(
    "what",
    [
        lambda: Activation.decode(bytes(11)),
        lambda: MessageId.decode(bytes(6)),
        lambda: MessageId(3, 70_000, 0).encode(),
        lambda: Activation(BLANK, 256).encode(),
        lambda: Graphic(256, 1, 1, 1, b"\x80").ident,
        lambda: Graphic(1, 8, 8, ColourScheme.MONO_1_BIT, bytes(7)).frame(),
        EXAMPLE_3.frame,
    ],
)
def test_what_is_no_code_or_picture_is_refused(what):
    with pytest.raises(PeerWireError):
        what()


def test_pixels_lie_as_the_standard_says():
    # Ten columns: the second row begins in the middle of the second byte.
    assert EXAMPLE_2.frame().to_text().split() == [
        "@....@..@.",
        ".@..@..@@.",
        "..@@....@.",
        "..@@....@.",
        ".@..@...@.",
        "@....@.@@@",
    ]
    assert EXAMPLE_4.frame().to_colours().tolist() == [
        [[255, 255, 255], [255, 0, 255]],
        [[0, 255, 0], [255, 0, 255]],
    ]
    # 24-bit colours are blue, green, red: "BGR order" in the same file.
    red = Frame.from_colours(np.array([[[255, 1, 0]]], np.uint8), Depth.RGB)
    assert graphics.pack(red) == bytes([0, 1, 255])


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_mono_pictures_come_back(leds):
    frame = Frame.from_bitmap(leds)
    graphic = graphics.graphic_of(frame, 1)
    assert graphic.frame() == frame
    assert len(graphic.data) == graphics.size_bytes(frame.width_px, frame.height_px, graphic.scheme)


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_coloured_pictures_come_back(leds):
    frame = Frame.from_colours(leds, Depth.RGB)
    assert graphics.graphic_of(frame, 255).frame() == frame


@given(st.binary(min_size=1, max_size=100), st.integers(1, 120))
def test_blocks_are_numbered_from_one_and_lose_nothing(data, block_bytes):
    cut = list(graphics.blocks(data, block_bytes))
    assert [number for number, _ in cut] == list(range(1, len(cut) + 1))
    assert b"".join(block for _, block in cut) == data
    assert all(len(block) == block_bytes for _, block in cut[:-1])


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        # mnit-rtmc/iris, OIDTest.java and MIB1203.java
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 3, 6, 3, 0), "dmsActivateMessage.0"),
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 3, 6, 12, 0), "dmsCommunicationsLossMessage.0"),
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 3, 6, 13, 0), "dmsTimeCommLoss.0"),
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 3, 10, 6, 1, 7, 15), "dmsGraphicID.15"),
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 3, 10, 6, 1, 10, 15), "dmsGraphicStatus.15"),
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 3, 10, 7, 1, 3, 6, 15), "dmsGraphicBlockBitmap.6.15"),
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 3, 5, 8, 1, 3, 3, 1), "dmsMessageMultiString.3.1"),
        ((1, 3, 6, 1, 4, 1, 1206, 4, 2, 6, 3, 1, 0), "globalTime.0"),
        ((1, 3, 6, 1, 2, 1, 1, 1, 0), "1.3.6.1.2.1.1.1.0"),
    ],
)
def test_objects_stand_where_the_tree_has_them(oid, name):
    assert objects.name_of(oid) == name


def test_no_two_objects_share_a_place_or_a_name():
    assert len(objects.BY_PLACE) == len(objects.ALL) == len({one.name for one in objects.ALL})
