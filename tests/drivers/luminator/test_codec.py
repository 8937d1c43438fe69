import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.luminator import bitmap
from drivers.luminator.codec import HostDecoder, SignDecoder, encode
from drivers.luminator.packets import (
    Ack,
    Chunk,
    ChunksSent,
    Goodbye,
    Hello,
    Operation,
    Other,
    PixelsComplete,
    Query,
    Report,
    Request,
    State,
)
from playlists.text.frame import Frame, Geometry

WORDS = st.integers(0, 0xFFFF)
OPERATIONS = st.sampled_from(Operation)
ANSWERS = st.one_of(
    st.builds(Report, WORDS, st.sampled_from(State)), st.builds(Ack, WORDS, OPERATIONS)
)
QUESTIONS = st.one_of(
    st.builds(Chunk, WORDS, st.binary(min_size=2, max_size=255)),
    st.builds(ChunksSent, WORDS),
    *(st.builds(kind, WORDS) for kind in (Hello, Query, Goodbye, PixelsComplete)),
    st.builds(Request, WORDS, OPERATIONS),
    st.builds(Other, st.integers(7, 255), WORDS, st.binary(max_size=255)),
)


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def read(record):
    return SignDecoder().receive(record)


def test_the_golden_vector_is_read_and_written(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    (vector,) = (one["repr"] for one in golden["luminator"]["vectors"])
    # A data record of two bytes with the kind of "chunks sent": a shape, no message.
    assert read(vector.encode()) == [Other(1, 2, bytes([3, 31]))]
    assert encode(Other(1, 2, bytes([3, 31]))) == vector.encode() + b"\r\n"


PIXELS = bytes.fromhex("01100000000000007F7F060C187F7F00")


@pytest.mark.parametrize(
    ("message", "record"),
    [
        # alusch/flipdot libs/core/src/frame.rs, tests
        (Hello(0x7F), b":01007F02FF7F"),
        (Chunk(0, PIXELS), b":1000000001100000000000007F7F060C187F7F00B9"),
        (Other(0xA9, 0x2B, b""), b":00002BA92C"),
        # the same, message.rs: the example of its conversion, checksum by hand
        (Report(0x12, State.CONFIG_RECEIVED), b":0100120407E2"),
        # message.rs, its table, for display 3; checksums by hand
        (ChunksSent(3), b":00000301FC"),
        (Query(3), b":0100030200FA"),
        (Goodbye(3), b":0100030255A5"),
        (PixelsComplete(3), b":0100030600F6"),
        (Request(3, Operation.RECEIVE_CONFIG), b":01000303A158"),
        (Request(3, Operation.SHOW_LOADED_PAGE), b":01000303A950"),
        (Ack(3, Operation.RECEIVE_CONFIG), b":010003059562"),
        (Ack(3, Operation.SHOW_LOADED_PAGE), b":010003059661"),
    ],
)
def test_messages_are_written_as_published(message, record):
    assert encode(message) == record + b"\r\n"
    assert read(record) == [message]
    assert read(record.lower() + b"\r\n") == [message]


def test_every_word_of_the_table():
    # message.rs
    states = {
        "UNCONFIGURED": 0x0F,
        "CONFIG_IN_PROGRESS": 0x0D,
        "CONFIG_RECEIVED": 0x07,
        "CONFIG_FAILED": 0x0C,
        "PIXELS_IN_PROGRESS": 0x03,
        "PIXELS_RECEIVED": 0x01,
        "PIXELS_FAILED": 0x0B,
        "PAGE_LOADED": 0x10,
        "PAGE_LOAD_IN_PROGRESS": 0x13,
        "PAGE_SHOWN": 0x12,
        "PAGE_SHOW_IN_PROGRESS": 0x11,
        "SHOWING_PAGES": 0x00,
        "READY_TO_RESET": 0x08,
    }
    assert {state.name: state.value for state in State} == states
    operations = {
        "RECEIVE_CONFIG": (0xA1, 0x95),
        "RECEIVE_PIXELS": (0xA2, 0x91),
        "SHOW_LOADED_PAGE": (0xA9, 0x96),
        "LOAD_NEXT_PAGE": (0xAA, 0x97),
        "START_RESET": (0xA6, 0x93),
        "FINISH_RESET": (0xA7, 0x94),
    }
    assert {operation.name: operation.value for operation in Operation} == operations


@pytest.mark.parametrize(
    "record",
    [
        # frame.rs, tests
        b":01007F02FF7E",  # checksum
        b":00007F02007F",  # more data than told
        b":01007F027E",  # less
        b":01",
        b"asdgdfg",
        b":01007F020z7E",
        b":01007F0207E",
    ],
)
def test_records_the_source_refuses_are_no_messages(record):
    assert read(record + b"\r\n") == []


def test_noise_around_a_record_is_skipped():
    # The source refuses such lines; on two shared wires noise is daily bread.
    assert read(b"abc:01007F02FF7Fa\r\n") == [Hello(0x7F)]


@given(st.lists(st.one_of(QUESTIONS, ANSWERS), max_size=4), st.lists(st.integers(0, 3000)))
def test_what_is_written_is_read_however_it_is_cut(messages, cuts):
    data = b"".join(map(encode, messages))
    ear = SignDecoder()
    assert [each for piece in pieces(data, cuts) for each in ear.receive(piece)] == messages


@given(st.lists(st.one_of(QUESTIONS, ANSWERS), max_size=6), st.lists(st.integers(0, 3000)))
def test_a_host_hears_the_answers_of_its_display_and_not_itself(messages, cuts):
    data = b"".join(map(encode, messages))
    for address in {0, *(message.address for message in messages if hasattr(message, "address"))}:
        ear = HostDecoder(address)
        heard = [each for piece in pieces(data, cuts) for each in ear.receive(piece)]
        wanted = [each for each in messages if isinstance(each, Report | Ack)]
        assert heard == [each for each in wanted if each.address == address]


SCRAPS = st.lists(
    st.one_of(
        st.binary(max_size=20), st.sampled_from([b":", b":01007F", b"0102", b"\r\n", b"FF", b":FF"])
    ),
    max_size=20,
).map(b"".join)


@given(SCRAPS, st.lists(st.integers(0, 400)))
def test_garbage_never_raises_and_its_cuts_do_not_matter(garbage, cuts):
    ear = SignDecoder()
    heard = [each for piece in pieces(garbage, cuts) for each in ear.receive(piece)]
    assert heard == SignDecoder().receive(garbage)


@given(SCRAPS)
def test_a_sign_hears_again_after_garbage(garbage):
    assert read(garbage + encode(Hello(3)))[-1] == Hello(3)


@given(SCRAPS)
def test_a_host_may_only_stumble(garbage):
    ear = HostDecoder(3)
    heard = []
    for data in (garbage, *[encode(Report(3, State.PAGE_SHOWN))] * 3):
        try:
            heard += ear.receive(data)
        except PeerWireError:
            continue
    assert Report(3, State.PAGE_SHOWN) in heard


def test_damage_is_told_once_and_leaves_nothing_behind():
    ear = HostDecoder(3)
    with pytest.raises(PeerWireError):
        ear.receive(b":" * 100)
    assert len(ear._records._buffer) <= 1


def test_an_endless_record_is_given_up():
    ear = SignDecoder()
    for _ in range(100):
        ear.receive(b":FF" + b"0" * 1000)
        assert len(ear._records._buffer) < 1024


@pytest.mark.parametrize(
    "message",
    [Hello(0x10000), Hello(-1), Chunk(0x10000, b"12"), Chunk(0, bytes(256)), ChunksSent(-1)],
)
def test_what_the_dialect_cannot_carry_is_not_written(message):
    with pytest.raises(PeerWireError):
        encode(message)


def page(width_px, height_px, *lit):
    leds = np.zeros((height_px, width_px), np.bool_)
    for x, y in lit:
        leds[y, x] = True
    return bitmap.page_of(Frame.from_bitmap(leds))


def test_pages_are_the_published_ones():
    # alusch/flipdot libs/core/src/page.rs, tests; their page number 3 is 1 here
    side = page(90, 7, (0, 0), (89, 5), (89, 6))
    assert side == bytes.fromhex("0110000001") + bytes(88) + bytes.fromhex("60FFFF")
    dash = page(40, 12, (0, 0), (0, 11), (39, 5), (39, 6), (39, 8))
    assert dash == bytes.fromhex("011000000108") + bytes(76) + bytes.fromhex("6001") + b"\xff" * 12
    assert page(8, 8, (0, 0)) == bytes.fromhex("01100000 01000000 00000000 FFFFFFFF")


@given(st.builds(Geometry, st.integers(1, 255), st.integers(1, 16)), st.integers(0, 99))
def test_pages_come_back(size, seed):
    chance = np.random.default_rng(seed)
    frame = Frame.from_bitmap(
        chance.integers(0, 2, (size.height_px, size.width_px)).astype(np.bool_)
    )
    data = bitmap.page_of(frame)
    assert len(data) == bitmap.page_bytes(size)
    assert len(data) % 16 == 0
    assert bitmap.frame_of(data, size) == frame


@pytest.mark.parametrize(
    ("width_px", "height_px", "config"),
    [
        # alusch/flipdot libs/core/src/sign_type.rs; the last six bytes of flip dots are zero
        (112, 16, "04 47 00 0f 10 1c 1c 1c 1c 10"),
        (98, 16, "04 4d 00 0d 10 0e 1c 1c 1c 10"),
        (90, 7, "04 20 00 06 07 1e 1e 1e 00 08"),
        (23, 10, "04 61 00 04 0a 17 00 00 00 10"),
        (30, 10, "04 62 00 04 0a 1e 00 00 00 10"),
        (30, 7, "04 26 00 03 07 1e 00 00 00 08"),
        (160, 16, "08 b1 00 15 0c 10 00 a0 04 00 28"),
        (140, 16, "08 b2 00 12 04 10 00 8c 01 03 14 28"),
        (96, 8, "08 b4 00 07 0c 08 00 60 02 00 30"),
        (48, 16, "08 b5 00 07 0c 10 00 30 01 00 30"),
        (40, 12, "08 b9 00 06 8c 0c 00 28 01 00 28 00 04"),
    ],
)
def test_known_displays_are_told_what_real_controllers_tell_them(width_px, height_px, config):
    told = bitmap.configuration(Geometry(width_px, height_px))
    assert told == bytes.fromhex(config).ljust(16, b"\0")
    assert bitmap.size_of(told) == Geometry(width_px, height_px)


def test_a_configuration_nobody_knows_is_read():
    # alusch/flipdot libs/testing/src/virtual_sign_bus.rs, unknown_config
    config = bytes.fromhex("04 99 00 0f 09 1c 1c 00 00 10 00 00 00 00 00 00")
    assert bitmap.size_of(config) == Geometry(56, 9)


@given(st.builds(Geometry, st.integers(1, 255), st.integers(1, 16)))
def test_a_configuration_tells_the_size(size):
    assert bitmap.size_of(bitmap.configuration(size)) == size


@given(st.binary(max_size=20))
def test_a_configuration_may_be_anything(config):
    size = bitmap.size_of(config)
    assert size is None or config[0] in {4, 8}
