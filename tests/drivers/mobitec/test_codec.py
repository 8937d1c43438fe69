import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.mobitec import bitmap
from drivers.mobitec.codec import HostDecoder, SignDecoder, checksum, encode
from drivers.mobitec.packets import (
    MAX_MESSAGE_BYTES,
    PIXEL_FONT,
    Addressed,
    AskEcho,
    Field,
    Other,
    Text,
)
from playlists.text.frame import Frame

BYTES = st.integers(0, 0xFD)
FIELDS = st.builds(
    Field,
    BYTES,
    BYTES,
    BYTES,
    st.lists(st.integers(0x20, 0xCF), min_size=1, max_size=30).map(bytes),
)
PACKETS = st.one_of(
    st.builds(Text, BYTES, BYTES, st.lists(FIELDS, max_size=4).map(tuple)),
    st.builds(AskEcho, BYTES),
    st.builds(Other, st.lists(BYTES, max_size=20).map(lambda rest: bytes([0xA6, *rest]))),
)
MESSAGES = st.builds(Addressed, st.integers(0, 14), PACKETS)
EXAMPLE = Addressed(6, Text(112, 16, (Field(0, 13, 0x73, b"EXAMPLE"),)))


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def test_the_golden_vector_is_read_and_written(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    vectors = [bytes.fromhex(one["hex"]) for one in golden["mobitec"]["vectors"]]
    assert len(vectors) == 1
    for vector in vectors:
        assert SignDecoder().receive(vector) == [EXAMPLE]
        assert encode(EXAMPLE) == vector
        assert checksum(vector[1:-2]) == vector[-2:-1]


def test_the_published_example_with_its_wrong_checksums_is_noise():
    # Nosen92/maskin-flipdot, protocol.md: cd in the newer, ad in the older version; right is ce
    example = "ff 06 a2 d0 70 d1 10 d2 00 d3 0d d4 73 45 58 41 4d 50 4c 45 {} ff"
    assert SignDecoder().receive(bytes.fromhex(example.format("cd"))) == []
    assert SignDecoder().receive(bytes.fromhex(example.format("ad"))) == []
    assert SignDecoder().receive(bytes.fromhex(example.format("ce"))) == [EXAMPLE]


@pytest.mark.parametrize(
    ("left_px", "ending"), [(0, "ce"), (0x2F, "fd"), (0x30, "fe00"), (0x31, "fe01")]
)
def test_a_checksum_that_looks_like_an_edge_is_escaped(left_px, ending):
    # protocol.md, "Footer"
    message = Addressed(6, Text(112, 16, (Field(left_px, 13, 0x73, b"EXAMPLE"),)))
    data = encode(message)
    assert data.endswith(bytes.fromhex(ending + "ff"))
    assert data.count(b"\xff") == 2
    assert SignDecoder().receive(data) == [message]


def test_pixels_are_letters_as_documented():
    # protocol.md, "Pixel Control": the second, fourth and fifth dot are the letter 3a
    (field,) = bitmap.fields_of(Frame.from_text(".\n@\n.\n@\n@"))
    assert field == Field(0, 4, PIXEL_FONT, b"\x3a")


def test_bands_stand_on_their_lowest_row():
    # bjarnekvae/pymobitec-flipdot and duffrohde/mobitec-rs485: bands of a display of 16 rows
    fields = bitmap.fields_of(Frame.from_bitmap(np.ones((16, 3), np.bool_)))
    assert [field.bottom_px for field in fields] == [4, 9, 14, 19]
    assert [field.letters for field in fields] == [b"???", b"???", b"???", b"!!!"]


def test_labels_hold_until_they_are_given_again():
    # bjarnekvae/pymobitec-flipdot, set_pixels: one row and font, then several places
    body = bytes.fromhex("0b a2 d0 1c d1 10 d3 04 d4 77 d2 02 3f 3e d2 07 21")
    (message,) = SignDecoder().receive(b"\xff" + body + checksum(body) + b"\xff")
    assert message.packet.fields == (
        Field(2, 4, PIXEL_FONT, b"?>"),
        Field(7, 4, PIXEL_FONT, b"!"),
    )


def test_letters_without_a_place_are_disregarded():
    # duffrohde/mobitec-rs485 sends such; protocol.md says that displays disregard them
    body = bytes.fromhex("06 a2") + b"Davs"
    (message,) = SignDecoder().receive(b"\xff" + body + checksum(body) + b"\xff")
    assert message.packet == Text(0, 0, ())


@pytest.mark.parametrize("rest", ["d0", "d5 00 00", "d2 00 05"])
def test_what_is_neither_labels_nor_letters_is_another_message(rest):
    body = bytes.fromhex("06 a2" + rest)
    (message,) = SignDecoder().receive(b"\xff" + body + checksum(body) + b"\xff")
    assert message == Addressed(6, Other(body[1:]))


@given(st.lists(MESSAGES, max_size=4), st.lists(st.integers(0, 3000)))
def test_what_is_written_is_read_however_it_is_cut(messages, cuts):
    data = b"".join(map(encode, messages))
    ear = SignDecoder()
    assert [each for piece in pieces(data, cuts) for each in ear.receive(piece)] == messages


SCRAPS = st.lists(
    st.one_of(st.binary(max_size=20), st.sampled_from([b"\xff", b"\xfe", b"\x06\xa2", b"\xd2"])),
    max_size=20,
).map(b"".join)


@given(SCRAPS, st.lists(st.integers(0, 400)))
def test_garbage_never_raises_and_its_cuts_do_not_matter(garbage, cuts):
    ear = SignDecoder()
    heard = [each for piece in pieces(garbage, cuts) for each in ear.receive(piece)]
    assert heard == SignDecoder().receive(garbage)


@given(SCRAPS)
def test_a_sign_hears_again_after_garbage(garbage):
    assert SignDecoder().receive(garbage + encode(EXAMPLE))[-1] == EXAMPLE


def test_an_endless_message_is_given_up():
    ear = SignDecoder()
    for _ in range(100):
        assert ear.receive(b"\x06" * 1000) == []
        assert len(ear._buffer) <= MAX_MESSAGE_BYTES + 2
    assert ear.receive(b"\xff" + encode(EXAMPLE)) == [EXAMPLE]


@pytest.mark.parametrize(
    "message",
    [
        Addressed(15, AskEcho(1)),
        Addressed(-1, AskEcho(1)),
        Addressed(1, AskEcho(0xFE)),
        Addressed(1, Text(254, 16, ())),
        Addressed(1, Text(16, -1, ())),
        Addressed(1, Text(16, 16, (Field(0, 0, 0x77, b""),))),
        Addressed(1, Text(16, 16, (Field(0, 0, 0x77, b"\xd2"),))),
        Addressed(1, Text(16, 16, (Field(0, 0, 0x77, b"\x1f"),))),
        Addressed(1, Text(16, 16, (Field(0, 0, 0x77, b"?" * MAX_MESSAGE_BYTES),))),
        Addressed(1, Other(b"\xa6\xff")),
    ],
)
def test_what_the_dialect_cannot_carry_is_not_written(message):
    with pytest.raises(PeerWireError):
        encode(message)


@given(MESSAGES, st.integers(0, 0xFE), st.lists(st.integers(0, 300)))
def test_our_own_voice_is_skipped(message, value, cuts):
    ear = HostDecoder()
    data = encode(message) + bytes([value])
    assert [each for piece in pieces(data, cuts) for each in ear.receive(piece)] == [value]


@given(SCRAPS)
def test_a_host_may_only_stumble(garbage):
    assert 0xFF not in HostDecoder().receive(garbage)


def test_an_echo_without_an_end_is_nonsense():
    ear = HostDecoder()
    with pytest.raises(PeerWireError):
        ear.receive(b"\xff" + bytes(2 * MAX_MESSAGE_BYTES))
    assert ear.receive(b"\x05") == [5]


def columns(letters):
    return bitmap.columns_of(letters).T.tolist()


def test_what_is_no_pixel_letter_is_left_out():
    assert columns(b"!@A0") == [[True, *[False] * 4], [*[False] * 4, True]]
    assert columns(b"\x20") == [[False] * 5]
