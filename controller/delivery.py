"""Delivery: the outbox goes to the broker, reports come back into the store.

The broker is a cache: on every connect all current plans are published again. What devices say is
believed only for themselves: the topic names the device, and the broker lets nobody else use it.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from controller.clock import Clock
from controller.datause import Kind
from controller.hub import bell
from controller.meter import Meter
from controller.rollouts import Rollouts
from controller.settings import Settings
from controller.store import firmware, places, plans, proof
from controller.store.plans import Outgoing
from controller.store.store import Store, Tx
from firmware_bridge.errors import LinkWireError, NotConnected
from firmware_bridge.link import envelope, topics
from firmware_bridge.link.messages import Ack, AsRun, AsRunStored, State
from firmware_bridge.link.mqtt import Connection, Incoming
from firmware_bridge.link.topics import FROM_GATEWAY, Address, Channel
from playlists.schedule import instant

RECEIPT_TTL: Final = timedelta(minutes=10)
"""A receipt that travels longer than this is worthless; the gateway sends its entries again."""
RETRY_S: Final = 1.0
AT_ONCE: Final = 200
"""Plans, and orders, read and handed to the broker before waiting for its answers: however many
devices there are, no more plans than these are in memory."""

logger = logging.getLogger(__name__)


class Delivery:
    """One connection to the broker, and the three duties on it."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        key: Ed25519PrivateKey,
        rollouts: Rollouts,
        *,
        meter: Meter,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._key = key
        self._rollouts = rollouts
        self._meter = meter
        self._news = asyncio.Event()
        self._connection: Connection | None = None

    @property
    def connected(self) -> bool:
        """Say whether the broker is there."""
        return self._connection is not None and self._connection.connected

    async def run(self, url: str, username: str, password: str) -> None:
        """Deliver until cancelled."""
        self._store.on_commit(bell(self._news.set))
        async with (
            Connection(
                url=url,
                username=username,
                password=password,
                client_id=username,
                on_connected=self._refill,
            ) as connection,
            asyncio.TaskGroup() as duties,
        ):
            self._connection = connection
            for channel in FROM_GATEWAY:
                connection.subscribe(topics.every_device(self._settings.tenant, channel))
            duties.create_task(self._send(connection), name="delivery: outbox")
            duties.create_task(self._receive(connection), name="delivery: reports")

    def _refill(self) -> None:
        """Queue every plan and order again: the broker may have lost what it had."""
        asyncio.get_running_loop().run_in_executor(None, self._queue_all)

    def _queue_all(self) -> None:
        with self._store.write() as tx:
            plans.queue_all(tx)
            firmware.queue_all(tx)

    async def _send(self, connection: Connection) -> None:
        while True:
            self._news.clear()
            waiting = await asyncio.to_thread(self._outgoing)
            if not waiting:
                await self._news.wait()
                continue
            try:
                await self._publish(connection, waiting)
            except NotConnected:
                await asyncio.sleep(RETRY_S)

    async def _publish(self, connection: Connection, batch: list[Outgoing]) -> None:
        tenant = self._settings.tenant
        sending = [
            connection.publish(
                topics.topic(tenant, one.device, one.channel), one.envelope, retain=True
            )
            for one in batch
        ]
        results = await asyncio.gather(*sending, return_exceptions=True)
        sent = [one for one, result in zip(batch, results, strict=True) if result is None]
        await asyncio.to_thread(self._forget, sent)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _outgoing(self) -> list[Outgoing]:
        with self._store.read() as tx:
            return plans.outgoing(tx, AT_ONCE) + firmware.outgoing(tx)[:AT_ONCE]

    def _forget(self, sent: list[Outgoing]) -> None:
        with self._store.write() as tx:
            self._meter.published(tx, sent)
            for one in sent:
                if one.channel is Channel.FIRMWARE:
                    firmware.sent(tx, one.device, one.id)
            plans.sent(tx, [one.id for one in sent if one.channel is Channel.PLAN])

    async def _receive(self, connection: Connection) -> None:
        async for incoming in connection.messages():
            try:
                address = topics.parse(incoming.topic)
                receipt = await asyncio.to_thread(self._take, address, incoming)
                if receipt is not None:
                    await self._confirm(connection, receipt)
            except LinkWireError as exc:
                logger.warning("%s sent what nobody understands: %s", incoming.topic, exc)
            except NotConnected:
                logger.debug("no receipt for %s: the broker is away", incoming.topic)
            except Exception:
                # One report must not silence all others.
                logger.exception("a report on %s could not be taken", incoming.topic)

    def _take(self, address: Address, incoming: Incoming) -> AsRunStored | None:
        """Store one report; return the receipt it deserves, if any."""
        with self._store.write() as tx:
            if not places.devices(tx, [address.device]):
                logger.warning("a report of unknown device %s", address.device)
                return None
            if not incoming.retained:
                self._meter.received(address, incoming.payload)
            if address.channel is Channel.ACK:
                self._take_ack(tx, address.device, Ack.decode(incoming.payload))
            elif address.channel is Channel.STATE and incoming.payload:
                self._take_state(tx, address.device, State.decode(incoming.payload))
            elif address.channel is Channel.ASRUN:
                return self._take_asrun(tx, address.device, AsRun.decode(incoming.payload))
        return None

    def _take_ack(self, tx: Tx, device: str, ack: Ack) -> None:
        if plans.acknowledge(tx, device, ack):
            facts: dict[str, object] = {
                "version": ack.version,
                "stage": ack.stage.value,
                "assets_ready": ack.assets_ready,
                "assets_total": ack.assets_total,
                "reason": ack.reason,
                "detail": ack.detail,
            }
            proof.add_event(tx, self._clock.now(), "ack", device, facts)

    def _take_state(self, tx: Tx, device: str, state: State) -> None:
        self._meter.told(tx, device, state)
        if state.firmware is not None:
            self._rollouts.take(tx, device, state.firmware)
        if state.online:
            # Brokers were seen to lose a plan that came while its device was subscribing.
            plans.queue_unless_held(tx, device, state.plan_sha256)
        if proof.set_state(tx, device, state):
            facts: dict[str, object] = {
                "online": state.online,
                "broadcast": state.broadcast,
                "occurrence": state.occurrence,
                "asset": state.asset,
                "since": None if state.since is None else instant.to_text(state.since),
                "until": None if state.until is None else instant.to_text(state.until),
                "why": state.why,
                "fault": state.fault,
            }
            proof.add_event(tx, self._clock.now(), "state", device, facts)

    def _take_asrun(self, tx: Tx, device: str, entry: AsRun) -> AsRunStored:
        if proof.add_asrun(tx, device, entry):
            facts: dict[str, object] = {
                "seq": entry.seq,
                "broadcast": entry.broadcast,
                "end_reason": entry.end_reason.value,
            }
            proof.add_event(tx, self._clock.now(), "asrun", device, facts)
        complete = proof.complete_up_to(tx, device)
        not_after = self._clock.now() + RECEIPT_TTL
        return AsRunStored(self._settings.tenant, device, complete, not_after)

    async def _confirm(self, connection: Connection, receipt: AsRunStored) -> None:
        sealed = envelope.seal(receipt.encode(), envelope.Domain.COMMAND, self._key)
        command = topics.topic(receipt.tenant, receipt.device, Channel.COMMAND)
        await connection.publish(command, sealed)
        self._meter.count(receipt.device, Kind.RECEIPT, len(sealed))
