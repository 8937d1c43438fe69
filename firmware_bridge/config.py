"""The gateway's configuration: one TOML file, checked before anything is touched."""

import base64
import binascii
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from drivers.catalogue import DIALECTS
from drivers.dialect import NO_ADDRESS, Carrier, Dialect, Site
from drivers.errors import LinkLost
from drivers.gps.driver import SCHEME, check_place
from drivers.speaker.relay import Wiring
from firmware_bridge import loudspeakers
from firmware_bridge.errors import BadConfig
from firmware_bridge.link import topics
from firmware_bridge.link.envelope import Keys, trusted
from firmware_bridge.loudspeakers import BadLoudspeaker
from firmware_bridge.player.outlet import Timing
from playlists.errors import BadBytes
from playlists.text.frame import Depth, Geometry

_CONTROLLER: Final = frozenset({"url", "mqtt_url", "tenant", "plan_keys", "firmware_keys", "data"})
_DEVICE: Final = frozenset(
    {
        "id",
        "kind",
        "secret",
        "driver",
        "port",
        "address",
        "width_px",
        "height_px",
        "depth",
        "baud",
        "community",
        *loudspeakers.KEYS,
        "gps",
        "gps_baud",
    }
)
_BAUDS: Final = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200)
_PORTS: Final = {
    Carrier.SERIAL: "a serial line",
    Carrier.TCP: "tcp://host:port",
    Carrier.UDP: "udp://host:port",
}
_KEY_BYTES: Final = 32


THIN: Final = "thin"
_BOARD_DRIVERS: Final = frozenset({THIN, *DIALECTS})


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One device on this gateway. `geometry` is None for loudspeakers, `depth` says nothing."""

    id: str
    secret: str
    driver: str
    """A dialect, `thin`, `pcm`, `rtp` or `card`."""
    port: str
    """A line's path or URL, or where a sound output is; empty for thin boards."""
    address: int
    geometry: Geometry | None
    depth: Depth = Depth.MONO
    baud: int | None = None
    """None = what the dialect is used to."""
    community: str = ""
    relay: Wiring | None = None
    """What wakes a loudspeaker's amplifier; None = nothing does."""
    timing: Timing = field(default_factory=Timing)
    gps: str = ""
    """A truck's receiver: a serial line's path or URL, or `gpsd://host:port`; empty = none."""
    gps_baud: int | None = None

    def site(self, geometry: Geometry) -> Site:
        """Return what a driver is told about this board."""
        over = Carrier.of(self.port)
        return Site(geometry, self.depth, self.address, self.community, over)


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """Everything a gateway is told."""

    url: str
    mqtt_url: str
    tenant: str
    keys: Keys
    data: Path
    devices: tuple[DeviceConfig, ...]
    firmware_keys: Keys = field(default_factory=dict)
    """Whose firmware may be written into boards; empty = nobody's."""


class _Fault(Exception):
    """What is wrong, in words for the person who wrote the file."""


def read(path: Path) -> GatewayConfig:
    """Read the file; BadConfig says what to change in it."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        return _gateway(document, path.parent)
    except OSError as exc:
        raise BadConfig(str(path), f"cannot be read: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadConfig(str(path), f"is not TOML: {exc}") from exc
    except _Fault as exc:
        raise BadConfig(str(path), str(exc)) from exc


def _gateway(document: Mapping[str, Any], folder: Path) -> GatewayConfig:
    _only(document, frozenset({"controller", "device"}), "the file")
    controller = document.get("controller")
    devices = document.get("device")
    if not isinstance(controller, dict) or not isinstance(devices, list) or not devices:
        raise _Fault("needs one [controller] and at least one [[device]]")
    _only(controller, _CONTROLLER, "[controller]")
    tenant = _text(controller, "tenant", "[controller]")
    if not topics.is_name(tenant):
        raise _Fault(f"[controller] tenant {tenant!r}: use a-z, 0-9 and '-'")
    return GatewayConfig(
        url=_url(controller, "url", ("http://", "https://")),
        mqtt_url=_url(controller, "mqtt_url", ("mqtt://", "mqtts://")),
        tenant=tenant,
        keys=_keys(controller.get("plan_keys"), "plan_keys"),
        data=folder / _text(controller, "data", "[controller]"),
        devices=_devices(devices),
        firmware_keys=_firmware_keys(controller),
    )


def _devices(documents: list[Any]) -> tuple[DeviceConfig, ...]:
    devices = tuple(_device(document) for document in documents)
    _check_receivers(devices)
    names = [device.id for device in devices]
    for name in names:
        if names.count(name) > 1:
            raise _Fault(f"[[device]] {name} stands twice")
    _check_lines(devices)
    relays = [device.relay for device in devices if device.relay is not None]
    try:
        loudspeakers.check_relays(relays, [device.port for device in devices])
    except BadLoudspeaker as exc:
        raise _Fault(str(exc)) from exc
    return devices


def _check_receivers(devices: tuple[DeviceConfig, ...]) -> None:
    """Refuse two readers of one serial line; a gpsd has many."""
    lines = {device.port: device.id for device in devices if device.port}
    for device in devices:
        if not device.gps or device.gps.startswith(SCHEME):
            continue
        other = lines.setdefault(device.gps, device.id)
        if other != device.id or device.gps == device.port:
            raise _Fault(f"[[device]] {device.id}: gps {device.gps} is {other}'s line")


def _check_lines(devices: tuple[DeviceConfig, ...]) -> None:
    """Refuse two devices on one port that would talk into each other."""
    first_on: dict[str, DeviceConfig] = {}
    taken: dict[tuple[str, int], DeviceConfig] = {}
    for device in devices:
        if not device.port:
            continue
        first = first_on.setdefault(device.port, device)
        if (first.driver, first.baud) != (device.driver, device.baud):
            raise _Fault(
                f"[[device]] {device.id}: {device.port} is {first.id}'s line, so it needs the "
                "same driver and baud"
            )
        other = taken.setdefault((device.port, device.address), device)
        if other is not device:
            raise _Fault(
                f"[[device]] {device.id}: {other.id} has its address on {device.port} already"
            )


def _device(document: Any) -> DeviceConfig:
    if not isinstance(document, dict):
        raise _Fault("[[device]] must be a table")
    name = _text(document, "id", "[[device]]")
    where = f"[[device]] {name}"
    if not topics.is_name(name):
        raise _Fault(f"{where}: an id has only a-z, 0-9 and '-'")
    _only(document, _DEVICE, where)
    driver = _driver(document, where)
    dialect = DIALECTS.get(driver)
    needs_port = driver != THIN
    relay, timing = _loudspeaker(document, driver, where)
    return DeviceConfig(
        id=name,
        secret=_text(document, "secret", where),
        driver=driver,
        port=_port(_text(document, "port", where), driver, where) if needs_port else "",
        address=_address(document, _addresses(document, dialect), where),
        geometry=_geometry(document, where) if driver in _BOARD_DRIVERS else None,
        depth=_depth(document, driver, where),
        baud=_baud(document, dialect, where),
        community=_community(document, dialect, where),
        relay=relay,
        timing=timing,
        gps=_gps(document, driver, where),
        gps_baud=_gps_baud(document, where),
    )


def _driver(document: Mapping[str, Any], where: str) -> str:
    driver = document.get("driver", "")
    if driver not in {*_BOARD_DRIVERS, *loudspeakers.DRIVERS}:
        known = ", ".join((*DIALECTS, THIN, *loudspeakers.DRIVERS))
        raise _Fault(f"{where}: driver must be one of {known}")
    kind = "board" if driver in _BOARD_DRIVERS else "speaker"
    if document.get("kind") != kind:
        raise _Fault(f'{where}: driver {driver} goes with kind = "{kind}"')
    return str(driver)


def _port(port: str, driver: str, where: str) -> str:
    if driver in loudspeakers.DRIVERS:
        try:
            return loudspeakers.check_port(driver, port)
        except BadLoudspeaker as exc:
            raise _Fault(f"{where}: {exc}") from exc
    dialect = DIALECTS[driver]
    if Carrier.of(port) not in dialect.carriers:
        ways = " or ".join(_PORTS[carrier] for carrier in dialect.carriers)
        raise _Fault(f"{where}: {driver} needs port = {ways}")
    return port


def _loudspeaker(
    document: Mapping[str, Any], driver: str, where: str
) -> tuple[Wiring | None, Timing]:
    if driver not in loudspeakers.DRIVERS and (unfit := loudspeakers.KEYS & document.keys()):
        raise _Fault(f"{where}: only a loudspeaker has {', '.join(sorted(unfit))}")
    try:
        return loudspeakers.relay_of(document), loudspeakers.timing_of(document)
    except BadLoudspeaker as exc:
        raise _Fault(f"{where}: {exc}") from exc


def _gps(document: Mapping[str, Any], driver: str, where: str) -> str:
    if "gps" not in document:
        return ""
    if driver not in loudspeakers.DRIVERS:
        raise _Fault(f"{where}: only a loudspeaker has gps")
    try:
        check_place(gps := _text(document, "gps", where))
    except LinkLost as exc:
        raise _Fault(f"{where}: gps {exc}") from exc
    return gps


def _gps_baud(document: Mapping[str, Any], where: str) -> int | None:
    if "gps_baud" not in document:
        return None
    baud = _whole(document, "gps_baud", where)
    if baud not in _BAUDS or str(document.get("gps", SCHEME)).startswith(SCHEME):
        raise _Fault(f"{where}: gps_baud is one of {', '.join(map(str, _BAUDS))}, for serial lines")
    return baud


def _addresses(document: Mapping[str, Any], dialect: Dialect | None) -> range:
    """Return the addresses that a device of this kind can have on its port."""
    if dialect is None:
        return NO_ADDRESS
    return dialect.addresses_over(Carrier.of(str(document.get("port"))))


def _address(document: Mapping[str, Any], addresses: range, where: str) -> int:
    if addresses == NO_ADDRESS:
        if "address" in document:
            raise _Fault(f"{where}: leave address out, a device of this kind has none")
        return 0
    address = _whole(document, "address", where)
    if address not in addresses:
        raise _Fault(f"{where}: address must be {addresses[0]} to {addresses[-1]}")
    return address


def _baud(document: Mapping[str, Any], dialect: Dialect | None, where: str) -> int | None:
    if "baud" not in document:
        return None
    baud = _whole(document, "baud", where)
    if dialect is None or Carrier.SERIAL not in dialect.carriers or baud not in _BAUDS:
        raise _Fault(f"{where}: baud is one of {', '.join(map(str, _BAUDS))}, for serial lines")
    return baud


def _community(document: Mapping[str, Any], dialect: Dialect | None, where: str) -> str:
    if dialect is None or not dialect.needs_community:
        if "community" in document:
            raise _Fault(f"{where}: leave community out, only NTCIP signs have one")
        return ""
    return _text(document, "community", where)


def _geometry(document: Mapping[str, Any], where: str) -> Geometry:
    sides = [_whole(document, name, where) for name in ("width_px", "height_px")]
    try:
        return Geometry(*sides)
    except BadBytes as exc:
        raise _Fault(f"{where}: {exc.reason} is no size") from exc


def _depth(document: Mapping[str, Any], driver: str, where: str) -> Depth:
    if "depth" in document and driver not in _BOARD_DRIVERS:
        raise _Fault(f"{where}: only a board has a depth")
    try:
        depth = Depth.of(document.get("depth", Depth.MONO.word))
    except BadBytes as exc:
        raise _Fault(f"{where}: the depth {exc.reason}") from exc
    if driver in DIALECTS and depth not in DIALECTS[driver].depths:
        words = " or ".join(depth.word for depth in DIALECTS[driver].depths)
        raise _Fault(f"{where}: depth of {driver} is {words}")
    return depth


def _firmware_keys(controller: Mapping[str, Any]) -> Keys:
    if "firmware_keys" not in controller:
        return {}
    return _keys(controller["firmware_keys"], "firmware_keys")


def _keys(value: object, name: str) -> Keys:
    if not isinstance(value, list) or not value:
        raise _Fault(f"[controller] {name} must list at least one public key")
    raw_keys = []
    for text in value:
        try:
            raw = base64.b64decode(str(text), validate=True)
        except binascii.Error:
            raw = b""
        if len(raw) != _KEY_BYTES:
            raise _Fault(f"[controller] {name}: each is 32 bytes in Base64")
        raw_keys.append(raw)
    return trusted(*raw_keys)


def _only(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise _Fault(f"{where} has no {', '.join(unknown)}; it knows {', '.join(sorted(known))}")


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise _Fault(f'{where} needs {name} = "…"')
    return value


def _whole(table: Mapping[str, Any], name: str, where: str) -> int:
    value = table.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Fault(f"{where} needs {name} = a whole number")
    return value


def _url(table: Mapping[str, Any], name: str, schemes: tuple[str, ...]) -> str:
    value = _text(table, name, "[controller]")
    if not value.startswith(schemes):
        raise _Fault(f"[controller] {name} must begin with {' or '.join(schemes)}")
    return value.rstrip("/")
