"""When the sun rises and sets at a place. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import ephem

_HORIZON: Final = "-0:34"
"""What the air lifts the sun by: with this, and no air pressure, the library's answer is that of
the almanacs, upper limb on the horizon."""


class SunEvent(StrEnum):
    """What the sun does at the horizon."""

    RISE = "sunrise"
    SET = "sunset"


@lru_cache(maxsize=8_192)
def moment(event: SunEvent, day: date, lat: float, lon: float, zone: ZoneInfo) -> datetime | None:
    """Return when the sun rises or sets on a local day, to the minute, UTC; None = it does not.

    Whole minutes are what almanacs print, and what every machine computes alike.
    """
    begins = datetime.combine(day, time.min, zone).astimezone(UTC)
    place = ephem.Observer()
    place.lat, place.lon = str(lat), str(lon)
    place.pressure, place.horizon = 0, _HORIZON
    place.date = begins.replace(tzinfo=None)
    search = place.next_rising if event is SunEvent.RISE else place.next_setting
    try:
        found: datetime = search(ephem.Sun()).datetime().replace(tzinfo=UTC)
    except ephem.CircumpolarError:
        return None
    minute = (found + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return minute if minute.astimezone(zone).date() == day else None
