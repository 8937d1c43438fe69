"""Loudspeakers on trucks: who is one, and how sure it must be of a pass.

A change and the plan it changes are one transaction.
"""

from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import Forbidden, NotASpeaker, NotATruck, NotFound, TruckInUse
from controller.model import Device, DeviceKind, Person
from controller.planning import Planner
from controller.store import broadcasts, places
from controller.store.store import Store, Tx
from playlists.schedule.passes import PassRules


class Trucks:
    """Loudspeakers on trucks."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner

    def rules(self, name: str) -> PassRules:
        """Return the rules of a truck's passes; NotFound, NotATruck."""
        with self._store.read() as tx:
            return _truck(tx, name).pass_rules

    def change_rules(self, name: str, rules: PassRules, person: Person) -> None:
        """Give a truck other rules; it is planned anew. NotFound, NotATruck, Forbidden."""
        _may_change(person)
        with self._store.write() as tx:
            before = _truck(tx, name)
            places.set_truck(tx, name, mobile=True, rules=rules)
            self._changed(tx, before, person, "change-passes")

    def put(self, name: str, person: Person, *, mobile: bool) -> Device:
        """Put a loudspeaker on a truck, or take it off; it is planned anew.

        Raises NotFound, NotASpeaker, Forbidden, and TruckInUse while a broadcast into zones waits
        for it: taken off, it would say that to the whole street.
        """
        _may_change(person)
        with self._store.write() as tx:
            before = _existing(tx, name)
            if before.kind is not DeviceKind.SPEAKER:
                raise NotASpeaker(f"{name} is no loudspeaker", device=name)
            waiting = None if mobile else broadcasts.zoned_on(tx, name, self._clock.now())
            if before.mobile and waiting is not None:
                raise TruckInUse(f"{waiting} waits for {name}", device=name, broadcast=waiting)
            places.set_truck(tx, name, mobile=mobile, rules=before.pass_rules)
            return self._changed(tx, before, person, "change-mobile")

    def _changed(self, tx: Tx, before: Device, person: Person, verb: str) -> Device:
        self._planner.replan(tx, [before.id])
        after = _existing(tx, before.id)
        was, became = content_of(before), content_of(after)
        thing = f"device:{before.id}"
        record(tx, self._clock.now(), person, verb, thing, before=was, after=became)
        return after


def _truck(tx: Tx, name: str) -> Device:
    found = _existing(tx, name)
    if not found.mobile:
        raise NotATruck(f"{name} is on no truck", device=name)
    return found


def _existing(tx: Tx, name: str) -> Device:
    found = places.devices(tx, [name])
    if not found:
        raise NotFound("device", name[:80])
    return found[0]


def _may_change(person: Person) -> None:
    """Raise Forbidden: it decides what is heard where."""
    if not person.may_approve_alone:
        raise Forbidden("trucks decide what is heard where", action="change a truck")
