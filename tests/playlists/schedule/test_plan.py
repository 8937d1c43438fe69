"""Plans: the JSON form is canonical, and bytes of any origin are a plan or BadBytes."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.schedule import plan as plans
from playlists.schedule.asset import MAX_URL_CHARS, Live, is_stream_url
from playlists.schedule.passes import Ending, PassRules
from playlists.schedule.plan import Asset, AssetKind, BroadcastClass, Item, OnInterrupt, Plan
from playlists.schedule.presets import preset
from playlists.schedule.zones import Polygon, Zone

T0 = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
SCENE = Asset("a" * 64, AssetKind.SCENE, 100, 5_000)
SOUND = Asset("b" * 64, AssetKind.SOUND, 9_000, 60_000)
RING = Asset("c" * 64, AssetKind.SOUND, 9_000, 8_000)
RELAY = Asset.stream(Live("https://dai.example/vov1", 10_000, ends=False, fallback=SOUND))
CALL = Asset.stream(Live("/api/v1/pages/p1/sound", 5_000, ends=True))


def item(name="b1@x", asset=SCENE, start=T0):
    end = start + timedelta(hours=1)
    return Item(name, "b1", asset, BroadcastClass.PRIORITY, 70, start, end, OnInterrupt.DROP)


PLAN = Plan(
    tenant="demo",
    device="bang-1",
    version=7,
    issued_at=T0,
    not_before=T0,
    not_after=T0 + timedelta(days=8),
    items=(item(), item("b2@x", SOUND, T0 - timedelta(hours=1))),
    safe=SCENE,
    hours=preset("lien-chieu", "Asia/Ho_Chi_Minh"),
    asrun_stored=41,
)


def test_a_plan_comes_back_as_it_was():
    assert plans.decode(plans.encode(PLAN)) == PLAN
    bare = replace(PLAN, items=(), safe=None, hours=None)
    assert plans.decode(plans.encode(bare)) == bare


def test_a_plan_names_streams_and_what_replaces_them():
    live = replace(PLAN, items=(item("r@x", RELAY), item("c@x", CALL)))
    assert plans.decode(plans.encode(live)) == live
    assert list(live.assets) == [SOUND.sha256, SCENE.sha256]


def test_a_stream_lasts_as_planned_and_is_never_whole():
    assert item("r@x", RELAY).length == timedelta(hours=1)
    assert not item("r@x", RELAY).is_whole
    assert item("b@x", SOUND).length == timedelta(minutes=1)
    assert item("b@x", SOUND).is_whole


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "c" * 64},
        {"live": {**RELAY.live.to_json(), "url": "file:///etc/passwd"}},
        {"live": {**RELAY.live.to_json(), "patience_ms": 0}},
        {"live": {**RELAY.live.to_json(), "ends": 1}},
        {"live": {**RELAY.live.to_json(), "fallback": SCENE.to_json()}},
        {"live": {**RELAY.live.to_json(), "fallback": RELAY.to_json()}},
        {"live": None},
    ],
)
def test_a_stream_that_is_none_is_bad_bytes(change):
    document = json.loads(plans.encode(replace(PLAN, items=(item("r@x", RELAY),))))
    document["items"][0]["asset"] |= change
    with pytest.raises(BadBytes):
        plans.decode(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("url", "stream"),
    [
        ("http://10.0.0.1:8000/vov", True),
        ("/api/v1/pages/p/sound", True),
        ("//elsewhere/vov", False),
        ("file:///etc/passwd", False),
        ("https://a/\n", False),
        ("", False),
        (None, False),
        ("https://" + "a" * MAX_URL_CHARS, False),
    ],
)
def test_streams_come_from_the_web_or_the_controller(url, stream):
    assert is_stream_url(url) is stream


def test_the_bytes_are_canonical():
    data = plans.encode(PLAN)
    spelled = json.dumps(
        json.loads(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert data == spelled.encode()


def test_assets_are_needed_once_each_in_order_of_first_use():
    assert list(PLAN.assets) == [SOUND.sha256, SCENE.sha256]


def test_too_much_is_refused_in_both_directions():
    crowd = replace(PLAN, items=tuple(item(f"{i}@x") for i in range(plans.MAX_ITEMS + 1)))
    with pytest.raises(BadBytes):
        plans.encode(crowd)
    with pytest.raises(BadBytes):
        plans.decode(b" " * (plans.MAX_PLAN_BYTES + 1))


@given(st.binary(max_size=300))
def test_garbage_is_bad_bytes(data):
    with pytest.raises(BadBytes):
        plans.decode(data)


DOCUMENT = json.loads(plans.encode(PLAN))
STRANGE = st.sampled_from(
    [
        None,
        True,
        -1,
        1.5,
        1e400,
        10**400,
        "",
        "x" * 999,
        [],
        [[]],
        {},
        {"tz": 3},
        "2026",
        "\0",
        "\ud800",
    ]
)


@given(st.sampled_from(sorted(DOCUMENT)), STRANGE)
def test_one_strange_field_is_bad_bytes_or_a_plan(name, value):
    check(DOCUMENT | {name: value})


@given(st.sampled_from(sorted(DOCUMENT["items"][0])), STRANGE)
def test_one_strange_item_field_is_bad_bytes_or_a_plan(name, value):
    check(DOCUMENT | {"items": [DOCUMENT["items"][0] | {name: value}]})


def check(document):
    with contextlib.suppress(BadBytes):
        plan = plans.decode(json.dumps(document).encode())
        assert plans.decode(plans.encode(plan)) == plan


def test_deep_json_is_bad_bytes():
    with pytest.raises(BadBytes):
        plans.decode(b"[" * 200_000)


SQUARE = Polygon.of([(21.0, 105.0), (21.0, 105.01), (21.01, 105.01), (21.01, 105.0)])
TRUCK = replace(
    PLAN,
    items=(replace(item(), zones=("cho", "truong")), item("b2@x", SOUND)),
    zones=(Zone("cho", SQUARE, -6.0), Zone("truong", SQUARE, quiet=True)),
    pass_rules=PassRules(settle_s=10, when_lost=Ending.STOP),
)


def test_a_trucks_plan_comes_back_as_it_was():
    assert plans.decode(plans.encode(TRUCK)) == TRUCK


def test_the_plan_of_what_never_moves_says_nothing_of_zones():
    assert not {"zones", "pass_rules"} & json.loads(plans.encode(PLAN)).keys()
    assert all("zones" not in one for one in json.loads(plans.encode(PLAN))["items"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zones", [{"id": "cho"}]),
        ("zones", {"id": "cho"}),
        ("zones", [Zone("cho", SQUARE).to_json()] * 2),
        ("pass_rules", {}),
        ("pass_rules", None),
    ],
)
def test_zones_that_are_none_are_no_plan(name, value):
    document = {**json.loads(plans.encode(TRUCK)), name: value}
    with pytest.raises(BadBytes):
        plans.decode(json.dumps(document).encode())


@pytest.mark.parametrize("names", ["cho", [1], [""], ["x" * 201], ["cho"] * 101])
def test_an_item_names_zones_or_is_refused(names):
    document = json.loads(plans.encode(TRUCK))
    document["items"][0]["zones"] = names
    with pytest.raises(BadBytes):
        plans.decode(json.dumps(document).encode())


def test_what_is_pinned_is_needed_though_nothing_is_scheduled():
    pinned = replace(PLAN, pinned=(SCENE, RING))
    assert plans.decode(plans.encode(pinned)) == pinned
    assert list(pinned.assets) == [SOUND.sha256, SCENE.sha256, RING.sha256]
    assert b"pinned" not in plans.encode(PLAN)
    for wrong in ("x", [1], [RING.to_json()] * (plans.MAX_PINNED + 1)):
        document = json.loads(plans.encode(PLAN)) | {"pinned": wrong}
        with pytest.raises(BadBytes):
            plans.decode(json.dumps(document).encode())
