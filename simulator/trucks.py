"""Make-believe trucks: they drive a route and their receivers say so, well or badly.

A truck is asked where it is at a second of its drive, so that it drives in virtual time as well as
in real time: `Truck.nmea` and `Truck.gpsd` give bytes, `simulator.receivers` puts them on a line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from random import Random
from typing import Any, Final

from drivers.gps import gpsd, nmea
from drivers.gps.packets import Fix, Gga, Rmc, Tpv
from playlists.schedule.zones import Place
from simulator.errors import BadDistrict

MAX_POINTS: Final = 10_000
KMH_M_S: Final = 1 / 3.6
_JUMP_DEG: Final = 0.03
"""Three kilometres."""
_SATELLITES: Final = 8


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A point of a route, how long the truck stands there, and how fast it drives on."""

    place: Place
    speed_m_s: float
    stands_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """Points one after the other, in straight lines; a loop goes on for ever."""

    points: tuple[Waypoint, ...]
    is_loop: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.points) <= MAX_POINTS:
            raise BadDistrict(f"a route of {len(self.points)} points")
        if any(point.speed_m_s <= 0 or point.stands_s < 0 for point in self.points):
            raise BadDistrict("a truck drives faster than 0, and stands no negative time")

    @classmethod
    def of(cls, points: Sequence[Sequence[float]], *, is_loop: bool = False) -> "Route":
        """Return the route of (latitude, longitude, km/h, seconds to stand) points."""
        return cls(
            tuple(
                Waypoint(Place(lat, lon), kmh * KMH_M_S, *stands)
                for lat, lon, kmh, *stands in points
            ),
            is_loop,
        )

    @property
    def duration_s(self) -> float:
        """Return how long one round, or all of it, takes."""
        last = 0.0 if self.is_loop else self.points[-1].stands_s
        return sum(start.stands_s + _drive_s(start, end) for start, end in self._legs()) + last

    def at(self, second: float) -> tuple[Place, float]:
        """Return where the truck is, and its speed in m/s."""
        if self.is_loop and self.duration_s > 0:
            second %= self.duration_s
        for start, end in self._legs():
            if second < start.stands_s:
                return start.place, 0.0
            second -= start.stands_s
            drive_s = _drive_s(start, end)
            if second < drive_s:
                return _between(start.place, end.place, second / drive_s), start.speed_m_s
            second -= drive_s
        return self.points[-1].place, 0.0

    def _legs(self) -> list[tuple[Waypoint, Waypoint]]:
        ends = [self.points[0]] if self.is_loop else []
        return list(pairwise([*self.points, *ends]))


class Trouble(StrEnum):
    """What may be wrong with a receiver."""

    NO_FIX = "no_fix"
    """It says that it does not know."""
    SILENT = "silent"
    """It says nothing."""
    JUMP = "jump"
    """It is three kilometres off."""
    FROZEN = "frozen"
    """It says again and again what it said before."""
    STUCK = "stuck"
    """Time and speed go on, the place does not."""
    GARBAGE = "garbage"
    """Noise on the line, between sentences and inside them."""
    CHECKSUM = "checksum"
    """Sentences are damaged on their way."""


@dataclass(frozen=True, slots=True)
class Bout:
    """Trouble from one second of the drive to another."""

    trouble: Trouble
    from_s: float
    to_s: float

    def holds(self, second: float) -> bool:
        """Say whether it holds at a second."""
        return self.from_s <= second < self.to_s


class Truck:
    """One truck and its receiver."""

    def __init__(self, name: str, route: Route, bouts: Sequence[Bout] = (), seed: int = 0) -> None:
        self.id = name
        self.route = route
        self._bouts = tuple(bouts)
        self._chance = Random(seed)  # noqa: S311 -- noise, no secret

    def troubles(self, second: float) -> frozenset[Trouble]:
        """Return what is wrong at a second."""
        return frozenset(bout.trouble for bout in self._bouts if bout.holds(second))

    def fix(self, second: float, at: datetime) -> Fix | None:
        """Return what the receiver believes at a second of the drive, which is the instant `at`."""
        troubles = self.troubles(second)
        if Trouble.NO_FIX in troubles:
            return None
        place, speed_m_s = self.route.at(second)
        fix = Fix(place.lat_deg, place.lon_deg, speed_m_s, at)
        if Trouble.JUMP in troubles:
            fix = replace(fix, lat_deg=fix.lat_deg + _JUMP_DEG)
        held = max(
            (bout.from_s for bout in self._bouts if _holds_place(bout, second)), default=None
        )
        if held is not None:
            place, _ = self.route.at(held)
            fix = replace(fix, lat_deg=place.lat_deg, lon_deg=place.lon_deg)
        return fix

    def nmea(self, second: float, at: datetime) -> bytes:
        """Return what comes down the serial line in this second: RMC and GGA."""
        troubles, told_at = self.troubles(second), self._told_at(second, at)
        if Trouble.SILENT in troubles:
            return b""
        fix = self.fix(second, told_at)
        flat = None if fix is None else replace(fix, speed_m_s=None)
        gga = Gga(flat, 0 if fix is None else 1, 0 if fix is None else _SATELLITES)
        said = nmea.encode(Rmc(fix, "N" if fix is None else "A", at=told_at)) + nmea.encode(gga)
        if Trouble.CHECKSUM in troubles:
            said = said.replace(b"*", b"*F", 2)
        if Trouble.GARBAGE in troubles:
            cut = self._chance.randrange(len(said))
            said = said[:cut] + self._chance.randbytes(self._chance.randrange(1, 200)) + said[cut:]
        return said

    def gpsd(self, second: float, at: datetime) -> bytes:
        """Return the report gpsd makes of it; gpsd itself keeps noise and checksums away."""
        troubles = self.troubles(second)
        if troubles & {Trouble.SILENT, Trouble.CHECKSUM}:
            return b""
        told_at = self._told_at(second, at)
        fix = self.fix(second, told_at)
        report = gpsd.encode(Tpv(1 if fix is None else 3, fix, f"/dev/{self.id}", told_at))
        return report[: len(report) // 2] + b"\r\n" if Trouble.GARBAGE in troubles else report

    def _told_at(self, second: float, at: datetime) -> datetime:
        """Return the time the receiver tells; a frozen one tells that at which it froze."""
        frozen = [bout for bout in self._bouts if bout.trouble is Trouble.FROZEN]
        began_s = max((bout.from_s for bout in frozen if bout.holds(second)), default=second)
        return at - timedelta(seconds=second - began_s)


def truck_of(table: Mapping[str, Any]) -> Truck:
    """Read a truck of a district file: `route`, and perhaps `loop` and `trouble`."""
    bouts = [
        Bout(Trouble(one["kind"]), float(one["from_s"]), float(one["to_s"]))
        for one in table.get("trouble", ())
    ]
    route = Route.of(table["route"], is_loop=bool(table.get("loop", True)))
    return Truck(str(table["id"]), route, bouts)


def _holds_place(bout: Bout, second: float) -> bool:
    return bout.trouble in {Trouble.FROZEN, Trouble.STUCK} and bout.holds(second)


def _drive_s(start: Waypoint, end: Waypoint) -> float:
    return start.place.metres_to(end.place) / start.speed_m_s


def _between(start: Place, end: Place, share: float) -> Place:
    return Place(
        start.lat_deg + share * (end.lat_deg - start.lat_deg),
        start.lon_deg + share * (end.lon_deg - start.lon_deg),
    )
