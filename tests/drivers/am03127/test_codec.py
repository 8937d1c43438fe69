"""Bytes and values. Sources of the expected bytes stand beside them."""

import json
from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise

import pytest
from am03127_packets import BLOCKS, MESSAGES, PACKETS
from hypothesis import given
from hypothesis import strategies as st

from drivers.am03127.codec import HostDecoder, SignDecoder, checksum, encode
from drivers.am03127.contents import (
    Bell,
    Block,
    Colour,
    Column,
    European,
    Face,
    Moment,
    Words,
)
from drivers.am03127.packets import (
    Addressed,
    Brightness,
    Damaged,
    DeleteAll,
    DeletePage,
    DeleteSchedule,
    Glyph,
    Graphic,
    Lag,
    Lead,
    Level,
    Method,
    Other,
    PageLine,
    Reply,
    RestoreGlyphs,
    RunPage,
    Schedule,
    SetAddress,
    SetClock,
    Speed,
    Style,
)
from drivers.errors import PeerWireError

YEARS = datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59)  # noqa: DTZ001 -- wall clock
MESSAGE = (Words("message"),)
LINE = PageLine(1, "A", Lead.IMMEDIATE, MESSAGE)


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


def test_the_golden_page_is_understood():
    (message,) = SignDecoder().receive(b"<ID01><L1><PA><FE><MA><WC><FE>message1F<E>")
    assert message == Addressed(
        1, PageLine(1, "A", Lead.SCROLL_LEFT, MESSAGE, wait_s=2, lag=Lag.SCROLL_LEFT)
    )


@pytest.mark.parametrize(
    ("packet", "body"),
    [
        (DeleteAll(), b"<D*>"),
        (RunPage("A"), b"<RPA>"),
        (Brightness(Level.QUARTER), b"<BD>"),
        # the vendor document's own example, 4.2.4
        (
            replace(LINE, contents=(Block("A", 1),), wait_s=2),
            b"<L1><PA><FA><MA><WC><FA><GA1>",
        ),
        # a Tuesday
        (SetClock(datetime(2026, 11, 24, 5, 30, 59)), b"<SC>26021124053059"),  # noqa: DTZ001
        # a Sunday, which two public hosts send as 00
        (SetClock(datetime(2026, 11, 29, 5, 30, 59)), b"<SC>26071129053059"),  # noqa: DTZ001
        # vogelchr/python-am03127 and the Maplin N01GA host: a schedule that is always on
        (Schedule("A", *YEARS, "AB"), b"<TA>00010100009912312359AB"),
        # the document's every day, 4.2.3
        (
            Schedule("E", time(7, 30), time(17, 0), "ZAZ"),
            b"<TE>00000007300000001700ZAZ",
        ),
        (DeletePage(8, "Z"), b"<DL8PZ>"),
        (DeleteSchedule("C"), b"<DTC>"),
        (RestoreGlyphs(), b"<DU>"),
        # the N01GA host: rows of 5 bits in bits 7 to 3, then 00
        (
            Glyph(Face.NORMAL, 0, bytes([0x70, 0x88, 0x88, 0xF8, 0x88, 0x88, 0x88, 0])),
            b"<FA00>\x70\x88\x88\xf8\x88\x88\x88\x00",
        ),
        (Glyph(Face.NARROW, 63, bytes(8)), b"<FC3F>" + bytes(8)),
        # audlind/led-skilt-kontrollsenter, tried on a sign: text, fonts, colours, column
        (
            PageLine(
                1,
                "A",
                Lead.SCROLL_LEFT,
                (Face.NORMAL, Colour.RED, Column(0), Words("Hei verden")),
                Method(Speed.SLOW),
                0.5,
                Lag.SCROLL_LEFT,
            ),
            b"<L1><PA><FE><Ma><WA><FE><AA><CB><N00>Hei verden",
        ),
        # the same: pictures that stay until the next is drawn
        (
            replace(LINE, contents=(Block("A", 4), Block("A", 5)), wait_s=0.5, lag=Lag.HOLD),
            b"<L1><PA><FA><MA><WA><FK><GA4><GA5>",
        ),
        # the same: Norwegian letters, bell, date and time
        (
            replace(LINE, contents=(European(0x45), Bell(0.5), Moment.TIME, Moment.DATE)),
            b"<L1><PA><FA><MA><WZ><FA><U45><BA><KT><KD>",
        ),
        # vogelchr/python-am03127: angle brackets in text
        (
            replace(LINE, contents=(Words("a<b>c"),)),
            b"<L1><PA><FA><MA><WZ><FA>a<UBC>b<UBE>c",
        ),
        # 4.2.2.3: small letters
        (
            replace(LINE, lead=Lead.SNOW, lead_apart=True, lag=Lag.VCLOSE, lag_apart=True),
            b"<L1><PA><Fl><MA><WZ><Fh>message",
        ),
    ],
)
def test_packets_are_read_and_written_as_documented(packet, body):
    data = b"<ID01>" + body + checksum(body) + b"<E>"
    assert encode(Addressed(1, packet)) == data
    assert SignDecoder().receive(data) == [Addressed(1, packet)]


@pytest.mark.parametrize(
    ("data", "packet"),
    # recorded from the public host fiveleds 0.1.0 on a Wednesday
    [
        (
            b"<ID01><L1><PA><FE><MQ><WA><FE>Hallo <CB>Welt <KT>14<E>",
            PageLine(
                1,
                "A",
                Lead.SCROLL_LEFT,
                (Words("Hallo "), Colour.RED, Words("Welt "), Moment.TIME),
                Method(Speed.FAST),
                0.5,
                Lag.SCROLL_LEFT,
            ),
        ),
        (
            b"<ID01><TA>00010100009901010000A56<E>",
            Schedule("A", YEARS[0], YEARS[1].replace(month=1, day=1, hour=0, minute=0), "A"),
        ),
        (b"<ID01><RPA>41<E>", RunPage("A")),
        (b"<ID01><BB>02<E>", Brightness(Level.THREE_QUARTERS)),
        (
            b"<ID01><SC>2603112507452412<E>",
            SetClock(datetime(2026, 11, 25, 7, 45, 24)),  # noqa: DTZ001 -- wall clock
        ),
    ],
)
def test_what_a_public_host_sends_is_read_and_written(data, packet):
    assert SignDecoder().receive(data) == [Addressed(1, packet)]
    assert encode(Addressed(1, packet)) == data


def test_published_checksums():
    # board-vectors.json and public hosts: <D*>6C, <RPA>41, <BD>04, <BE>05
    published = {b"<D*>": b"6C", b"<RPA>": b"41", b"<BD>": b"04", b"<BE>": b"05", b"": b"00"}
    assert {body: checksum(body) for body in published} == published


def test_every_letter_of_the_document_is_read():
    document = {
        b"F": "ABCDEFGHIJKLMNPQRS" + "abcdefghijklmnpqrs",
        b"M": "ABCDE" + "QRSTU" + "abcde" + "qrstu",
        b"W": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    }
    tags = [b"<L1><P", b"A", b"><F", b"A", b"><M", b"A", b"><W", b"A", b"><F", b"A", b">x"]
    for kind, letters in document.items():
        for letter in letters:
            at = tags.index(b"><" + kind) + 1
            body = b"".join([*tags[:at], letter.encode(), *tags[at + 1 :]])
            assert isinstance(read(body), PageLine), body
    methods = {read(b"<L1><PA><FA><M%c><WA><FA>" % ord(m)).method for m in document[b"M"]}
    assert methods == {Method(speed, style) for speed in Speed for style in Style}
    waits = [read(b"<L1><PA><FA><MA><W%c><FA>" % ord(w)).wait_s for w in document[b"W"]]
    assert waits == [0.5, *range(1, 26)]
    lags = [read(b"<L1><PA><FA><MA><WA><F%c>" % ord(one)).lag.value for one in "ABCDEFGHIJKa"]
    assert "".join(lags) == "ABCDEFGHIJKA"
    assert len(Colour) == 18
    assert len(Face) == 5
    bells = [read(b"<L1><PA><FA><MA><WA><FA><B%c>" % ord(one)).contents[0] for one in "ABZ"]
    assert bells == [Bell(0.5), Bell(1), Bell(13)]


def read(body):
    (message,) = SignDecoder().receive(b"<ID01>" + body + checksum(body) + b"<E>")
    return message.packet


@pytest.mark.parametrize(
    "body",
    [
        b"<BE>",  # hosts send it; no document has it
        b"<XX>",
        b"",
        b"<L9><PA><FA><MA><WA><FA>x",
        b"<L1><PA><FO><MA><WA><FA>x",
        b"<L1><PA><FA><MA><WA><FL>x",
        b"<L1><PA><FA><MA><W1><FA>x",
        b"<L1><PA><FA><MA><WA><FA><U80>",
        b"<L1><PA><FA><MA><WA><FA>\xe9",
        b"<L1><PA><FA><MA><WA><FA>a<b",
        b"<SC>26021324053059",
        b"<TA>00010100000000002359AB",
        b"<TA>00130100009912312359A",
        b"<TF>00010100009912312359A",
        b"<TA>00010100009912312359" + b"A" * 32,
        b"<FD00>" + bytes(8),
        b"<FA40>" + bytes(8),
    ],
)
def test_what_is_not_in_the_document_is_other(body):
    assert read(body) == Other(body)


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


@given(st.lists(st.one_of(st.binary(max_size=60), MESSAGES), max_size=6), st.integers(0, 200))
def test_noise_gives_the_same_however_it_is_cut(parts, size):
    data = b"".join(part if isinstance(part, bytes) else encode(part) for part in parts)
    cut = SignDecoder()
    heard = [
        one for at in range(0, len(data), size + 1) for one in cut.receive(data[at : at + size + 1])
    ]
    assert heard == SignDecoder().receive(data)


@given(st.binary(max_size=400), MESSAGES)
def test_noise_never_raises_and_is_overcome(noise, message):
    decoder = SignDecoder()
    decoder.receive(noise)
    # A frame that noise had begun swallows at most as much as a frame can hold.
    heard = []
    for _ in range(80):
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


@given(st.integers(0, 255), PACKETS)
def test_a_wrong_checksum_is_wrong_in_every_bit(address, packet):
    body = encode(Addressed(0, packet))[6:-5]
    data = encode(Damaged(address, body))
    assert SignDecoder().receive(data) == [Damaged(address, body)]
    assert int(data[-5:-3], 16) ^ int(checksum(body), 16) == 0xFF


@given(st.binary(max_size=30), st.lists(st.integers(0), max_size=4))
def test_a_host_hears_replies_or_a_wire_error(data, cuts):
    decoder = HostDecoder()
    for piece in pieces(data, cuts):
        try:
            replies = decoder.receive(piece)
        except PeerWireError:
            return
        assert all(isinstance(reply, Reply) for reply in replies)


@given(st.lists(st.sampled_from(Reply), max_size=5), st.lists(st.integers(0), max_size=5))
def test_replies_in_any_pieces(replies, cuts):
    data = b"".join(reply.value for reply in replies)
    decoder = HostDecoder()
    assert [one for piece in pieces(data, cuts) for one in decoder.receive(piece)] == replies


@pytest.mark.parametrize("named", [b"\x00", b"\x6c", b"C", b"\xff"])
def test_a_checksum_after_nack_is_let_pass(named):
    # revision 1.4A, audlind/led-skilt-kontrollsenter
    assert HostDecoder().receive(b"NACK" + named) == [Reply.NACK]
    decoder = HostDecoder()
    assert [decoder.receive(bytes([byte])) for byte in b"NACK"][-1] == [Reply.NACK]
    assert decoder.receive(named) == []
    assert decoder.receive(b"ACK") == [Reply.ACK]


def test_nothing_but_a_reply_is_a_reply():
    for noise in (b"X", b"AC!", b"xACK", b"NA\x00CK"):
        with pytest.raises(PeerWireError):
            HostDecoder().receive(noise)


@pytest.mark.parametrize(
    "packet",
    [
        Graphic(Block("A", 9), bytes(64)),
        Graphic(Block("Q", 1), bytes(64)),
        Graphic(Block("", 1), bytes(64)),
        Graphic(Block("A", 1), bytes(63)),
        Glyph(Face.LARGE, 0, bytes(8)),
        Glyph(Face.BOLD, 64, bytes(8)),
        Glyph(Face.BOLD, 0, bytes(7)),
        replace(LINE, line=9),
        replace(LINE, page="AB"),
        replace(LINE, wait_s=0.7),
        replace(LINE, wait_s=0),
        replace(LINE, wait_s=26),
        replace(LINE, contents=(Words("đ"),)),
        replace(LINE, contents=(Words(""),)),
        replace(LINE, contents=(European(0x80),)),
        replace(LINE, contents=(Column(256),)),
        replace(LINE, contents=(Bell(13.5),)),
        replace(LINE, contents=(Bell(0.7),)),
        replace(LINE, contents=(Block("A", 1),) * 250),
        Schedule("F", *YEARS, "A"),
        Schedule("A", *YEARS, ""),
        Schedule("A", *YEARS, "A" * 32),
        Schedule("A", *YEARS, "a"),
        Schedule("A", YEARS[0], time(1), "A"),
        Schedule("A", YEARS[0].replace(year=1999), YEARS[1], "A"),
        SetClock(YEARS[0].replace(year=2100)),
        RunPage("AA"),
        DeletePage(0, "A"),
        DeleteSchedule("Z"),
    ],
)
def test_what_the_dialect_cannot_carry_is_refused(packet):
    with pytest.raises(PeerWireError):
        encode(Addressed(1, packet))


def test_there_are_addresses_up_to_255():
    for message in (Addressed(256, DeleteAll()), SetAddress(-1), Damaged(256)):
        with pytest.raises(PeerWireError):
            encode(message)


def test_a_line_holds_a_bank_of_blocks():
    line = replace(LINE, contents=(Block("P", 8),) * 64)
    assert SignDecoder().receive(encode(Addressed(1, line))) == [Addressed(1, line)]


@given(BLOCKS)
def test_raw_pixels_may_look_like_anything(block):
    for data in (b"<E>" * 21 + b"<", b"<ID02>" * 10 + b"<E>1", b"\xff" * 64):
        message = Addressed(1, Graphic(block, data))
        assert SignDecoder().receive(encode(message)) == [message]
