"""MQTT: the only place that knows paho.

Each try to connect is a fresh paho client, so nothing that was published to a lost connection
is sent again behind our back. paho's thread only hands over to the event loop; everything here
but `publish_now` and `connected` belongs to the loop's thread.
"""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from firmware_bridge.errors import NotConnected
from firmware_bridge.link.backoff import Backoff

logger = logging.getLogger(__name__)

MAX_WAITING: Final = 5_000
"""Messages read but not yet taken; beyond that the broker has to wait."""
CONNECT_TIMEOUT_S: Final = 5.0
STABLE_S: Final = 5.0
"""A connection that lasted this long was a success: the next tries are quick again."""
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes when the connection dies."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from the broker; `retained` = it was there before we subscribed."""

    topic: str
    payload: bytes
    retained: bool


class Connection:
    """One connection that keeps itself up while its context lasts; entering never waits."""

    def __init__(
        self,
        *,
        url: str,
        client_id: str,
        username: str | None = None,
        password: str | None = None,
        will: Callable[[], Will] | None = None,
        keepalive_s: int = 30,
        on_connected: Callable[[], None] | None = None,
    ) -> None:
        """`will` is asked anew before each try, so that an old connection's will can be told."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or parts.hostname is None:
            raise ValueError(f"not an MQTT URL: {url!r} (mqtt://host:port or mqtts://host:port)")
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._tls = parts.scheme == "mqtts"
        self._client_id = client_id
        self._username = username
        self._password = password
        self._will = will
        self._keepalive_s = keepalive_s
        self._on_connected = on_connected
        self.refused: set[str] = set()
        """Topics that the broker would not let us subscribe to."""
        self.refusals = 0
        """How often the broker refused us altogether, most likely for our credentials."""
        self._topics: dict[str, int] = {}
        self._client: Client | None = None
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._closing = asyncio.Event()
        self._complained = ""
        self._closed = threading.Event()
        self._room = threading.Semaphore(MAX_WAITING)
        self._inbox: asyncio.Queue[Incoming | None] = asyncio.Queue()
        self._acks: dict[int, asyncio.Future[None]] = {}
        self._subscribing: dict[int, str] = {}

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._keeper = asyncio.create_task(self._keep_up(), name=f"mqtt {self._client_id}")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._closing.set()
        self._closed.set()
        await self._keeper
        self._inbox.put_nowait(None)

    @property
    def connected(self) -> bool:
        """Say whether the broker has accepted us and we have not heard otherwise."""
        return self._connected.is_set()

    async def wait_connected(self, timeout_s: float) -> None:
        """Return once connected; NotConnected after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._connected.wait()
        except TimeoutError:
            raise NotConnected(f"no broker at {self._host}:{self._port}") from None

    def subscribe(self, topic: str, qos: int = 1) -> None:
        """Subscribe now and after every reconnect."""
        self._topics[topic] = qos
        if self.connected:
            self._send_subscription(topic)

    async def messages(self) -> AsyncIterator[Incoming]:
        """Yield what arrives, until the connection's context ends. For one reader."""
        while (incoming := await self._inbox.get()) is not None:
            self._room.release()
            yield incoming

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        timeout_s: float = 5,
    ) -> None:
        """Publish; with QoS 1 return when the broker has it. NotConnected when that fails."""
        mid = self._send(topic, payload, qos, retain=retain)
        if qos == 0:
            return
        ack = self._acks[mid] = self._loop.create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await ack
        except TimeoutError:
            raise NotConnected(f"the broker did not confirm {topic}") from None
        finally:
            self._acks.pop(mid, None)

    def publish_now(self, topic: str, payload: bytes) -> None:
        """Send at QoS 0 from any thread, without a word back; NotConnected when we know so."""
        self._send(topic, payload, 0, retain=False)

    def _send(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> int:
        client = self._client
        if client is None or not self.connected:
            raise NotConnected(f"no broker at {self._host}:{self._port}")
        sent = client.publish(topic, payload, qos, retain)
        if sent.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise NotConnected(f"{topic}: {sent.rc.name}")
        return sent.mid

    async def _keep_up(self) -> None:
        backoff = Backoff()
        while not self._closing.is_set():
            if await self._one_connection() > STABLE_S:
                backoff.reset()
            await _first_of(self._closing, timeout_s=backoff.delay_s())

    async def _one_connection(self) -> float:
        """Connect and stay until it breaks or we close; return for how long, in seconds."""
        self._lost.clear()
        client = self._new_client()
        try:
            await asyncio.to_thread(client.connect, self._host, self._port, self._keepalive_s)
        except (OSError, ValueError) as exc:
            self._complain(f"no broker at {self._host}:{self._port}: {exc}")
            return 0.0
        began_s = time.monotonic()
        self._client = client
        client.loop_start()
        try:
            await _first_of(self._lost, self._closing)
        finally:
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)
            self._ended(client)
        return time.monotonic() - began_s

    def _new_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.username_pw_set(self._username, self._password)
        if self._tls:
            client.tls_set()
        if self._will is not None:
            will = self._will()
            client.will_set(will.topic, will.payload, 1, will.retain)
        # None of these captures the client: a cycle would leave its sockets to the collector.
        client.on_socket_open = _send_small_packets_at_once
        client.on_connect = lambda *args: self._hand_over(self._accepted, args[0], args[3])
        client.on_disconnect = lambda *args: self._hand_over(self._ended, args[0])
        client.on_subscribe = lambda *args: self._hand_over(self._subscribed, args[2], args[3])
        client.on_publish = lambda *args: self._hand_over(self._confirmed, args[2])
        client.on_message = self._receive
        return client

    def _hand_over(self, what: Callable[..., None], *facts: object) -> None:
        """Leave paho's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(what, *facts)

    def _receive(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        """Take a message in paho's thread; while there is no room the broker waits with us."""
        while not self._room.acquire(timeout=1.0):
            if self._closed.is_set():
                return
        incoming = Incoming(message.topic, bytes(message.payload), message.retain)
        self._hand_over(self._inbox.put_nowait, incoming)

    def _accepted(self, client: Client, reason: ReasonCode) -> None:
        if client is not self._client or self.connected:
            return
        if reason.is_failure:
            self.refusals += 1
            self._complain(f"the broker refused {self._client_id}: {reason}; check the password")
            self._lost.set()
            return
        self._connected.set()
        self._complained = ""
        logger.info("%s is connected to %s:%s", self._client_id, self._host, self._port)
        for topic in self._topics:
            self._send_subscription(topic)
        if self._on_connected is not None:
            self._on_connected()

    def _ended(self, client: Client) -> None:
        if client is not self._client:
            return
        self._client = None
        if self.connected and not self._closing.is_set():
            logger.warning("%s lost its broker %s:%s", self._client_id, self._host, self._port)
        self._connected.clear()
        self._subscribing.clear()
        for ack in self._acks.values():
            if not ack.done():
                ack.set_exception(NotConnected("the connection broke before the broker confirmed"))
        self._lost.set()

    def _send_subscription(self, topic: str) -> None:
        if self._client is not None:
            _, mid = self._client.subscribe(topic, self._topics[topic])
            if mid is not None:
                self._subscribing[mid] = topic

    def _subscribed(self, mid: int, reasons: list[ReasonCode]) -> None:
        topic = self._subscribing.pop(mid, None)
        if topic is None:
            return
        if not any(reason.is_failure for reason in reasons):
            self.refused.discard(topic)
        elif topic not in self.refused:
            self.refused.add(topic)
            logger.warning("the broker lets %s not read %s", self._client_id, topic)

    def _confirmed(self, mid: int) -> None:
        ack = self._acks.get(mid)
        if ack is not None and not ack.done():
            ack.set_result(None)

    def _complain(self, what: str) -> None:
        """Log the first failure as a warning, repetitions quietly."""
        logger.log(logging.DEBUG if what == self._complained else logging.WARNING, what)
        self._complained = what


def _send_small_packets_at_once(_client: Client, _userdata: object, sock: object) -> None:
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


async def _first_of(*events: asyncio.Event, timeout_s: float | None = None) -> None:
    """Return when one of the events is set, or after the timeout."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
