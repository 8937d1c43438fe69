"""The life of a broadcast: nothing is on the way to a device unless exactly it was approved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from drafts import CHIEF, CLERK, draft
from hypothesis import given
from hypothesis import strategies as st

from controller import life
from controller.errors import Conflict, Forbidden, NotFound
from controller.life import Ask, Step
from controller.model import (
    Area,
    Broadcast,
    BroadcastDraft,
    BroadcastQuery,
    BroadcastState,
    ContentKind,
    Level,
    Origin,
    Person,
    Phase,
    RuleDraft,
    Station,
)
from controller.store import plans, proof
from controller.wards import CannotOrder, OrderAgainstPriority
from firmware_bridge.link.messages import Ack, Stage, State
from playlists.errors import ContentRefused
from playlists.schedule import plan
from playlists.schedule.plan import BroadcastClass

DEPUTY = Person("p3", "Phó", may_approve_alone=True)
PROVINCE = Station(Level.PROVINCE, "Đài tỉnh")
RELAY = Person("p4", "Đài tỉnh", may_approve_alone=False, station=PROVINCE)
PEOPLE = (CHIEF, CLERK, DEPUTY, RELAY)
NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_broadcast(person, state, origin=None):
    content = BroadcastDraft(ContentKind.MESSAGE, "m", ("device:b",), RuleDraft(), origin=origin)
    return Broadcast(
        id="x",
        draft=content,
        state=state,
        content_sha256="0",
        devices=("b",),
        first_start=NOW,
        last_end=NOW + HOUR,
        asked_at=NOW,
        created_at=NOW,
        created_by=person.name,
        authors=(person.name,),
    )


@given(
    st.sampled_from(PEOPLE[:3]),
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(list(Step)[1:]), st.sampled_from(PEOPLE)), max_size=12),
)
def test_no_path_on_air_without_an_approval_of_exactly_this_content(author, two, as_draft, walk):
    asking = frozenset({"xa"} if two else ())
    state = life.born(author, asking, as_draft=as_draft)
    it, authors, content = a_broadcast(author, state), {author.name}, 0
    approved = {(content, author.name)} if state is BroadcastState.APPROVED else set()
    for step, person in walk:
        try:
            after = life.led_to(it, Ask(step, person, NOW, "vì"), asking)
        except (Conflict, Forbidden):
            continue
        if step is Step.APPROVE and it.state is not BroadcastState.APPROVED:
            approved.add((content, person.name))
            assert person.station is None
            assert person.name not in authors or (person.may_approve_alone and not two)
        if step is Step.EDIT:
            content += 1
            authors.add(person.name)
        it = replace(it, state=after, authors=tuple(authors))
        if it.state is BroadcastState.APPROVED:
            assert any(seen == content for seen, _ in approved)
            assert not two or any(
                seen == content and name not in authors for seen, name in approved
            )


@pytest.mark.parametrize("state", BroadcastState)
@pytest.mark.parametrize("over", [False, True])
def test_only_what_is_approved_is_ever_planned_or_on_air(state, over):
    at = NOW + 2 * HOUR if over else NOW
    for confirmed in (False, True):
        for on_air in (False, True):
            it = a_broadcast(CLERK, state)
            phase = life.phase_of(it, at, confirmed=confirmed, on_air=on_air)
            lively = phase in {Phase.PLANNED, Phase.ON_AIR, Phase.DONE, Phase.APPROVED}
            assert lively == (state is BroadcastState.APPROVED)
            assert (phase is Phase.EXPIRED) == (
                over and state in {BroadcastState.DRAFT, BroadcastState.SUBMITTED}
            )


def planned(services, device):
    with services.store.read() as tx:
        return [one.broadcast for one in plan.decode(plans.current(tx, device).payload).items]


def content(services, text="Khác", **fields):
    return draft(services, "device:bang-1", text=text, **fields)


def test_a_draft_is_in_no_plan_until_submitted_and_approved(services):
    made = services.broadcasts.create(content(services), CLERK, as_draft=True)
    assert (made.state, planned(services, "bang-1")) == (BroadcastState.DRAFT, [])
    with pytest.raises(life.WrongState):
        services.broadcasts.approve(made.id, CHIEF)
    with pytest.raises(life.OthersWork):
        services.broadcasts.submit(made.id, CHIEF)
    services.broadcasts.submit(made.id, CLERK)
    with pytest.raises(life.OwnWork):
        services.broadcasts.approve(made.id, CLERK)
    services.broadcasts.approve(made.id, CHIEF)
    assert planned(services, "bang-1") == [made.id]
    services.broadcasts.withdraw(made.id, CLERK)
    assert planned(services, "bang-1") == []
    steps = [(one.step, one.by, one.state) for one in services.broadcasts.history(made.id)]
    assert [step for step, _, _ in steps] == ["create", "submit", "approve", "withdraw"]
    assert steps[2] == ("approve", "Chủ tịch", BroadcastState.APPROVED)
    with pytest.raises(NotFound):
        services.broadcasts.history("none")


def test_an_edit_voids_the_approval_and_empties_the_plans(services):
    made = services.broadcasts.create(draft(services, "device:bang-1", "device:bang-2"), CHIEF)
    new = content(services)
    edited, voided = services.broadcasts.edit(made.id, new, CLERK, seen=made.content_sha256)
    assert voided
    assert (edited.state, edited.approved_by) == (BroadcastState.SUBMITTED, None)
    assert edited.devices == ("bang-1",)
    assert planned(services, "bang-1") == planned(services, "bang-2") == []
    assert services.broadcasts.get(made.id) == edited
    with pytest.raises(life.EditedMeanwhile):
        services.broadcasts.edit(made.id, new, CHIEF, seen=made.content_sha256)
    with pytest.raises(life.ContentChanged):
        services.broadcasts.approve(made.id, CHIEF, seen=made.content_sha256)
    with pytest.raises(life.OwnWork):
        services.broadcasts.approve(made.id, CLERK)
    services.broadcasts.approve(made.id, CHIEF, seen=edited.content_sha256)
    assert planned(services, "bang-1") == [made.id]
    same = services.broadcasts.edit(made.id, new, CHIEF, seen=edited.content_sha256)
    assert (same[0].state, same[1]) == (BroadcastState.APPROVED, False)


def test_an_edit_keeps_the_names_of_what_was_aired(services, clock):
    def names():
        with services.store.read() as tx:
            items = plan.decode(plans.current(tx, "bang-1").payload).items
        return [one.occurrence for one in items]

    made = services.broadcasts.create(content(services, "Một"), CHIEF)
    before = names()
    clock.turn(minutes=3)
    edited, _ = services.broadcasts.edit(
        made.id, content(services, "Hai"), CLERK, seen=made.content_sha256
    )
    services.broadcasts.approve(made.id, CHIEF)
    assert names() == before
    clock.turn(hours=1)
    late = content(services, "Ba")
    with pytest.raises(ContentRefused):
        services.broadcasts.edit(made.id, late, CLERK, seen=edited.content_sha256)


def test_two_persons_where_an_area_above_asks_for_them(services):
    services.wards.ask_for("quan", 2, CHIEF)
    made = services.broadcasts.create(draft(services, "device:bang-2"), CHIEF)
    assert made.state is BroadcastState.SUBMITTED
    with pytest.raises(life.TwoPersons):
        services.broadcasts.approve(made.id, CHIEF)
    edited, _ = services.broadcasts.edit(
        made.id, draft(services, "device:bang-2", text="Sửa"), DEPUTY, seen=made.content_sha256
    )
    assert edited.authors == (CHIEF.name, DEPUTY.name)
    with pytest.raises(life.TwoPersons):
        services.broadcasts.approve(made.id, DEPUTY)
    assert services.broadcasts.approve(made.id, CLERK).approved_by == CLERK.name
    services.wards.ask_for("phuong", 1, CHIEF)
    alone = services.broadcasts.create(draft(services, "device:bang-2"), CHIEF)
    assert alone.state is BroadcastState.APPROVED
    both = services.broadcasts.create(draft(services, "device:bang-1", "device:bang-2"), CHIEF)
    assert both.state is BroadcastState.SUBMITTED
    with pytest.raises(Forbidden):
        services.wards.ask_for("phuong", 1, CLERK)
    assert Area("a", "A", None, None, None).approvals is None


def test_a_rejection_says_why_and_an_edit_begins_again(services):
    made = services.broadcasts.create(content(services), CLERK)
    with pytest.raises(life.CommentMissing):
        services.broadcasts.reject(made.id, CHIEF, " ")
    services.broadcasts.reject(made.id, CHIEF, "Sai giờ")
    assert services.broadcasts.history(made.id)[-1].comment == "Sai giờ"
    edited, _ = services.broadcasts.edit(
        made.id, content(services, "Đúng"), CLERK, seen=made.content_sha256
    )
    assert edited.state is BroadcastState.DRAFT


def test_what_a_higher_level_sent_cannot_be_edited(services):
    origin = Origin(Level.PROVINCE, "Đài tỉnh", "CV-12")
    asked = content(services, origin=origin)
    for person in (CHIEF, CLERK):
        with pytest.raises(life.StationsRelay):
            services.broadcasts.create(asked, person)
    with pytest.raises(life.StationsRelay):
        services.broadcasts.create(content(services), RELAY)
    made = services.broadcasts.create(asked, RELAY)
    assert services.broadcasts.get(made.id).draft.origin == origin
    with pytest.raises(life.StationsRelay):
        services.broadcasts.approve(made.id, RELAY)
    with pytest.raises(life.FromAbove) as caught:
        services.broadcasts.edit(made.id, asked, CHIEF, seen=made.content_sha256)
    assert caught.value.facts["reference"] == "CV-12"
    services.broadcasts.approve(made.id, CHIEF)
    with pytest.raises(life.FromAbove):
        services.broadcasts.cancel(made.id, CLERK, "không muốn")
    with pytest.raises(life.CommentMissing):
        services.broadcasts.cancel(made.id, CHIEF)
    assert services.broadcasts.cancel(made.id, RELAY).state is BroadcastState.CANCELLED


def test_a_place_orders_equals_and_nothing_else(services):
    first, second = (services.broadcasts.create(content(services), CHIEF) for _ in range(2))
    strong = services.broadcasts.create(content(services, priority=80), CHIEF)
    alarm = content(services, broadcast_class=BroadcastClass.EMERGENCY)
    urgent = services.broadcasts.create(alarm, CHIEF)

    def ranks():
        with services.store.read() as tx:
            items = plan.decode(plans.current(tx, "bang-1").payload).items
        return {one.broadcast: one.rank for one in items if one.rank}

    services.wards.bring_in_order("quan", [second.id, first.id], CHIEF)
    assert ranks() == {second.id: 2, first.id: 1}
    assert services.wards.order("quan") == [second.id, first.id]
    with pytest.raises(OrderAgainstPriority):
        services.wards.bring_in_order("quan", [first.id, strong.id], CHIEF)
    with pytest.raises(CannotOrder):
        services.wards.bring_in_order("quan", [urgent.id], CHIEF)
    with pytest.raises(CannotOrder):
        services.wards.bring_in_order("berlin", [first.id], CHIEF)
    services.wards.bring_in_order("quan", [], CHIEF)
    assert ranks() == {}


def test_lists_and_phases_agree(services, clock):
    said = services.broadcasts
    made = {
        "draft": said.create(content(services, "Họp tổ dân phố"), CLERK, as_draft=True),
        "submitted": said.create(content(services), CLERK),
        "held": said.create(content(services), CHIEF),
        "new": said.create(draft(services, "device:bang-3"), CHIEF),
        "gone": said.create(content(services), CHIEF),
        "back": said.create(content(services), CLERK),
    }
    said.cancel(made["gone"].id, CHIEF)
    said.reject(made["back"].id, CHIEF, "không")
    with services.store.write() as tx:
        version = plans.current(tx, "bang-1").version
        plans.acknowledge(tx, "bang-1", Ack(version, "x", Stage.ACTIVE, clock.now()))
        playing = State("s", online=True, at=clock.now(), broadcast=made["new"].id)
        proof.set_state(tx, "bang-3", playing)
    kept = [said.get(one.id) for one in made.values()]
    expected = ["draft", "submitted", "planned", "on-air", "cancelled", "rejected"]
    assert list(said.phases(kept).values()) == expected
    for _ in range(2):
        phases = said.phases(kept)
        for phase in Phase:
            listed, _ = said.list(None, 50, BroadcastQuery(phase=phase))
            assert {one.id for one in listed} == {n for n, p in phases.items() if p is phase}, phase
        clock.turn(hours=2)

    def found(**fields):
        return {one.id for one in said.list(None, 50, BroadcastQuery(**fields))[0]}

    assert found(text="hop TO") == {made["draft"].id}
    assert found(text="%") == set()
    assert found(device="bang-3") == found(area="berlin") == {made["new"].id}
    assert len(found(area="quan")) == len(made)
    assert found(state=BroadcastState.REJECTED) == {made["back"].id}
    assert found(start=clock.now()) == found(end=NOW) == set()
