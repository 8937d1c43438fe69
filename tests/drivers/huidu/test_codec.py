"""Huidu packets: bytes from outside, any split of a stream, any noise."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.huidu.codec import HostDecoder, SignDecoder, encode, file_contents
from drivers.huidu.packets import (
    CHUNK_BYTES,
    MAX_FILE_BYTES,
    MAX_PACKET_BYTES,
    MAX_XML_BYTES,
    Code,
    Error,
    FileContent,
    FileEnd,
    FileEndAnswer,
    FileStart,
    FileStartAnswer,
    Garbled,
    HeartbeatAnswer,
    HeartbeatAsk,
    VersionAnswer,
    VersionAsk,
    XmlAnswer,
    XmlAsk,
    describe,
)

MD5 = "d41d8cd98f00b204e9800998ecf8427e"

# Layouts: huidutech/sdk, fullcolor/demo/csharp/RemoteServer, Protocols.cs and FileServices.cs.
ASKS = [
    ("0800012005000001", VersionAsk(0x0100_0005)),
    ("04005f00", HeartbeatAsk()),
    # 47 bytes and the name with its zero: KryQ/node-huidu-sdk, DisplayCommunicator.ts, too
    (
        "35000180" + MD5.encode().hex() + "00" + "0f27000000000000" + "0000" + "612e706e6700",
        FileStart("a.png", MD5, 9_999),
    ),
    ("07000380010203", FileContent(b"\1\2\3")),
    ("04000580", FileEnd()),
    ("0f000320" + "03000000" + "00000000" + "3c612f"[:6], XmlAsk(b"<a/")),
]
ANSWERS = [
    ("0a000220050000010000", VersionAnswer(0x0100_0005)),
    ("04006000", HeartbeatAnswer()),
    ("060000200200", Error(Code.PROCESS_ERROR)),
    ("0e0002800000" + "1027000000000000", FileStartAnswer(Code.SUCCESS, 10_000)),
    ("060006800000", FileEndAnswer(Code.SUCCESS)),
    ("0f000420" + "03000000" + "00000000" + "3c612f", XmlAnswer(b"<a/")),
]

CODES = st.integers(0, 0xFFFF)
DOCUMENTS = st.binary(min_size=1, max_size=200)
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255)
HOSTS = st.one_of(
    st.builds(VersionAsk, st.integers(0, 2**32 - 1)),
    st.just(HeartbeatAsk()),
    st.builds(XmlAsk, DOCUMENTS),
    st.builds(
        FileStart,
        NAMES,
        st.text("0123456789abcdef", min_size=32, max_size=32),
        st.integers(1, MAX_FILE_BYTES),
        st.integers(0, 200),
    ),
    st.builds(FileContent, st.binary(min_size=1, max_size=200)),
    st.just(FileEnd()),
)
CARDS = st.one_of(
    st.builds(VersionAnswer, st.integers(0, 2**32 - 1), CODES),
    st.just(HeartbeatAnswer()),
    st.builds(XmlAnswer, DOCUMENTS),
    st.builds(Error, CODES),
    st.builds(FileStartAnswer, CODES, st.integers(0, 2**62)),
    st.builds(FileEndAnswer, CODES),
)
CUTS = st.lists(st.integers(0), max_size=8)


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize(("text", "message"), ASKS)
def test_a_host_speaks_as_the_vendor_does(text, message):
    assert encode(message).hex() == text
    assert SignDecoder().receive(bytes.fromhex(text)) == [message]


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_a_card_answers_as_the_vendor_expects(text, answer):
    assert encode(answer).hex() == text
    assert HostDecoder().receive(bytes.fromhex(text)) == [answer]


def test_the_golden_vectors_are_read_and_written(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    vectors = {one["name"]: one["hex"] for one in golden["huidu_sdk2"]["vectors"]}
    greeting, heartbeat = (bytes.fromhex(vectors[name]) for name in ("version ask", "heartbeat"))
    assert SignDecoder().receive(greeting) == [VersionAsk()]
    assert encode(VersionAsk()) == greeting
    assert SignDecoder().receive(heartbeat) == [HeartbeatAsk()]
    assert encode(HeartbeatAsk()) == heartbeat
    assert "contradict" in golden["huidu_sdk2"]["warning"]


def test_fixtures_that_contradict_the_vendor_are_noise():
    # chrissnell/huidu-led-rs says of its own fixtures that they stand in for captures: there a
    # length counts only what follows it, and a heartbeat is 2005. No packet is 2 bytes long.
    placeholder = bytes.fromhex("02000520")
    assert SignDecoder().receive(placeholder) == []
    with pytest.raises(PeerWireError):
        HostDecoder().receive(placeholder)


@pytest.mark.parametrize("size_bytes", [CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 5])
def test_long_documents_travel_in_pieces(size_bytes):
    document = bytes(range(256)) * (size_bytes // 256) + b"x" * (size_bytes % 256)
    data = encode(XmlAsk(document))
    assert len(data) == size_bytes + 12 * -(-size_bytes // CHUNK_BYTES)
    assert SignDecoder().receive(data) == [XmlAsk(document)]


def test_the_vendors_own_pieces_are_longer_and_read_as_well():
    # HDSDK.cpp cuts at 9,200 bytes, the C# demo at 9 * 1024 - 12.
    document = b"<" * 10_000
    first = bytes.fromhex("fc230320" + "10270000" + "00000000") + document[:9_200]
    second = bytes.fromhex("2c030320" + "10270000" + "f0230000") + document[9_200:]
    assert SignDecoder().receive(first + second) == [XmlAsk(document)]


def test_files_travel_in_pieces():
    data = bytes(2 * CHUNK_BYTES + 1)
    heard = SignDecoder().receive(file_contents(data))
    assert [len(one.data) for one in heard] == [CHUNK_BYTES, CHUNK_BYTES, 1]
    assert b"".join(one.data for one in heard) == data
    assert file_contents(b"") == b""


@given(st.lists(HOSTS, max_size=4), CUTS)
def test_any_split_of_the_stream_gives_the_same_messages(messages, cuts):
    data = b"".join(encode(message) for message in messages)
    decoder = SignDecoder()
    assert [one for piece in pieces(data, cuts) for one in decoder.receive(piece)] == messages


@given(st.lists(CARDS, max_size=4), CUTS)
def test_any_split_of_the_stream_gives_the_same_answers(answers, cuts):
    data = b"".join(encode(answer) for answer in answers)
    decoder = HostDecoder()
    assert [one for piece in pieces(data, cuts) for one in decoder.receive(piece)] == answers


@given(st.binary(max_size=400), HOSTS)
def test_noise_never_raises_and_is_overcome(noise, message):
    decoder = SignDecoder()
    decoder.receive(noise)
    # A length in the noise swallows at most one packet's worth.
    decoder.receive(bytes(MAX_PACKET_BYTES))
    heard = decoder.receive(encode(message)) + decoder.receive(encode(message))
    assert heard[-1] == message


@given(st.binary(max_size=400), CUTS)
def test_a_host_hears_answers_or_a_wire_error(data, cuts):
    decoder = HostDecoder()
    for piece in pieces(data, cuts):
        try:
            decoder.receive(piece)
        except PeerWireError:
            return


@given(st.lists(st.integers(0), min_size=1, max_size=3), CARDS)
def test_damaged_answers_are_answers_or_a_wire_error(flips, answer):
    data = bytearray(encode(answer))
    for flip in flips:
        data[flip // 8 % len(data)] ^= 1 << flip % 8
    decoder = HostDecoder()
    try:
        decoder.receive(bytes(data))
    except PeerWireError:
        return


@pytest.mark.parametrize(
    ("total_bytes", "offset"),
    [(10, 3), (0, 0), (MAX_XML_BYTES + 1, 0), (0xFFFF_FFFF, 0), (2, 0), (10, 0xFFFF_FFFF)],
)
def test_pieces_that_do_not_fit_are_garbled(total_bytes, offset):
    payload = total_bytes.to_bytes(4, "little") + offset.to_bytes(4, "little") + b"abc"
    ask = bytes.fromhex("0f000320") + payload
    assert SignDecoder().receive(ask) == [Garbled(Code.INVALID_XML_INDEX)]
    with pytest.raises(PeerWireError):
        HostDecoder().receive(bytes.fromhex("0f000420") + payload)


def test_a_piece_that_is_lost_or_doubled_spoils_the_document():
    document = bytes(3 * CHUNK_BYTES)
    whole, size_bytes = encode(XmlAsk(document)), CHUNK_BYTES + 12
    first, second, third = (whole[at : at + size_bytes] for at in range(0, len(whole), size_bytes))
    garbled = Garbled(Code.INVALID_XML_INDEX)
    assert SignDecoder().receive(first + third) == [garbled]
    assert SignDecoder().receive(first + second + second) == [garbled]
    assert SignDecoder().receive(second + first + second + third) == [garbled, XmlAsk(document)]


def test_a_document_may_begin_again():
    first, second = encode(XmlAsk(b"a" * CHUNK_BYTES + b"b")), encode(XmlAsk(b"c"))
    decoder = SignDecoder()
    assert decoder.receive(first[: CHUNK_BYTES + 12]) == []
    assert decoder.receive(second) == [XmlAsk(b"c")]


def test_what_no_host_asks_for_is_skipped():
    position = bytes.fromhex("06000730abcd")  # kGPSInfoAnswer
    written = bytes.fromhex("060004800000")  # kFileContentAnswer
    ended = encode(FileEndAnswer(0))
    assert HostDecoder().receive(position + written + ended) == [FileEndAnswer(0)]


@pytest.mark.parametrize(
    "text",
    [
        "0500022005",  # a version that is cut short
        "0c000420" + "0300000000000000",  # a piece of nothing
        "ffff0220",  # a packet longer than any
    ],
)
def test_nonsense_from_a_card_is_a_wire_error(text):
    with pytest.raises(PeerWireError):
        HostDecoder().receive(bytes.fromhex(text))


@pytest.mark.parametrize(
    "message",
    [
        XmlAsk(b""),
        XmlAsk(bytes(MAX_XML_BYTES + 1)),
        FileContent(bytes(MAX_PACKET_BYTES)),
        FileStart("a.png", MD5[:-1], 1),
        FileStart("", MD5, 1),
        FileStart("a" * 256, MD5, 1),
        FileStart("a\0b", MD5, 1),
        FileStart("ảnh.png", MD5, 1),
        FileStart("a.png", MD5, 0),
        FileStart("a.png", MD5, MAX_FILE_BYTES + 1),
        VersionAsk(2**32),
        Error(-1),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(message):
    with pytest.raises(PeerWireError):
        encode(message)


def test_codes_in_words():
    assert describe(Code.NO_SPACE) == "no space"
    assert describe(34) == "error 34"
