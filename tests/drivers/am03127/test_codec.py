import json
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.am03127.codec import HostDecoder, SignDecoder, checksum, encode
from drivers.am03127.packets import (
    GRAPHIC_PAGES,
    PAGES,
    Addressed,
    Block,
    Brightness,
    Damaged,
    DeleteAll,
    DeletePage,
    Graphic,
    Lead,
    Level,
    Other,
    PageLine,
    Reply,
    RunPage,
    SetAddress,
    SetClock,
)
from drivers.errors import PeerWireError

BLOCKS = st.builds(Block, st.sampled_from(GRAPHIC_PAGES), st.integers(1, 8))
PACKETS = st.one_of(
    st.builds(
        SetClock,
        st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001 -- wall clock
            lambda at: at.replace(microsecond=0)
        ),
    ),
    st.builds(
        PageLine,
        st.integers(1, 8),
        st.sampled_from(PAGES),
        st.sampled_from(Lead),
        st.lists(BLOCKS, max_size=64).map(tuple),
    ),
    st.builds(Graphic, BLOCKS, st.binary(min_size=64, max_size=64)),
    st.builds(RunPage, st.sampled_from(PAGES)),
    st.builds(Brightness, st.sampled_from(Level)),
    st.builds(DeletePage, st.integers(1, 8), st.sampled_from(PAGES)),
    st.just(DeleteAll()),
)
MESSAGES = st.one_of(
    st.builds(Addressed, st.integers(0, 255), PACKETS),
    st.builds(SetAddress, st.integers(0, 255)),
)


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def test_the_golden_vectors_are_read_and_written(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    vectors = [one["bytes_ascii"].encode() for one in golden["am03127"]["vectors"]]
    assert len(vectors) >= 6
    for vector in vectors:
        (message,) = SignDecoder().receive(vector)
        assert not isinstance(message, Damaged)
        assert encode(message) == vector


@pytest.mark.parametrize(
    ("packet", "written"),
    [
        (DeleteAll(), b"<ID01><D*>6C<E>"),
        (RunPage("A"), b"<ID01><RPA>41<E>"),
        (Brightness(Level.QUARTER), b"<ID01><BD>04<E>"),
        # the vendor document's own example, 4.2.4
        (
            PageLine(1, "A", Lead.IMMEDIATE, (Block("A", 1),), wait="C"),
            b"<ID01><L1><PA><FA><MA><WC><FA><GA1>",
        ),
        # a Tuesday
        (SetClock(datetime(2026, 11, 24, 5, 30, 59)), b"<ID01><SC>26021124053059"),  # noqa: DTZ001
    ],
)
def test_packets_are_written_as_documented(packet, written):
    assert encode(Addressed(1, packet)).startswith(written)


@given(st.lists(MESSAGES, max_size=4), st.lists(st.integers(0), max_size=8))
def test_any_split_of_the_stream_gives_the_same_messages(messages, cuts):
    data = b"".join(encode(message) for message in messages)
    decoder = SignDecoder()
    heard = [message for piece in pieces(data, cuts) for message in decoder.receive(piece)]
    assert heard == messages


@given(MESSAGES)
def test_byte_by_byte_is_the_same(message):
    decoder = SignDecoder()
    heard = [one for byte in encode(message) for one in decoder.receive(bytes([byte]))]
    assert heard == [message]


@given(st.binary(max_size=400), MESSAGES)
def test_noise_never_raises_and_is_overcome(noise, message):
    decoder = SignDecoder()
    decoder.receive(noise)
    # A frame that noise had begun swallows at most as much as a frame can hold.
    heard = []
    for _ in range(40):
        heard += decoder.receive(encode(message))
    assert heard[-1] == message


@given(st.builds(Addressed, st.integers(1, 255), PACKETS), st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_is_never_taken_for_the_same_order(message, at, bit):
    data = bytearray(encode(message))
    data[at % len(data)] ^= 1 << bit
    for heard in SignDecoder().receive(bytes(data)):
        understood = isinstance(heard, Addressed) and not isinstance(heard.packet, Other)
        # The address is outside the checksum: a flip there reaches another sign, unharmed.
        assert not (understood and heard.address == message.address) or heard == message


@given(st.binary(max_size=30), st.lists(st.integers(0), max_size=4))
def test_a_host_hears_replies_or_a_wire_error(data, cuts):
    decoder = HostDecoder()
    for piece in pieces(data, cuts):
        try:
            replies = decoder.receive(piece)
        except PeerWireError:
            return
        assert all(isinstance(reply, Reply) for reply in replies)


def test_replies_in_pieces():
    decoder = HostDecoder()
    assert decoder.receive(b"A") == []
    assert decoder.receive(b"CKNA") == [Reply.ACK]
    assert decoder.receive(b"CK") == [Reply.NACK]


@pytest.mark.parametrize(
    "message",
    [
        Addressed(256, DeleteAll()),
        Addressed(1, Graphic(Block("A", 9), bytes(64))),
        Addressed(1, Graphic(Block("Q", 1), bytes(64))),
        Addressed(1, Graphic(Block("A", 1), bytes(63))),
        Addressed(1, PageLine(9, "A", Lead.IMMEDIATE, ())),
        Addressed(1, PageLine(1, "A", Lead.IMMEDIATE, (Block("A", 1),) * 400)),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(message):
    with pytest.raises(PeerWireError):
        encode(message)


def test_the_checksum_is_the_xor_of_the_packet():
    assert checksum(b"<BE>") == b"05"
    assert checksum(b"") == b"00"
