"""Templates and emergencies on a real database, real pictures, real speech: approved, pressed,
ended, reviewed; a drill is no emergency."""

from dataclasses import replace

import parts
import pytest

from controller.emergency.emergencies import (
    NotApproved,
    OwnEmergency,
    ShownOtherwise,
    StillOn,
)
from controller.emergency.model import Call, Mode, Said, Slot, TemplateDraft
from controller.emergency.templates import NotReady
from controller.errors import Invalid, UnknownTarget
from controller.life import ContentChanged, OwnWork, TwoPersons
from controller.model import BroadcastState, Person
from controller.store import places, plans
from playlists.audio.speech import espeak
from playlists.schedule import arbiter, plan
from playlists.schedule.plan import BroadcastClass

LAN = Person("1", "Lan", may_approve_alone=False)
MINH = Person("2", "Minh", may_approve_alone=False)
FLOOD = TemplateDraft(
    name="Xả lũ",
    alarm=Said("Hồ xả lũ, rời bờ sông", "Hồ đang xả lũ. Mời bà con rời bờ sông."),
    all_clear=Said("Hết xả lũ", "Đã hết xả lũ."),
)
FIRE = replace(
    FLOOD,
    name="Cháy",
    alarm=Said("Cháy ở {nơi}", "Có cháy ở {nơi}."),
    all_clear=Said("Hết cháy ở {nơi}", "Đã hết cháy ở {nơi}."),
    slots=(Slot("nơi", ("chợ", "trường")),),
)


@pytest.fixture(autouse=True)
def _speech():
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")


def approved(services, draft):
    made = services.templates.create(draft, LAN)
    return services.templates.approve(made.id, MINH, seen=made.content_sha256)


def pressed(services, template, *targets, mode=Mode.REAL, by=LAN, **slots):
    call = Call(template.id, targets or ("area:quan",), mode, slots)
    shown = services.emergencies.preview(call, by)
    return services.emergencies.press(call, by, confirm=shown.confirm)


def plan_of(services, device):
    with services.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload)


def on(services, clock, device):
    exclusive = device.startswith("loa")
    return arbiter.decide(plan_of(services, device), clock.now(), exclusive=exclusive).on


def test_nobody_presses_what_nobody_else_approved(services):
    made = services.templates.create(FLOOD, LAN)
    with pytest.raises(NotApproved):
        services.emergencies.preview(Call(made.id, ("area:quan",), Mode.REAL), LAN)
    with pytest.raises(OwnWork):
        services.templates.approve(made.id, LAN, seen=made.content_sha256)
    with pytest.raises(ContentChanged):
        services.templates.approve(made.id, MINH, seen="0" * 64)
    bare = services.templates.create(replace(FLOOD, all_clear=None), LAN)
    with pytest.raises(NotReady):
        services.templates.approve(bare.id, MINH, seen=bare.content_sha256)
    good = services.templates.approve(made.id, MINH, seen=made.content_sha256)
    other = replace(FLOOD, name="Xả lũ khẩn")
    edited = services.templates.edit(good.id, other, MINH, seen=good.content_sha256)
    assert edited.approved_by is None
    with pytest.raises(OwnWork):
        services.templates.approve(edited.id, MINH, seen=edited.content_sha256)
    with pytest.raises(NotApproved):
        services.emergencies.preview(Call(made.id, ("area:quan",), Mode.REAL), LAN)


def test_one_action_reaches_every_board_and_loudspeaker_at_once(services, clock):
    template = approved(services, FLOOD)
    call = Call(template.id, ("area:quan",), Mode.REAL)
    shown = services.emergencies.preview(call, LAN)
    assert (shown.boards, shown.speakers, len(shown.silent)) == (3, 2, 5)
    with pytest.raises(ShownOtherwise):
        services.emergencies.press(call, LAN, confirm="0" * 64)
    emergency = services.emergencies.press(call, LAN, confirm=shown.confirm)
    for device in ("bang-1", "bang-2", "bang-3", "loa-1", "loa-2"):
        (item,) = on(services, clock, device)
        assert item.broadcast in emergency.broadcasts
        assert item.broadcast_class is BroadcastClass.EMERGENCY
    first = on(services, clock, "loa-2")[0].occurrence
    clock.turn(seconds=61)
    again = on(services, clock, "loa-2")[0].occurrence
    assert first != again, "it is said again"
    clock.turn(seconds=FLOOD.duration_s)
    assert not on(services, clock, "bang-1"), "it ends by itself"


def test_files_lie_ready_before_it_is_pressed(services, clock):
    template = approved(services, FLOOD)
    before = {one: plan_of(services, one) for one in ("bang-1", "bang-3", "loa-1")}
    emergency = pressed(services, template)
    for device, known in before.items():
        assert len(known.pinned) == 2
        assert on(services, clock, device)[0].asset in known.pinned
    services.emergencies.clear(emergency.id, LAN)
    for device, known in before.items():
        assert on(services, clock, device)[0].asset in known.pinned
    services.templates.withdraw(template.id, LAN)
    assert not plan_of(services, "bang-1").pinned


def test_slots_take_what_they_offer_and_nothing_else(services, clock):
    template = approved(services, FIRE)
    emergency = pressed(services, template, "device:bang-1", nơi="chợ")
    assert emergency.said == Said("[đỏ][nháy trang]KHẨN CẤP[trang]Cháy ở chợ", "Có cháy ở chợ.")
    for wrong in ({}, {"nơi": "sông"}, {"nơi": "chợ", "x": "y"}):
        with pytest.raises(Invalid):
            pressed(services, template, **wrong)
    with pytest.raises(UnknownTarget):
        pressed(services, template, "area:xa", nơi="chợ")
    for wrong in (
        replace(FIRE, slots=()),
        replace(FLOOD, slots=FIRE.slots),
        replace(FLOOD, alarm=Said("một[trang]hai", "x")),
        replace(FLOOD, repeat_s=1),
    ):
        with pytest.raises(Invalid):
            services.templates.create(wrong, LAN)


def test_the_all_clear_ends_it_and_never_covers_another(services, clock):
    flood, fire = approved(services, FLOOD), approved(services, FIRE)
    first = pressed(services, flood)
    clock.turn(seconds=30)
    second = pressed(services, fire, nơi="chợ")
    assert on(services, clock, "loa-1")[0].broadcast in second.broadcasts, "the latest wins"
    clock.turn(seconds=30)
    services.emergencies.clear(first.id, MINH)
    assert {one.broadcast for one in on(services, clock, "bang-1")} <= set(second.broadcasts)
    states = {services.broadcasts.get(one).state for one in first.broadcasts}
    assert states == {BroadcastState.CANCELLED}
    clear = services.emergencies.clear(second.id, LAN)
    assert services.emergencies.clear(second.id, LAN) == clear, "twice is once"
    assert on(services, clock, "bang-1")
    clock.turn(seconds=FLOOD.clear_s + 1)
    assert not on(services, clock, "bang-1")


def test_a_drill_says_that_it_is_one_and_outranks_nothing_real(services, clock):
    template = approved(services, FLOOD)
    real = pressed(services, template)
    clock.turn(seconds=5)
    drill = pressed(services, template, "device:bang-1", "device:loa-1", mode=Mode.DRILL)
    for device in ("bang-1", "loa-1"):
        assert on(services, clock, device)[0].broadcast in real.broadcasts
    assert drill.said.shown.startswith("[vàng]DIỄN TẬP[trang]DIỄN TẬP: ")
    assert drill.said.shown.endswith("DIỄN TẬP")
    assert drill.said.spoken.startswith("Đây là diễn tập")
    assert drill.said.spoken.endswith("Đây là diễn tập, không phải báo động thật.")
    for name in drill.broadcasts:
        draft = services.broadcasts.get(name).draft
        assert draft.broadcast_class is BroadcastClass.PRIORITY
        assert draft.campaign == "Diễn tập"


def test_it_is_to_be_reviewed_until_another_person_wrote_a_note(services, clock):
    emergency = pressed(services, approved(services, FLOOD))
    with pytest.raises(StillOn):
        services.emergencies.review(emergency.id, "Ổn", MINH)
    services.emergencies.clear(emergency.id, LAN)
    with pytest.raises(OwnEmergency):
        services.emergencies.review(emergency.id, "Ổn", LAN)
    assert [one.id for one in services.emergencies.list(None, 9, unreviewed=True)[0]]
    services.emergencies.review(emergency.id, "Loa 2 nhỏ", MINH)
    assert services.emergencies.list(None, 9, unreviewed=True) == ([], None)


def test_where_two_persons_are_asked_for_nobody_presses_his_own_template(services):
    chief = Person("3", "Hà", may_approve_alone=True)
    made = services.templates.create(FLOOD, chief)
    own = services.templates.approve(made.id, chief, seen=made.content_sha256)
    pressed(services, own, "device:bang-1")
    with services.store.write() as tx:
        places.set_approvals(tx, "quan", 2)
    with pytest.raises(TwoPersons):
        pressed(services, own, "device:bang-1")
    pressed(services, approved(services, FLOOD), "device:bang-1")
