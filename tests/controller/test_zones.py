"""Zones in the controller: who may change them, and what they do to the plans of trucks."""

from dataclasses import replace
from datetime import timedelta

import pytest
import tones
from district_of_five import speaker
from drafts import CHIEF, CLERK, draft

from controller.errors import Conflict, Forbidden, Invalid, NotFound, UnknownTarget
from controller.model import BroadcastDraft, ContentKind, RuleDraft
from controller.store import plans, proof
from firmware_bridge.link.messages import AsRun, EndReason
from playlists.schedule import plan
from playlists.schedule.refusals import NoDuration, ZoneBadPlace, ZoneCrossesItself
from playlists.schedule.zones import MAX_ZONES

SQUARE = ((21.0, 105.0), (21.0, 105.01), (21.01, 105.01), (21.01, 105.0))
EVENING = RuleDraft(start="2026-11-24T17:00", end="2026-11-24T19:00")


@pytest.fixture
def district(services):
    """Add two trucks, and a clip that is a second long."""
    for name in ("xe-1", "xe-2"):
        services.district.enrol(replace(speaker(name, "quan"), mobile=True), thin=False)
    return services


def add(services, name="cho", person=CHIEF, **more):
    shape = {"corners": SQUARE, "cap_db": 0.0, "quiet": False} | more
    entry = services.zones.draft(name, "Chợ", **shape, person=person)
    return services.zones.create(entry, person)


def said(services, *targets, rule=EVENING, **fields):
    sound = tones.as_wav(tones.tone(500.0, 1.0, -20.0))
    clip = services.library.create_clip("loa", sound, CHIEF)
    asked = BroadcastDraft(ContentKind.CLIP, clip.id, targets, rule, **fields)
    return services.broadcasts.create(asked, CHIEF)


def held(services, device):
    with services.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload)


def test_a_zone_is_kept_changed_and_forgotten(district):
    entry = add(district)
    assert district.zones.list() == [entry]
    assert district.zones.get("cho") == entry
    quiet = district.zones.draft("cho", "Bệnh viện", SQUARE, -6, quiet=True, person=CHIEF)
    changed = district.zones.change(quiet, CHIEF)
    assert (changed.name, changed.zone.quiet, changed.zone.cap_db) == ("Bệnh viện", True, -6)
    assert changed.created_at == entry.created_at
    district.zones.delete("cho", CHIEF)
    assert district.zones.list() == []
    for ask in (district.zones.get, lambda name: district.zones.delete(name, CHIEF)):
        with pytest.raises(NotFound):
            ask("cho")
    with pytest.raises(NotFound):
        district.zones.change(quiet, CHIEF)


def test_only_who_decides_alone_changes_zones(district):
    with pytest.raises(Forbidden):
        add(district, person=CLERK)
    entry = add(district)
    with pytest.raises(Forbidden):
        district.zones.change(entry, CLERK)
    with pytest.raises(Forbidden):
        district.zones.delete("cho", CLERK)


def test_what_is_no_zone_is_refused(district):
    add(district)
    with pytest.raises(Conflict):
        add(district)
    with pytest.raises(Invalid):
        add(district, name="Chợ")
    for cap_db in (1.0, -61.0):
        with pytest.raises(Invalid):
            add(district, name="to", cap_db=cap_db)
    with pytest.raises(ZoneCrossesItself):
        add(district, name="to", corners=(SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))
    with pytest.raises(ZoneBadPlace):
        add(district, name="to", corners=[(lon, lat) for lat, lon in SQUARE])


def test_there_are_no_more_zones_than_a_plan_can_hold(district):
    for number in range(MAX_ZONES):
        add(district, name=f"vung-{number}")
    with pytest.raises(Conflict) as caught:
        add(district, name="nua")
    assert caught.value.facts["reason"] == "too-many"


def test_a_zone_as_target_means_every_truck_there(district):
    add(district)
    add(district, name="khac")
    broadcast = said(district, "zone:cho")
    assert sorted(broadcast.devices) == ["xe-1", "xe-2"]
    truck = held(district, "xe-1")
    assert [zone.id for zone in truck.zones] == ["cho"], "no more than it needs"
    ((item,), version) = (truck.items, truck.version)
    assert item.zones == ("cho",)
    assert item.end - item.start == timedelta(hours=2)
    district.zones.change(
        district.zones.draft("cho", "Chợ", SQUARE, -9, quiet=False, person=CHIEF), CHIEF
    )
    assert held(district, "xe-1").zones[0].cap_db == -9
    assert held(district, "xe-1").version > version


def test_zones_bind_trucks_and_nobody_else(district):
    add(district)
    broadcast = said(district, "area:quan", zones=("cho",))
    assert {"xe-1", "xe-2", "loa-1"} <= set(broadcast.devices)
    assert held(district, "xe-1").items[0].zones == ("cho",)
    assert held(district, "loa-1").items[0].zones == ()
    assert held(district, "loa-1").zones == ()
    kept = district.broadcasts.get(broadcast.id).draft
    assert (kept.zones, kept.zones_meant) == (("cho",), ("cho",))


def test_zones_that_bind_are_in_every_trucks_plan(district):
    add(district, name="truong", quiet=True)
    add(district, name="cho", cap_db=-6.0)
    add(district, name="bai")
    assert [zone.id for zone in held(district, "xe-2").zones] == ["cho", "truong"]
    assert held(district, "loa-1").zones == ()


def test_zones_are_named_or_refused(district):
    add(district)
    for wrong in ({"targets": ("zone:x",)}, {"targets": ("device:xe-1",), "zones": ("x",)}):
        targets = wrong.pop("targets")
        with pytest.raises(UnknownTarget) as caught:
            said(district, *targets, **wrong)
        assert caught.value.facts["target"] == "zone:x"
    with pytest.raises(Invalid):
        said(district, "device:loa-1", zones=("cho",))
    with pytest.raises(UnknownTarget):
        district.broadcasts.create(draft(district, "zone:cho"), CHIEF)  # a message, for boards


def test_what_waits_for_trucks_needs_an_end(district):
    add(district)
    with pytest.raises(NoDuration):
        said(district, "zone:cho", rule=RuleDraft(start="2026-11-24T17:00"))


def test_a_zone_in_use_is_not_forgotten_until_it_is_over(district, clock):
    add(district)
    broadcast = said(district, "zone:cho")
    with pytest.raises(Conflict) as caught:
        district.zones.delete("cho", CHIEF)
    assert caught.value.facts["reason"] == "in-use"
    district.broadcasts.cancel(broadcast.id, CHIEF)
    district.zones.delete("cho", CHIEF)
    add(district)
    said(district, "device:xe-1", zones=("cho",))
    clock.turn(days=1)
    district.zones.delete("cho", CHIEF)


def test_the_log_knows_where(district, clock):
    where = (21.028511, 105.854167)
    entry = AsRun(
        1, "b1", "b1@x/cho/y", "cd" * 32, clock.now(), clock.now(), clock.now(),
        EndReason.FINISHED, started_where=where,
    )  # fmt: skip
    with district.store.write() as tx:
        proof.add_asrun(tx, "xe-1", entry)
        proof.add_asrun(tx, "xe-1", replace(entry, seq=2, started_where=None))
        proof.add_asrun(tx, "xe-1", replace(entry, seq=3, started_at=None, ended_where=where))
    everything, _ = district.field.asrun("xe-1", None, None, None, 10)
    assert [(one.started_lat, one.started_lon) for one in everything] == [
        where,
        (None, None),
        where,
    ]
    located, _ = district.field.asrun("xe-1", None, None, None, 10, located=True)
    assert [one.seq for one in located] == [1], "what never began was said nowhere"
