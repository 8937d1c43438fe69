"""A loudspeaker truck on stage in virtual time: route and receiver simulated, sentences real."""

from datetime import timedelta

import numpy as np
from air import no_air
from loudspeaker_stage import FakeOutput, InlineHand, Stage
from plans import at
from turned_clock import TurnedClock

from drivers.gps.driver import NmeaEar
from firmware_bridge.player.capped import CappedOutput
from firmware_bridge.player.outlet import Outlet
from firmware_bridge.player.speaker import SpeakerPlayer
from firmware_bridge.player.truck import TruckPlayer
from firmware_bridge.reporter import Reporter
from firmware_bridge.trackfile import TrackFile
from playlists.schedule.passes import Fix
from playlists.schedule.zones import Place, Polygon, Zone
from simulator.trucks import Bout, Route, Truck

HOME = Place(21.0285, 105.8542)
"""Hoàn Kiếm."""
NORTH_M, EAST_M = 110_720.0, 103_930.0
"""Metres in a degree there, as the map of Hà Nội has them."""


def place(east_m, north_m):
    return Place(HOME.lat_deg + north_m / NORTH_M, HOME.lon_deg + east_m / EAST_M)


def box(name, west_m, south_m, east_m, north_m, **more):
    """A zone between two corners, in metres from home."""
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m)]
    return Zone(name, Polygon(tuple(place(*corner) for corner in corners)), **more)


def drive(*points, troubles=(), name="xe-1"):
    """A truck along (metres east, metres north, km/h, seconds to stand) points."""
    route = Route.of(
        [(*_pair(place(east, north)), *more) for east, north, *more in points], is_loop=False
    )
    return Truck(name, route, [Bout(*one) for one in troubles])


def _pair(where):
    return where.lat_deg, where.lon_deg


class TruckStage(Stage):
    """A truck's player, from sentences to samples."""

    def __init__(self, tmp_path, truck):
        self.clock = TurnedClock(at(0))
        self.output = FakeOutput(self.clock)
        self.reporter = Reporter(tmp_path / "asrun.log")
        self.states = []
        self.missing = set()
        self.decoded = []
        self.truck = truck
        self.player = TruckPlayer(
            clock=self.clock,
            reporter=self.reporter,
            track_file=TrackFile(tmp_path / "track.json"),
            report=self.states.append,
            receive=None if truck is None else self.receive,
        )
        speaker = SpeakerPlayer(
            name="xe",
            outlet=Outlet(CappedOutput(self.output, self.player.cap_db), InlineHand(), self.clock),
            clock=self.clock,
            reporter=self.reporter,
            has=lambda wanted: wanted.sha256 not in self.missing,
            decode=self.decode,
            decoder=InlineHand(),
            tune=no_air,
            report=self.player.on_air,
            ground=self.player,
        )
        self.player.drive(speaker)

    async def receive(self, moved):
        ear = NmeaEar()
        while True:
            now = self.clock.now()
            second = (now - at(0)).total_seconds()
            for report in ear.receive(self.truck.nmea(second, now)):
                if report.fix is not None:
                    where = Place(report.fix.lat_deg, report.fix.lon_deg)
                    moved(Fix(where, report.fix.speed_m_s, report.fix.at))
            await self.clock.sleep_until(now + timedelta(seconds=1))

    def levels_db(self, who):
        """How loud one was heard, block by block, against how loud it was recorded."""
        recorded = 1000 * ("ABCDEF".index(who) + 1)
        return [
            round(20 * np.log10(np.abs(block.astype(int)).max() / recorded), 1)
            for _, block in self.output.spoken()
        ]

    def starts(self):
        """Begun sounds: (broadcast, zone, second)."""
        return [
            (one.broadcast, _zone(one.occurrence), round((one.started_at - at(0)).total_seconds()))
            for one in self.reporter.pending()
            if one.started_at is not None
        ]

    def ends(self):
        """Every entry: (broadcast, zone, why, and what else is told but caps)."""
        return [
            (one.broadcast, _zone(one.occurrence), one.end_reason.value, _split(one.detail)[0])
            for one in self.reporter.pending()
        ]

    def caps(self):
        """What each entry tells of zones' caps."""
        return [_split(one.detail)[1] for one in self.reporter.pending()]


def _split(detail):
    """What is told of other things, and of caps."""
    parts = detail.split("; ") if detail else []
    caps = [part for part in parts if part.startswith("cap ")]
    return "; ".join(part for part in parts if part not in caps), "; ".join(caps)


def _zone(occurrence):
    parts = occurrence.split("/")
    return parts[1] if len(parts) > 1 else ""
