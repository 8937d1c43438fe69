"""Topics, envelopes and messages: vectors of docs/protocols/link.md, round trips, garbage."""

import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from plans import at

from firmware_bridge.errors import LinkWireError, RefusalReason, Refused
from firmware_bridge.link import topics
from firmware_bridge.link.envelope import Domain, key_id, open_sealed, seal, trusted
from firmware_bridge.link.messages import (
    Ack,
    AsRun,
    AsRunStored,
    EndReason,
    FirmwareOrder,
    FirmwareReport,
    FirmwareStage,
    Stage,
    State,
)
from firmware_bridge.link.topics import Address, Channel

# RFC 8032, section 7.1, TEST 1: the key pair that everybody's Ed25519 is checked with.
RFC_SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
RFC_PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
KEY = Ed25519PrivateKey.from_private_bytes(RFC_SECRET)
KEYS = trusted(RFC_PUBLIC)

ACK = Ack(7, "ab" * 32, Stage.READY, at(0), 2, 3, "asset-unavailable", "cd: 404")
STATE = State(
    session="0f" * 8,
    online=True,
    at=at(1),
    plan_version=7,
    plan_sha256="ab" * 32,
    broadcast="b1",
    occurrence="b1@2026-11-24T05:00:00.000Z",
    asset="cd" * 32,
    since=at(0),
    until=at(60),
    why="một mình",
)
WILL = State("0f" * 8, online=False, at=None)
ASRUN = AsRun(4, "b1", "b1@x", "cd" * 32, at(0), at(0.5), at(60), EndReason.FINISHED)
DRIVEN = replace(ASRUN, started_where=(21.028511, 105.854167), ended_where=(-21.03, -105.86))
MISSED = replace(ASRUN, started_at=None, end_reason=EndReason.MISSED, detail="muộn")
STORED = AsRunStored("demo", "bang-1", 4, at(600))
REPORT = FirmwareReport(1_764_046_800_000, "1.1.0", FirmwareStage.WRITING, 120, 293)
FITTED = replace(STATE, firmware=REPORT)
ORDER = FirmwareOrder("demo", "bang-1", 1_764_046_800_000, "1.1.0", "cd" * 32, 150_152)
NOTHING = replace(ORDER, version="", sha256=None, size_bytes=0)
MESSAGES = [ACK, STATE, WILL, FITTED, ASRUN, DRIVEN, MISSED, STORED, ORDER, NOTHING]


def test_topics():
    name = topics.topic("demo", "bang-1", Channel.PLAN)
    assert name == "signcast/v1/demo/bang-1/plan"
    assert topics.parse(name) == Address("demo", "bang-1", Channel.PLAN)
    assert topics.every_device("demo", Channel.ACK) == "signcast/v1/demo/+/ack"
    assert not topics.is_name(topics.panel_user("bang-1"))


@pytest.mark.parametrize(
    "name", ["", "+", "#", "a/b", "a.b", "A", "-a", "a-", "ả", "a" * 64, "a\n"]
)
def test_names_that_would_reach_further_are_none(name):
    assert not topics.is_name(name)
    with pytest.raises(LinkWireError):
        topics.topic("demo", name, Channel.PLAN)


@given(st.text(max_size=60))
def test_any_topic_is_ours_or_refused(text):
    try:
        address = topics.parse(text)
    except LinkWireError:
        return
    assert topics.topic(address.tenant, address.device, address.channel) == text


def test_the_envelope_vector_by_hand():
    """Put together here from RFC 8032's key, without our own `seal`."""
    payload = b'{"format":1}'
    signature = KEY.sign(b"signcast/plan/v1\0" + payload)
    envelope = hashlib.sha256(RFC_PUBLIC).digest()[:8] + signature + payload
    assert envelope[:8].hex() == "21fe31dfa154a261"
    assert seal(payload, Domain.PLAN, KEY) == envelope
    assert open_sealed(envelope, Domain.PLAN, KEYS) == payload
    assert key_id(Ed25519PublicKey.from_public_bytes(RFC_PUBLIC)) == envelope[:8]


def test_the_document_shows_this_vector(request):
    text = (request.config.rootpath / "docs" / "protocols" / "link.md").read_text("utf-8")
    assert seal(b'{"format":1}', Domain.PLAN, KEY).hex() in "".join(text.split())
    for message in (ACK, STATE, ASRUN, STORED, ORDER):
        assert message.encode().decode() in text
    report = json.dumps(REPORT.to_json(), sort_keys=True, separators=(",", ":"))
    assert report in text


@given(st.binary(max_size=300), st.sampled_from(Domain), st.sampled_from(Domain))
def test_an_envelope_opens_for_its_own_purpose_only(payload, sealed_for, opened_as):
    envelope = seal(payload, sealed_for, KEY)
    if sealed_for is opened_as and payload:
        assert open_sealed(envelope, opened_as, KEYS) == payload
    else:
        with pytest.raises(Refused):
            open_sealed(envelope, opened_as, KEYS)


@given(st.binary(max_size=200))
def test_garbage_is_no_envelope(data):
    with pytest.raises(Refused) as caught:
        open_sealed(data, Domain.PLAN, KEYS)
    assert caught.value.reason in {RefusalReason.NOT_A_PLAN, RefusalReason.UNKNOWN_KEY}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_messages_come_back_as_they_were(message):
    assert type(message).decode(message.encode()) == message


@pytest.mark.parametrize("kind", [Ack, State, AsRun, AsRunStored, FirmwareOrder])
@given(data=st.one_of(st.binary(max_size=200), st.just(b"[" * 60_000), st.just(b" " * 70_000)))
def test_garbage_is_no_message(kind, data):
    with pytest.raises(LinkWireError):
        kind.decode(data)


STRANGE = st.sampled_from([None, True, -1, 1.5, 1 << 60, "", "x" * 501, [], {}, "2026", "\ud800"])


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
@given(data=st.data())
def test_one_strange_field_is_refused_or_a_message(message, data):
    document = json.loads(message.encode())
    document[data.draw(st.sampled_from(sorted(document)))] = data.draw(STRANGE)
    try:
        read = type(message).decode(json.dumps(document).encode())
    except LinkWireError:
        return
    assert type(message).decode(read.encode()) == read


@given(data=st.data())
def test_a_strange_firmware_report_is_refused_or_one(data):
    document = json.loads(FITTED.encode())
    name = data.draw(st.sampled_from(sorted(REPORT.to_json())))
    document["firmware"][name] = data.draw(STRANGE)
    try:
        read = State.decode(json.dumps(document).encode())
    except LinkWireError:
        return
    assert State.decode(read.encode()) == read


def test_a_state_of_a_gateway_that_knows_no_firmware_is_read_as_ever():
    assert b"firmware" not in STATE.encode()
    assert State.decode(STATE.encode()).firmware is None
    document = json.loads(STATE.encode()) | {"firmware": None}
    assert State.decode(json.dumps(document).encode()) == STATE


def test_places_have_six_decimals_and_the_others_say_nothing_of_them():
    told = json.loads(replace(DRIVEN, started_where=(21.02851149, 105.0)).encode())
    assert (told["started_lat"], told["started_lon"]) == (21.028511, 105)
    assert not [name for name in json.loads(ASRUN.encode()) if name.endswith(("lat", "lon"))]


@pytest.mark.parametrize(
    "more",
    [
        {"started_lat": 91, "started_lon": 0},
        {"ended_lat": 0, "ended_lon": 180.1},
        {"started_lat": 21.0},
        {"started_lat": True, "started_lon": 1},
        {"started_lat": "21", "started_lon": "105"},
    ],
)
def test_places_that_are_none_are_refused(more):
    document = {**json.loads(ASRUN.encode()), **more}
    with pytest.raises(LinkWireError):
        AsRun.decode(json.dumps(document).encode())
