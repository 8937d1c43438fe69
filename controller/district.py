"""The district: areas, devices, groups; who inherits what; whom a target means."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import bcrypt

from controller import access
from controller.areas import DEFAULT_TZ, below
from controller.audit import SYSTEM, content_of, record
from controller.clock import Clock
from controller.errors import Conflict, Invalid, NotASpeaker, NotFound, UnknownTarget
from controller.model import Area, Device, DeviceKind, Enrolment, Group, Person, TruckZone
from controller.planning import Planner
from controller.rendering import Renderer, canvases
from controller.store import contents, places, zones
from controller.store.store import Store, Tx
from firmware_bridge.link.topics import is_name
from playlists.audio.sound import Codec
from playlists.errors import ContentRefused
from playlists.schedule import presets
from playlists.schedule.plan import Asset
from playlists.schedule.rules import find_zone

logger = logging.getLogger(__name__)

MAX_TARGETS: Final = 10_000
MAX_TOLD: Final = 100
"""Targets that a refusal names; how many there are it says too."""
_BCRYPT_COST: Final = 4
"""bcrypt is what the broker takes; it protects weak passwords by being slow, and ours have 256
random bits. The lowest cost keeps a reconnect storm cheap."""


class District:
    """Areas, devices and groups. The command line sets a district up as the system itself."""

    def __init__(self, store: Store, clock: Clock, renderer: Renderer, planner: Planner) -> None:
        self._store = store
        self._clock = clock
        self._renderer = renderer
        self._planner = planner
        self.on_enrolled: Callable[[], None] = lambda: None
        """Called after an enrolment, so that the broker lets the device in."""

    def areas(self) -> list[Area]:
        """Return every area."""
        with self._store.read() as tx:
            return places.areas(tx)

    def create_area(self, area: Area, person: Person = SYSTEM) -> Area:
        """Add an area below its parent."""
        _check_name("id", area.id)
        if area.tz is not None:
            find_zone(area.tz)
        if area.hours_preset is not None:
            presets.preset(area.hours_preset, DEFAULT_TZ)
        with self._store.write() as tx:
            known = {one.id for one in places.areas(tx)}
            if area.id in known:
                raise Conflict(f"area {area.id} exists", reason="exists")
            if area.parent is not None and area.parent not in known:
                raise NotFound("area", area.parent)
            places.add_area(tx, area)
            self._enter(tx, person, "create", f"area:{area.id}", area)
        return area

    def devices(self) -> list[Device]:
        """Return every device."""
        with self._store.read() as tx:
            return places.devices(tx)

    def device(self, name: str) -> Device:
        """Return a device; NotFound."""
        with self._store.read() as tx:
            found = places.devices(tx, [name])
        if not found:
            raise NotFound("device", name[:80])
        return found[0]

    def groups(self) -> list[Group]:
        """Return every group."""
        with self._store.read() as tx:
            return places.groups(tx)

    def zones(self) -> list[TruckZone]:
        """Return every zone of trucks."""
        with self._store.read() as tx:
            return zones.entries(tx)

    def create_group(
        self, name: str, title: str, devices: Sequence[str], person: Person = SYSTEM
    ) -> Group:
        """Add a group of existing devices."""
        _check_name("id", name)
        group = Group(name, title, tuple(dict.fromkeys(devices)))
        with self._store.write() as tx:
            if any(one.id == name for one in places.groups(tx)):
                raise Conflict(f"group {name} exists", reason="exists")
            known = {one.id for one in places.devices(tx, group.devices)}
            for device in group.devices:
                if device not in known:
                    raise NotFound("device", device[:80])
            places.add_group(tx, group)
            self._enter(tx, person, "create", f"group:{name}", group)
        return group

    def enrol(self, device: Device, *, thin: bool, person: Person = SYSTEM) -> Enrolment:
        """Add a device and give out its secrets, which are shown once and never stored."""
        _check_device(device)
        secret, panel = access.new_secret(), access.new_secret() if thin else None
        areas = self.areas()
        if all(area.id != device.area for area in areas):
            raise NotFound("area", device.area[:80])
        idle = self._idle_scene(device, areas)
        with self._store.write() as tx:
            if places.devices(tx, [device.id]):
                raise Conflict(f"device {device.id} exists", reason="exists")
            if idle is not None:
                contents.add_asset(tx, idle)
            places.add_device(
                tx,
                device,
                idle_asset=None if idle is None else idle.sha256,
                broker_hash=_broker_hash(secret),
                panel_hash=None if panel is None else _broker_hash(panel),
                secret_sha256=access.fingerprint(secret),
            )
            self._planner.replan(tx, [device.id])
            self._enter(tx, person, "enrol", f"device:{device.id}", device)
        self.on_enrolled()
        return Enrolment(device.id, secret, panel)

    def refresh_idle(self) -> None:
        """Draw anew what boards show when nothing is on, where fonts or scenes changed since.

        A text that cannot be drawn any more keeps its old picture.
        """
        areas = self.areas()
        with self._store.read() as tx:
            shown = [(one, places.idle_asset(tx, one.id)) for one in places.devices(tx)]
        changed: dict[str, Asset] = {}
        for device, known in shown:
            try:
                idle = self._idle_scene(device, areas)
            except ContentRefused as exc:
                logger.warning("the idle text of %s cannot be drawn anew: %s", device.id, exc)
                continue
            if idle is not None and idle.sha256 != known:
                changed[device.id] = idle
        if changed:
            with self._store.write() as tx:
                for name, idle in changed.items():
                    contents.add_asset(tx, idle)
                    places.set_idle_asset(tx, name, idle.sha256)
                self._planner.replan(tx, changed)

    def resolve(self, targets: Sequence[str], kind: DeviceKind) -> list[Device]:
        """Return the devices that targets mean and that can take the content, each once.

        UnknownTarget names all targets that mean nothing or cannot take it.
        """
        wanted = dict.fromkeys(targets)
        if not 0 < len(wanted) <= MAX_TARGETS:
            raise Invalid(
                f"{len(wanted)} targets", field="targets", reason=f"1 to {MAX_TARGETS} targets"
            )
        with self._store.read() as tx:
            known = [entry.zone.id for entry in zones.entries(tx)]
            everything = _Everything(places.areas(tx), places.devices(tx), places.groups(tx), known)
        found: dict[str, Device] = {}
        unknown = []
        for target in wanted:
            meant = [device for device in everything.meant_by(target) if device.kind is kind]
            found |= {device.id: device for device in meant}
            if not meant:
                unknown.append(target)
        check_known(unknown, kind)
        return list(found.values())

    def _enter(
        self, tx: Tx, person: Person, verb: str, thing: str, made: Area | Group | Device
    ) -> None:
        record(tx, self._clock.now(), person, verb, thing, after=content_of(made))

    def _idle_scene(self, device: Device, areas: Iterable[Area]) -> Asset | None:
        if device.kind is not DeviceKind.BOARD or not device.idle_text:
            return None
        canvas = canvases([device], areas)[device.id]
        return self._renderer.keep(self._renderer.idle(device.idle_text, canvas))


def check_known(unknown: Sequence[str], kind: str) -> None:
    """Raise UnknownTarget, which names all of them, unless there is none."""
    if unknown:
        told = [target[:120] for target in unknown[:MAX_TOLD]]
        count = len(unknown)
        message = f"{count} targets: no {kind} there"
        raise UnknownTarget(message, target=told[0], targets=told, count=count)


class _Everything:
    """A snapshot of the district, to look targets up in."""

    def __init__(
        self,
        areas: Iterable[Area],
        devices: Iterable[Device],
        groups: Iterable[Group],
        zones: Iterable[str],
    ) -> None:
        self._areas = list(areas)
        self._area_names = {area.id for area in self._areas}
        self._zones = frozenset(zones)
        self._devices = {device.id: device for device in devices}
        self._groups = {group.id: group for group in groups}

    def meant_by(self, target: str) -> list[Device]:
        kind, _, name = target.partition(":")
        if kind == "device" and name in self._devices:
            return [self._devices[name]]
        if kind == "group" and name in self._groups:
            return [self._devices[device] for device in self._groups[name].devices]
        if kind == "zone" and name in self._zones:
            return [device for device in self._devices.values() if device.mobile]
        if kind == "area" and name in self._area_names:
            inside = below(name, self._areas)
            return [device for device in self._devices.values() if device.area in inside]
        return []


def _check_name(field: str, name: str) -> None:
    if not is_name(name):
        reason = "lower-case letters, digits and inner hyphens, at most 63"
        raise Invalid(f"{name[:80]!r} is no name", field=field, reason=reason)


def _check_device(device: Device) -> None:
    _check_name("id", device.id)
    sizes = (device.width_px, device.height_px, device.max_strip_px)
    if device.kind is DeviceKind.BOARD and any(size is None or size < 1 for size in sizes):
        raise Invalid("a board has a size", field="width_px", reason="a board needs its size")
    for_speakers = device.mobile or device.codec is not Codec.OPUS
    if for_speakers and device.kind is not DeviceKind.SPEAKER:
        raise NotASpeaker(f"{device.id} is no loudspeaker", device=device.id)


def _broker_hash(secret: str) -> str:
    return bcrypt.hashpw(secret.encode(), bcrypt.gensalt(_BCRYPT_COST)).decode()
