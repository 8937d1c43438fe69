"""Messages to bytes and back, against bytes and tables from outside."""

import json
from datetime import datetime, time
from itertools import pairwise

import onbon_vectors as vectors
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onbon_vectors import octets

from drivers.errors import PeerWireError
from drivers.onbon.codec import HostDecoder, SignDecoder, encode, encode_answer
from drivers.onbon.frames import MAX_BODY_BYTES, Unwrapper, crc16, wrap
from drivers.onbon.packets import (
    ANYBODY,
    HOST,
    Ack,
    Answered,
    AskBrightness,
    AskStatus,
    BlockTaken,
    BrightnessIs,
    CancelTimers,
    Card,
    ClearScreen,
    Damaged,
    DeleteAreas,
    DeleteFiles,
    LockProgram,
    Nack,
    OpenFile,
    Other,
    OtherAnswer,
    PictureArea,
    Ping,
    Power,
    PowerTimers,
    Request,
    Reset,
    RunMode,
    SetBrightness,
    SetClock,
    StatusIs,
    TextArea,
    UpdateAreas,
    WriteBlock,
)

NAMES = st.binary(min_size=4, max_size=4)
BYTES = st.integers(0, 255)
WORDS = st.integers(0, 0xFFFF)
COLUMNS = st.integers(0, 0x7FFF)
CLOCKS = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001 -- wall clock
    lambda at: at.replace(microsecond=0)
)
MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
PAIRS = st.lists(MINUTES, min_size=2, max_size=2, unique=True).map(lambda two: tuple(sorted(two)))
NUMBERS = st.none() | st.lists(BYTES, max_size=20).map(tuple)
TEXTS = st.builds(
    TextArea,
    number=BYTES,
    left=COLUMNS,
    top_px=WORDS,
    width=COLUMNS,
    height_px=WORDS,
    text=st.binary(max_size=60),
    unit_px=st.sampled_from((1, 8)),
    line_gap_px=BYTES,
    run_mode=st.sampled_from(RunMode),
    timeout_s=WORDS,
    alignment=BYTES,
    single_line=BYTES,
    wraps=BYTES,
    mode=BYTES,
    exit_mode=BYTES,
    speed=BYTES,
    stay=BYTES,
)
PICTURES = st.builds(
    PictureArea,
    BYTES,
    WORDS,
    WORDS,
    WORDS,
    WORDS,
    st.binary(max_size=200),
    st.booleans(),
    st.sampled_from(RunMode),
    WORDS,
)
LEVELS = st.builds(SetBrightness, st.integers(0, 15))
GRAPHIC = st.one_of(
    st.just(Ping()),
    LEVELS,
    st.just(AskBrightness()),
    st.builds(DeleteAreas, NUMBERS),
    PICTURES,
    st.builds(Other, st.just(0xA9), BYTES, st.binary(max_size=30)),
)
FONT = st.one_of(
    st.sampled_from([Ping(), AskStatus(), Reset(), CancelTimers(), ClearScreen()]),
    LEVELS,
    st.builds(SetClock, CLOCKS),
    st.builds(Power, st.booleans()),
    st.builds(PowerTimers, st.lists(PAIRS, min_size=1, max_size=3).map(tuple)),
    st.builds(LockProgram, NAMES, st.booleans(), st.booleans()),
    st.builds(DeleteFiles, st.lists(NAMES, max_size=5).map(tuple)),
    st.builds(OpenFile, NAMES, st.integers(0, 0xFFFFFFFF), st.booleans()),
    st.builds(WriteBlock, NAMES, st.booleans(), WORDS, st.integers(0, 0xFFFFFFFF), st.binary()),
    st.builds(UpdateAreas, NUMBERS, st.lists(TEXTS, max_size=3).map(tuple)),
    st.builds(Other, st.just(0xA4), BYTES, st.binary(max_size=30)),
)
COMMANDS = {Card.BX5: GRAPHIC, Card.BX6: GRAPHIC, Card.FONT: FONT}
STATUSES = st.builds(
    StatusIs,
    st.booleans(),
    st.integers(0, 15),
    st.none() | CLOCKS,
    BYTES,
    NAMES,
    st.lists(BYTES, max_size=8).map(tuple),
    st.none() | BYTES,
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=12, max_size=12),
)
ANY_ANSWER = st.just(Ack()) | st.builds(Nack, st.integers(1, 255))
GRAPHIC_ANSWERS = st.one_of(
    ANY_ANSWER,
    st.builds(BrightnessIs, BYTES, BYTES, st.integers(0, 0xFFFFFFFF)),
    st.builds(OtherAnswer, st.just(0xA2), st.just(0x80), st.just(0), st.binary(max_size=40)),
)
FONT_ANSWERS = st.one_of(
    ANY_ANSWER,
    STATUSES,
    st.builds(BlockTaken, st.integers(0, 0xFFFFFFFF), BYTES),
    st.builds(OtherAnswer, st.just(0xA2), st.just(0x0A), st.just(0), st.binary(max_size=40)),
)
ANSWERS = {Card.BX5: GRAPHIC_ANSWERS, Card.BX6: GRAPHIC_ANSWERS, Card.FONT: FONT_ANSWERS}
CARDS = st.sampled_from(Card)


@st.composite
def requests(draw, card):
    asks, address = draw(st.booleans()), draw(WORDS)
    return Request(address, draw(COMMANDS[card]), asks)


@st.composite
def answers(draw, card, source=WORDS):
    return Answered(draw(source), draw(ANSWERS[card]))


def pieces(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


def sign_hears(card, *parts):
    decoder = SignDecoder(card)
    return [heard for part in parts for heard in decoder.receive(part)]


def host_hears(card, *parts, address=None):
    decoder = HostDecoder(card, address)
    return [heard for part in parts for heard in decoder.receive(part)]


# Bytes from outside.


def test_the_golden_vectors_are_read_and_written(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    found = {
        one["name"]: bytes.fromhex(one["hex"]) for one in golden["onbon_bx5_fontcard"]["vectors"]
    }
    ack = found.pop("ack from card")
    assert host_hears(Card.FONT, ack, address=1) == [Answered(1, Ack())]
    assert encode_answer(Answered(1, Ack()), Card.FONT) == ack
    assert len(found) >= 5
    for data in found.values():
        (request,) = sign_hears(Card.FONT, data)
        assert not isinstance(request.command, Other)
        assert encode(request, Card.FONT) == data


@pytest.mark.parametrize("name", vectors.FONT)
def test_requests_of_others_to_font_cards_are_read_and_written(name):
    data = octets(vectors.FONT[name])
    (request,) = sign_hears(Card.FONT, data)
    assert not isinstance(request.command, Other)
    assert encode(request, Card.FONT) == data


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("ping", Ping()),
        ("status", AskStatus()),
        ("clear", ClearScreen()),
        ("brightness 12", SetBrightness(12)),
        ("clock", SetClock(datetime(2013, 1, 25, 11, 17, 26))),  # noqa: DTZ001 -- a Friday
        ("delete all areas", UpdateAreas(None)),
        ("lock", LockProgram(b"P000", locked=True)),
        ("unlock", LockProgram(b"P000", locked=False)),
        ("open a file", OpenFile(b"P000", 0x47)),
    ],
)
def test_they_mean_what_their_source_says(name, command):
    (request,) = sign_hears(Card.FONT, octets(vectors.FONT[name]))
    assert request.command == command
    assert request.wants_answer


def test_texts_of_others_mean_what_their_source_says():
    (request,) = sign_hears(Card.FONT, octets(vectors.FONT["text in pixels"]))
    (area,) = request.command.areas
    assert request.address == ANYBODY
    assert (area.left, area.top_px, area.width, area.height_px, area.unit_px) == (0, 0, 128, 32, 1)
    assert (area.timeout_s, area.mode, area.stay) == (10, 1, 10)
    assert area.text.decode("gbk") == "欢迎光临"
    (request,) = sign_hears(Card.FONT, octets(vectors.FONT["text TEMPER"]))
    (area,) = request.command.areas
    assert not request.wants_answer
    assert (area.number, area.top_px, area.width, area.unit_px) == (1, 12, 64, 8)
    assert area.text.decode("gbk") == "\\FO000TEMPER:21℃"


def test_a_file_of_the_vendor_ends_in_its_own_check():
    (request,) = sign_hears(Card.FONT, octets(vectors.FONT["write a file"]))
    block = request.command
    assert (block.name, block.last, block.number, block.at_bytes) == (b"P000", True, 0, 0)
    assert len(block.data) == 0x47
    assert crc16(block.data[:-2]) == int.from_bytes(block.data[-2:], "little")


@pytest.mark.parametrize(
    ("card", "table"),
    [(Card.FONT, vectors.FONT_UNREAD), (Card.BX6, vectors.GRAPHIC_UNREAD)],
    ids=["font", "graphic"],
)
def test_what_is_not_read_is_kept(card, table):
    for vector in table.values():
        (request,) = sign_hears(card, octets(vector))
        assert isinstance(request.command, Other)
        assert encode(request, card) == octets(vector)


@pytest.mark.parametrize("card", [Card.BX5, Card.BX6])
def test_the_vendors_ping_to_graphic_cards(card):
    data = octets(vectors.GRAPHIC["ping"])
    assert sign_hears(card, data) == [Request(ANYBODY, Ping())]
    assert encode(Request(ANYBODY, Ping()), card) == data


def test_answers_of_cards():
    found = {name: octets(vector) for name, vector in vectors.FONT_ANSWERS.items()}
    assert host_hears(Card.FONT, found["ack"]) == [Answered(1, Ack())]
    # The document's answers begin with nine A5.
    assert host_hears(Card.FONT, found["ack to anybody"]) == [Answered(ANYBODY, Ack())]
    assert host_hears(Card.FONT, found["nack"]) == [Answered(ANYBODY, Nack(5))]
    assert Nack(5).reason == "checksum"
    assert Nack(99).reason == "complaint 99"
    for name in ("ack to anybody", "nack"):
        (answered,) = host_hears(Card.FONT, found[name])
        assert encode_answer(answered, Card.FONT) == found[name][1:]


def test_a_published_frame_with_a_wrong_check_is_damaged():
    for vector in vectors.WRONG.values():
        assert sign_hears(Card.FONT, octets(vector)) == [Damaged()]


def test_the_escapes_of_the_vendors_own_test():
    # onbonlab/bx.dual.dyn.java, BxFrameWrapperTest: A5 A6 00 5B 00 5A; ours has a CRC behind it.
    body = bytes.fromhex("A5A6005B005A")
    assert wrap(body).startswith(b"\xa5" * 8 + bytes.fromhex("A602 A601 00 5B01 00 5B02"))
    assert wrap(body)[-1] == 0x5A
    assert Unwrapper().receive(wrap(body)) == [body]


# Both roles.


@given(st.data(), CARDS, st.lists(st.integers(0), max_size=8))
def test_any_split_of_the_stream_gives_the_same_requests(data, card, cuts):
    sent = data.draw(st.lists(requests(card), max_size=4))
    stream = b"".join(encode(request, card) for request in sent)
    assert sign_hears(card, *pieces(stream, cuts)) == sent


@given(st.data(), CARDS)
def test_byte_by_byte_is_the_same(data, card):
    request = data.draw(requests(card))
    assert sign_hears(card, *(bytes([byte]) for byte in encode(request, card))) == [request]


@given(st.data(), CARDS, st.lists(st.integers(0), max_size=8))
def test_any_split_of_the_stream_gives_the_same_answers(data, card, cuts):
    sent = data.draw(st.lists(answers(card), max_size=4))
    stream = b"".join(encode_answer(answered, card) for answered in sent)
    assert host_hears(card, *pieces(stream, cuts)) == sent


@given(st.data(), CARDS, st.integers(1, 9), st.integers(0, 3))
def test_lost_first_bytes_and_extra_last_ones_do_no_harm(data, card, beginnings, endings):
    request = data.draw(requests(card))
    frame = b"\xa5" * beginnings + encode(request, card)[8:] + b"\x5a" * endings
    assert sign_hears(card, frame + frame) == [request, request]


@given(st.binary(max_size=400), st.data(), CARDS)
def test_noise_never_raises_and_is_overcome_at_once(noise, data, card):
    request = data.draw(requests(card))
    assert sign_hears(card, noise, encode(request, card))[-1] == request


@given(st.data(), CARDS, st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_is_never_taken_for_another_order(data, card, at, bit):
    request = data.draw(requests(card))
    frame = bytearray(encode(request, card))
    frame[at % len(frame)] ^= 1 << bit
    for heard in sign_hears(card, bytes(frame)):
        assert heard in (request, Damaged())


@given(st.binary(max_size=60), st.lists(st.integers(0), max_size=4), CARDS)
def test_a_host_hears_answers_or_a_wire_error(body, cuts, card):
    for noise in (body, wrap(body)):
        try:
            heard = host_hears(card, *pieces(noise, cuts))
        except PeerWireError:
            continue
        assert all(isinstance(one, Answered) for one in heard)


@given(st.data(), CARDS, st.binary(max_size=40))
def test_bodies_of_any_form_never_raise_in_a_card(data, card, args):
    head = encode(data.draw(requests(card)), card)
    body = Unwrapper().receive(head)[0]
    longer = body[: 16 if card.is_graphic else 14] + args
    assert sign_hears(card, wrap(longer)) == sign_hears(card, wrap(longer))


def test_a_host_passes_over_what_is_not_for_it():
    echo = encode(Request(1, Ping()), Card.BX6)
    other = encode_answer(Answered(2, Ack()), Card.BX6)
    mine = encode_answer(Answered(1, Ack()), Card.BX6)
    assert host_hears(Card.BX6, echo + other + mine, address=1) == [Answered(1, Ack())]
    elsewhere = encode_answer(Answered(1, Ack(), to=HOST + 1), Card.BX6)
    assert host_hears(Card.BX6, elsewhere) == []


def test_other_frames_of_the_family_are_damaged_to_a_card():
    assert sign_hears(Card.FONT, encode(Request(1, Ping()), Card.BX6)) == [Damaged()]
    assert sign_hears(Card.BX6, encode(Request(1, Ping()), Card.FONT)) == [Damaged()]


def relength(body, card, data):
    """Return a body with other data, and with their length."""
    head, size = (12, 4) if card.is_graphic else (12, 2)
    return body[:head] + len(data).to_bytes(size, "little") + data


@pytest.mark.parametrize(
    ("card", "command", "at", "value"),
    [
        # a frame around the area, which would have fields of its own
        (Card.BX6, PictureArea(0, 0, 0, 8, 1, b"1234"), 5 + 6 + 21, 1),
        (Card.BX6, PictureArea(0, 0, 0, 8, 1, b"1234"), 5, 2),  # two areas
        (Card.BX5, PictureArea(0, 0, 0, 8, 1, b"1"), 5 + 4 + 21, 1),
        (Card.BX6, SetBrightness(3), 5, 1),  # by the clock
        (Card.FONT, SetBrightness(3), 5, 2),  # by the clock
        (Card.FONT, UpdateAreas((), (TextArea(0, 0, 0, 8, 8, b"x"),)), 5 + 4 + 14, 1),  # spoken
    ],
)
def test_what_would_be_half_understood_is_not(card, command, at, value):
    (body,) = Unwrapper().receive(encode(Request(1, command), card))
    data = bytearray(body[16 if card.is_graphic else 14 :])
    assert data[at] != value
    data[at] = value
    (request,) = sign_hears(card, wrap(relength(body, card, bytes(data))))
    assert isinstance(request.command, Other)
    assert request.command.data == bytes(data[5:])


@given(st.data(), CARDS, st.integers(-3, 3).filter(bool))
def test_a_length_that_lies_is_damage(data, card, by):
    (body,) = Unwrapper().receive(encode(data.draw(requests(card)), card))
    length = int.from_bytes(body[12:14], "little") + by
    lying = body[:12] + (length % 0x10000).to_bytes(2, "little") + body[14:]
    assert sign_hears(card, wrap(lying)) == [Damaged()]


def test_a_frame_without_end_is_forgotten():
    decoder = SignDecoder(Card.BX6)
    decoder.receive(b"\xa5" + bytes(2 * MAX_BODY_BYTES + 100))
    assert decoder.receive(b"\x5a") == []
    assert decoder.receive(encode(Request(1, Ping()), Card.BX6)) == [Request(1, Ping())]


def test_a_bx_5k1_leaves_two_bytes_out_of_its_status():
    full = StatusIs(True, 9, None, 2, b"P001", (0, 3))  # noqa: FBT003 -- on
    frame = encode_answer(Answered(1, full), Card.FONT)
    (body,) = Unwrapper().receive(frame)
    # header, 5 bytes, 15 bytes up to the programs' name; then flag and pages
    short = body[:12] + bytes([body[12] - 2, 0]) + body[14 : 14 + 20] + body[14 + 22 :]
    assert host_hears(Card.FONT, wrap(short)) == [Answered(1, full)]


@pytest.mark.parametrize(
    ("card", "command"),
    [
        (Card.BX6, SetBrightness(16)),
        (Card.FONT, SetBrightness(-1)),
        (Card.FONT, PictureArea(0, 0, 0, 8, 8, b"")),
        (Card.FONT, AskBrightness()),
        (Card.BX5, Power(on=True)),
        (Card.BX6, PictureArea(0, 0, 0, 8, 8, bytes(MAX_BODY_BYTES))),
        (Card.BX6, PictureArea(256, 0, 0, 8, 8, b"")),
        (Card.BX6, DeleteAreas(tuple(range(255)))),
        (Card.FONT, LockProgram(b"P0000", locked=True)),
        (Card.FONT, PowerTimers(())),
        (Card.FONT, PowerTimers(((time(6), time(22)),) * 4)),
        (Card.FONT, PowerTimers(((time(22), time(6)),))),
        (Card.FONT, PowerTimers(((time(6), time(22, 0, 1)),))),
        (Card.FONT, UpdateAreas((), (TextArea(0, 0x8000, 0, 8, 8, b""),))),
        (Card.FONT, UpdateAreas((), (TextArea(0, 0, 0, 8, 8, b"", unit_px=2),))),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(card, command):
    with pytest.raises(PeerWireError):
        encode(Request(1, command), card)


def test_timers_are_hours_and_minutes_in_bcd():
    pairs = ((time(5, 30), time(11)), (time(13, 45), time(21, 59)))
    (body,) = Unwrapper().receive(encode(Request(1, PowerTimers(pairs)), Card.FONT))
    assert body[14:] == bytes.fromhex("A3 01 01 0000 02 0530 1100 1345 2159")


def test_a_graphic_cards_brightness_is_given_for_48_half_hours():
    (body,) = Unwrapper().receive(encode(Request(1, SetBrightness(7)), Card.BX6))
    assert body[16:] == bytes.fromhex("01 A2 07 3100 00") + b"\x07" * 48
