"""CAP 1.2: read, written, read by others, and refused whatever a stranger may send."""

import pickle
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import capparser
import pytest
from capparser import capparser as peer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from controller.emergency import alert as model
from controller.emergency import bulletin, cap
from controller.emergency.alert import Alert, Area, Circle, Info, Pair, Reference, Resource
from controller.errors import BadAlert
from playlists.schedule.zones import Place

SENT = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=7)))
NAME = Reference("pctt@lienchieu.danang.gov.vn", "LC-2026-001", SENT)
SAID = bulletin.Bulletin(
    texts=(
        bulletin.Text("vi-VN", "Lũ quét", "Lũ quét tại Hòa Bắc", "Sơ tán ngay lên chỗ cao."),
        bulletin.Text("en-US", "Flash flood", "Flash flood in Hòa Bắc", "Move to high ground."),
    ),
    areas=(Area("Hòa Bắc", geocodes=(Pair("VN-DVHC", "20194"),)),),
    expires=SENT + timedelta(hours=6),
    sender_name="Ban chỉ huy phòng thủ dân sự",
)
ALERT = bulletin.issue(SAID, NAME, exercise=False)


def lines(info="", **fields):
    """Return a message as somebody else writes it."""
    told = {
        "identifier": "a-1",
        "sender": "met@example.vn",
        "sent": "2026-11-24T12:00:00+07:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        **fields,
    }
    body = "".join(f"<{tag}>{text}</{tag}>" for tag, text in told.items())
    return f'<alert xmlns="{cap.NAMESPACE}">{body}{info}</alert>'


INFO = (
    "<info><category>Met</category><event>Bão</event><urgency>Immediate</urgency>"
    "<severity>Extreme</severity><certainty>Observed</certainty>{}</info>"
)

TEXT = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="\ufffe\uffff"), max_size=12
)
WORD = st.text("abcxyzđ0123456789.-@:", min_size=1, max_size=20)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIME = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, UTC).astimezone(zone),
    st.integers(0, 4_000_000_000),
    ZONES,
)
DEGREES = st.integers(-90 * 10**7, 90 * 10**7).map(lambda value: value / 10**7)
PLACE = st.builds(Place, DEGREES, DEGREES)
POLYGON = st.lists(PLACE, min_size=3, max_size=6).map(lambda them: (*them, them[0]))
PAIR = st.builds(Pair, TEXT, TEXT)


def few(some):
    return st.lists(some, max_size=2).map(tuple)


AREA = st.builds(
    Area,
    description=TEXT,
    polygons=few(POLYGON),
    circles=few(st.builds(Circle, PLACE, st.integers(0, 20_000).map(float))),
    geocodes=few(PAIR),
    altitude_ft=st.none() | st.integers(-999, 99_999).map(lambda value: Decimal(value) / 8),
    ceiling_ft=st.none(),
)
RESOURCE = st.builds(
    Resource,
    description=TEXT,
    mime_type=TEXT,
    size_bytes=st.none() | st.integers(0, 1 << 40),
    uri=st.just("https://example.vn/a.jpg") | st.just(""),
    content=TEXT,
    digest=TEXT,
)
INFOS = st.builds(
    Info,
    categories=st.lists(st.sampled_from(model.Category), min_size=1, max_size=3).map(tuple),
    event=TEXT,
    urgency=st.sampled_from(model.Urgency),
    severity=st.sampled_from(model.Severity),
    certainty=st.sampled_from(model.Certainty),
    language=st.sampled_from(["vi", "vi-VN", "en-US", "km"]),
    responses=few(st.sampled_from(model.Response)),
    audience=TEXT,
    event_codes=few(PAIR),
    effective=st.none() | TIME,
    onset=st.none() | TIME,
    expires=st.none() | TIME,
    sender_name=TEXT,
    headline=TEXT,
    description=st.just("hai\ndòng") | TEXT,
    instruction=TEXT,
    web=st.just(""),
    contact=TEXT,
    parameters=few(PAIR),
    resources=few(RESOURCE),
    areas=few(AREA),
)
ALERTS = st.builds(
    Alert,
    identifier=WORD,
    sender=WORD,
    sent=TIME,
    status=st.sampled_from(model.Status),
    kind=st.sampled_from(model.Kind),
    scope=st.sampled_from(model.Scope),
    source=TEXT,
    restriction=TEXT,
    addresses=TEXT,
    codes=few(TEXT),
    note=TEXT,
    references=st.lists(st.builds(Reference, WORD, WORD, TIME), min_size=1, max_size=3).map(tuple),
    incidents=TEXT,
    infos=few(INFOS),
    signed=st.just(value=False),
)


@given(ALERTS)
@settings(max_examples=40)
def test_what_is_written_is_read(alert):
    assert cap.read(cap.write(alert)) == alert


def test_a_peer_reads_what_we_write():
    told = peer.parse(stringXML=cap.write(ALERT).decode())
    assert told.getIdentifier() == "LC-2026-001"
    assert told.getSender() == NAME.sender
    assert told.getSent() == "2026-11-24T12:00:00+07:00"
    assert (told.getStatus(), told.getMsgType(), told.getScope()) == ("Actual", "Alert", "Public")
    vietnamese, english = told.getInfos()
    assert vietnamese.getLanguage() == "vi-VN"
    assert vietnamese.headline[0] == "Lũ quét tại Hòa Bắc"
    assert english.instruction[0] == "Move to high ground."
    (area,) = vietnamese.area[0]
    assert area.areaDesc[0] == "Hòa Bắc"
    assert [(it.valueName[0], it.value[0]) for it in area.geocode[0]] == [("VN-DVHC", "20194")]


def test_we_read_what_a_peer_writes():
    told = capparser.Alert("TEST-7", "met@example.vn", "2026-11-24T05:00:00+00:00")
    told.setStatus(capparser.Status.Exercise)
    info = capparser.Info([capparser.Category.Met], "Bão số 9")
    info.setLanguage("vi-VN")
    info.setHeadline("Bão số 9 đổ bộ")
    area = capparser.Area("Liên Chiểu")
    area.geocode[0].append(capparser.Geocode("VN-DVHC", "490"))
    info.addArea(area)
    told.addInfo(info)
    # Python 3.11 spells the peer's words with their class; that is the peer's slip, not the file's.
    text = peer.deparse(told).decode()
    for word in ("Status", "MsgType", "Scope", "Category", "Urgency", "Severity", "Certainty"):
        text = text.replace(f"{word}.", "")
    read = cap.read(text.encode())
    assert (read.identifier, read.status) == ("TEST-7", model.Status.EXERCISE)
    assert read.sent == datetime(2026, 11, 24, 5, tzinfo=UTC)
    (said,) = read.infos
    assert (said.event, said.headline, said.language) == ("Bão số 9", "Bão số 9 đổ bộ", "vi-VN")
    assert said.areas == (Area("Liên Chiểu", geocodes=(Pair("VN-DVHC", "490"),)),)


def test_updates_and_cancels_name_all_that_came_before():
    later = bulletin.update(ALERT, SAID, "LC-2026-002", SENT + timedelta(hours=1))
    over = bulletin.cancel(later, "LC-2026-003", SENT + timedelta(hours=2))
    assert later.references == (ALERT.name,)
    assert over.references == (ALERT.name, later.name)
    assert {info.urgency for info in over.infos} == {model.Urgency.PAST}
    drill = bulletin.issue(SAID, NAME, exercise=True)
    assert bulletin.update(drill, SAID, "x", SENT).status is model.Status.EXERCISE
    for one in (later, over, drill):
        assert cap.read(cap.write(one)) == one


def test_utc_is_spelled_as_the_standard_wants_it():
    written = cap.write(replace(ALERT, sent=datetime(2026, 11, 24, 5, tzinfo=UTC), infos=()))
    assert b"<sent>2026-11-24T05:00:00-00:00</sent>" in written
    assert cap.read(written).sent == SENT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_any_encoding_that_xml_declares(encoding):
    name = "utf-16" if encoding == "utf-16-le" else encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{name}"?>{lines(INFO.format(""), note="Nuoc lên"[:4])}'
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    assert cap.read(mark + text.encode(encoding, "replace")).identifier == "a-1"


SIGNATURE = f'<Signature xmlns="{cap.SIGNATURE}"><SignedInfo/></Signature>'


def test_a_signature_is_noted_and_counts_for_nothing():
    assert cap.read(lines(SIGNATURE).encode()).signed
    assert not cap.read(lines().encode()).signed


def deep(levels):
    return f"<Signature xmlns='{cap.SIGNATURE}'>{'<a>' * levels}{'</a>' * levels}</Signature>"


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'ha'}'>" for n in range(10))
REFUSED = {
    "nothing": (b"", "not-xml"),
    "no XML": (b"\x89PNG\r\n\x1a\n", "not-xml"),
    "a NUL": (lines().encode().replace(b"a-1", b"a\x00"), "not-xml"),
    "NULs": (b"\x00" * 1000, "not-xml"),
    "cut short": (lines().encode()[:-9], "not-xml"),
    "two roots": ((lines() + lines()).encode(), "not-xml"),
    "no UTF-8": (lines(note="\xff").encode("latin-1"), "not-xml"),
    "an entity nobody declared": (lines(note="&x;").encode(), "not-xml"),
    "a document type": (f"<!DOCTYPE alert>{lines()}".encode(), "doctype"),
    "another's document type": (
        f'<!DOCTYPE alert SYSTEM "http://127.0.0.1:1/x">{lines()}'.encode(), "doctype"),
    "a file of ours": (
        f'<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>{lines(note="&x;")}'.encode(),
        "doctype"),
    "a parameter entity": (
        f'<!DOCTYPE alert [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x">%x;]>{lines()}'.encode(),
        "doctype"),
    "a billion laughs": (
        f"<!DOCTYPE alert [{LAUGHS}]>{lines(note='&l9;')}".encode(), "not-xml"),
    "laughs in an attribute": (
        f"<!DOCTYPE alert [{LAUGHS}]>".encode() + lines("<a b='&l9;'/>").encode(), "not-xml"),
    "one large laugh": (
        f"<!DOCTYPE alert [<!ENTITY l '{'ha' * 200_000}'>]>{lines(note='&l;' * 100_000)}".encode(),
        "not-xml"),
    "50 MB": (lines(note="x" * (50 << 20)).encode(), "too-large"),
    "deep nesting": (lines(deep(100_000)).encode(), "not-xml"),
    "CAP 1.1": (lines().replace("cap:1.2", "cap:1.1").encode(), "namespace"),
    "no namespace": (lines().replace(f' xmlns="{cap.NAMESPACE}"', "").encode(), "namespace"),
    "another document": (b"<rss version='2.0'/>", "namespace"),
    "an unknown status": (lines(status="Real").encode(), "schema"),
    "an unknown element": (lines("<hack/>").encode(), "schema"),
    "a time in Z": (lines(sent="2026-11-24T05:00:00Z").encode(), "schema"),
    "no time": (lines(sent="hôm nay").encode(), "schema"),
    "no such day": (lines(sent="2026-02-30T05:00:00+07:00").encode(), "schema"),
    "24 o'clock": (lines(sent="2026-11-24T24:00:00+07:00").encode(), "standard"),
    "before year 1": (lines(sent="0001-01-01T00:00:00+07:00").encode(), "standard"),
    "a comma": (lines(identifier="a,b").encode(), "standard"),
    "white space": (lines(sender="a b").encode(), "standard"),
    "no identifier": (lines(identifier="  ").encode(), "standard"),
    "a long name": (lines(identifier="a" * 300).encode(), "standard"),
    "an update of nothing": (lines(msgType="Update").encode(), "standard"),
    "a bad reference": (lines(msgType="Cancel", references="a,b").encode(), "standard"),
    "many infos": (lines(INFO.format("") * 51).encode(), "standard"),
    "a huge number": (
        lines(INFO.format("<resource><resourceDesc>x</resourceDesc><mimeType>a/b</mimeType>"
                          f"<size>{'9' * 5000}</size></resource>")).encode(), "standard"),
}  # fmt: skip
SHAPES = {
    "<polygon>10,106 11,106 11,107 10,107</polygon>": "open",
    "<polygon>10,106 10,106</polygon>": "two corners",
    "<polygon/>": "none",
    "<polygon>10,106 x,106 11,107 10,106</polygon>": "no number",
    "<polygon>10,106 nan,106 11,107 10,106</polygon>": "not a number",
    "<polygon>10,106 1e1,106 11,107 10,106</polygon>": "an exponent",
    "<polygon>91,106 10,106 11,107 91,106</polygon>": "above the pole",
    "<circle>10,106</circle>": "no radius",
    "<circle>10,106 -1</circle>": "less than nothing",
    "<circle>10,106 99999</circle>": "larger than the earth",
    f"<polygon>{'10,106 ' * 10_001}</polygon>": "many corners",
    f"<altitude>{'1' * 500}</altitude>": "many digits",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_and_why(what):
    data, reason = REFUSED[what]
    with pytest.raises(BadAlert) as caught:
        cap.read(data)
    assert caught.value.facts["reason"] == reason, caught.value
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPES.values())
def test_shapes_that_are_none(shape):
    area = f"<area><areaDesc>x</areaDesc>{shape}</area>"
    with pytest.raises(BadAlert, match="standard"):
        cap.read(lines(INFO.format(area)).encode())


BOMBS = ("a billion laughs", "laughs in an attribute", "one large laugh", "50 MB", "deep nesting")
CAGED = """
    import pickle, resource, sys
    from controller.emergency import cap
    from controller.errors import BadAlert
    bombs, harmless = pickle.load(sys.stdin.buffer)
    cap.read(harmless)
    pages = int(open("/proc/self/statm").read().split()[0])
    limit = pages * resource.getpagesize() + (32 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    for bomb in bombs:
        try:
            cap.read(bomb)
        except BadAlert:
            continue
        sys.exit("it was read")
"""


def test_a_bomb_takes_neither_memory_nor_time():
    bombs = [REFUSED[what][0] for what in BOMBS]
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CAGED)],
        input=pickle.dumps((bombs, VALID)),
        check=True,
    )


VALID = cap.write(ALERT)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"<")
def test_any_bytes_are_an_alert_or_one_kind_of_error(data):
    with pytest.raises(BadAlert):
        cap.read(data)


@given(st.data())
def test_a_message_with_a_few_wrong_bytes(data):
    spoiled = bytearray(VALID)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(spoiled) - 1))
        spoiled[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    try:
        alert = cap.read(bytes(spoiled))
    except BadAlert:
        return
    assert cap.read(cap.write(alert)) == alert


def test_what_cannot_be_written_is_refused():
    for wrong in (
        replace(ALERT, note="\x00"),
        replace(ALERT, note="\ud800"),
        replace(ALERT, identifier="a b"),
        replace(ALERT, kind=model.Kind.UPDATE),
        replace(ALERT, note="x" * (2 << 20)),
        replace(ALERT, infos=(replace(ALERT.infos[0], categories=()),)),
    ):
        with pytest.raises(BadAlert):
            cap.write(wrong)
