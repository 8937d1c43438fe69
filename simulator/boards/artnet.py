"""An Art-Net node from the inside: ports, what waits for an ArtSync, and what is shown.

A node holds its picture when the stream ends, as the document says. It shows at an ArtSync
whatever has arrived, as real nodes do: when a packet was lost on the way, its port is still that
of the picture before. One host feeds it, so it never has to merge.
"""

from collections.abc import Callable
from typing import Final

from drivers.artnet.codec import SignDecoder, encode
from drivers.artnet.packets import (
    PORTS_PER_REPLY,
    RGB_BYTES_PER_PORT,
    SYNC_TIMEOUT_S,
    Dmx,
    Packet,
    Poll,
    PollReply,
    Sync,
)
from drivers.dialect import Site
from playlists.text.frame import Frame, data_bytes
from simulator.boards.board import Fault, Sign

_NUMBERS: Final = 255
_LATE_BY: Final = 20
"""The document gives no rule for late packets; this is that of sACN."""
_PORTS_OF_A_SUBNET: Final = 16


class ArtnetSign(Sign):
    """State of one node, RGB. `clock` gives seconds, for the end of synchronous mode."""

    faults = frozenset({Fault.SILENT, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        size = site.geometry
        self._picture_bytes = data_bytes(size.width_px, size.height_px, site.depth)
        count = -(-self._picture_bytes // RGB_BYTES_PER_PORT)
        self._ports = range(site.address, site.address + count)
        self._clock = clock
        self._decoder = SignDecoder()
        self._replies = 0
        self._dark()

    def receive(self, data: bytes) -> bytes:
        """Take one datagram and return the answer to a poll."""
        return b"".join(map(self._obey, self._decoder.receive(data)))

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        picture = bytes(self._picture)
        return Frame(self.geometry.width_px, self.geometry.height_px, picture, self.depth)

    def power_cut(self) -> None:
        """Lose the picture; a node begins "in non-synchronous mode"."""
        self._dark()

    def _dark(self) -> None:
        self._picture = bytearray(self._picture_bytes)
        self._waiting: dict[int, Dmx] = {}
        self._numbers: dict[int, int] = {}
        self._synced_s: float | None = None

    def _obey(self, packet: Packet) -> bytes:
        match packet:
            case Dmx() if packet.port_address in self._ports and self._is_at_home():
                self._take(packet)
            case Sync():
                self._synced_s = self._clock()
                self._show_waiting()
            case Poll() if self._is_at_home() and self._has_one_of(packet.ports):
                return encode(self._reply())
        return b""

    def _is_at_home(self) -> bool:
        return self.fault is not Fault.WRONG_ADDRESS

    def _has_one_of(self, asked: range) -> bool:
        return any(port in asked for port in self._ports)

    def _reply(self) -> PollReply:
        """Say who we are, with the first ports; a real node sends one reply for each four."""
        self._replies += 1
        first = self._ports[0]
        in_subnet = _PORTS_OF_A_SUBNET - first % _PORTS_OF_A_SUBNET
        return PollReply(
            "Signcast",
            "Signcast simulated node",
            f"#0001 [{self._replies % 10_000:04}] power on tests passed",
            tuple(self._ports[: min(PORTS_PER_REPLY, in_subnet)]),
            version=1,
        )

    def _take(self, packet: Dmx) -> None:
        if not self._in_time(packet):
            return
        self._waiting[packet.port_address] = packet
        if self._synced_s is None or self._clock() - self._synced_s >= SYNC_TIMEOUT_S:
            self._synced_s = None
            self._show_waiting()

    def _in_time(self, packet: Dmx) -> bool:
        last = self._numbers.get(packet.port_address)
        if packet.sequence and last and (last - packet.sequence) % _NUMBERS < _LATE_BY:
            return False
        self._numbers[packet.port_address] = packet.sequence
        return True

    def _show_waiting(self) -> None:
        for packet in self._waiting.values():
            start = self._ports.index(packet.port_address) * RGB_BYTES_PER_PORT
            room = min(RGB_BYTES_PER_PORT, self._picture_bytes - start, len(packet.levels))
            self._picture[start : start + room] = packet.levels[:room]
        self._waiting.clear()
