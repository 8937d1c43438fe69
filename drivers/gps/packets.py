"""What a satellite receiver says, as values; `nmea` and `gpsd` turn them into bytes and back.

Sources: NMEA 0183 as u-blox, Quectel and SiRF document it in their protocol manuals; gpsd's
gpsd_json(5), release 3.22. Degrees are WGS84, north and east positive.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from drivers.errors import PeerWireError

MAX_LAT_DEG: Final = 90.0
MAX_LON_DEG: Final = 180.0
MAX_SPEED_M_S: Final = 1_000.0
"""Receivers for everybody stop working at 515 m/s; beyond this it is no speed."""
MAX_QUALITY: Final = 8
MAX_SATELLITES: Final = 99


@dataclass(frozen=True, slots=True)
class Fix:
    """A position that the receiver stands by."""

    lat_deg: float
    lon_deg: float
    speed_m_s: float | None = None
    """Over ground; None = it does not say."""
    at: datetime | None = None
    """UTC by the satellites; None = it does not say."""

    def __post_init__(self) -> None:
        speed = 0.0 if self.speed_m_s is None else self.speed_m_s
        good = (
            abs(self.lat_deg) <= MAX_LAT_DEG,
            abs(self.lon_deg) <= MAX_LON_DEG,
            0 <= speed <= MAX_SPEED_M_S,
            math.isfinite(self.lat_deg + self.lon_deg + speed),
        )
        if not all(good):
            raise PeerWireError("gps", f"no fix on earth: {self.lat_deg}, {self.lon_deg}, {speed}")


@dataclass(frozen=True, slots=True)
class Report:
    """One thing a receiver said of where it is; `fix` None = it does not know."""

    fix: Fix | None


@dataclass(frozen=True, slots=True)
class Rmc:
    """Recommended minimum: time, date, position, speed."""

    fix: Fix | None
    mode: str = "A"
    """A autonomous, D differential, F and R kinematic, P precise; E and others are guesses."""
    talker: str = "GP"
    at: datetime | None = None
    """Receivers tell the time before they know where they are."""


@dataclass(frozen=True, slots=True)
class Gga:
    """Fix data: position and how good it is; a time of day, no date, no speed."""

    fix: Fix | None
    quality: int = 1
    """0 none, 1 satellites, 2 differential, 4 and 5 kinematic, 6 estimated, 7 manual, 8 made up."""
    satellites: int = 0
    talker: str = "GP"


Sentence = Rmc | Gga


@dataclass(frozen=True, slots=True)
class Version:
    """gpsd's greeting."""

    release: str
    major: int
    minor: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Asked for by a client and confirmed by gpsd: whether reports are to come."""

    enable: bool = True
    json: bool = True


@dataclass(frozen=True, slots=True)
class Tpv:
    """Time, position, velocity. `mode` 0 and 1 = no fix, 2 = flat, 3 = with altitude."""

    mode: int
    fix: Fix | None
    device: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Devices:
    """The receivers gpsd listens to; empty = it has lost every one."""

    paths: tuple[str, ...] = field(default=())


GpsdReport = Version | Watch | Tpv | Devices
