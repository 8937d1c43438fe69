"""A volume cap does not change before `next_cap` says that it may."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from playlists.schedule.policy import HoursPolicy
from playlists.schedule.windows import WEEK, VolumeCap, Window

walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
days = st.frozensets(st.sampled_from(sorted(WEEK)), min_size=1)
caps = st.builds(
    VolumeCap, st.builds(Window, days, walls, walls), st.sampled_from([-3.0, -6.0, -12.0])
)
instants = st.integers(0, 365 * 86_400).map(
    lambda second: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)
TICK = timedelta(milliseconds=1)


@given(
    st.lists(caps, max_size=4),
    instants,
    st.floats(0, 1),
    st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin"]),
)
def test_a_cap_holds_until_the_next_may_begin(some, at, share, tz):
    policy = HoursPolicy("thử", tz, (), caps=tuple(some))
    edge = policy.next_cap(at)
    if edge is None:
        assert not some
        return
    assert edge > at
    between = at + (edge - at) * share
    for instant in (min(between, edge - TICK), edge - TICK):
        assert policy.cap_db(max(instant, at)) == policy.cap_db(at)


def test_a_cap_that_begins_is_seen_coming_to_the_second():
    cap = VolumeCap(Window(WEEK, time(6, 1), time(7, 0)), -6.0)
    policy = HoursPolicy("thử", "Asia/Ho_Chi_Minh", (), caps=(cap,))
    begins = datetime(2026, 11, 24, 23, 1, tzinfo=UTC)
    assert policy.next_cap(begins - timedelta(minutes=1)) == begins
    assert policy.next_cap(begins) == begins + timedelta(minutes=59)
