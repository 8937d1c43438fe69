import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.artnet.codec import HostDecoder, SignDecoder, decode, encode
from drivers.artnet.packets import Dmx, Poll, PollReply, Sync
from drivers.errors import PeerWireError

HEAD = "4172742d4e657400"
"""Art-Net and NUL."""


def reply(**fields):
    """Lay out an ArtPollReply by the places deltaeight/LibArtNet gives each of its fields.

    lib/src/test/java/de/deltaeight/libartnet/builders/ArtPollReplyBuilderTest.java (MIT)
    """
    places = {
        "version": 16,
        "net": 18,
        "subnet": 19,
        "oem": 20,
        "maker": 24,
        "short_name": 26,
        "long_name": 44,
        "report": 108,
        "ports": 173,
        "types": 174,
        "inputs": 186,
        "outputs": 190,
        "style": 200,
    }
    data = bytearray(239)
    data[:16] = bytes.fromhex(HEAD + "0021" + "00000000" + "3619")
    for name, value in fields.items():
        data[places[name] : places[name] + len(value)] = value
    return bytes(data)


# Layouts: the Art-Net 4 specification as About-Time-Technologies/Lighting-Protocols writes it
# down (artnet/ksy/art*.ksy); stupidArtnet sends the first and the third.
EXAMPLES = [
    (Dmx(0x1234, b"\1\2\3\4", 7), HEAD + "0050 000e 07 00 3412 0004 01020304"),
    (Dmx(0, bytes(512), 0, 3), HEAD + "0050 000e 00 03 0000 0200" + "00" * 512),
    (Sync(), HEAD + "0052 000e 0000"),
    (Poll(range(256, 263)), HEAD + "0020 000e 20 00 0106 0100 0000 0000"),
    (Poll(), HEAD + "0020 000e 20 00 7fff 0000 0000 0000"),
    (
        PollReply("LibArtNet", "LibArtNet", "", (0x2AD1, 0x2AD2), 666),
        reply(
            version=b"\x02\x9a",
            net=b"\x2a",
            subnet=b"\x0d",
            short_name=b"LibArtNet",
            long_name=b"LibArtNet",
            ports=b"\2",
            types=b"\x80\x80",
            outputs=b"\1\2",
        ).hex(),
    ),
]
NAMES = st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=17)
SUBNETS = st.integers(0, 0x7FF)
PACKETS = st.one_of(
    st.builds(
        Dmx,
        st.integers(0, 0x7FFF),
        st.integers(1, 256).flatmap(lambda half: st.binary(min_size=2 * half, max_size=2 * half)),
        st.integers(0, 255),
        st.integers(0, 255),
    ),
    st.just(Sync()),
    st.builds(lambda a, b: Poll(range(min(a, b), max(a, b) + 1)), *[st.integers(0, 0x7FFF)] * 2),
    st.builds(
        lambda subnet, universes, *words: PollReply(
            *words[:3], tuple(subnet << 4 | one for one in universes), words[3]
        ),
        SUBNETS,
        st.lists(st.integers(0, 15), max_size=4),
        NAMES,
        NAMES,
        NAMES,
        st.integers(0, 65_535),
    ),
)


@pytest.mark.parametrize(("packet", "written"), EXAMPLES)
def test_packets_are_read_and_written_as_documented(packet, written):
    datagram = bytes.fromhex(written)
    assert encode(packet) == datagram
    assert decode(datagram) == packet


@given(PACKETS)
def test_what_is_written_is_read(packet):
    assert decode(encode(packet)) == packet


@given(st.binary(max_size=40) | PACKETS.map(encode), st.integers(0), st.binary(max_size=3))
def test_noise_is_never_more_than_a_wire_error(noise, at, change):
    at %= len(noise) + 1
    datagram = noise[:at] + change + noise[at + len(change) :]
    SignDecoder().receive(datagram)
    try:
        heard = HostDecoder().receive(datagram)
    except PeerWireError:
        return
    assert all(isinstance(one, PollReply) for one in heard)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "4172742d4e6574",
        "4172742d4e657401 0050 000e 07 00 0000 0002 0102",
        HEAD + "00",
        HEAD + "0050",
        # protocol version 13
        HEAD + "0050 000d 07 00 0000 0002 0102",
        # fewer levels than announced, more, none, too many
        HEAD + "0050 000e 07 00 0000 0004 0102",
        HEAD + "0050 000e 07 00 0000 0002 010203",
        HEAD + "0050 000e 07 00 0000 0000",
        HEAD + "0050 000e 07 00 0000 0202" + "00" * 514,
        # a sixteenth bit of Port-Address
        HEAD + "0050 000e 07 00 0080 0002 0102",
        reply()[:197].hex(),
    ],
)
def test_what_is_no_art_net_is_noise(written):
    datagram = bytes.fromhex(written)
    assert SignDecoder().receive(datagram) == []
    with pytest.raises(PeerWireError):
        HostDecoder().receive(datagram)


def test_the_other_packets_of_art_net_are_passed_over():
    other = bytes.fromhex(HEAD + "0060 000e")
    assert SignDecoder().receive(other) == []
    assert HostDecoder().receive(other) == []
    assert HostDecoder().receive(encode(Poll())) == []


def test_what_grew_over_the_years_may_be_missing():
    assert decode(bytes.fromhex(HEAD + "0020 000e")) == Poll()
    assert decode(bytes.fromhex(HEAD + "0020 000e 02 00")) == Poll()
    old = reply(short_name=b"old node", types=b"\x80\0\0\0", outputs=b"\5")[:198]
    assert decode(old) == PollReply("old node", ports=(5,))


def test_ports_that_only_take_levels_in_are_not_shown():
    assert decode(reply(ports=b"\2", types=b"\x40\xc0", outputs=b"\1\2")).ports == (2,)


@pytest.mark.parametrize(
    "packet",
    [
        Dmx(0x8000, b"\0\0"),
        Dmx(-1, b"\0\0"),
        Dmx(0, b""),
        Dmx(0, b"\0"),
        Dmx(0, bytes(514)),
        Dmx(0, b"\0\0", 256),
        Dmx(0, b"\0\0", 1, 256),
        Poll(range(0)),
        Poll(range(0, 8, 2)),
        Poll(range(0x7FFF, 0x8001)),
        PollReply("eighteen letters!!"),
        PollReply(report="a\0b"),
        PollReply(ports=(1, 2, 3, 4, 5)),
        PollReply(ports=(15, 16)),
        PollReply(ports=(0x8000,)),
        PollReply(version=65_536),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(packet):
    with pytest.raises(PeerWireError):
        encode(packet)
