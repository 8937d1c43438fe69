import ast
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.alpha.codec import (
    HostDecoder,
    SignDecoder,
    checksum,
    encode,
    encode_answer,
    encode_verdict,
    pieces,
)
from drivers.alpha.packets import (
    MAX_TRANSMISSION_BYTES,
    Acknowledge,
    Answer,
    ClearErrors,
    Damaged,
    Errors,
    File,
    FileType,
    GeneralInformation,
    Kind,
    Memory,
    Other,
    Picture,
    Question,
    RunSequence,
    SetDate,
    SetTime,
    SetTimeFormat,
    SetWeekday,
    String,
    Text,
    Transmission,
    Trouble,
    Verdict,
)
from drivers.errors import PeerWireError

LABELS = st.sampled_from([chr(code) for code in range(0x20, 0x7F)])
MESSAGES = st.binary(max_size=125).map(
    lambda data: bytes(0x20 + byte % 0x5F if byte not in {0x14, 0x1C} else byte for byte in data)
)
TROUBLES = st.integers(0, 0x3F).map(Trouble)


@st.composite
def pictures(draw):
    kind = draw(st.sampled_from(Kind))
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 12))
    codes = "0123456789ABCDEF" if kind is Kind.RGB else "012345678"
    row = st.text(codes, min_size=width * kind.pixel_bytes, max_size=width * kind.pixel_bytes)
    rows = draw(st.lists(row, min_size=height, max_size=height))
    return Picture(kind, draw(LABELS), tuple(one.encode() for one in rows))


PACKETS = st.one_of(
    st.builds(Text, LABELS, MESSAGES, st.sampled_from(["0b", " a", "&c", "1nY"])),
    st.builds(Text, LABELS, MESSAGES, st.just("")),
    st.builds(String, LABELS, MESSAGES),
    pictures(),
    st.builds(Picture, st.sampled_from(Kind), LABELS, st.just(())),
    st.lists(
        st.builds(
            File,
            LABELS,
            st.sampled_from(FileType),
            st.integers(0, 0xFFFF),
            st.sampled_from(["FFFF", "0000", "1000", "2000", "4000"]),
            st.booleans(),
        ),
        max_size=5,
    ).map(lambda files: Memory(tuple(files))),
    st.builds(RunSequence, st.text("ABCPQ", max_size=9), st.sampled_from("TSD"), st.booleans()),
    st.builds(SetTime, st.integers(0, 23), st.integers(0, 59)),
    st.builds(SetDate, st.integers(0, 99), st.integers(1, 12), st.integers(1, 31)),
    st.builds(SetWeekday, st.integers(1, 7)),
    st.builds(SetTimeFormat, st.booleans()),
    st.builds(Acknowledge, st.booleans()),
    st.just(ClearErrors()),
    st.builds(Errors, TROUBLES),
    st.builds(
        GeneralInformation,
        st.sampled_from(["1040-440A", "1040-440", "20012201"]),
        st.just("0203"),
        st.integers(0, 23),
        st.integers(0, 59),
        st.integers(0, 0xFFFF),
        st.integers(0, 0xFFFF),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(Question, st.sampled_from("BFHJLN"), LABELS),
)
ADDRESSES = st.integers(0, 255)

# Recorded from msparks/alphasign by bkgoodman, who left it in the head of a public Go program.
RECORDED_TABLE = (
    b"\0\0\0\0\0\x01Z00\x02E$1BL000E0000AAU0040FFFF1AU0064FEFE2AU0064FEFE3AU0064FEFE"
    b"4AU0064FEFE5AU0064FEFE\x04"
)


def cut(data, cuts):
    edges = sorted({0, len(data), *(one % (len(data) + 1) for one in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def heard(data):
    ((command,),) = [one.commands for one in SignDecoder().receive(data)]
    return command


def golden(shared_dir):
    vectors = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    for one in vectors["alpha"]["vectors"]:
        yield bytes.fromhex(one["hex"]) if "hex" in one else ast.literal_eval(one["repr"])


def test_the_golden_vectors_are_read_and_written(shared_dir):
    vectors = [*golden(shared_dir), RECORDED_TABLE]
    assert len(vectors) == 8
    seen = []
    for vector in vectors:
        (said,) = SignDecoder().receive(vector)
        (command,) = said.commands
        assert not isinstance(command, Damaged | Other)
        seen.append(command)
        checked = b"\x03" in vector
        assert encode(command, int(said.address, 16), said.type_code, checked=checked) == vector
    assert seen[:4] == [
        Text("A", b"Testing 1-2-3", " b"),
        Memory(()),
        RunSequence("A"),
        String("1", b""),
    ]
    assert seen[4:7] == [
        Text("A", b"HELLO", "&a"),
        Text("0", b"EMERGENCY", "&a"),
        SetTime(14, 30),
    ]
    assert seen[7].files[:3] == (
        File("1", FileType.STRING, 14, "0000"),
        File("A", FileType.TEXT, 64, locked=False),
        File("1", FileType.TEXT, 100, "FEFE", locked=False),
    )


def test_the_checksum_is_the_sum_from_stx_to_etx():
    # alphasignpy 0.1.1, see the golden vectors; the last was measured on a BetaBrite
    assert checksum(b"AA\x1b&aHELLO") == b"029D"
    assert checksum(b"E 1430") == b"0132"
    assert checksum(b"GaREAD ME") == b"027B"


@pytest.mark.parametrize(
    ("packet", "body"),
    [
        (Text("0", b"", ""), b"A0"),
        (Text("0", b"\x14P"), b"A0\x1b0b\x14P"),
        (Picture(Kind.SMALL, "P", (b"01", b"23", b"00")), b"IP030201\r23\r00\r"),
        (Picture(Kind.LARGE, "P", (b"01",)), b"MP0001000201\r"),
        (Picture(Kind.RGB, "P", (b"FF000000FF00",)), b"KP00010002FF000000FF00\r"),
        (Memory((File("P", FileType.DOTS, 0x1040, "2000"),)), b"E$PDL10402000"),
        (RunSequence("A", "S", locked=True), b"E.SLA"),
        (SetDate(26, 11, 24), b"E;112426"),
        (SetWeekday(3), b"E&3"),
        (SetTimeFormat(hours_24=True), b"E'M"),
        (Acknowledge(on=True), b"Es1"),
        (Question("J", "P"), b"JP"),
        (Question("F", "$"), b"F$"),
    ],
)
def test_packets_are_written_as_described(packet, body):
    whole = b"\0\0\0\0\0\x01Z2A\x02" + body + b"\x03" + checksum(body) + b"\x04"
    assert encode(packet, 0x2A) == whole


def test_a_picture_has_a_pause_after_its_size():
    first, rest = pieces(Picture(Kind.SMALL, "P", (b"01", b"23")), 1)
    assert first.endswith(b"IP0202")
    assert rest.startswith(b"01\r23\r\x03")
    assert len(pieces(Text("A", b"x"), 1)) == 1


@given(st.lists(st.tuples(PACKETS, ADDRESSES, st.booleans()), max_size=4), st.lists(st.integers(0)))
def test_any_split_of_the_stream_gives_the_same_commands(said, cuts):
    data = b"".join(encode(packet, address, checked=checked) for packet, address, checked in said)
    decoder = SignDecoder()
    got = [one for piece in cut(data, cuts) for one in decoder.receive(piece)]
    assert got == [Transmission("Z", f"{address:02X}", (packet,)) for packet, address, _ in said]


@given(st.lists(PACKETS, min_size=1, max_size=3))
def test_nested_commands_come_one_by_one(packets):
    bodies = [encode(packet, 1)[9:-1] for packet in packets]
    data = bytes(5) + b"\x01Z01" + b"".join(bodies) + b"\x04"
    assert SignDecoder().receive(data) == [Transmission("Z", "01", tuple(packets))]


@given(st.binary(max_size=600), PACKETS, st.lists(st.integers(0), max_size=5))
def test_noise_never_raises_and_the_next_transmission_is_understood(noise, packet, cuts):
    decoder = SignDecoder()
    for piece in cut(noise, cuts):
        decoder.receive(piece)
    (said,) = [*decoder.receive(encode(packet, 1))][-1:]
    assert said == Transmission("Z", "01", (packet,))


def test_a_line_that_talks_on_is_not_kept():
    decoder = SignDecoder()
    for _ in range(4):
        decoder.receive(b"\x01" + b"A" * MAX_TRANSMISSION_BYTES)
    assert len(decoder._buffer) <= MAX_TRANSMISSION_BYTES
    with pytest.raises(PeerWireError):
        HostDecoder().receive(b"\x01" + b"A" * 2 * MAX_TRANSMISSION_BYTES)


@given(PACKETS, st.integers(0), st.integers(0, 6))
def test_a_flipped_bit_in_a_command_is_found_as_long_as_its_end_is_seen(packet, at, bit):
    data = bytearray(encode(packet, 1))
    command, end = data.index(b"\x02") + 1, data.index(b"\x03")
    data[command + at % (end - command)] ^= 1 << bit
    for said in SignDecoder().receive(bytes(data)):
        assert packet not in said.commands


def test_two_flips_pass_the_sum_and_a_lost_etx_switches_it_off():
    # Why everything is read back.
    good = encode(Picture(Kind.SMALL, "P", (b"01", b"00")), 1)
    assert heard(good.replace(b"01\r", b"10\r")) == Picture(Kind.SMALL, "P", (b"10", b"00"))
    good = encode(Text("A", b"\x14P"), 1)
    assert heard(good.replace(b"\x03", b"\x13")).message.startswith(b"\x14P\x13")


def test_bytes_of_eight_bits_are_a_parity_error():
    assert heard(b"\x01Z01\x02AA\x1b0b\xff\x03FFFF\x04") == Damaged(Trouble.PARITY)


@pytest.mark.parametrize("tail", [b"0000", b"029d", b"29D", b"029DX"])
def test_a_wrong_checksum_damages_the_command(tail):
    assert heard(b"\x01Z01\x02AA\x1b&aHELLO\x03" + tail + b"\x04") == Damaged(Trouble.CHECKSUM)


@pytest.mark.parametrize(
    "body",
    [b"IP0202" + rows for rows in (b"01\r", b"01\r2\r", b"01\r29\r", b"01\r23\r00\r")]
    + [b"IP02", b"IPxx0201\r", b"KP00010001FFFFFG\r", b"E$AAU00", b"E 2460", b"E&8", b"ZZ", b""],
)
def test_what_is_none_of_ours_is_kept_as_it_is(body):
    assert heard(b"\x01Z01\x02" + body + b"\x04") == Other(body)


def test_the_last_return_may_lack_and_line_feeds_mean_nothing():
    assert heard(b"\x01Z01\x02IP020201\r\n23\x04") == Picture(Kind.SMALL, "P", (b"01", b"23"))


@pytest.mark.parametrize(
    ("type_code", "asked", "reached"),
    [
        ("Z", "00", True),
        ("Z", "2A", True),
        ("Z", "2a", True),
        ("Z", "2?", True),
        ("Z", "?A", True),
        ("Z", "??", True),
        ("^", "2A", True),
        ("Z", "2B", False),
        ("Z", "3?", False),
        ("f", "2A", False),
    ],
)
def test_who_is_reached(type_code, asked, reached):
    assert Transmission(type_code, asked, ()).reaches("^", 0x2A) is reached


@given(PACKETS, st.lists(st.integers(0), max_size=6), st.integers(0, 0x3F))
def test_a_host_hears_answers_and_verdicts_in_any_pieces(packet, cuts, status):
    own_voice = encode(packet, 7)
    verdict = Verdict(taken=not status, trouble=Trouble(status))
    data = encode_verdict(verdict) + own_voice + encode_answer(packet) + encode_verdict(verdict)
    decoder = HostDecoder()
    got = [one for piece in cut(data, cuts) for one in decoder.receive(piece)]
    command = own_voice.index(b"\x02") + 1
    assert [type(one) for one in got] == [Verdict, Answer, Verdict]
    assert got[1].packet == packet
    assert got[1].about.encode() == own_voice[command : command + 2]


@given(st.binary(max_size=80), st.lists(st.integers(0), max_size=4))
def test_a_host_hears_sense_or_a_wire_error(data, cuts):
    decoder = HostDecoder()
    for piece in cut(data, cuts):
        try:
            got = decoder.receive(piece)
        except PeerWireError:
            return
        assert all(isinstance(one, Answer | Verdict) for one in got)


@given(PACKETS, st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_in_an_answer_is_never_another_answer(packet, at, bit):
    data = bytearray(encode_answer(packet))
    data[at % len(data)] ^= 1 << bit
    try:
        got = HostDecoder().receive(bytes(data))
    except PeerWireError:
        return
    assert [one.packet for one in got if isinstance(one, Answer)] in ([], [packet])


@pytest.mark.parametrize(
    "answer",
    [
        b"\x01000\x02AA\x04",
        b"\x01000\x02AA\x030000\x04",
        b"\x01000\x04",
        b"\x010\x04",
        b"\x06\x00",
        b"hello",
    ],
)
def test_nonsense_is_a_wire_error(answer):
    with pytest.raises(PeerWireError):
        HostDecoder().receive(answer)


@pytest.mark.parametrize(
    ("packet", "address"),
    [
        (Text("A", b"x"), 256),
        (Text("A", b"x"), -1),
        (Text("AB", b"x"), 1),
        (Text("é", b"x"), 1),
        (Text("A", b"\x04"), 1),
        (Text("A", b"\xc3\xa9"), 1),
        (Text("A", b"x" * MAX_TRANSMISSION_BYTES), 1),
        (Picture(Kind.SMALL, "P", (b"0" * 256,)), 1),
        (Picture(Kind.SMALL, "P", (b"0", b"00")), 1),
        (Picture(Kind.RGB, "P", (b"FF",)), 1),
        (Memory((File("A", FileType.TEXT, 1 << 16),)), 1),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(packet, address):
    with pytest.raises(PeerWireError):
        encode(packet, address)
