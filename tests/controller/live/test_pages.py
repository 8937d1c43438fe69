"""Pages as they are remembered: one transaction at the beginning, one at the end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from district_of_five import speaker
from drafts import CHIEF, CLERK

from controller.errors import Conflict, Invalid, NotFound, UnknownTarget
from controller.live.model import PageDraft, Reason
from controller.live.pages import MayNotPage
from controller.model import BroadcastDraft, BroadcastState, ContentKind
from controller.store import plans
from playlists.errors import ContentRefused
from playlists.schedule import plan
from playlists.schedule.draft import RuleDraft
from playlists.schedule.plan import AssetKind
from playlists.schedule.urgency import BroadcastClass


def begin(services, *targets, name="p1", max_s=300, urgency=BroadcastClass.NORMAL, who=CHIEF):
    draft = PageDraft("Lũ về", targets or ("device:loa-1",), urgency, 50, max_s)
    return services.pages.begin(name, draft, who)


def window(start, end):
    return {"windows": [{"weekdays": [*range(7)], "start": start, "end": end}]}


def items(services, device="loa-1"):
    with services.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload).items


def version(services, device="loa-1"):
    with services.store.read() as tx:
        return plans.current(tx, device).version


def test_a_page_is_in_the_plan_from_now_to_its_longest(services, clock):
    page = begin(services, "device:loa-1", "device:loa-2", urgency=BroadcastClass.EMERGENCY)
    assert page.devices == ("loa-1", "loa-2")
    assert (page.created_at, page.created_by, page.ended_at) == (clock.at, CHIEF.name, None)
    (item,) = items(services)
    assert (item.broadcast, item.asset.kind, item.asset.live.ends) == (
        page.broadcast, AssetKind.LIVE, True,
    )  # fmt: skip
    assert item.asset.live.url == "/api/v1/pages/p1/sound"
    assert (item.start, item.end) == (clock.at, page.ends_at)
    assert services.broadcasts.get(page.broadcast).state is BroadcastState.APPROVED
    assert services.pages.list(None, 10) == ([page], None)


def test_only_who_may_approve_alone_may_speak(services):
    with pytest.raises(MayNotPage):
        begin(services, who=CLERK)
    assert services.pages.list(None, 10) == ([], None)


@pytest.mark.parametrize("max_s", [4, 1_801])
def test_a_page_has_a_longest_and_a_shortest(services, max_s):
    with pytest.raises(Invalid):
        begin(services, max_s=max_s)


def test_boards_hear_nothing(services):
    with pytest.raises(UnknownTarget):
        begin(services, "device:bang-1")


def test_a_page_is_never_begun_as_a_broadcast(services):
    draft = BroadcastDraft(ContentKind.PAGE, "p9", ("device:loa-1",), RuleDraft(duration_s=60))
    with pytest.raises(Invalid):
        services.broadcasts.create(draft, CHIEF)


def test_hours_refuse_a_page_with_the_rules_name_and_spare_an_emergency(services, clock):
    clock.turn(hours=12)  # midnight in the ward
    with pytest.raises(ContentRefused) as refused:
        begin(services, "device:loa-2")
    assert refused.value.facts["rule"]
    assert items(services, "loa-2") == ()
    assert begin(services, "device:loa-2", urgency=BroadcastClass.EMERGENCY).ended_at is None


def test_a_release_moves_the_end_in_every_plan_and_nothing_begins_after_it(services, clock):
    page = begin(services)
    before = version(services)
    clock.turn(seconds=40)
    ended = services.pages.end("p1", Reason.RELEASED, clock.at, CHIEF)
    assert (ended.ended_at, ended.reason) == (clock.at, Reason.RELEASED)
    assert [item.end for item in items(services)] == [clock.at], "it is not taken away"
    assert version(services) > before
    assert services.pages.get("p1") == ended
    clock.turn(seconds=10)
    assert services.pages.end("p1", Reason.AWAY, clock.at) == ended, "twice is once"
    assert services.broadcasts.get(page.broadcast).state is BroadcastState.APPROVED


def test_a_truck_keeps_a_released_page_in_its_plan_too(services, clock):
    services.district.enrol(replace(speaker("xe-1", "quan"), mobile=True), thin=False)
    begin(services, "device:xe-1")
    clock.turn(seconds=40)
    services.pages.end("p1", Reason.RELEASED, clock.at)
    assert [item.end for item in items(services, "xe-1")] == [clock.at]
    clock.turn(hours=2)
    begin(services, "device:xe-1", name="p2")
    assert len(items(services, "xe-1")) == 1


def test_what_a_page_did_not_use_is_free_for_others(services, clock):
    services.hours.change("quan", window("00:00", "23:59") | {"longest_session_min": 10}, CHIEF)
    began = begin(services, max_s=600)
    clock.turn(seconds=620)
    with pytest.raises(ContentRefused) as refused:
        begin(services, name="p2")
    assert refused.value.code == "session-too-long"
    services.pages.end("p1", Reason.RELEASED, began.created_at + timedelta(seconds=20))
    assert begin(services, name="p2").ended_at is None


def test_a_page_that_used_all_its_time_ends_when_it_was_planned(services, clock):
    page = begin(services, max_s=60)
    clock.turn(seconds=61)
    ended = services.pages.end("p1", Reason.MAX_DURATION, clock.at)
    assert ended.ended_at == page.ends_at
    assert items(services)[0].end == page.ends_at


def test_a_page_released_at_once_still_ends_after_it_began(services, clock):
    begin(services)
    services.pages.end("p1", Reason.RELEASED, clock.at)
    (item,) = items(services)
    assert item.start < item.end


def test_a_cancelled_page_is_cancelled_and_noticed(services, clock):
    page = begin(services)
    assert services.pages.revoked(["p1"]) == {}
    services.broadcasts.cancel(page.broadcast, CLERK)
    assert services.pages.revoked(["p1"]) == {"p1": Reason.CANCELLED}
    services.pages.end("p1", Reason.CANCELLED, clock.at)
    assert items(services) == ()


def test_hours_that_change_meanwhile_end_a_page(services):
    begin(services, "device:loa-1")
    assert services.pages.revoked(["p1"]) == {}
    services.hours.change("quan", window("01:00", "02:00"), CHIEF)
    assert services.pages.revoked(["p1"]) == {"p1": Reason.HOURS}


def test_a_controller_that_comes_up_again_ends_what_it_finds_open(services, clock):
    begin(services)
    services.tapes.path("p1").write_bytes(b"OggS, as far as it went")
    clock.turn(seconds=30)
    services.pages.end_left_open()
    page = services.pages.get("p1")
    assert (page.reason, page.ended_at) == (Reason.RESTARTED, clock.at)
    assert page.recording_bytes == len(b"OggS, as far as it went")
    assert services.pages.recording("p1").read_bytes().startswith(b"OggS")


def test_a_recording_is_there_when_the_page_is_over(services, clock):
    begin(services)
    with pytest.raises(Conflict):
        services.pages.recording("p1")
    services.pages.end("p1", Reason.AWAY, clock.at)
    with pytest.raises(NotFound):
        services.pages.recording("p1")
