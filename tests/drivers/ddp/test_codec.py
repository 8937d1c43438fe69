import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ddp import about
from drivers.ddp.codec import HostDecoder, SignDecoder, decode, encode
from drivers.ddp.packets import CONFIG, DISPLAY, EVERY_DEVICE, RGB8, STATUS, Packet
from drivers.errors import PeerWireError

PACKETS = st.builds(
    Packet,
    to=st.integers(0, 255),
    data=st.binary(max_size=1440),
    offset_bytes=st.integers(0, (1 << 32) - 1),
    kind=st.integers(0, 255).filter(lambda kind: not kind & 0x40),
    sequence=st.integers(0, 15),
    push=st.booleans(),
    reply=st.booleans(),
    storage=st.booleans(),
    timecode=st.none() | st.integers(0, (1 << 32) - 1),
)
QUERIES = st.builds(
    lambda device, wanted_bytes: Packet(device, query=True, wanted_bytes=wanted_bytes),
    st.sampled_from([DISPLAY, CONFIG, STATUS]),
    st.integers(0, 1440),
)


# 13rac1/wled-sim, internal/ddp/header_test.go; the first four are the shared golden vectors.
READ = {
    "41 05 0B 01 00 00 00 00 00 06 FF 00 00 00 FF 00": Packet(
        DISPLAY, bytes.fromhex("FF0000 00FF00"), kind=RGB8, sequence=5, push=True
    ),
    "51 00 0B 01 00 00 00 00 00 03 12 34 56 78 FF 00 00": Packet(
        DISPLAY, b"\xff\0\0", kind=RGB8, push=True, timecode=0x12345678
    ),
    "81 00 0B 01 00 00 00 00 00 03 FF 00 00": None,
    "41 00 4B 01 00 00 00 00 00 03 FF 00 00": None,
    "40 00 0B 01 00 00 00 00 00 03 FF 00 00": Packet(DISPLAY, b"\xff\0\0", kind=RGB8),
    "42 00 0B 01 00 00 00 00 00 00": Packet(DISPLAY, kind=RGB8, query=True),
    "49 00 0B 01 00 00 00 00 00 03 FF 00 00": Packet(
        DISPLAY, b"\xff\0\0", kind=RGB8, push=True, storage=True
    ),
    "45 00 0B 01 00 00 00 00 00 03 FF 00 00": Packet(
        DISPLAY, b"\xff\0\0", kind=RGB8, push=True, reply=True
    ),
    "41 00 0B FF 00 00 00 00 00 03 FF 00 00": Packet(
        EVERY_DEVICE, b"\xff\0\0", kind=RGB8, push=True
    ),
    "41 00 0B 01 00 00 00 09 00 03 FF 00 00": Packet(
        DISPLAY, b"\xff\0\0", offset_bytes=9, kind=RGB8, push=True
    ),
    # cut short; cut short in the timecode; less data than announced
    "41 00 0B 01 00": None,
    "51 00 0B 01 00 00 00 00 00 03": None,
    "41 00 0B 01 00 00 00 00 00 06 FF 00 00": None,
    # reserved bits of the two bytes before
    "61 00 0B 01 00 00 00 00 00 03 FF 00 00": None,
    "41 10 0B 01 00 00 00 00 00 03 FF 00 00": None,
}


def test_the_golden_vectors_are_among_them(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    for vector in golden["ddp"]["vectors"]:
        rejected = "must be rejected" in vector["meaning"]
        assert (READ[vector["hex"]] is None) == rejected


@pytest.mark.parametrize("written", READ)
def test_packets_are_read_and_written_as_other_people_have_them(written):
    packet, datagram = READ[written], bytes.fromhex(written)
    if packet is None:
        assert SignDecoder().receive(datagram) == []
        with pytest.raises(PeerWireError):
            decode(datagram)
        with pytest.raises(PeerWireError):
            HostDecoder(DISPLAY).receive(datagram)
    else:
        assert decode(datagram) == packet
        assert encode(packet) == datagram


@given(PACKETS | QUERIES)
def test_what_is_written_is_read(packet):
    assert decode(encode(packet)) == packet


@given(st.binary(max_size=40) | PACKETS.map(encode), st.integers(0), st.integers(0, 255))
def test_noise_is_never_more_than_a_wire_error(noise, at, byte):
    datagram = bytearray(noise)
    if datagram:
        datagram[at % len(datagram)] = byte
    SignDecoder().receive(bytes(datagram))
    for device in (STATUS, DISPLAY):
        try:
            heard = HostDecoder(device).receive(bytes(datagram))
        except PeerWireError:
            continue
        assert all(packet.reply and packet.to == device for packet in heard)


def test_each_ear_hears_the_other_side_only():
    said, answered = Packet(STATUS, query=True), Packet(STATUS, b"{}", reply=True, push=True)
    assert SignDecoder().receive(encode(answered)) == []
    assert HostDecoder(STATUS).receive(encode(said)) == []
    assert HostDecoder(CONFIG).receive(encode(answered)) == []
    assert HostDecoder(STATUS).receive(encode(answered)) == [answered]


@pytest.mark.parametrize(
    "packet",
    [
        Packet(DISPLAY, bytes(1441)),
        Packet(DISPLAY, offset_bytes=1 << 32),
        Packet(DISPLAY, offset_bytes=-1),
        Packet(DISPLAY, sequence=16),
        Packet(256),
        Packet(DISPLAY, kind=RGB8 | 0x40),
        Packet(DISPLAY, wanted_bytes=3),
        Packet(STATUS, b"{}", query=True, wanted_bytes=3),
        Packet(STATUS, query=True, wanted_bytes=1441),
        Packet(DISPLAY, push=True, timecode=1 << 32),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(packet):
    with pytest.raises(PeerWireError):
        encode(packet)


def test_the_documents_own_status_is_read():
    data = b'{"status":{"man":"Minleon","mod":"NDB","ver":"1.0"}}'
    assert str(about.read_status(data)) == "Minleon NDB 1.0"
    assert about.read_status(about.write_status(about.About("A", "B", "1"))) == about.About(
        "A", "B", "1"
    )
    ports = b'{"config":{"ports":[{"port":1,"l":50},{"port":2,"l":170,"ss":0}, 7, {"l":"x"}]}}'
    assert about.read_lights(ports) == 220
    assert about.read_lights(about.write_config(1024)) == 1024


def test_a_display_that_says_little_is_believed_little():
    assert about.read_status(b"") == about.About()
    assert about.read_status(b'{"status":{"man":7,"mod":"a\\u0007b"}}') == about.About("", "ab")
    assert about.read_lights(b"") == 0
    assert about.read_lights(b'{"config":{"ports":3}}') == 0


@given(st.binary(max_size=60) | st.sampled_from([b"[" * 1440, b'{"status":1}', b"[]", b"3"]))
def test_json_that_is_none_is_a_wire_error(data):
    for read in (about.read_status, about.read_lights):
        try:
            read(data)
        except PeerWireError:
            continue
