"""XML that comes from a card is hostile; XML that goes to it reads as the vendor's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.huidu import documents
from drivers.huidu.documents import MAX_DEPTH, Node, node
from drivers.huidu.packets import MAX_XML_BYTES

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
TEXTS = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"),
    max_size=20,
)
NODES = st.recursive(
    st.builds(Node, NAMES, st.dictionaries(NAMES, TEXTS, max_size=3)),
    lambda inner: st.builds(
        Node,
        NAMES,
        st.dictionaries(NAMES, TEXTS, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=6,
)

BOMB = """<!DOCTYPE sdk [<!ENTITY a "kSuccess"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<sdk guid="&b;"><out method="GetFiles" result="&a;"/></sdk>"""


def test_the_vendors_questions_are_read():
    # huidutech/sdk, SDKClient.cs, SendGetIFVersion
    asked = documents.read_question(
        b'<?xml version="1.0" encoding="utf-8"?>\n<sdk guid="##GUID">\n'
        b'    <in method="GetIFVersion">\n        <version value="1000000"/>\n    </in>\n</sdk>\n'
    )
    assert (asked.guid, asked.method) == ("##GUID", "GetIFVersion")
    assert asked.body.first("version").get("value") == "1000000"
    ours = documents.ask("##GUID", "GetIFVersion", node("version", value="1000000"))
    assert documents.read_question(ours) == asked
    # setting/AdjustTime.cs, SetTimeInfo
    time = documents.read_question(
        b'<sdk guid="{1}"><in method="SetTimeInfo">'
        b'<timezone value="(UTC+08:00)Beijing,Chongqing,HongKong,Urumchi"/>'
        b'<summer enable="false"/><sync value="none"/><time value="2017-09-06 08:11:06"/>'
        b"</in></sdk>\n"
    )
    assert time.body.first("time").get("value") == "2017-09-06 08:11:06"


def test_a_real_cards_answer_is_read():
    # okawari's hd_test.py quotes what a C16L answered; attributes come in any order.
    reply = documents.read_reply(
        b'<?xml version="1.0" encoding="utf-8"?>\n<sdk guid="{a-b}">\n'
        b'  <out method="GetDeviceInfo" result="kSuccess">\n'
        b'    <device cpu="RK.px30" model="C16L" name="BoxPlayer" id="C16L-D24-000A2"/>\n'
        b"  </out>\n</sdk>\n\0"
    )
    assert reply.result == documents.SUCCESS
    assert reply.body.first("device").get("model") == "C16L"
    assert reply.body.first("nothing").get("model") == ""


@given(TEXTS, NAMES, TEXTS, st.lists(NODES, max_size=3))
def test_what_is_written_is_read(guid, method, result, children):
    asked = documents.read_question(documents.ask(guid, method, *children))
    assert (asked.guid, asked.method, list(asked.body.children)) == (guid, method, children)
    told = documents.read_reply(documents.answer(guid, method, result, *children))
    assert (told.guid, told.method, told.result) == (guid, method, result)
    assert list(told.body.children) == children


def test_vietnamese_and_markup_survive():
    name = "Xã Tân Thạnh: <\"họp\"> & 'mít tinh'"
    told = documents.read_reply(documents.answer("", "X", "kSuccess", node("name", value=name)))
    assert told.body.first("name").get("value") == name


@pytest.mark.parametrize(
    "data", [BOMB.encode(), BOMB.encode("utf-16"), b"<!DOCTYPE sdk>" + b"<sdk/>"]
)
def test_a_document_type_is_refused(data):
    with pytest.raises(PeerWireError):
        documents.read_reply(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<sdk>",
        b"<sdk/>",
        b"<html><out/></html>",
        b"<sdk><out/><out/></sdk>",
        b"<sdk><in method='X'/></sdk>",
        b"<sdk>&unknown;</sdk>",
        b'<sdk guid="\xff"/>',
        b"<sdk><out method='a'/></sdk><sdk/>",
        b"<a>" * 200 + b"</a>" * 200,
        b"<sdk>" + b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH + b"</sdk>",
        b"<sdk><out/>" + b" " * MAX_XML_BYTES + b"</sdk>",
    ],
)
def test_whatever_is_no_answer_is_a_wire_error(data):
    with pytest.raises(PeerWireError):
        documents.read_reply(data)


@given(st.binary(max_size=200))
def test_noise_is_a_wire_error(data):
    with pytest.raises(PeerWireError):
        documents.parse(data)


@given(st.lists(st.integers(0), min_size=1, max_size=3))
def test_damaged_answers_are_read_or_a_wire_error(flips):
    data = bytearray(documents.answer("{1}", "GetFiles", "kSuccess", node("file", name="a.png")))
    for flip in flips:
        data[flip // 8 % len(data)] ^= 1 << flip % 8
    try:
        documents.read_reply(bytes(data))
    except PeerWireError:
        return


def test_an_encoding_of_its_own_is_overruled():
    data = b'<?xml version="1.0" encoding="utf-16"?><sdk guid="\xc3\xa0"><out/></sdk>'
    assert documents.read_reply(data).guid == "à"
