"""The bookings of many devices at once: each broadcast and each asset is read once, and shared."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from controller.model import Broadcast, BroadcastState
from controller.store import schema
from controller.store.broadcasts import Booking, to_broadcast
from controller.store.contents import to_asset
from playlists.schedule.plan import Asset

_broadcast, _device, _asset = schema.broadcast, schema.broadcast_device, schema.asset
_AT_ONCE = 500
"""Rows that are asked for by name in one query."""


class Bookings:
    """Reads for one transaction, in which nothing but plans changes."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._broadcasts: dict[str, Broadcast] = {}
        self._assets: dict[str, Asset] = {}
        self._bookings: dict[tuple[str, str], Booking] = {}

    def of(self, devices: Sequence[str], after: datetime) -> dict[str, list[Booking]]:
        """Return the approved broadcasts that end after an instant, of each of these devices.

        Equal bookings of different devices are the same object; their `devices` are not told.
        """
        query = (
            select(_device.c.device, _device.c.broadcast, _device.c.asset)
            .join(_broadcast, _broadcast.c.id == _device.c.broadcast)
            .where(
                _device.c.device.in_(devices),
                _broadcast.c.state == BroadcastState.APPROVED.value,
                _broadcast.c.last_end > after,
            )
            .order_by(_broadcast.c.first_start, _broadcast.c.id)
        )
        rows = self._tx.execute(query).all()
        self._read_broadcasts({row.broadcast for row in rows} - self._broadcasts.keys())
        self.assets({row.asset for row in rows})
        found: dict[str, list[Booking]] = {device: [] for device in devices}
        for row in rows:
            found[row.device].append(self._booking(row.broadcast, row.asset))
        return found

    def assets(self, names: Iterable[str]) -> dict[str, Asset]:
        """Return every asset known by now, those of these names among them."""
        for some in _bites(set(names) - self._assets.keys()):
            query = select(_asset).where(_asset.c.sha256.in_(some))
            for row in self._tx.execute(query).mappings():
                self._assets[row["sha256"]] = to_asset(row)
        return self._assets

    def _booking(self, broadcast: str, asset: str) -> Booking:
        known = self._bookings.get((broadcast, asset))
        if known is None:
            known = Booking(self._broadcasts[broadcast], self._assets[asset])
            self._bookings[broadcast, asset] = known
        return known

    def _read_broadcasts(self, names: Iterable[str]) -> None:
        for some in _bites(names):
            query = select(_broadcast).where(_broadcast.c.id.in_(some))
            for row in self._tx.execute(query).mappings():
                self._broadcasts[row["id"]] = to_broadcast(row, ())


def _bites(names: Iterable[str]) -> list[list[str]]:
    ordered = sorted(names)
    return [ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE)]
