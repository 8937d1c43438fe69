"""The simulated sign on its own: what it shows, what it refuses, and with which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.dialect import Carrier, Site
from drivers.errors import PeerSilent
from drivers.ntcip import codec, objects
from drivers.ntcip.activation import BLANK, FOR_EVER, Activation, MessageId
from drivers.ntcip.ber import COUNTER, Counted
from drivers.ntcip.manager import ObjectRefused
from drivers.ntcip.objects import (
    ActivateError,
    ControlMode,
    GraphicStatus,
    IllumControl,
    MemoryType,
    MessageStatus,
    MultiError,
    SourceMode,
    ValidateError,
)
from drivers.ntcip.snmp import Error, Kind, Message
from playlists.text.frame import Geometry
from simulator.boards.board import Fault
from simulator.boards.ntcip import NtcipSign

CHANGEABLE = MemoryType.CHANGEABLE
CURRENT = MemoryType.CURRENT, 1


def activate(desk, message, priority=255, duration_min=FOR_EVER):
    desk.put(objects.ACTIVATE, Activation(message, priority, duration_min).encode())


def refused(desk, message, priority=255):
    with pytest.raises(ObjectRefused) as caught:
        activate(desk, message, priority)
    assert caught.value.code == Error.GEN_ERR
    assert desk.get(objects.SHORT_ERROR) == 1 << 7  # the bit "message error"
    return desk.get(objects.ACTIVATE_ERROR)


def test_a_plain_text_of_another_system_is_set_and_shown(desk):
    message = MessageId(CHANGEABLE, 3, desk.define(3, b"[jp3][jl3]ABC"))
    assert desk.sign.frame() == desk.dark
    activate(desk, message)
    assert desk.sign.frame() != desk.dark
    assert desk.get(objects.MESSAGE_MULTI, *CURRENT) == b"[jp3][jl3]ABC"
    assert desk.get(objects.TABLE_SOURCE) == message.encode()
    assert desk.get(objects.SOURCE_MODE) == SourceMode.CENTRAL
    left, middle = desk.sign.frame(), None
    activate(desk, MessageId(CHANGEABLE, 4, desk.define(4, b"[jp3][jl2]ABC")))
    middle = desk.sign.frame()
    assert left != middle


def test_pages_follow_each_other_in_their_time(desk):
    activate(desk, MessageId(CHANGEABLE, 1, desk.define(1, b"[pt10o5]A[np]B")))
    first = desk.sign.frame()
    desk.wire.pause(1.2)
    assert desk.sign.frame() == desk.dark
    desk.wire.pause(0.4)
    second = desk.sign.frame()
    assert desk.dark not in {first, second}
    assert first != second


# The four cases and their words: NTCIP 1203, dmsActivateMsgError; a public test bench has found
# Daktronics signs to answer just so.


def test_a_wrong_checksum_is_refused(desk):
    crc = desk.define(1, b"A")
    assert refused(desk, MessageId(CHANGEABLE, 1, crc ^ 1)) == ActivateError.MESSAGE_CRC


def test_an_empty_row_is_refused(desk):
    assert refused(desk, MessageId(CHANGEABLE, 2, 0)) == ActivateError.MESSAGE_STATUS


def test_a_row_that_is_not_there_is_refused(desk):
    assert refused(desk, MessageId(CHANGEABLE, 999, 0)) == ActivateError.MESSAGE_NUMBER


def test_memory_that_is_not_there_is_refused(desk):
    assert refused(desk, MessageId(MemoryType.VOLATILE, 1, 0)) == ActivateError.MESSAGE_MEMORY_TYPE


def test_less_priority_than_what_is_shown_is_refused(desk):
    high = MessageId(CHANGEABLE, 1, desk.define(1, b"HIGH", priority=200))
    low = MessageId(CHANGEABLE, 2, desk.define(2, b"LOW", priority=10))
    activate(desk, high, priority=50)
    assert refused(desk, low, priority=199) == ActivateError.PRIORITY
    activate(desk, low, priority=200)
    activate(desk, high, priority=10)


def test_a_switch_at_the_cabinet_is_stronger(desk):
    desk.sign.controller.mib.cells[objects.CONTROL_MODE.at()] = int(ControlMode.LOCAL)
    assert refused(desk, MessageId(MemoryType.BLANK, 1, 0)) == ActivateError.LOCAL_MODE
    with pytest.raises(ObjectRefused):
        desk.put(objects.CONTROL_MODE, int(ControlMode.LOCAL))


def test_a_graphic_that_has_changed_since_is_refused(desk):
    desk.board.show(desk.picture(1))
    text = desk.get(objects.MESSAGE_MULTI, *CURRENT)
    row = int(text[2:].split(b",")[0])
    desk.define(16, text)
    crc = desk.get(objects.MESSAGE_CRC, CHANGEABLE, 16)
    activate(desk, MessageId(MemoryType.BLANK, 1, 0))
    desk.put(objects.GRAPHIC_STATUS, int(GraphicStatus.MODIFY_REQ), row)
    assert refused(desk, MessageId(CHANGEABLE, 16, crc)) == ActivateError.SYNTAX_MULTI
    assert desk.get(objects.MULTI_ERROR) == MultiError.GRAPHIC_NOT_DEFINED
    desk.put(objects.GRAPHIC_BLOCK, bytes(128), row, 1)
    desk.put(objects.GRAPHIC_STATUS, int(GraphicStatus.READY_REQ), row)
    desk.wire.pause(1)
    assert refused(desk, MessageId(CHANGEABLE, 16, crc)) == ActivateError.SYNTAX_MULTI
    assert desk.get(objects.MULTI_ERROR) == MultiError.GRAPHIC_ID


def test_a_message_that_is_no_multi_is_in_error(desk):
    desk.define(1, b"AB[xx]")
    assert desk.get(objects.MESSAGE_STATUS, CHANGEABLE, 1) == MessageStatus.ERROR
    assert desk.get(objects.VALIDATE_ERROR) == ValidateError.SYNTAX_MULTI
    assert desk.get(objects.MULTI_ERROR) == MultiError.UNSUPPORTED_TAG
    assert desk.get(objects.MULTI_ERROR_AT) == 2


def test_rows_change_only_while_they_are_modified(desk):
    with pytest.raises(ObjectRefused):
        desk.put(objects.MESSAGE_MULTI, b"A", CHANGEABLE, 1)
    with pytest.raises(ObjectRefused):
        desk.put(objects.MESSAGE_MULTI, b"A", MemoryType.BLANK, 1)
    with pytest.raises(ObjectRefused):
        desk.put(objects.GRAPHIC_BLOCK, bytes(8), 1, 1)
    with pytest.raises(ObjectRefused):
        desk.put(objects.MESSAGE_STATUS, int(MessageStatus.VALIDATE_REQ), CHANGEABLE, 1)


def test_a_graphic_on_show_cannot_be_changed(desk):
    desk.board.show(desk.picture(1))
    row = int(desk.get(objects.MESSAGE_MULTI, *CURRENT)[2:].split(b",")[0])
    assert desk.get(objects.GRAPHIC_STATUS, row) == GraphicStatus.IN_USE
    for wanted in (GraphicStatus.MODIFY_REQ, GraphicStatus.NOT_USED_REQ):
        with pytest.raises(ObjectRefused):
            desk.put(objects.GRAPHIC_STATUS, int(wanted), row)
    assert desk.sign.frame() == desk.picture(1)


def test_half_a_graphic_is_never_ready(desk):
    desk.put(objects.GRAPHIC_STATUS, int(GraphicStatus.MODIFY_REQ), 1)
    for one, value in (
        (objects.GRAPHIC_NUMBER, 1),
        (objects.GRAPHIC_HEIGHT, 16),
        (objects.GRAPHIC_WIDTH, 64),
    ):
        desk.put(one, value, 1)
    desk.put(objects.GRAPHIC_BLOCK, bytes(100), 1, 1)
    with pytest.raises(ObjectRefused):
        desk.put(objects.GRAPHIC_STATUS, int(GraphicStatus.READY_REQ), 1)
    with pytest.raises(ObjectRefused):
        desk.put(objects.GRAPHIC_BLOCK, bytes(513), 1, 1)
    with pytest.raises(ObjectRefused):
        desk.put(objects.GRAPHIC_BLOCK, bytes(1), 1, 2)
    desk.sign.fail(Fault.POWER_CUT)
    assert desk.get(objects.GRAPHIC_STATUS, 1) == GraphicStatus.NOT_USED


def test_all_is_set_or_nothing(desk):
    with pytest.raises(ObjectRefused) as caught:
        desk.host.set(
            (objects.COMM_LOSS_MIN.at(), 5),
            (objects.SHORT_LOSS_S.at(), b"no number"),
        )
    assert caught.value.code == Error.BAD_VALUE
    assert caught.value.oid == objects.SHORT_LOSS_S.at()
    assert desk.get(objects.COMM_LOSS_MIN) == 0
    for read_only in (objects.SIGN_TYPE, objects.MESSAGE_CRC):
        with pytest.raises(ObjectRefused) as caught:
            desk.put(read_only, 1)
        assert caught.value.code == Error.NO_SUCH_NAME


def test_a_message_ends_with_its_time(desk):
    activate(desk, MessageId(CHANGEABLE, 1, desk.define(1, b"A")), duration_min=2)
    desk.put(objects.END_DURATION, MessageId(MemoryType.BLANK, 1, 0).encode())
    desk.wire.pause(61)
    assert desk.get(objects.TIME_REMAINING_MIN) == 1
    assert desk.sign.frame() != desk.dark
    desk.wire.pause(60)
    assert desk.sign.frame() == desk.dark
    assert desk.get(objects.SOURCE_MODE) == SourceMode.END_DURATION


def test_from_the_factory_it_goes_on_after_a_loss_of_power(desk):
    activate(desk, MessageId(CHANGEABLE, 1, desk.define(1, b"A")))
    desk.sign.fail(Fault.POWER_CUT)
    assert desk.sign.frame() != desk.dark
    assert desk.get(objects.SOURCE_MODE) == SourceMode.POWER_RECOVERY


def test_its_brightness_is_changed_by_hand_only_in_manual_mode(desk):
    with pytest.raises(ObjectRefused):
        desk.put(objects.ILLUM_WANTED, 3)
    desk.put(objects.ILLUM_CONTROL, int(IllumControl.MANUAL_DIRECT))
    desk.put(objects.ILLUM_WANTED, 3)
    assert desk.get(objects.ILLUM_LEVEL) == 3
    with pytest.raises(ObjectRefused):
        desk.put(objects.ILLUM_WANTED, 9)


def test_its_clock_goes(desk):
    desk.put(objects.GLOBAL_TIME, Counted(COUNTER, 1_800_000_000))
    desk.wire.pause(60)
    assert desk.get(objects.GLOBAL_TIME) == Counted(COUNTER, 1_800_000_060)
    assert desk.get(objects.LOCAL_TIME) == Counted(COUNTER, 1_800_000_060 + 7 * 3600)


def test_a_stranger_gets_no_answer(desk, site):
    question = Message(b"public", Kind.GET, 1, ((objects.SIGN_TYPE.at(), None),))
    assert desk.sign.receive(codec.encode(question, site)) == b""
    assert desk.sign.receive(b"") == b""
    desk.sign.fail(Fault.WRONG_ADDRESS)
    with pytest.raises(PeerSilent):
        desk.get(objects.SIGN_TYPE)


def test_it_can_be_walked_through(desk, site):
    def after(oid):
        question = Message(site.community.encode(), Kind.GET_NEXT, 1, ((oid, None),))
        (answer,) = codec.HostDecoder(site, question).receive(
            desk.sign.receive(codec.encode(question, site))
        )
        return answer

    assert after(objects.DMS).bindings == ((objects.SIGN_ACCESS.at(), 1),)
    assert after(objects.SIGN_ACCESS.at()).bindings == ((objects.SIGN_TYPE.at(), 6),)
    assert after((2, 39)).error == Error.NO_SUCH_NAME


NUMBERS = st.one_of(st.integers(0, 12), st.integers(-(2**31), 2**31 - 1))
ROWS = st.lists(st.integers(0, 8), max_size=3)
VALUES = st.one_of(NUMBERS, st.binary(max_size=12), st.none(), st.just(BLANK.encode()))
SETTINGS = st.lists(
    st.builds(
        lambda one, row, value: ((*one.place, *(row or [0])), value),
        st.sampled_from([one for one in objects.ALL if one.writable]),
        ROWS,
        VALUES,
    ),
    max_size=4,
)


@given(st.lists(st.tuples(SETTINGS, st.booleans(), st.booleans()), max_size=12))
def test_whatever_it_is_told_it_answers_and_shows_something(story):
    site = Site(Geometry(64, 16), community="x", over=Carrier.UDP)
    now_s = 0.0
    sign = NtcipSign(site, lambda: now_s)
    for number, (bindings, waits, cut) in enumerate(story):
        question = Message(b"x", Kind.SET, number, tuple(bindings))
        (answer,) = codec.HostDecoder(site, question).receive(
            sign.receive(codec.encode(question, site))
        )
        assert answer.request_id == number
        now_s += 3_600 * waits
        if cut:
            sign.fail(Fault.POWER_CUT)
        assert sign.frame().geometry == site.geometry
