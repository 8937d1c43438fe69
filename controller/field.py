"""The field as the controller knows it: what devices say is on, what is planned, what was aired."""

from datetime import datetime

from controller.clock import Clock
from controller.errors import NotFound
from controller.model import AsRunEntry, Device, Now, Slot
from controller.planning import Planner
from controller.store import places, plans, proof
from controller.store.pages import by_number, checked_limit, number_in
from controller.store.store import Store, Tx


class Field:
    """Questions about devices, answered from what they reported."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner

    def now(self, name: str) -> Now:
        """Return what a device says it shows or plays now."""
        with self._store.read() as tx:
            _existing(tx, name)
            return _now(tx, name)

    def all_now(self) -> list[Now]:
        """Return the same for every device, from one snapshot."""
        with self._store.read() as tx:
            return [_now(tx, device.id) for device in places.devices(tx)]

    def timeline(self, name: str, start: datetime, end: datetime) -> list[Slot]:
        """Return what is planned on a device between two instants."""
        with self._store.read() as tx:
            return self._planner.timeline(tx, _existing(tx, name), start, end)

    def asrun(
        self,
        device: str | None,
        start: datetime | None,
        end: datetime | None,
        cursor: str | None,
        limit: int,
        *,
        located: bool = False,
    ) -> tuple[list[AsRunEntry], str | None]:
        """Return one page of the as-run log, in order of arrival, and the next cursor; `located`
        = only what was said where somebody knows."""
        limit = checked_limit(limit)
        after_id = 0 if cursor is None else number_in(cursor)
        with self._store.read() as tx:
            found = proof.asrun(tx, device, start, end, after_id, limit + 1, located=located)
        return by_number(found, limit)


def _existing(tx: Tx, name: str) -> Device:
    found = places.devices(tx, [name])
    if not found:
        raise NotFound("device", name[:80])
    return found[0]


def _now(tx: Tx, device: str) -> Now:
    state, delivery = proof.state(tx, device), plans.delivery(tx, device)
    return Now(
        device=device,
        online=state is not None and state.online,
        broadcast=None if state is None else state.broadcast,
        occurrence=None if state is None else state.occurrence,
        asset=None if state is None else state.asset,
        since=None if state is None else state.since,
        until=None if state is None else state.until,
        why="" if state is None else state.why,
        fault="" if state is None else state.fault,
        reported_at=None if state is None else state.at,
        delivery=delivery,
    )
