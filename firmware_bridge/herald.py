"""What one device tells the controller: acknowledgements, state, as-run entries.

Everything is told again after a reconnect, the newest only; as-run entries until the controller
confirms that it holds them.
"""

import asyncio
import logging
import secrets
import time
from collections import deque
from typing import Final

from firmware_bridge.cache import Held
from firmware_bridge.clock import Clock
from firmware_bridge.errors import NotConnected
from firmware_bridge.link.messages import Ack, AsRun, FirmwareReport, State
from firmware_bridge.link.mqtt import Connection, Will
from firmware_bridge.link.topics import Channel, topic
from firmware_bridge.player.onair import OnAir
from firmware_bridge.reporter import Reporter

logger = logging.getLogger(__name__)

FIRST_REPEAT_S: Final = 2.0
REPEAT_S: Final = 60.0
"""The state is told again so often, and as-run entries that nobody confirmed; the state sooner
after a connect: a broker may lose a retained message to a subscriber of the same moment."""
RETRY_S: Final = 2.0
GOODBYE_S: Final = 2.0
MAX_ACKS: Final = 100
"""Acknowledgements that wait for the broker; the oldest go first."""


class Herald:
    """The outgoing half of one device's connection."""

    def __init__(self, *, tenant: str, device: str, clock: Clock, reporter: Reporter) -> None:
        self._topics = {
            channel: topic(tenant, device, channel)
            for channel in (Channel.ACK, Channel.STATE, Channel.ASRUN)
        }
        self._clock = clock
        self._reporter = reporter
        self._connection: Connection | None = None
        self._session = ""
        self._repeat_in(FIRST_REPEAT_S)
        self._on_air = OnAir()
        self._firmware: FirmwareReport | None = None
        self._held: Held | None = None
        self._news = asyncio.Event()
        self._acks: deque[Ack] = deque(maxlen=MAX_ACKS)
        self._last_ack: Ack | None = None
        self._state_is_told = False
        self._told_seq = 0
        reporter.listen(self._news.set)

    def will(self) -> Will:
        """Return what the broker says when the connection now tried dies: a new session begins."""
        self._session = secrets.token_hex(8)
        state = State(self._session, online=False, at=None)
        return Will(self._topics[Channel.STATE], state.encode(), retain=True)

    def speak_through(self, connection: Connection) -> None:
        """Use this connection, which was made with our will."""
        self._connection = connection

    def ack(self, ack: Ack) -> None:
        """Tell how far the plan got."""
        self._last_ack = ack
        self._acks.append(ack)
        self._news.set()

    def reject(self, ack: Ack) -> None:
        """Tell that a plan was refused; the one before it still stands."""
        self._acks.append(ack)
        self._news.set()

    def repeat_all(self) -> None:
        """Tell everything again: somebody on the other side has come back."""
        if self._last_ack is not None:
            self._acks.append(self._last_ack)
        self._state_is_told = False
        self._told_seq = 0
        self._news.set()

    def follows(self, held: Held) -> None:
        """Name this plan in the state from now on."""
        self._held = held
        self._change()

    def on_air(self, on_air: OnAir) -> None:
        """Tell what is on."""
        self._on_air = on_air
        self._change()

    def firmware(self, report: FirmwareReport) -> None:
        """Tell how far the newest firmware order got."""
        self._firmware = report
        self._change()

    def reconnected(self) -> None:
        """Tell everything that counts again."""
        newest = [] if self._last_ack is None else [self._last_ack]
        refusals = [ack for ack in self._acks if ack.reason and ack not in newest]
        self._acks = deque([*refusals, *newest], MAX_ACKS)
        self._state_is_told = False
        self._told_seq = 0
        self._repeat_in(FIRST_REPEAT_S)
        self._news.set()

    async def run(self) -> None:
        """Tell what there is to tell, for ever."""
        while True:
            self._news.clear()
            all_told = await self._tell_all()
            wait_s = self._repeat_at_s - time.monotonic() if all_told else RETRY_S
            try:
                async with asyncio.timeout(wait_s):  # wait_for may swallow our cancellation
                    await self._news.wait()
            except TimeoutError:
                self._repeat()

    def _repeat(self) -> None:
        self._state_is_told = False
        if self._repeat_s == REPEAT_S:
            self._told_seq = 0
        self._repeat_in(min(self._repeat_s * 2, REPEAT_S))

    def _repeat_in(self, wait_s: float) -> None:
        self._repeat_s = wait_s
        self._repeat_at_s = time.monotonic() + wait_s

    async def goodbye(self) -> None:
        """Tell the last entries and that the device is offline; give up soon."""
        try:
            async with asyncio.timeout(GOODBYE_S):
                await self._tell_entries()
                await self._publish(Channel.STATE, self._state(online=False), retain=True)
        except (NotConnected, TimeoutError) as exc:
            logger.debug("no goodbye: %s", exc)

    def _change(self) -> None:
        self._state_is_told = False
        self._news.set()

    async def _tell_all(self) -> bool:
        """Say whether everything could be told."""
        try:
            while self._acks:
                ack = self._acks[0]
                await self._publish(Channel.ACK, ack)
                if self._acks and self._acks[0] is ack:
                    self._acks.popleft()
            if not self._state_is_told:
                self._state_is_told = True
                await self._publish(Channel.STATE, self._state(online=True), retain=True)
            await self._tell_entries()
        except NotConnected:
            self._state_is_told = False
            return False
        return True

    async def _tell_entries(self) -> None:
        for entry in self._reporter.pending():
            if entry.seq > self._told_seq:
                await self._publish(Channel.ASRUN, entry)
                self._told_seq = max(self._told_seq, entry.seq)

    async def _publish(
        self, channel: Channel, what: Ack | State | AsRun, *, retain: bool = False
    ) -> None:
        if self._connection is None:
            raise NotConnected("no connection yet")
        await self._connection.publish(self._topics[channel], what.encode(), retain=retain)

    def _state(self, *, online: bool) -> State:
        held = self._held
        on_air = self._on_air if online else OnAir(why="stopped")
        return State(
            session=self._session,
            online=online,
            at=self._clock.now(),
            plan_version=0 if held is None else held.plan.version,
            plan_sha256="" if held is None else held.sha256,
            broadcast=on_air.broadcast,
            occurrence=on_air.occurrence,
            asset=on_air.asset,
            since=on_air.since,
            until=on_air.until,
            why=on_air.why,
            fault=on_air.fault,
            firmware=self._firmware,
        )
