"""A simulated thin board: a panel that subscribes to its frames and shows each whole, or nothing.

Ten seconds without a whole frame and it goes dark: nothing may stand on a public street that
nobody vouches for. Frames older than the one on show are refused; after it went dark it takes
whatever comes first.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from drivers.errors import PeerWireError
from drivers.thin import wire
from firmware_bridge.link import topics
from firmware_bridge.link.mqtt import Connection
from firmware_bridge.link.topics import Channel
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.errors import NoSuchFault

DARK_AFTER_S: Final = 10.0

logger = logging.getLogger(__name__)


class Panel:
    """State of one panel. `clock` gives seconds."""

    def __init__(
        self, geometry: Geometry, clock: Callable[[], float], depth: Depth = Depth.MONO
    ) -> None:
        self.geometry = geometry
        self.depth = depth
        self._clock = clock
        self._shown: wire.FrameMessage | None = None
        self._taken_s = 0.0

    def receive(self, data: bytes) -> None:
        """Take a message; show it whole, or leave everything as it is."""
        message = wire.decode(data)
        frame = message.frame
        if (frame.geometry, frame.depth) != (self.geometry, self.depth):
            raise PeerWireError("thin", f"a {frame.depth.word} frame of {frame.geometry}")
        if self._lit() and message.sequence <= self._sequence():
            raise PeerWireError("thin", f"frame {message.sequence} is old")
        self._shown, self._taken_s = message, self._clock()

    def power_cut(self) -> None:
        """Forget the picture."""
        self._shown = None

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        if self._shown is None or not self._lit():
            return Frame.blank(self.geometry, self.depth)
        return self._shown.frame

    def _lit(self) -> bool:
        return self._shown is not None and self._clock() - self._taken_s < DARK_AFTER_S

    def _sequence(self) -> int:
        return -1 if self._shown is None else self._shown.sequence


class ThinPanel:
    """One panel on MQTT. A `SimulatedBoard`."""

    dialect = "thin"

    def __init__(
        self,
        name: str,
        geometry: Geometry,
        depth: Depth,
        *,
        mqtt_url: str,
        tenant: str,
        secret: str,
    ) -> None:
        self.id = name
        self.geometry = geometry
        self.depth = depth
        self.link = topics.topic(tenant, name, Channel.FRAME)
        self._panel = Panel(geometry, time.monotonic, depth)
        self._mqtt_url = mqtt_url
        self._secret = secret
        self._silent = False

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        return self._panel.frame()

    def fail(self, fault: Fault) -> None:
        """Begin or end a fault."""
        if fault is Fault.NACK:
            raise NoSuchFault(f"{self.id} cannot answer, so it cannot refuse")
        self._silent = fault in {Fault.SILENT, Fault.UNPLUGGED}
        if fault is Fault.POWER_CUT:
            self._panel.power_cut()

    async def run(self) -> None:
        """Take frames until cancelled."""
        user = topics.panel_user(self.id)
        async with Connection(
            url=self._mqtt_url,
            username=user,
            password=self._secret,
            client_id=f"{self.id}_panel",  # brokers that map ids to subjects take no dot
        ) as connection:
            connection.subscribe(self.link, qos=0)
            async for message in connection.messages():
                self._take(message.payload)

    def _take(self, payload: bytes) -> None:
        if self._silent:
            return
        try:
            self._panel.receive(payload)
        except PeerWireError as exc:
            logger.warning("%s refused a frame: %s", self.id, exc)
