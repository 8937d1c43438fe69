"""NMEA 0183 sentences RMC and GGA to bytes and back, for both roles; no input, no output, no clock.

`$`, talker, formatter, fields between commas, `*`, XOR of all between in two hex digits, CR LF.
Numbers are read by their letters: `float` would take "nan", "1_0" and Arabic digits.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor
from typing import Final

from drivers.errors import PeerWireError
from drivers.gps.packets import MAX_QUALITY, MAX_SATELLITES, Fix, Gga, Rmc, Sentence

DIALECT: Final = "nmea"
MAX_SENTENCE_BYTES: Final = 128
"""The standard says 82; receivers with many decimals and fields go a little beyond."""
KNOT_M_S: Final = 1852 / 3600

_SENTENCE: Final = re.compile(rb"\$([A-Z0-9]{2})([A-Z]{3}),([\x20-\x7e]*)\*([0-9A-Fa-f]{2})")
_ANGLE: Final = re.compile(r"(\d{2,3})(\d{2}(?:\.\d{1,9})?)")
_TIME: Final = re.compile(r"(\d{2})(\d{2})(\d{2})(?:\.(\d{1,6}))?")
_DATE: Final = re.compile(r"(\d{2})(\d{2})(\d{2})")
_NUMBER: Final = re.compile(r"\d{1,6}(?:\.\d{1,6})?")
_TALKER: Final = re.compile(r"[A-Z0-9]{2}")
_REAL_MODES: Final = frozenset("ADFRP")
"""What satellites say now; estimates, typed-in and made-up positions are none."""
_REAL_QUALITIES: Final = frozenset({1, 2, 3, 4, 5})
_RMC_FIELDS: Final = 9
_RMC_MODE: Final = 11
_GGA_FIELDS: Final = 7
_MINUTES: Final = 60
_CENTURY: Final = 2000
_PIVOT: Final = 80
"""Two-digit years: the satellites count from 1980."""


def checksum(body: bytes) -> int:
    """Return the XOR of all bytes."""
    return reduce(xor, body, 0)


def encode(sentence: Sentence) -> bytes:
    """Return a sentence with its line end; PeerWireError for values it cannot carry."""
    if _TALKER.fullmatch(sentence.talker) is None:
        raise PeerWireError(DIALECT, f"talker {sentence.talker!r}")
    body = _rmc_body(sentence) if isinstance(sentence, Rmc) else _gga_body(sentence)
    data = f"{sentence.talker}{body}".encode()
    return b"$%s*%02X\r\n" % (data, checksum(data))


def decode(line: bytes) -> Sentence | None:
    """Return what a line says, None for sentences of other kinds; PeerWireError for all else."""
    line = line.rstrip(b"\r\n")
    if len(line) > MAX_SENTENCE_BYTES:
        raise PeerWireError(DIALECT, f"a sentence of {len(line)} bytes")
    match = _SENTENCE.fullmatch(line)
    if match is None:
        raise PeerWireError(DIALECT, "that is no sentence")
    talker, kind, body, check = match.groups()
    if checksum(line[1:-3]) != int(check, 16):
        raise PeerWireError(DIALECT, "wrong checksum")
    fields = body.decode("ascii").split(",")
    if kind == b"RMC":
        return _rmc(talker.decode(), fields)
    return _gga(talker.decode(), fields) if kind == b"GGA" else None


def _rmc_body(rmc: Rmc) -> str:
    fix = rmc.fix
    at = rmc.at if fix is None else fix.at
    time, date = ("", "") if at is None else (_time_text(at), f"{at.astimezone(UTC):%d%m%y}")
    if fix is None:
        return f"RMC,{time},V,,,,,,,{date},,,N"
    speed = "" if fix.speed_m_s is None else f"{fix.speed_m_s / KNOT_M_S:.3f}"
    return f"RMC,{time},A,{_place_text(fix)},{speed},,{date},,,{rmc.mode}"


def _gga_body(gga: Gga) -> str:
    if gga.fix is None:
        return "GGA,,,,,,0,00,,,M,,M,,"
    time = "" if gga.fix.at is None else _time_text(gga.fix.at)
    counts = f"{gga.quality},{gga.satellites:02d}"
    return f"GGA,{time},{_place_text(gga.fix)},{counts},1.0,0.0,M,0.0,M,,"


def _place_text(fix: Fix) -> str:
    north, east = "N" if fix.lat_deg >= 0 else "S", "E" if fix.lon_deg >= 0 else "W"
    return f"{_angle_text(fix.lat_deg, 2)},{north},{_angle_text(fix.lon_deg, 3)},{east}"


def _angle_text(angle_deg: float, digits: int) -> str:
    """Return degrees and minutes; five decimals of a minute are two centimetres."""
    minutes = round(abs(angle_deg) * _MINUTES, 5)
    degrees = int(minutes // _MINUTES)
    return f"{degrees:0{digits}d}{minutes - degrees * _MINUTES:08.5f}"


def _time_text(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%H%M%S}.{at.microsecond // 1000:03d}"


def _rmc(talker: str, fields: list[str]) -> Rmc:
    if len(fields) < _RMC_FIELDS:
        raise PeerWireError(DIALECT, "RMC is cut short")
    mode = fields[_RMC_MODE] if len(fields) > _RMC_MODE else "A"  # before NMEA 2.3 there was none
    at = _instant(fields[0], fields[8])
    if fields[1] not in {"A", "V"}:
        raise PeerWireError(DIALECT, f"RMC status {fields[1]!r}")
    if fields[1] == "V" or mode not in _REAL_MODES:
        return Rmc(None, mode, talker, at)
    return Rmc(_fix(fields[2:6], _speed_m_s(fields[6]), at), mode, talker, at)


def _gga(talker: str, fields: list[str]) -> Gga:
    if len(fields) < _GGA_FIELDS:
        raise PeerWireError(DIALECT, "GGA is cut short")
    quality, satellites = _whole(fields[5], MAX_QUALITY), _whole(fields[6], MAX_SATELLITES)
    if quality not in _REAL_QUALITIES:
        return Gga(None, quality, satellites, talker)
    return Gga(_fix(fields[1:5], None, None), quality, satellites, talker)


def _fix(place: list[str], speed_m_s: float | None, at: datetime | None) -> Fix:
    lat, north, lon, east = place
    if north not in {"N", "S"} or east not in {"E", "W"}:
        raise PeerWireError(DIALECT, f"neither north nor south, or east nor west: {place}")
    lat_deg, lon_deg = _angle_deg(lat, 2), _angle_deg(lon, 3)
    return Fix(
        -lat_deg if north == "S" else lat_deg, -lon_deg if east == "W" else lon_deg, speed_m_s, at
    )


def _angle_deg(text: str, digits: int) -> float:
    match = _ANGLE.fullmatch(text)
    if match is None or len(match[1]) != digits or float(match[2]) >= _MINUTES:
        raise PeerWireError(DIALECT, f"no angle: {text!r}")
    return int(match[1]) + float(match[2]) / _MINUTES


def _speed_m_s(text: str) -> float | None:
    if not text:
        return None
    if _NUMBER.fullmatch(text) is None:
        raise PeerWireError(DIALECT, f"no speed: {text!r}")
    return float(text) * KNOT_M_S


def _whole(text: str, limit: int) -> int:
    if not text:
        return 0
    if not (text.isdecimal() and len(text) <= len(str(limit)) and int(text) <= limit):
        raise PeerWireError(DIALECT, f"no number up to {limit}: {text!r}")
    return int(text)


def _instant(time: str, date: str) -> datetime | None:
    """Return UTC; None when the receiver does not know it yet."""
    if not time or not date:
        return None
    clock, day = _TIME.fullmatch(time), _DATE.fullmatch(date)
    if clock is None or day is None:
        raise PeerWireError(DIALECT, f"no time: {time!r} {date!r}")
    year = int(day[3]) + (_CENTURY if int(day[3]) < _PIVOT else _CENTURY - 100)
    try:
        midnight = datetime(year, int(day[2]), int(day[1]), tzinfo=UTC)
    except ValueError as exc:
        raise PeerWireError(DIALECT, f"no date: {date!r}") from exc
    hours, minutes, seconds = (int(part) for part in clock.groups()[:3])
    if hours >= 24 or minutes >= _MINUTES or seconds > _MINUTES:  # noqa: PLR2004 -- a leap second counts 60
        raise PeerWireError(DIALECT, f"no time: {time!r}")
    micros = int((clock[4] or "0").ljust(6, "0"))
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
