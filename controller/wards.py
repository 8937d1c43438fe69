"""What a place says of broadcasts: how many persons one takes, and which of equals comes first."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from controller.areas import TWO, below, line_of, two_persons
from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import ControllerError, Forbidden, Invalid, NotFound
from controller.model import Area, Broadcast, Person
from controller.planning import Planner
from controller.store import broadcasts as broadcast_rows
from controller.store import orders, places
from controller.store.store import Store, Tx
from playlists.schedule.plan import BroadcastClass

MAX_ORDERED: Final = 100
"""Broadcasts that a place brings into an order."""


class OrderAgainstPriority(ControllerError):
    """An order puts the weaker before the stronger. Facts: `first`, `second`."""

    code = "order-against-priority"


class CannotOrder(ControllerError):
    """An emergency, or for no device of the place. Facts: `broadcast`, `area`."""

    code = "cannot-order"


class Wards:
    """Rules of places for what is broadcast there."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner

    def approvals(self, area: str) -> int:
        """Return how many persons a broadcast takes in an area, by its own rule or an inherited
        one; NotFound."""
        with self._store.read() as tx:
            return 1 if two_persons(_line(tx, area)) is None else TWO

    def ask_for(self, area: str, approvals: int | None, person: Person) -> None:
        """Say how many persons a broadcast takes in an area from now on; None = as inherited.

        What is approved stays approved. Raises NotFound, Invalid, Forbidden.
        """
        _check_may(person, "change approvals")
        if approvals not in {None, 1, TWO}:
            raise Invalid("no such number", field="approvals", reason="1 or 2 persons")
        with self._store.write() as tx:
            was = _line(tx, area)[0].approvals
            places.set_approvals(tx, area, approvals)
            record(
                tx,
                self._clock.now(),
                person,
                "change-approvals",
                f"area:{area}",
                before=content_of(was),
                after=content_of(approvals),
            )

    def order(self, area: str) -> list[str]:
        """Return the order an area has given, the first one first; NotFound."""
        with self._store.read() as tx:
            _line(tx, area)
            return orders.of(tx, area)

    def bring_in_order(self, area: str, names: Sequence[str], person: Person) -> list[str]:
        """Say which comes first of broadcasts of equal class and priority, on all devices of an
        area; an order given before is forgotten. Areas below with an order keep theirs.

        Raises NotFound, Invalid, Forbidden, OrderAgainstPriority, CannotOrder.
        """
        _check_may(person, "order broadcasts")
        wanted = list(dict.fromkeys(names))
        if len(wanted) > MAX_ORDERED:
            reason = f"at most {MAX_ORDERED} broadcasts"
            raise Invalid("a long list", field="broadcasts", reason=reason)
        with self._store.write() as tx:
            _line(tx, area)
            inside = below(area, places.areas(tx))
            devices = [one.id for one in places.devices(tx) if one.area in inside]
            _check_order([_existing(tx, name) for name in wanted], area, set(devices))
            was = orders.of(tx, area)
            orders.put(tx, area, wanted)
            self._planner.replan(tx, devices)
            record(
                tx,
                self._clock.now(),
                person,
                "order",
                f"area:{area}",
                before=content_of(was),
                after=content_of(wanted),
            )
        return wanted


def _check_order(wanted: Sequence[Broadcast], area: str, devices: set[str]) -> None:
    for one in wanted:
        is_emergency = one.draft.broadcast_class is BroadcastClass.EMERGENCY
        if is_emergency or devices.isdisjoint(one.devices):
            raise CannotOrder(f"not {one.id}", broadcast=one.id, area=area)
    for first, second in pairwise(wanted):
        if _strength(first) < _strength(second):
            message = f"{second.id} is stronger than {first.id}"
            raise OrderAgainstPriority(message, first=first.id, second=second.id)


def _strength(one: Broadcast) -> tuple[int, int]:
    return one.draft.broadcast_class.rank, one.draft.priority


def _check_may(person: Person, action: str) -> None:
    if not person.may_approve_alone:
        raise Forbidden("these are rules for those who ask", action=action)


def _line(tx: Tx, area: str) -> list[Area]:
    areas = places.areas(tx)
    if all(one.id != area for one in areas):
        raise NotFound("area", area[:80])
    return line_of(area, areas)


def _existing(tx: Tx, name: str) -> Broadcast:
    found = broadcast_rows.find(tx, name)
    if found is None:
        raise NotFound("broadcast", name[:80])
    return found
