"""Gateways of loudspeakers in virtual time: real but for the wire, the card and the receiver.

Plans come from a real controller, signed; stations, caches, journals, players and outlets are the
gateway's own, wired by itself. Outputs have an ear each, trucks drive.
"""

import asyncio
import base64
import shutil
from datetime import timedelta
from pathlib import Path

import httpx

from controller.store import plans
from drivers.gps.driver import NmeaEar
from firmware_bridge import config
from firmware_bridge.gateway import Gateway
from firmware_bridge.player.capped import CappedOutput
from firmware_bridge.player.outlet import BLOCK, Outlet
from firmware_bridge.reporter import Reporter
from playlists.audio.decode import decode
from playlists.schedule import plan as planned
from playlists.schedule.passes import Fix
from playlists.schedule.plan import AssetKind
from playlists.schedule.zones import Place
from simulator.clockwork import InlineHand
from simulator.speakers import virtual
from simulator.speakers.listener import Listener
from simulator.speakers.virtual import VirtualOutput


class Drive:
    """A truck that drives from an instant on, until its route is over; then its receiver is off."""

    def __init__(self, truck, begins):
        self.truck = truck
        self._begins = begins

    async def receive(self, clock, moved):
        await clock.sleep_until(self._begins)
        ear, second = NmeaEar(), 0
        while second < self.truck.route.duration_s:
            for report in ear.receive(self.truck.nmea(second, clock.now())):
                if report.fix is not None:
                    where = Place(report.fix.lat_deg, report.fix.lon_deg)
                    moved(Fix(where, report.fix.speed_m_s, report.fix.at))
            second += 1
            await clock.sleep_until(self._begins + timedelta(seconds=second))
        await asyncio.Event().wait()


class VirtualHardware:
    """What a gateway drives."""

    def __init__(self, clock, known, drives=()):
        """`known`: every sound that may be heard, by asset; `drives` by device."""
        self._clock = clock
        self._known = known
        self._drives = dict(drives)
        self.decoder = InlineHand()
        self.ears = {}

    def hand(self, _device):
        return InlineHand()

    def bench(self, _device):
        return None

    def sdp(self, _device):
        return None

    def outlet(self, device, clock, cap_db):
        hand, ear = InlineHand(), self.ears.setdefault(device.id, Listener(self._known))
        output = CappedOutput(VirtualOutput(self._clock, hand, ear), cap_db)
        block = BLOCK if device.id in self._drives else virtual.BLOCK
        return Outlet(output, hand, clock, block=block)

    def receiver(self, device):
        drive = self._drives.get(device.id)
        return None if drive is None else lambda moved: drive.receive(self._clock, moved)


def configure(folder: Path, services, secrets, *, port=1, mqtt_port=1):
    """Write the file of a gateway, as its installer would, and read it."""
    key = base64.b64encode(services.plan_key).decode()
    devices = "".join(
        f"[[device]]\nid = '{name}'\nkind = 'speaker'\nsecret = '{secret}'\n"
        f"driver = 'pcm'\nport = '127.0.0.1:{place}'\n"
        for place, (name, secret) in enumerate(secrets.items(), start=1)
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gateway.toml").write_text(
        f"[controller]\nurl = 'http://127.0.0.1:{port}'\nmqtt_url = 'mqtt://127.0.0.1:{mqtt_port}'\n"
        f"tenant = '{services.settings.tenant}'\nplan_keys = ['{key}']\ndata = 'field'\n{devices}",
        "utf-8",
    )
    return config.read(folder / "gateway.toml")


class VirtualGateway:
    """A gateway that plays; plans and files are brought to it by hand."""

    def __init__(self, settings, services, clock, hardware):
        self._services = services
        self._folder = settings.data
        self._lives = []
        self.hardware = hardware
        self.gateway = Gateway(settings, hardware, httpx.AsyncClient(verify=False), clock)
        self.stations = {
            device.id: station
            for device, station in zip(settings.devices, self.gateway.stations, strict=True)
        }

    def start(self):
        """Boot from the disk, and play."""
        for station in self.gateway.stations:
            station.load()
        self._lives = [
            asyncio.create_task(station.player.run(), name=f"play {name}")
            for name, station in self.stations.items()
        ]

    async def stop(self):
        """Stop in order."""
        for station in self.gateway.stations:
            station.player.stop()
        await asyncio.gather(*self._lives)

    async def lose_power(self):
        """Stop in the midst of everything: the journals end where they are."""
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        for ear in self.hardware.ears.values():
            ear.forget_from(asyncio.get_running_loop().time())

    def journal(self, name):
        """What a device's journal on disk holds for the controller."""
        return Reporter(self._folder / name / "asrun.log").pending()

    def bring_plans(self):
        """Bring every device its newest plan and the files it needs; return the new plans."""
        brought = []
        for name, station in self.stations.items():
            with self._services.store.read() as tx:
                envelope = plans.current(tx, name)
            payload = planned.decode(envelope.payload)
            if station.held is not None and station.held.sha256 == envelope.sha256:
                continue
            for sha256 in payload.assets:
                target = self._folder / "assets" / sha256
                if not target.exists():
                    shutil.copy(self._services.assets.path(sha256), target)
            station.take_plan(envelope.envelope)
            assert station.held.plan == payload
            brought.append(payload)
        return brought


def learn(known, services, plan):
    """Let listeners know the sounds of a plan: decoded here, not by the gateway that plays them."""
    for name, asset in plan.assets.items():
        if asset.kind is AssetKind.SOUND and name not in known:
            known[name] = decode(services.assets.read(name))
