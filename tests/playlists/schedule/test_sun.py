"""Sunrise and sunset against the equations of NOAA's solar calculator, and at the poles."""

from datetime import UTC, date, datetime, timedelta
from math import acos, asin, cos, degrees, radians, sin, tan
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from playlists.schedule.sun import SunEvent, moment

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def by_noaa(event, day, lat, lon):
    """The general solar position equations, in minutes of the UTC day (gml.noaa.gov)."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(hours=lon / 15)
    century = (noon - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=36_525)
    mean = (280.46646 + century * (36_000.76983 + century * 0.0003032)) % 360
    anomaly = radians(357.52911 + century * (35_999.05029 - 0.0001537 * century))
    eccent = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + sin(3 * anomaly) * 0.000289
    )
    apparent = radians(
        mean + centre - 0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * century))
    )
    tilt = radians(23.4393 - 0.013 * century + 0.00256 * cos(radians(125.04 - 1934.136 * century)))
    declination = asin(sin(tilt) * sin(apparent))
    y, mean = tan(tilt / 2) ** 2, radians(mean)
    equation_min = 4 * degrees(
        y * sin(2 * mean)
        - 2 * eccent * sin(anomaly)
        + 4 * eccent * y * sin(anomaly) * cos(2 * mean)
        - y * y / 2 * sin(4 * mean)
        - 1.25 * eccent**2 * sin(2 * anomaly)
    )
    north = radians(lat)
    angle = degrees(
        acos(cos(radians(90.833)) / (cos(north) * cos(declination)) - tan(north) * tan(declination))
    )
    turn = angle if event is SunEvent.RISE else -angle
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight + timedelta(minutes=720 - 4 * (lon + turn) - equation_min)


@given(
    event=st.sampled_from(SunEvent),
    day=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
    lat=st.floats(8, 24),
    lon=st.floats(102, 110),
)
def test_anywhere_in_vietnam_the_library_and_noaa_agree(event, day, lat, lon):
    found = moment(event, day, lat, lon, HANOI)
    assert found.second == 0
    assert found.astimezone(HANOI).date() == day
    assert abs(found - by_noaa(event, day, lat, lon)) < timedelta(minutes=2)


def test_where_the_sun_does_not_set_or_rise():
    oslo, tromso = ZoneInfo("Europe/Oslo"), (69.65, 18.96)
    assert moment(SunEvent.SET, date(2027, 6, 21), *tromso, oslo) is None
    assert moment(SunEvent.RISE, date(2026, 12, 21), *tromso, oslo) is None
