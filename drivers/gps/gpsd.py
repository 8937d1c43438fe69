"""gpsd's JSON protocol to bytes and back, for both roles; no input, no output, no clock.

A client says `?WATCH={…};`, gpsd says objects with a `class`, one a line. "The order of JSON
attributes is never significant"; what we do not know is passed over.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from drivers.errors import PeerWireError
from drivers.gps.packets import Devices, Fix, GpsdReport, Tpv, Version, Watch

DIALECT: Final = "gpsd"
PORT: Final = 2947
MAX_REPORT_BYTES: Final = 10_240
"""GPS_JSON_RESPONSE_MAX in its gps.h."""
MAX_REQUEST_BYTES: Final = 512
"""gpsd_json(5) grants 80 characters; clients write longer WATCH requests, and it takes them."""
MAX_DEVICES: Final = 4
"""MAX_DEVICES in its gpsd_config.h."""
MAX_TEXT_CHARS: Final = 200
_HAS_FIX: Final = 2
_MAX_MODE: Final = 3


def encode(report: GpsdReport) -> bytes:
    """Return the line gpsd would write."""
    match report:
        case Version():
            told: dict[str, object] = {
                "class": "VERSION",
                "release": report.release,
                "rev": report.release,
                "proto_major": report.major,
                "proto_minor": report.minor,
            }
        case Watch():
            told = {"class": "WATCH", "enable": report.enable, "json": report.json}
        case Devices():
            listed = [{"class": "DEVICE", "path": path} for path in report.paths]
            told = {"class": "DEVICES", "devices": listed}
        case Tpv():
            told = _tpv_told(report)
    return json.dumps(told, separators=(",", ":")).encode() + b"\r\n"


def encode_watch(watch: Watch) -> bytes:
    """Return a client's request."""
    told = {"enable": watch.enable, "json": watch.json}
    return b"?WATCH=%s;\n" % json.dumps(told, separators=(",", ":")).encode()


def decode(line: bytes) -> GpsdReport | None:
    """Return what gpsd says, None for what we need not know; PeerWireError for all else."""
    doc = _object(line, MAX_REPORT_BYTES)
    try:
        return _report(doc)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise PeerWireError(DIALECT, f"{type(exc).__name__}: {exc}"[:200]) from exc


def decode_requests(line: bytes) -> list[Watch | None]:
    """Return what a client asks: a Watch each, None for other questions; PeerWireError.

    A bare `?WATCH;` asks how things stand, and changes nothing.
    """
    if len(line) > MAX_REQUEST_BYTES:
        raise PeerWireError(DIALECT, f"a request of {len(line)} bytes")
    found: list[Watch | None] = []
    for request in line.strip().split(b";"):
        name, _, argument = request.strip().partition(b"=")
        if name and not name.startswith(b"?"):
            raise PeerWireError(DIALECT, "a request begins with a question mark")
        if name == b"?WATCH" and argument:
            doc = _object(argument, MAX_REQUEST_BYTES)
            found.append(Watch(_flag(doc.get("enable", True)), _flag(doc.get("json", False))))
        elif name:
            found.append(None)
    return found


def _tpv_told(tpv: Tpv) -> dict[str, object]:
    told: dict[str, object] = {"class": "TPV", "mode": tpv.mode}
    if tpv.device:
        told["device"] = tpv.device
    at = tpv.at if tpv.fix is None else tpv.fix.at
    if at is not None:
        told["time"] = at.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"
    if tpv.fix is not None:
        told |= {"lat": round(tpv.fix.lat_deg, 9), "lon": round(tpv.fix.lon_deg, 9)}
        if tpv.fix.speed_m_s is not None:
            told["speed"] = round(tpv.fix.speed_m_s, 3)
    return told


def _object(data: bytes, limit_bytes: int) -> Mapping[str, Any]:
    if len(data) > limit_bytes:
        raise PeerWireError(DIALECT, f"{len(data)} bytes")
    try:
        doc = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError) as exc:
        raise PeerWireError(DIALECT, f"no JSON: {exc}"[:200]) from exc
    if not isinstance(doc, dict):
        raise PeerWireError(DIALECT, "no JSON object")
    return doc


def _report(doc: Mapping[str, Any]) -> GpsdReport | None:
    match doc.get("class"):
        case "VERSION":
            major, minor = _whole(doc["proto_major"]), _whole(doc["proto_minor"])
            return Version(_text(doc["release"]), major, minor)
        case "WATCH":
            return Watch(_flag(doc["enable"]), _flag(doc.get("json", False)))
        case "DEVICES":
            if len(doc["devices"]) > MAX_DEVICES:
                raise ValueError(f"{len(doc['devices'])} devices")
            return Devices(tuple(_text(device["path"]) for device in doc["devices"]))
        case "TPV":
            return _tpv(doc)
        case str():
            return None
        case other:
            raise TypeError(f"no class: {other!r}"[:80])


def _tpv(doc: Mapping[str, Any]) -> Tpv:
    mode, device = _whole(doc["mode"]), _text(doc.get("device", ""))
    if mode > _MAX_MODE:
        raise ValueError(f"mode {mode}")
    at = _instant(doc["time"]) if "time" in doc else None
    if mode < _HAS_FIX or "lat" not in doc:
        return Tpv(mode, None, device, at)
    speed = _number(doc["speed"]) if "speed" in doc else None
    return Tpv(mode, Fix(_number(doc["lat"]), _number(doc["lon"]), speed, at), device, at)


def _instant(value: object) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return at.astimezone(UTC)


def _number(value: object) -> float:
    """Return a number; whether it is one on earth a Fix says."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"no number: {value!r}"[:80])
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise TypeError(f"no whole number: {value!r}"[:80])
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise PeerWireError(DIALECT, f"neither true nor false: {value!r}"[:80])
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARS:
        raise TypeError("a text is missing or too long")
    return value
