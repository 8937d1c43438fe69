"""The meter: what each device was sent, fetched and reported; counted in memory, stored in batches.

Counting touches no disk, so that it slows nothing down; a controller that is killed loses what was
counted since the last batch, and no more.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from controller.areas import line_of, zone_of
from controller.clock import Clock
from controller.datause import Kind, Traffic
from controller.months import DAY, day_of
from controller.store import datause, places, plans, proof
from controller.store.datause import Key
from controller.store.plans import Outgoing
from controller.store.store import Store, Tx
from firmware_bridge.link.messages import State
from firmware_bridge.link.topics import Address, Channel

STORE_EVERY: Final = timedelta(seconds=10)
KEEP: Final = 400 * DAY
"""So that a month can be held against the same one of last year."""
MAX_OPEN: Final = 10_000
"""Transfers whose end is remembered, in case they broke off; the oldest go first."""
_REPORTS: Final = {Channel.ACK: Kind.ACK, Channel.STATE: Kind.STATE, Channel.ASRUN: Kind.ASRUN}
_SLICE: Final = timedelta(minutes=15)
"""Every zone's day begins with a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is counted together until it is stored."""

    device: str
    at: datetime
    """The quarter of an hour, UTC."""
    kind: Kind
    file: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """What was last given out of a file, without a pause: from one offset to before another."""

    entry: _Entry
    start: int
    end: int


class Meter:
    """Counts for all devices; every method may be called from any thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._counted: dict[_Entry, Traffic] = defaultdict(Traffic)
        self._pieces: dict[tuple[str, str], _Piece] = {}

    def count(self, device: str, kind: Kind, payload_bytes: int, file: str = "") -> None:
        """Count one message, or one transfer with what it has carried so far."""
        self._add(self._entry(device, kind, file), Traffic(payload_bytes, 1))

    def received(self, address: Address, payload: bytes) -> None:
        """Count a report of a device."""
        kind = _REPORTS.get(address.channel)
        if kind is not None:
            self.count(address.device, kind, len(payload))

    def published(self, tx: Tx, sent: Sequence[Outgoing]) -> None:
        """Count what the broker passes on: to devices that are there. Others get it later."""
        there = proof.online(tx, {one.device for one in sent})
        for one in sent:
            if one.device in there:
                kind = Kind.ORDER if one.channel is Channel.FIRMWARE else Kind.PLAN
                self.count(one.device, kind, len(one.envelope))

    def told(self, tx: Tx, device: str, state: State) -> None:
        """Count a connection when a device says something in a new session; call before the state
        is stored. What the broker retained for the device went over it, too."""
        before = proof.state(tx, device)
        if not state.online or (before is not None and before.session == state.session):
            return
        self.count(device, Kind.CONNECT, 0)
        plan, order = plans.current(tx, device), datause.order_bytes(tx, device)
        if plan is not None:
            self.count(device, Kind.PLAN, len(plan.envelope))
        if order:
            self.count(device, Kind.ORDER, order)

    def transfer(self, device: str, sha256: str) -> "Transfer":
        """Begin to count a file that a device fetches."""
        with self._store.read() as tx:
            kind = datause.kind_of(tx, sha256)
        return Transfer(self, device, kind, sha256)

    def flush(self) -> None:
        """Store what was counted."""
        with self._lock:
            counted, self._counted = self._counted, defaultdict(Traffic)
        if not counted:
            return
        try:
            with self._store.write() as tx:
                datause.add(tx, _by_day(tx, counted))
        except BaseException:
            for entry, traffic in counted.items():
                self._add(entry, traffic)
            raise

    def forget_old(self, tx: Tx) -> None:
        """Drop what nobody will ask for any more."""
        datause.forget(tx, day_of(self._clock.now() - KEEP, "UTC"))

    def begin(self, device: str, kind: Kind, file: str, start: int) -> None:
        """Count a request. Whoever goes on at `start` says that the piece before ended there,
        whatever the network had taken from us by then. Who begins again may have had all of it."""
        self.count(device, kind, 0, file)
        with self._lock:
            before = self._pieces.pop((device, file), None)
            if before is not None and 0 < start < before.end:
                never_came = before.end - max(start, before.start)
                self._counted[before.entry] += Traffic(-never_came, 0)

    def sent(self, device: str, kind: Kind, file: str, start: int, end: int) -> None:
        """Count bytes of a file, from offset `start` to before `end`."""
        entry = self._entry(device, kind, file)
        with self._lock:
            self._counted[entry] += Traffic(end - start, 0)
            before = self._pieces.pop((device, file), None)
            if before is not None and before.end == start and before.entry == entry:
                start = before.start
            self._pieces[device, file] = _Piece(entry, start, end)
            if len(self._pieces) > MAX_OPEN:
                del self._pieces[next(iter(self._pieces))]

    def _entry(self, device: str, kind: Kind, file: str) -> _Entry:
        now = self._clock.now().astimezone(UTC)
        since_midnight = now - now.replace(hour=0, minute=0, second=0, microsecond=0)
        return _Entry(device, now - since_midnight % _SLICE, kind, file)

    def _add(self, entry: _Entry, traffic: Traffic) -> None:
        with self._lock:
            self._counted[entry] += traffic


class Transfer:
    """One file on its way to one device."""

    def __init__(self, meter: Meter, device: str, kind: Kind, sha256: str) -> None:
        self._meter = meter
        self._facts = device, kind, sha256
        self._at = 0

    def begin(self, start: int) -> None:
        """Begin to answer, with the byte at this offset."""
        self._at = start
        self._meter.begin(*self._facts, start)

    def sent(self, size_bytes: int) -> None:
        """Count so many bytes more that were given to the network."""
        if size_bytes:
            self._meter.sent(*self._facts, self._at, self._at + size_bytes)
            self._at += size_bytes


def _by_day(tx: Tx, counted: dict[_Entry, Traffic]) -> dict[Key, Traffic]:
    """Return the counts by the days of each device's own calendar."""
    zone = _zones(tx)
    sums: dict[Key, Traffic] = defaultdict(Traffic)
    for one, traffic in counted.items():
        sums[Key(one.device, day_of(one.at, zone(one.device)), one.kind, one.file)] += traffic
    return sums


def _zones(tx: Tx) -> Callable[[str], str]:
    """Return what tells the zone of a device."""
    areas = places.areas(tx)
    area_of = {device.id: device.area for device in places.devices(tx)}
    zone_of_area = cache(lambda area: zone_of(line_of(area, areas)))
    return lambda device: zone_of_area(area_of[device])
