"""Alerts that come: from bytes to what is on air, exactly once, and off again."""

from datetime import timedelta

import pytest

from controller.emergency import cap
from controller.emergency.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    Kind,
    Pair,
    Scope,
    Severity,
    Status,
    Urgency,
)
from controller.emergency.alerts import NOWHERE, CapRefused, NotASource
from controller.emergency.meaning import Policy
from controller.errors import BadAlert
from controller.model import BroadcastState, Person
from controller.store import plans
from playlists.schedule import plan
from playlists.schedule.plan import BroadcastClass

CHIEF = Person("3", "Hà", may_approve_alone=True)
MINH = Person("2", "Minh", may_approve_alone=False)
CODE = Pair("VN", "1")


def source(services, policy=Policy.AIR, areas=(), *, drills=True):
    services.alerts.set_codes({CODE: "quan"}, CHIEF)
    return services.alerts.add_source("Đài khí tượng", "kttv", policy, areas, CHIEF, drills=drills)[
        1
    ]


def message(clock, name="a", status=Status.ACTUAL, kind=Kind.ALERT, references=(), area="Quận"):
    info = Info(
        language="vi-VN",
        categories=(Category.MET,),
        event="Lũ quét",
        urgency=Urgency.IMMEDIATE,
        severity=Severity.EXTREME,
        certainty=Certainty.OBSERVED,
        expires=clock.now() + timedelta(hours=1),
        headline=f"Lũ quét {name}",
        instruction="Lên chỗ cao.",
        areas=(Area(area),),
    )
    infos = () if kind is Kind.CANCEL else (info,)
    return Alert(
        name, "kttv", clock.now(), status, kind, Scope.PUBLIC, references=references, infos=infos
    )


def take(services, token, alert):
    return services.alerts.take(cap.write(alert), token, "192.0.2.1")[0]


def items(services, device="bang-1"):
    with services.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload).items


def test_one_that_may_goes_on_air_once_and_ends_when_it_is_cancelled(services, clock):
    token, alert = source(services), message(clock)
    got = take(services, token, alert)
    assert len(got.airings[0].broadcasts) == 2
    assert not got.airings[0].fault
    assert items(services)[0].broadcast_class is BroadcastClass.EMERGENCY
    assert take(services, token, alert) == got, "the same bytes change nothing"
    services.alerts.follow()
    assert len(items(services)) == 1
    clock.turn(seconds=60)
    newer = message(clock, "b", kind=Kind.UPDATE, references=(alert.name,))
    second = take(services, token, newer)
    assert {it.broadcast for it in items(services)} <= set(second.airings[0].broadcasts)
    clock.turn(seconds=60)
    take(services, token, message(clock, "c", kind=Kind.CANCEL, references=(newer.name,)))
    assert not items(services)
    assert services.alerts.get(second.id).airings[0].ended_at == clock.now()


def test_it_ends_by_itself_when_it_expires(services, clock):
    got = take(services, source(services), message(clock))
    clock.turn(hours=1, seconds=1)
    services.alerts.follow()
    assert services.alerts.get(got.id).airings[0].ended_at == clock.now()


@pytest.mark.parametrize("status", [Status.TEST, Status.SYSTEM, Status.DRAFT])
def test_what_is_no_warning_is_only_recorded(services, clock, status):
    got = take(services, source(services), message(clock, status=status))
    assert (got.status, got.airings, items(services)) == (status, (), ())


def test_an_exercise_waits_for_a_person_and_is_a_normal_broadcast(services, clock):
    got = take(services, source(services), message(clock, status=Status.EXERCISE))
    assert not items(services)
    shown = services.broadcasts.get(got.airings[0].broadcasts[0])
    assert shown.state is BroadcastState.SUBMITTED
    assert shown.draft.broadcast_class is BroadcastClass.NORMAL
    assert "DIỄN TẬP" in services.library.message(shown.draft.content_id).text
    services.broadcasts.approve(shown.id, MINH)
    assert items(services)[0].broadcast_class is BroadcastClass.NORMAL


def test_an_exercise_of_a_source_without_drills_is_only_recorded(services, clock):
    token = source(services, drills=False)
    assert not take(services, token, message(clock, status=Status.EXERCISE)).airings


def test_by_policy_a_person_lets_it_on_air(services, clock):
    got = take(services, source(services, Policy.APPROVE), message(clock))
    assert not items(services)
    for name in got.airings[0].broadcasts:
        services.broadcasts.approve(name, MINH)
    assert items(services)
    assert items(services, "loa-1")


def test_it_is_heard_only_where_its_source_may_speak(services, clock):
    token = source(services, areas=("phuong",))
    take(services, token, message(clock))
    assert not items(services, "bang-1")
    assert items(services, "bang-2")
    away = take(services, token, message(clock, "b", area="Nơi khác"))
    assert away.airings[0].fault == NOWHERE


def test_what_is_refused_leaves_nothing(services, clock):
    token = source(services)
    first = message(clock)
    take(services, token, first)
    forged = cap.write(first).replace(b"kttv", b"khac")
    for data, given, refusal in (
        (cap.write(first), "x", NotASource),
        (b"<a/>", token, BadAlert),
        (forged, token, CapRefused),
        (cap.write(first).replace("chỗ cao".encode(), b"x"), token, CapRefused),
    ):
        with pytest.raises(refusal):
            services.alerts.take(data, given, "")
    assert len(services.alerts.list(None, 9)[0]) == 1


def test_a_restart_between_storing_and_airing_loses_nothing(services, clock, monkeypatch):
    token = source(services)

    def dies():
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(services.alerts, "follow", dies)
        with pytest.raises(SystemExit):
            take(services, token, message(clock))
    assert not items(services)
    services.alerts.follow()
    assert items(services)
