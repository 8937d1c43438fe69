"""The gateway: one process in the field, many devices, each with its own connection."""

import asyncio
import logging
import signal
from pathlib import Path

import httpx

from firmware_bridge import config as configs
from firmware_bridge.assets import AssetStore, Source
from firmware_bridge.cache import PlanCache
from firmware_bridge.clock import Clock, SystemClock
from firmware_bridge.config import DeviceConfig, GatewayConfig
from firmware_bridge.firmware.fitter import Fitter, Rules
from firmware_bridge.hardware import Hardware
from firmware_bridge.herald import Herald
from firmware_bridge.link.mqtt import Connection
from firmware_bridge.link.topics import Channel, topic
from firmware_bridge.live.receiver import Tuning
from firmware_bridge.player.board import BoardPlayer
from firmware_bridge.player.speaker import SpeakerPlayer
from firmware_bridge.player.truck import TruckPlayer
from firmware_bridge.reporter import Reporter
from firmware_bridge.scenes import SceneShelf
from firmware_bridge.sounds import SoundShelf
from firmware_bridge.station import Player, Station
from firmware_bridge.trackfile import TrackFile
from firmware_bridge.watchdog import Watchdog

logger = logging.getLogger(__name__)


async def run(config: Path) -> None:
    """Run a gateway until SIGINT or SIGTERM; BadConfig when the file cannot be used."""
    settings = configs.read(config)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    hardware = Hardware()
    # The controller is reached directly: a proxy of the environment would see device secrets.
    async with httpx.AsyncClient(trust_env=False) as http:
        await Gateway(settings, hardware, http, SystemClock()).run(stop)
    hardware.close()


class Gateway:
    """All stations of one configuration."""

    def __init__(
        self, settings: GatewayConfig, hardware: Hardware, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._settings = settings
        self._hardware = hardware
        self._clock = clock
        self._assets = AssetStore(settings.data / "assets", http)
        self._decoder = hardware.decoder
        self._sounds = SoundShelf(self._assets.read)
        self._shelves: list[SceneShelf] = []
        self._watchdog = Watchdog()
        self._fitters: list[Fitter] = []
        self._loaded = False
        self.stations = [self._station(device) for device in settings.devices]

    async def run(self, stop: asyncio.Event) -> None:
        """Play what is on disk, then whatever comes, until `stop`."""
        for station in self.stations:
            station.load()
        self._loaded = True
        self._tidy()
        feeding = asyncio.create_task(self._watchdog.run())
        try:
            async with asyncio.TaskGroup() as tasks:
                for station in self.stations:
                    tasks.create_task(station.run(stop))
        finally:
            feeding.cancel()

    def _station(self, device: DeviceConfig) -> Station:
        settings, folder = self._settings, self._settings.data / device.id
        cache = PlanCache(folder, tenant=settings.tenant, device=device.id, keys=settings.keys)
        reporter = Reporter(folder / "asrun.log")
        herald = Herald(
            tenant=settings.tenant, device=device.id, clock=self._clock, reporter=reporter
        )

        def connected() -> None:
            herald.reconnected()
            player.refresh()

        connection = Connection(
            url=settings.mqtt_url,
            username=device.id,
            password=device.secret,
            client_id=device.id,
            will=herald.will,
            on_connected=connected,
        )
        herald.speak_through(connection)
        player = self._player(device, reporter, herald, connection)
        source = Source(settings.url, device.secret)
        return Station(
            tenant=settings.tenant,
            device=device.id,
            keys=settings.keys,
            cache=cache,
            assets=self._assets,
            source=source,
            clock=self._clock,
            reporter=reporter,
            player=player,
            herald=herald,
            connection=connection,
            fitter=self._fitter(device, folder, source, herald, player),
            tidy=self._tidy,
        )

    def _fitter(
        self, device: DeviceConfig, folder: Path, source: Source, herald: Herald, player: Player
    ) -> Fitter:
        settings = self._settings
        fitter = Fitter(
            device.id,
            folder,
            Rules(settings.tenant, settings.keys, settings.firmware_keys, self._assets, source),
            self._hardware.bench(device),
            report=herald.firmware,
            restarted=player.restarted,
            status=player.status,
            tidy=self._tidy,
        )
        self._fitters.append(fitter)
        return fitter

    def _player(
        self, device: DeviceConfig, reporter: Reporter, herald: Herald, connection: Connection
    ) -> Player:
        if device.geometry is None:
            self._describe(device)
            truck = TruckPlayer(
                clock=self._clock,
                reporter=reporter,
                track_file=TrackFile(self._settings.data / device.id / "track.json"),
                report=herald.on_air,
                receive=self._hardware.receiver(device),
            )
            speaker = SpeakerPlayer(
                name=device.id,
                outlet=self._hardware.outlet(device, self._clock, truck.cap_db),
                clock=self._clock,
                reporter=reporter,
                has=self._assets.has,
                decode=self._sounds.get,
                decoder=self._decoder,
                tune=Tuning(Source(self._settings.url, device.secret)),
                report=truck.on_air,
                beat=self._watchdog.beat(device.id),
                ground=truck,
            )
            truck.drive(speaker)
            return truck
        frames = topic(self._settings.tenant, device.id, Channel.FRAME)
        shelf = SceneShelf(device.geometry, device.depth, self._assets.read)
        self._shelves.append(shelf)
        return BoardPlayer(
            name=device.id,
            open_board=self._hardware.board(
                device, device.geometry, frames, connection.publish_now
            ),
            hand=self._hardware.hand(device),
            clock=self._clock,
            reporter=reporter,
            scene=shelf.get,
            report=herald.on_air,
            beat=self._watchdog.beat(device.id),
        )

    def _describe(self, device: DeviceConfig) -> None:
        """Leave beside the device's journal what IP horns need in order to listen."""
        sdp = self._hardware.sdp(device)
        if sdp is None:
            return
        path = self._settings.data / device.id / "horns.sdp"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sdp.encode())
        except OSError as exc:
            logger.warning("%s cannot be written: %s", path, exc)

    def _tidy(self) -> None:
        """Delete files that no plan needs; before every plan was loaded nobody knows which."""
        if self._loaded:
            held = [station.held for station in self.stations if station.held is not None]
            needed = {name for one in held for name in one.plan.assets}
            self._assets.keep_only(needed.union(*(fitter.needed for fitter in self._fitters)))
            for shelf in self._shelves:
                shelf.keep_only(needed)
