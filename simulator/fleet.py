"""Thousands of gateways in one process: each with its own credentials, plan and verdict.

A gateway of the fleet connects, verifies its plan, acknowledges it and tells in its state what is
on, with the code of the real link and the real arbiter. It drives no hardware, fetches no files
(it acts as if all were there) and keeps nothing on disk: the disks of a thousand gateways are not
one. A thread each, as paho has it, would be a thousand threads on `select`, which takes no
descriptor above 1,023; here all share one loop, so this room speaks the few packets of MQTT 3.1.1
that it needs. What breaks stays broken: a gateway that lost its broker is `lost`.
"""

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self
from urllib.parse import urlsplit

from drivers.errors import PeerWireError
from firmware_bridge.errors import RefusalReason, Refused
from firmware_bridge.link.envelope import Domain, Keys, open_sealed
from firmware_bridge.link.messages import Ack, Stage, State
from firmware_bridge.link.topics import Channel, topic
from playlists.errors import BadBytes
from playlists.schedule import arbiter
from playlists.schedule import plan as plans
from playlists.schedule.plan import Item, Plan

logger = logging.getLogger(__name__)

AT_ONCE: Final = 20
"""Gateways that connect at the same time: a broker checks each password, slowly on purpose."""
CONNECT_TIMEOUT_S: Final = 180.0
"""For all of them together."""
KEEPALIVE_S: Final = 30
MAX_PACKET_BYTES: Final = 1 << 20
"""As the embedded broker has it."""
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
_PINGREQ: Final = b"\xc0\x00"
_QOS1, _RETAIN = 0x02, 0x01
_QOS_BITS: Final = 0x06
_HELLO_FLAGS: Final = 0xEE
"""User, password, a retained will at QoS 1, nothing kept from an earlier session."""
_MORE: Final = 0x80
"""Set in each byte of a length but its last."""
_MAX_LENGTH_BYTES: Final = 4
_MAY_NOT: Final = 0x80
_PLAN_WANTED: Final = 1
"""The packet id of our only subscription."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A device, and the secret its gateway connects with."""

    device: str
    secret: str
    exclusive: bool = False
    """A loudspeaker plays one thing at a time; a board rotates."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came on where, by the device's own clock."""

    device: str
    broadcast: str
    at: datetime


def packet(head: int, *parts: bytes) -> bytes:
    """Return an MQTT packet: its first byte, the length of the rest, the rest."""
    body = b"".join(parts)
    length, left = bytearray(), len(body)
    while True:
        left, low = divmod(left, 128)
        length.append(low | (_MORE if left else 0))
        if not left:
            return bytes([head]) + bytes(length) + body


def split(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take whole packets from the front of a buffer; PeerWireError for one that is too long."""
    while (head_bytes := _head_bytes(buffer)) is not None:
        digits = enumerate(buffer[1:head_bytes])
        length = sum((digit & ~_MORE) << 7 * place for place, digit in digits)
        if length > MAX_PACKET_BYTES:
            raise PeerWireError("mqtt", f"a packet of {length} bytes")
        end = head_bytes + length
        if len(buffer) < end:
            return
        head, body = buffer[0], bytes(buffer[head_bytes:end])
        del buffer[:end]
        yield head, body


def _head_bytes(buffer: bytearray) -> int | None:
    """Return how long the type and the length of the first packet are; None = not all there."""
    for place, digit in enumerate(buffer[1 : 1 + _MAX_LENGTH_BYTES]):
        if digit < _MORE:
            return place + 2
    if len(buffer) > _MAX_LENGTH_BYTES:
        raise PeerWireError("mqtt", "a length of more than four bytes")
    return None


class FleetGateway(asyncio.Protocol):
    """One gateway of the fleet."""

    def __init__(self, unit: Unit, fleet: "Fleet") -> None:
        self.unit = unit
        self.plan: Plan | None = None
        self.sha256 = ""
        self.refused: list[RefusalReason] = []
        self.ready = asyncio.get_running_loop().create_future()
        """Done once the broker took our subscription; ConnectionError when it did not."""
        self._fleet = fleet
        self._session = secrets.token_hex(8)
        self._topics = {it: topic(fleet.tenant, unit.device, it) for it in Channel}
        self._buffer = bytearray()
        self._packet_id = _PLAN_WANTED
        self._on: Item | None = None
        self._turn: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def connected(self) -> bool:
        """Say whether the connection stands."""
        return self._transport is not None

    def close(self) -> None:
        """Hang up without a goodbye: the broker publishes the will."""
        if self._turn is not None:
            self._turn.cancel()
        if self._transport is not None:
            self._transport.abort()

    def ping(self) -> None:
        """Tell the broker that we are there."""
        self._send(_PINGREQ)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves, with our will."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- it is of a TCP connection
        self._transport = transport
        will = State(self._session, online=False, at=None).encode()
        self._send(
            packet(
                _CONNECT,
                _text(b"MQTT") + bytes([4, _HELLO_FLAGS]) + KEEPALIVE_S.to_bytes(2),
                _text(self.unit.device.encode()),
                _text(self._topics[Channel.STATE].encode()) + _text(will),
                _text(self.unit.device.encode()) + _text(self.unit.secret.encode()),
            )
        )

    def data_received(self, data: bytes) -> None:
        """Take whatever came."""
        self._buffer += data
        try:
            for head, body in split(self._buffer):
                self._take(head, body)
        except (PeerWireError, IndexError, UnicodeDecodeError) as exc:
            logger.warning("%s hangs up on its broker: %s", self.unit.device, exc)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that nobody hears us any more."""
        self._transport = None
        if not self.ready.done():
            reason = exc or ConnectionError(f"the broker hung up on {self.unit.device}")
            self.ready.set_exception(reason)

    def _take(self, head: int, body: bytes) -> None:
        kind = head & 0xF0
        if kind == _CONNACK:
            self._accepted(body[1])
        elif kind == _SUBACK:
            self._subscribed(body[2])
        elif kind == _PUBLISH:
            self._receive(head, body)

    def _accepted(self, code: int) -> None:
        if code:
            self._fail(f"the broker refused {self.unit.device}: code {code}")
            return
        wanted = _text(self._topics[Channel.PLAN].encode()) + b"\x01"
        self._send(packet(_SUBSCRIBE, _PLAN_WANTED.to_bytes(2), wanted))

    def _subscribed(self, code: int) -> None:
        if code == _MAY_NOT:
            self._fail(f"the broker does not let {self.unit.device} read its plan")
            return
        self._tell_state()
        if not self.ready.done():
            self.ready.set_result(None)

    def _fail(self, reason: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(reason))
        self.close()

    def _receive(self, head: int, body: bytes) -> None:
        at = 2 + int.from_bytes(body[:2])
        channel = body[2:at].decode()
        if head & _QOS_BITS:
            self._send(packet(_PUBACK, body[at : at + 2]))
            at += 2
        if channel == self._topics[Channel.PLAN]:
            self.take_plan(body[at:])

    def take_plan(self, envelope: bytes) -> None:
        """Verify a plan; follow it when it is new, refuse it when it is not for us."""
        now = self._fleet.clock()
        try:
            payload = open_sealed(envelope, Domain.PLAN, self._fleet.keys)
            sha256 = hashlib.sha256(payload).hexdigest()
            plan = self._opened(payload, sha256, now)
        except Refused as exc:
            self.refused.append(exc.reason)
            sha256 = hashlib.sha256(envelope).hexdigest()
            self._tell(Ack(0, sha256, Stage.REJECTED, now, reason=exc.reason.value))
            return
        self._fleet.verified(self.unit.device, sha256)
        if sha256 != self.sha256:
            self.plan, self.sha256 = plan, sha256
            self._tell(self._ack(plan, Stage.RECEIVED, now))
            self._decide()
            self._tell(self._ack(plan, Stage.ACTIVE, now))

    def _opened(self, payload: bytes, sha256: str, now: datetime) -> Plan:
        try:
            plan = plans.decode(payload)
        except BadBytes as exc:
            raise Refused(RefusalReason.NOT_A_PLAN, exc.reason) from exc
        if (plan.tenant, plan.device) != (self._fleet.tenant, self.unit.device):
            raise Refused(RefusalReason.WRONG_DEVICE, f"it is for {plan.device}")
        held = -1 if self.plan is None else self.plan.version
        if plan.version < held or (plan.version == held and sha256 != self.sha256):
            raise Refused(RefusalReason.REPLAYED, f"version {plan.version}")
        if now >= plan.not_after:
            raise Refused(RefusalReason.EXPIRED, f"version {plan.version}")
        return plan

    def _ack(self, plan: Plan, stage: Stage, now: datetime) -> Ack:
        files = len(plan.assets)
        ready = files if stage is Stage.ACTIVE else 0
        return Ack(plan.version, self.sha256, stage, now, ready, files)

    def _decide(self) -> None:
        """Put on what the plan wants now, say so, and look again when that may change."""
        if self.plan is None:
            return
        now = self._fleet.clock()
        verdict = arbiter.decide(self.plan, now, exclusive=self.unit.exclusive)
        turn = arbiter.rotation(verdict, now)
        before = None if self._on is None else self._on.occurrence
        self._on = None if turn is None else turn.item
        if self._on is not None and self._on.occurrence != before:
            self._fleet.came_on(Shown(self.unit.device, self._on.broadcast, now))
        self._tell_state(verdict.why, None if turn is None else turn.since)
        ends = [verdict.until, None if turn is None else turn.until]
        self._look_again(min((end for end in ends if end is not None), default=None), now)

    def _look_again(self, at: datetime | None, now: datetime) -> None:
        if self._turn is not None:
            self._turn.cancel()
        if at is not None and self.connected:
            wait = max(at - now, timedelta(milliseconds=1))
            loop = asyncio.get_running_loop()
            self._turn = loop.call_later(wait.total_seconds(), self._decide)

    def _tell_state(self, why: str = "", since: datetime | None = None) -> None:
        on = self._on
        state = State(
            session=self._session,
            online=True,
            at=self._fleet.clock(),
            plan_version=0 if self.plan is None else self.plan.version,
            plan_sha256=self.sha256,
            broadcast=None if on is None else on.broadcast,
            occurrence=None if on is None else on.occurrence,
            asset=None if on is None else on.asset.sha256,
            since=since,
            until=None if on is None else on.end,
            why=why,
        )
        self._publish(Channel.STATE, state.encode(), _RETAIN)

    def _tell(self, ack: Ack) -> None:
        self._publish(Channel.ACK, ack.encode())

    def _publish(self, channel: Channel, payload: bytes, flags: int = 0) -> None:
        self._packet_id = self._packet_id % 0xFFFF + 1
        head = _text(self._topics[channel].encode()) + self._packet_id.to_bytes(2)
        self._send(packet(_PUBLISH | _QOS1 | flags, head, payload))

    def _send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


class Fleet:
    """All gateways of a tenant; they live while its context lasts. `clock` gives the instant."""

    def __init__(
        self,
        units: Sequence[Unit],
        *,
        url: str,
        tenant: str,
        keys: Keys,
        clock: Callable[[], datetime],
        came_on: Callable[[Shown], None],
        verified: Callable[[str, str], None] = lambda _device, _sha256: None,
    ) -> None:
        """`came_on` hears what comes on where; `verified` each genuine plan, its device and
        SHA-256, again when it comes again."""
        parts = urlsplit(url)
        if parts.scheme != "mqtt" or parts.hostname is None:
            raise ValueError(f"not an MQTT URL: {url!r} (mqtt://host:port)")
        self._host, self._port = parts.hostname, parts.port or 1883
        self._units = units
        self.tenant = tenant
        self.keys = keys
        self.clock = clock
        self.came_on = came_on
        self.verified = verified
        self.gateways: list[FleetGateway] = []

    @property
    def lost(self) -> list[str]:
        """Return the devices whose connection broke."""
        return [one.unit.device for one in self.gateways if not one.connected]

    async def __aenter__(self) -> Self:
        """Connect them all; ConnectionError, TimeoutError or OSError when one could not."""
        room = asyncio.Semaphore(AT_ONCE)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await asyncio.gather(*(self._connect(unit, room) for unit in self._units))
        except BaseException:
            self._hang_up()
            raise
        self._pings = asyncio.create_task(self._ping(), name="fleet: pings")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._pings.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._pings
        self._hang_up()
        await asyncio.sleep(0)  # for the loop to close what was aborted

    async def _connect(self, unit: Unit, room: asyncio.Semaphore) -> None:
        async with room:
            gateway = FleetGateway(unit, self)
            self.gateways.append(gateway)
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: gateway, self._host, self._port)
            await gateway.ready

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(KEEPALIVE_S / 2)
            for gateway in self.gateways:
                gateway.ping()

    def _hang_up(self) -> None:
        for gateway in self.gateways:
            gateway.close()


def _text(data: bytes) -> bytes:
    """Return a string as MQTT has it: its length in two bytes, then itself."""
    return len(data).to_bytes(2) + data
