"""The JSON form of an hours policy, in plans and in the API. It grows by adding: what a policy does
not use is left out, and the form of older plans, which had windows only, is read as ever.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from playlists.errors import BadBytes
from playlists.schedule import windows as form
from playlists.schedule.policy import EMERGENCY_ONLY, SESSION_GAP, HoursPolicy
from playlists.schedule.urgency import BroadcastClass

MAX_WINDOWS: Final = 50
MAX_CAPS: Final = 50
MAX_NAME_CHARS: Final = 200
MAX_SPECIAL_DAYS: Final = 100
"""Extra and forbidden each: some years' feasts and days of mourning."""
MAX_SESSIONS_PER_DAY: Final = 100
MAX_SESSION_MIN: Final = 24 * 60
MAX_SESSION_GAP_S: Final = 6 * 3_600
_YEARS: Final = range(2020, 2200)

T = TypeVar("T")


def to_json(policy: HoursPolicy) -> dict[str, object]:
    """Return the JSON form."""
    document: dict[str, object] = {
        "name": policy.name,
        "tz": policy.tz,
        "windows": [form.window_to_json(window) for window in policy.windows],
        "earliest": None if policy.earliest is None else form.time_to_text(policy.earliest),
        "latest": None if policy.latest is None else form.time_to_text(policy.latest),
        "weekdays": None if policy.weekdays is None else sorted(policy.weekdays),
        "extra_days": sorted(day.isoformat() for day in policy.extra_days) or None,
        "forbidden_days": sorted(day.isoformat() for day in policy.forbidden_days) or None,
        "sessions_per_day": policy.sessions_per_day,
        "longest_session_min": policy.longest_session_min,
        "session_gap_s": _gap_s(policy),
        "exempt": sorted(one.value for one in policy.exempt - EMERGENCY_ONLY) or None,
        "caps": [form.cap_to_json(cap) for cap in policy.caps] or None,
    }
    return {name: value for name, value in document.items() if value is not None}


def from_json(document: Mapping[str, Any]) -> HoursPolicy:
    """Read the JSON form; BadBytes for anything else."""
    try:
        return _policy(document)
    except BadBytes:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OSError, OverflowError) as exc:
        raise BadBytes("hours policy", f"{type(exc).__name__}: {exc}"[:200]) from exc


def _policy(document: Mapping[str, Any]) -> HoursPolicy:
    ZoneInfo(document["tz"])
    optional = {name: value for name, value in document.items() if value is not None}
    earliest = _read(optional, "earliest", form.time_from_text)
    latest = _read(optional, "latest", form.time_from_text)
    if earliest is not None and latest is not None and earliest >= latest:
        raise BadBytes("hours policy", "the earliest start is not before the latest end")
    gap_s = _number(optional, "session_gap_s", MAX_SESSION_GAP_S)
    sessions = _number(optional, "sessions_per_day", MAX_SESSIONS_PER_DAY)
    return HoursPolicy(
        name=_name(document["name"]),
        tz=str(document["tz"]),
        windows=_many(document["windows"], MAX_WINDOWS, form.window_from_json),
        earliest=earliest,
        latest=latest,
        weekdays=_read(optional, "weekdays", form.weekdays_from_json),
        extra_days=frozenset(_many(optional.get("extra_days", []), MAX_SPECIAL_DAYS, _day)),
        forbidden_days=frozenset(_many(optional.get("forbidden_days", []), MAX_SPECIAL_DAYS, _day)),
        sessions_per_day=None if sessions is None else int(sessions),
        longest_session_min=_number(optional, "longest_session_min", MAX_SESSION_MIN),
        session_gap=SESSION_GAP if gap_s is None else timedelta(seconds=gap_s),
        exempt=EMERGENCY_ONLY.union(_many(optional.get("exempt", []), 3, _exempt)),
        caps=_many(optional.get("caps", []), MAX_CAPS, form.cap_from_json),
    )


def _name(value: object) -> str:
    name = str(value)[:MAX_NAME_CHARS]
    name.encode()  # a lone surrogate cannot be stored or sent on: ValueError
    return name


def _read(document: Mapping[str, Any], name: str, read: Callable[[Any], T]) -> T | None:
    return read(document[name]) if name in document else None


def _many(document: object, limit: int, read: Callable[[Any], T]) -> tuple[T, ...]:
    if not isinstance(document, list) or len(document) > limit:
        raise BadBytes("hours policy", f"a list is missing, or has more than {limit} entries")
    return tuple(map(read, document))


def _number(document: Mapping[str, Any], name: str, limit: float) -> float | None:
    """Read an optional number above 0; whole ones may be required by whoever asks."""
    if name not in document:
        return None
    number = document[name]
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number <= limit:
        raise BadBytes("hours policy", f"{name} is a number above 0, at most {limit}")
    if name == "sessions_per_day" and number != int(number):
        raise BadBytes("hours policy", "sessions_per_day is a whole number")
    return number


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.year not in _YEARS:
        raise BadBytes("hours policy", f"{day} is too far away to be meant")
    return day


def _exempt(text: str) -> BroadcastClass:
    if text == BroadcastClass.NORMAL:
        raise BadBytes("hours policy", "a policy that exempts normal broadcasts is none")
    return BroadcastClass(text)


def _gap_s(policy: HoursPolicy) -> float | None:
    return None if policy.session_gap == SESSION_GAP else policy.session_gap.total_seconds()
