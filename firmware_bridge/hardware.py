"""The one place where a gateway's real drivers are chosen."""

from collections.abc import Callable
from functools import partial

from drivers.am03127.driver import Am03127
from drivers.errors import LinkLost
from drivers.ports import Board, PublishFrame, SoundOutput
from drivers.speaker.pcm import PcmOutput
from drivers.thin.driver import ThinBoard
from drivers.transport.serial import SerialLink
from firmware_bridge.bus import Bus
from firmware_bridge.config import DeviceConfig, Driver
from firmware_bridge.errors import NotConnected
from firmware_bridge.player.hand import ThreadHand
from playlists.text.frame import Geometry

PublishNow = Callable[[str, bytes], None]
"""Sends a payload to a topic at once, from any thread; raises NotConnected."""


class Hardware:
    """Drivers and their threads: one per serial line, one per other device."""

    def __init__(self) -> None:
        self._hands: dict[str, ThreadHand] = {}
        self._buses: dict[str, Bus] = {}
        self.decoder = ThreadHand("decode")
        """One sound is decoded at a time: gateways are small."""

    def hand(self, device: DeviceConfig) -> ThreadHand:
        """Return the thread that may talk to this device."""
        name = device.port if device.driver is Driver.AM03127 else device.id
        return self._hands.setdefault(name, ThreadHand(name))

    def board(
        self, device: DeviceConfig, geometry: Geometry, topic: str, publish: PublishNow
    ) -> Callable[[], Board]:
        """Return what opens a board; the topic is where a thin board's frames go."""
        if device.driver is Driver.THIN:
            return partial(ThinBoard, _frames_to(topic, publish), geometry, device.depth)
        bus = self._buses.setdefault(device.port, Bus(partial(SerialLink, device.port)))
        return lambda: Am03127(bus.open(), geometry, device.address, device.depth)

    def output(self, device: DeviceConfig) -> SoundOutput:
        """Return the sound output of a loudspeaker."""
        host, _, port = device.port.rpartition(":")
        return PcmOutput(host, int(port))

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
