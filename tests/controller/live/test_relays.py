"""Stations: which addresses are taken, what replaces them, and how they become broadcasts."""

import pytest
import tones
from drafts import CHIEF

from controller.errors import Invalid, NotFound
from controller.live.model import Content, RelayDraft
from controller.live.relays import NoStreamAddress
from controller.model import BroadcastDraft, ContentKind
from controller.store import plans
from playlists.errors import ContentRefused
from playlists.schedule import plan
from playlists.schedule.draft import RuleDraft
from playlists.schedule.plan import AssetKind

URL = "http://dai.example.vn:8000/fm.mp3"


def station(services, url=URL, patience_s=10, fallback=None, name="Đài huyện"):
    return services.relays.create(RelayDraft(name, url, patience_s, fallback), CHIEF)


def clip(services):
    return services.library.create_clip("nền", tones.as_wav(tones.tone(440, 1.0, -20)), CHIEF)


def draft(relay, rule, *targets, **fields):
    targets = targets or ("device:loa-1",)
    return BroadcastDraft(ContentKind.RELAY, relay.id, targets, rule, **fields)


def planned(services, device):
    with services.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload)


def test_a_station_is_kept_and_listed(services):
    kept = station(services)
    assert services.relays.get(kept.id) == kept
    assert services.relays.list(None, 10) == ([kept], None)
    with pytest.raises(NotFound):
        services.relays.get("none")


NO_ADDRESSES = (
    "",
    "rtsp://dai.vn/fm",
    "file:///etc/passwd",
    "http://",
    "http:///fm",
    "http://dai.vn:99999/fm",
    "http://dai.vn/fm 1",
    "http://đài.vn/fm",
    "//dai.vn/fm",
    "/api/v1/pages/1/sound",
    "http://[::1/fm",
    "http://dai.vn/" + "x" * 500,
    "http://dai.vn/\n",
)


def test_what_is_no_address_of_a_stream_is_refused(services):
    for url in NO_ADDRESSES:
        with pytest.raises(NoStreamAddress):
            station(services, url)


def test_patience_has_bounds_and_what_replaces_a_station_is_a_sound_that_is_there(services):
    for patience_s in (2, 601):
        with pytest.raises(Invalid):
            station(services, patience_s=patience_s)
    for kind in ContentKind:
        with pytest.raises((Invalid, NotFound)):
            station(services, fallback=Content(kind, "none"))


def test_a_relay_is_planned_as_a_stream_with_its_fallback(services):
    kept = station(services, fallback=Content(ContentKind.CLIP, clip(services).id))
    made = services.broadcasts.create(draft(kept, RuleDraft(duration_s=1_800)), CHIEF)
    (item,) = planned(services, "loa-1").items
    assert (item.broadcast, item.asset.kind) == (made.id, AssetKind.LIVE)
    assert (item.end - item.start).total_seconds() == 1_800
    live = item.asset.live
    assert (live.url, live.patience_ms, live.ends) == (URL, 10_000, False)
    assert services.assets.path(live.fallback.sha256).is_file()
    assert list(planned(services, "loa-1").assets) == [live.fallback.sha256]


def test_a_relay_without_an_end_is_refused(services):
    with pytest.raises(ContentRefused) as refused:
        services.broadcasts.create(draft(station(services), RuleDraft()), CHIEF)
    assert refused.value.code == "no-duration"


def test_hours_hold_for_a_relay_with_all_its_length(services):
    at_six = RuleDraft(start="2026-11-25T05:00", end="2026-11-25T23:00")
    with pytest.raises(ContentRefused) as refused:
        services.broadcasts.create(draft(station(services), at_six, "device:loa-2"), CHIEF)
    assert refused.value.code in {"out-of-hours", "session-too-long"}


def test_live_sound_waits_for_no_truck(services):
    square = [[21.0, 105.0], [21.0, 105.01], [21.01, 105.01], [21.01, 105.0]]
    zones = services.zones
    zones.create(zones.draft("cho", "Chợ", square, 0.0, False, CHIEF), CHIEF)  # noqa: FBT003
    rule = RuleDraft(duration_s=60)
    with pytest.raises(Invalid) as refused:
        services.broadcasts.create(draft(station(services), rule, zones=("cho",)), CHIEF)
    assert refused.value.facts["field"] == "zones"
