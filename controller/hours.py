"""The hours of areas: which rules hold where, and changing them."""

from collections.abc import Mapping, Sequence
from typing import Any

from controller.admission import Misfit, misfits
from controller.areas import below, hours_of, line_of, zone_of
from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import Forbidden, Invalid, NotFound
from controller.model import Area, DeviceKind, Person
from controller.planning import Planner
from controller.store import places, proof
from controller.store.store import Store
from playlists.schedule import policyjson, presets
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.windows import Place


class Hours:
    """Hours policies of areas, and what loudspeakers stand near."""

    def __init__(self, store: Store, clock: Clock, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner

    def of(self, area: str) -> HoursPolicy | None:
        """Return the hours that hold in an area, inherited or its own; None = no limits."""
        with self._store.read() as tx:
            areas = places.areas(tx)
        _check_known(area, areas)
        return hours_of(line_of(area, areas))

    def change(self, area: str, document: Mapping[str, Any] | None, person: Person) -> list[Misfit]:
        """Give an area hours of its own, or take them away (None), and plan anew; return what is
        approved and will be refused by the new rules.

        The document is a policy's JSON form without `tz`; with `preset` it says only what differs
        from that preset. Raises BadBytes, UnknownPreset, NotFound, Forbidden.
        """
        _check_may(person)
        with self._store.write() as tx:
            areas = places.areas(tx)
            _check_known(area, areas)
            line = line_of(area, areas)
            policy = None if document is None else read(document, line[0].name, zone_of(line))
            places.set_hours(tx, area, policy)
            inside = below(area, areas)
            devices = [one for one in places.devices(tx) if one.area in inside]
            self._planner.replan(tx, [one.id for one in devices])
            facts: dict[str, object] = {"area": area, "by": person.name}
            proof.add_event(tx, self._clock.now(), "hours", None, facts)
            was, becomes = _content(line[0].hours), _content(policy)
            thing = f"area:{area}"
            record(tx, self._clock.now(), person, "change-hours", thing, before=was, after=becomes)
            return misfits(tx, devices, places.areas(tx), self._planner.almanac, self._clock.now())

    def stand_near(self, device: str, near: Sequence[Place], person: Person) -> None:
        """Say what a loudspeaker must spare; it is planned anew. Raises as `change` does."""
        _check_may(person)
        with self._store.write() as tx:
            found = places.devices(tx, [device])
            if not found:
                raise NotFound("device", device[:80])
            if found[0].kind is not DeviceKind.SPEAKER:
                raise Invalid("boards are silent", field="near", reason="only for loudspeakers")
            places.set_near(tx, device, sorted(set(near)))
            was, becomes = (content_of(sorted(set(one))) for one in (found[0].near, near))
            thing = f"device:{device}"
            record(tx, self._clock.now(), person, "change-near", thing, before=was, after=becomes)
            self._planner.replan(tx, [device])


def read(document: Mapping[str, Any], name: str, tz: str) -> HoursPolicy:
    """Read the hours of an area that is called so and lies in this zone."""
    own = {key: value for key, value in document.items() if key != "preset"}
    based_on = document.get("preset")
    base: Mapping[str, Any] = {"name": name, "windows": []}
    if based_on is not None:
        base = policyjson.to_json(presets.preset(str(based_on)[:80], tz))
    return policyjson.from_json({**base, **own, "tz": tz})


def _content(policy: HoursPolicy | None) -> str | None:
    return content_of(None if policy is None else policyjson.to_json(policy))


def _check_may(person: Person) -> None:
    if not person.may_approve_alone:
        raise Forbidden("hours are the rules for those who ask", action="change hours")


def _check_known(name: str, areas: Sequence[Area]) -> None:
    if all(area.id != name for area in areas):
        raise NotFound("area", name[:80])
