"""NovaStar packets against bytes from outside: documents, public projects, a peer on the wire."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.novastar import health
from drivers.novastar.codec import HostDecoder, SignDecoder, checksum, encode
from drivers.novastar.health import Health
from drivers.novastar.packets import (
    ALL_BOARDS,
    ALL_PORTS,
    MAX_DATA_BYTES,
    Ack,
    Answer,
    Device,
    Place,
    Read,
    Register,
    Write,
)

SENDING = Place(0)
FIRST = Place(0, Device.RECEIVING)
EVERY = Place(0, Device.RECEIVING, ALL_PORTS, ALL_BOARDS)
ANYWHERE = Place(0xFF, Device.RECEIVING, ALL_PORTS, ALL_BOARDS)

# What a host says, and where the bytes were found.
REQUESTS = [
    # sarakusha/novastar, packages/codec/src/lib/packet.spec.ts
    (
        "55aa0015fe0001000000010001000002010080ee56",
        Write(0x15, FIRST, Register.BRIGHTNESS, b"\x80"),
    ),
    # "COEX Central Control Protocol V1.5.0", 3.2.2, 3.2.3 and 3.2.6, 3.2.4 and 3.2.5
    (
        "55aa0000feff01ffffff010001000002010000555a",
        Write(0, ANYWHERE, Register.BRIGHTNESS, b"\0"),
    ),
    (
        "55aa0000feff01ffffff0100000100020100ff545b",
        Write(0, ANYWHERE, Register.KILL, b"\xff"),
    ),
    ("55aa0000feff01ffffff010000010002010000555a", Write(0, ANYWHERE, Register.KILL, b"\0")),
    (
        "55aa0000feff01ffffff0100020100020100ff565b",
        Write(0, ANYWHERE, Register.LOCK, b"\xff"),
    ),
    ("55aa0000feff01ffffff010002010002010000575a", Write(0, ANYWHERE, Register.LOCK, b"\0")),
    # "VX Pro Series Control Protocol V1.0.0", 3.1.1: read the model
    ("55aa0000fe000000000000000200000002005756", Read(0, SENDING, Register.MODEL, 2)),
    # "RS232 Protocol for Nova M3 Control System V1.9": the monitoring block
    ("55aa0032fe000100000000000000000a00019156", Read(0x32, FIRST, Register.HEALTH, 256)),
    # what @novastar/codec 2.1.0 and @novastar/native sent to the simulated card over TCP
    ("55aa0001fe000000000000000200000002005856", Read(1, SENDING, Register.MODEL, 2)),
    ("55aa0002fe000000000000001700000201006f56", Read(2, SENDING, Register.SIGNAL, 1)),
    (
        "55aa0003fe0001ffffff010001000002010080d959",
        Write(3, EVERY, Register.BRIGHTNESS, b"\x80"),
    ),
    ("55aa0004fe000100000000000100000201005c56", Read(4, FIRST, Register.BRIGHTNESS, 1)),
    ("55aa0005fe0001ffffff0100000100020100ff5a5a", Write(5, EVERY, Register.KILL, b"\xff")),
    ("55aa0006fe000100000000000001000201005e56", Read(6, FIRST, Register.KILL, 1)),
    ("55aa0007fe000100000000000000000a5200b756", Read(7, FIRST, Register.HEALTH, 82)),
]
ANSWERS = [
    # sarakusha/novastar, packages/codec/src/lib/packet.spec.ts
    ("aa55001500fe0100000001000100000200006d56", Answer(0x15, FIRST, 0x0200_0001, wrote=True)),
    # "RS232 Protocol for Nova M3 Control System V1.9": a write is acknowledged
    (
        "aa55005d00fe000000000100100000050000c656",
        Answer(0x5D, SENDING, 0x0500_0010, wrote=True),
    ),
    # groups.io, crestron, message 255608: a preset of an H series splicer is loaded
    ("aa55000000fe000000000100000151130000b956", Answer(0, SENDING, 0x1351_0100, wrote=True)),
]

PLACES = st.builds(
    Place, st.integers(0, 255), st.sampled_from(Device), st.integers(0, 255), st.integers(0, 65535)
)
SERIALS, REGISTERS = st.integers(0, 255), st.integers(0, 2**32 - 1)
DATA = st.binary(max_size=MAX_DATA_BYTES)
MESSAGES = st.one_of(
    st.builds(Read, SERIALS, PLACES, REGISTERS, st.integers(0, MAX_DATA_BYTES)),
    st.builds(Write, SERIALS, PLACES, REGISTERS, DATA),
)
REPLIES = st.builds(Answer, SERIALS, PLACES, REGISTERS, st.booleans(), DATA, st.integers(0, 255))


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize(("text", "message"), REQUESTS)
def test_a_host_speaks_as_others_do(text, message):
    assert encode(message).hex() == text
    assert SignDecoder().receive(bytes.fromhex(text)) == [message]


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_a_card_answers_as_others_do(text, answer):
    assert encode(answer).hex() == text
    assert HostDecoder().receive(bytes.fromhex(text)) == [answer]


def test_the_golden_vectors_are_read_and_written(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    asked, acknowledged = (bytes.fromhex(one["hex"]) for one in golden["novastar"]["vectors"])
    # The peer's own test has this packet for port 0 and board 0; here it is for others.
    place = Place(0, Device.RECEIVING, 0x11, 0x0234)
    (write,) = SignDecoder().receive(asked)
    assert write == Write(0x15, place, Register.BRIGHTNESS, b"\x80")
    assert encode(write) == asked
    (answer,) = HostDecoder().receive(acknowledged)
    assert answer == Answer(0x15, FIRST, Register.BRIGHTNESS, wrote=True)
    assert encode(answer) == acknowledged


def test_published_examples_that_do_not_add_up_are_noise():
    # "COEX Central Control Protocol V1.5.0", 3.1 D: its sum is 0xFF too large.
    assert checksum(bytes.fromhex("0000fffe01ffffff0100f2ff08000000")).hex() == "4a5c"
    wrong = bytes.fromhex("aa550000fffe01ffffff0100f2ff08000000495d")
    assert HostDecoder().receive(wrong) == []


@given(st.lists(MESSAGES, max_size=4), st.lists(st.integers(0), max_size=8))
def test_any_split_of_the_stream_gives_the_same_requests(messages, cuts):
    data = b"".join(encode(message) for message in messages)
    decoder = SignDecoder()
    assert [one for piece in pieces(data, cuts) for one in decoder.receive(piece)] == messages


@given(st.lists(REPLIES, max_size=4), st.lists(st.integers(0), max_size=8))
def test_any_split_of_the_stream_gives_the_same_answers(answers, cuts):
    data = b"".join(encode(answer) for answer in answers)
    decoder = HostDecoder()
    assert [one for piece in pieces(data, cuts) for one in decoder.receive(piece)] == answers


@given(st.binary(max_size=300) | st.just(b"\x55\xaa" * 40), MESSAGES)
def test_noise_never_raises_and_is_overcome(noise, message):
    decoder = SignDecoder()
    decoder.receive(noise)
    # A head in the noise may claim so much of what follows.
    heard = [one for _ in range(16) for one in decoder.receive(encode(message))]
    assert heard[-1] == message


@given(st.binary(max_size=300) | st.just(b"\xaa\x55" * 40), REPLIES)
def test_noise_between_answers_is_skipped(noise, answer):
    decoder = HostDecoder()
    decoder.receive(noise)
    heard = [one for _ in range(16) for one in decoder.receive(encode(answer))]
    assert heard[-1] == answer


@given(MESSAGES, st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_is_never_obeyed(message, at, bit):
    data = bytearray(encode(message))
    data[at % len(data)] ^= 1 << bit
    assert all(heard == message for heard in SignDecoder().receive(bytes(data)))


@pytest.mark.parametrize(
    "message",
    [
        Read(256, SENDING, 0, 1),
        Read(0, Place(256), 0, 1),
        Read(0, Place(0, Device.RECEIVING, 256), 0, 1),
        Read(0, Place(0, Device.RECEIVING, 0, 65536), 0, 1),
        Read(0, SENDING, 2**32, 1),
        Read(0, SENDING, 0, MAX_DATA_BYTES + 1),
        Write(0, SENDING, 0, bytes(MAX_DATA_BYTES + 1)),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(message):
    with pytest.raises(PeerWireError):
        encode(message)


def test_reasons_in_words():
    assert Answer(0, SENDING, 0, wrote=False, ack=Ack.TIMEOUT).reason == "timeout"
    assert Answer(0, SENDING, 0, wrote=False, ack=77).reason == "error 77"


# What @novastar/screen's HWStatus makes of the first four bytes.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("805300b1", Health(41.5, 4.9)),
        ("810b0000", Health(-5.5, None)),
        ("00530031", Health(None, None)),
        ("800000ff", Health(0.0, 12.7)),
    ],
)
def test_health_is_read_as_the_peer_reads_it(text, expected):
    block = bytes.fromhex(text).ljust(82, b"\0")
    assert health.decode(block) == expected
    assert health.decode(health.encode(expected)) == expected


def test_half_a_block_of_health_is_none():
    with pytest.raises(PeerWireError):
        health.decode(bytes(81))
