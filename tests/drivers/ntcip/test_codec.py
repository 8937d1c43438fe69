"""BER, SNMP and PMPP: golden bytes, an independent implementation, any split, any garbage."""

import json
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder as peer_decoder
from pyasn1.codec.ber import encoder as peer_encoder
from pysnmp.proto import api

from drivers.dialect import Carrier, Site
from drivers.errors import PeerWireError
from drivers.ntcip import ber, codec, crc, hdlc, snmp
from drivers.ntcip.ber import COUNTER, GAUGE, TICKS, Counted, Raw
from drivers.ntcip.snmp import Error, Kind, Message
from playlists.text.frame import Geometry

IP_ADDRESS = 0x40
SERIAL = Site(Geometry(64, 16), address=100, community="quê", over=Carrier.SERIAL)
UDP = Site(Geometry(64, 16), community="quê", over=Carrier.UDP)

OIDS = st.builds(
    lambda first, second, rest: (first, second, *rest),
    st.integers(0, 2),
    st.integers(0, 39),
    st.lists(st.integers(0, ber.MAX_SUB_ID), max_size=14),
)
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**31), 2**31 - 1),
    st.binary(max_size=300),
    OIDS,
    st.builds(Counted, st.sampled_from([COUNTER, GAUGE, TICKS]), st.integers(0, 2**32 - 1)),
    st.builds(Raw, st.just(IP_ADDRESS), st.binary(min_size=4, max_size=4)),
)
MESSAGES = st.builds(
    Message,
    st.binary(max_size=20),
    st.sampled_from(Kind),
    st.integers(0, 2**31 - 1),
    st.lists(st.tuples(OIDS, VALUES), max_size=5).map(tuple),
    st.integers(0, 5),
    st.integers(0, 5),
)
FRAMES = st.builds(hdlc.Frame, st.integers(1, hdlc.MAX_DROP), st.binary(max_size=200))


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def test_the_checksum_is_x25():
    # The catalogue of parametrised CRCs: CRC-16/X-25 (IBM-SDLC).
    assert crc.crc16(b"123456789") == crc.CHECK == 0x906E
    assert crc.identity(b"123456789") == 0x6E90


@pytest.mark.parametrize(
    ("drop", "payload", "written"),
    [
        # derived from mnit-rtmc/iris HDLC.java in the collection of vectors, recomputed
        (1, b"", "7e 05 13 c1 0d 97 7e"),
        (100, b"\x7e\x7d", "7e 90 03 13 c1 7d 5e 7d 5d cd d9 7e"),
    ],
)
def test_frames_are_written_and_read_as_the_vectors_have_them(drop, payload, written):
    frame, data = hdlc.Frame(drop, payload), bytes.fromhex(written)
    assert hdlc.encode(frame) == data
    assert hdlc.Deframer().receive(data) == [frame]


def test_every_golden_vector_of_the_collection_is_in_these_tests(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    told = {vector["name"]: vector for vector in golden["ntcip"]["vectors"]}
    frames = [vector["hex"] for name, vector in told.items() if name.startswith("HDLC")]
    assert frames == ["7e 05 13 c1 0d 97 7e", "7e 90 03 13 c1 7d 5e 7d 5d cd d9 7e"]
    assert {vector["value"].split()[0] for vector in told.values() if "value" in vector} == {
        "0xED52",  # test_names
        "0xBFF5",
        "0x8FE0",
        "0x6BF0",
    }
    assert len(golden["ntcip"]["multi_layout_60x30_F08"]["cases"]) == 7  # test_layout


@given(MESSAGES)
def test_what_is_written_is_read_again(message):
    assert snmp.decode(snmp.encode(message)) == message


@given(MESSAGES, st.sampled_from([SERIAL, UDP]))
def test_a_sign_hears_questions_and_a_host_the_answer_to_its_own(message, site):
    data = codec.encode(message, site)
    heard = codec.SignDecoder(site).receive(data)
    assert heard == ([] if message.kind is Kind.RESPONSE else [message])
    answer = message.answered(message.bindings, Error.GEN_ERR, 1)
    ear = codec.HostDecoder(site, message)
    assert ear.receive(codec.encode(answer, site)) == [answer]
    late = Message(answer.community, Kind.RESPONSE, message.request_id ^ 1, answer.bindings)
    assert ear.receive(codec.encode(late, site)) == []


@given(st.lists(FRAMES, max_size=4), st.lists(st.integers(0), max_size=12))
def test_any_split_of_a_line_gives_the_same_frames(frames, cuts):
    deframer = hdlc.Deframer()
    data = b"".join(map(hdlc.encode, frames))
    assert [one for piece in pieces(data, cuts) for one in deframer.receive(piece)] == frames


@given(st.binary(max_size=300), FRAMES)
@example(b"\x7e\x7d", hdlc.Frame(1, b""))
def test_noise_costs_a_line_at_most_one_frame(noise, frame):
    deframer = hdlc.Deframer()
    deframer.receive(noise)
    heard = [one for _ in range(2) for one in deframer.receive(hdlc.encode(frame))]
    assert heard[-1] == frame


@given(FRAMES, st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_never_makes_another_frame(frame, at, bit):
    data = bytearray(hdlc.encode(frame))
    data[at % len(data)] ^= 1 << bit
    assert all(heard == frame for heard in hdlc.Deframer().receive(bytes(data)))


def test_a_line_that_never_ends_is_bounded():
    deframer = hdlc.Deframer()
    for _ in range(100):
        deframer.receive(b"\x7e" + b"x" * 5_000)
    assert len(deframer._buffer) <= hdlc.MAX_FRAME_BYTES
    deframer.receive(b"y" * hdlc.MAX_FRAME_BYTES * 2)
    assert deframer.receive(hdlc.encode(hdlc.Frame(7, b"!"))) == [hdlc.Frame(7, b"!")]


def test_frames_to_groups_and_other_drops_are_not_for_a_sign():
    question = Message(b"x", Kind.GET, 1, ())
    data = codec.encode(question, SERIAL)
    other = Site(Geometry(64, 16), address=101, over=Carrier.SERIAL)
    assert codec.SignDecoder(other).receive(data) == []
    group = bytes([0x90 | 0x02, 0x03, 0x13, 0xC1]) + snmp.encode(question)
    framed = group + crc.crc16(group).to_bytes(2, "little")
    assert hdlc.Deframer().receive(b"\x7e" + framed + b"\x7e") == []


@given(st.binary(max_size=200))
@example(b"\x30\x84\xff\xff\xff\xff")
@example(b"\x30\x80\x00\x00")
@example(b"\x06\x05\xff\xff\xff\xff\xff")
def test_garbage_is_a_wire_error_for_a_host_and_nothing_for_a_sign(data):
    assert isinstance(codec.SignDecoder(UDP).receive(data), list)
    assert isinstance(codec.SignDecoder(SERIAL).receive(data), list)
    try:
        codec.HostDecoder(UDP, Message(b"", Kind.GET, 1, ())).receive(data)
    except PeerWireError:
        return


@given(MESSAGES, st.integers(0), st.integers(0, 255))
def test_a_changed_byte_is_read_or_a_wire_error(message, at, byte):
    data = bytearray(snmp.encode(message))
    data[at % len(data)] = byte
    try:
        snmp.decode(bytes(data))
    except PeerWireError:
        return


@pytest.mark.parametrize(
    "what",
    [
        lambda: ber.write(1 << 40),
        lambda: ber.write(Counted(0x7F, 1)),
        lambda: ber.write((1,)),
        lambda: ber.write((1, 40, 1)),
        lambda: ber.write((1, 3, 1 << 33)),
        lambda: ber.write(1.5),
        lambda: hdlc.encode(hdlc.Frame(0, b"")),
        lambda: hdlc.encode(hdlc.Frame(8192, b"")),
    ],
)
def test_what_cannot_be_carried_is_refused(what):
    with pytest.raises(PeerWireError):
        what()


def test_later_versions_and_endless_lists_are_refused():
    version_2 = b"\x30\x06\x02\x01\x01\x04\x01x"
    with pytest.raises(PeerWireError, match="version 2"):
        snmp.decode(version_2)
    many = Message(b"x", Kind.GET, 1, tuple(((1, 3, n), None) for n in range(65)))
    with pytest.raises(PeerWireError, match="64 objects"):
        snmp.decode(snmp.encode(many))


# A third witness: pysnmp and pyasn1 write and read the same bytes.

V1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
PEER_KINDS = {
    Kind.GET: V1.GetRequestPDU,
    Kind.GET_NEXT: V1.GetNextRequestPDU,
    Kind.RESPONSE: V1.GetResponsePDU,
    Kind.SET: V1.SetRequestPDU,
}


def as_peer(message):
    pdu = PEER_KINDS[message.kind]()
    V1.apiPDU.set_defaults(pdu)
    V1.apiPDU.set_request_id(pdu, message.request_id)
    V1.apiPDU.set_error_status(pdu, message.error)
    V1.apiPDU.set_error_index(pdu, message.error_index)
    V1.apiPDU.set_varbinds(pdu, [(oid, peer_value(value)) for oid, value in message.bindings])
    whole = V1.Message()
    V1.apiMessage.set_defaults(whole)
    V1.apiMessage.set_community(whole, message.community)
    V1.apiMessage.set_pdu(whole, pdu)
    return whole


def peer_value(value):
    match value:
        case None:
            return V1.Null("")
        case int():
            return V1.Integer(value)
        case bytes():
            return V1.OctetString(value)
        case tuple():
            return V1.ObjectIdentifier(value)
        case Counted(tag, number):
            kinds = {COUNTER: V1.Counter, GAUGE: V1.Gauge, TICKS: V1.TimeTicks}
            return kinds[tag](number)
        case Raw(_, content):
            return V1.IpAddress(content)


@given(MESSAGES)
def test_pysnmp_writes_the_same_bytes(message):
    assert peer_encoder.encode(as_peer(message)) == snmp.encode(message)


@given(MESSAGES)
def test_pysnmp_reads_what_we_write(message):
    whole, rest = peer_decoder.decode(snmp.encode(message), asn1Spec=V1.Message())
    assert not rest
    pdu = V1.apiMessage.get_pdu(whole)
    assert bytes(V1.apiMessage.get_community(whole)) == message.community
    assert int(V1.apiPDU.get_request_id(pdu)) == message.request_id
    assert [tuple(oid) for oid, _ in V1.apiPDU.get_varbinds(pdu)] == [
        oid for oid, _ in message.bindings
    ]
