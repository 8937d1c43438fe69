"""Passes: when a truck has come into a zone, and when it has left. Pure; state is plain data.

A pass begins when the truck was inside for `settle_s`, or is `settle_m` deep at the second fix in
a row, and ends when it was outside as long, or as far. So a truck that drives along an edge, or
whose receiver does, makes one pass and not ten.

Fixes are not believed blindly. One that says what was said before is old; one that moves without
getting anywhere is frozen; one that lies further off than a car drives is a leap, and the place
stays where it was until the leap has lasted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from playlists.errors import BadBytes
from playlists.schedule import instant
from playlists.schedule.refusals import PassRuleBounds
from playlists.schedule.zones import MAX_LAT_DEG, MAX_LON_DEG, MAX_ZONES, Place, Zone

CAR_M_S: Final = 50.0
"""180 km/h: no loudspeaker truck is faster."""
NOISE_M: Final = 50.0
"""So far a receiver may be wrong between two fixes without being called a liar."""
LEAP_LASTS: Final = timedelta(seconds=10)
"""Echoes between houses pass sooner; what lasts longer is where the truck is."""
LEAP_FIXES: Final = 3
MOVING_M_S: Final = 2.0
"""Whoever is so fast gets somewhere within a second."""
MIN_SETTLE_S: Final = 1.0
MAX_SETTLE_S: Final = 3_600.0
MIN_SETTLE_M: Final = 5.0
"""Receivers are not better than that."""
MAX_SETTLE_M: Final = 1_000.0
MIN_SPEED_KMH: Final = 5.0
"""Someone who walks; a receiver that stands still says less."""
MAX_SPEED_KMH: Final = 180.0
"""`CAR_M_S` as drivers say it."""
MIN_LOST_S: Final = 3.0
"""Receivers speak once a second, and a word may get lost."""
MAX_LOST_S: Final = 3_600.0
KMH_M_S: Final = 1 / 3.6


class Ending(StrEnum):
    """What becomes of the sound that is on."""

    FINISH = "finish"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class PassRules:
    """How sure one must be, and what holds when one is not."""

    settle_s: float = 30.0
    settle_m: float = 40.0
    max_speed_m_s: float = 12.0
    """43 km/h: whoever stands at the road hears five seconds of a faster truck. Nothing of a
    zone starts above it; what is on goes on."""
    lost_after_s: float = 15.0
    """Without a believable fix for so long nobody knows where the truck is. Shorter gaps, such
    as bridges and trees, are bridged: it is where it was."""
    when_lost: Ending = Ending.FINISH
    when_left: Ending = Ending.FINISH

    @classmethod
    def asked(  # noqa: PLR0917 -- the rules
        cls,
        settle_s: float,
        settle_m: float,
        max_speed_kmh: float,
        lost_after_s: float,
        when_lost: Ending,
        when_left: Ending,
    ) -> Self:
        """Return the rules that somebody asks for; PassRuleBounds names what makes no sense."""
        _check("settle_s", settle_s, MIN_SETTLE_S, MAX_SETTLE_S, "s")
        _check("settle_m", settle_m, MIN_SETTLE_M, MAX_SETTLE_M, "m")
        _check("max_speed_kmh", max_speed_kmh, MIN_SPEED_KMH, MAX_SPEED_KMH, "km/h")
        _check("lost_after_s", lost_after_s, MIN_LOST_S, MAX_LOST_S, "s")
        max_speed_m_s = round(max_speed_kmh * KMH_M_S, 3)
        return cls(settle_s, settle_m, max_speed_m_s, lost_after_s, when_lost, when_left)

    @property
    def max_speed_kmh(self) -> float:
        """Return the speed as drivers say it."""
        return round(self.max_speed_m_s / KMH_M_S, 1)

    def to_json(self) -> dict[str, object]:
        """Return the JSON form used inside plans."""
        return {
            "settle_s": self.settle_s,
            "settle_m": self.settle_m,
            "max_speed_m_s": self.max_speed_m_s,
            "lost_after_s": self.lost_after_s,
            "when_lost": self.when_lost.value,
            "when_left": self.when_left.value,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read the JSON form; BadBytes for anything else."""
        try:
            return cls(
                _number(document["settle_s"], MAX_SETTLE_S),
                _number(document["settle_m"], MAX_SETTLE_M),
                _number(document["max_speed_m_s"], CAR_M_S),
                _number(document["lost_after_s"], MAX_LOST_S),
                Ending(document["when_lost"]),
                Ending(document["when_left"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise BadBytes("pass rules", f"{type(exc).__name__}: {exc}"[:200]) from exc


DEFAULT_RULES: Final = PassRules()


@dataclass(frozen=True, slots=True)
class Fix:
    """What a receiver says: where, how fast, and when by the satellites (None = not told)."""

    place: Place
    speed_m_s: float | None = None
    stamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """On which side of one zone's edge the truck is."""

    entered_at: datetime | None = None
    """When this pass began; None = the truck is outside. It names the pass for ever."""
    turning_since: datetime | None = None
    """Since when every fix was on the other side; None = none was."""


@dataclass(frozen=True, slots=True)
class Leap:
    """A place too far off to be believed yet."""

    place: Place
    since: datetime
    at: datetime
    fixes: int = 1


@dataclass(frozen=True, slots=True)
class Track:
    """All that is known of a truck's way. The gateway keeps it on its disk."""

    place: Place | None = None
    """Where it was at its last believable fix; None = there never was one."""
    seen_at: datetime | None = None
    speed_m_s: float = 0.0
    stamp: datetime | None = None
    leap: Leap | None = None
    sides: Mapping[str, Side] = field(default_factory=dict)
    """By zone; zones that the truck is far from may be missing."""

    def moved(self, fix: Fix, zones: Iterable[Zone], rules: PassRules, at: datetime) -> "Track":
        """Return what is known after one more fix, received at `at`."""
        if self._is_old(fix) or self._is_frozen(fix):
            return replace(self, stamp=fix.stamp)
        if self._is_leap(fix, at):
            return replace(self, stamp=fix.stamp, leap=self._doubt(fix, at))
        bridged = not self.is_lost(rules, at)
        sides = {
            zone.id: _turned(
                self.sides.get(zone.id, Side()),
                _depth_m(zone, fix.place, rules),
                rules,
                at,
                bridged,
            )
            for zone in zones
        }
        return Track(
            place=fix.place,
            seen_at=at,
            speed_m_s=self._speed_m_s(fix, at),
            stamp=fix.stamp,
            sides={name: side for name, side in sides.items() if side != Side()},
        )

    def is_lost(self, rules: PassRules, at: datetime) -> bool:
        """Say whether nobody knows where the truck is; also after the clock was turned back."""
        return self.seen_at is None or not (
            timedelta(0) <= at - self.seen_at <= timedelta(seconds=rules.lost_after_s)
        )

    def lost_at(self, rules: PassRules) -> datetime | None:
        """Return the last instant at which the truck is not lost; None when it never was seen."""
        if self.seen_at is None:
            return None
        return self.seen_at + timedelta(seconds=rules.lost_after_s)

    def entered_at(self, zone: str) -> datetime | None:
        """Return when the pass through a zone began; None when the truck is outside."""
        return self.sides.get(zone, Side()).entered_at

    @property
    def inside(self) -> dict[str, datetime]:
        """Return the passes that are not over: zones, and when each began."""
        return {
            name: side.entered_at
            for name, side in self.sides.items()
            if side.entered_at is not None
        }

    def bound_by(self, zones: Iterable[Zone]) -> list[Zone]:
        """Return the zones whose caps and silence hold: at once inside, and as long as the pass."""
        return [
            zone
            for zone in zones
            if self.entered_at(zone.id) is not None
            or (self.place is not None and zone.polygon.contains(self.place))
        ]

    def to_json(self) -> dict[str, object]:
        """Return what must survive a power cut."""
        place = None if self.place is None else [self.place.lat_deg, self.place.lon_deg]
        inside = {name: instant.to_text(at) for name, at in self.inside.items()}
        seen_at = None if self.seen_at is None else instant.to_text(self.seen_at)
        return {"place": place, "seen_at": seen_at, "inside": inside}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read it again; BadBytes for anything else."""
        try:
            place, seen_at, inside = document["place"], document["seen_at"], document["inside"]
            if len(inside) > MAX_ZONES:
                raise BadBytes("track", f"{len(inside)} zones")
            return cls(
                place=None if place is None else _place(place),
                seen_at=None if seen_at is None else instant.from_text(seen_at),
                sides={name: Side(instant.from_text(text)) for name, text in inside.items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise BadBytes("track", f"{type(exc).__name__}: {exc}"[:200]) from exc

    def _is_old(self, fix: Fix) -> bool:
        return fix.stamp is not None and fix.stamp == self.stamp

    def _is_frozen(self, fix: Fix) -> bool:
        return fix.place == self.place and (fix.speed_m_s or 0.0) >= MOVING_M_S

    def _is_leap(self, fix: Fix, at: datetime) -> bool:
        if self.place is None or self.seen_at is None or at < self.seen_at:
            return False
        if not _is_beyond_reach(self.place, self.seen_at, fix.place, at):
            return False
        leap = self._doubt(fix, at)
        return leap.fixes < LEAP_FIXES or at - leap.since < LEAP_LASTS

    def _doubt(self, fix: Fix, at: datetime) -> Leap:
        """Return how long the truck has been seen where it cannot have got to."""
        before = self.leap
        if before is None or _is_beyond_reach(before.place, before.at, fix.place, at):
            return Leap(fix.place, at, at)
        return Leap(fix.place, before.since, at, before.fixes + 1)

    def _speed_m_s(self, fix: Fix, at: datetime) -> float:
        """Return the told speed, or what the way from the last fix tells."""
        if fix.speed_m_s is not None:
            return fix.speed_m_s
        if self.place is None or self.seen_at is None or at <= self.seen_at:
            return 0.0
        return min(self.place.metres_to(fix.place) / (at - self.seen_at).total_seconds(), CAR_M_S)


def strictest(zones: Iterable[Zone]) -> Zone | None:
    """Return the zone whose cap binds: of several the lowest; None without zones."""
    return min(zones, key=lambda zone: zone.cap_db, default=None)


def _is_beyond_reach(place: Place, since: datetime, other: Place, at: datetime) -> bool:
    return place.metres_to(other) > NOISE_M + CAR_M_S * max((at - since).total_seconds(), 0.0)


def _depth_m(zone: Zone, place: Place, rules: PassRules) -> float:
    """Return the depth; far away it is as good as any number below -settle_m."""
    if zone.polygon.is_near(place, rules.settle_m + 1):
        return zone.polygon.depth_m(place)
    return -(rules.settle_m + 1)


def _turned(side: Side, depth_m: float, rules: PassRules, at: datetime, bridged: bool) -> Side:  # noqa: FBT001 -- a fact, not a switch
    """Return the side after one more fix; what was begun before a gap too long begins anew."""
    is_in = side.entered_at is not None
    beyond_m = -depth_m if is_in else depth_m
    if beyond_m < 0 or (is_in and beyond_m == 0):
        return Side(side.entered_at)
    since = side.turning_since if bridged else None
    if since is None:
        return Side(side.entered_at, at)
    if beyond_m < rules.settle_m and at - since < timedelta(seconds=rules.settle_s):
        return Side(side.entered_at, since)
    return Side() if is_in else Side(at)


def _check(field: str, value: float, least: float, limit: float, unit: str) -> None:
    if not least <= value <= limit:
        raise PassRuleBounds(
            f"{field} is {value}", field=field, value=value, least=least, limit=limit, unit=unit
        )


def _place(pair: Sequence[object]) -> Place:
    lat_deg, lon_deg = pair
    return Place(_number(lat_deg, MAX_LAT_DEG, -90.0), _number(lon_deg, MAX_LON_DEG, -MAX_LON_DEG))


def _number(value: object, limit: float, least: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}"[:80])
    if not least <= value <= limit:
        raise ValueError(f"not from {least} to {limit}: {value}"[:80])
    return float(value)
