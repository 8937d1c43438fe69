"""An sACN sign from the inside: several sources, their priorities, and what waits for a sync.

What the standard leaves to the maker: with all sources lost the sign is dark; of several sources
with the highest priority it shows the one with the smallest CID, always the same one. It shows at
a sync whatever has arrived, as real signs do: when a packet was lost on the way, its universe is
still that of the picture before.
"""

from collections.abc import Callable
from uuid import UUID

from drivers.dialect import Site
from drivers.sacn.codec import SignDecoder
from drivers.sacn.packets import LATE_BY, LOSS_S, NUMBERS, RGB_BYTES_PER_UNIVERSE, Data, Sync
from playlists.text.frame import Frame, data_bytes
from simulator.boards.board import Fault, Sign


class _Source:
    """What the sign knows of one sender."""

    def __init__(self, picture_bytes: int) -> None:
        self.picture = bytearray(picture_bytes)
        self.priority = 0
        self.heard_s = 0.0
        self.waiting: dict[int, Data] = {}
        """By universe, the newest that a sync has not shown yet."""
        self._numbers: dict[object, int] = {}

    def in_time(self, stream: object, number: int) -> bool:
        """Say whether a packet is no late one, each kind and universe for itself (6.7.2)."""
        last = self._numbers.get(stream)
        if last is not None and (last - number) % NUMBERS < LATE_BY:
            return False
        self._numbers[stream] = number
        return True


class SacnSign(Sign):
    """State of one sign, RGB. `clock` gives seconds, for what is lost."""

    faults = frozenset({Fault.SILENT, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        size = site.geometry
        self._picture_bytes = data_bytes(size.width_px, size.height_px, site.depth)
        count = -(-self._picture_bytes // RGB_BYTES_PER_UNIVERSE)
        self._universes = range(site.address, site.address + count)
        self._clock = clock
        self._decoder = SignDecoder()
        self._forget()

    def receive(self, data: bytes) -> bytes:
        """Take one datagram; a sign never answers."""
        for packet in self._decoder.receive(data) if self.fault is not Fault.WRONG_ADDRESS else ():
            if isinstance(packet, Data):
                self._take(packet)
            else:
                self._show(packet)
        return b""

    def frame(self) -> Frame:
        """Return what the LEDs show now: the picture of the highest source, or nothing."""
        self._drop_lost()
        if not self._sources:
            return Frame.blank(self.geometry, self.depth)
        best = min(self._sources, key=lambda one: (-self._sources[one].priority, one))
        picture = bytes(self._sources[best].picture)
        return Frame(self.geometry.width_px, self.geometry.height_px, picture, self.depth)

    def power_cut(self) -> None:
        """Lose every source."""
        self._forget()

    def _forget(self) -> None:
        self._sources: dict[UUID, _Source] = {}
        self._synced_s: dict[int, float] = {}
        """By address, when a sync was heard last."""

    def _drop_lost(self) -> None:
        oldest_s = self._clock() - LOSS_S
        self._sources = {
            cid: source for cid, source in self._sources.items() if source.heard_s > oldest_s
        }

    def _take(self, packet: Data) -> None:
        if packet.universe not in self._universes or packet.preview or packet.start_code:
            return
        self._drop_lost()
        source = self._sources.get(packet.source) or _Source(self._picture_bytes)
        if not source.in_time(packet.universe, packet.sequence):
            return
        if packet.terminated:
            self._sources.pop(packet.source, None)
            return
        self._sources[packet.source] = source
        source.heard_s = self._clock()
        source.waiting[packet.universe] = packet
        if not self._holds(packet):
            self._act(source, source.waiting.pop(packet.universe))

    def _holds(self, packet: Data) -> bool:
        """Say whether levels wait: once a sync was heard, and when syncs stay away unless forced.

        6.2.4.1 and 11.1; an address of 0 also means that nothing older waits any longer.
        """
        synced_s = self._synced_s.get(packet.sync_address)
        if not packet.sync_address or synced_s is None:
            return False
        return not packet.force_sync or self._clock() - synced_s < LOSS_S

    def _show(self, sync: Sync) -> None:
        self._synced_s[sync.address] = self._clock()
        for source in self._sources.values():
            ripe = [one for one in source.waiting.values() if one.sync_address == sync.address]
            for packet in ripe:
                self._act(source, source.waiting.pop(packet.universe))

    def _act(self, source: _Source, packet: Data) -> None:
        start = self._universes.index(packet.universe) * RGB_BYTES_PER_UNIVERSE
        room = min(RGB_BYTES_PER_UNIVERSE, self._picture_bytes - start)
        source.picture[start : start + room] = packet.levels[:room].ljust(room, b"\0")
        source.priority = packet.priority
