"""One device on a gateway: its plan, its player, its files."""

import asyncio
import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Final, Protocol

from drivers.ports import Status
from firmware_bridge.assets import AssetStore, Source
from firmware_bridge.cache import Held, PlanCache
from firmware_bridge.clock import Clock
from firmware_bridge.errors import AssetUnavailable, LinkWireError, PlanRefused, Refused
from firmware_bridge.firmware.fitter import Fitter
from firmware_bridge.herald import Herald
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.link.envelope import Domain, Keys, open_sealed
from firmware_bridge.link.messages import Ack, AsRunStored, Stage
from firmware_bridge.link.mqtt import Connection, Incoming
from firmware_bridge.link.topics import Channel, topic
from firmware_bridge.reporter import Reporter
from playlists.schedule.plan import Plan

logger = logging.getLogger(__name__)

NOT_STORED: Final = "storage"
"""Why a good plan was not followed: it could not be kept, and would be lost in a power cut."""
NOT_FETCHED: Final = "asset-unavailable"


class Player(Protocol):
    """What plays the plan."""

    def follow(self, plan: Plan) -> None:
        """Play by this plan from now on."""

    def refresh(self) -> None:
        """Look again: an asset has arrived, or the link is back."""

    def restarted(self) -> None:
        """Believe nothing of what the hardware was told: it has started anew."""

    async def status(self) -> Status:
        """Ask the hardware how it is; never raises for hardware that fails."""

    def stop(self) -> None:
        """Make `run` return."""

    async def run(self) -> None:
        """Play until stopped."""


class Station:
    """Takes plans and commands, fetches files, tells how far it got."""

    def __init__(
        self,
        *,
        tenant: str,
        device: str,
        keys: Keys,
        cache: PlanCache,
        assets: AssetStore,
        source: Source,
        clock: Clock,
        reporter: Reporter,
        player: Player,
        herald: Herald,
        connection: Connection,
        fitter: Fitter,
        tidy: Callable[[], None],
    ) -> None:
        """`tidy` is called when the plan changed: files may be needed no longer."""
        self._tenant = tenant
        self._device = device
        self._keys = keys
        self._cache = cache
        self._assets = assets
        self._source = source
        self._clock = clock
        self._reporter = reporter
        self.player = player
        self._herald = herald
        self._connection = connection
        self._fitter = fitter
        self._tidy = tidy
        self._plan_changed = asyncio.Event()
        self.held: Held | None = None
        """The plan that is followed."""

    def load(self) -> None:
        """Follow the plan on disk, if there is one to trust; needs no network."""
        held = self._cache.load()
        if held is not None:
            self._follow(held)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve the device until `stop`, then leave it dark or silent and say goodbye."""
        for channel in (Channel.PLAN, Channel.COMMAND, Channel.FIRMWARE):
            self._connection.subscribe(topic(self._tenant, self._device, channel))
        async with self._connection, asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(self.player.run(), name=f"play {self._device}")
            workers = [
                tasks.create_task(self._listen(), name=f"listen {self._device}"),
                tasks.create_task(self._fetch(), name=f"fetch {self._device}"),
                tasks.create_task(self._herald.run(), name=f"report {self._device}"),
                tasks.create_task(self._fitter.run(), name=f"firmware {self._device}"),
            ]
            await stop.wait()
            self.player.stop()
            await playing
            for worker in workers:
                worker.cancel()
            await asyncio.wait(workers)
            await self._herald.goodbye()

    async def _listen(self) -> None:
        async for message in self._connection.messages():
            if message.topic == topic(self._tenant, self._device, Channel.PLAN):
                self.take_plan(message.payload)
            elif message.topic == topic(self._tenant, self._device, Channel.FIRMWARE):
                self._fitter.take(message.payload)
            else:
                self._take_command(message)

    def take_plan(self, envelope: bytes) -> None:
        """Check a plan, keep it and follow it, or tell why not."""
        if not envelope:
            return  # a cleared retained message: the plan we hold still stands
        try:
            held = self._cache.accept(envelope, self._clock.now() if self._clock.trusted else None)
        except PlanRefused as exc:
            logger.warning("%s refuses a plan: %s", self._device, exc)
            self._reject(exc.version, exc.plan_sha256, exc.reason.value, exc.detail)
            return
        except OSError as exc:
            logger.exception("%s cannot keep a plan", self._device)
            self._reject(0, sha256(envelope).hexdigest(), NOT_STORED, str(exc))
            return
        if self.held is None or held.sha256 != self.held.sha256:
            self._follow(held)
        else:
            self._herald.repeat_all()  # a controller that was away sends its plans again

    def _follow(self, held: Held) -> None:
        self.held = held
        plan = held.plan
        logger.info("%s follows plan %d", self._device, plan.version)
        self._clock.learn(plan.issued_at)
        self._reporter.continue_after(plan.asrun_stored)
        self._reporter.stored(plan.asrun_stored)
        self._herald.follows(held)
        self._ack(held, Stage.RECEIVED)
        self.player.follow(plan)
        self._tidy()
        self._plan_changed.set()

    def _take_command(self, message: Incoming) -> None:
        if message.retained:
            logger.warning("%s ignores a retained command: actions never are", self._device)
            return
        try:
            payload = open_sealed(message.payload, Domain.COMMAND, self._keys)
            command = AsRunStored.decode(payload)
        except (Refused, LinkWireError) as exc:
            logger.warning("%s ignores a command: %s", self._device, exc)
            return
        own = (command.tenant, command.device) == (self._tenant, self._device)
        late = self._clock.trusted and self._clock.now() > command.not_after
        if own and not late:
            self._reporter.stored(command.seq)

    async def _fetch(self) -> None:
        """Fetch for the newest plan; a new plan breaks off fetching for the old one."""
        while True:
            self._plan_changed.clear()
            fetching = asyncio.create_task(self._fetch_for(self.held))
            try:
                await self._plan_changed.wait()
            finally:
                fetching.cancel()
                await asyncio.wait([fetching])

    async def _fetch_for(self, held: Held | None) -> None:
        backoff = Backoff()
        try:
            while held is not None:
                if await self._fetch_missing(held):
                    return
                await asyncio.sleep(backoff.delay_s())
        except Exception:
            logger.exception("%s gives up fetching for this plan", self._device)

    async def _fetch_missing(self, held: Held) -> bool:
        """Try each missing file once; say whether all are here."""
        failure: AssetUnavailable | None = None
        for asset in held.plan.assets.values():
            if self._assets.has(asset):
                continue
            try:
                await self._assets.fetch(asset, self._source)
            except AssetUnavailable as exc:
                logger.debug("%s: %s", self._device, exc)
                failure = exc
            else:
                self.player.refresh()
                self._ack(held, Stage.READY)
        if failure is None:
            self._ack(held, Stage.ACTIVE)
        else:
            self._ack(held, Stage.READY, NOT_FETCHED, str(failure))
        return failure is None

    def _ack(self, held: Held, stage: Stage, reason: str | None = None, detail: str = "") -> None:
        needed = held.plan.assets.values()
        self._herald.ack(
            Ack(
                version=held.plan.version,
                plan_sha256=held.sha256,
                stage=stage,
                at=self._clock.now(),
                assets_ready=sum(map(self._assets.has, needed)),
                assets_total=len(needed),
                reason=reason,
                detail=detail,
            )
        )

    def _reject(self, version: int, plan_sha256: str, reason: str, detail: str) -> None:
        now = self._clock.now()
        self._herald.reject(
            Ack(version, plan_sha256, Stage.REJECTED, now, reason=reason, detail=detail)
        )
