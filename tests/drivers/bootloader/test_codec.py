"""The bootloader's frames: bytes worked out by hand, any split, any garbage."""

import base64
import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bootloader import codec
from drivers.bootloader.codec import BoardDecoder, HostDecoder, encode
from drivers.bootloader.packets import (
    MAX_BLOCK_BYTES,
    Activate,
    Begin,
    Block,
    Condition,
    Confirm,
    Done,
    Fall,
    Hello,
    Info,
    Message,
    Progress,
    Refusal,
    Refused,
    Request,
    Revert,
    Version,
)
from drivers.errors import PeerWireError

# Worked out by hand from docs/protocols/bootloader.md: the fields in hex, the CRC-32 bit by bit in
# Perl, the letters with GNU's base64; none of it with this code.
GOLDEN = {
    "hello": (Message(0, 1, Hello()), b"%SC1,AQAAAAGMRe47;"),
    "block": (Message(7, 0x102, Block(3, b"Ti")), b"%SC1,AwAHAQIAA1RpQ0Bp1Q==;"),
    "progress": (Message(7, 0x102, Progress(4, 600)), b"%SC1,ggAHAQIABAJYih6RtA==;"),
    "done": (Message(0xFFFF, 0xFFFF, Done()), b"%SC1,g//////u3x28;"),
    "refused": (Message(1, 2, Refused(Refusal.NOT_NEWER)), b"%SC1,hAABAAIFzgMGBQ==;"),
}
INFO = Info(
    hardware="p10",
    running=Version(1, 2, 3),
    running_mark=bytes(range(8)),
    confirmed=Version(1, 2, 0),
    slot=1,
    condition=Condition.TRIAL,
    starts_left=2,
    failed=bytes(8),
    why=Fall.NONE,
    block_bytes=512,
    slot_bytes=1 << 20,
)

u16 = st.integers(0, 0xFFFF)
digests = st.binary(min_size=32, max_size=32)
marks = st.binary(min_size=8, max_size=8)
versions = st.builds(Version, u16, u16, u16)
hardware = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?", fullmatch=True)
requests = st.one_of(
    st.just(Hello()),
    st.builds(Begin, st.binary(min_size=152, max_size=152)),
    st.builds(Block, st.integers(0, 0xFFFE), st.binary(min_size=1, max_size=MAX_BLOCK_BYTES)),
    *(st.builds(kind, digests) for kind in (Activate, Confirm, Revert)),
)
infos = st.builds(
    Info,
    hardware=hardware,
    running=versions,
    running_mark=marks,
    confirmed=versions,
    slot=st.integers(0, 1),
    condition=st.sampled_from(Condition),
    starts_left=st.integers(0, 255),
    failed=marks,
    why=st.sampled_from(Fall),
    block_bytes=st.integers(16, 1_024),
    slot_bytes=st.integers(1, 4 << 20),
)
answers = st.one_of(
    infos,
    st.tuples(u16, u16).map(lambda pair: Progress(*sorted(pair))),
    st.just(Done()),
    st.builds(Refused, st.sampled_from(Refusal)),
)
messages = st.builds(Message, u16, u16, requests | answers)


def ear(message):
    return BoardDecoder() if isinstance(message.packet, Request) else HostDecoder()


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_frames_are_written_and_read(name):
    message, frame = GOLDEN[name]
    assert encode(message) == frame
    assert ear(message).receive(frame) == [message]


def test_an_info_has_its_fields_where_the_page_says():
    frame = base64.b64decode(encode(Message(5, 9, INFO))[5:-1])
    assert frame[:5] == bytes.fromhex("81 0005 0009")
    assert frame[5:37] == b"p10" + bytes(29)
    assert frame[37:43] == bytes.fromhex("0001 0002 0003")
    assert frame[43:51] == bytes(range(8))
    assert frame[51:57] == bytes.fromhex("0001 0002 0000")
    assert frame[57:60] == bytes.fromhex("01 03 02")
    assert frame[60:69] == bytes(9)
    assert frame[69:75] == bytes.fromhex("0200 00100000")
    assert frame[75:] == struct.pack(">I", zlib.crc32(frame[:75]))


@given(messages)
def test_reading_undoes_writing(message):
    frame = encode(message)
    assert ear(message).receive(frame) == [message]
    assert frame.isascii()
    assert not set(frame) & set(b"<:~\x00\x01\x02\x1b\r\n")


@given(st.lists(messages, max_size=4), st.data())
def test_any_split_and_any_talk_between_give_the_same(sent, data):
    talk = st.binary(max_size=40).filter(lambda noise: b"%" not in noise)
    stream = b"".join(data.draw(talk) + encode(one) for one in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    for decoder, wanted in ((BoardDecoder(), True), (HostDecoder(), False)):
        heard = [one for piece in pieces for one in decoder.receive(piece)]
        assert heard == [one for one in sent if isinstance(one.packet, Request) is wanted]


@given(st.lists(st.binary(max_size=60) | st.just(b"%SC1,") | st.just(b";"), max_size=30))
def test_garbage_never_raises_but_wire_errors_and_a_frame_after_it_is_heard(pieces):
    board, host = BoardDecoder(), HostDecoder()
    for piece in pieces:
        assert board.receive(piece) == []
        try:
            assert host.receive(piece) == []
        except PeerWireError:
            host = HostDecoder()
    hello, done = GOLDEN["hello"], GOLDEN["done"]
    assert board.receive(hello[1]) == [hello[0]]
    assert host.receive(done[1])[-1:] == [done[0]]


@given(messages, st.data())
def test_a_damaged_frame_is_never_another_message(message, data):
    frame = bytearray(encode(message))
    at = data.draw(st.integers(5, len(frame) - 2))
    frame[at] ^= data.draw(st.integers(1, 255))
    heard = BoardDecoder().receive(bytes(frame))
    with contextlib.suppress(PeerWireError):
        heard += HostDecoder().receive(bytes(frame))
    assert heard in ([], [message])  # Base64's last letter may have bits that mean nothing


def test_a_frame_that_never_ends_is_given_up():
    decoder = BoardDecoder()
    decoder.receive(b"%SC1," + b"A" * 100_000)
    assert len(decoder._frames._buffer) <= codec.MAX_FRAME_CHARS + 5
    assert decoder.receive(GOLDEN["hello"][1]) == [GOLDEN["hello"][0]]


def framed(body):
    return b"%SC1," + base64.b64encode(body + struct.pack(">I", zlib.crc32(body))) + b";"


BAD = [
    *(bytes([kind, 0, 0, 0, 1]) + b"x" * 3 for kind in (1, 2, 4, 5, 6, 0x81, 0x82, 0x83, 0x84)),
    bytes.fromhex("03 0000 0001 00"),
    bytes.fromhex("03 0000 0001 0001"),
    bytes.fromhex("03 0000 0001 ffff 00"),
    bytes.fromhex("03 0000 0001 0001") + bytes(1_025),
    bytes.fromhex("82 0000 0001 0002 0001"),
    bytes.fromhex("84 0000 0001 00"),
    bytes.fromhex("77 0000 0001"),
    bytes.fromhex("81 0000 0001") + bytes(70),
]


@pytest.mark.parametrize("body", BAD, ids=lambda body: body[:8].hex())
def test_frames_with_a_right_checksum_may_still_be_nonsense(body):
    assert BoardDecoder().receive(framed(body)) == []
    if len(body) < 1_000:
        with pytest.raises(PeerWireError):
            HostDecoder().receive(framed(body))


@pytest.mark.parametrize(
    "message",
    [
        Message(-1, 0, Hello()),
        Message(0, 1 << 16, Hello()),
        Message(0, 0, Begin(b"short")),
        Message(0, 0, Block(0, b"")),
        Message(0, 0, Block(0xFFFF, b"x")),
        Message(0, 0, Block(0, bytes(1_025))),
        Message(0, 0, Activate(b"")),
        Message(0, 0, Progress(2, 1)),
    ],
    ids=str,
)
def test_what_cannot_travel_is_refused(message):
    with pytest.raises(PeerWireError):
        encode(message)


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "1.2.3.4", "1.2.x", "01.2.3", "1.2.65536", "१.0.0"]
)
def test_versions_are_three_numbers(text):
    with pytest.raises(PeerWireError):
        Version.of(text)


def test_versions_compare_number_by_number():
    assert Version.of("1.10.0") > Version.of("1.9.9") > Version.of("0.65535.0")
    assert str(Version.of("65535.0.12")) == "65535.0.12"


def test_the_document_shows_these_frames(request):
    page = request.config.rootpath / "docs" / "protocols" / "bootloader.md"
    text = page.read_text("utf-8")
    for _, frame in GOLDEN.values():
        assert f"`{frame.decode()}`" in text
    for refusal in Refusal:
        assert f"| {int(refusal)} | `{refusal.word}` |" in text
    assert f"at most {codec.MAX_FRAME_CHARS} letters" in text
