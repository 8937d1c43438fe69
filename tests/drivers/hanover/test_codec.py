import ast
import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyflipdot import data as peer

from drivers.errors import PeerWireError
from drivers.hanover import bitmap
from drivers.hanover.codec import HostDecoder, SignDecoder, checksum, encode
from drivers.hanover.packets import (
    MAX_IMAGE_BYTES,
    Addressed,
    AskStatus,
    Condition,
    Damaged,
    Image,
    Other,
    Report,
    StartTest,
    StopTest,
)
from playlists.text.frame import Frame, Geometry

PACKETS = st.one_of(
    st.builds(Image, st.binary(max_size=300)),
    st.sampled_from([StartTest(), StopTest(), AskStatus()]),
    st.builds(Other, st.sampled_from([0x0, 0x4, 0x5, 0x6, 0x9, 0xF]), st.binary(max_size=20)),
).filter(lambda packet: not set(getattr(packet, "payload", b"")) & {1, 2, 3, 4})
MESSAGES = st.builds(Addressed, st.integers(0, 15), PACKETS)
REPORTS = st.builds(
    Report, st.integers(0, 15), st.sampled_from(Condition), st.booleans(), st.booleans()
)
SIZES = st.builds(Geometry, st.integers(1, 140), st.integers(1, 33))


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def noise(geometry, seed):
    chance = np.random.default_rng(seed)
    return chance.integers(0, 2, (geometry.height_px, geometry.width_px)).astype(np.bool_)


def test_the_golden_vectors_are_read_and_written(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    vectors = [ast.literal_eval(one["repr"]) for one in golden["hanover"]["vectors"]]
    assert len(vectors) == 4
    for vector in vectors:
        (message,) = SignDecoder().receive(vector)
        assert not isinstance(message, Damaged)
        assert encode(message) == vector
        assert checksum(vector[1:-2]) == vector[-2:]


@pytest.mark.parametrize(
    ("message", "data"),
    [
        # briggySmalls/pyflipdot tests/test_data.py and test_pyflipdot.py
        (Addressed(0, StartTest()), b"\x0230\x039A"),
        (Addressed(0, StopTest()), b"\x02C0\x038A"),
        (Addressed(1, Image(b"\x01\x00")), b"\x0211020100\x0378"),
        (Addressed(1, Image(b"\x01\x02\x00\x00")), b"\x02110401020000\x03B4"),
        # worked out by hand: the sum of "29" and ETX is 6E
        (Addressed(9, AskStatus()), b"\x0229\x0392"),
        # girouettes: two digits of state between SOH and EOT; sum of "2900" and EOT is CF
        (Report(9, Condition.WELL), b"\x012900\x0431"),
        (Report(9, Condition.BAD_TRANSMISSION, scrolling=True), b"\x01290A\x0420"),
    ],
)
def test_messages_are_written_as_published(message, data):
    assert encode(message) == data
    ear = HostDecoder(9) if isinstance(message, Report) else SignDecoder()
    assert ear.receive(data) == [message]


def test_a_wide_display_counts_its_bytes_with_one_byte():
    # hawkz/Hanover_Flipdot, README: the head of a 128x16 picture for address 1 is 02 31 31 30 30
    picture = Image(bitmap.data_of(Frame.blank(Geometry(128, 16))))
    data = encode(Addressed(1, picture))
    assert data.startswith(bytes.fromhex("0231313030"))
    assert SignDecoder().receive(data) == [Addressed(1, picture)]
    # harperreed/hanover-display-simulator, protocol.md: 96x16 counts as C0
    assert encode(Addressed(1, Image(bytes(192)))).startswith(b"\x0211C0")


@given(SIZES, st.integers(1, 15), st.integers(0, 1000))
@settings(max_examples=300)
@example(Geometry(2, 3), 1, 0)
@example(Geometry(2, 15), 1, 0)
@example(Geometry(128, 16), 15, 0)
def test_pyflipdot_writes_the_same_bytes(size, address, seed):
    leds = noise(size, seed)
    ours = encode(Addressed(address, Image(bitmap.data_of(Frame.from_bitmap(leds)))))
    assert ours == peer.ImagePacket(address, leds).get_bytes()


def test_pyflipdot_writes_the_same_tests():
    assert encode(Addressed(0, StartTest())) == peer.TestSignsStartPacket().get_bytes()
    assert encode(Addressed(0, StopTest())) == peer.TestSignsStopPacket().get_bytes()


@given(SIZES, st.integers(0, 1000))
def test_pixels_come_back(size, seed):
    frame = Frame.from_bitmap(noise(size, seed))
    data = bitmap.data_of(frame)
    assert len(data) == bitmap.data_bytes(size)
    assert bitmap.frame_of(data, size) == frame


@given(st.lists(MESSAGES, max_size=4), st.lists(st.integers(0, 3000)))
def test_what_is_written_is_read_however_it_is_cut(messages, cuts):
    data = b"".join(map(encode, messages))
    ear = SignDecoder()
    assert [each for piece in pieces(data, cuts) for each in ear.receive(piece)] == messages


@given(st.lists(REPORTS, max_size=4), st.lists(st.integers(0, 100)))
def test_reports_are_read_however_they_are_cut(reports, cuts):
    data = b"".join(map(encode, reports))
    for address in range(16):
        ear = HostDecoder(address)
        heard = [each for piece in pieces(data, cuts) for each in ear.receive(piece)]
        assert heard == [report for report in reports if report.address == address]


SCRAPS = st.lists(
    st.one_of(st.binary(max_size=20), st.sampled_from([b"\x01", b"\x02", b"\x03", b"\x04", b"11"])),
    max_size=20,
).map(b"".join)


@given(SCRAPS, st.lists(st.integers(0, 400)))
def test_garbage_never_raises_and_its_cuts_do_not_matter(garbage, cuts):
    ear = SignDecoder()
    heard = [each for piece in pieces(garbage, cuts) for each in ear.receive(piece)]
    assert heard == SignDecoder().receive(garbage)


@given(SCRAPS)
def test_a_sign_hears_again_after_garbage(garbage):
    last = Addressed(3, Image(b"\x55\xaa"))
    assert SignDecoder().receive(garbage + encode(last))[-1] == last


@given(SCRAPS)
def test_a_host_may_only_stumble(garbage):
    ear = HostDecoder(3)
    report = Report(3, Condition.WELL)
    try:
        ear.receive(garbage)
    except PeerWireError:
        return
    heard = []
    for _ in range(2):  # what had begun may swallow the first
        try:
            heard += ear.receive(encode(report))
        except PeerWireError:
            continue
    assert report in heard


def test_an_endless_message_is_given_up():
    ear = SignDecoder()
    for _ in range(100):
        assert ear.receive(b"\x0211" + b"0" * 1000) == []
    assert len(ear._buffer) < 3 * MAX_IMAGE_BYTES


@pytest.mark.parametrize(
    "data",
    [
        b"\x0211020100\x0379",  # checksum
        b"\x0211030100\x0377",  # count
        b"\x0211\x03" + checksum(b"11\x03"),  # no count
        b"\x021G\x03" + checksum(b"1G\x03"),  # address
        b"\x02110201a0\x03" + checksum(b"110201a0\x03"),  # small digits
        b"\x0211020\x03" + checksum(b"11020\x03"),  # half a byte
    ],
)
def test_damaged_frames_are_damaged(data):
    assert SignDecoder().receive(data) == [Damaged()]


@pytest.mark.parametrize(
    "message",
    [
        Addressed(16, StopTest()),
        Addressed(-1, StopTest()),
        Addressed(1, Other(1, b"")),
        Addressed(1, Other(16, b"")),
        Addressed(1, Other(0, b"\x03")),
        Addressed(1, Image(bytes(MAX_IMAGE_BYTES + 1))),
        Report(16, Condition.WELL),
    ],
)
def test_what_the_dialect_cannot_carry_is_not_written(message):
    with pytest.raises(PeerWireError):
        encode(message)


def test_our_own_voice_and_noise_before_a_report_are_skipped():
    report = Report(1, Condition.WELL)
    echo = encode(Addressed(1, AskStatus()))
    assert HostDecoder(1).receive(echo + b"\xff\x00" + encode(report)) == [report]


@pytest.mark.parametrize("data", [b"\x012900\x0432", b"\x013900\x0430", b"\x01290Z\x0400"])
def test_a_damaged_report_is_nonsense(data):
    with pytest.raises(PeerWireError):
        HostDecoder(9).receive(data)
    body = b"2907\x04"
    with pytest.raises(PeerWireError):
        HostDecoder(9).receive(b"\x01" + body + checksum(body))
