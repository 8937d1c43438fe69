"""Zones of loudspeaker trucks. A change and the plans it changes are one transaction."""

from collections.abc import Sequence

from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import Conflict, Forbidden, Invalid, NotFound
from controller.model import Person, TruckZone
from controller.planning import Planner
from controller.store import broadcasts, places, proof, zones
from controller.store.store import Store, Tx
from firmware_bridge.link.topics import is_name
from playlists.schedule.zones import MAX_ZONES, MIN_CAP_DB, Polygon, Zone


class Zones:
    """Where trucks say something, how loud at most, and where they are quiet."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner

    def list(self) -> list[TruckZone]:
        """Return every zone, by id."""
        with self._store.read() as tx:
            return zones.entries(tx)

    def get(self, name: str) -> TruckZone:
        """Return one zone; NotFound."""
        with self._store.read() as tx:
            return _existing(tx, name)

    def create(self, entry: TruckZone, person: Person) -> TruckZone:
        """Add a zone. Conflict when the name is taken, or there are as many as a plan can hold."""
        _may_change(person)
        with self._store.write() as tx:
            if zones.find(tx, entry.zone.id) is not None:
                raise Conflict(f"zone {entry.zone.id} exists", reason="exists")
            if len(zones.entries(tx)) >= MAX_ZONES:
                raise Conflict(f"there are {MAX_ZONES} zones", reason="too-many")
            zones.add(tx, entry)
            self._changed(tx, entry.zone.id, person, "create", None, entry)
        return entry

    def change(self, entry: TruckZone, person: Person) -> TruckZone:
        """Give a zone another name, shape, cap or silence; NotFound."""
        _may_change(person)
        with self._store.write() as tx:
            before = _existing(tx, entry.zone.id)
            zones.change(tx, entry)
            changed = _existing(tx, entry.zone.id)
            self._changed(tx, entry.zone.id, person, "change", before, changed)
            return changed

    def delete(self, name: str, person: Person) -> None:
        """Forget a zone. NotFound; Conflict while a broadcast that is not over names it."""
        _may_change(person)
        with self._store.write() as tx:
            before = _existing(tx, name)
            if broadcasts.naming_zone(tx, name, self._clock.now()) is not None:
                raise Conflict(f"zone {name} is in use", reason="in-use")
            zones.remove(tx, name)
            self._changed(tx, name, person, "delete", before, None)

    def draft(  # noqa: PLR0917 -- the fields of a zone
        self,
        name: str,
        title: str,
        corners: Sequence[Sequence[float]],
        cap_db: float,
        quiet: bool,  # noqa: FBT001 -- a field of a zone
        person: Person,
    ) -> TruckZone:
        """Return a zone as it was asked for; Invalid or ContentRefused say why there is none."""
        if not is_name(name):
            reason = "lower-case letters, digits and inner hyphens, at most 63"
            raise Invalid(f"{name[:80]!r} is no name", field="id", reason=reason)
        if not MIN_CAP_DB <= cap_db <= 0:
            raise Invalid("no such cap", field="cap_db", reason=f"{MIN_CAP_DB:g} to 0 dB")
        zone = Zone(name, Polygon.of(corners), float(cap_db), quiet)
        return TruckZone(title, zone, self._clock.now(), person.name)

    def _changed(  # noqa: PLR0917 -- what an entry of the audit log has
        self,
        tx: Tx,
        name: str,
        person: Person,
        verb: str,
        before: TruckZone | None,
        after: TruckZone | None,
    ) -> None:
        trucks = [device.id for device in places.devices(tx) if device.mobile]
        self._planner.replan(tx, trucks)
        proof.add_event(tx, self._clock.now(), "zone", None, {"id": name})
        was, became = content_of(before), content_of(after)
        record(tx, self._clock.now(), person, verb, f"zone:{name}", before=was, after=became)


def _existing(tx: Tx, name: str) -> TruckZone:
    found = zones.find(tx, name)
    if found is None:
        raise NotFound("zone", name[:80])
    return found


def _may_change(person: Person) -> None:
    """Raise Forbidden: a zone may silence what others approved, or undo the peace of a hospital."""
    if not person.may_approve_alone:
        raise Forbidden("zones decide what is heard where", action="change a zone")
