from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.sacn.codec import SignDecoder, decode, encode
from drivers.sacn.packets import Data, Sync

# ANSI E1.31 appendix B, as typed out in Hundemeier/sacn:
# sacn/messages/data_packet_test.py (test_parse_data_packet) and sync_packet_test.py, which also
# says where the printed standard is wrong: its sync packet has the flags and length 70 30 and a
# sequence number of 367. The printed lengths of its data packet are wrong too: 637, 599 and 525,
# where the layers of 638 bytes that begin at octets 16, 38 and 115 have 622, 600 and 523. That
# library's own packets have the right ones, and so do these.
PRINTED_LENGTHS = {16: "727d", 38: "7257", 115: "720d"}
CID = UUID("ef07c8dd-0064-4401-a3a2-459ef8e6143e")
DATA_HEAD = bytes.fromhex(
    "0010 0000 4153432d45312e3137000000 726e 00000004 ef07c8dd00644401a3a2459ef8e6143e"
    "7258 00000002" + b"Source_A".ljust(64, b"\0").hex() + "64 1f1a 9a 00 0001"
    "720b 02 a1 0000 0001 0201 00"
)
LEVELS = bytes(range(256)) * 2
SYNC = bytes.fromhex(
    "0010 0000 4153432d45312e3137000000 7021 00000008 ef07c8dd00644401a3a2459ef8e6143e"
    "700b 00000001 43 1f1a 0000"
)
EXAMPLES = [
    (
        Data(CID, 1, LEVELS, name="Source_A", priority=100, sync_address=7962, sequence=154),
        DATA_HEAD + LEVELS,
    ),
    (Sync(CID, 7962, 67), SYNC),
]
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=15)
DATA = st.builds(
    Data,
    source=st.uuids(),
    universe=st.integers(1, 63_999),
    levels=st.binary(max_size=512),
    name=NAMES,
    priority=st.integers(0, 200),
    sync_address=st.integers(0, 63_999),
    sequence=st.integers(0, 255),
    preview=st.booleans(),
    terminated=st.booleans(),
    force_sync=st.booleans(),
    start_code=st.integers(0, 255),
)
SYNCS = st.builds(
    Sync, source=st.uuids(), address=st.integers(1, 63_999), sequence=st.integers(0, 255)
)


@pytest.mark.parametrize(("packet", "datagram"), EXAMPLES)
def test_the_standards_own_example_is_read_and_written(packet, datagram):
    assert decode(datagram) == packet
    assert encode(packet) == datagram


def test_a_full_data_packet_has_638_bytes_and_a_sync_49():
    assert [len(encode(packet)) for packet, _ in EXAMPLES] == [638, 49]


@pytest.mark.parametrize(("packet", "datagram"), EXAMPLES)
def test_a_packet_cut_anywhere_or_with_bytes_behind_it_is_none(packet, datagram):
    for size in range(len(datagram)):
        assert SignDecoder().receive(datagram[:size]) == []
    assert SignDecoder().receive(datagram + b"\0") == []
    assert SignDecoder().receive(datagram) == [packet]


def test_the_lengths_the_standard_prints_are_not_its_packets():
    for at, printed in PRINTED_LENGTHS.items():
        wrong = DATA_HEAD[:at] + bytes.fromhex(printed) + DATA_HEAD[at + 2 :] + LEVELS
        assert SignDecoder().receive(wrong) == []


# Where each field of a data packet that must be discarded when it differs begins (5 to 7).
FIXED = [*range(16), *range(16, 22), *range(38, 44), *range(115, 125)]


@pytest.mark.parametrize("at", FIXED)
def test_whatever_must_be_discarded_is(at):
    for bit in range(8):
        datagram = bytearray(DATA_HEAD + LEVELS)
        datagram[at] ^= 1 << bit
        assert SignDecoder().receive(bytes(datagram)) == []


@pytest.mark.parametrize(
    ("at", "wrong"),
    [(108, b"\xc9"), (109, b"\xfa\x00"), (113, b"\0\0"), (113, b"\xfa\x00")],
    ids=["priority 201", "sync 64000", "universe 0", "universe 64000"],
)
def test_numbers_out_of_range_are_discarded(at, wrong):
    datagram = DATA_HEAD + LEVELS
    assert SignDecoder().receive(datagram[:at] + wrong + datagram[at + len(wrong) :]) == []
    assert SignDecoder().receive(SYNC[:45] + b"\0\0" + SYNC[47:]) == []


@given(DATA | SYNCS)
def test_what_is_written_is_read(packet):
    assert decode(encode(packet)) == packet


@given(st.binary(max_size=60) | (DATA | SYNCS).map(encode), st.integers(0), st.binary(max_size=3))
def test_noise_never_raises(noise, at, change):
    at %= len(noise) + 1
    for packet in SignDecoder().receive(noise[:at] + change + noise[at + len(change) :]):
        assert isinstance(packet, Data | Sync)


@pytest.mark.parametrize(
    "packet",
    [
        Data(CID, 0, b""),
        Data(CID, 64_000, b""),
        Data(CID, 1, bytes(513)),
        Data(CID, 1, b"", priority=201),
        Data(CID, 1, b"", sync_address=64_000),
        Data(CID, 1, b"", sequence=256),
        Data(CID, 1, b"", start_code=256),
        Data(CID, 1, b"", name="đ" * 32),
        Data(CID, 1, b"", name="a\0b"),
        Sync(CID, 0),
        Sync(CID, 64_000),
        Sync(CID, 1, sequence=-1),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(packet):
    with pytest.raises(PeerWireError):
        encode(packet)
