"""Time rules of every kind that parse, for Hypothesis."""

from datetime import date, timedelta

from hypothesis import strategies as st

from playlists.schedule.almanac import BUILT_IN
from playlists.schedule.draft import OnHolidays, RuleDraft, TimesDraft
from playlists.schedule.sun import SunEvent

ZONES = st.sampled_from(
    ["Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"]
)
DAYS = st.dates(date(2026, 11, 25), date(2028, 12, 31))
CLOCKS = st.sampled_from(["00:00", "02:15", "02:30", "05:30", "17:00", "23:45"])
TIMES = st.one_of(
    st.sampled_from([part.name for part in BUILT_IN.parts]).map(lambda name: TimesDraft(part=name)),
    st.builds(
        lambda every, since, until: TimesDraft(every_min=every, since=since, until=until),
        st.sampled_from([15, 30, 45, 240]),
        CLOCKS,
        CLOCKS,
    ),
    st.builds(
        lambda event, offset: TimesDraft(sun=event, offset_min=offset),
        st.sampled_from(SunEvent),
        st.integers(-180, 180),
    ),
)
DAY_RRULES = st.sampled_from(
    [
        None,
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;COUNT=20",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=SU",
        "FREQ=MONTHLY;BYMONTHDAY=1,-1",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=20290301",
    ]
)


@st.composite
def drafts(draw):
    """A rule with its zone: any mixture of days, times, holidays and dates that goes together."""
    day, zone = draw(DAYS), draw(ZONES)
    times = draw(st.one_of(st.none(), TIMES))
    last = draw(st.one_of(st.none(), st.integers(0, 500)))
    near = st.integers(-5, 400).map(lambda ahead: (day + timedelta(days=ahead)).isoformat())
    return RuleDraft(
        start=day.isoformat() if times else f"{day}T{draw(CLOCKS.filter(lambda at: at > '03'))}",
        duration_s=draw(st.sampled_from([60, 900, 90_000])),
        rrule=draw(DAY_RRULES),
        tz=zone,
        rdates=tuple(draw(st.lists(near.map(lambda text: f"{text}T12:00"), max_size=2))),
        exdates=tuple(draw(st.lists(near, max_size=3))),
        last_day=None if last is None else (day + timedelta(days=last)).isoformat(),
        times=times,
        holidays=draw(st.sampled_from([None, None, *OnHolidays])),
    )
