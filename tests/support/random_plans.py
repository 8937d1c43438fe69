"""Plans of any shape, for properties of whatever reads plans; and the words to write one down."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from playlists.schedule.plan import Asset, AssetKind, BroadcastClass, Item, Plan
from playlists.schedule.policy import HoursPolicy, Window

T0 = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
NORMAL, PRIORITY, EMERGENCY = BroadcastClass
NIGHT_ONLY = HoursPolicy(
    "ban đêm", "Asia/Ho_Chi_Minh", (Window(frozenset(range(7)), time(22), time(23)),)
)


def at(minutes):
    return T0 + timedelta(minutes=minutes)


def item(name, start=0, end=60, urgency=NORMAL, priority=50, *, sound=False, pass_ms=4_000):
    kind = AssetKind.SOUND if sound else AssetKind.SCENE
    asset = Asset(name[0] * 64, kind, 100, pass_ms)
    return Item(f"{name}@{start}", name, asset, urgency, priority, at(start), at(end))


def plan(*items, hours=None, not_before=-60, not_after=1_000):
    return Plan(
        "demo", "bang", 1, T0, at(not_before), at(not_after), tuple(items), hours=hours
    )  # fmt: skip


MINUTES = st.integers(0, 100)
ITEMS = st.builds(
    lambda name, start, length, urgency, priority, sound: item(
        f"{name:03}", start, start + length, urgency, priority, sound=sound
    ),
    st.integers(0, 999),
    MINUTES,
    st.integers(-2, 60),
    st.sampled_from(BroadcastClass),
    st.integers(0, 3),
    st.booleans(),
)
HOURS = st.sampled_from(
    [
        None,
        NIGHT_ONLY,
        HoursPolicy("trưa", "Asia/Ho_Chi_Minh", (Window(frozenset({1}), time(12, 30), time(13)),)),
    ]
)
PLANS = st.builds(
    lambda items, hours, not_before, lease: plan(
        *items, hours=hours, not_before=not_before, not_after=not_before + lease
    ),
    st.lists(ITEMS, max_size=8, unique_by=lambda one: one.occurrence),
    HOURS,
    st.integers(-10, 20),
    st.integers(0, 200),
)
EXCLUSIVE = st.booleans()
