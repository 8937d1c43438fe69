"""The one place where a gateway's real drivers are chosen."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from drivers.bootloader.driver import Bootloader
from drivers.catalogue import DIALECTS
from drivers.dialect import Carrier
from drivers.errors import LinkLost
from drivers.gps.driver import open_receiver
from drivers.ports import Board, PublishFrame, Relay
from drivers.speaker.gpio import GpioRelay
from drivers.speaker.relay import BoardLine, BoardRelay, ControlLineRelay, Kind, Wiring
from drivers.speaker.rtp import Destination, describe
from drivers.thin.driver import ThinBoard
from drivers.transport.opening import open_link
from firmware_bridge import loudspeakers
from firmware_bridge.bus import Bus
from firmware_bridge.clock import Clock
from firmware_bridge.config import THIN, DeviceConfig
from firmware_bridge.errors import NotConnected
from firmware_bridge.firmware.update import Bench
from firmware_bridge.locator import Locator
from firmware_bridge.player.amplifier import Amplifier
from firmware_bridge.player.capped import CappedOutput
from firmware_bridge.player.hand import ThreadHand
from firmware_bridge.player.outlet import Outlet
from firmware_bridge.player.truck import Receive
from playlists.text.frame import Geometry

PublishNow = Callable[[str, bytes], None]
"""Sends a payload to a topic at once, from any thread; raises NotConnected."""


class Hardware:
    """Drivers and their threads: one per serial line, one per other device."""

    def __init__(self) -> None:
        self._hands: dict[str, ThreadHand] = {}
        self._buses: dict[str, Bus] = {}
        self._relay_boards: dict[str, BoardLine] = {}
        self.decoder = ThreadHand("decode")
        """One sound is decoded at a time: gateways are small."""

    def hand(self, device: DeviceConfig) -> ThreadHand:
        """Return the thread that may talk to this device: boards on one line share it."""
        name = device.port if device.driver in DIALECTS else device.id
        return self._hands.setdefault(name, ThreadHand(name))

    def board(
        self, device: DeviceConfig, geometry: Geometry, topic: str, publish: PublishNow
    ) -> Callable[[], Board]:
        """Return what opens a board; the topic is where a thin board's frames go."""
        if device.driver == THIN:
            return partial(ThinBoard, _frames_to(topic, publish), geometry, device.depth)
        bus, site = self._bus(device), device.site(geometry)
        return lambda: DIALECTS[device.driver].open(bus.open(), site)

    def bench(self, device: DeviceConfig) -> Bench | None:
        """Return how firmware gets into a device: over its board's line, or not at all.

        Dialects of serial lines skip what is not theirs, also over TCP; others may not.
        """
        dialect = DIALECTS.get(device.driver)
        if dialect is None or Carrier.SERIAL not in dialect.carriers:
            return None
        if Carrier.of(device.port) is Carrier.UDP:
            return None
        bus = self._bus(device)
        return Bench(self.hand(device), lambda: Bootloader(bus.open(), device.address))

    def _bus(self, device: DeviceConfig) -> Bus:
        dialect = DIALECTS[device.driver]
        line = dialect.line if device.baud is None else replace(dialect.line, baud=device.baud)
        opening = partial(open_link, device.port, line, dialect.ip_port)
        return self._buses.setdefault(device.port, Bus(opening))

    def outlet(self, device: DeviceConfig, clock: Clock, cap_db: Callable[[], float]) -> Outlet:
        """Return the output of a loudspeaker with the amplifier behind it, never louder than the
        place where it is allows: `cap_db`, 0 or less."""
        amplifier = None
        if device.relay is not None:
            # The channels of one board share its line, so they share a thread.
            hand = self._hands.setdefault(device.relay.port, ThreadHand(device.relay.port))
            amplifier = Amplifier(self._relay(device.relay), hand, clock)
        output = CappedOutput(loudspeakers.output(device.driver, device.port), cap_db)
        timing = device.timing
        return Outlet(output, self.hand(device), clock, amplifier=amplifier, timing=timing)

    def _relay(self, wiring: Wiring) -> Relay:
        if wiring.kind is Kind.PLAIN:
            return ControlLineRelay(wiring)
        if wiring.kind is Kind.GPIO:
            return GpioRelay(wiring)
        board = self._relay_boards.setdefault(wiring.port, BoardLine(wiring.port))
        return BoardRelay(board.open, wiring.channel)

    def receiver(self, device: DeviceConfig) -> Receive | None:
        """Return what follows a truck's satellite receiver; None where there is none."""
        if not device.gps:
            return None
        name = f"gps of {device.id}"
        hand = self._hands.setdefault(name, ThreadHand(name))
        opening = partial(open_receiver, device.gps, device.gps_baud)
        return Locator(device.gps, hand, opening).receive

    @staticmethod
    def sdp(device: DeviceConfig) -> str | None:
        """Return what IP horns need to know to hear a loudspeaker; None where there are none."""
        if device.driver != loudspeakers.RTP:
            return None
        return describe(Destination.parse(device.port), device.id)

    def close(self) -> None:
        """Let the threads end."""
        for hand in [*self._hands.values(), self.decoder]:
            hand.close()


def _frames_to(topic: str, publish: PublishNow) -> PublishFrame:
    def send(message: bytes) -> None:
        try:
            publish(topic, message)
        except NotConnected as exc:
            raise LinkLost("the broker", str(exc)) from exc

    return send
